"""Read-only SQL on SQLite: an authorizer decides what a statement may touch, a progress handler how long.

The file is open read-only besides (:mod:`timeline.store.sqlite`); the authorizer also holds where it cannot
be, as for a store in memory.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from typing import Any, Final

from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from timeline.errors import OutOfTime, QueryFailed, QueryRefused
from timeline.store.sql import BATCH, UNKNOWN_NAME, Values, plain

_READING: Final = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE})
_LOOKING: Final = frozenset(
    {
        "collation_list", "compile_options", "foreign_key_list", "function_list", "index_info",
        "index_list", "index_xinfo", "pragma_list", "table_info", "table_list", "table_xinfo",
    }
)  # fmt: skip
"""The pragmas that only tell; every other one can set something."""

_HARMFUL: Final = frozenset({"edit", "fts3_tokenizer", "load_extension", "readfile", "writefile"})

_LIMITS: Final = {
    sqlite3.SQLITE_LIMIT_LENGTH: 64 * 2**20,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 2**20,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
}
"""So that no value eats the memory: zeroblob(1e9) is one word."""

_STEPS: Final = 10_000
"""Instructions of SQLite between two looks at the clock: some tenths of a millisecond."""

_ACTIONS: Final = {
    sqlite3.SQLITE_ATTACH: "ATTACH",
    sqlite3.SQLITE_DELETE: "DELETE",
    sqlite3.SQLITE_DETACH: "DETACH",
    sqlite3.SQLITE_INSERT: "INSERT",
    sqlite3.SQLITE_PRAGMA: "this PRAGMA",
    sqlite3.SQLITE_SAVEPOINT: "SAVEPOINT",
    sqlite3.SQLITE_TRANSACTION: "a transaction",
    sqlite3.SQLITE_UPDATE: "UPDATE",
}


def read(
    connection: Connection, statement: str, values: Mapping[str, Any], timeout: float | None
) -> Iterator[Values]:
    """See :func:`timeline.store.sql.read_sql`."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    deadline = None if timeout is None else time.monotonic() + timeout
    denied: list[str] = []
    driver.create_function("days_between", 2, _days_between, deterministic=True)
    driver.create_function("day_of", 1, _day_of, deterministic=True)
    cursor = driver.cursor()
    cursor.row_factory = None
    try:
        with _guarded(driver, denied, deadline):
            cursor.execute(statement, values)
            names = [name for name, *_ in cursor.description or ()]
        if not names:
            raise QueryFailed("the query answers nothing", "write a SELECT")
        yield names
        while True:
            with _guarded(driver, denied, deadline):
                rows = cursor.fetchmany(BATCH)
            if not rows:
                return
            for row in rows:
                yield [plain(value) for value in row] if _has_float(row) else row
    except (sqlite3.Error, sqlite3.Warning, OverflowError) as error:
        if timeout is not None and "interrupted" in str(error):
            raise OutOfTime(timeout) from error
        raise _explained(error, statement, denied) from error
    finally:
        cursor.close()


def _has_float(row: Values) -> bool:
    return any(type(value) is float for value in row)


@contextmanager
def _guarded(
    driver: sqlite3.Connection, denied: list[str], deadline: float | None
) -> Iterator[None]:
    """Whatever the connection does inside is looked at; outside it is as it was."""

    def authorize(
        action: int, first: str | None, second: str | None, database: str | None, view: str | None
    ) -> int:
        allowed = (
            action in _READING
            or (action == sqlite3.SQLITE_FUNCTION and str(second).lower() not in _HARMFUL)
            or (action == sqlite3.SQLITE_PRAGMA and str(first).lower() in _LOOKING)
        )
        if allowed:
            return sqlite3.SQLITE_OK
        what = second if action == sqlite3.SQLITE_FUNCTION else None
        denied.append(what or _ACTIONS.get(action, "a statement that changes something"))
        return sqlite3.SQLITE_DENY

    before = {limit: driver.setlimit(limit, most) for limit, most in _LIMITS.items()}
    driver.set_authorizer(authorize)
    if deadline is not None:
        driver.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)
    try:
        yield
    finally:
        if deadline is not None:
            driver.set_progress_handler(None, 0)
        driver.set_authorizer(None)
        for limit, most in before.items():
            driver.setlimit(limit, most)


@lru_cache(maxsize=65_536)
def _days_between(first: str | None, second: str | None) -> int | None:
    """As the function of that name on PostgreSQL. A report asks it of the same few days again and again."""
    if first is None or second is None:
        return None
    return (date.fromisoformat(second[:10]) - date.fromisoformat(first[:10])).days


def _day_of(instant: str | None) -> str | None:
    """As the function of that name on PostgreSQL."""
    return None if instant is None else instant[:10]


def _explained(error: Exception, statement: str, denied: list[str]) -> Exception:
    if denied:
        return QueryRefused(denied[0])
    reason = str(error)
    if isinstance(error, sqlite3.DatabaseError) and (
        "interrupted" in reason or ("malformed" in reason and "JSON" not in reason)
    ):
        # the file, or somebody else's limit; not the query
        return DBAPIError.instance(statement, None, error, sqlite3.Error)
    if "readonly" in reason or "cannot VACUUM" in reason:
        return QueryRefused("a statement that changes something")
    if "one statement at a time" in reason:
        return QueryRefused("more than one statement")
    return QueryFailed(reason, UNKNOWN_NAME if reason.startswith("no such ") else None)
