"""The public Python API: a store, what can be asked of it, and what writes to it.

>>> from timeline import Timeline
>>> with Timeline.open("timeline.db") as t:                          # doctest: +SKIP
...     t.state("foxconn", on="2025-11-21", known="2025-11-20")
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import (
    TYPE_CHECKING,
    Any,
    BinaryIO,
    Final,
    Generic,
    ParamSpec,
    TypeVar,
    overload,
)

from sqlalchemy.engine import Connection

from timeline import questions
from timeline.errors import InvalidValue
from timeline.questions.reader import StoreReader
from timeline.store.store import Clock, Store, system_clock
from timeline.store.tables import REVISIONS

if TYPE_CHECKING:
    from timeline.importers.editions import Gone
    from timeline.importers.report import Imported
    from timeline.loading import Progress, Replayed
    from timeline.questions.question import Question
    from timeline.store.anchor import Anchor
    from timeline.store.append import Outcome
    from timeline.store.backup import Made
    from timeline.store.erase import Erasure

Given = ParamSpec("Given")
Answer = TypeVar("Answer")


class asks(Generic[Given, Answer]):  # noqa: N801 - reads as a verb: ``state = asks(lambda: State)``
    """A question as a method: it takes what the question takes, and returns its answer.

    The module of the question is imported when it is asked for the first time.
    """

    def __init__(self, question: Callable[[], Callable[Given, Question[Answer]]]) -> None:
        self._question = question

    @property
    def __doc__(self) -> str | None:  # type: ignore[override]
        """What the question says of itself."""
        return self._question().__doc__

    @overload
    def __get__(self, timeline: None, owner: type[Timeline]) -> asks[Given, Answer]: ...

    @overload
    def __get__(self, timeline: Timeline, owner: type[Timeline]) -> Callable[Given, Answer]: ...

    def __get__(self, timeline: Timeline | None, owner: type[Timeline]) -> Any:
        if timeline is None:
            return self
        question = self._question()

        def ask(*args: Given.args, **kwargs: Given.kwargs) -> Answer:
            return timeline.ask(question(*args, **kwargs))

        ask.__doc__ = question.__doc__
        return ask


class Timeline:
    """A store of events, to append to and to ask. Open it with :meth:`open`; it is a context manager.

    Days are ``date`` objects or text (``2025-11-20``, ``yesterday``, ``3 months ago``); ``known`` is a day
    (its end) or an instant; ``recorded`` an instant or a position; ``as_of`` is short for ``on`` and
    ``known``. Every question raises NotFound for an unknown company or subject, InvalidDate and InvalidValue
    for what it cannot understand, and StoreUnavailable or SchemaMismatch where the store cannot be read.
    What each takes and answers stands in its module of :mod:`timeline.questions`.
    """

    def __init__(self, store: Store, timezone: str = "UTC") -> None:
        self.store: Final = store
        self.reader: Final = StoreReader(store, timezone)

    @property
    def timezone(self) -> str:
        """What a bare day means."""
        return self.reader.timezone

    def ask(self, question: Question[Answer]) -> Answer:
        """What a question is answered with."""
        return self.reader.ask(question)

    def reading(self, *, seconds: float | None = None) -> AbstractContextManager[Connection]:
        """A read-only session: all questions of this thread inside it see the same store.

        With ``seconds`` the database works no longer than that; then OutOfTime is raised.
        """
        return self.reader.reading(seconds=seconds)

    # --- questions ------------------------------------------------------------------------------

    state = asks(lambda: questions.state.State)
    diff = asks(lambda: questions.diff.Diff)
    compare = asks(lambda: questions.compare.Compare)
    why = asks(lambda: questions.why.Why)
    why_company = asks(lambda: questions.why.WhyCompany)
    items = asks(lambda: questions.items.Items)
    companies = asks(lambda: questions.companies.CompanyList)
    log = asks(lambda: questions.log.Log)
    follow = asks(lambda: questions.log.Follow)
    find = asks(lambda: questions.find.Find)
    match = asks(lambda: questions.match.Matching)
    sources = asks(lambda: questions.sources.Sources)
    source = asks(lambda: questions.sources.Source)
    courses = asks(lambda: questions.course.Courses)
    axes = asks(lambda: questions.course.Axes)
    belief = asks(lambda: questions.belief.Beliefs)
    then_and_now = asks(lambda: questions.belief.ThenAndNow)
    tracker = asks(lambda: questions.tracker.Tracker)
    plot_tracker = asks(lambda: questions.tracker.PlotTracker)
    network = asks(lambda: questions.network.Network)
    drawn_network = asks(lambda: questions.network.DrawnNetwork)
    exchange = asks(lambda: questions.network.Exchange)
    plot = asks(lambda: questions.course.Plot)
    graph = asks(lambda: questions.network.Graph)
    sql = asks(lambda: questions.sql.Sql)
    report = asks(lambda: questions.report.RunReport)
    reports = asks(lambda: questions.report.Reports)
    stats = asks(lambda: questions.stats.Counted)
    verify = asks(lambda: questions.verify.Verify)
    anchor = asks(lambda: questions.verify.Anchored)
    names = asks(lambda: questions.lookups.Names)
    names_in = asks(lambda: questions.lookups.NamesIn)
    source_titles = asks(lambda: questions.lookups.SourceTitles)
    news = asks(lambda: questions.news.DailyNews)
    activity = asks(lambda: questions.news.Active)
    subjects = asks(lambda: questions.find.Subjects)
    counts_of_subjects = asks(lambda: questions.stats.SubjectsOfKinds)
    described = asks(lambda: questions.items.Described)
    told = asks(lambda: questions.lookups.EvidenceOf)
    first = asks(lambda: questions.lookups.FirstDays)
    turns = asks(lambda: questions.course.TurningDays)

    # --- the log as files -----------------------------------------------------------------------

    def export(self, *, cloudevents: bool = False) -> Iterator[bytes]:
        """The log as lines of JSON, lossless, in constant memory."""
        from timeline.ingest.jsonl import cloudevent_line
        from timeline.store.export import export_row
        from timeline.store.log import read_rows

        with self.reader.session() as connection:
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
            return write_delta(connection, self.reader.rows, Path(folder))

    def export_tables(self, folder: str | Path) -> dict[str, int]:
        """Write the log, the histories and the views as Parquet into a folder; the rows of each file.

        All are of the same moment, typed, and say in their schema what every column means. The folder is
        there whole or not at all, and takes the place of an earlier export. Raises InvalidValue for a folder
        that holds anything else, MissingExtra without pyarrow.
        """
        from timeline.render.folder import write_folder

        with self.reading() as connection:
            return write_folder(connection, self.reader.rows, Path(folder))

    # --- the store ------------------------------------------------------------------------------

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
        cloudevents: bool = False,
        batch: int | None = None,
        stdin: BinaryIO | None = None,
        progress: Progress | None = None,
    ) -> Replayed:
        """Append what is new in fixture files, in one transaction, then ask what they expect.

        Makes a missing store. ``dry_run`` stores nothing; ``amend`` mends the record where a file was
        edited, and ``strict`` makes an error of every event that a file no longer holds. With
        ``cloudevents`` lines hold events in that envelope. With ``batch`` every so many events of JSONL are
        a transaction of their own, so that an interrupted replay goes on where it was. Raises DataError
        (nothing was stored, or the batches before) and ExpectationFailed (it was).
        """
        from timeline.loading import rehearse_files, replay_files, replay_in_batches

        if batch is not None:
            if dry_run or verify or amend or strict:
                raise InvalidValue(
                    "a replay in batches only appends",
                    "leave out dry_run, verify, amend and strict, or the batch",
                )
            return replay_in_batches(
                self.store, paths, batch, cloudevents=cloudevents, stdin=stdin, progress=progress
            )
        if dry_run:
            return rehearse_files(
                self.store, paths, amend=amend, strict=strict, cloudevents=cloudevents, stdin=stdin
            )
        return replay_files(
            self.store, paths, verify=verify, amend=amend, strict=strict, cloudevents=cloudevents,
            stdin=stdin, progress=progress,
        )  # fmt: skip

    def append(self, fields: Mapping[str, Any], *, expected_version: int | None = None) -> Outcome:
        """Append one event, given as flat fields; its id, its position, and whether it is new.

        Makes a missing store. Raises DataError with every problem, VersionConflict.
        """
        from timeline.ingest.draft import draft_of

        drafts = [draft_of(fields)]
        return self.store.append(drafts, expected_version=expected_version, create=True)[0]

    def judge(self, company: str, other: str, *, same: bool, reason: str | None = None) -> Outcome:
        """Record that two companies, by any of their names, are the same or are different ones.

        Where that is what was judged last of them, nothing is appended. Raises NotFound, InvalidValue for a
        company and itself, DataError for a contradiction to other judgements.
        """
        from timeline.answers.view import find_company
        from timeline.store.append import Outcome
        from timeline.store.companies import read_judgements
        from timeline.store.log import read_head, read_row_at

        with self.reading() as connection:
            ids = [find_company(connection, name) for name in (company, other)]
            head = read_head(connection).position
            judged = [j for j in read_judgements(connection, head) if {*ids} <= {*j.companies}]
            if judged and judged[-1].same == same:
                position = judged[-1].position
                return Outcome(read_row_at(connection, position).id, position, new=False)
        if ids[0] == ids[1]:
            raise InvalidValue(f'"{ids[0]}" is one company already', "name two of them")
        word = "same" if same else "different"
        fields: dict[str, Any] = {
            "type": "companies_judged",
            "id": f"{ids[0]}-{ids[1]}-{word}-{head + 1}",  # judged so once more, it is another event
            "companies": ids,
            "judgement": word,
        }
        return self.append(fields if reason is None else fields | {"reason": reason})

    def append_lines(self, stream: BinaryIO) -> list[Outcome]:
        """Append the events of JSONL in one transaction: all of them, or nothing.

        Makes a missing store. Raises DataError with every problem.
        """
        from timeline.loading import append_lines

        return append_lines(self.store, stream)

    def import_table(
        self,
        file: str | Path,
        mapping: str | Path,
        *,
        dry_run: bool = False,
        strict: bool = False,
        gone: Gone | None = None,
        rejected: str | Path | None = None,
        published: str | None = None,
        written: Callable[[bytes], object] | None = None,
        progress: Progress | None = None,
    ) -> Imported:
        """Append what a table (CSV, TSV, XLSX, Parquet) or a file of records (JSON, XML) tells.

        ``mapping`` is the YAML file that says what a row means. Makes a missing store. ``dry_run`` stores
        nothing, nor does ``strict`` where a row is rejected. ``gone`` says what becomes of the events of rows
        that a later edition of a list does not have: ``ended``, ``retracted`` or ``ignore``; by default they
        are only reported. Rejected rows go to the file ``rejected``, as CSV or as lines of JSON;
        ``published`` is the day of the file, where the mapping asks for it;
        ``written`` is given a line of JSON for every event appended. Raises DataError for a file that is no
        table and for every problem of the mapping; problems of rows are in the report.
        """
        from timeline.importers.mapping import read_mapping
        from timeline.importers.table import import_table

        return import_table(
            self.store, Path(file), read_mapping(Path(mapping)), dry_run=dry_run, strict=strict,
            gone=gone, rejected=None if rejected is None else Path(rejected), published=published,
            written=written, progress=progress,
        )  # fmt: skip

    def import_files(
        self,
        name: str,
        files: Sequence[str | Path],
        *,
        dry_run: bool = False,
        strict: bool = False,
        gone: Gone | None = None,
        rejected: str | Path | None = None,
        published: str | None = None,
        written: Callable[[bytes], object] | None = None,
        progress: Progress | None = None,
    ) -> Imported:
        """Append what files in a public format tell, by a mapping of ``timeline import --list``.

        Several files are read together, so that one may name what another describes. The rest is as in
        :meth:`import_table`. Raises NotFound for a name that no mapping has.
        """
        from timeline.importers.shipped import read_named
        from timeline.importers.table import import_files

        return import_files(
            self.store, [Path(file) for file in files], read_named(name), dry_run=dry_run, strict=strict,
            gone=gone, rejected=None if rejected is None else Path(rejected), published=published,
            written=written, progress=progress,
        )  # fmt: skip

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

    @property
    def schema(self) -> str:
        """The revision of the schema that this program works with."""
        return REVISIONS[-1]
