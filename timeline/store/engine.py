"""Connections: the one place that knows which database a store is in.

What is particular to each stands in :mod:`timeline.store.sqlite` and :mod:`timeline.store.postgresql`, which
is imported where it is used.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from timeline.errors import Passing, SchemaMismatch, StoreUnavailable
from timeline.store import sqlite
from timeline.store.tables import REVISIONS, event_words, metadata

LOCK_TIMEOUT: Final = 30.0
"""Seconds that a connection waits for another writer."""

MEMORY: Final = "sqlite://"
"""A store that is gone with its connection: what ``check`` replays into."""


_IS_STORE: Final = "timeline_store"
"""What is noted of a connection whose database holds a store."""

NOTED: Final = "timeline_noted"
"""What an append notes of the log, for the next one (:mod:`timeline.store.standing`)."""

_migrating: Final = threading.Lock()
"""Alembic keeps the migration that runs in a global: two threads would migrate each other's databases."""

_POSTGRESQL: Final = "postgresql+psycopg"

PARQUET: Final = "parquet:"
"""How the name of a store begins that is a folder of Parquet."""


def store_url(target: str) -> URL:
    """The database that a path or an SQLAlchemy URL means; a path means SQLite.

    ``parquet:PATH`` means a folder of Parquet, which is only read.
    """
    if target.startswith(PARQUET):
        return URL.create("duckdb", database=target.removeprefix(PARQUET))
    if "://" not in target:
        return URL.create("sqlite", database=target)
    try:
        url = make_url(target)
    except (ArgumentError, ValueError) as error:
        raise StoreUnavailable(
            f'"{target}" is not a database URL', "write a path, or postgresql://user@host/name"
        ) from error
    if url.get_backend_name() == "postgresql" and "+" not in url.drivername:
        url = url.set(drivername=_POSTGRESQL)
    return url


def make_engine(url: URL, *, read_only: bool = False, lock_timeout: float = LOCK_TIMEOUT) -> Engine:
    """An engine whose connections are set up for the log; nothing is opened yet."""
    engine = _make_engine(url, read_only=read_only, lock_timeout=lock_timeout)
    # the store that a connection found may have been made in the transaction that is taken back
    sa.event.listen(engine, "rollback", _forget)
    return engine


def _forget(connection: Connection) -> None:
    # what is known of a connection that was lost is gone with it, and asking for that fails
    if not connection.closed and not connection.invalidated:
        connection.info.pop(_IS_STORE, None)
        connection.info.pop(NOTED, None)


def _make_engine(url: URL, *, read_only: bool, lock_timeout: float) -> Engine:
    if is_sqlite(url):
        return sqlite.make_engine(url, read_only=read_only, lock_timeout=lock_timeout)
    if is_parquet(url):
        if not read_only:
            raise StoreUnavailable(
                f"{display_name(url)} is only read",
                "replay what is new into the store that it came from, and export that again",
            )
        from timeline.store import sql_duckdb

        return sql_duckdb.make_engine(url.database or "")
    if url.drivername != _POSTGRESQL:
        raise StoreUnavailable(
            f"a store cannot be in {display_name(url)}",
            "write a path, or postgresql://user@host/name",
        )
    try:
        from timeline.store import postgresql
    except ImportError as error:
        raise StoreUnavailable(
            f"no driver for {display_name(url)}: {error}",
            "install the extra: pip install 'partnership-timeline[postgres]'",
        ) from error
    try:
        return postgresql.make_engine(url, read_only=read_only, lock_timeout=lock_timeout)
    except (ArgumentError, ValueError) as error:
        raise StoreUnavailable(
            f"{display_name(url)} is no URL that leads to a server: {error}",
            "write postgresql://user@host:port/name",
        ) from error


def is_sqlite(url: URL) -> bool:
    """Whether a store is a file (or memory) of this machine."""
    return url.get_backend_name() == "sqlite"


def is_parquet(url: URL) -> bool:
    """Whether a store is a folder of Parquet."""
    return url.get_backend_name() == "duckdb"


def display_name(url: URL) -> str:
    """A store for messages: the path, or the URL without any password."""
    if is_sqlite(url):
        return url.database or ":memory:"
    if is_parquet(url):
        return f"{PARQUET}{url.database}"
    hidden = {name: "***" for name in url.query if "password" in name}
    plain = url.set(drivername=url.get_backend_name()).update_query_dict(hidden)
    return plain.render_as_string(hide_password=True)


@contextmanager
def reachable(url: URL) -> Iterator[None]:
    """Turn what a database says when it cannot work into a StoreUnavailable that people understand."""
    try:
        yield
    except PoolExhausted as error:
        raise StoreUnavailable(
            f"every connection to {display_name(url)} is in use",
            "try again in some seconds",
            passing=Passing.YES,
        ) from error
    except DBAPIError as error:
        explained = _explain(error, url)
        if explained is None:
            raise
        raise explained from error
    except sqlite3.Error as error:
        explained = sqlite.explain(error, display_name(url))
        if explained is None:
            raise
        raise explained from error


def _explain(error: DBAPIError, url: URL) -> StoreUnavailable | None:
    if is_sqlite(url):
        orig = error.orig
        return sqlite.explain(orig if isinstance(orig, Exception) else None, display_name(url))
    if is_parquet(url):
        from timeline.store import sql_duckdb

        return sql_duckdb.explain(
            error.orig if isinstance(error.orig, Exception) else None, display_name(url)
        )
    from timeline.store import postgresql

    return postgresql.explain(error, display_name(url))


def overwrite_deleted(connection: Connection) -> None:
    """Let what this transaction deletes or replaces be overwritten, where the database can do that."""
    if connection.dialect.name == "sqlite":
        sqlite.overwrite_deleted(connection)


def purge(url: URL) -> bool:
    """Take what was deleted out of the files of a database; whether nothing of it can be left there."""
    return is_sqlite(url) and sqlite.purge(url)


def size(connection: Connection) -> int:
    """Bytes on the server's disk of the tables of a store and their indexes."""
    tables = sa.func.unnest(
        sa.cast([*metadata.tables, event_words.name], sa.ARRAY(sa.Text))
    ).column_valued("name")
    bytes_of = sa.func.pg_total_relation_size(sa.func.to_regclass(tables))
    return int(connection.scalar(sa.select(sa.func.sum(bytes_of))) or 0)


def schema_revision(connection: Connection) -> str | None:
    """The revision of the store's schema; None for an empty database; refuses foreign ones."""
    # inspecting takes several statements: once a connection, since nobody takes the table away
    known = connection.info.get(_IS_STORE, False)
    inspector = None if known else sa.inspect(connection)
    if inspector is None or inspector.has_table("alembic_version"):
        revision = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        if revision is not None:
            connection.info[_IS_STORE] = True
            return str(revision)
    inspector = inspector or sa.inspect(connection)
    if set(inspector.get_table_names()) - {"alembic_version"}:
        raise StoreUnavailable(
            "the database holds other tables and no Timeline store", "name another with --db"
        )
    return None


def is_known_store(connection: Connection) -> bool:
    """Whether the database of a connection is known to hold a store, of whatever schema."""
    return _IS_STORE in connection.info


def check_schema(connection: Connection) -> None:
    """Raise SchemaMismatch unless the store's schema is today's."""
    check_revision(schema_revision(connection))


def check_revision(revision: str | None) -> None:
    """Raise SchemaMismatch unless this is the revision of today's schema."""
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
    if connection.dialect.name == "postgresql":
        from timeline.store import postgresql

        postgresql.prepare_migration(connection)
    before = schema_revision(connection)
    if before is not None and before not in REVISIONS:
        check_schema(connection)
    if before != REVISIONS[-1]:
        from alembic.config import Config

        from alembic import command  # imports for a third of a second: only when there is work

        config = Config()
        config.set_main_option("script_location", str(migrations_folder()))
        config.attributes["connection"] = connection
        with _migrating:
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
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()
