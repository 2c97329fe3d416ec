"""The questions that can be asked of a store, each answered with plain data; nothing here writes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Unpack

from msgspec.structs import replace
from sqlalchemy.engine import Connection

from timeline.answers.asked import Asked, Certainty, Day, LensAsked, Moment
from timeline.answers.coordinate import coordinate, parse_day
from timeline.answers.model import CompanyItem, Coordinate, Found, LogEntry, StateAnswer, Told
from timeline.errors import InvalidValue
from timeline.store.store import Store

if TYPE_CHECKING:
    from timeline.answers.diff import DiffAnswer
    from timeline.answers.first import First
    from timeline.answers.lists import CompaniesAnswer, ListAnswer
    from timeline.answers.match import Match
    from timeline.answers.sources import SourceRow, SourcesAnswer
    from timeline.answers.turns import Turns
    from timeline.answers.view import View
    from timeline.answers.why import CompanyWhy, WhyAnswer


class _Inside(threading.local):
    """The session that a thread is inside of."""

    connection: Connection | None = None


class Questions:
    """Every question that can be asked of a store.

    Days are ``date`` objects or text (``2025-11-20``, ``yesterday``, ``3 months ago``); ``known`` is a day
    (its end) or an instant; ``recorded`` an instant or a position; ``as_of`` is short for ``on`` and
    ``known``: :class:`timeline.answers.asked.Asked` lists what a question takes. Every question raises
    NotFound for an unknown company or subject, InvalidDate and InvalidValue for what it cannot understand,
    and StoreUnavailable or SchemaMismatch where the store cannot be read.
    """

    def __init__(self, store: Store, timezone: str = "UTC") -> None:
        self.store = store
        self.timezone = timezone
        self._inside = _Inside()

    @contextmanager
    def reading(self, *, seconds: float | None = None) -> Iterator[Connection]:
        """A read-only session: all questions of this thread inside it see the same store.

        With ``seconds`` the database works no longer than that; then OutOfTime is raised.
        """
        with self._session() as connection:
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
    def _session(self) -> Iterator[Connection]:
        if self._inside.connection is not None:
            yield self._inside.connection
            return
        with self.store.reading() as connection:
            yield connection

    def _at(self, connection: Connection, **asked: Any) -> Coordinate:
        return coordinate(connection, timezone=self.timezone, **asked)

    @contextmanager
    def _viewing(self, asked: Asked) -> Iterator[View]:
        """The log as a question of this coordinate sees it, through its lens."""
        from timeline.answers.view import View

        given = {name: value for name, value in asked.items() if name != "lens"}
        with self._session() as connection:
            yield View(connection, self._at(connection, **given), asked.get("lens"))

    def state(
        self,
        company: str | None = None,
        *,
        certainty: Certainty | None = None,
        open_only: bool = False,
        group: bool = False,
        **asked: Unpack[Asked],
    ) -> StateAnswer:
        """The state of a company (by any of its names), or of every company."""
        from timeline.answers.state import state

        with self._viewing(asked) as view:
            return state(view, company, group=group, certainty=certainty, open_only=open_only)

    def diff(
        self,
        company: str,
        *,
        on: Day | tuple[Day, Day] | None = None,
        known: Moment | tuple[Moment, Moment] | None = None,
        source: str | None = None,
        recorded: str | int | None = None,
        group: bool = False,
        lens: LensAsked | None = None,
    ) -> DiffAnswer:
        """What differs for a company between two coordinates.

        Give a pair (or ``"A..B"``) for ``on``: what changed in the world; or for ``known``: what was learned
        about the same day; or ``source``: what one source told that nothing else did.
        """
        from timeline.answers.diff import diff, split_range
        from timeline.answers.view import View

        pairs = {
            name: split_range(value) if isinstance(value, str) and ".." in value else value
            for name, value in (("on", on), ("known", known))
        }
        ranges = [name for name, value in pairs.items() if isinstance(value, tuple)]
        if len(ranges) + (source is not None) != 1:
            raise InvalidValue(
                "a difference is between two days, or with and without one source",
                "give one of --on A..B, --known A..B, --source SLUG",
            )
        with self._session() as connection:
            views = []
            for side in (0, 1):
                asked = {n: v[side] if isinstance(v, tuple) else v for n, v in pairs.items()}
                at = self._at(connection, recorded=recorded, **asked)
                seen = lens or LensAsked()
                if source is not None and side == 0:
                    seen = replace(seen, not_source=(*seen.not_source, source))
                views.append(View(connection, at, seen))
            return diff(views[0], views[1], company, group=group)

    def why(
        self,
        subject: str,
        **asked: Unpack[Asked],
    ) -> WhyAnswer:
        """The chain of events and sources behind the state of a subject."""
        from timeline.answers.why import why

        with self._viewing(asked) as view:
            return why(view, subject)

    def why_company(
        self,
        company: str,
        *,
        group: bool = False,
        **asked: Unpack[Asked],
    ) -> CompanyWhy:
        """The chains behind every item of a company, or of it and all that it controls."""
        from timeline.answers.why import why_company

        with self._viewing(asked) as view:
            return why_company(view, company, group=group)

    def items(
        self,
        kind: str,
        *,
        company: str | None = None,
        group: bool = False,
        status: Iterable[str] = (),
        item_kind: Iterable[str] = (),
        certainty: Certainty | None = None,
        open_only: bool = False,
        after: str = "",
        limit: int | None = None,
        **asked: Unpack[Asked],
    ) -> ListAnswer:
        """The items of one kind of subject (deal, rumour, commitment, relationship, right, fact).

        Of a page (the first ``limit`` after a subject) the sums are those of its items.
        """
        from timeline.answers.lists import list_items

        with self._viewing(asked) as view:
            return list_items(
                view,
                kind,
                company=company,
                group=group,
                statuses=tuple(status),
                item_kinds=tuple(item_kind),
                certainty=certainty,
                open_only=open_only,
                after=after,
                limit=limit,
            )

    def described(self, subjects: Iterable[str], **asked: Unpack[Asked]) -> dict[str, CompanyItem]:
        """The items of some subjects at a coordinate, by subject, those that are absent left out."""
        from timeline.answers.state import item_of
        from timeline.answers.view import SHOWN

        kinds = tuple(f"{kind}:" for kind in SHOWN)
        with self._viewing(asked) as view:
            found = view.items(sorted(each for each in subjects if each.startswith(kinds)))
            return {item.subject: item_of(item) for item in found}

    def companies(self, **asked: Unpack[Asked]) -> CompaniesAnswer:
        """Every registered company, with the number of its items."""
        from timeline.answers.lists import list_companies

        with self._viewing(asked) as view:
            return list_companies(view)

    def log(
        self,
        target: str | None = None,
        *,
        start: Day | None = None,
        end: Day | None = None,
        types: Iterable[str] = (),
        source: str | None = None,
        known: Moment | None = None,
        recorded: str | int | None = None,
        after: int = 0,
        before: int | None = None,
        newest_first: bool = False,
    ) -> Iterator[LogEntry]:
        """The events of a company or a subject, or all of them, newest last, one by one.

        Only those ``after`` a position and ``before`` another; ``newest_first`` turns their order round.
        """
        with self._session() as connection:
            at = self._at(connection, known=known, recorded=recorded)
            yield from self._log(
                connection, at, target, start, end, types, source, after, before, newest_first
            )

    def follow(
        self,
        target: str | None = None,
        *,
        start: Day | None = None,
        end: Day | None = None,
        types: Iterable[str] = (),
        source: str | None = None,
        after: int = 0,
        wait: Callable[[], object] = lambda: time.sleep(0.5),
    ) -> Iterator[LogEntry]:
        """The events after a position as they are appended, without end: each once, none left out.

        ``wait`` is called whenever there is nothing new; an exception that it raises ends the following.
        To go on later, give the position of the last event as ``after``. Of a company, events of a subject
        that came before the company was named in it are left out.
        """
        from itertools import islice

        while True:
            # a session a page, so that a slow reader keeps no transaction open
            with self.store.reading() as connection:
                at = self._at(connection, known=None, recorded=None)
                entries = self._log(connection, at, target, start, end, types, source, after)
                page = list(islice(entries, 1000))
            yield from page
            if len(page) == 1000:
                after = page[-1].position
                continue
            after = max(after, at.position)
            wait()

    def _log(
        self,
        connection: Connection,
        at: Coordinate,
        target: str | None,
        start: Day | None,
        end: Day | None,
        types: Iterable[str],
        source: str | None,
        after: int,
        before: int | None = None,
        newest_first: bool = False,
    ) -> Iterator[LogEntry]:
        from timeline.answers.log import log

        return log(
            connection,
            at,
            target,
            start=None if start is None else parse_day(start, self.timezone),
            end=None if end is None else parse_day(end, self.timezone),
            types=tuple(types),
            source=source,
            after=after,
            before=before,
            newest_first=newest_first,
        )

    def find(self, text: str, limit: int = 10, *, only: Iterable[str] = ()) -> list[Found]:
        """Companies by any name or identifier; items, events and sources by their words.

        Exact hits come first, near misses only where nothing hits; at most ``limit`` of each kind.
        ``only`` names kinds: companies, items, events, sources.
        """
        from timeline.answers.find import find
        from timeline.render.titles import title

        with self._session() as connection:
            return find(
                connection,
                text,
                title=lambda item, names: title(item, None, names),
                only=tuple(only),
                limit=limit,
            )

    def match(self) -> list[Match]:
        """Companies that are probably one, with the reasons, most likely first: for a person to decide."""
        from timeline.answers.match import match
        from timeline.answers.view import View
        from timeline.importers.duplicates import likely_duplicates

        def alike(names: Mapping[str, str]) -> Iterator[tuple[str, str, int]]:
            for pair in likely_duplicates(names.items):
                yield pair.company, pair.like, pair.score

        with self._session() as connection:
            return match(View(connection, self._at(connection)), alike)

    def names(
        self,
        ids: Iterable[str] | None = None,
        *,
        on: Day | None = None,
        known: Moment | None = None,
        recorded: str | int | None = None,
    ) -> dict[str, str]:
        """The name at a coordinate of every company, or of those ``ids`` that are one, by its id."""
        from timeline.answers.companies import names_at
        from timeline.answers.view import View

        with self._session() as connection:
            at = self._at(connection, on=on, known=known, recorded=recorded)
            return names_at(View(connection, at), ids)

    def names_in(
        self, answer: Any, *, known: Moment | None = None, recorded: str | int | None = None
    ) -> dict[str, str]:
        """The names, at an answer's own coordinate, of all companies whose id stands anywhere in it.

        A difference has two: there the later one decides. What has none, such as the log, is asked ``known``
        and ``recorded`` besides.
        """
        from msgspec import to_builtins

        found: set[str] = set()
        todo: list[Any] = [to_builtins(answer)]
        while todo:
            value = todo.pop()
            if isinstance(value, str):
                found.add(value)
            elif isinstance(value, list):
                todo += value
            elif isinstance(value, dict):
                todo += [*value, *value.values()]
        side = getattr(answer, "after", answer)
        return self.names(
            found,
            on=getattr(side, "on", None),
            known=getattr(side, "known", known),
            recorded=getattr(side, "recorded", recorded),
        )

    def sources(
        self,
        *,
        recorded: str | int | None = None,
        after: str = "",
        limit: int | None = None,
        cited: bool = False,
    ) -> SourcesAnswer:
        """The registered sources by slug, those that come ``after`` one, at most ``limit``.

        ``cited`` counts the events and subjects that rest on each, which reads the whole log.
        """
        from timeline.answers.sources import list_sources

        with self._session() as connection:
            at = self._at(connection, recorded=recorded)
            return list_sources(connection, at, after=after, limit=limit, cited=cited)

    def source(self, slug: str, *, recorded: str | int | None = None) -> SourceRow:
        """One source, as it is by everything said of it. Raises NotFound with the nearest slugs."""
        from timeline.answers.sources import source

        with self._session() as connection:
            return source(connection, self._at(connection, recorded=recorded), slug)

    def source_titles(self, slugs: Iterable[str]) -> dict[str, str]:
        """Who published each source, when, and under which title, by its slug."""
        from timeline.answers.subjects import source_titles

        with self._session() as connection:
            return source_titles(connection, slugs)

    def told(self, items: Iterable[CompanyItem], **asked: Unpack[Asked]) -> dict[str, Told]:
        """How many reports stand behind each item, and who contradicts it, by its subject."""
        from timeline.answers.told import told

        with self._viewing(asked) as view:
            return told(view, items)

    def subjects(self, prefix: str = "", limit: int = 100) -> list[str]:
        """The first subjects in alphabetical order that begin with ``prefix``."""
        from timeline.answers.subjects import subjects_like

        with self._session() as connection:
            return subjects_like(connection, prefix, limit)

    def first(self, company: str, **asked: Unpack[Asked]) -> First:
        """From which day on a company has an item, and from when on one of the day is known."""
        from timeline.answers.first import first

        with self._viewing(asked) as view:
            return first(view, company)

    def turns(self, target: str, **asked: Unpack[Asked]) -> Turns:
        """The days on which a subject, or what a company (by its id) is a party of, became another.

        And those on which something was learned about the day asked for.
        """
        from timeline.answers.turns import turns

        with self._viewing(asked) as view:
            return turns(view, target, self.timezone)
