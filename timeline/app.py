"""The public Python API: a store, and every question that can be asked of it.

>>> from timeline import Timeline
>>> with Timeline.open("timeline.db") as t:                          # doctest: +SKIP
...     t.state("foxconn", on="2025-11-21", known="2025-11-20")
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO, Literal

from msgspec.structs import replace
from sqlalchemy.engine import Connection

from timeline.answers.asked import LensAsked
from timeline.answers.coordinate import coordinate, parse_day
from timeline.answers.model import CompanyMatch, Coordinate, LogEntry, StateAnswer
from timeline.errors import InvalidValue
from timeline.store.store import Clock, Store, system_clock
from timeline.store.tables import REVISIONS

if TYPE_CHECKING:
    from timeline.answers.diff import DiffAnswer
    from timeline.answers.first import First
    from timeline.answers.lists import CompaniesAnswer, ListAnswer
    from timeline.answers.stats import Stats
    from timeline.answers.why import CompanyWhy, WhyAnswer
    from timeline.loading import Progress, Replayed
    from timeline.store.anchor import Anchor
    from timeline.store.append import Outcome
    from timeline.store.backup import Made
    from timeline.store.erase import Erasure
    from timeline.store.verify import Verified

Day = str | date
Moment = str | date


class _Inside(threading.local):
    """The session that a thread is inside of."""

    connection: Connection | None = None


class Timeline:
    """A store of events, to append to and to ask. Open it with :meth:`open`; it is a context manager.

    Days are ``date`` objects or text (``2025-11-20``, ``yesterday``, ``3 months ago``); ``known`` is a day
    (its end) or an instant; ``recorded`` an instant or a position. Every question raises NotFound for an
    unknown company or subject, InvalidDate and InvalidValue for what it cannot understand, and
    StoreUnavailable or SchemaMismatch where the store cannot be read.
    """

    def __init__(self, store: Store, timezone: str = "UTC") -> None:
        self.store = store
        self.timezone = timezone
        self._inside = _Inside()

    @classmethod
    def open(
        cls,
        target: str | Path = "timeline.db",
        *,
        timezone: str = "UTC",
        clock: Clock = system_clock,
    ) -> Timeline:
        """A store by path (SQLite) or SQLAlchemy URL. ``timezone`` says what a bare day means."""
        return cls(Store(target, clock=clock), timezone)

    def __enter__(self) -> Timeline:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self.store.close()

    # --- writing -------------------------------------------------------------------------------

    def init(self) -> tuple[str | None, str]:
        """Create or upgrade the store; the schema's revisions before and after."""
        return self.store.init()

    def replay(
        self,
        paths: Sequence[str | Path],
        *,
        dry_run: bool = False,
        verify: bool = False,
        amend: bool = False,
        strict: bool = False,
        stdin: BinaryIO | None = None,
        progress: Progress | None = None,
    ) -> Replayed:
        """Append what is new in fixture files, in one transaction, then ask what they expect.

        Makes a missing store. ``dry_run`` stores nothing; ``amend`` mends the record where a file was
        edited, and ``strict`` makes an error of every event that a file no longer holds. Raises
        DataError (nothing was stored) and ExpectationFailed (it was).
        """
        from timeline.loading import rehearse_files, replay_files

        if dry_run:
            return rehearse_files(self.store, paths, amend=amend, strict=strict, stdin=stdin)
        return replay_files(
            self.store, paths, verify=verify, amend=amend, strict=strict, stdin=stdin,
            progress=progress,
        )  # fmt: skip

    def append(self, fields: Mapping[str, Any], *, expected_version: int | None = None) -> Outcome:
        """Append one event, given as flat fields; its id, its position, and whether it is new.

        Makes a missing store. Raises DataError with every problem, VersionConflict.
        """
        from timeline.loading import append_fields

        return append_fields(self.store, fields, expected_version=expected_version)

    def append_lines(self, stream: BinaryIO) -> list[Outcome]:
        """Append the events of JSONL in one transaction: all of them, or nothing.

        Makes a missing store. Raises DataError with every problem.
        """
        from timeline.loading import append_lines

        return append_lines(self.store, stream)

    # --- asking --------------------------------------------------------------------------------

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A read-only session: all questions of this thread inside it see the same store."""
        with self._session() as connection:
            before, self._inside.connection = self._inside.connection, connection
            try:
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

    def state(
        self,
        company: str | None = None,
        *,
        on: Day | None = None,
        known: Moment | None = None,
        recorded: str | int | None = None,
        as_of: Day | None = None,
        certainty: Literal["definite", "possible"] | None = None,
        open_only: bool = False,
        group: bool = False,
        lens: LensAsked | None = None,
    ) -> StateAnswer:
        """The state of a company (by any of its names), or of every company."""
        from timeline.answers.state import state
        from timeline.answers.view import View

        with self._session() as connection:
            at = self._at(connection, on=on, known=known, recorded=recorded, as_of=as_of)
            view = View(connection, at, lens)
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
        *,
        on: Day | None = None,
        known: Moment | None = None,
        recorded: str | int | None = None,
        as_of: Day | None = None,
        lens: LensAsked | None = None,
    ) -> WhyAnswer:
        """The chain of events and sources behind the state of a subject."""
        from timeline.answers.view import View
        from timeline.answers.why import why

        with self._session() as connection:
            at = self._at(connection, on=on, known=known, recorded=recorded, as_of=as_of)
            return why(View(connection, at, lens), subject)

    def why_company(
        self,
        company: str,
        *,
        group: bool = False,
        on: Day | None = None,
        known: Moment | None = None,
        recorded: str | int | None = None,
        as_of: Day | None = None,
        lens: LensAsked | None = None,
    ) -> CompanyWhy:
        """The chains behind every item of a company, or of it and all that it controls."""
        from timeline.answers.view import View
        from timeline.answers.why import why_company

        with self._session() as connection:
            at = self._at(connection, on=on, known=known, recorded=recorded, as_of=as_of)
            return why_company(View(connection, at, lens), company, group=group)

    def items(
        self,
        kind: str,
        *,
        company: str | None = None,
        group: bool = False,
        status: Iterable[str] = (),
        item_kind: Iterable[str] = (),
        on: Day | None = None,
        known: Moment | None = None,
        recorded: str | int | None = None,
        as_of: Day | None = None,
        certainty: Literal["definite", "possible"] | None = None,
        open_only: bool = False,
        lens: LensAsked | None = None,
    ) -> ListAnswer:
        """The items of one kind of subject (deal, rumour, commitment, relationship, right, fact)."""
        from timeline.answers.lists import list_items
        from timeline.answers.view import View

        with self._session() as connection:
            at = self._at(connection, on=on, known=known, recorded=recorded, as_of=as_of)
            return list_items(
                View(connection, at, lens),
                kind,
                company=company,
                group=group,
                statuses=tuple(status),
                item_kinds=tuple(item_kind),
                certainty=certainty,
                open_only=open_only,
            )

    def companies(
        self,
        *,
        on: Day | None = None,
        known: Moment | None = None,
        recorded: str | int | None = None,
        as_of: Day | None = None,
        lens: LensAsked | None = None,
    ) -> CompaniesAnswer:
        """Every registered company, with the number of its items."""
        from timeline.answers.lists import list_companies
        from timeline.answers.view import View

        with self._session() as connection:
            at = self._at(connection, on=on, known=known, recorded=recorded, as_of=as_of)
            return list_companies(View(connection, at, lens))

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
    ) -> Iterator[LogEntry]:
        """The events of a company or a subject, or all of them, newest last, one by one."""
        with self._session() as connection:
            at = self._at(connection, known=known, recorded=recorded)
            yield from self._log(connection, at, target, start, end, types, source, after)

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
        )

    def find(self, text: str, limit: int = 10) -> list[CompanyMatch]:
        """Companies by name, alias, former name or identifier; near misses ranked."""
        from timeline.answers.companies import find

        with self._session() as connection:
            return find(connection, text, limit)

    def names(self, ids: Iterable[str] | None = None) -> dict[str, str]:
        """The present name of every company, or of those ``ids`` that are one, by its id."""
        from timeline.answers.companies import names_of

        with self._session() as connection:
            return names_of(connection, ids)

    def source_titles(self, slugs: Iterable[str]) -> dict[str, str]:
        """Who published each source, when, and under which title, by its slug."""
        from timeline.answers.subjects import source_titles

        with self._session() as connection:
            return source_titles(connection, slugs)

    def subjects(self, prefix: str = "", limit: int = 100) -> list[str]:
        """The first subjects in alphabetical order that begin with ``prefix``."""
        from timeline.answers.subjects import subjects_like

        with self._session() as connection:
            return subjects_like(connection, prefix, limit)

    def first(
        self,
        company: str,
        *,
        on: Day | None = None,
        known: Moment | None = None,
        recorded: str | int | None = None,
        as_of: Day | None = None,
        lens: LensAsked | None = None,
    ) -> First:
        """From which day on a company has an item, and from when on one of the day is known."""
        from timeline.answers.first import first
        from timeline.answers.view import View

        with self._session() as connection:
            at = self._at(connection, on=on, known=known, recorded=recorded, as_of=as_of)
            return first(View(connection, at, lens), company)

    def export(self, *, cloudevents: bool = False) -> Iterator[bytes]:
        """The log as lines of JSON, lossless, in constant memory."""
        from timeline.codec.cloudevents import cloudevent_line
        from timeline.store.export import export_row
        from timeline.store.log import read_rows

        with self._session() as connection:
            for row in read_rows(connection):
                if cloudevents:
                    yield cloudevent_line(
                        row.fields, known=row.known, recorded=row.recorded, origin=row.origin
                    )
                else:
                    yield export_row(row)

    def anchor(self) -> Anchor:
        """Where the log ends, to be kept elsewhere: its position, hash and time of recording."""
        from timeline.store.anchor import read_anchor

        with self._session() as connection:
            return read_anchor(connection)

    def verify(
        self,
        *,
        anchor: Anchor | None = None,
        sample: int | None = None,
        seed: int = 0,
        progress: Callable[[int], None] | None = None,
    ) -> Verified:
        """Prove the log, and the history of every subject (or of a ``sample`` chosen by ``seed``).

        Raises StoreDamaged at the first position that is not what was appended, HistoryDamaged for the
        first subject whose stored history does not follow from the log, and AnchorMismatch where the log
        is no continuation of the ``anchor``.
        """
        from timeline.store.verify import verify

        with self._session() as connection:
            return verify(connection, anchor=anchor, sample=sample, seed=seed, progress=progress)

    def backup(self, file: str | Path, progress: Progress | None = None) -> Made:
        """Write the whole log into a file, which is there whole or not at all.

        A copy of a SQLite database; of other databases, and where the name ends in ``.gz``, the compressed
        export under an anchor. Raises StoreUnavailable.
        """
        from timeline.store.backup import backup

        return backup(self.store, Path(file), progress)

    def restore(self, file: str | Path, progress: Progress | None = None) -> Anchor:
        """Append the log of a backup to this store, which is missing or empty; where it ends.

        Raises BackupDamaged (nothing is left behind), InvalidValue for a store that holds events.
        """
        from timeline.store.backup import restore

        return restore(self.store, Path(file), progress)

    def erase(self, event: str, reason: str) -> Erasure:
        """Erase what an event said, and put that on record; which other events may hold the same data.

        No question, at any coordinate, answers with it any more. Raises NotFound for an unknown event,
        InvalidValue without a reason.
        """
        from timeline.store.erase import erase

        return erase(self.store, event, reason)

    def rebuild(self, progress: Callable[[int], None] | None = None) -> int:
        """Write the stored history anew from the log, while readers go on; the number of subjects."""
        from timeline.store.projection import rebuild

        with self.store.writing() as connection:
            return rebuild(connection, progress)

    def stats(self) -> Stats:
        """Counts and sizes."""
        from timeline.answers.stats import stats

        with self._session() as connection:
            return stats(connection, self.store.name, self.store.size())

    @property
    def schema(self) -> str:
        """The revision of the schema that this program works with."""
        return REVISIONS[-1]
