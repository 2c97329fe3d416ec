"""Backups: a whole log in one file that is there whole or not at all, and back into an empty store.

Of SQLite a copy of the database, made by its online backup while others read and write; of every other
database, and of SQLite where the file's name ends in ``.gz``, the lossless export, compressed, under an
anchor. A restore appends the events anew, each checked against its hash, so it works from any backup into
any database, and nothing but what was appended can come back.
"""

from __future__ import annotations

import gzip
import os
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import BinaryIO, Final, cast

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from timeline.errors import (
    BackupDamaged,
    DataError,
    InvalidAnchor,
    InvalidValue,
    NotFound,
    SchemaMismatch,
    StoreDamaged,
    StoreUnavailable,
)
from timeline.ingest.draft import Draft
from timeline.ingest.jsonl import parse_line, read_lines
from timeline.store.anchor import Anchor, parse_anchor, read_anchor
from timeline.store.bulk import rare_collections
from timeline.store.export import export_row
from timeline.store.log import read_rows
from timeline.store.store import Store
from timeline.streams import is_stream

Progress = Callable[[int, int | None], None]

PAGES: Final = 4096
"""Pages of SQLite copied between two calls of ``progress``: 16 MB."""

_SQLITE: Final = b"SQLite format 3\0"
_GZIP: Final = b"\x1f\x8b"
_TORN: Final = (EOFError, gzip.BadGzipFile, zlib.error)
_UNREADABLE: Final = (sa.exc.SQLAlchemyError, sqlite3.Error, StoreDamaged, UnicodeDecodeError)


class Made(Struct, frozen=True, kw_only=True):
    """A backup that was made."""

    format: str
    """``sqlite`` or ``jsonl.gz``."""
    anchor: Anchor
    """Where the log in it ends."""
    bytes: int


def backup(store: Store, file: Path, progress: Progress | None = None) -> Made:
    """Write the whole log of a store into a file; an older file of the name is replaced at the end.

    Raises StoreUnavailable where the store cannot be read, or the file not written.
    """
    target = file.resolve()
    if store.path is not None and target == store.path.resolve():
        raise InvalidValue(f"{file} is the store itself", "name another file for the backup")
    if is_stream(target):  # a file would take its place
        raise InvalidValue(f"{file} is a pipe or a device", "name a file for the backup")
    with store.reading() as connection, _written(target, file) as partial:
        anchor = read_anchor(connection)
        if store.is_sqlite and file.suffix != ".gz":
            _copy(connection, partial, progress)
            form = "sqlite"
        else:
            _export(connection, partial, anchor, progress)
            form = "jsonl.gz"
        size = partial.stat().st_size
    return Made(format=form, anchor=anchor, bytes=size)


@contextmanager
def _written(target: Path, name: Path) -> Iterator[Path]:
    """A path beside the target, which takes its place at the end, and is gone after a failure."""
    partial = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        yield partial
        with partial.open("rb+") as file:
            os.fsync(file.fileno())
        partial.replace(target)
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise StoreUnavailable(f"{name} cannot be written: {error.strerror}") from error
    finally:
        for ending in ("", "-journal", "-wal", "-shm"):
            Path(f"{partial}{ending}").unlink(missing_ok=True)


def _copy(connection: Connection, partial: Path, progress: Progress | None) -> None:
    """SQLite's online backup, of the state that the reading transaction sees."""

    def report(status: int, remaining: int, total: int) -> None:
        if progress is not None:
            progress(total - remaining, total)

    source = connection.connection.driver_connection
    assert isinstance(source, sqlite3.Connection)
    try:
        copy = sqlite3.connect(partial)
        try:
            source.backup(copy, pages=PAGES, progress=report)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, and none beside it
        finally:
            copy.close()
    except sqlite3.Error as error:
        raise StoreUnavailable(f"the backup cannot be written: {error}") from error


def _export(
    connection: Connection, partial: Path, anchor: Anchor, progress: Progress | None
) -> None:
    # no name and no time in the header: the same log gives the same bytes
    with (
        partial.open("xb") as file,
        gzip.GzipFile("", "wb", compresslevel=6, fileobj=file, mtime=0) as stream,
    ):
        stream.write(msgspec.json.encode(anchor) + b"\n")
        for row in read_rows(connection):
            stream.write(export_row(row))
            if progress is not None and row.position % 1000 == 0:
                progress(row.position, anchor.position)


# --- and back -------------------------------------------------------------------------------------


def restore(store: Store, file: Path, progress: Progress | None = None) -> Anchor:
    """Append the log of a backup to a missing or empty store, in one transaction; where it ends.

    Times of recording are kept, and every hash is checked on the way, the last against the anchor of the
    backup. Raises BackupDamaged where anything is not as it was, InvalidValue for a store that holds events;
    then nothing is stored, and a store that was missing is missing again.
    """
    with (
        _opened(file) as (anchor, lines),
        rare_collections(),
        store.appending(create=True, verify=True) as appender,
    ):
        if appender.position:
            raise InvalidValue(
                f"{store.name} is not empty: it holds {appender.position:,} events",
                "a backup is restored into a new store; name one with --db",
            )
        try:
            appender.stream(_drafts(lines, file, anchor, progress))
            head = appender.finish()
        except StoreDamaged as error:
            raise BackupDamaged(str(file), error.message) from error
        except DataError as error:
            raise BackupDamaged(str(file), error.problems[0].message) from error
        if head.position != anchor.position:
            reason = f"it ends at entry {head.position}, its anchor is at {anchor.position}"
            raise BackupDamaged(str(file), reason)
        if anchor.position and head != (anchor.position, anchor.recorded, anchor.hash):
            raise BackupDamaged(str(file), "its last event is not that of its anchor")
    return anchor


def _drafts(
    lines: Iterator[bytes], file: Path, anchor: Anchor, progress: Progress | None
) -> Iterator[Draft]:
    for number, line in enumerate(lines, start=1):
        draft = parse_line(line, str(file), number)
        if isinstance(draft, list):
            raise BackupDamaged(str(file), draft[0].message)
        yield draft
        if progress is not None and number % 1000 == 0:
            progress(number, anchor.position)


@contextmanager
def _opened(file: Path) -> Iterator[tuple[Anchor, Iterator[bytes]]]:
    """The anchor inside a backup, and the lines of its export."""
    if not file.is_file():
        raise NotFound("file", str(file))
    with file.open("rb") as raw:
        start = raw.read(len(_SQLITE))
        raw.seek(0)
        if start == _SQLITE:
            _check_size(raw.read(100), file)
            with _opened_sqlite(file) as found:
                yield found
        elif start.startswith(_GZIP):
            with gzip.open(raw) as stream:
                yield _opened_export(stream, file)
        else:
            raise BackupDamaged(
                str(file), "it is neither a SQLite database nor a compressed export"
            )


def _check_size(header: bytes, file: Path) -> None:
    """Raise BackupDamaged where pages are missing, even those that nothing would be read from."""
    page = int.from_bytes(header[16:18], "big")
    whole = int.from_bytes(header[28:32], "big") * (65536 if page == 1 else page)
    size = file.stat().st_size
    if size < whole and not Path(f"{file}-wal").exists():
        raise BackupDamaged(str(file), f"it is cut off: {size:,} of {whole:,} bytes are there")


@contextmanager
def _opened_sqlite(file: Path) -> Iterator[tuple[Anchor, Iterator[bytes]]]:
    source = Store(file)
    with closing(source), ExitStack() as stack:
        try:
            connection = stack.enter_context(source.reading())
            anchor = read_anchor(connection)
        except SchemaMismatch as error:
            hint = f"copy it, run timeline --db COPY init, and restore the copy ({error.hint})"
            raise SchemaMismatch(error.message, hint) from error
        except (StoreUnavailable, *_UNREADABLE) as error:
            raise _unreadable(file, error) from error
        yield anchor, _rows(connection, file)


def _rows(connection: Connection, file: Path) -> Iterator[bytes]:
    try:
        for row in read_rows(connection):
            yield export_row(row)
    except _UNREADABLE as error:
        raise _unreadable(file, error) from error


def _unreadable(file: Path, error: Exception) -> BackupDamaged:
    reason = getattr(error, "orig", None) or getattr(error, "message", None) or error
    return BackupDamaged(str(file), f"it cannot be read ({reason})")


def _opened_export(stream: gzip.GzipFile, file: Path) -> tuple[Anchor, Iterator[bytes]]:
    lines = _whole(cast("BinaryIO", stream), file)
    try:
        return parse_anchor(next(lines, b""), str(file)), lines
    except InvalidAnchor as error:
        raise BackupDamaged(str(file), "its first line is no anchor") from error


def _whole(stream: BinaryIO, file: Path) -> Iterator[bytes]:
    try:
        for _, line in read_lines(stream, str(file)):
            yield line
    except _TORN as error:
        raise BackupDamaged(str(file), f"it is damaged or cut off ({error})") from error
