"""Read-only SQL on PostgreSQL: in a read-only transaction, under the reader's role, as a cursor.

The transaction is read-only before the statement comes, and a query has run in it, so that nothing can make
it another. A cursor takes one SELECT and no other statement. What is left are functions with effects of their
own (files, large objects, settings, other connections): the server's catalogue says which functions are
volatile, and these are refused, except for a few that only tell something.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, Final

import psycopg
import sqlalchemy as sa
from psycopg import pq
from psycopg.adapt import Buffer, Loader
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from timeline.errors import OutOfTime, QueryFailed, QueryRefused
from timeline.store.grants import Roles
from timeline.store.sql import BATCH, UNKNOWN_NAME, Token, Values, plain, tokens

_HARMLESS: Final = frozenset({"clock_timestamp", "gen_random_uuid", "random", "timeofday"})
_CHANGING: Final = {
    *("alter", "comment", "create", "delete", "drop", "grant"),
    *("insert", "merge", "revoke", "truncate", "update"),
}
"""What a statement that changes something begins with: a cursor calls it a syntax error."""

_CURSOR: Final = "timeline_rows"
_CANCELED: Final = "57014"
_SAID: Final = frozenset({"08", "57"})
"""SQLSTATE classes of a connection or a server that is gone: nothing that the query did."""


class _Json(Loader):
    """JSON as the text that SQLite has."""

    def load(self, data: Buffer) -> str:
        value = json.loads(bytes(data))
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def read(
    connection: Connection, statement: str, values: Mapping[str, Any], timeout: float | None
) -> Iterator[Values]:
    """See :func:`timeline.store.sql.read_sql`."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    deadline = None if timeout is None else time.monotonic() + timeout
    parsed = list(tokens(statement))
    _check(connection, parsed)
    text = _with_placeholders(parsed)
    inside = connection.begin_nested()  # undoes the settings, and survives a query that fails
    try:
        _settle(connection, deadline)
        explains = _words(parsed)[:1] == ["explain"]
        read = _explain if explains else _stream
        for row in read(driver, text, values):
            if timeout is not None and deadline is not None and time.monotonic() > deadline:
                raise OutOfTime(timeout)
            yield row
    except psycopg.Error as error:
        if timeout is not None and error.sqlstate == _CANCELED:
            raise OutOfTime(timeout) from error
        raise _explained(error, driver, text) from error
    finally:
        if inside.is_active and not driver.closed:
            inside.rollback()


def _stream(
    driver: psycopg.Connection[Any], text: str, values: Mapping[str, Any]
) -> Iterator[Values]:
    with driver.cursor(_CURSOR) as cursor:
        for name in ("json", "jsonb"):
            cursor.adapters.register_loader(name, _Json)
        cursor.execute(text.encode(), values)
        yield [column.name for column in cursor.description or ()]
        while rows := cursor.fetchmany(BATCH):
            for row in rows:
                yield [plain(value) for value in row]


def _explain(
    driver: psycopg.Connection[Any], text: str, values: Mapping[str, Any]
) -> Iterator[Values]:
    yield ["QUERY PLAN"]
    with driver.cursor() as cursor:
        # one statement only: stream() takes the protocol that knows no second one
        yield from cursor.stream(text.encode(), values)


def _check(connection: Connection, parsed: list[Token]) -> None:
    """Raise QueryRefused for a function that can do something, and for a name that hides which it is."""
    if any(token.kind == "unicode" for token in parsed):
        raise QueryRefused('a name or text written as U&"…"')
    if _CHANGING.intersection(_words(parsed)[:1]):
        raise QueryRefused("a statement that changes something")
    solid = [token for token in parsed if token.kind != "blank"]
    called = {
        _name(token.text)
        for token, after in pairwise(solid)
        if token.kind == "name" and after.text == "("
    }
    if not called:
        return
    volatile = connection.execute(
        sa.text(
            "SELECT proname FROM pg_catalog.pg_proc "
            "WHERE provolatile = 'v' AND proname = ANY(:names) ORDER BY proname"
        ),
        {"names": sorted(called - _HARMLESS)},
    ).scalars()
    for name in volatile:
        raise QueryRefused(f"the function {name}, which can do more than tell")


def _words(parsed: list[Token]) -> list[str]:
    return [_name(token.text) for token in parsed if token.kind == "name"]


def _name(text: str) -> str:
    """A name as the server looks it up."""
    return text[1:-1].replace('""', '"') if text.startswith('"') else text.lower()


def _with_placeholders(parsed: list[Token]) -> str:
    """The statement as the driver takes it; a semicolon at the very end is let go."""
    while parsed and (parsed[-1].kind == "blank" or parsed[-1].kind == "end"):
        parsed = parsed[:-1]
    return "".join(
        f"%({token.text[1:]})s" if token.kind == "param" else token.text.replace("%", "%%")
        for token in parsed
    )


def _settle(connection: Connection, deadline: float | None) -> None:
    """The reader's role where there is one that may be taken, a time limit, a plan for all the rows."""
    role = Roles().reader
    # by its number: a name that somebody drops meanwhile would be an error, a number is not
    may = sa.text(
        "SELECT pg_has_role(current_user, oid, 'MEMBER') AND has_table_privilege(oid, 'log_head', 'SELECT')"
        " FROM pg_catalog.pg_roles WHERE rolname = :role"
    )
    if connection.scalar(may, {"role": role}):
        connection.exec_driver_sql(f'SET LOCAL ROLE "{role}"')
    connection.exec_driver_sql("SET LOCAL standard_conforming_strings = on")
    connection.exec_driver_sql("SET LOCAL TimeZone = 'UTC'")
    connection.exec_driver_sql("SET LOCAL cursor_tuple_fraction = 1")
    if deadline is not None:
        left = max(1, round((deadline - time.monotonic()) * 1000))
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {left}")


def _explained(error: psycopg.Error, driver: psycopg.Connection[Any], text: str) -> Exception:
    state = error.sqlstate or ""
    if driver.closed or driver.pgconn.status != pq.ConnStatus.OK or state[:2] in _SAID:
        return DBAPIError.instance(text, None, error, psycopg.Error, connection_invalidated=True)
    reason = error.diag.message_primary or str(error)
    if state == "25006" or "data-modifying" in reason:
        return QueryRefused("a statement that changes something")
    if state == "42501":
        return QueryRefused(reason)
    if "multiple commands" in reason:
        return QueryRefused("more than one statement")
    unknown = state in ("42P01", "42703")  # a table, a column
    return QueryFailed(reason, error.diag.message_hint or (UNKNOWN_NAME if unknown else None))
