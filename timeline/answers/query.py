"""Questions in SQL, whose ``:on`` and ``:known`` mean what they mean everywhere."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Self

from msgspec import UNSET, Struct, UnsetType
from sqlalchemy.engine import Connection

from timeline.answers.coordinate import coordinate
from timeline.answers.tabular import Tabular
from timeline.errors import QueryFailed
from timeline.model.values import Day, within
from timeline.store.sql import parameters


class Asked(Struct, frozen=True, kw_only=True):
    """The day that a report is about, what was known by then, and where the log ended."""

    on: Day
    known: str | None
    position: int
    recorded: None = None
    lens: UnsetType = UNSET


class Rows(Tabular, frozen=True):
    """What a query found: the names of its columns, and its rows, which can be read once.

    The query goes on until its last row was read; who stops sooner closes it, or asks inside ``with``.
    ``at`` is the coordinate of a report that depends on one.
    """

    columns: tuple[str, ...]
    found: Iterator[dict[str, Any]]
    source: Generator[Sequence[Any], None, None]
    at: Asked | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()

    def close(self) -> None:
        """End the query."""
        self.source.close()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return self.found

    def rows(self) -> Iterator[dict[str, Any]]:
        """The rows that were not read yet."""
        return self.found

    def caption(self) -> str:
        """What it is."""
        return "the rows of a query"


def with_coordinate(
    connection: Connection,
    query: str,
    given: Mapping[str, Any],
    timezone: str,
    *,
    at: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The values of a query's parameters, with the coordinate that it names filled in.

    It is taken from ``at``, which may say more than the query names, or from ``given``.
    """
    values = dict(given)
    named = {"on", "known"} & set(parameters(query))
    if named:
        asked = {name: (values if at is None else at).get(name) for name in named}
        meant = coordinate(connection, timezone=timezone, **asked)
        on, known = within(meant.on, meant.known_at)
        values |= {n: v for n, v in (("on", on), ("known", known)) if n in named}
    return values


def computed_values(
    connection: Connection, report: str, timezone: str, *, at: Mapping[str, Any]
) -> Iterator[Sequence[Any]]:
    """The names of the columns, then the rows, of a report that the program computes."""
    from timeline.answers.view import ATTENTION, View, attention

    assert report == "attention"
    yield ATTENTION
    yield from attention(View(connection, coordinate(connection, timezone=timezone, **at)))


def rows_of(
    values: Generator[Sequence[Any], None, None], limit: int | None, at: Asked | None = None
) -> Rows:
    """Rows by the names of their columns, at most ``limit``; the query runs now, up to its first rows."""
    columns = tuple(next(values))
    for name in columns:
        if columns.count(name) > 1:
            raise QueryFailed(f'two columns are called "{name}"', "name one of them with AS")
    found = (dict(zip(columns, row, strict=True)) for row in values)
    return Rows(columns, islice(found, limit), values, at)
