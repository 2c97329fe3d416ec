"""What is asked of the store as a whole: queries in SQL and reports, exports, and proof."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from timeline.answers.asked import Day, Moment
from timeline.questions import Questions

if TYPE_CHECKING:
    from timeline.answers.query import Rows
    from timeline.answers.report import Report
    from timeline.answers.stats import Stats
    from timeline.store.anchor import Anchor
    from timeline.store.verify import Verified


class Queries(Questions):
    """Every question that can be asked of a store, those about all of it too."""

    def sql(
        self,
        query: str,
        params: Mapping[str, Any] | None = None,
        *,
        limit: int | None = None,
        timeout: float | None = None,
        most_bytes: int | None = None,
    ) -> Rows:
        """What one query in SQL finds, row by row in constant memory; it can change nothing.

        ``params`` are the values of ``:name``. ``:on`` and ``:known`` have the meaning and the defaults that
        they have everywhere: a day, and a day's end or an instant. ``timeout`` is in seconds, until the last
        row, ``most_bytes`` the most that all rows may have. The query sees the store as it is when it
        begins, inside :meth:`reading` too. Raises QueryFailed, QueryRefused, OutOfTime and UnsafeReader.
        docs/schema.md has the tables and views.
        """
        from timeline.answers.query import rows_of, with_coordinate
        from timeline.store.sql import ask_sql

        def values() -> Generator[Sequence[Any], None, None]:
            with self._session() as connection:
                given = with_coordinate(connection, query, params or {}, self.timezone)
            yield from ask_sql(self.store, query, given, timeout=timeout, most_bytes=most_bytes)

        return rows_of(values(), limit)

    def _rows(self, query: str) -> Rows:
        """What a query of our own finds, in the session that a thread is inside of."""
        from timeline.answers.query import rows_of
        from timeline.store.sql import read_sql

        def values() -> Generator[Sequence[Any], None, None]:
            with self._session() as connection:
                yield from read_sql(connection, query)

        return rows_of(values(), None)

    def report(
        self,
        name: str,
        *,
        on: Day | None = None,
        known: Moment | None = None,
        params: Mapping[str, Any] | None = None,
        reports: Iterable[str | Path] = (),
        limit: int | None = None,
        timeout: float | None = None,
        most_bytes: int | None = None,
    ) -> Rows:
        """What a report finds; ``reports`` are folders with more of them, asked as by :meth:`sql`.

        Raises NotFound for an unknown report, InvalidValue for a parameter that it does not have or needs.
        """
        from timeline.answers.query import computed_values, rows_of, with_coordinate
        from timeline.answers.report import arguments, find_report
        from timeline.store.sql import ask_sql, read_sql

        report = find_report(name, reports)

        def values() -> Generator[Sequence[Any], None, None]:
            with self._session() as connection:
                given = arguments(connection, report, params or {}, on=on, timezone=self.timezone)
                at = {"on": on, "known": known}
                if report.computed is not None:
                    yield from computed_values(connection, report.computed, self.timezone, at=at)
                    return
                given = with_coordinate(connection, report.sql, given, self.timezone, at=at)
                if report.is_shipped:
                    yield from read_sql(connection, report.sql, given, timeout=timeout)
                    return
            yield from ask_sql(
                self.store, report.sql, given, timeout=timeout, most_bytes=most_bytes
            )

        return rows_of(values(), limit)

    def reports(self, reports: Iterable[str | Path] = ()) -> list[Report]:
        """Every report that there is, those of these folders too."""
        from timeline.answers.report import read_reports

        return list(read_reports(reports).values())

    def export(self, *, cloudevents: bool = False) -> Iterator[bytes]:
        """The log as lines of JSON, lossless, in constant memory."""
        from timeline.ingest.jsonl import cloudevent_line
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

    def export_delta(self, folder: str | Path) -> dict[str, int]:
        """Write the same relations as :meth:`export_tables` as tables of Delta Lake; the rows of each.

        Raises MissingExtra without deltalake.
        """
        from timeline.render.folder import write_delta

        with self.reading() as connection:
            return write_delta(connection, self._rows, Path(folder))

    def export_tables(self, folder: str | Path) -> dict[str, int]:
        """Write the log, the histories and the views as Parquet into a folder; the rows of each file.

        All are of the same moment, typed, and say in their schema what every column means. The folder is
        there whole or not at all, and takes the place of an earlier export. Raises InvalidValue for a folder
        that holds anything else, MissingExtra without pyarrow.
        """
        from timeline.render.folder import write_folder

        with self.reading() as connection:
            return write_folder(connection, self._rows, Path(folder))

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
        since: int = 0,
        progress: Callable[[int], None] | None = None,
    ) -> Verified:
        """Prove the log, and the history of every subject (or of a ``sample`` chosen by ``seed``).

        ``since`` proves only the events after that position, and the history of the subjects that they are
        about; an ``anchor`` of that position or a later one must vouch for the rest (else InvalidValue).
        Raises StoreDamaged at the first position that is not what was appended, HistoryDamaged for the
        first subject whose stored history does not follow from the log, and AnchorMismatch where the log
        is no continuation of the ``anchor``.
        """
        from timeline.store.verify import verify

        with self._session() as connection:
            return verify(
                connection, anchor=anchor, sample=sample, seed=seed, since=since, progress=progress
            )

    def stats(self, *, archive: str | Path | None = None) -> Stats:
        """Counts and sizes; with an ``archive`` of the texts of sources, how many quotes are verified.

        Raises NotFound where there is no such folder.
        """
        from timeline.answers.stats import stats

        with self._session() as connection:
            found = stats(connection, self.store.name, self.store.size(connection))
            if archive is None:
                return found
            from timeline.quotations import Archive, count_verified

            verified = count_verified(connection, Archive(Path(archive)))
            return replace(found, quotes_verified=verified)
