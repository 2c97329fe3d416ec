"""Where an answer goes: standard output, or a file that is there whole or not at all."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from timeline.cli.errors import CannotWrite
from timeline.cli.session import Session

if TYPE_CHECKING:
    from timeline.store.append import Outcome


def write_rows(
    session: Session,
    rows: Iterable[Mapping[str, Any]],
    *,
    columns: Sequence[str],
    shown: Sequence[str] | None = None,
) -> int:
    """Write rows in the format that was asked for; return how many there were.

    ``columns`` are all of them, for CSV; ``shown`` those that a person can read side by side.
    """
    if session.format in ("parquet", "xlsx"):
        return _write_binary(session, rows, columns)
    from timeline.render.rows import render_rows

    people = session.format in ("table", "md")
    with writing(session) as stream:
        return render_rows(
            rows,
            session.format,
            out=stream,
            columns=shown if people and shown is not None else columns,
            width=session.width,
            color=session.colored,
        )


def _write_binary(
    session: Session, rows: Iterable[Mapping[str, Any]], columns: Sequence[str]
) -> int:
    if session.to_terminal:
        raise CannotWrite(f"{session.format} is no text for a terminal", "add -o FILE")
    if session.output is None:
        import tempfile

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "rows"
            count = _write_table(session.format, path, rows, columns)
            with path.open("rb") as file:
                shutil.copyfileobj(file, sys.stdout.buffer)
            return count
    with _replacing(session, session.output) as partial:
        return _write_table(session.format, partial, rows, columns)


def _write_table(
    format_: str, path: Path, rows: Iterable[Mapping[str, Any]], columns: Sequence[str]
) -> int:
    if format_ == "xlsx":
        from timeline.render.xlsx import write_xlsx

        return write_xlsx(path, rows, columns)
    from timeline.render.parquet import write_parquet

    return write_parquet(path, rows, columns)


def write_document(session: Session, answer: Any) -> None:
    """Write an answer as one document of JSON."""
    from timeline.render.json import json_document

    with writing(session) as stream:
        stream.writelines(json_document(answer))


def write_outcomes(session: Session, outcomes: list[Outcome]) -> None:
    """Write what became of events that were appended; people read of entries."""
    from msgspec.structs import asdict

    from timeline.store.append import Outcome

    rows = map(asdict, outcomes)
    if session.format in ("table", "md"):
        said = ({"id": r["id"], "entry": r["position"], "new": r["new"]} for r in rows)
        write_rows(session, said, columns=("id", "entry", "new"))
        return
    write_rows(session, rows, columns=Outcome.__struct_fields__)


@contextmanager
def writing(session: Session) -> Iterator[TextIO]:
    """The stream that the answer goes to.

    With ``-o FILE`` it is written beside the file and takes its place at the end, so that nobody ever
    reads half of it; after a failure the file is as it was.
    """
    if session.output is None:
        yield _standard_output(session.format)
        return
    with (
        _replacing(session, session.output) as partial,
        partial.open("w", encoding="utf-8", newline="\n") as stream,
    ):
        yield stream


def write_file(session: Session, path: Path | None, data: bytes) -> None:
    """Write a file of bytes, whole or not at all; without a path it goes to standard output."""
    if path is None:
        sys.stdout.buffer.write(data)
        return
    with _replacing(session, path) as partial:
        partial.write_bytes(data)


@contextmanager
def _replacing(session: Session, path: Path) -> Iterator[Path]:
    """Where to write what takes the place of a file at the end, if nothing fails."""
    target = path.resolve()  # a link stays a link
    if target == Path(session.db).resolve():
        raise CannotWrite(f"{path} is the store", "name another file after -o")
    with explained(path):
        if target.exists() and not target.is_file():  # a device or a pipe cannot be replaced
            yield target
            return
        partial = target.with_name(f".{target.name}.{os.getpid()}.part")
        try:
            partial.touch(exist_ok=False)
            yield partial
            if target.exists():
                partial.chmod(target.stat().st_mode & 0o777)
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)


def _standard_output(format_: str) -> TextIO:
    stream = sys.stdout
    if isinstance(stream, TextIOWrapper):
        if format_ in ("table", "md", "csv"):
            stream.reconfigure(errors="backslashreplace")  # a poor terminal is no failure
        else:
            stream.reconfigure(encoding="utf-8")  # JSON is, wherever it goes (RFC 8259)
    return stream


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Say a failure to write with the path."""
    try:
        yield
    except OSError as error:
        raise CannotWrite(f"{path} cannot be written: {error.strerror}") from error
