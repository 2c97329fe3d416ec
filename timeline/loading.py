"""From files to the log: read, append what is new in one transaction, ask what they expect."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, Final

from msgspec import Struct
from sqlalchemy.engine import Connection

from timeline.errors import DataError, ExpectationFailed, InvalidValue, Location, Problem
from timeline.expectations import failures
from timeline.ingest.ahead import load_ahead
from timeline.ingest.draft import Draft
from timeline.ingest.fixtures import (
    Fixture,
    Found,
    find_files,
    is_yaml,
    load_fixture,
)
from timeline.ingest.jsonl import load_lines, parse_line, read_lines
from timeline.ingest.nodes import Unreadable, node_of
from timeline.ingest.parse import parse_event
from timeline.ingest.rules import references
from timeline.ingest.shape import Report
from timeline.model.kinds.registry import upcast
from timeline.model.values import Fields
from timeline.store.amend import amended_until, drifts
from timeline.store.append import Appender, Outcome
from timeline.store.bulk import rare_collections
from timeline.store.engine import MEMORY
from timeline.store.store import Store, Undo

STDIN: Final = "-"
STDIN_NAME: Final = "<stdin>"
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


class _Part(Struct):
    """One file on its way into the log."""

    fixture: Fixture | None
    found: Found | None
    position: int = 0
    ids: list[str] = []
    """The events that the file holds, new or not."""


def replay_files(
    store: Store,
    paths: Sequence[str | Path],
    *,
    dry_run: bool = False,
    verify: bool = False,
    amend: bool = False,
    strict: bool = False,
    stdin: BinaryIO | None = None,
    progress: Progress | None = None,
) -> Replayed:
    """Append the new events of files to the store in one transaction, then ask what they expect.

    ``-`` is JSONL on standard input. ``dry_run`` does everything and stores nothing. ``verify`` wants an
    empty store and lines as :func:`export <timeline.store.log>` wrote them, and keeps their time of
    recording. ``amend`` appends what mends the record where a file was edited: a correction for an event
    with other content, a retraction for one that is gone. Without it the first is an error and the second a
    warning (an error with ``strict``). Raises DataError with every problem of every file, before anything is
    stored, and ExpectationFailed after storing. Where the store fails in passing, files are read and appended
    again; standard input is gone by then.
    """
    how = {"dry_run": dry_run, "verify": verify, "amend": amend, "strict": strict}

    def attempt() -> Replayed:
        return _replay(store, paths, **how, stdin=stdin, progress=progress)

    return attempt() if STDIN in map(str, paths) else store.retrying(attempt)


def _replay(
    store: Store,
    paths: Sequence[str | Path],
    *,
    dry_run: bool,
    verify: bool,
    amend: bool,
    strict: bool,
    stdin: BinaryIO | None,
    progress: Progress | None,
) -> Replayed:
    parts = _read(paths)
    with ExitStack() as stack:
        connection = stack.enter_context(store.writing(create=True))
        stack.enter_context(rare_collections())
        appender = Appender(connection, clock=store.clock, verify=verify, amend=amend)
        start = appender.position
        if verify and appender.position:
            raise InvalidValue("the store is not empty", "replay --verify needs a new store")
        appended = _append(appender, parts, stdin, progress)
        warnings = _reconcile(appender, parts, start, amend=amend)
        if amend and not appender.problems:
            appender.redate(d for p in parts if p.fixture for d in p.fixture.drafts)
        if strict:
            appender.problems += [replace(warning, warning=False) for warning in warnings]
        head = appender.finish()
        failed, asked = _ask(connection, parts, head.position)
        result = Replayed(
            files=len(parts),
            stored=appender.stored,
            found=appender.found,
            position=head.position,
            expectations=asked,
            warnings=warnings,
            amendments=appender.amendments,
            appended=appended if dry_run else [],
        )
        if dry_run:
            if failed:
                raise ExpectationFailed(failed, result)
            raise Undo(result)
    if failed:
        raise ExpectationFailed(failed, result)
    return result


def check_files(paths: Sequence[str | Path], *, stdin: BinaryIO | None = None) -> Replayed:
    """Replay files into memory and ask what they expect; touches no store."""
    store = Store(MEMORY)
    try:
        return replay_files(store, paths, stdin=stdin)
    finally:
        store.close()


def rehearse_files(
    store: Store,
    paths: Sequence[str | Path],
    *,
    amend: bool = False,
    strict: bool = False,
    stdin: BinaryIO | None = None,
) -> Replayed:
    """What :func:`replay_files` would do; nothing is stored, and no store is made."""
    try:
        return replay_files(store, paths, dry_run=True, amend=amend, strict=strict, stdin=stdin)
    except Undo as undo:
        done: Replayed = undo.result
        return done


def _read(paths: Sequence[str | Path]) -> list[_Part]:
    """The files of a replay; DataError with every problem of every YAML file."""
    parts: list[_Part] = []
    problems: list[Problem] = []
    for path in paths:
        if str(path) == STDIN:
            parts.append(_Part(None, None))
            continue
        for found in find_files([path]):
            fixture = load_fixture(found) if is_yaml(found.path) else None
            problems += fixture.problems if fixture else []
            parts.append(_Part(fixture, found))
    if problems:
        raise DataError(problems)
    return parts


def _append(
    appender: Appender, parts: list[_Part], stdin: BinaryIO | None, progress: Progress | None
) -> list[Fields]:
    """Append every file in turn; the new events of YAML files."""
    new: list[Fields] = []
    registrations = _Registrations(part.fixture for part in parts)
    counter = Counter(progress, [p.fixture or p.found for p in parts])
    for part in parts:
        if part.fixture is not None:
            appender.extend(registrations.needed_by(part.fixture))
            outcomes = appender.extend(counter(part.fixture.drafts))
            part.position = max((outcome.position for outcome in outcomes), default=0)
            part.ids = [outcome.id for outcome in outcomes]
            fresh = {outcome.id for outcome in outcomes if outcome.new}
            new += [d.fields for d in part.fixture.drafts if d.fields.get("id") in fresh]
            continue
        problems: list[Problem] = []
        # an export says where each event came from, also that it came from nowhere
        with stream_drafts(part.found, stdin, problems, named=not appender.verify) as drafts:
            appender.stream(counter(drafts))
        appender.problems += problems
    counter.end()
    return new


@contextmanager
def stream_drafts(
    found: Found | None, stdin: BinaryIO | None, problems: list[Problem], *, named: bool = True
) -> Iterator[Iterator[Draft]]:
    """The drafts of a file of JSONL, or of standard input; what is wrong goes to ``problems``.

    ``named``: an event that does not say where it came from came from there.
    """
    name = str(found.path) if found else STDIN_NAME
    origin = found.name if found else "stdin"
    with ExitStack() as stack:
        if found is None:
            stream: BinaryIO = stdin or sys.stdin.buffer
        else:
            stream = stack.enter_context(found.path.open("rb"))
        lines = stack.enter_context(closing(load_ahead(stream, name)))
        yield load_lines(lines, name, origin if named else None, problems)


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
    with given.path.open("rb") as stream:
        return sum(part.count(b"\n") for part in iter(lambda: stream.read(1 << 20), b""))


def _reconcile(appender: Appender, parts: list[_Part], start: int, *, amend: bool) -> list[Problem]:
    """Where the stories' files and what was recorded of them before differ: mended, or warnings."""
    if appender.problems:
        return []
    files = {p.fixture.origin: p.fixture.path for p in parts if p.fixture is not None}
    ids = {id_ for part in parts for id_ in part.ids}
    warnings: list[Problem] = []
    for drift in drifts(appender.connection, files, ids, start):
        if amend:
            for target in [drift.id] if drift.vanished else drift.retractions:
                appender.retract(target, drift.origin, files[drift.origin])
            continue
        message = f'"{drift.id}" ({drift.type} of {drift.subject}) came from the story '
        message += f'"{drift.origin}" and is in no file of this replay'
        code, hint = "event-vanished", "put it back, or retract it: replay --amend does"
        if not drift.vanished:
            message = f'"{drift.id}" is in the file, and was retracted in the record'
            code, hint = "event-retracted", "take it out, or undo the retraction: --amend does"
        elif drift.id.startswith("e-"):
            hint += "; its id was derived from its content, so an edited event is a new one"
        place = Location(files[drift.origin])
        warnings.append(Problem(code, message, place, hint, warning=True))
    return warnings


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


def _ask(connection: Connection, parts: Iterable[_Part], head: int) -> tuple[list[Problem], int]:
    failed: list[Problem] = []
    asked = 0
    for part in parts:
        if part.fixture is None or not part.fixture.expectations:
            continue
        asked += len(part.fixture.expectations)
        # "given the events above" means as they are in the file now, so with what mended them
        position = amended_until(connection, part.fixture.origin, part.position or head)
        failed += failures(connection, part.fixture.expectations, position)
    return failed, asked


def append_fields(
    store: Store, fields: Mapping[str, Any], *, expected_version: int | None = None
) -> Outcome:
    """Append one event given as flat fields. Raises DataError with every problem, VersionConflict."""
    report = Report("")
    try:
        draft = parse_event(node_of(dict(fields)), report)
    except Unreadable as error:
        raise DataError([Problem(error.code, error.message, hint=error.hint)]) from None
    try:
        if draft is None:
            raise DataError(report.problems)
        return store.append([draft], expected_version=expected_version, create=True)[0]
    except DataError as error:  # what came from no file has no place in one
        found = [replace(problem, location=None) for problem in error.problems]
        raise DataError(found) from None


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
    return store.append(drafts, create=True)
