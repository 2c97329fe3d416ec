"""What questions are asked of: a store that is read, in one session or in one each."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy.engine import Connection

from timeline.answers.coordinate import coordinate, parse_day
from timeline.store.store import Store

if TYPE_CHECKING:
    from timeline.answers.asked import Day
    from timeline.answers.model import Coordinate
    from timeline.answers.query import Rows
    from timeline.answers.view import View
    from timeline.questions.question import Located, Question

Answer = TypeVar("Answer")


class _Inside(threading.local):
    """The session that a thread is inside of."""

    connection: Connection | None = None


class Reader:
    """A store as questions read it; ``timezone`` says what a bare day means."""

    def __init__(self, store: Store, timezone: str = "UTC") -> None:
        self.store = store
        self.timezone = timezone
        self._inside = _Inside()

    def ask(self, question: Question[Answer]) -> Answer:
        """What a question is answered with."""
        question.check()
        return question.ask(self)

    @contextmanager
    def reading(self, *, seconds: float | None = None) -> Iterator[Connection]:
        """A read-only session: all questions of this thread inside it see the same store.

        With ``seconds`` the database works no longer than that; then OutOfTime is raised.
        """
        with self.session() as connection:
            before, self._inside.connection = self._inside.connection, connection
            try:
                if seconds is None:
                    yield connection
                else:
                    from timeline.store.deadline import limited

                    with limited(connection, seconds):
                        yield connection
            finally:
                self._inside.connection = before

    @contextmanager
    def session(self) -> Iterator[Connection]:
        """The session that this thread is inside of, or one for this question alone."""
        if self._inside.connection is not None:
            yield self._inside.connection
            return
        with self.store.reading() as connection:
            yield connection

    def at(self, connection: Connection, **asked: Any) -> Coordinate:
        """What a coordinate means now."""
        return coordinate(connection, timezone=self.timezone, **asked)

    def day(self, day: Day | None) -> str | None:
        """A day as people write it, as a date; None stays None."""
        return None if day is None else parse_day(day, self.timezone)

    def rows(self, query: str) -> Rows:
        """What a query of our own finds, in the session that this thread is inside of."""
        from timeline.answers.query import rows_of
        from timeline.store.sql import read_sql

        def values() -> Generator[Sequence[Any], None, None]:
            with self.session() as connection:
                yield from read_sql(connection, query)

        return rows_of(values(), None)

    @contextmanager
    def viewing(self, asked: Located) -> Iterator[View]:
        """The log as a question of this coordinate sees it, through its lens."""
        from timeline.answers.view import View

        given = asked.placed()
        lens = given.pop("lens", None)
        with self.session() as connection:
            yield View(connection, self.at(connection, **given), lens)
