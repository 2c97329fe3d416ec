"""What questions are asked of: a store that is read, in one session or in one each."""

from __future__ import annotations

import threading
from collections.abc import Generator, Hashable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy.engine import Connection

from timeline.answers.coordinate import coordinate, parse_day
from timeline.store.log import read_head
from timeline.store.store import Store

if TYPE_CHECKING:
    from timeline.answers.asked import Day, LensAsked
    from timeline.answers.model import Coordinate
    from timeline.answers.news import Activity
    from timeline.answers.query import Rows
    from timeline.answers.view import View
    from timeline.questions.question import Located, Onward, Question

Answer = TypeVar("Answer")


class _Inside(threading.local):
    """The session that a thread is inside of, and what was read in it: all of it is of one position."""

    connection: Connection | None = None
    head: int | None = None
    views: dict[Hashable, View] | None = None


class StoreReader:
    """A store as questions read it; ``timezone`` says what a bare day means."""

    def __init__(self, store: Store, timezone: str = "UTC") -> None:
        self.store = store
        self.timezone = timezone
        self._inside = _Inside()
        self._counted: Activity | None = None

    def ask(self, question: Question[Answer]) -> Answer:
        """What a question is answered with."""
        question.check()
        return question.ask(self)

    def page(self, question: Question[Answer]) -> tuple[Answer, Onward]:
        """One page of what a question is answered with, and the parameters that lead to the next page."""
        question.check()
        return question.page(self)

    @contextmanager
    def reading(self, *, seconds: float | None = None) -> Iterator[Connection]:
        """A read-only session: all questions of this thread inside it see the same store.

        With ``seconds`` the database works no longer than that; then OutOfTime is raised.
        """
        with self.session() as connection:
            inside = self._inside
            before = inside.connection, inside.head, inside.views
            if inside.connection is None:
                inside.connection, inside.head, inside.views = connection, None, {}
            try:
                if seconds is None:
                    yield connection
                else:
                    from timeline.store.deadline import limited

                    with limited(connection, seconds):
                        yield connection
            finally:
                inside.connection, inside.head, inside.views = before

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
        inside = self._inside
        if connection is not inside.connection:
            return coordinate(connection, timezone=self.timezone, **asked)
        if inside.head is None:
            inside.head = read_head(connection).position
        return coordinate(connection, timezone=self.timezone, head=inside.head, **asked)

    def activity(self, connection: Connection) -> Activity:
        """How many events became public when; only what was appended since is counted anew."""
        from timeline.answers.news import NOTHING, read_activity

        position = self.at(connection).position
        self._counted = read_activity(connection, position, self._counted or NOTHING)
        return self._counted

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
        """The log as a question of this coordinate sees it, through its lens.

        Inside :meth:`reading` it is the same view for all questions of one coordinate, with what was read.
        """
        given = asked.placed()
        lens = given.pop("lens", None)
        with self.session() as connection:
            yield self.view(connection, self.at(connection, **given), lens)

    def view(self, connection: Connection, at: Coordinate, lens: LensAsked | None = None) -> View:
        """The view of a coordinate through a lens; inside :meth:`reading` the one that was made before."""
        from timeline.answers.view import View

        views = self._inside.views
        if views is None or connection is not self._inside.connection:
            return View(connection, at, lens)
        key = at, repr(lens)  # what a library is given for a lens may be a list
        if key not in views:
            views[key] = View(connection, at, lens)
        return views[key]
