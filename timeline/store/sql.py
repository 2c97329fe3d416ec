"""Questions in SQL: the text is looked at, and the database itself keeps it from changing anything.

How each does that stands in :mod:`timeline.store.sql_sqlite` and :mod:`timeline.store.sql_postgresql`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple, TypeAlias

from sqlalchemy.engine import Connection

from timeline.errors import QueryFailed
from timeline.model.values import format_instant

Values: TypeAlias = Sequence[Any]
"""A row as it comes: a value for each column."""

UNKNOWN_NAME: Final = "timeline schema lists the tables and views with their columns"
"""What to do about a name that the database does not know."""

BATCH: Final = 1000
"""Rows that are fetched together; more take memory and save nothing measurable."""

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
    """The names of the columns, then the rows one by one, in constant memory.

    ``statement`` is one SELECT (or WITH, VALUES, EXPLAIN) with parameters ``:name``; nothing that it does
    can change the store. ``timeout`` is in seconds, until the last row. Raises QueryFailed, QueryRefused
    and OutOfTime.
    """
    values = {name: _given(value) for name, value in (given or {}).items()}
    check_parameters(statement, values)
    if connection.dialect.name == "sqlite":
        from timeline.store import sql_sqlite

        yield from sql_sqlite.read(connection, statement, values, timeout)
    else:
        from timeline.store import sql_postgresql

        yield from sql_postgresql.read(connection, statement, values, timeout)


def _given(value: Any) -> Any:
    """A parameter as both databases take it."""
    if isinstance(value, datetime):
        return format_instant(value)
    return str(value) if isinstance(value, date | Decimal) else value


def plain(value: Any) -> Any:
    """A value as both databases have it: days and instants as text, truth as 1 and 0.

    Whole numbers are integers; a decimal stays one only where no float is the same.
    """
    if isinstance(value, datetime):
        return format_instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    if isinstance(value, Decimal) and value.is_finite():
        if value == value.to_integral_value():
            return int(value)
        near = float(value)
        return near if Decimal(repr(near)) == value else value
    return value
