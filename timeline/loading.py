"""From files to the log: read, append what is new in one transaction, ask what they expect."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Final, cast

from msgspec import Struct, structs
from sqlalchemy.engine import Connection

from timeline.errors import DataError, ExpectationFailed, InvalidValue, Problem
from timeline.expectations import Given, failures
from timeline.ingest.draft import Draft, references
from timeline.ingest.fixtures import (
    Fixture,
    Found,
    find_files,
    is_parquet,
    is_yaml,
    load_fixture,
)
from timeline.ingest.jsonl import load_file, load_lines, parse_line, parse_lines, read_lines
from timeline.model.kinds import upcast
from timeline.model.values import Fields
from timeline.quotations import Archive, check_quotes
from timeline.review import contradictions
from timeline.store.append import Appender, Outcome
from timeline.store.bulk import rare_collections
from timeline.store.edits import Edits, GivenFile
from timeline.store.engine import MEMORY
from timeline.store.export import parquet_lines
from timeline.store.files import FileAt, Files
from timeline.store.log import Head, chunks
from timeline.store.store import Store, Undo
from timeline.streams import is_stream

STDIN: Final = "-"
STDIN_NAME: Final = "<stdin>"
STDIN_ORIGIN: Final = "stdin"
Progress = Callable[[int, int | None], None]
"""Called with the events read so far, and how many there are where that is known."""


class Replayed(Struct, frozen=True, kw_only=True):
    """What a replay did."""

    files: int
    stored: int
    """Events appended."""
    found: int
    """Events that were in the log already."""
    position: int
    """The position of the log's last event."""
    expectations: int
    """Expectations that were asked, and held."""
    warnings: list[Problem]
    """Where the files and the record do not agree, and nothing was done about it."""
    amendments: list[Fields]
    """The corrections and retractions that were appended to mend the record."""
    appended: list[Fields]
    """With ``dry_run``, from YAML: the events that would be appended, amendments left out."""


class How(Struct, frozen=True, kw_only=True):
    """What a replay should do, besides appending what is new."""

    dry_run: bool = False
    """Do everything, and store nothing."""
    verify: bool = False
    """Into an empty store: keep times of recording, check hashes."""
    amend: bool = False
    """Append what mends the record where a file was edited."""
    strict: bool = False
    """Make errors of warnings."""
    cloudevents: bool = False
    """Read lines as CloudEvents."""


class _Part(Struct):
    """One file on its way into the log, or standard input."""

    fixture: Fixture | None = None
    found: Found | None = None
    file: GivenFile | None = None
    positions: frozenset[int] | range = range(0)
    """Where its events stand in the log, new or not; of JSONL, which may be long, the new ones as a range."""


def replay_files(
    store: Store,
    paths: Sequence[str | Path],
    *,
    dry_run: bool = False,
    verify: bool = False,
    amend: bool = False,
    strict: bool = False,
    cloudevents: bool = False,
    stdin: BinaryIO | None = None,
    progress: Progress | None = None,
) -> Replayed:
    """Append the new events of files to the store in one transaction, then ask what they expect.

    ``-`` is JSONL on standard input. ``dry_run`` does everything and stores nothing. ``verify`` wants an
    empty store and lines as :func:`export <timeline.store.log>` wrote them, and keeps their time of
    recording. ``amend`` appends what mends the record where a file was edited: a correction for an event
    with other content, a retraction for one that is gone. Without it the first is an error and the second a
    warning (an error with ``strict``). ``cloudevents``: lines hold events in that envelope. Raises DataError
    with every problem of every file, before anything is stored, and ExpectationFailed after storing. Where
    the store fails in passing, files are read and appended again; standard input and pipes are gone by then.
    """
    how = How(dry_run=dry_run, verify=verify, amend=amend, strict=strict, cloudevents=cloudevents)

    def attempt() -> Replayed:
        return _replay(store, paths, how, stdin, progress)

    once = any(str(path) == STDIN or is_stream(Path(path)) for path in paths)
    return attempt() if once else store.retrying(attempt)


def _replay(
    store: Store,
    paths: Sequence[str | Path],
    how: How,
    stdin: BinaryIO | None,
    progress: Progress | None,
) -> Replayed:
    parts = _read(paths)
    wrong = [problem for part in parts if part.fixture for problem in part.fixture.problems]
    with ExitStack() as stack:
        stack.enter_context(rare_collections())
        opened = store.appending(create=True, verify=how.verify, amend=how.amend)
        appender = stack.enter_context(opened)
        start = appender.position
        if how.verify and start:
            raise InvalidValue("the store is not empty", "replay --verify needs a new store")
        appender.problems += wrong
        for part in parts:
            appender.unsound |= (part.fixture and part.fixture.unsound) or set()
        files = [part.file for part in parts if part.file is not None]
        with _in_order([file.name for file in files]):
            edits = Edits(appender, files, [path for path in map(Path, paths) if path.is_dir()])
            appended = _append(appender, parts, how, stdin, progress)
            warnings = edits.warnings + edits.reconcile(start, amend=how.amend)
            if how.amend and not appender.problems:
                appender.redate(d for p in parts if p.fixture for d in p.fixture.drafts)
            if how.strict:
                appender.problems += [
                    structs.replace(warning, warning=False) for warning in warnings
                ]
            head = appender.finish()
        edits.keep()
        failed, asked = _ask(appender.connection, parts)
        result = Replayed(
            files=len(parts),
            stored=appender.stored,
            found=appender.found,
            position=head.position,
            expectations=asked,
            warnings=warnings,
            amendments=appender.amendments,
            appended=appended if how.dry_run else [],
        )
        if how.dry_run:
            if failed:
                raise ExpectationFailed(failed, result)
            raise Undo(result)
    if failed:
        raise ExpectationFailed(failed, result)
    return result


@contextmanager
def _in_order(names: Sequence[str], others: Sequence[Problem] = ()) -> Iterator[None]:
    """Put the problems of a DataError, and others, into the order of the files and of their lines."""
    order = {name: number for number, name in enumerate(dict.fromkeys(names))}

    def place(problem: Problem) -> tuple[int, int]:
        at = problem.location
        return (order.get(at.file, len(order)), at.line) if at else (len(order), 0)

    try:
        yield
    except DataError as error:
        raise DataError(sorted([*error.problems, *others], key=place)) from None


# --- in batches -----------------------------------------------------------------------------------


def replay_in_batches(
    store: Store,
    paths: Sequence[str | Path],
    size: int,
    *,
    cloudevents: bool = False,
    stdin: BinaryIO | None = None,
    progress: Progress | None = None,
) -> Replayed:
    """Append the new events of files of JSONL, ``size`` of them in a transaction.

    Ended at whatever moment, the store holds whole batches, and the same replay goes on after them: what is
    there already is found. A story in YAML is not taken apart, so it is refused. Raises DataError with the
    problems of the first batch that has any; the batches before it are stored.
    """
    if size < 1:
        raise InvalidValue(f"{size} is no size of a batch", "a batch has at least one event")
    files = _files_of(paths)
    counter = Counter(progress, files)
    stored = found = position = 0
    for file in files:
        problems: list[Problem] = []
        origin = STDIN_ORIGIN if file is None else _kept_origin(store, file)
        with stream_drafts(file, origin, stdin, problems, cloudevents) as drafts:
            for batch in chunks(counter(drafts), size):
                appender, head = _append_batch(store, batch, problems, stored)
                stored += appender.stored
                found += appender.found
                position = head.position
        if problems:  # behind the last event
            raise DataError(problems, stored=stored)
    counter.end()
    return Replayed(
        files=len(files), stored=stored, found=found, position=position, expectations=0,
        warnings=[], amendments=[], appended=[],
    )  # fmt: skip


def _kept_origin(store: Store, file: Found) -> str:
    """The name by which the store knows the file, which no other file has."""

    def attempt() -> str:
        with store.writing(create=True) as connection:
            files = Files(connection)
            origin = files.origin_of(FileAt.of(file.path), file.name, (), is_story=False)
            files.keep(())
            return origin

    return store.retrying(attempt)


def _files_of(paths: Sequence[str | Path]) -> list[Found | None]:
    """The files, None for standard input. Raises InvalidValue for a story."""
    files: list[Found | None] = []
    for path in paths:
        files += [None] if str(path) == STDIN else find_files([path])
    for file in files:
        if file is not None and is_yaml(file.path):
            raise InvalidValue(
                f"{file.path} is a story, which is stored whole or not at all",
                "batches are for JSONL: replay stories without --batch",
            )
    return files


def _append_batch(
    store: Store, batch: list[Draft], problems: list[Problem], stored: int
) -> tuple[Appender, Head]:
    """Append a batch in a transaction of its own, again where the store fails in passing."""

    def attempt() -> tuple[Appender, Head]:
        given = [structs.replace(draft, fields=dict(draft.fields)) for draft in batch]
        with rare_collections(), store.appending(create=True) as appender:
            appender.stream(given)
            appender.problems += problems
            return appender, appender.finish()

    try:
        return store.retrying(attempt)
    except DataError as error:
        raise DataError(error.problems, stored=stored) from None


# --- in memory, or for a look ---------------------------------------------------------------------


class Checked(Struct, frozen=True):
    """Files that were replayed in memory."""

    store: Store
    done: Replayed
    failed: ExpectationFailed | None
    """The expectations that do not hold; the events are in the store all the same."""


@contextmanager
def checked(
    paths: Sequence[str | Path],
    *,
    archive: str | Path | None = None,
    stdin: BinaryIO | None = None,
) -> Iterator[Checked]:
    """Replay files into memory and ask what they expect, for as long as the context lasts.

    Its warnings name what contradicts the record, too. ``archive`` is a folder with the texts of sources,
    in which quotes are looked up. Raises DataError.
    """
    quotes: list[Problem] = []
    if archive is not None:
        quotes = check_quotes(drafts_of(paths), Archive(Path(archive)))
    wrong = [problem for problem in quotes if not problem.warning]
    store = Store(MEMORY)
    failed = None
    try:
        try:
            with _in_order([p.file.name for p in _read(paths) if p.file] if wrong else [], wrong):
                done = replay_files(store, paths, stdin=stdin)
        except ExpectationFailed as error:
            failed, done = error, cast("Replayed", error.done)
        if wrong:
            raise DataError(wrong)
        with store.reading() as connection:
            against = contradictions(connection, lambda: drafts_of(paths))
        warnings = [*done.warnings, *quotes, *against]
        yield Checked(store, structs.replace(done, warnings=warnings), failed)
    finally:
        store.close()


def drafts_of(paths: Sequence[str | Path]) -> Iterator[Draft]:
    """The events of fixtures that can be read, each with its place."""
    return (draft for part in _read(paths) if part.fixture for draft in part.fixture.drafts)


def check_files(
    paths: Sequence[str | Path],
    *,
    archive: str | Path | None = None,
    stdin: BinaryIO | None = None,
) -> Replayed:
    """Replay files into memory and ask what they expect; touches no store.

    The warnings of the result name, among others, the reports that contradict the record.
    """
    with checked(paths, archive=archive, stdin=stdin) as found:
        if found.failed is not None:
            raise found.failed
        return found.done


def rehearse_files(
    store: Store,
    paths: Sequence[str | Path],
    *,
    amend: bool = False,
    strict: bool = False,
    cloudevents: bool = False,
    stdin: BinaryIO | None = None,
) -> Replayed:
    """What :func:`replay_files` would do; nothing is stored, and no store is made."""
    try:
        return replay_files(
            store, paths, dry_run=True, amend=amend, strict=strict, cloudevents=cloudevents,
            stdin=stdin,
        )  # fmt: skip
    except Undo as undo:
        done: Replayed = undo.result
        return done


def _read(paths: Sequence[str | Path]) -> list[_Part]:
    """The files of a replay, with what could be read of them; DataError where one is read no further.

    A file that is named twice, such as by itself and in its folder, is read once, in its first place.
    """
    parts: list[_Part] = []
    read: set[Path] = set()
    problems: list[Problem] = []
    for path in paths:
        if str(path) == STDIN:
            parts.append(_Part())
            continue
        for found in find_files([path]):
            if found.path.resolve() in read:
                continue
            read.add(found.path.resolve())
            fixture = load_fixture(found) if is_yaml(found.path) else None
            problems += fixture.problems if fixture else []
            file = GivenFile(
                at=FileAt.of(found.path),
                name=str(found.path),
                wanted=fixture.story or found.name if fixture else found.name,
                is_story=fixture is not None and fixture.story is not None,
                drafts=fixture.drafts if fixture else [],
            )
            parts.append(_Part(fixture, found, file))
    known = all(part.fixture is None or part.fixture.unsound is not None for part in parts)
    if not known:
        raise DataError(problems)
    return parts


def _append(
    appender: Appender,
    parts: list[_Part],
    how: How,
    stdin: BinaryIO | None,
    progress: Progress | None,
) -> list[Fields]:
    """Append every file in turn; the new events of YAML files."""
    new: list[Fields] = []
    registrations = _Registrations(part.fixture for part in parts)
    counter = Counter(progress, [p.fixture or p.found for p in parts])
    for part in parts:
        if part.fixture is not None:
            needed = appender.extend(registrations.needed_by(part.fixture))
            outcomes = appender.extend(counter(part.fixture.drafts))
            part.positions = frozenset(o.position for o in chain(needed, outcomes))
            assert part.file is not None
            part.file.ids = frozenset(outcome.id for outcome in outcomes)
            fresh = {outcome.id for outcome in outcomes if outcome.new}
            new += [d.fields for d in part.fixture.drafts if d.fields.get("id") in fresh]
            continue
        problems: list[Problem] = []
        before = appender.position
        # an export says where each event came from, also that it came from nowhere
        origin = None if how.verify else part.file.origin if part.file else STDIN_ORIGIN
        with stream_drafts(part.found, origin, stdin, problems, how.cloudevents) as drafts:
            appender.stream(counter(drafts))
        part.positions = range(before + 1, appender.position + 1)
        appender.problems += problems
    counter.end()
    return new


@contextmanager
def stream_drafts(
    found: Found | None,
    origin: str | None,
    stdin: BinaryIO | None,
    problems: list[Problem],
    cloudevents: bool = False,
) -> Iterator[Iterator[Draft]]:
    """The drafts of a file of JSONL or Parquet, or of standard input; what is wrong goes to ``problems``.

    ``origin`` is where an event came from that does not say so itself.
    """
    name = str(found.path) if found else STDIN_NAME
    if found is not None and is_parquet(found.path):
        yield parse_lines(parquet_lines(found.path), name, origin, problems, parse_line)
        return
    with ExitStack() as stack:
        if found is None:
            stream: BinaryIO = stdin or sys.stdin.buffer
        else:
            stream = stack.enter_context(found.path.open("rb"))
        if found is None or cloudevents or not found.path.is_file():
            yield load_lines(stream, name, origin, problems, cloudevents=cloudevents)
        else:
            yield load_file(stream, name, origin, problems)


class Counter:
    """Says after every thousandth draft how many there were, and how many there are where files tell."""

    def __init__(self, progress: Progress | None, given: Sequence[Fixture | Found | None]) -> None:
        self.progress = progress
        self.done = 0
        self.total: int | None = None
        if progress is not None:
            # a line is an event, nearly always; counting them takes a five-hundredth of a replay
            counts = [_count(one) for one in given]
            self.total = None if None in counts else sum(filter(None, counts))

    def __call__(self, drafts: Iterable[Draft]) -> Iterator[Draft]:
        """The drafts, counted as they pass."""
        for draft in drafts:
            yield draft
            self.done += 1
            if self.progress is not None and self.done % 1000 == 0:
                self.progress(self.done, self.total)

    def end(self) -> None:
        """That was all."""
        if self.progress is not None:
            self.progress(self.done, self.done)


def _count(given: Fixture | Found | None) -> int | None:
    """How many events a file holds; None of what can be read only once."""
    if isinstance(given, Fixture):
        return len(given.drafts)
    if given is None or not given.path.is_file():
        return None
    if is_parquet(given.path):
        return None
    with given.path.open("rb") as stream:
        return sum(part.count(b"\n") for part in iter(lambda: stream.read(1 << 20), b""))


class _Registrations:
    """Sources and companies of the whole replay, for files that refer to those of a later one.

    A reference in the log always points backwards, so what an earlier file needs goes ahead of it.
    """

    def __init__(self, fixtures: Iterable[Fixture | None]) -> None:
        self.by_name: dict[tuple[str, str], Draft] = {}
        for fixture in fixtures:
            for draft in fixture.drafts if fixture else ():
                name = _registered(draft)
                if name is not None:
                    self.by_name.setdefault(name, draft)
        self.done: set[tuple[str, str]] = set()

    def needed_by(self, fixture: Fixture) -> list[Draft]:
        own = {name for draft in fixture.drafts if (name := _registered(draft))}
        needed: list[Draft] = []
        for draft in fixture.drafts:
            self._need(draft, own, needed)
        self.done |= own
        return sorted(needed, key=lambda draft: draft.fields["type"] != "source_registered")

    def _need(self, draft: Draft, own: set[tuple[str, str]], needed: list[Draft]) -> None:
        for what, slug, _ in references(upcast(draft.fields)):
            name = what, slug
            if name in own or name in self.done or name not in self.by_name:
                continue
            self.done.add(name)
            self._need(self.by_name[name], own, needed)
            needed.append(self.by_name[name])


def _registered(draft: Draft) -> tuple[str, str] | None:
    kind, _, slug = draft.fields["type"].partition("_")
    if slug != "registered":
        return None
    return kind, str(draft.fields["subject"]).partition(":")[2]


def _ask(connection: Connection, parts: Iterable[_Part]) -> tuple[list[Problem], int]:
    failed: list[Problem] = []
    asked = 0
    above: set[int] = set()
    lines: list[range] = []
    for part in parts:
        if isinstance(part.positions, range):
            lines.append(part.positions)
        else:
            above |= part.positions
        if part.fixture is None or not part.fixture.expectations:
            continue
        asked += len(part.fixture.expectations)
        first = min(part.positions, default=NOTHING_BEFORE)
        given = Given(first, frozenset(above), tuple(lines))
        failed += failures(connection, part.fixture.expectations, given)
    return failed, asked


NOTHING_BEFORE: Final = 2**62
"""The position of the first event of a file without events: everything in the store is before it."""


def append_lines(store: Store, stream: BinaryIO) -> list[Outcome]:
    """Append events given as JSONL, all or none. Raises DataError with every problem."""
    drafts: list[Draft] = []
    problems: list[Problem] = []
    for number, line in read_lines(stream, STDIN_NAME):
        parsed = parse_line(line, STDIN_NAME, number)
        if isinstance(parsed, Draft):
            drafts.append(parsed)
        else:
            problems += parsed
    if problems:
        raise DataError(problems)
    with rare_collections():
        return store.append(drafts, create=True)
