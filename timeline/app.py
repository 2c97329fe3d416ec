"""The public Python API: a store, and every question that can be asked of it.

>>> from timeline import Timeline
>>> with Timeline.open("timeline.db") as t:                          # doctest: +SKIP
...     t.state("foxconn", on="2025-11-21", known="2025-11-20")
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Literal

from sqlalchemy.engine import Connection

from timeline.answers.coordinate import coordinate, parse_day
from timeline.answers.model import CompanyMatch, Coordinate, LogEntry, StateAnswer
from timeline.store.store import Clock, Store, system_clock
from timeline.store.tables import REVISIONS

Day = str | date
Moment = str | date


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

    @classmethod
    def open(
        cls, target: str | Path = "timeline.db", *, timezone: str = "UTC", clock: Clock = system_clock
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
        stdin: BinaryIO | None = None,
        progress: Any = None,
    ) -> Any:
        """Append what is new in fixture files, in one transaction, then ask what they expect.

        Makes a missing store. Raises DataError (nothing was stored) and ExpectationFailed (it was).
        """
        from timeline.loading import rehearse_files, replay_files

        if dry_run:
            return rehearse_files(self.store, paths, stdin=stdin)
        return replay_files(self.store, paths, verify=verify, stdin=stdin, progress=progress)

    def append(
        self, fields: Mapping[str, Any], *, expected_version: int | None = None
    ) -> Any:
        """Append one event, given as flat fields; its id, its position, and whether it is new.

        Makes a missing store. Raises DataError with every problem, VersionConflict.
        """
        from timeline.loading import append_fields

        return append_fields(self.store, fields, expected_version=expected_version)

    # --- asking --------------------------------------------------------------------------------

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A read-only session in which several questions see the same store."""
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
    ) -> StateAnswer:
        """The state of a company (by any of its names), or of every company."""
        from timeline.answers.state import state

        with self.reading() as connection:
            at = self._at(connection, on=on, known=known, recorded=recorded, as_of=as_of)
            return state(connection, at, company, certainty=certainty, open_only=open_only)

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
        from timeline.answers.log import log

        with self.reading() as connection:
            at = self._at(connection, known=known, recorded=recorded)
            yield from log(
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

        with self.reading() as connection:
            return find(connection, text, limit)

    def names(self) -> dict[str, str]:
        """The present name of every company, by its id."""
        from timeline.answers.companies import names_of

        with self.reading() as connection:
            return names_of(connection)

    def export(self, *, cloudevents: bool = False) -> Iterator[bytes]:
        """The log as lines of JSON, lossless, in constant memory."""
        from timeline.codec.cloudevents import cloudevent_line
        from timeline.codec.jsonl import export_line
        from timeline.store.log import read_rows

        with self.reading() as connection:
            for row in read_rows(connection):
                if cloudevents:
                    yield cloudevent_line(
                        row.fields, known=row.known, recorded=row.recorded, origin=row.origin
                    )
                else:
                    yield export_line(
                        row.fields,
                        position=row.position,
                        recorded=row.recorded,
                        hash_=row.hash,
                        origin=row.origin,
                    )

    def verify(self, progress: Any = None) -> Any:
        """Prove the log; raises StoreDamaged at the first position that is not what was appended."""
        from timeline.store.verify import verify

        with self.reading() as connection:
            return verify(connection, progress)

    def stats(self) -> Any:
        """Counts and sizes."""
        from timeline.answers.stats import stats

        with self.reading() as connection:
            return stats(connection, self.store.name, self.store.size())

    @property
    def schema(self) -> str:
        """The revision of the schema that this program works with."""
        return REVISIONS[-1]
