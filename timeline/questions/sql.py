"""Queries in SQL."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from timeline import parameters
from timeline.errors import InvalidValue
from timeline.questions.question import About, Question, given

if TYPE_CHECKING:
    from timeline.answers.asked import Day, Moment
    from timeline.answers.query import Rows
    from timeline.questions.reader import StoreReader


@dataclass(frozen=True)
class Sql(Question["Rows"]):
    """What one query in SQL finds, row by row in constant memory; it can change nothing.

    ``params`` are the values of ``:name``. ``on`` and ``known``, as ``:on`` and ``:known``, have the
    meaning and the defaults that they have everywhere: a day, and a day's end or an instant. ``timeout``
    is in seconds, until the last row, ``most_bytes`` the most that all rows may have. The query sees the
    store as it is when it begins, inside ``reading`` too. Raises QueryFailed, QueryRefused, OutOfTime and
    UnsafeReader. docs/schema.md has the tables and views.
    """

    about = About(
        "sql", "What a query in SQL finds", argument="query", command=False, address="/sql"
    )

    query: str = given(parameters.QUERY, needed=True)
    params: Mapping[str, Any] | None = given(parameters.PARAMS)
    limit: int | None = given(parameters.most("rows", 1000, least=0))
    timeout: float | None = given(parameters.TIMEOUT)
    on: Day | None = given(parameters.ON)
    known: Moment | None = given(parameters.KNOWN)
    most_bytes: int | None = None

    def check(self) -> None:
        """Raise InvalidValue for a coordinate that is given twice."""
        for name in ("on", "known"):
            if getattr(self, name) is not None and name in (self.params or {}):
                raise InvalidValue(f"{name} is given twice", "give it once")

    @classmethod
    def answered(cls) -> Any:
        """Rows with whatever columns the query has."""
        return list[dict[str, Any]]

    def ask(self, reader: StoreReader) -> Rows:
        """The rows, which can be read once."""
        from timeline.answers.query import rows_of, with_coordinate
        from timeline.store.sql import ask_sql

        at = {"on": self.on, "known": self.known}
        params = {**(self.params or {}), **{n: v for n, v in at.items() if v is not None}}

        def values() -> Generator[Sequence[Any], None, None]:
            with reader.session() as connection:
                given = with_coordinate(connection, self.query, params, reader.timezone)
            yield from ask_sql(
                reader.store, self.query, given, timeout=self.timeout, most_bytes=self.most_bytes
            )

        return rows_of(values(), self.limit)


QUESTIONS: Final = (Sql,)
