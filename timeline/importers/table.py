"""Importing a table: rows in, events appended in one transaction, a report out; in constant memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from heapq import nsmallest
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, Final, TypedDict, Unpack

import msgspec
from msgspec.structs import replace

from timeline.answers.view import find_company
from timeline.errors import DataError, Location, NotFound, Problem
from timeline.importers.cells import Reason, Row
from timeline.importers.companies import DESCRIBING, Companies
from timeline.importers.duplicates import MOST, Likely, likely_duplicates
from timeline.importers.editions import Compared, Editions, Gone
from timeline.importers.mapping import MappingFile, parts_of
from timeline.importers.plan import Plan, compile_mapping
from timeline.importers.rejected import RejectedRows
from timeline.importers.report import MOST_SHOWN, GoneEvent, Imported, Spelling, Tally
from timeline.importers.rows import Prepared, RowReader, registration
from timeline.importers.shelf import Hashes, Shelf
from timeline.importers.tables import is_blank, open_table
from timeline.ingest.draft import Draft, Place
from timeline.model.dates import OPEN_END
from timeline.model.values import END_OF_TIME, Fields, Subject
from timeline.store.append import Appender
from timeline.store.bulk import rare_collections
from timeline.store.companies import read_all_handles, read_names
from timeline.store.histories import read_contents
from timeline.store.log import chunks, read_events
from timeline.store.lookups import has_subject, ids_among, subjects_among
from timeline.store.store import Store, Undo

ROWS: Final = 400
"""Rows that are checked against the log together: large enough for the database, small in memory."""

Progress = Callable[[int, int | None], None]
Written = Callable[[bytes], object]
"""Called with the line of JSON of every event that is appended, as ``replay`` reads it."""

_encode: Final = msgspec.json.Encoder().encode


def import_table(
    store: Store,
    path: Path,
    mapping: MappingFile,
    **how: Unpack[ImportOptions],
) -> Imported:
    """Append what the rows or the records of one file tell: see :func:`import_files`."""
    return import_files(store, [path], mapping, **how)


class ImportOptions(TypedDict, total=False):
    """How files are imported; all of it may be left out."""

    dry_run: bool
    """Store nothing; the report says what would be."""
    strict: bool
    """Store nothing where a row is rejected."""
    gone: Gone | None
    """What becomes of the events of earlier editions of the list that this one does not have; without it
    they are only reported."""
    rejected: Path | None
    """Where rows go that cannot be taken, with their reasons."""
    published: str | None
    """The day of the files, where the mapping asks for it; default: when each was changed last."""
    written: Written | None
    """Given the appended events (of ``dry_run``: those that would be), when all is done."""
    progress: Progress | None


def import_files(
    store: Store, paths: Sequence[Path], mapping: MappingFile, **how: Unpack[ImportOptions]
) -> Imported:
    """Append the events that the rows of files tell and the log does not hold, in one transaction.

    A mapping with several parts reads the files once for each, so that it does not matter in which order
    they name what and where.

    Raises DataError for a file that is no table and for every problem of the mapping.
    """
    rejected, written = how.get("rejected"), how.get("written")

    def attempt() -> Imported:
        parts = parts_of(mapping)
        if mapping.report.problems:  # of how the table is to be read, so that it cannot be
            raise DataError(mapping.report.problems)
        with ExitStack() as stack:
            refused = spool = None
            if rejected is not None:
                refused = RejectedRows(rejected)
                stack.callback(refused.drop)
            if written is not None:
                spool = stack.enter_context(TemporaryFile())
            # another process would take more of a processor than it saves this one
            appending = store.appending(create=True, alone=True)
            with suppress(Undo), rare_collections(), appending as appender:
                job = _Import(appender, refused, spool)
                stack.callback(job.close)
                for part in parts:
                    for path in paths:
                        job.read(path, part, how)
                job.check_taken(paths)
                job.leave_out()
                report = job.report(paths, dry_run=how.get("dry_run", False))
                undone = report.dry_run or (how.get("strict", False) and report.rejected > 0)
                if undone:
                    raise Undo(report)
            if refused is not None and (kept := refused.keep()):
                report = replace(report, rejected_file=str(kept))
            if written is not None and spool is not None and (report.dry_run or not undone):
                spool.seek(0)
                for line in spool:
                    written(line)
            return report

    return store.retrying(attempt)


class _Import:
    """One import in progress."""

    plan: Plan
    """Of the part and the file that are read just now, like what follows."""
    reader: RowReader
    file: str
    name: str
    day: str
    mapping: MappingFile

    def __init__(
        self,
        appender: Appender,
        refused: RejectedRows | None,
        spool: IO[bytes] | None,
    ) -> None:
        self.appender = appender
        self.connection = connection = appender.connection
        self.refused = refused
        self.spool = spool
        self.companies = Companies(read_all_handles(connection))
        self.tally = Tally()
        self.editions = Editions(connection, self.appender)
        self.seen = Hashes()
        self._row_ids = Hashes()
        """Of rows that were rejected: they are not gone from the list."""
        self._sources: dict[str, Fields] = {}
        """What events of this edition named as their sources, no more than two."""
        self._unreadable = False
        """Whether a row does not even say which it is, or the table is only a part of one."""
        self._rows: list[Prepared] = []
        self._ids: set[str] = set()
        self._references: Shelf[str] = Shelf(str)
        """The companies of this import by what other records call them."""
        self._told: dict[Path, bytearray] = {}
        """Of every file that a part of the mapping is for: which of its rows told anything."""

    def close(self) -> None:
        """Let go of temporary files."""
        self.companies.close()
        self._references.close()

    def read(self, path: Path, mapping: MappingFile, how: ImportOptions) -> None:
        """Read a file under one part of the mapping, and append what it tells."""
        self.mapping = mapping
        with open_table(path, mapping.table, mapping.columns) as table:
            plan = compile_mapping(mapping, table.columns, nested=table.nested)
            if plan is None:
                return
            self.plan = plan
            self.file, self.name = str(path), path.name
            changed = datetime.fromtimestamp(path.stat().st_mtime, UTC).date().isoformat()
            self.day = how.get("published") or changed
            self.reader = RowReader(plan, self.companies, self.file, self.day, self._references)
            self._check_names()
            self.take(table.rows, self._told.setdefault(path, bytearray()), how.get("progress"))
            if how.get("gone") != "ignore":
                self.compare_editions(how.get("gone"))
            notes = [*table.notes, *(note for reader in plan.readers for note in reader.notes())]
            self.tally.notes += [note for note in notes if note not in self.tally.notes]
            self._note_nameless()

    def check_taken(self, paths: Sequence[Path]) -> None:
        """Raise DataError for a file that no part of the mapping is for."""
        problems = [
            Problem(
                "unknown-column",
                "no part of the mapping is for a table with these columns",
                Location(str(path)),
                "is it a file of this kind?",
            )
            for path in paths
            if path not in self._told
        ]
        if problems:
            raise DataError(problems)

    def _note_nameless(self) -> None:
        nameless = [each for each in self.reader.nameless if each in self.companies.registered]
        if nameless:
            some = ", ".join(nameless[:5]) + (", …" if len(nameless) > 5 else "")
            what = "1 id is" if len(nameless) == 1 else f"{len(nameless):,} ids are"
            self.tally.notes.append(
                f"{what} registered nowhere and came without a name, and became new companies: {some}"
            )

    def _check_names(self) -> None:
        """Companies and sources that the mapping names must be registered. Raises DataError."""
        report = self.plan.report
        for company, node in self.plan.companies.items():
            try:
                if company not in self.companies:
                    find_company(self.connection, company)
                    hint = "name it by its id"
                    report.add("unknown-company", f'no company has the id "{company}"', node, hint)
            except NotFound as error:
                hint = error.hint or "describe it under companies:, and name that here"
                report.add("unknown-company", error.message, node, hint)
        for source, node in self.plan.sources.items():
            if not has_subject(self.connection, f"source:{source}"):
                hint = "register it, or describe it here: source: {id: …, publisher: …}"
                report.add("unknown-source", f'no source "{source}" is registered', node, hint)
        if report.problems:
            raise DataError(report.problems)

    # --- rows ------------------------------------------------------------------------------------

    def take(self, rows: Iterable[Row], told: bytearray, progress: Progress | None) -> None:
        """Read and append every row. ``told`` marks those of which nothing is left to be said."""
        tally, reader = self.tally, self.reader
        items = 0
        for place, row in enumerate(rows):
            if place == len(told):
                told.append(0)
            if row.reasons or is_blank(row):
                if row.reasons and not told[place]:
                    tally.rows += 1
                    self._reject(row, row.reasons)
                    told[place] = 1
                continue
            for item in reader.items(row):
                items += 1
                item.number = items if reader.plan.nested else row.number
                found = reader.read(item)
                if found is None:
                    continue
                tally.rows += 1
                told[place] = 1
                if isinstance(found, list):
                    self._reject(item, found)
                else:
                    self._add(found)
                if progress is not None and tally.rows % 1000 == 0:
                    progress(tally.rows, None)
        self._flush()
        if progress is not None:
            progress(tally.rows, tally.rows)

    def leave_out(self) -> None:
        """Count the rows of which no part of the mapping takes anything."""
        for told in self._told.values():
            self.tally.rows += told.count(0)
            self.tally.left_out += told.count(0)

    def _reject(self, row: Row, reasons: list[Reason]) -> None:
        if row.key:
            self._row_ids.add(f"{self.plan.name}-{row.key}")
        self._unreadable |= not row.key
        self.tally.reject(row.origin, reasons)
        if self.refused is not None:
            table = self.mapping.table
            self.refused.add(row, row.dated or self.day, reasons, self.plan.columns, table.decimal)

    def _add(self, prepared: Prepared) -> None:
        ids = {draft.fields["id"] for draft in prepared.drafts}
        if len(self._rows) >= ROWS or not self._ids.isdisjoint(ids):
            self._flush()  # a row can only be compared with what is in the log
        self._unreadable |= bool(prepared.row.dated)
        for draft in prepared.drafts if self.plan.key else ():
            self.seen.add(draft.fields["id"])
            if len(self._sources) < 2 and "source" in draft.fields:
                self._sources.setdefault(str(draft.fields["source"]), draft.fields)
        self._rows.append(prepared)
        self._ids |= ids

    # --- against the log -------------------------------------------------------------------------

    def _flush(self) -> None:
        """Append the waiting rows, each with all its events or with none.

        Events that are there already come first: to repeat one stores nothing, so a row of which one is there
        with other content is refused before anything of it is appended.
        """
        rows, self._rows, self._ids = self._rows, [], set()
        ids = {d.fields["id"] for row in rows for d in row.drafts}
        perhaps = self.appender.log.perhaps  # of a log that was empty most need not be asked
        there = ids_among(self.connection, perhaps(ids))
        opened = subjects_among(self.connection, perhaps({*_subjects_to_look_up(rows)}))
        reasons: dict[int, list[Reason]] = {}
        registered = self._compare_sources(rows, reasons)
        self._describe(rows)
        told = self._taken_back(rows, there)
        if self.plan.key and there:
            told |= self._compare_editions(rows, there - told.keys(), opened)
        old = [d for row in rows for d in row.drafts if d.fields["id"] in there]
        self._repeat([d for d in old if d.fields["id"] not in told], reasons)
        for draft in old:
            compared = told.get(draft.fields["id"])
            if compared is not None and compared.reason is not None:
                reasons.setdefault(draft.place.line, []).append(compared.reason)
        new: list[Draft] = []
        for row in rows:
            self._check_opening(row, opened, reasons)
            if row.row.number in reasons:
                continue
            fresh = [
                draft
                for draft in row.drafts
                if (id_ := draft.fields["id"]) not in there
                and not (id_ in row.unless_known and draft.fields["subject"] in opened)
            ]
            opened |= {draft.fields["subject"] for draft in fresh}
            self.tally.leave_out(row.row.origin, row.left_out)
            wrong = [self.editions.take_back(d) for d in fresh if d.fields["id"] in row.retracted]
            again = [told[d.fields["id"]] for d in row.drafts if d.fields["id"] in told]
            amendments = [*wrong, *(draft for each in again for draft in each.drafts)]
            registrations = (
                self._registrations(row, registered)
                if fresh or amendments or not row.drafts
                else []
            )
            if fresh or amendments or registrations:
                new += registrations + fresh + amendments
                self.tally.events += len(fresh) + len(amendments)
                self.tally.taken += 1
                if any(each.corrected for each in again):
                    self.tally.corrected += 1
                elif amendments and not fresh:
                    self.tally.confirmed += 1
            else:
                self.tally.already_there += 1
        self._append(new)
        for row in rows:
            if row.row.number in reasons:
                self._reject(row.row, reasons[row.row.number])
        self.companies.settle()
        self._references.settle()

    def _taken_back(self, rows: list[Prepared], there: set[str]) -> dict[str, Compared]:
        """What becomes of events in the log of which their rows say that they are wrong."""
        wrong = [
            draft
            for row in rows
            if row.retracted
            for draft in row.drafts
            if draft.fields["id"] in row.retracted & there
        ]
        return self.editions.taken_back(wrong) if wrong else {}

    def _compare_editions(
        self, rows: list[Prepared], there: set[str], opened: set[str]
    ) -> dict[str, Compared]:
        """What becomes of events that another edition of the list told, by their ids."""
        named = [[draft.fields["subject"] for draft in row.drafts] for row in rows]
        told = self.editions.compare(
            draft for row in rows for draft in row.drafts if draft.fields["id"] in there
        )
        for row, names in zip(rows, named, strict=True):
            now = {
                name: draft.fields["subject"]
                for name, draft in zip(names, row.drafts, strict=True)
                if draft.fields["id"] in told
            }
            if not now:
                continue
            opened |= set(now.values())
            for draft in row.drafts:
                draft.fields["subject"] = now.get(draft.fields["subject"], draft.fields["subject"])
            row.opening = {now.get(each, each) for each in row.opening}
        return told

    def _repeat(self, old: list[Draft], reasons: dict[int, list[Reason]]) -> None:
        """Repeat what is in the log: an event with other content is a reason against its row."""
        for some in chunks(old, ROWS):
            self.appender.extend(some)
            problems = list(self.appender.problems)
            self.appender.problems.clear()
            for problem in problems:
                assert problem.location is not None  # every draft has its row
                code, message = problem.code, problem.message.replace("\n ", ";")
                if code == "unknown-company":  # one that only the changed row names
                    code, message = (
                        "event-changed",
                        "its events are in the log with other companies",
                    )
                known = reasons.setdefault(problem.location.line, [])
                known.append(Reason(code, message))

    def _check_opening(
        self, row: Prepared, opened: set[str], reasons: dict[int, list[Reason]]
    ) -> None:
        missing = row.opening - opened
        if missing and row.row.number not in reasons:
            message = f"nothing is known yet of {', '.join(sorted(missing))}, and the row does not say enough"
            reasons[row.row.number] = [Reason("missing-field", message)]

    def _compare_sources(self, rows: list[Prepared], reasons: dict[int, list[Reason]]) -> set[str]:
        """Refuse rows whose source is registered with other fields than the row gives it.

        The sources that are registered. The others are by the first row that is taken.
        """
        given = [row.source.fields["subject"] for row in rows if row.source is not None]
        if not given:
            return set()
        stored: dict[str, Fields] = {}
        for found in read_events(self.connection, subjects=set(given), types=["source_registered"]):
            stored.setdefault(found.subject, found.fields)
        registered = set(stored)
        compared: Draft | None = None
        differ: list[str] = []
        for row in rows:
            if row.source is None:
                continue
            fields = row.source.fields
            if row.source is not compared:  # mostly it is that of the row before
                compared = row.source
                known = stored.setdefault(fields["subject"], fields)
                differ = [n for n in fields if n != "id" and known.get(n) != fields[n]]
            if differ:
                slug = Subject.of(fields["subject"]).slug
                message = f'the source "{slug}" is registered with another {differ[0]}'
                reasons.setdefault(row.row.number, []).append(Reason("source-changed", message))
        for subject, fields in stored.items():
            self.editions.publish(Subject.of(subject).slug, fields)
        return registered

    def _registrations(self, row: Prepared, registered: set[str]) -> list[Draft]:
        """What registers the source and the companies of a row that are not yet."""
        found: list[Draft] = []
        if row.source is not None and row.source.fields["subject"] not in registered:
            registered.add(row.source.fields["subject"])
            place = replace(row.source.place, line=row.row.number)
            found.append(replace(row.source, place=place, origin=row.row.origin))
            self.tally.sources += 1
        source = row.drafts[0].fields.get("source") if row.drafts else None
        if source is None and row.source is not None:  # a list of companies
            source = Subject.of(row.source.fields["subject"]).slug
        for company in row.companies:
            fields = self.companies.registration(company)
            if fields is not None:
                # nothing is left to be checked: each part was, where the row was read
                found.append(Draft(fields, Place(self.file, row.row.number), row.row.origin))
                self.tally.companies += 1
            if source is not None:
                found += self._learned(company, source, row.row)
        return found

    def _describe(self, rows: list[Prepared]) -> None:
        """Find out what the log has of the companies that rows describe."""
        companies = {company for row in rows for company in row.companies}
        asked = self.companies.undescribed(companies)
        subjects = [f"company:{company}" for company in asked]
        contents = read_contents(self.connection, OPEN_END, END_OF_TIME, subjects)
        for company, subject in zip(asked, subjects, strict=True):
            content = contents.get(subject)
            if content is None or content.status == "dissolved":  # a registration would revive it
                self.companies.describe(company, DESCRIBING)
            else:
                self.companies.describe(company, content.terms)

    def _learned(self, company: str, source: Any, row: Row) -> list[Draft]:
        """What a row tells of a company that is registered, and the log does not have."""
        learned = self.companies.learned(company)
        if learned is None:
            return []
        told: list[Fields] = [
            {"type": "company_identified", "scheme": scheme, "value": value}
            for scheme, value in learned.identifiers.items()
        ]
        told += [
            {"type": "company_renamed", "name": name, "name_kind": "brand"}
            for name in learned.names
        ]
        if learned.terms:
            told.append({"type": "company_registered"} | learned.terms)
        self.tally.identified += len(learned.identifiers)
        self.tally.named += len(learned.names)
        self.tally.described += len(learned.terms)
        found: list[Draft] = []
        for fields in told:
            fields |= {"subject": f"company:{company}", "source": source}
            fields["occurred"] = self.editions.known_of(fields)[:10]
            draft = registration(fields, self.file, row)
            assert isinstance(draft, Draft), draft  # its parts were checked one by one
            found.append(draft)
        return found

    def _append(self, new: list[Draft]) -> None:
        self.appender.extend(new)
        if self.appender.problems:  # none is left to find: every row was checked against the log
            raise DataError(self.appender.problems)
        if self.spool is not None:
            for draft in new:
                self.spool.write(_encode(draft.fields | {"origin": draft.origin}) + b"\n")

    # --- against earlier editions ---------------------------------------------------------------

    def compare_editions(self, gone: Gone | None) -> None:
        """Report what earlier editions of the list told and this one does not, and append what follows."""
        plan, tally = self.plan, self.tally
        if not plan.key or len(self._sources) != 1:
            return
        if self._unreadable:
            if gone is not None:
                tally.notes.append(
                    "what is gone from the list is not told: some rows do not even say which they are"
                )
            return
        (edition,) = self._sources.values()
        labels = {event.label: event.type for event in plan.events}
        drafts: list[Draft] = []
        missing = self.editions.gone(plan.name, set(labels.values()), edition, self.seen)
        for said in missing:
            id_ = said.entry.id
            rows = [id_.removesuffix(f"-{label}") for label in labels if id_.endswith(f"-{label}")]
            if not rows or any(row in self._row_ids for row in rows):
                continue
            tally.gone += 1
            if len(tally.first_gone) < MOST_SHOWN:
                event_ = GoneEvent(id_, said.entry.subject, said.entry.type)
                tally.first_gone.append(event_)
            draft = None if gone is None else self.editions.end(said, gone, edition, self.name)
            if draft is not None:
                drafts.append(draft)
            if len(drafts) >= ROWS:
                self._tell(drafts)
                drafts = []
        self._tell(drafts)

    def _tell(self, drafts: list[Draft]) -> None:
        """Append what becomes of events that are gone: the end of a subject once."""
        ended: set[str] = set()
        for draft in drafts:
            subject = draft.fields.get("subject")
            if subject is None or subject not in ended:
                self._append([draft])
                self.tally.events += 1
                self.tally.told_gone += 1
                ended |= {subject} if subject else set()

    # --- what came of it -------------------------------------------------------------------------

    def report(self, paths: Sequence[Path], *, dry_run: bool) -> Imported:
        """Finish the append, and say what came of it."""
        tally, companies = self.tally, self.companies
        position = self.appender.finish().position
        likely, count = self._likely_duplicates()
        return Imported(
            file=", ".join(path.name for path in paths),
            dry_run=dry_run,
            rows=tally.rows,
            taken=tally.taken,
            already_there=tally.already_there,
            left_out=tally.left_out,
            rejected=tally.rejected,
            rejected_for=tally.rejected_for(),
            rejected_values=tally.rejected_values.counts(),
            values_left_out=tally.values_left_out.counts(),
            first_rejected=tally.first,
            rejected_file=None,
            confirmed=tally.confirmed,
            corrected=tally.corrected,
            gone=tally.gone,
            told_gone=tally.told_gone,
            first_gone=tally.first_gone,
            events=tally.events,
            companies=tally.companies,
            identified=tally.identified,
            named=tally.named,
            described=tally.described,
            sources=tally.sources,
            duplicates=count,
            likely_duplicates=likely,
            other_spellings=[Spelling(*each) for each in companies.spellings],
            notes=tally.notes,
            position=position,
        )

    def _likely_duplicates(self) -> tuple[list[Likely], int]:
        """The pairs of new companies and others that are most alike, and how many there are."""
        count = 0

        def counted() -> Iterator[Likely]:
            nonlocal count
            for pair in likely_duplicates(
                lambda: read_names(self.connection), self.companies.registered
            ):
                count += 1
                yield pair

        found = nsmallest(MOST, counted(), key=lambda p: (-p.score, p.company, p.like))
        return found, count


def _subjects_to_look_up(rows: Iterable[Prepared]) -> Iterator[str]:
    """The subjects of which it matters whether the log has events of them."""
    for row in rows:
        yield from row.opening
        for draft in row.drafts if row.unless_known else ():
            if draft.fields["id"] in row.unless_known:
                yield draft.fields["subject"]
