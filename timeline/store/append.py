"""Appending: the only way into the log.

The caller holds the append lock. Each draft is checked against the log as it stands (its target, its
companies and sources, the version of its subject), gets its place and its hash, and is written with its
batch; what is there already is left alone. Problems are collected, and then nothing at all is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from timeline import edtf
from timeline.codec.canonical import canonical, chain, derive_id, digest
from timeline.codec.draft import Draft, Place
from timeline.codec.erased import Erased
from timeline.codec.parse import parse_changes
from timeline.codec.rules import flaws, references
from timeline.errors import DataError, Problem, StoreDamaged, VersionConflict
from timeline.events.company import UNDISCLOSED
from timeline.events.registry import EVENT_TYPES, KIND_OF, RECORD_TYPES, upcast
from timeline.nearest import nearest
from timeline.replay import ERASED, Entry, fold, main_order, mended
from timeline.replay import kind_of as kind_of_subject
from timeline.store.amend import Recorded, amended, recorded
from timeline.store.bulk import among, insert_rows
from timeline.store.histories import check_position
from timeline.store.log import Head, chunks, read_entries, read_head, read_row
from timeline.store.projection import project
from timeline.store.rows import LogRow, log_row, payload_of
from timeline.store.tables import event, log_head, subject_company
from timeline.values import ALWAYS, Fields, Instant, format_instant, is_instant, parse_moment

BATCH: Final = 1000
"""Drafts looked up and written together: large enough for the database, small in memory."""

MOST_SOURCES: Final = 20_000
"""Sources of which is kept in mind when they were published; more are read again."""

LAST_ZONE: Final = "Etc/GMT+12"
"""Where a day ends last; POSIX counts west of Greenwich."""

MOST_PROBLEMS: Final = 1000
"""A file with more is another kind of file."""


class Outcome(Struct, frozen=True):
    """What became of a draft: its id and position, and whether it is new."""

    id: str
    position: int
    new: bool


class Change(Struct, frozen=True):
    """What a field of a stored event is, and what it is in the file now."""

    before: Any
    after: Any


Reference: TypeAlias = tuple[str, str, str]
"""What kind of thing a draft refers to, its name, and the field that does."""


class _Known(Struct):
    """What a draft needs to know of an event in the log or in its own batch."""

    position: int
    subject: str
    type: str
    digest: str
    fields: Fields

    @property
    def is_erased(self) -> bool:
        return "erased" in self.fields


class Appender:
    """Appends drafts in the order given, within the transaction of its connection."""

    def __init__(
        self,
        connection: Connection,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        expected_version: int | None = None,
        verify: bool = False,
        amend: bool = False,
        erase: bool = False,
    ) -> None:
        self.connection = connection
        head = read_head(connection, lock=True)
        check_position(connection)
        self.position, self.hash = head.position, head.hash
        self.start = head
        self.recorded = head.recorded if verify else max(format_instant(clock()), head.recorded)
        self.expected_version = expected_version
        self.verify = verify
        self.amend = amend
        self.erase = erase
        self.redating = False
        self.amendments: list[Fields] = []
        self.problems: list[Problem] = []
        self.touched: set[str] | None = set() if head.position else None
        self.stored = 0
        self.found = 0
        self._erased: dict[str, int] = {}
        """Events of an export that were erased, until the event that says so."""
        self._companies: set[str] = {UNDISCLOSED}
        self._published: dict[str, list[tuple[str, str]]] = {}
        self._hints: dict[str, set[str]] = {}
        """Names in the log by what they name: read once, when the first is not found."""
        self._reset()

    # --- the way in ----------------------------------------------------------------------------

    def extend(self, drafts: Iterable[Draft]) -> list[Outcome]:
        """Append drafts; the outcome of each, in order."""
        outcomes: list[Outcome] = []
        self._take(drafts, outcomes.append)
        return outcomes

    def stream(self, drafts: Iterable[Draft]) -> None:
        """Append any number of drafts in constant memory."""
        self._take(drafts, lambda outcome: None)

    def _take(self, drafts: Iterable[Draft], report: Callable[[Outcome], None]) -> None:
        for batch in chunks(drafts, BATCH):
            self._append(batch, report)

    def finish(self) -> Head:
        """Write the history, with the head of the log; DataError if there was any problem."""
        if self.problems:
            raise DataError(self.problems)
        for id_, position in self._erased.items():
            raise StoreDamaged(position, f"{id_} is erased, and no event says so")
        if self.stored:
            values = {"position": self.position, "recorded": self.recorded, "hash": self.hash}
            self.connection.execute(sa.update(log_head).values(values))
            project(self.connection, self.start.position, self.touched)
        return Head(self.position, self.recorded, self.hash)

    # --- one batch -----------------------------------------------------------------------------

    def _reset(self) -> None:
        self._rows: list[tuple[Any, ...]] = []
        self._parties: set[tuple[str, str]] = set()
        self._ids: dict[str, _Known | None] = {}
        self._versions: dict[str, int] = {}
        self._sources: dict[str, list[Entry]] = {}
        if len(self._published) > MOST_SOURCES:
            self._published.clear()

    def _append(self, drafts: list[Draft], report: Callable[[Outcome], None]) -> None:
        referred = self._look_up(drafts)
        for draft, named in zip(drafts, referred, strict=True):
            before = len(self.problems)
            outcome = self._place(draft, named)
            if outcome is not None and len(self.problems) == before:
                report(outcome)
        if len(self.problems) >= MOST_PROBLEMS:
            raise DataError(self.problems)
        # also where there are problems and all of this is undone: what follows refers to it
        self._write()
        self._reset()

    def _write(self) -> None:
        insert_rows(self.connection, event, self._rows)
        insert_rows(self.connection, subject_company, sorted(self._parties), new=False)

    def _look_up(self, drafts: list[Draft]) -> list[list[Reference]]:
        """Read, in a few statements, what the batch needs to know of the log; what each refers to."""
        for draft in drafts:
            fields = draft.fields
            if "id" not in fields and fields["type"] not in RECORD_TYPES:
                fields["id"] = derive_id(fields)
        ids = {d.fields["id"] for d in drafts if "id" in d.fields}
        ids |= {d.fields["target"] for d in drafts if "target" in d.fields}
        self._ids = dict.fromkeys(ids)
        for row in self.connection.execute(
            sa.select(event).where(among(self.connection, event.c.id, ids))
        ).mappings():
            self._ids[row.id] = _known(log_row(row))
        types = {d.fields["id"]: d.fields["type"] for d in drafts if "id" in d.fields}
        types |= {id_: known.type for id_, known in self._ids.items() if known}
        subjects = {d.fields["subject"] for d in drafts if "subject" in d.fields}
        subjects |= {known.subject for known in self._ids.values() if known}
        sources = {subject for subject in subjects if subject.startswith("source:")}
        companies = set()
        referred = []
        for draft in drafts:
            named = _references(draft, types)
            referred.append(named)
            for what, name, _ in named:
                if what == "source":
                    if f"source:{name}" not in self._published:
                        sources.add(f"source:{name}")
                elif what == "company" and name not in self._companies:
                    companies.add(f"company:{name}")
        versions = sa.select(event.c.subject, sa.func.max(event.c.version)).group_by(
            event.c.subject
        )
        wanted = among(self.connection, event.c.subject, subjects | companies)
        for subject, version in self.connection.execute(versions.where(wanted)):
            self._versions[subject] = version
        self._companies |= {name.partition(":")[2] for name in companies if name in self._versions}
        for subject, entries in read_entries(self.connection, sources, self.position):
            self._sources[subject] = entries
        return referred

    # --- one draft -----------------------------------------------------------------------------

    def _place(self, draft: Draft, named: list[Reference]) -> Outcome | None:
        fields = draft.fields
        if self.verify and draft.position not in (None, self.position + 1) and not self.problems:
            at = self.position + 1
            raise StoreDamaged(at, f"the export has position {draft.position} here")
        if draft.erased is not None:
            return self._place_erased(draft, draft.erased)
        if fields["type"] in RECORD_TYPES and not self._aim(draft):
            return None
        id_ = fields["id"]
        content_digest = digest(fields)
        known = self._ids.get(id_)
        if known is not None:
            return self._repeat(draft, known, content_digest, named)
        if not self._refers_soundly(draft, named):
            return None
        subject = fields["subject"]
        version = self._versions.get(subject, 0)
        if self.expected_version is not None and version != self.expected_version:
            raise VersionConflict(subject, self.expected_version, version)
        if version == 0 and not self._opens_soundly(draft):
            return None
        if subject == f"company:{UNDISCLOSED}":
            message = f'"{UNDISCLOSED}" stands for companies that nobody named; it has no events'
            self.problems.append(draft.place.problem("reserved-company", message))
            return None
        self._store(draft, version + 1, content_digest, named)
        return Outcome(id_, self.position, new=True)

    def _place_erased(self, draft: Draft, erased: Erased) -> Outcome | None:
        """Keep the place of an event that was erased before the log was exported."""
        id_, subject = draft.fields["id"], draft.fields["subject"]
        if not self.verify:
            message = f'"{id_}" was erased, and the line holds no more than its place in a log'
            hint = "leave it out, or replay the whole export with --verify into a new store"
            self.problems.append(draft.place.problem("event-erased", message, None, hint))
            return None
        if self._ids.get(id_) is not None:
            raise StoreDamaged(self.position + 1, f'"{id_}" is there twice')
        self._store(draft, self._versions.get(subject, 0) + 1, erased.digest, [])
        self._erased[id_] = self.position
        return Outcome(id_, self.position, new=True)

    def _aim(self, draft: Draft) -> bool:
        """Give an event about the record its target's subject, and check what it says."""
        fields, place = draft.fields, draft.place
        id_ = fields["target"]
        if fields["type"] == ERASED and not (self.erase or self.verify):
            message = "only timeline erase appends an event_erased, with the erasure itself"
            self.problems.append(place.problem("event-erased", message, "type"))
            return False
        target = self._ids.get(id_)
        if target is None:
            hint = f'did you mean "{found[0]}"?' if (found := self._similar_ids(id_)) else None
            message = f'no event "{id_}" in the log above this one'
            self.problems.append(place.problem("unknown-target", message, "target", hint))
            return False
        if fields.setdefault("subject", target.subject) != target.subject:
            message = f'the target belongs to "{target.subject}", not "{fields["subject"]}"'
            hint = "leave the subject out: it is the target's"
            self.problems.append(place.problem("wrong-subject", message, "subject", hint))
            return False
        if fields["type"] == ERASED and self.verify and self._erased.pop(id_, None) is None:
            raise StoreDamaged(self.position + 1, f'it says that "{id_}" is erased, and it is not')
        told = None if target.is_erased else target
        target_mends = told and told.type in RECORD_TYPES and "source" not in told.fields
        if target_mends and "source" in fields:
            message = (
                f'"{id_}" mends our own record: only a mend (without a source) may be about it'
            )
            self.problems.append(place.problem("wrong-target", message, "target"))
            return False
        if "changes" in fields and not self._changes_soundly(draft, target):
            return False
        if "id" not in fields:
            fields["id"] = derive_id(fields)
            row = None if fields["id"] in self._ids else read_row(self.connection, fields["id"])
            if row is not None:
                self._ids[row.id] = _known(row)
        if target.is_erased and not self.verify and self._ids.get(fields["id"]) is None:
            message = f'"{id_}" was erased: nothing more can be said about it'
            self.problems.append(place.problem("event-erased", message, "target"))
            return False
        return True

    def _changes_soundly(self, draft: Draft, target: _Known) -> bool:
        place = draft.place
        changes = parse_changes(draft.fields["changes"], target.type, place)
        if isinstance(changes, list):
            self.problems += changes
            return False
        draft.fields["changes"] = changes
        if "changes" in changes and not self._changed_changes_soundly(draft, target, changes):
            return False
        if target.is_erased:
            return True
        event_type = EVENT_TYPES[target.type]
        if target.type in RECORD_TYPES and "source" in changes:
            mends = "source" not in target.fields
            if mends == (changes["source"] is not None):
                message = "a correction cannot turn news into a mend, or a mend into news"
                hint = "retract the event and append the right one"
                self.problems.append(place.problem("wrong-target", message, "changes", hint))
                return False
        current = upcast(target.fields)
        result = {k: v for k, v in (current | changes).items() if v is not None}
        before = len(self.problems)
        try:
            msgspec.convert({k: v for k, v in result.items() if k != "type"}, event_type)
        except msgspec.ValidationError as error:  # rules between fields of one value
            message = f"the target would be unsound: {error.__cause__ or error}"
            self.problems.append(place.problem("invalid-value", message, "changes"))
        for flaw in flaws(result, event_type):
            message = f"the target would be unsound: {flaw.message}"
            self.problems.append(place.problem(flaw.code, message, "changes", flaw.hint))
        return len(self.problems) == before

    def _changed_changes_soundly(self, draft: Draft, target: _Known, changes: Fields) -> bool:
        """Check what a correction of a correction makes it say, by the event that is meant in the end."""
        place = Place(draft.place.file, draft.place.line)
        meant = target
        while meant.type in RECORD_TYPES:
            if meant.is_erased:  # nobody knows any more what is meant in the end
                return self.verify or self._is_stored(draft)
            id_ = meant.fields["target"]
            known = self._ids.get(id_)
            if known is None:
                row = read_row(self.connection, id_)
                assert row is not None, "a target is in the log before what is said about it"
                known = self._ids[id_] = _known(row)
            meant = known
        inner = parse_changes(changes["changes"], meant.type, place)
        if isinstance(inner, list):
            self.problems += inner
            return False
        changes["changes"] = inner
        given = {name: value for name, value in inner.items() if value is not None}
        before = len(self.problems)
        for what, name, _ in references(given | {"type": meant.type}):
            if what == "company" and name != UNDISCLOSED:
                self._parties.add((name, meant.subject))
            if what == "company" and name in self._companies:
                continue
            there = sa.select(event.c.position).where(event.c.subject == f"{what}:{name}").limit(1)
            if self.connection.execute(there).first() is None:
                message = f'no {what} "{name}" is registered'
                self.problems.append(draft.place.problem(f"unknown-{what}", message, "changes"))
        return len(self.problems) == before

    def _is_stored(self, draft: Draft) -> bool:
        """Whether an event about what was erased is in the log already; a problem where it is new."""
        id_ = draft.fields.get("id") or derive_id(draft.fields)
        if self._ids.get(id_) is not None or read_row(self.connection, id_) is not None:
            return True
        message = "what it is about in the end was erased: nothing more can be said about it"
        self.problems.append(draft.place.problem("event-erased", message, "target"))
        return False

    def _repeat(
        self, draft: Draft, known: _Known, content_digest: str, named: list[Reference]
    ) -> Outcome | None:
        """The same id again: the same event as appended or as mended, or an error."""
        fields, place = draft.fields, draft.place
        if known.is_erased and known.digest != content_digest:
            message = f'"{fields["id"]}" was erased, and said something else'
            hint = "take it out of the file, or give the new event another id"
            self.problems.append(place.problem("event-erased", message, None, hint))
            return None
        if not known.is_erased and (known.digest != content_digest or self.amend):
            if (known.subject, known.type) != (fields["subject"], fields["type"]):
                message = f'the id "{fields["id"]}" belongs to a {known.type} of {known.subject}'
                self.problems.append(place.problem("id-taken", message, "id", "choose another id"))
                return None
            if not self._refers_soundly(draft, named):
                return None
            changes = self._changes_to(draft, known)
            if changes and self.amend:
                return self._mend(draft, known, changes)  # also back to what it once was
            if changes:
                message = f'"{fields["id"]}" is in the log with other content'
                message += "".join(
                    f"\n  {name}: {_show(c.before)} in the log, {_show(c.after)} here"
                    for name, c in changes.items()
                )
                hint = (
                    "the log does not change: append an event_corrected (replay --amend does), "
                    "put the old content back, or give the new event another id"
                )
                self.problems.append(place.problem("event-changed", message, None, hint))
                return None
        self.found += 1
        return Outcome(fields["id"], known.position, new=False)

    def _changes_to(self, draft: Draft, known: _Known) -> dict[str, Change]:
        """What differs between the event as it is recorded and as it is given now, by field."""
        given = upcast(draft.fields)
        found = recorded(self.connection, given["id"], known.subject, self.position)
        if found is None:  # in this very batch
            found = Recorded(upcast(known.fields), frozenset(), self._known_at(known.fields))
        content = found.content
        changes = {n: Change(content.get(n), v) for n, v in found.changes(given).items()}
        # when it became known may follow from its sources, so it is compared as an instant
        stated = "known" in given and "known" not in content
        if "known" in found.covered or not (stated or "known" in content or self.redating):
            return changes
        moment = self._known_at(draft.fields)
        if stated or moment != found.known:
            changes["known"] = Change(found.known, moment)
        return changes

    def _mend(self, draft: Draft, known: _Known, changes: dict[str, Change]) -> Outcome | None:
        """Append the correction that brings the stored event to what is given now."""
        id_ = draft.fields["id"]
        before = len(self.problems)
        place = Place(draft.place.file, draft.place.line)
        values = {"changes": {name: change.after for name, change in changes.items()}}
        amendment = self._amendment(id_, known, values, draft.origin, place)
        self._place(amendment, _references(amendment, {id_: known.type}))
        if len(self.problems) > before:
            return None
        return Outcome(id_, known.position, new=False)

    def redate(self, drafts: Iterable[Draft]) -> None:
        """Mend since when events of files are known, where what the record says of their sources changed."""
        found, self.redating = self.found, True
        self.stream(drafts)
        self.found, self.redating = found, False

    def retract(self, target: str, origin: str, file: str) -> None:
        """Append the retraction of an event that its story's files no longer hold."""
        row = read_row(self.connection, target)
        assert row is not None
        self._ids[target] = known = _known(row)
        statement = sa.select(sa.func.max(event.c.version)).where(event.c.subject == row.subject)
        self._versions[row.subject] = self.connection.scalar(statement) or 0
        self._place(self._amendment(target, known, {}, origin, Place(file)), [])
        if not self.problems:
            self._write()
        self._reset()

    def _amendment(
        self, target: str, known: _Known, changes: Fields, origin: str | None, place: Place
    ) -> Draft:
        """A mend of our own record: a slip that an edited file put right."""
        word = "corrected" if changes else "retracted"
        # the version tells two amendments of one event apart, also where they say the same
        version = self._versions.get(known.subject, 0) + 1
        fields: Fields = {"type": f"event_{word}", "id": f"{target}-{word}-{version}"}
        fields |= {"target": target, **changes, "reason": f"edited in {origin}"}
        self._ids.setdefault(fields["id"], None)
        self.amendments.append(fields)
        return Draft(fields, place, amended(origin))

    def _refers_soundly(self, draft: Draft, named: list[Reference]) -> bool:
        sound = True
        for what, name, field in named:
            if what == "company" and name not in self._companies:
                hint = self._nearest(what, name, self._companies, "companies")
            elif what == "source" and not self._is_registered(f"source:{name}"):
                batch = (subject.partition(":")[2] for subject in self._sources)
                hint = self._nearest(what, name, batch, "sources")
            else:
                continue
            message = f'no {what} "{name}" is registered'
            self.problems.append(draft.place.problem(f"unknown-{what}", message, field, hint))
            sound = False
        return sound

    def _is_registered(self, source: str) -> bool:
        return source in self._published or source in self._sources

    def _opens_soundly(self, draft: Draft) -> bool:
        fields = draft.fields
        kind = KIND_OF[fields["type"]]
        current = upcast(fields)
        missing = [name for name in kind.required if name not in current]
        for name in missing:
            message = f'the first event of {fields["subject"]} needs "{name}"'
            hint = (
                "is the subject spelled as before?" if len(missing) == len(kind.required) else None
            )
            self.problems.append(draft.place.problem("missing-field", message, None, hint))
        return not missing

    def _store(
        self, draft: Draft, version: int, content_digest: str, named: list[Reference]
    ) -> None:
        fields = draft.fields
        if draft.erased is None:
            current = upcast(fields)
            known = self._known_at(current)
            earliest, latest = bounds_of(current, known)
        else:
            current, left = fields, draft.erased
            known, earliest, latest = left.known, left.earliest, left.latest
        position = self.position + 1
        recorded = self._exported(draft, position) if self.verify else self.recorded
        hash_ = chain(self.hash, recorded, content_digest)
        if self.verify and draft.hash != hash_:
            raise StoreDamaged(position, "the hash does not follow: the export was altered")
        self.position, self.hash, self.recorded = position, hash_, recorded
        id_, subject, type_ = fields["id"], fields["subject"], fields["type"]
        row = (
            position, id_, subject, version, type_, fields.get("schema_version", 1),
            fields.get("occurred"), earliest, latest, known, recorded,
            fields.get("fact_level", "fact"), fields.get("attribution"), payload_of(fields),
            draft.origin, content_digest, hash_,
        )  # fmt: skip
        self._rows.append(row)
        self.stored += 1
        if self.touched is not None:
            self.touched.add(subject)
        self._versions[subject] = version
        self._ids[id_] = _Known(position, subject, type_, content_digest, fields)
        kind, _, name = subject.partition(":")
        if kind == "company":
            self._companies.add(name)
        elif kind == "source":
            occurred = current.get("occurred")
            entry = Entry(position, id_, type_, subject, occurred, earliest, latest, known, current)
            self._sources.setdefault(subject, []).append(entry)
            self._published.pop(subject, None)
        else:
            for what, company, _ in named:
                if what == "company" and company != UNDISCLOSED:
                    self._parties.add((company, subject))

    def _exported(self, draft: Draft, position: int) -> Instant:
        """When the event of an export was recorded, after checking that this is its place."""
        if draft.hash is None or draft.recorded is None:
            raise StoreDamaged(position, 'the line has no "hash" or "recorded" to verify')
        if not is_instant(draft.recorded):
            raise StoreDamaged(position, f'"{draft.recorded}" is no time of recording')
        if draft.recorded < self.recorded:
            raise StoreDamaged(position, "it was recorded before the event ahead of it")
        return draft.recorded

    def _known_at(self, fields: Fields) -> Instant:
        """When it became public: as given, else with the earliest of its sources."""
        sources = fields.get("source", [])
        slugs = [sources] if isinstance(sources, str) else sources
        published = [p for slug in slugs for p in self._publication(f"source:{slug}")]
        if "known" in fields:
            return parse_moment(fields["known"], published[0][1] if published else "UTC")
        if published:
            return min(parse_moment(moment, zone) for moment, zone in published)
        return ALWAYS

    def _publication(self, subject: str) -> list[tuple[str, str]]:
        found = self._published.get(subject)
        if found is None:
            found = self._published[subject] = publication(self._sources[subject])
        return found

    # --- hints ---------------------------------------------------------------------------------

    def _nearest(self, what: str, name: str, batch: Iterable[str], section: str) -> str:
        stored = self._hints.get(what)
        if stored is None:
            statement = sa.select(event.c.subject).where(
                event.c.version == 1, event.c.subject.between(f"{what}:", f"{what};")
            )
            subjects = self.connection.scalars(statement)
            stored = self._hints[what] = {subject.partition(":")[2] for subject in subjects}
        found = nearest(name, stored.union(batch))
        return f'did you mean "{found[0]}"?' if found else f'register it under "{section}"'

    def _similar_ids(self, id_: str) -> list[str]:
        stored = self._hints.get("event")
        if stored is None:
            recent = sa.select(event.c.id).order_by(event.c.position.desc()).limit(5000)
            stored = self._hints["event"] = set(self.connection.scalars(recent))
        return nearest(id_, stored.union(i for i, known in self._ids.items() if known))


def _known(row: LogRow) -> _Known:
    return _Known(row.position, row.subject, row.type, row.digest, row.fields)


def _references(draft: Draft, types: dict[str, str]) -> list[Reference]:
    """What a draft refers to, a correction's changes included; ``types`` of the events by id."""
    if draft.erased is not None:
        return []
    found = references(upcast(draft.fields))
    changes = draft.fields.get("changes")
    if changes is not None:
        target = types.get(draft.fields["target"])
        if target is not None:
            given = {name: value for name, value in changes.items() if value is not None}
            changed = references(given | {"type": target})
            found += [(what, name, "changes") for what, name, _ in changed]
    return found


def publication(entries: list[Entry]) -> list[tuple[str, str]]:
    """When a source was published, with the time zone that a bare day means; as mended."""
    if len(entries) == 1:  # the registration, which nearly always is all
        terms = entries[0].fields
    else:
        terms = fold(kind_of_subject("source:"), sorted(mended(entries), key=main_order)).terms
    if "published" in terms:
        return [(terms["published"], terms.get("timezone", "UTC"))]
    # of a source that was erased the day is left; it was over everywhere when it was over there
    return [(entry.earliest, LAST_ZONE) for entry in entries[:1] if entry.is_erased]


def bounds_of(fields: Fields, known: Instant) -> tuple[str, str]:
    """The bounds of ``occurred``, and what they are when it is said nowhere."""
    occurred = fields.get("occurred")
    if occurred is not None:
        return edtf.bounds(occurred)
    published = fields.get("published") if fields["type"] == "source_registered" else None
    # of a mend and of a company the first day of all: always
    day = (published or known)[:10]
    return day, day


def _show(value: Any) -> str:
    return "nothing" if value is None else canonical({"extra": value}).decode()[9:-1]
