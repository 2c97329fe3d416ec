"""Queries in SQL."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from timeline.questions.question import About, Question

if TYPE_CHECKING:
    from timeline.answers.query import Rows
    from timeline.questions.reader import StoreReader


@dataclass(frozen=True)
class Sql(Question["Rows"]):
    """What one query in SQL finds, row by row in constant memory; it can change nothing.

    ``params`` are the values of ``:name``. ``:on`` and ``:known`` have the meaning and the defaults that
    they have everywhere: a day, and a day's end or an instant. ``timeout`` is in seconds, until the last
    row, ``most_bytes`` the most that all rows may have. The query sees the store as it is when it
    begins, inside ``reading`` too. Raises QueryFailed, QueryRefused, OutOfTime and UnsafeReader.
    docs/schema.md has the tables and views.
    """

    about = About("sql", "What a query in SQL finds", command=False, address="/sql")

    query: str
    params: Mapping[str, Any] | None = None
    limit: int | None = None
    timeout: float | None = None
    most_bytes: int | None = None

    @classmethod
    def answered(cls) -> Any:
        """Rows with whatever columns the query has."""
        return list[dict[str, Any]]

    def ask(self, reader: StoreReader) -> Rows:
        """The rows, which can be read once."""
        from timeline.answers.query import rows_of, with_coordinate
        from timeline.store.sql import ask_sql

        def values() -> Generator[Sequence[Any], None, None]:
            with reader.session() as connection:
                given = with_coordinate(connection, self.query, self.params or {}, reader.timezone)
            yield from ask_sql(
                reader.store, self.query, given, timeout=self.timeout, most_bytes=self.most_bytes
            )

        return rows_of(values(), self.limit)


QUESTIONS: Final = (Sql,)
