"""Connections: the one place that names a database.

SQLite runs with a write-ahead log, foreign keys, full durability and a busy timeout; writers take their
lock at BEGIN, so that two of them never find out at COMMIT that one must lose. What only reads opens the
file read-only.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import event as sa_event
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import NullPool, StaticPool

from timeline.errors import SchemaMismatch, StoreUnavailable
from timeline.store.tables import REVISIONS

BUSY_TIMEOUT: Final = 30.0
"""Seconds that a connection waits for another writer."""

MEMORY: Final = "sqlite://"
"""A store that is gone with its connection: what ``check`` replays into."""


def store_url(target: str) -> URL:
    """The database that a path or an SQLAlchemy URL means; a path means SQLite."""
    if "://" not in target:
        return URL.create("sqlite", database=target)
    try:
        url = make_url(target)
    except ArgumentError as error:
        raise StoreUnavailable(
            f'"{target}" is not a database URL', "write a path, or postgresql://user@host/name"
        ) from error
    if url.get_backend_name() == "postgresql" and "+" not in url.drivername:
        url = url.set(drivername="postgresql+psycopg")
    return url


def make_engine(url: URL, *, read_only: bool = False) -> Engine:
    """An engine whose connections are set up for the log; nothing is opened yet."""
    if url.get_backend_name() != "sqlite":
        try:
            return sa.create_engine(url)
        except (ImportError, NoSuchModuleError) as error:
            raise StoreUnavailable(
                f"no driver for {url.render_as_string()}: {error}",
                "install the extra: pip install 'partnership-timeline[postgres]'",
            ) from error
    path = url.database
    if not path or path == ":memory:":
        engine = sa.create_engine(
            url, poolclass=StaticPool, connect_args={"check_same_thread": False}
        )
    else:
        engine = sa.create_engine(
            "sqlite://", poolclass=NullPool, creator=lambda: _open_sqlite(path, read_only)
        )
    sa_event.listen(engine, "connect", _read_only_pragmas if read_only else _pragmas)
    # pysqlite would begin a transaction by itself, deferred and too late
    sa_event.listen(engine, "begin", _begin_read if read_only else _begin_write)
    return engine


def _open_sqlite(path: str, read_only: bool) -> sqlite3.Connection:
    if not read_only:
        return sqlite3.connect(path, timeout=BUSY_TIMEOUT)
    uri = Path(path).absolute().as_uri()
    try:
        connection = sqlite3.connect(f"{uri}?mode=ro", uri=True, timeout=BUSY_TIMEOUT)
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        # a write-ahead log needs a writable folder for its index; on a read-only file system
        # nobody writes, so the file can be read as it is
        wal = Path(f"{path}-wal")
        if not Path(path).exists() or (wal.exists() and wal.stat().st_size):
            raise
        connection = sqlite3.connect(f"{uri}?immutable=1", uri=True)
    return connection


def _pragmas(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _read_only_pragmas(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA query_only=ON")


def _begin_write(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_read(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


@contextmanager
def reachable(url: URL) -> Iterator[None]:
    """Turn what a database says when it cannot work into a StoreUnavailable that people understand."""
    name = url.database or str(url)
    try:
        yield
    except DBAPIError as error:
        raise _explain(error, str(error.orig), name) from error
    except sqlite3.Error as error:
        raise _explain(error, str(error), name) from error


_EXPLANATIONS: Final = {
    "file is not a database": (
        "{name} is not a Timeline store: the file is no SQLite database",
        "name another file with --db",
    ),
    "unable to open database file": (
        "{name} cannot be opened",
        "check that the folder exists and that you may read and write it",
    ),
    "readonly": (
        "{name} cannot be written: it, its folder or its file system is read-only",
        "nothing was stored; change the permissions or use another --db",
    ),
    "read-only": (
        "{name} cannot be written: it, its folder or its file system is read-only",
        "nothing was stored; change the permissions or use another --db",
    ),
    "disk is full": (
        "{name} cannot be written: the disk is full",
        "nothing was stored; make room and try again",
    ),
    "disk I/O error": (
        "{name} cannot be read or written: the disk reports an error",
        "nothing was stored; check the disk, then run timeline verify",
    ),
    "database is locked": (
        f"{{name}} is busy: another program has been writing for {BUSY_TIMEOUT:.0f} seconds",
        "nothing was stored; try again when it is done",
    ),
    "malformed": ("{name} is damaged: SQLite finds its file malformed", "restore a backup"),
    "append-only": (
        "{name} refused to change its log: {reason}",
        "this is a bug; please report it",
    ),
}


def _explain(error: Exception, reason: str, name: str) -> Exception:
    for sign, (message, hint) in _EXPLANATIONS.items():
        if sign in reason:
            return StoreUnavailable(message.format(name=name, reason=reason), hint)
    if isinstance(error, sa.exc.OperationalError | sqlite3.OperationalError):
        return StoreUnavailable(f"{name} cannot be used: {reason}", "check --db or TIMELINE_DB")
    return error


def schema_revision(connection: Connection) -> str | None:
    """The revision of the store's schema; None for an empty database; refuses foreign ones."""
    tables = set(sa.inspect(connection).get_table_names())
    if "alembic_version" in tables:
        revision = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        if revision is not None:
            return str(revision)
    if tables - {"alembic_version"}:
        raise StoreUnavailable(
            "the database holds other tables and no Timeline store", "name another with --db"
        )
    return None


def check_schema(connection: Connection) -> None:
    """Raise SchemaMismatch unless the store's schema is today's."""
    revision = schema_revision(connection)
    if revision is None:
        raise StoreUnavailable("the store is empty", "run timeline init, or replay a fixture")
    if revision == REVISIONS[-1]:
        return
    if revision in REVISIONS:
        raise SchemaMismatch(
            f"the store's schema is {revision}, this program's is {REVISIONS[-1]}",
            "run timeline init to upgrade it (after a backup)",
        )
    raise SchemaMismatch(
        f"the store's schema is {revision}, which this program does not know: it is newer",
        "upgrade the program: pip install -U partnership-timeline",
    )


def upgrade(connection: Connection) -> tuple[str | None, str]:
    """Create or upgrade the schema with Alembic; the revisions before and after."""
    before = schema_revision(connection)
    if before is not None and before not in REVISIONS:
        check_schema(connection)
    if before != REVISIONS[-1]:
        from alembic.config import Config

        from alembic import command  # imports for a third of a second: only when there is work

        config = Config()
        config.set_main_option("script_location", str(migrations_folder()))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return before, REVISIONS[-1]


def migrations_folder() -> Path:
    """Where the migrations are: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "migrations"
    return installed if installed.is_dir() else package.parent / "alembic"


@contextmanager
def connect_for_migration(target: str) -> Iterator[Connection]:
    """A connection for the ``alembic`` command line."""
    engine = make_engine(store_url(target))
    with engine.begin() as connection:
        yield connection
    engine.dispose()
