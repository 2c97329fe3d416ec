"""Appending: the only way into the log.

The caller holds the append lock. Each draft is checked against the log as it stands (its target, its
companies and sources, the version of its subject), gets its place and its hash, and is written with its
batch; what is there already is left alone. Problems are collected, and then nothing at all is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from timeline.errors import DataError, Problem, StoreDamaged, VersionConflict
from timeline.ingest.draft import (
    Content,
    Draft,
    Erased,
    Place,
    Reference,
    body_of,
    chain,
    content_of,
    payload_of,
)
from timeline.model.company import bounds_of, redated
from timeline.model.dates import OPEN_END
from timeline.model.fold import replay
from timeline.model.identity import JUDGED, Judgement, Pair, contradiction
from timeline.model.kinds import KIND_OF, RECORD_TYPES, upcast
from timeline.model.kinds.event import with_itself
from timeline.model.record import ERASED, REDATED, RETRACTED, Entry
from timeline.model.values import UNDISCLOSED, Fields, Instant, format_instant, is_instant
from timeline.store.amend import Change, Recorded, amended, recorded, show
from timeline.store.companies import read_judgements
from timeline.store.engine import Constant, insert_rows
from timeline.store.full_text import insert_words, with_subject
from timeline.store.histories import Stand, checked_head
from timeline.store.log import Head, chunks, read_entries, told_of
from timeline.store.projection import News, project
from timeline.store.standing import (
    Known,
    Registration,
    Remarks,
    Standing,
    memory_of,
    no_authority,
    references_of,
    still_referred_to,
)
from timeline.store.tables import event, log_head, subject_company

BATCH: Final = 1000
"""Drafts looked up and written together: large enough for the database, small in memory."""

MOST_PROBLEMS: Final = 1000
"""A file with more is another kind of file."""


_HINTS: Final = {
    ("source", "published"): "write published: 2025-01-10, a day or an instant with offset"
}
"""What to write for a term that the first event of a subject needs, where the name does not say it."""

_RESERVED: Final = f"company:{UNDISCLOSED}"

_move_head: Final = Constant(
    sa.update(log_head).values(
        position=sa.bindparam("at"), recorded=sa.bindparam("since"), hash=sa.bindparam("proof")
    )
)


class Outcome(Struct, frozen=True):
    """What became of a draft: its id and position, and whether it is new."""

    id: str
    position: int
    new: bool


class Appender:
    """Appends drafts in the order given, within the transaction of its connection."""

    def __init__(
        self,
        connection: Connection,
        stand: Stand = None,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        expected_version: int | None = None,
        verify: bool = False,
        amend: bool = False,
        erase: bool = False,
        alone: bool = False,
    ) -> None:
        """``alone``: no other process folds what is appended, however much it is."""
        self.connection = connection
        self.alone = alone
        head = checked_head(connection, stand)
        self.position, self.hash = head.position, head.hash
        self.start = head
        self.recorded = head.recorded if verify else max(format_instant(clock()), head.recorded)
        self.expected_version = expected_version
        self.verify = verify
        self.amend = amend
        self.redating = False
        self.amendments: list[Fields] = []
        self.problems: list[Problem] = []
        self._news = News(empty=not head.position)
        self.stored = 0
        self.found = 0
        self.unsound: set[str] = set()
        """Ids and subjects of events that are refused: nothing is said of what refers to them."""
        self._erased: dict[str, int] = {}
        """Events of an export that were erased, until the event that says so."""
        self._rows: list[tuple[Any, ...]] = []
        self._mended_company: Place | None = None
        """Where something was said of an event of a company: it may have been a judgement."""
        self._words: list[tuple[int, str]] = []
        self._parties: set[tuple[str, str]] = set()
        self._retracted: dict[Registration, Place] = {}
        """Registrations that were retracted here, and where."""
        self._ends: dict[str, Place] = {}
        """Relationships of which a later event gave an end, and where."""
        self._memory = memory_of(connection, head)
        self.log = Standing(connection, head.position, self._memory)
        self._remarks = Remarks(
            self.log, self.problems, self._parties, self._erased, self.unsound,
            erase=erase, verify=verify,
        )  # fmt: skip

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
        if self._retracted:
            self._check_retracted()
        if self._ends and not self.problems:
            self._check_ends()
        if self._mended_company is not None and not self.problems:
            self._check_judgements(self._mended_company)
        if self.problems:
            raise DataError(self.problems)
        for id_, position in self._erased.items():
            raise StoreDamaged(position, f"{id_} is erased, and no event says so")
        if self.stored:
            if self.connection.dialect.name == "sqlite":  # on PostgreSQL a trigger does
                _move_head(self.connection, at=self.position, since=self.recorded, proof=self.hash)
            project(
                self.connection, self.start.position, self.position, self._news, self._memory,
                alone=self.alone,
            )  # fmt: skip
        head = Head(self.position, self.recorded, self.hash) if self.stored else self.start
        self._memory.keep(head)
        return head

    def _check_judgements(self, place: Place) -> None:
        """Add a problem where something said of a judgement leaves others that contradict each other."""
        pair = contradiction(read_judgements(self.connection, self.position))
        if pair is not None:
            self._contradicts(pair, place)

    def _check_ends(self) -> None:
        """Add a problem for each relationship whose ends, given by several events, are one company."""
        for subject, place in self._ends.items():
            item = replay(self._entries(subject), OPEN_END)
            ends = (item.terms.get("from"), item.terms.get("to")) if item else (None, None)
            if ends[0] is not None and ends[0] == ends[1] != UNDISCLOSED:
                flaw = with_itself(str(ends[0]), "from", "to", "to")
                message = f"after this {flaw.message[0].lower()}{flaw.message[1:]}"
                self.problems.append(place.problem(flaw.code, message, flaw.field, flaw.hint))

    def _check_retracted(self) -> None:
        """Add a problem for each registration that was retracted while events refer to it."""
        for (what, name), place in self._retracted.items():
            self.log.read_identity(f"{what}:{name}")
            if self.log.is_registered(what, name):
                continue
            event_id = still_referred_to(self.connection, (what, name))
            if event_id is not None:
                message = f'{event_id} and perhaps others still refer to the {what} "{name}"'
                hint = "correct or retract what refers to it first"
                problem = place.problem("still-referred-to", message, "target", hint)
                self.problems.append(problem)

    # --- one batch -----------------------------------------------------------------------------

    def _append(self, drafts: list[Draft], report: Callable[[Outcome], None]) -> None:
        referred = self.log.look_up(drafts, self.position)
        for draft, named in zip(drafts, referred, strict=True):
            before = len(self.problems)
            outcome = self._place(draft, named)
            if outcome is not None and len(self.problems) == before:
                report(outcome)
            else:
                self.unsound |= {draft.fields[n] for n in ("id", "subject") if n in draft.fields}
        if len(self.problems) >= MOST_PROBLEMS:
            raise DataError(self.problems)
        # also where there are problems and all of this is undone: what follows refers to it
        self._write()

    def _write(self) -> None:
        self._insert()
        self.log.next_batch()

    def _insert(self) -> None:
        insert_rows(self.connection, event, self._rows)
        insert_rows(self.connection, subject_company, sorted(self._parties), new=False)
        insert_words(self.connection, self._words)
        self._rows.clear()
        self._words.clear()
        self._parties.clear()

    # --- one draft -----------------------------------------------------------------------------

    def _place(self, draft: Draft, named: list[Reference]) -> Outcome | None:
        fields = draft.fields
        if self.verify and draft.position not in (None, self.position + 1) and not self.problems:
            at = self.position + 1
            raise StoreDamaged(at, f"the export has position {draft.position} here")
        if draft.erased is not None:
            return self._place_erased(draft, draft.erased)
        if fields["type"] in RECORD_TYPES and not self._remarks.aim(draft, self.position + 1):
            return None
        id_, content = fields["id"], draft.content or content_of(fields)
        known = self.log.ids.get(id_)
        if known is not None:
            return self._repeat(draft, known, content.digest, named)
        subject = fields["subject"]
        version = self.log.versions.get(subject, 0)
        sound = self._refers_soundly(draft, named)
        if version == 0 and not self._opens_soundly(draft):
            sound = False
        if not sound:
            return None
        if self.expected_version is not None and version != self.expected_version:
            raise VersionConflict(subject, self.expected_version, version)
        if subject == _RESERVED:
            message = f'"{UNDISCLOSED}" stands for companies that nobody named; it has no events'
            self.problems.append(draft.place.problem("reserved-company", message))
            return None
        if fields["type"] in RECORD_TYPES and subject.startswith("company:"):
            self._mended_company = draft.place
        if fields["type"] == JUDGED and not self._judges_soundly(draft):
            return None
        self._store(draft, version + 1, content, named)
        return Outcome(id_, self.position, new=True)

    def _judges_soundly(self, draft: Draft) -> bool:
        fields = draft.fields
        if UNDISCLOSED in fields["companies"]:
            message = f'"{UNDISCLOSED}" stands for companies that nobody named; it is none of them'
            problem = draft.place.problem("reserved-company", message, "companies")
            self.problems.append(problem)
            return False
        self._insert()  # judgements of this batch count too
        same = fields["judgement"] == "same"
        judged = Judgement(self.position + 1, tuple(fields["companies"]), same)
        pair = contradiction([*read_judgements(self.connection, self.position), judged])
        if pair is None:
            return True
        self._contradicts(pair, draft.place)
        return False

    def _contradicts(self, pair: Pair, place: Place) -> None:
        message = f'that would make "{pair[0]}" and "{pair[1]}" one, which are judged different'
        hint = "retract the judgement that is wrong: timeline log --type companies_judged"
        self.problems.append(place.problem("identity-contradiction", message, "companies", hint))

    def _place_erased(self, draft: Draft, erased: Erased) -> Outcome | None:
        """Keep the place of an event that was erased before the log was exported."""
        id_, subject = draft.fields["id"], draft.fields["subject"]
        if not self.verify:
            message = f'"{id_}" was erased, and the line holds no more than its place in a log'
            hint = "leave it out, or replay the whole export with --verify into a new store"
            self.problems.append(draft.place.problem("event-erased", message, None, hint))
            return None
        if self.log.ids.get(id_) is not None:
            raise StoreDamaged(self.position + 1, f'"{id_}" is there twice')
        left = Content(erased.digest, payload_of(body_of(draft.fields)), [], None, "")
        self._store(draft, self.log.versions.get(subject, 0) + 1, left, [])
        self._erased[id_] = self.position
        return Outcome(id_, self.position, new=True)

    def _repeat(
        self, draft: Draft, known: Known, content_digest: str, named: list[Reference]
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
                    f"\n  {name}: {show(c.before)} in the log, {show(c.after)} here"
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

    def _changes_to(self, draft: Draft, known: Known) -> dict[str, Change]:
        """What differs between the event as it is recorded and as it is given now, by field."""
        found = recorded(self.connection, draft.fields["id"], known.subject, self.position)
        if found is None:  # in this very batch
            moment = self.log.known_at(known.fields)
            found = Recorded(upcast(known.fields), frozenset(), moment)
        given = upcast(draft.fields)
        return found.differences(given, self.log.known_at(draft.fields), redating=self.redating)

    def _mend(self, draft: Draft, known: Known, changes: dict[str, Change]) -> Outcome | None:
        """Append the correction that brings the stored event to what is given now."""
        id_ = draft.fields["id"]
        before = len(self.problems)
        place = Place(draft.place.file, draft.place.line)
        values = {"changes": {name: change.after for name, change in changes.items()}}
        amendment = self._amendment(id_, known, values, draft.origin, place)
        self._place(amendment, references_of(amendment, known.type))
        if len(self.problems) > before:
            return None
        return Outcome(id_, known.position, new=False)

    def redate(self, drafts: Iterable[Draft]) -> None:
        """Mend since when events of files are known, where what the record says of their sources changed.

        Of a source that was erased the record no longer says to the minute when it was published: that is no
        edit of anybody.
        """
        erased = self._erased_sources()
        found, self.redating = self.found, True
        self.stream(d for d in drafts if not erased & set(_sources_of(d.fields)))
        self.found, self.redating = found, False

    def _erased_sources(self) -> set[str]:
        of_sources = event.c.subject.between("source:", "source;")
        statement = sa.select(event.c.subject).where(event.c.type == ERASED, of_sources)
        return {subject.partition(":")[2] for subject in self.connection.scalars(statement)}

    def retract(self, target: str, origin: str, file: str) -> None:
        """Append the retraction of an event that its story's files no longer hold."""
        known = self.log.read_event(target)
        assert known is not None
        self.log.read_version(known.subject)
        self.log.read_identity(known.subject)
        self._place(self._amendment(target, known, {}, origin, Place(file)), [])
        self._write()

    def _amendment(
        self, target: str, known: Known, changes: Fields, origin: str | None, place: Place
    ) -> Draft:
        """A mend of our own record: a slip that an edited file put right."""
        word = "corrected" if changes else "retracted"
        # the version tells two amendments of one event apart, also where they say the same
        version = self.log.versions.get(known.subject, 0) + 1
        fields: Fields = {"type": f"event_{word}", "id": f"{target}-{word}-{version}"}
        fields |= {"target": target, **changes, "reason": f"edited in {origin}"}
        self.log.ids.setdefault(fields["id"], None)
        self.amendments.append(fields)
        return Draft(fields, place, amended(origin))

    def _refers_soundly(self, draft: Draft, named: list[Reference]) -> bool:
        sound = True
        before = draft.fields.get("changes", draft.fields).get("before")
        for what, name, field in named:
            if self.log.is_registered(what, name):
                if what == "company" and before == name and not self.log.may_judge(name):
                    self.problems.append(no_authority(draft, name, field))
                    sound = False
                continue
            sound = False
            if f"{what}:{name}" in self.unsound:
                continue
            near = self.log.nearest_names(what, name)
            section = "companies" if what == "company" else "sources"
            hint = f'did you mean "{near[0]}"?' if near else f'register it under "{section}"'
            message = f'no {what} "{name}" is registered'
            self.problems.append(draft.place.problem(f"unknown-{what}", message, field, hint))
        return sound

    def _opens_soundly(self, draft: Draft) -> bool:
        fields = draft.fields
        kind = KIND_OF[fields["type"]]
        current = upcast(fields)
        missing = [name for name in kind.required if name not in current]
        if missing and fields["subject"] in self.unsound:
            return False
        for name in missing:
            message = f'the first event of {fields["subject"]} needs "{name}"'
            hint = _HINTS.get((kind.name, name))
            if hint is None and len(missing) == len(kind.required):
                hint = "is the subject spelled as before?"
            self.problems.append(draft.place.problem("missing-field", message, None, hint))
        return not missing

    def _store(self, draft: Draft, version: int, content: Content, named: list[Reference]) -> None:
        fields, content_digest = draft.fields, content.digest
        if draft.erased is None:
            current = upcast(fields)
            known, published = self.log.told_at(current)
            if "changes" in current:
                meant = redated(
                    current, lambda: self._entries(fields["subject"]), self.log.moment_of
                )
                if meant is not None:
                    published[REDATED] = meant
            earliest, latest = content.bounds or bounds_of(current, known)
        else:
            current, left = fields, draft.erased
            known, earliest, latest = left.known, left.earliest, left.latest
            published = {}
        position = self.position + 1
        recorded = self._exported(draft, position) if self.verify else self.recorded
        hash_ = chain(self.hash, recorded, content_digest)
        if self.verify and draft.hash != hash_:
            raise StoreDamaged(position, "the hash does not follow: the export was altered")
        self.position, self.hash, self.recorded = position, hash_, recorded
        id_, subject, type_ = fields["id"], fields["subject"], fields["type"]
        told = told_of(published, known)
        row = (
            position, id_, subject, version, type_, fields.get("schema_version", 1),
            fields.get("occurred"), earliest, latest, known, told, recorded,
            fields.get("fact_level", "fact"), fields.get("attribution"), content.payload,
            draft.origin, content_digest, hash_,
        )  # fmt: skip
        self._rows.append(row)
        if draft.erased is None:
            self._words.append(
                (position, with_subject(content.words, subject if version == 1 else None))
            )
        self.stored += 1
        occurred, body = current.get("occurred"), body_of(current)
        entry = Entry(
            position, id_, type_, subject, occurred, earliest, latest, known, body,
            published if told else {},
        )  # fmt: skip
        self._news.add(entry, version)
        self.log.add(id_, Known(position, subject, type_, content_digest, fields, version), version)
        what, _, name = subject.partition(":")
        if what == "relationship" and version > 1:
            given = fields.get("changes", fields)
            if ("from" in given) != ("to" in given):  # both of one event are checked with it
                self._ends[subject] = draft.place
        if what in ("source", "company"):
            self.log.add_identity(entry)
            if type_ == RETRACTED:
                self._retracted[what, name] = draft.place
        else:
            for what, name, _ in named:
                if what == "company" and name != UNDISCLOSED:
                    self._parties.add((name, subject))

    def _entries(self, subject: str) -> list[Entry]:
        """All events of a subject until now, those of this transaction among them."""
        found = read_entries(self.connection, [subject], self.position)
        entries = [entry for _, entries in found for entry in entries]
        last = entries[-1].position if entries else 0
        told = (self._news.entries or {}).get(subject, [])
        return entries + [entry for entry in told if entry.position > last]

    def _exported(self, draft: Draft, position: int) -> Instant:
        """When the event of an export was recorded, after checking that this is its place."""
        if draft.hash is None or draft.recorded is None:
            raise StoreDamaged(position, 'the line has no "hash" or "recorded" to verify')
        if not is_instant(draft.recorded):
            raise StoreDamaged(position, f'"{draft.recorded}" is no time of recording')
        if draft.recorded < self.recorded:
            raise StoreDamaged(position, "it was recorded before the event ahead of it")
        return draft.recorded


def _sources_of(fields: Fields) -> list[str]:
    source = fields.get("source", [])
    return [source] if isinstance(source, str) else source
