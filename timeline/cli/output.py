"""Where an answer goes: standard output, or a file that is there whole or not at all."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from timeline.cli.errors import CannotWrite
from timeline.cli.session import Session


@contextmanager
def writing(session: Session) -> Iterator[TextIO]:
    """The stream that the answer goes to.

    With ``-o FILE`` it is written beside the file and takes its place at the end, so that nobody ever
    reads half of it; after a failure the file is as it was.
    """
    if session.output is None:
        yield _standard_output(session.format)
        return
    target = session.output.resolve()  # a link stays a link
    if target.exists() and not target.is_file():  # a device, a pipe: it cannot be replaced
        with _explained(target), target.open("w", encoding="utf-8", newline="\n") as stream:
            yield stream
        return
    if target == Path(session.db).resolve():
        raise CannotWrite(f"{session.output} is the store", "name another file after -o")
    with _explained(session.output):
        partial = target.with_name(f".{target.name}.{os.getpid()}.part")
        mode = target.stat().st_mode & 0o777 if target.exists() else None
        try:
            with partial.open("x", encoding="utf-8", newline="\n") as stream:
                yield stream
            if mode is not None:
                partial.chmod(mode)
            partial.replace(target)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise


def _standard_output(format_: str) -> TextIO:
    stream = sys.stdout
    if isinstance(stream, TextIOWrapper):
        if format_ in ("json", "jsonl"):
            stream.reconfigure(encoding="utf-8")  # RFC 8259, wherever it goes
        else:
            stream.reconfigure(errors="backslashreplace")  # a poor terminal is no failure
    return stream


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CannotWrite(
            f"{path} cannot be written: {error.strerror}", "nothing was left behind"
        ) from error
