"""A folder of Parquet as a store that is only read: DuckDB answers what SQLite and PostgreSQL answer.

``timeline export --format parquet`` and ``timeline spark replay`` write such folders. Each relation of them
is a view in a DuckDB in memory, with days and instants as text of fixed width, as on SQLite, so that the
reading functions of the store and the shipped reports run as they are. The cage of queries that people write
is DuckDB's own: it opens files of the folder and no others, its settings are locked, and only a SELECT runs.
"""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from weakref import WeakSet

import sqlalchemy as sa
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import NullPool

from timeline.errors import OutOfTime, QueryFailed, QueryRefused, StoreUnavailable
from timeline.extras import needs
from timeline.store.export import files_of
from timeline.store.sql import BATCH, UNKNOWN_NAME, Values, plain, tokens
from timeline.store.tables import DAY, INSTANT, REVISIONS, event_words, metadata

POINTER: Final = "CURRENT"
"""The file of a versioned folder that names the version to be read."""

LOCAL: Final = frozenset({"origin_file", "held_event", "projection"})
"""Tables of a store that are about the machine where it is, and not exported."""


class Dialect(PGDialect):
    """What SQLAlchemy writes for DuckDB, whose SQL is that of PostgreSQL; it has no transactions here."""

    name = "duckdb"
    driver = "duckdb"
    supports_statement_cache = True
    supports_server_side_cursors = False

    @classmethod
    def import_dbapi(cls) -> Any:
        """The library, which is a module of DB-API 2."""
        import duckdb

        return duckdb

    def initialize(self, connection: Connection) -> None:
        """Ask the server for nothing: there is none."""

    def do_commit(self, dbapi_connection: Any) -> None:
        """Nothing is written."""

    def do_rollback(self, dbapi_connection: Any) -> None:
        """Nothing is written."""

    def has_table(self, *_: Any, **__: Any) -> bool:
        """All relations are there, or the folder could not have been opened."""
        return True


registry.register(Dialect.name, __name__, Dialect.__name__)


class _Session:
    """A connection whose cursors run side by side, and can be interrupted."""

    def __init__(self, database: Any) -> None:
        self._database = database
        self._cursors: WeakSet[Any] = WeakSet()

    def cursor(self) -> Any:
        cursor = self._database.cursor()
        self._cursors.add(cursor)
        return cursor

    def interrupt(self) -> None:
        """End what runs."""
        for cursor in list(self._cursors):
            cursor.interrupt()

    def close(self) -> None:
        """The database is the engine's."""


def make_engine(folder: str) -> Engine:
    """An engine on a folder of Parquet; it is opened with the first connection.

    Raises StoreUnavailable where there is no such folder, MissingExtra without DuckDB.
    """
    opened: list[Any] = []
    lock = threading.Lock()

    def connect() -> _Session:
        with lock:
            if not opened:
                opened.append(_open(Path(folder)))
        return _Session(opened[0])

    with needs("parquet"):
        import duckdb  # noqa: F401 - said here, where it is asked for
    return sa.create_engine(
        f"{Dialect.name}://", creator=connect, poolclass=NullPool, paramstyle="numeric_dollar"
    )


def version_of(folder: Path) -> Path:
    """The folder that holds the relations: of one with versions, the version that its pointer names."""
    pointer = folder / POINTER
    if not pointer.is_file():
        return folder
    return folder / pointer.read_text(encoding="utf-8").strip()


def bytes_of(folder: str) -> int:
    """The size of all that is read."""
    return sum(p.stat().st_size for p in version_of(Path(folder)).rglob("*.parquet"))


def _open(folder: Path) -> Any:
    import duckdb

    from timeline.store.views import views

    version = version_of(folder)
    tables = [table for table in metadata.tables.values() if table.name not in LOCAL]
    relations = [*tables, event_words, *views.tables.values()]
    stored = [table for table in relations if not table.name.startswith("current_")]
    files = {table.name: files_of(version, table.name) for table in stored}
    missing = [name for name, found in files.items() if not found]
    if missing:
        reason = "holds no export" if version.is_dir() else "is not there"
        what = f": it has no {missing[0]}" if len(missing) < len(stored) else ""
        raise StoreUnavailable(
            f"parquet:{folder} {reason}{what}",
            "timeline export --format parquet --to DIR writes such a folder",
        )
    database = duckdb.connect(":memory:")
    try:
        database.execute("SET python_enable_replacements = false")
        database.execute("SET TimeZone = 'UTC'")
        # as SQLite has it: what is not there comes first
        database.execute("SET default_null_order = 'nulls_first_on_asc_last_on_desc'")
        for table in stored:
            database.execute(_view(table, files[table.name]))
        for table in relations:
            if table.name.startswith("current_"):
                database.execute(_current(table.name))
        for statement in _OWN:
            database.execute(statement)
        database.execute(f"SET allowed_directories = [{_text(f'{version.resolve()}/')}]")
        database.execute("SET enable_external_access = false")
        database.execute("SET lock_configuration = true")
    except duckdb.Error as error:
        database.close()
        reason = str(error).partition("\n")[0]
        raise StoreUnavailable(
            f"parquet:{folder} cannot be read: {reason}", "write it anew with this program"
        ) from error
    return database


_OWN: Final = (
    f"CREATE VIEW alembic_version AS SELECT '{REVISIONS[-1]}' AS version_num",
    "CREATE VIEW projection AS SELECT 'history' AS name, position FROM log_head",
    "CREATE VIEW origin_file AS SELECT '' AS origin, '' AS file, '' AS folders, '' AS held WHERE false",
    "CREATE VIEW held_event AS SELECT '' AS event, '' AS file WHERE false",
    "CREATE MACRO days_between(a, b) AS date_diff('day', CAST(a AS DATE), CAST(b AS DATE))",
    "CREATE MACRO day_of(a) AS substr(a, 1, 10)",
)


def _view(table: sa.Table, files: list[Path]) -> str:
    names = ", ".join(_text(str(path.resolve())) for path in files)
    columns = ", ".join(_column(column) for column in table.columns)
    return f"CREATE VIEW {table.name} AS SELECT {columns} FROM read_parquet([{names}])"  # noqa: S608


def _column(column: sa.Column[Any]) -> str:
    name = f'"{column.name}"'
    if column.type is DAY:
        return f"CAST({name} AS VARCHAR) AS {name}"
    if column.type is INSTANT:
        return f"strftime(CAST({name} AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S.%fZ') AS {name}"
    return name


def _current(name: str) -> str:
    today = "CAST(CAST(now() AS DATE) AS VARCHAR)"
    return (
        f"CREATE VIEW {name} AS SELECT * FROM {name.removeprefix('current_')} "  # noqa: S608
        f"WHERE valid_from <= {today} AND {today} < valid_to "
        "AND known_to = '9999-12-31T23:59:59.999999Z'"
    )


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


# --- queries --------------------------------------------------------------------------------------


def read(
    connection: Connection, statement: str, values: Mapping[str, Any], timeout: float | None
) -> Iterator[Values]:
    """See :func:`timeline.store.sql.read_sql`."""
    yield from _rows(connection, statement, values, timeout)


def ask(
    connection: Connection, statement: str, values: Mapping[str, Any], timeout: float | None
) -> Generator[Values, None, None]:
    """See :func:`timeline.store.sql.ask_sql`: what is not one SELECT or EXPLAIN is refused."""
    import duckdb

    try:
        found = duckdb.extract_statements(_named(statement))
    except duckdb.Error as error:
        raise _explained(error) from error
    if len(found) != 1:
        raise QueryRefused("more than one statement" if found else "no statement")
    if found[0].type not in (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN):
        raise QueryRefused("a statement that changes something")
    yield from _rows(connection, statement, values, timeout)


def _rows(
    connection: Connection, statement: str, values: Mapping[str, Any], timeout: float | None
) -> Generator[Values, None, None]:
    import duckdb

    session: Any = connection.connection.driver_connection
    cursor = session.cursor()
    clock = threading.Timer(timeout if timeout is not None else 0, cursor.interrupt)
    clock.daemon = True
    if timeout is not None:
        clock.start()
    try:
        cursor.execute(_named(statement), dict(values))
        yield [column[0] for column in cursor.description]
        while rows := cursor.fetchmany(BATCH):
            yield from ([plain(value) for value in row] for row in rows)
    except duckdb.InterruptException as error:
        if timeout is None:
            raise
        raise OutOfTime(timeout) from error
    except duckdb.Error as error:
        raise _explained(error) from error
    finally:
        clock.cancel()
        cursor.close()


def _named(statement: str) -> str:
    """A statement with its parameters as DuckDB writes them."""
    return "".join(
        f"${token.text[1:]}" if token.kind == "param" else token.text for token in tokens(statement)
    )


def _explained(error: Exception) -> QueryFailed | QueryRefused:
    import duckdb

    reason = str(error).partition("\n")[0]
    if isinstance(error, duckdb.PermissionException):
        return QueryRefused("what is outside of the folder")
    unknown = isinstance(error, duckdb.CatalogException | duckdb.BinderException)
    return QueryFailed(reason, UNKNOWN_NAME if unknown else None)


@contextmanager
def limited(connection: Connection, seconds: float) -> Iterator[None]:
    """See :func:`timeline.store.deadline.limited`: what runs when the time is over is interrupted."""
    import duckdb

    session: Any = connection.connection.driver_connection
    clock = threading.Timer(seconds, session.interrupt)
    clock.daemon = True
    clock.start()
    try:
        yield
    except sa.exc.DBAPIError as error:
        if isinstance(error.orig, duckdb.InterruptException):
            raise OutOfTime(seconds) from error
        raise
    finally:
        clock.cancel()


def explain(error: Exception | None, name: str) -> StoreUnavailable:
    """What a failure of reading means for people."""
    reason = str(error).partition("\n")[0]
    return StoreUnavailable(f"{name} cannot be read: {reason}", "export or replay it anew")
