"""What is particular to SQLite: opening the file, its modes, its locks, its failures.

It runs with a write-ahead log, foreign keys, full durability and a busy timeout; writers take their lock at
BEGIN, so that two of them never find out at COMMIT that one must lose. What only reads opens the file
read-only.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final, TypeAlias

import sqlalchemy as sa
from sqlalchemy import event as sa_event
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import QueuePool, StaticPool

from timeline.errors import Passing, StoreUnavailable
from timeline.store.sqlite_query import open_read_only
from timeline.streams import is_stream

CACHE: Final = "cache_size=-65536"
"""64 MB of pages, taken as they are needed. With the 2 MB that SQLite takes by itself, the pages of the
indexes go out and come in again all through a bulk replay."""

WAIT: Final = 200
"""Milliseconds of waiting for another writer during which nothing else is noticed."""

POOLED: Final = 5
"""Connections kept open, of readers and of writers each."""


def make_engine(url: URL, *, read_only: bool, lock_timeout: float) -> Engine:
    """An engine whose connections are set up for the log; nothing is opened yet."""
    path = url.database
    if not path or path == ":memory:":
        engine = sa.create_engine(
            url, poolclass=StaticPool, connect_args={"check_same_thread": False}
        )
    else:
        # opening, and closing with its checkpoint, took longer than an append; max_overflow: no limit
        engine = sa.create_engine(
            "sqlite://",
            poolclass=QueuePool,
            pool_size=POOLED,
            max_overflow=-1,
            pool_use_lifo=True,
            creator=lambda: _open(path, read_only, lock_timeout),
        )
        sa_event.listen(engine, "checkout", lambda connection, *_: _check_file(connection, path))
    if read_only:
        sa_event.listen(engine, "connect", _read_only_pragmas)
    else:
        sa_event.listen(engine, "connect", lambda driver, _: _pragmas(driver, lock_timeout))
    # pysqlite would begin a transaction by itself, deferred and too late
    begin = _begin_read if read_only else lambda connection: _begin_write(connection, lock_timeout)
    sa_event.listen(engine, "begin", begin)
    return engine


_File: TypeAlias = tuple[int, int, int]


class _Connection(sqlite3.Connection):
    """A connection that knows which file it has open, and in which process."""

    opened: _File | None = None
    """None: nobody knows, so it serves once."""
    served = False


def _identity(path: str) -> _File | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - at every session, in a quarter of the time
    except OSError:
        return None
    return found.st_dev, found.st_ino, os.getpid()


def _check_file(connection: _Connection, path: str) -> None:
    """Refuse a kept connection whose file is another by now (removed, restored), or of before a fork."""
    if connection.served and (connection.opened is None or connection.opened != _identity(path)):
        raise DisconnectionError
    connection.served = True


def _open(path: str, read_only: bool, timeout: float) -> _Connection:
    if is_stream(Path(path)):
        raise StoreUnavailable(
            f"{path} is a pipe or a device, and no file", "name another with --db"
        )
    before = _identity(path)
    as_it_is = False
    if read_only:
        connection, as_it_is = open_read_only(path, timeout=timeout, factory=_Connection)
    else:
        connection = sqlite3.connect(
            path, timeout=timeout, check_same_thread=False, factory=_Connection
        )
    assert isinstance(connection, _Connection)
    opened = _identity(path)
    connection.opened = opened if before in (None, opened) and not as_it_is else None
    return connection


def _pragmas(connection: Any, lock_timeout: float) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", CACHE):
        connection.execute(f"PRAGMA {pragma}")
    # from here on it waits at BEGIN alone, where it looks at signals between two pieces of waiting
    connection.execute(f"PRAGMA busy_timeout={min(int(lock_timeout * 1000), WAIT)}")


@contextmanager
def unshared(engine: Engine) -> Iterator[None]:
    """Write a new file, which nobody else has open, without a write-ahead log until the block ends.

    Pages that a transaction adds need no journal, so each is written once. Through the log every page is
    written twice, and read again where there are more than the cache holds.
    """
    _set_journal(engine, "DELETE")
    yield
    _set_journal(engine, "WAL")


@contextmanager
def unguarded(connection: Connection) -> Iterator[None]:
    """Fill the log of a new file, which nobody else has open, before its guard stands there.

    The guard looks up every row three times, to refuse what only other programs do: three tenths of
    what the insert of a row takes.
    """
    driver: Any = connection.connection.driver_connection
    ((made_by,),) = driver.execute("SELECT sql FROM sqlite_master WHERE name = 'event_insert'")
    driver.execute("DROP TRIGGER event_insert")
    yield
    driver.execute(made_by)


def _set_journal(engine: Engine, mode: str) -> None:
    with closing(engine.raw_connection()) as connection:  # outside of any transaction
        driver: Any = connection.driver_connection
        driver.execute(f"PRAGMA journal_mode={mode}")


def _read_only_pragmas(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA query_only=ON")


def _begin_write(connection: Connection, lock_timeout: float) -> None:
    driver: Any = connection.connection.driver_connection
    end = time.monotonic() + lock_timeout
    while True:
        try:
            # SQLAlchemy's way to the same call takes ten times as long
            driver.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError as error:
            if "is locked" not in str(error) or time.monotonic() > end:
                raise


def _begin_read(connection: Connection) -> None:
    driver: Any = connection.connection.driver_connection
    driver.execute("BEGIN")


def overwrite_deleted(connection: Connection) -> None:
    """Let what this connection deletes be overwritten with zeros (``PRAGMA secure_delete``)."""
    connection.exec_driver_sql("PRAGMA secure_delete=ON")


def purge(url: URL) -> bool:
    """Write the file anew without what was deleted, and empty the write-ahead log.

    False where that cannot be done now: somebody reads, or there is no room for a copy.
    """
    path = url.database
    if not path or path == ":memory:":
        return True
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("PRAGMA secure_delete=ON")
            connection.execute("VACUUM")
            busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return not busy
    except sqlite3.Error:
        return False


_UNWRITABLE: Final = (
    "{name} cannot be written: it, its folder or its file system is read-only",
    "nothing was stored; change the permissions or use another --db",
)

_EXPLANATIONS: Final = {
    "file is not a database": (
        "{name} is not a Timeline store: the file is no SQLite database",
        "name another file with --db",
    ),
    "unable to open database file": (
        "{name} cannot be opened",
        "check that the folder exists and that you may read and write it",
    ),
    "readonly": _UNWRITABLE,
    "read-only": _UNWRITABLE,
    "disk is full": (
        "{name} cannot be written: the disk is full",
        "nothing was stored; make room and try again",
    ),
    "disk I/O error": (
        "{name} cannot be read or written: the disk reports an error",
        "nothing was stored; check the disk, then run timeline verify",
    ),
    "is locked": (
        "{name} is busy: another program has been writing all the while",
        "nothing was stored; try again when it is done",
    ),
    "malformed": ("{name} is damaged: SQLite finds its file malformed", "restore a backup"),
    "append-only": (
        "{name} refused to change its log: {reason}",
        "this is a bug; please report it",
    ),
}
"""What to say by what SQLite says."""


def explain(error: Exception | None, name: str) -> StoreUnavailable | None:
    """What a failure means for people; None where it can only be a bug."""
    reason = str(error)
    for sign, (message, hint) in _EXPLANATIONS.items():
        if sign in reason:
            passing = Passing.YES if sign == "is locked" else Passing.NO
            return StoreUnavailable(message.format(name=name, reason=reason), hint, passing=passing)
    if isinstance(error, sqlite3.OperationalError):
        return StoreUnavailable(f"{name} cannot be used: {reason}", "check --db or TIMELINE_DB")
    return None
