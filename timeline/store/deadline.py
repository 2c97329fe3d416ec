"""A limit on how long a database may work on what is asked, so that one question cannot stop all others."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import event as sa_event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from timeline.errors import OutOfTime
from timeline.store.engine import WATCHED

_STEPS: Final = 10_000
"""Instructions of SQLite's virtual machine between two looks at the clock: some tenths of a millisecond."""


@contextmanager
def limited(connection: Connection, seconds: float) -> Iterator[None]:
    """Stop what the database does for the connection ``seconds`` from now; raises OutOfTime.

    A statement that is running then is stopped, and none is begun after it.
    """
    end = time.monotonic() + seconds

    def look(*_: object) -> None:
        if time.monotonic() > end:
            raise OutOfTime(seconds)

    sa_event.listen(connection, "before_cursor_execute", look)
    stopping = _STOPPING[connection.dialect.name]
    connection.info[WATCHED] = True
    try:
        with stopping(connection, seconds, end):
            yield
    finally:
        connection.info.pop(WATCHED, None)
        sa_event.remove(connection, "before_cursor_execute", look)


@contextmanager
def _instructions(connection: Connection, seconds: float, end: float) -> Iterator[None]:
    """On SQLite, a running statement looks at the clock itself."""
    raw: Any = connection.connection.driver_connection
    raw.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
    try:
        yield
    except DBAPIError as error:
        if "interrupted" in str(error.orig):
            raise OutOfTime(seconds) from error
        raise
    finally:
        raw.set_progress_handler(None, 0)


@contextmanager
def _statements(connection: Connection, seconds: float, end: float) -> Iterator[None]:
    """On PostgreSQL, the server gives each statement the same time."""
    from psycopg.errors import QueryCanceled

    # for the transaction alone, which ends with the session
    milliseconds = max(int(seconds * 1000), 1)
    connection.exec_driver_sql(f"SET LOCAL statement_timeout = {milliseconds}")
    try:
        yield
    except DBAPIError as error:
        if isinstance(error.orig, QueryCanceled):
            raise OutOfTime(seconds) from error
        raise


@contextmanager
def _interrupted(connection: Connection, seconds: float, end: float) -> Iterator[None]:
    """On DuckDB, a clock interrupts what runs."""
    from timeline.store import sql_duckdb

    with sql_duckdb.limited(connection, seconds):
        yield


_STOPPING: Final = {"sqlite": _instructions, "postgresql": _statements, "duckdb": _interrupted}
