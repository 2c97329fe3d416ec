"""What is particular to PostgreSQL: connections, values as the same text as on SQLite, COPY, failures.

Days and instants are ``date`` and ``timestamptz`` there, JSON is ``jsonb``. Loaders of the driver bring them
back as the text that went in, so that nothing above this module knows which database it reads.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any, Final

import msgspec
import psycopg
import sqlalchemy as sa
from psycopg import IsolationLevel
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from sqlalchemy.engine import URL, Connection, Engine, ExceptionContext
from sqlalchemy.exc import DBAPIError

from timeline.errors import Passing, StoreUnavailable

CONNECT_TIMEOUT: Final = 10
"""Seconds until a server that does not answer is given up, unless the URL says otherwise."""

DEAD_AFTER: Final = 60
"""Seconds until a connection counts as lost whose other end is gone without a word (a cable, a firewall)."""

PROBE: Final = 10
"""Seconds between two signs of life on a connection that is silent, as while a long query runs."""

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
    # a connection may have died with its server since it was last used
    engine = sa.create_engine(url, connect_args=arguments, pool_pre_ping=True)

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
    sa.event.listen(engine, "handle_error", _close_lost)
    return engine


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


_decode: Final = msgspec.json.decode
_encode: Final = msgspec.json.Encoder(order="sorted").encode
_long: Final = re.compile(rb"\d{16}")


class _Json(Loader):
    """``jsonb`` orders keys by their length and writes every number out; back to how it was written."""

    def load(self, data: Buffer) -> str:
        data = bytes(data)
        return _encode(_decode(data) if _long.search(data) is None else _exact(data)).decode()


def _exact(data: bytes) -> Any:
    """JSON where a whole number beyond 2**53 is what a float such as 1e21 has become."""
    import json

    def whole(text: str) -> int | float:
        value = int(text)
        return value if abs(value) < 2**53 else float(text)

    return json.loads(data, parse_int=whole)


def _load_text(connection: psycopg.Connection[Any]) -> None:
    for name, loader in (("date", _Day), ("timestamptz", _Instant), ("jsonb", _Json)):
        connection.adapters.register_loader(name, loader)


# --- many rows ------------------------------------------------------------------------------------


def copy_rows(connection: Connection, table: sa.Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows that hold a value for every column, as fast as the server takes them."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    statement = _copy(table)
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except psycopg.Error as error:
        lost = driver.closed
        if lost:
            connection.invalidate(error)
        raise DBAPIError.instance(
            statement.decode(), None, error, psycopg.Error, connection_invalidated=lost
        ) from error


def insert_missing(
    connection: Connection, table: sa.Table, rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert the rows that are not there yet, of a table whose columns are all text."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    connection.exec_driver_sql(_insert_missing(table), tuple(columns))


@cache
def _insert_missing(table: sa.Table) -> str:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    arrays = ", ".join(["%s::text[]"] * len(table.columns))
    select = f"SELECT * FROM unnest({arrays}) ON CONFLICT DO NOTHING"  # noqa: S608 - our own names
    return f'INSERT INTO "{table.name}" ({names}) {select}'


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
