"""Connections and statements: the one place that knows which database a store is in.

What is particular to each stands in :mod:`timeline.store.sqlite` and :mod:`timeline.store.postgresql`, which
is imported where it is used.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

import msgspec
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

WATCHED: Final = "timeline_watched"
"""What is noted of a connection of which every statement must be seen: somebody has little time."""

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
        row = _ask_revision(connection).fetchone()
        if row is not None:
            connection.info[_IS_STORE] = True
            return str(row[0])
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


# --- statements ---------------------------------------------------------------------------------
#
# Many rows in, as tuples, and many names asked for, each in one statement of few parameters. SQLAlchemy makes
# a dictionary into parameters for every row, which takes as long as SQLite takes to insert it (12 µs); a
# statement that the driver gets with tuples costs nothing besides. An ``IN`` list is written out name by name
# at every execution (7 % of a bulk replay); an array is one parameter.

_json: Final = msgspec.json.Encoder().encode


def insert_rows(
    connection: Connection, table: sa.Table, rows: Sequence[tuple[Any, ...]], *, new: bool = True
) -> None:
    """Insert rows that hold a value for every column. ``new``: none of them is there already."""
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        # SQLAlchemy's way to the same call takes 40 µs, which in a small append is longer than the insert
        driver: Any = connection.connection.driver_connection
        driver.executemany(_sqlite_insert(table, new), rows)
        return
    from timeline.store import postgresql

    if new and len(rows) > postgresql.FEW:
        postgresql.copy_rows(connection, table, rows)
    else:
        postgresql.insert_rows(connection, table, rows, new=new)


@cache
def _sqlite_insert(table: sa.Table, new: bool) -> str:
    names = ", ".join(column.name for column in table.columns)
    values = ", ".join("?" * len(table.columns))
    conflict = "" if new else " ON CONFLICT DO NOTHING"
    return f"INSERT INTO {table.name} ({names}) VALUES ({values}){conflict}"  # noqa: S608


@contextmanager
def streamed(
    connection: Connection, statement: sa.Executable, parameters: Mapping[str, Any] | None = None
) -> Iterator[Any]:
    """The rows of a statement while they are read, a thousand at a time, closed where nobody reads on.

    A generator that holds them may end long after its session, as where a failure keeps hold of it: on SQLite
    they ended with the session then.
    """
    rows = connection.execute(statement, parameters, execution_options={"yield_per": 1000})
    try:
        yield rows
    finally:
        if not (connection.closed and connection.dialect.name == "sqlite"):
            rows.close()


class Constant:
    """A statement that never changes, written as SQL once.

    The driver gets it as it is: SQLAlchemy's way to the same call takes longer than SQLite takes for the
    statement.
    """

    def __init__(self, statement: sa.Executable) -> None:
        self.statement = statement

    def __call__(self, connection: Connection, **parameters: Any) -> Any:
        """What the statement gives: rows of values."""
        name = connection.dialect.name
        if name == "duckdb" or WATCHED in connection.info:
            return connection.execute(self.statement, parameters)
        if name == "sqlite":
            driver: Any = connection.connection.driver_connection
            return driver.execute(self._sqlite, parameters)
        from timeline.store.postgresql import ask

        return ask(connection, self.postgresql, parameters)

    def later(self, connection: Connection, **parameters: Any) -> None:
        """Execute what gives nothing before anything else is read, and before the commit at the latest."""
        if connection.dialect.name == "sqlite":
            self(connection, **parameters)
            return
        from timeline.store.postgresql import later

        later(connection, self.postgresql, parameters)

    @cached_property
    def postgresql(self) -> str:
        """The statement as the driver of PostgreSQL takes it."""
        from sqlalchemy.dialects.postgresql import psycopg

        assert isinstance(self.statement, sa.ClauseElement)
        return str(self.statement.compile(dialect=psycopg.dialect()))  # type: ignore[no-untyped-call]

    @cached_property
    def _sqlite(self) -> str:
        from sqlalchemy.dialects import sqlite

        assert isinstance(self.statement, sa.ClauseElement)
        compiled = self.statement.compile(
            dialect=sqlite.dialect(paramstyle="named"), compile_kwargs={"render_postcompile": True}
        )
        return str(compiled)


_ask_revision: Final = Constant(
    sa.select(sa.column("version_num")).select_from(sa.table("alembic_version"))
)


class Asking:
    """A statement about those rows whose column is one of any number of names, built once.

    Building a statement takes several times as long as SQLite takes to answer it. With ``others``, statements
    that give the same columns, all are asked at once, each about names of its own.
    """

    def __init__(
        self,
        statement: sa.Select[Any],
        column: sa.ColumnElement[str],
        *others: tuple[sa.Select[Any], sa.ColumnElement[str]],
    ) -> None:
        self._parts = [(statement, column), *others]

    def __call__(
        self, connection: Connection, *names: Iterable[str], **parameters: Any
    ) -> Iterable[Any]:
        """The rows, as values; ``parameters`` are those that the statement has besides."""
        on_sqlite = connection.dialect.name == "sqlite"
        for number, some in enumerate(names):
            given = list(some)
            parameters[f"names_{number}"] = _json(given).decode() if on_sqlite else given
        ask = self._sqlite if on_sqlite else self._postgresql
        return ask(connection, **parameters)  # type: ignore[no-any-return]

    @cached_property
    def _sqlite(self) -> Constant:
        def among(column: sa.ColumnElement[str], name: str) -> sa.ColumnElement[bool]:
            given: sa.BindParameter[Any] = sa.bindparam(name, type_=sa.Text)
            return column.in_(sa.select(sa.column("value")).select_from(sa.func.json_each(given)))

        return self._about(among)

    @cached_property
    def _postgresql(self) -> Constant:
        from sqlalchemy.dialects import postgresql

        def among(column: sa.ColumnElement[str], name: str) -> sa.ColumnElement[bool]:
            given: sa.BindParameter[Any] = sa.bindparam(name, type_=postgresql.ARRAY(sa.Text))
            return column == sa.any_(given)

        return self._about(among)

    def _about(
        self, among: Callable[[sa.ColumnElement[str], str], sa.ColumnElement[bool]]
    ) -> Constant:
        parts = [
            statement.where(among(column, f"names_{number}"))
            for number, (statement, column) in enumerate(self._parts)
        ]
        return Constant(parts[0] if len(parts) == 1 else sa.union_all(*parts))


def among(
    connection: Connection, column: sa.ColumnElement[str], names: Iterable[str]
) -> sa.ColumnElement[bool]:
    """Whether a column is one of any number of names."""
    if connection.dialect.name == "sqlite":
        text = msgspec.json.encode(list(names)).decode()
        return column.in_(sa.select(sa.column("value")).select_from(sa.func.json_each(text)))
    from sqlalchemy.dialects import postgresql

    return column == sa.any_(sa.cast(list(names), postgresql.ARRAY(sa.Text)))
