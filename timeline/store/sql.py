"""Questions in SQL: those that the program ships, and those that people write, which run in a cage.

How each database keeps a query from doing anything but reading stands in :mod:`timeline.store.sqlite_query`
and :mod:`timeline.store.sql_postgresql`; who is promised what, in docs/security.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from sqlalchemy.engine import Connection

from timeline.errors import QueryFailed
from timeline.model.values import format_instant

if TYPE_CHECKING:
    from timeline.store.store import Store

Values: TypeAlias = Sequence[Any]
"""A row as it comes: a value for each column."""

UNKNOWN_NAME: Final = "timeline schema lists the tables and views with their columns"
"""What to do about a name that the database does not know."""

BATCH: Final = 1000
"""Rows that are fetched together; more take memory and save nothing measurable."""

WIDEST: Final = 2**63
"""Whole numbers from here on stay decimals: no column of a file holds them, and few programs read them."""

LONGEST_QUERY: Final = 2**20
"""Bytes of a query that a person wrote."""

_TOKEN: Final = re.compile(
    r"""
      (?P<blank> \s+ | --[^\n]* )
    | (?P<comment> /\* )
    | (?P<unicode> [uU]&["'] )
    | (?P<escaped> [eE]'(?:[^'\\]|\\.|'')*' )
    | (?P<text> '(?:[^']|'')*' )
    | (?P<dollar> \$(?P<tag>(?:[^\W\d]\w*)?)\$ .*? \$(?P=tag)\$ )
    | (?P<name> "(?:[^"]|"")*" | `(?:[^`]|``)*` | [^\W\d][\w$]* )
    | (?P<number> \d[\w.]* )
    | (?P<cast> :: )
    | (?P<param> (?<![\w:]) : [^\W\d]\w* )
    | (?P<end> ; )
    | (?P<other> . )
    """,
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """A piece of SQL: what it is, and its text."""

    kind: str
    text: str


def tokens(statement: str) -> Iterator[Token]:
    """The pieces of one statement, comments as blanks; raises QueryFailed for what never ends."""
    place = 0
    while place < len(statement):
        match = _TOKEN.match(statement, place)
        assert match is not None  # "other" takes any character
        kind = str(match.lastgroup)
        if match["dollar"] is not None:
            kind = "dollar"
        end = match.end()
        if kind == "comment":
            kind, end = "blank", _end_of_comment(statement, place)
        yield Token(kind, statement[place:end])
        place = end


def _end_of_comment(statement: str, start: int) -> int:
    """Behind a comment; on PostgreSQL they nest, on SQLite the outermost then ends too soon to harm."""
    depth = 0
    for match in re.finditer(r"/\*|\*/", statement[start:]):
        depth += 1 if match[0] == "/*" else -1
        if depth == 0:
            return start + match.end()
    raise QueryFailed("a comment has no end", "close it with */")


def parameters(statement: str) -> list[str]:
    """The names of the parameters (``:name``) of a statement, in the order in which they appear."""
    found = (token.text[1:] for token in tokens(statement) if token.kind == "param")
    return list(dict.fromkeys(found))


def check_parameters(statement: str, given: Mapping[str, Any]) -> None:
    """Raise QueryFailed for a parameter that has no value, and for a value that has no parameter."""
    names = parameters(statement)
    missing = [name for name in names if name not in given]
    if missing:
        raise QueryFailed(f'no value for ":{missing[0]}"', f"add --param {missing[0]}=VALUE")
    unknown = [name for name in given if name not in names]
    if unknown:
        hint = f"it has {', '.join(f':{name}' for name in names)}" if names else "it has none"
        raise QueryFailed(f'the query has no parameter ":{unknown[0]}"', hint)


def read_sql(
    connection: Connection,
    statement: str,
    given: Mapping[str, Any] | None = None,
    *,
    timeout: float | None = None,
) -> Iterator[Values]:
    """The names of the columns, then the rows one by one, for a query that the program ships.

    ``statement`` is one SELECT with parameters ``:name``; it runs in the read-only session of the connection.
    ``timeout`` is in seconds, until the last row. Raises QueryFailed and OutOfTime.
    """
    values = _values(statement, given)
    if connection.dialect.name == "sqlite":
        from timeline.store import sql_sqlite

        yield from sql_sqlite.read(connection, statement, values, timeout)
    elif connection.dialect.name == "duckdb":
        from timeline.store import sql_duckdb

        yield from sql_duckdb.read(connection, statement, values, timeout)
    else:
        from timeline.store import sql_postgresql

        yield from sql_postgresql.read(connection, statement, values, timeout)


def ask_sql(
    store: Store,
    statement: str,
    given: Mapping[str, Any] | None = None,
    *,
    timeout: float | None = None,
    most_bytes: int | None = None,
) -> Iterator[Values]:
    """The names of the columns, then the rows one by one, for a query that a person wrote.

    ``statement`` is one SELECT (or WITH, VALUES, EXPLAIN) with parameters ``:name``. It cannot change
    anything, call a function that does more than compute, or outlive ``timeout`` (seconds until the last
    row): on SQLite it runs in a process of its own, on PostgreSQL under a login that can only read, over
    Parquet in a database that sees nothing but the folder.
    It sees the store as it is when it begins. ``most_bytes`` is the most that all rows may have. Raises
    QueryFailed, QueryRefused, OutOfTime, and UnsafeReader where PostgreSQL has no such login.
    """
    if len(statement.encode(errors="replace")) > LONGEST_QUERY:
        raise QueryFailed("the query is longer than 1 MB", "put data into the store, not the query")
    values = _values(statement, given)
    if timeout is not None and not 0 < timeout < float("inf"):
        raise QueryFailed(f"{timeout} is no time", "give seconds as a number above 0")
    with store.asking() as database:
        if isinstance(database, Connection) and database.dialect.name == "duckdb":
            from timeline.store import sql_duckdb

            rows = sql_duckdb.ask(database, statement, values, timeout)
        elif isinstance(database, Connection):
            from timeline.store import sql_postgresql

            rows = sql_postgresql.ask(database, statement, values, timeout)
        else:
            from timeline.store import sql_sqlite

            rows = sql_sqlite.ask(database, statement, values, timeout)
        with closing(rows):  # before the connection is given back
            yield from rows if most_bytes is None else _bounded(rows, most_bytes)


def _values(statement: str, given: Mapping[str, Any] | None) -> dict[str, Any]:
    values = {name: _given(value) for name, value in (given or {}).items()}
    check_parameters(statement, values)
    return values


def _bounded(rows: Iterator[Values], most: int) -> Iterator[Values]:
    yield next(rows)
    size = 0
    for row in rows:
        size += sum(len(value) if isinstance(value, str | bytes) else 8 for value in row)
        if size > most:
            raise QueryFailed(
                f"the answer is larger than {most // 2**20} MB", "ask for fewer rows or columns"
            )
        yield row


def _given(value: Any) -> Any:
    """A parameter as both databases take it."""
    if isinstance(value, datetime):
        return format_instant(value)
    return str(value) if isinstance(value, date | Decimal) else value


def plain(value: Any) -> Any:
    """A value as both databases have it: days and instants as text, truth as 1 and 0.

    Whole numbers of 64 bits are integers; a decimal stays one only where no float is the same.
    """
    if isinstance(value, datetime):
        return format_instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    if isinstance(value, int):
        return value if -WIDEST <= value < WIDEST else Decimal(value)
    if isinstance(value, Decimal) and value.is_finite():
        if -WIDEST <= value < WIDEST and value == value.to_integral_value():
            return int(value)
        near = float(value)
        return near if Decimal(repr(near)) == value else value
    return value
