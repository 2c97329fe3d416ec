"""What is particular to PostgreSQL: connections, values as the same text as on SQLite, COPY, failures.

Days and instants are ``date`` and ``timestamptz`` there, JSON is ``jsonb``. Loaders of the driver bring them
back as the text that went in, so that nothing above this module knows which database it reads.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from selectors import EVENT_READ, DefaultSelector
from typing import Any, Final, LiteralString, TypeAlias

import msgspec
import psycopg
import sqlalchemy as sa
from psycopg import IsolationLevel
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from sqlalchemy.dialects import postgresql as sa_postgresql
from sqlalchemy.engine import URL, Connection, Engine, ExceptionContext
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

from timeline.errors import Passing, StoreUnavailable
from timeline.ingest.draft import as_written

CONNECT_TIMEOUT: Final = 10
"""Seconds until a server that does not answer is given up, unless the URL says otherwise."""

DEAD_AFTER: Final = 60
"""Seconds until a connection counts as lost whose other end is gone without a word (a cable, a firewall)."""

TRUSTED: Final = 1.0
"""Seconds after which a kept connection is tried before it is used again, though it is silent."""

PROBE: Final = 10
"""Seconds between two signs of life on a connection that is silent, as while a long query runs."""

_USED: Final = "timeline_used"
"""What is noted of a kept connection: when it was used last."""

FEW: Final = 100
"""Rows up to which an INSERT goes to the server with what else is written: a COPY goes by itself."""

INIT_LOCK: Final = 0x74696D656C696E65
"""The advisory lock of a migration: the bytes of "timeline"."""


def make_engine(url: URL, *, read_only: bool, lock_timeout: float) -> Engine:
    """An engine whose connections are set up for the log; nothing is opened yet."""
    defaults: dict[str, Any] = {
        "connect_timeout": CONNECT_TIMEOUT,
        "application_name": "timeline",
        "client_encoding": "utf8",
        # half as much silence, then probes: the end is known within DEAD_AFTER whoever speaks last
        "keepalives_idle": DEAD_AFTER // 2,
        "keepalives_interval": PROBE,
        "keepalives_count": DEAD_AFTER // 2 // PROBE,
        "tcp_user_timeout": DEAD_AFTER * 1000,
    }
    arguments = {name: value for name, value in defaults.items() if name not in url.query}
    engine = sa.create_engine(url, connect_args=arguments)

    def set_up(connection: psycopg.Connection[Any], _record: object) -> None:
        _load_text(connection)
        settings = {
            "TimeZone": "UTC",
            "DateStyle": "ISO",
            "lock_timeout": f"{lock_timeout * 1000:.0f}",
            # in a bulk replay the plan for an empty table would be kept for a full one
            "plan_cache_mode": "auto" if read_only else "force_custom_plan",
        }
        connection.autocommit = True
        statements = [f"SET {name} = '{value}'" for name, value in settings.items()]
        connection.execute("; ".join(statements).encode())
        connection.autocommit = False
        if read_only:
            # all statements of a session see one state of the store
            connection.isolation_level = IsolationLevel.REPEATABLE_READ
            connection.read_only = True
        else:
            # who waited for the lock must see what the one before it committed
            connection.isolation_level = IsolationLevel.READ_COMMITTED

    sa.event.listen(engine, "connect", set_up)
    sa.event.listen(engine, "checkin", _note_use)
    sa.event.listen(engine, "checkout", _check_alive)
    if not read_only:
        sa.event.listen(engine, "before_cursor_execute", _send_before)
        sa.event.listen(engine, "commit", _send_all)
        sa.event.listen(engine, "rollback", _forget)
    sa.event.listen(engine, "handle_error", _close_lost)
    return engine


def _note_use(_driver: object, record: ConnectionPoolEntry) -> None:
    record.info[_USED] = time.monotonic()


def _check_alive(
    driver: psycopg.Connection[Any], record: ConnectionPoolEntry, _proxy: object
) -> None:
    """Refuse a kept connection that died with its server since it was last used.

    What the server says last, and its end of the connection, have come by then. Only where that may have
    been lost on the way is the server asked, which takes a round trip.
    """
    used = record.info.get(_USED)
    if used is None or (time.monotonic() - used < TRUSTED and not _has_something_to_say(driver)):
        return
    try:
        driver.autocommit = True
        driver.execute("SELECT 1")
        driver.autocommit = False
    except psycopg.Error as error:
        raise InvalidatePoolError from error


def _has_something_to_say(driver: psycopg.Connection[Any]) -> bool:
    with DefaultSelector() as selector:
        selector.register(driver.fileno(), EVENT_READ)
        return bool(selector.select(0))


def _close_lost(context: ExceptionContext) -> None:
    """Close the cursor of a lost connection: SQLAlchemy leaves it to be collected, and psycopg warns then."""
    cursor: Any = getattr(context.execution_context, "cursor", None)
    if cursor is not None and cursor.connection.closed:
        cursor.close()


# --- values as text -------------------------------------------------------------------------------


class _Day(Loader):
    def load(self, data: Buffer) -> str:
        return bytes(data).decode()


class _Instant(Loader):
    def load(self, data: Buffer) -> str:
        text = bytes(data).decode()  # 2025-01-31 23:59:59.5+00, with as many decimals as it needs
        if text[4] != "-" or text[-3:] != "+00":
            return text  # infinity, or a year that the log cannot hold: only a query can make it
        return f"{text[:10]}T{text[11:19]}.{text[20:-3]:0<6}Z"


class _Json(Loader):
    def load(self, data: Buffer) -> str:
        return as_written(bytes(data))


def _load_text(connection: psycopg.Connection[Any]) -> None:
    for name, loader in (("date", _Day), ("timestamptz", _Instant), ("jsonb", _Json)):
        connection.adapters.register_loader(name, loader)


# --- round trips -----------------------------------------------------------------------------------
#
# A transaction that appends waits for the server as often as it asks something. What it writes is kept until
# something is read again or the transaction ends, and goes to the server in one pipeline, the COMMIT with it.

_KEPT: Final = "timeline_kept"
"""What is noted of a connection: the statements that were not sent yet, with their parameters."""

_Statement: TypeAlias = tuple[LiteralString, Mapping[str, Any] | Sequence[Any]]


def ask(connection: Connection, sql: str, parameters: Mapping[str, Any]) -> psycopg.Cursor[Any]:
    """What a statement gives, without SQLAlchemy's way to the driver."""
    send(connection)
    with _explained(connection, sql) as driver:
        return driver.execute(sql, parameters)


def ask_together(connection: Connection, *statements: str) -> list[psycopg.Cursor[Any]]:
    """What each of some statements without parameters gives, in one round trip."""
    send(connection)
    with _explained(connection, statements[-1]) as driver, driver.pipeline():
        return [driver.execute(sql) for sql in statements]


def later(connection: Connection, sql: str, parameters: Mapping[str, Any] | Sequence[Any]) -> None:
    """Keep a statement that gives nothing until something is read, or the transaction ends."""
    kept: list[_Statement] = connection.info.setdefault(_KEPT, [])
    kept.append((sql, parameters))
    if len(kept) >= _MOST_KEPT:
        send(connection)


_MOST_KEPT: Final = 1000
"""Statements that wait; an append of hardly any size has more."""


def send(connection: Connection, *, commit: bool = False) -> None:
    """Send what was kept; with ``commit`` as the end of the transaction."""
    kept: list[_Statement] | None = connection.info.get(_KEPT)
    if not kept:
        return
    statements = list(kept)
    kept.clear()
    with _explained(connection, statements[0][0]) as driver, driver.pipeline():
        for sql, parameters in statements:
            driver.execute(sql, parameters)
        if commit:
            driver.commit()


@contextmanager
def _explained(connection: Connection, sql: str) -> Iterator[psycopg.Connection[Any]]:
    """The connection of the driver, whose failures become those that SQLAlchemy would raise."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    try:
        yield driver
    except psycopg.Error as error:
        lost = driver.closed
        if lost:
            connection.invalidate(error)
        raise DBAPIError.instance(
            sql, None, error, psycopg.Error, connection_invalidated=lost
        ) from error


def _send_before(connection: Connection, *_: object) -> None:
    send(connection)


def _send_all(connection: Connection) -> None:
    send(connection, commit=True)


def _forget(connection: Connection) -> None:
    if not connection.closed and not connection.invalidated:
        connection.info.pop(_KEPT, None)


# --- many rows ------------------------------------------------------------------------------------


def copy_rows(connection: Connection, table: sa.Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows that hold a value for every column, as fast as the server takes them."""
    send(connection)
    statement = _copy(table)
    with (
        _explained(connection, statement.decode()) as driver,
        driver.cursor() as cursor,
        cursor.copy(statement) as copy,
    ):
        for row in rows:
            copy.write_row(row)


def insert_rows(
    connection: Connection, table: sa.Table, rows: Sequence[tuple[Any, ...]], *, new: bool
) -> None:
    """Insert rows that hold a value for every column, :func:`later`; unless ``new``, what is missing."""
    # one text for all of them: the driver takes several times as long to write an array for each column
    names = [column.name for column in table.columns]
    given = _json([dict(zip(names, row, strict=True)) for row in rows]).decode()
    later(connection, _insert(table, new), (given,))


_json: Final = msgspec.json.Encoder().encode


@cache
def _insert(table: sa.Table, new: bool) -> str:
    dialect = sa_postgresql.dialect()  # type: ignore[no-untyped-call]
    types = {f'"{column.name}"': column.type.compile(dialect) for column in table.columns}
    # what is written as JSON, or has a type of its own, comes as text; so does text that is not to be cut
    given = {
        name: "TEXT" if type_.startswith(("JSONB", "TSVECTOR", "VARCHAR")) else type_
        for name, type_ in types.items()
    }
    taken = [
        f"{name}::{type_}" if type_ in ("JSONB", "TSVECTOR") else name
        for name, type_ in types.items()
    ]
    columns = ", ".join(f"{name} {type_}" for name, type_ in given.items())
    select = f"SELECT {', '.join(taken)} FROM json_to_recordset(%s) AS given({columns})"  # noqa: S608
    conflict = "" if new else " ON CONFLICT DO NOTHING"
    return f'INSERT INTO "{table.name}" ({", ".join(types)}) {select}{conflict}'


@cache
def _copy(table: sa.Table) -> bytes:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    return f'COPY "{table.name}" ({names}) FROM STDIN'.encode()


# --- migrations -----------------------------------------------------------------------------------


def prepare_migration(connection: Connection) -> None:
    """Let one process at a time migrate, and refuse a database that cannot hold every text."""
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(INIT_LOCK)))
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar()
    if encoding != "UTF8":
        raise StoreUnavailable(
            f"the database is encoded in {encoding}, which cannot hold every name",
            "make it anew: createdb --encoding=UTF8 --template=template0 NAME",
        )


# --- failures -------------------------------------------------------------------------------------

_STATES: Final[dict[str, tuple[str, str, Passing]]] = {
    "08": ("the connection to {name} was lost", "nothing was stored; try again", Passing.YES),
    "25006": (
        "{name} cannot be written: the server only reads",
        "nothing was stored; name the primary server with --db",
        Passing.NO,
    ),
    "28": (
        "{name} refuses the login: {reason}",
        "check the user and the password in the URL (or in ~/.pgpass)",
        Passing.NO,
    ),
    "3D000": (
        "{name} does not exist: {reason}",
        "make it with createdb, or check --db",
        Passing.NO,
    ),
    "40": (
        "{name} could not order this transaction among others: {reason}",
        "nothing was stored; try again",
        Passing.YES,
    ),
    "42501": (
        "{name} does not allow that: {reason}",
        "use a role that may do it; timeline db grants shows which role may do what",
        Passing.NO,
    ),
    "53100": (
        "{name} cannot be written: the server's disk is full",
        "nothing was stored; make room and try again",
        Passing.NO,
    ),
    "53300": ("{name} has no connection left: {reason}", "try again later", Passing.YES),
    "55P03": (
        "{name} is busy: another program has been writing all the while",
        "nothing was stored; try again when it is done",
        Passing.YES,
    ),
    "57P": (
        "the server of {name} is going down or coming up",
        "try again when it is up",
        Passing.YES,
    ),
}
"""What to say by SQLSTATE, or by its beginning; the longest that fits."""

_SIGNS: Final = {
    "authentication failed": "28",
    "no password supplied": "28",
    "no pg_hba.conf entry": "28",
    'role "': "28",
    'database "': "3D000",
    "starting up": "57P",
    "shutting down": "57P",
    "recovery mode": "57P",
    "too many clients": "53300",
    "connection slots": "53300",
}
"""While connecting, the driver knows no SQLSTATE, only what the server said."""


def explain(error: DBAPIError, name: str) -> StoreUnavailable | None:
    """What a failure means for people; None where it can only be a bug."""
    orig = error.orig
    state = getattr(orig, "sqlstate", None) or ""
    diagnosis = getattr(getattr(orig, "diag", None), "message_primary", None)
    reason = diagnosis or _last_line(str(orig))
    if "ahead of the clock of the server" in reason:
        return StoreUnavailable(
            f"{name} refuses what is recorded more than a day ahead of its server's clock",
            "nothing was stored; set the clock of this machine",
        )
    if "append-only" in reason:
        return StoreUnavailable(
            f"{name} refused to change its log: {reason}", "this is a bug; please report it"
        )
    if error.connection_invalidated and not state:
        state = "08006"
    if not state and error.statement is None and isinstance(orig, psycopg.ProgrammingError):
        return StoreUnavailable(  # before anything was sent: it is the URL that is wrong
            f"{name} cannot be reached: {reason}", "check the options in the URL"
        )
    if not state and isinstance(orig, psycopg.OperationalError):
        state = next((state for sign, state in _SIGNS.items() if sign in str(orig)), "")
        if not state:
            return StoreUnavailable(
                f"{name} cannot be reached: {reason}",
                "check the host and the port in --db, and that the server runs",
                passing=Passing.PERHAPS,
            )
    for length in range(len(state), 1, -1):
        if state[:length] in _STATES:
            message, hint, passing = _STATES[state[:length]]
            message = message.format(name=name, reason=reason)
            return StoreUnavailable(message, hint, passing=passing)
    if isinstance(orig, psycopg.OperationalError):
        return StoreUnavailable(f"{name} cannot be used: {reason}", "check --db or TIMELINE_DB")
    return None


def _last_line(text: str) -> str:
    """The server's own words, without the attempts that the driver lists before them."""
    lines = [line.strip(" -") for line in text.strip().splitlines()]
    for line in lines:
        if "FATAL:" in line:
            return line.partition("FATAL:")[2].strip()
    return lines[0] if lines else "no reason given"
