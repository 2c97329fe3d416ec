"""Read-only SQL on SQLite: our own queries in the session, those of people in another process."""

from __future__ import annotations

import math
import sqlite3
import time
from collections.abc import Generator, Iterator, Mapping
from typing import Any, Final

import msgspec
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from timeline.errors import OutOfTime, QueryFailed, QueryRefused, StoreUnavailable
from timeline.store.sql import BATCH, UNKNOWN_NAME, Values, plain
from timeline.store.sqlite_query import (
    Answer,
    Asked,
    Failure,
    add_functions,
    answer_query,
    guarded,
)
from timeline.worker import Started, clocked, read_frame, start, write_frame

_decode: Final = msgspec.msgpack.Decoder(Answer).decode


def read(
    connection: Connection, statement: str, values: Mapping[str, Any], timeout: float | None
) -> Iterator[Values]:
    """See :func:`timeline.store.sql.read_sql`."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    deadline = None if timeout is None else time.monotonic() + timeout
    denied: list[str] = []
    add_functions(driver)
    cursor = driver.cursor()
    cursor.row_factory = None
    try:
        with guarded(driver, denied, deadline):
            cursor.execute(statement, values)
        yield _names([name for name, *_ in cursor.description or ()])
        while True:
            with guarded(driver, denied, deadline):
                rows = cursor.fetchmany(BATCH)
            if not rows:
                return
            yield from map(_row, rows)
    except (sqlite3.Error, sqlite3.Warning, OverflowError) as error:
        if timeout is not None and "interrupted" in str(error):
            raise OutOfTime(timeout) from error
        if isinstance(error, sqlite3.DatabaseError) and not denied and _of_file(str(error)):
            raise DBAPIError.instance(statement, None, error, sqlite3.Error) from error
        raise _explained(Failure(str(error), denied[0] if denied else None)) from error
    finally:
        cursor.close()


def ask(
    database: str | sqlite3.Connection,
    statement: str,
    values: Mapping[str, Any],
    timeout: float | None,
) -> Generator[Values, None, None]:
    """See :func:`timeline.store.sql.ask_sql`; ``database`` is a file, or one in memory.

    The other process is ended by the clock, by an interrupt, and by who asks for no more rows.
    """
    path = database if isinstance(database, str) else None
    image = None if isinstance(database, str) else database.serialize()
    question = msgspec.msgpack.encode(Asked(statement, _storable(values), path, image))
    seconds = 0 if timeout is None else math.ceil(timeout) + 1
    with start(answer_query, number=seconds) as other, clocked(other, timeout) as over:
        try:
            yield from _answer(other, question)
        except _Ended:
            if over.is_set():
                assert timeout is not None
                raise OutOfTime(timeout) from None
            raise QueryFailed(
                "it needs more memory than a query may take, or its process was ended from outside",
                "ask for less at once",
            ) from None


class _Ended(Exception):
    """The other process is gone before its answer was complete."""


def _answer(other: Started, question: bytes) -> Iterator[Values]:
    assert other.to is not None
    try:
        write_frame(other.to, question)
    except BrokenPipeError:
        raise _Ended from None
    while (frame := read_frame(other.back)) is not None:
        answer = _decode(frame)
        if answer.failure is not None:
            if answer.failure.of_file and answer.failure.denied is None:
                raise sqlite3.OperationalError(answer.failure.reason)
            raise _explained(answer.failure)
        if answer.names is not None:
            yield _names(answer.names)
        yield from map(_row, answer.rows)
        if answer.done:
            return
    raise _Ended


def _storable(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as SQLite takes them; raises QueryFailed for what it does not have."""
    for name, value in values.items():
        if not isinstance(value, str | bytes | int | float | None):
            raise QueryFailed(f'":{name}" is {type(value).__name__}', "give text or a number")
        if isinstance(value, int) and not -(2**63) <= value < 2**63:
            raise QueryFailed(f'":{name}" is too large for the database', "give it as text")
    return dict(values)


def _names(names: list[str]) -> list[str]:
    if not names:
        raise QueryFailed("the query answers nothing", "write a SELECT")
    return names


def _row(row: Values) -> Values:
    if any(type(value) is float for value in row):
        return [plain(value) for value in row]
    return row


def _of_file(reason: str) -> bool:
    return "interrupted" in reason or ("malformed" in reason and "JSON" not in reason)


def _explained(failure: Failure) -> QueryRefused | QueryFailed | StoreUnavailable:
    reason = failure.reason
    if failure.denied is not None:
        return QueryRefused(failure.denied)
    if "readonly" in reason or "cannot VACUUM" in reason:
        return QueryRefused("a statement that changes something")
    if "one statement at a time" in reason:
        return QueryRefused("more than one statement")
    if "too big" in reason:
        return QueryFailed("a value or a row of it is longer than 16 MB", "ask for less of it")
    return QueryFailed(reason, UNKNOWN_NAME if reason.startswith("no such ") else None)
