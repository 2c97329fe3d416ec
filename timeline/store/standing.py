"""The log as it stands while drafts are appended: what each of them needs to know of it, and what it may say.

A batch is looked up in a few statements, and most of it in none: what is certainly new to a log that was
empty, what a batch before told, and what was registered with it, are known without asking.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, TypeAlias

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from timeline.errors import Problem, StoreDamaged
from timeline.ingest.draft import (
    Draft,
    Place,
    Reference,
    derive_id,
    flaws,
    parse_changes,
    references,
)
from timeline.model.bitemporal import Change, Followed
from timeline.model.company import Publication, known_since, publication, registration
from timeline.model.dates import OPEN_END
from timeline.model.fold import replay
from timeline.model.identity import Identity
from timeline.model.kinds import EVENT_TYPES, KIND_OF, RECORD_TYPES, upcast
from timeline.model.record import ERASED, Entry, judge, sources_named
from timeline.model.values import ALWAYS, UNDISCLOSED, Fields, Instant, parse_moment
from timeline.nearest import nearest
from timeline.store.bulk import Seen
from timeline.store.engine import NOTED, Asking
from timeline.store.log import Head, LogRow, read_entries, read_row
from timeline.store.tables import event

_versions: Final = (
    sa.select(
        *(
            {"subject": column, "version": sa.func.max(column)}.get(
                column.name, sa.cast(sa.null(), column.type)
            )
            for column in event.columns
        )
    ).group_by(event.c.subject),
    event.c.subject,
)
_known: Final = Asking(sa.select(event), event.c.id, _versions)
"""The events with some ids, and for some subjects a row that has nothing but the last version of each."""


# --- what is remembered from append to append ---------------------------------------------------
#
# What is registered, when sources were published, how many events a subject has, and how its history goes
# on: all that follows from the log, and so holds for as long as the log has the head that it had. Where
# somebody else appended meanwhile, or a transaction was taken back, it is read again.

MOST_KEPT: Final = 20_000
"""Names, and events of subjects that are followed, which is about 30 MB; more are read again."""


class Memory:
    """What is known of a log at one head."""

    def __init__(self) -> None:
        self.head: Head | None = None
        """None: nothing is known, or a transaction is on its way."""
        self.one: Identity | None = None
        """Which companies are one, as it is stored."""
        self.companies: set[str] = {UNDISCLOSED}
        """Companies that are certainly registered."""
        self.published: dict[str, tuple[Publication, Instant]] = {}
        """When a source that is registered was published, as given and as an instant."""
        self.versions: dict[str, int] = {}
        """The last version of a subject."""
        self._followed: dict[str, tuple[Followed, int]] = {}
        """Subjects with the number of their events, the one used last at the end."""
        self._count = 0

    def keep(self, head: Head) -> None:
        """The log is at this head now, and all that is known holds for it."""
        if len(self.companies) > MOST_KEPT:
            self.companies = {UNDISCLOSED}
        for names in (self.published, self.versions):
            if len(names) > MOST_KEPT:
                names.clear()
        self.head = head

    def follow(self, subject: str, followed: Followed, count: int) -> None:
        """Know how a subject stands whose ``count`` events are in its history."""
        self.forget(subject)
        self._followed[subject] = followed, count
        self._count += count
        while self._count > MOST_KEPT and len(self._followed) > 1:
            self.forget(next(iter(self._followed)))

    def go_on(self, subject: str, entries: Sequence[Entry]) -> Change | None:
        """How the history of a subject goes on; None where it must be folded anew."""
        known = self._followed.get(subject)
        change = None if known is None or not entries else known[0].go_on(entries)
        if known is None or change is None:
            self.forget(subject)
            return None
        self.follow(subject, known[0], known[1] + len(entries))
        return change

    def forget(self, subject: str) -> None:
        """Follow a subject no more."""
        _, count = self._followed.pop(subject, (None, 0))
        self._count -= count

    def forget_all(self) -> None:
        """Follow no subject any more: other companies are one now."""
        self._followed.clear()
        self._count = 0


def memory_of(connection: Connection, head: Head) -> Memory:
    """What is known of the log at its head; what was known at another is forgotten."""
    memory = connection.info.get(NOTED)
    if not isinstance(memory, Memory) or memory.head != head:
        memory = connection.info[NOTED] = Memory()
    memory.head = None  # until what is appended is stored
    return memory


# --- what a batch needs to know -----------------------------------------------------------------


class Known(Struct):
    """What a draft needs to know of an event in the log or in its own batch."""

    position: int
    subject: str
    type: str
    digest: str
    fields: Fields
    version: int

    @property
    def is_erased(self) -> bool:
        """Whether only the tombstone of it is left."""
        return "erased" in self.fields


class Standing:
    """What is known of the log, and of the batch that is being appended to it."""

    def __init__(self, connection: Connection, position: int, memory: Memory) -> None:
        self.connection = connection
        self.ids: dict[str, Known | None] = {}
        """The events that the batch names, by id; None for one that is not in the log."""
        self.versions = memory.versions
        """The last version of a subject; one that the batch names and that is not here has no event."""
        self.companies = memory.companies
        """Companies that are certainly registered."""
        self._identity: dict[str, list[Entry]] = {}
        """All events of sources and companies that the batch names, unless the only one registers it."""
        self._published = memory.published
        """When a source that is registered was published, as given and as an instant."""
        self._hints: dict[str, set[str]] = {}
        """Names in the log by what they name: read once, when the first is not found."""
        self._seen = None if position else Seen()
        self._new: list[str] = []
        """Events and subjects that the batch added."""

    def next_batch(self) -> None:
        """Forget what only the batch needed."""
        if self._seen is not None:
            self._seen.update(self._new)
        self._new.clear()
        self.ids.clear()
        self._identity.clear()
        for kept in (self._published, self.versions):
            if len(kept) > MOST_KEPT:
                kept.clear()
        if len(self.companies) > MOST_KEPT:  # further ones are looked up again
            self.companies.clear()
            self.companies.add(UNDISCLOSED)

    # --- looking up ----------------------------------------------------------------------------

    def look_up(self, drafts: list[Draft], position: int) -> list[list[Reference]]:
        """Read what a batch needs to know of the log, up to a position; what each draft refers to."""
        ids: dict[str, Known | None] = {}
        subjects: set[str] = set()
        named: set[str] = set()
        referred: list[list[Reference]] = []
        about_record: list[int] = []
        """Where drafts stand whose references depend on their targets."""
        for draft in drafts:
            draft.prepare()
            fields = draft.fields
            if "id" in fields:
                ids[fields["id"]] = None
            if "target" in fields:
                ids[fields["target"]] = None
            if "subject" in fields:
                subjects.add(fields["subject"])
            if draft.content is None:
                about_record.append(len(referred))
                referred.append([])
            else:
                referred.append(draft.content.references)
                self._note_unknown(draft.content.references, named)
        self.ids = ids
        meant = subjects | named
        self._read_known(ids, meant)
        subjects.update([known.subject for known in ids.values() if known])
        if about_record:
            own = {d.fields["id"]: d.fields["type"] for d in drafts if "id" in d.fields}
            for at in about_record:
                type_ = self._type_of_target(drafts[at], own)
                referred[at] = references_of(drafts[at], type_)
                self._note_unknown(referred[at], named)
        further = (subjects | named) - meant
        if further:  # what only the events that are referred to could tell
            self._read_known((), further)
        self._read_identities(subjects, named, position)
        return referred

    def _note_unknown(self, referred: list[Reference], named: set[str]) -> None:
        """Add to ``named`` the sources and companies of which nothing is known yet."""
        for what, name, _ in referred:
            if what == "source":
                if name not in self._published:
                    named.add(f"source:{name}")
            elif what == "company" and name not in self.companies:
                named.add(f"company:{name}")

    def _type_of_target(self, draft: Draft, own: dict[str, str]) -> str | None:
        if "changes" not in draft.fields:
            return None
        target = draft.fields["target"]
        known = self.ids.get(target)
        return known.type if known else own.get(target)

    def perhaps(self, names: Iterable[str]) -> list[str]:
        """The names that may be in the log."""
        return list(names) if self._seen is None else self._seen.among(names)

    def _read_known(self, ids: Iterable[str], subjects: set[str]) -> None:
        """Read the events with some ids, and the versions of some subjects."""
        versions = self.versions
        ids = self.perhaps(ids)
        subjects_left = self.perhaps(s for s in subjects if s not in versions)
        if not ids and not subjects_left:
            return
        for values in _known(self.connection, ids, subjects_left):
            if values[0] is None:
                versions[values[2]] = values[3]
            else:
                row = LogRow(*values)
                self.ids[row.id] = known_of(row)

    def _read_identities(self, subjects: set[str], named: set[str], position: int) -> None:
        """Read all that was said of the companies and sources among these."""
        versions = self.versions
        told = []
        for subject in named | subjects:
            if subject in versions:
                what, _, name = subject.partition(":")
                if what == "company" and versions[subject] == 1 and subject not in subjects:
                    self.companies.add(name)
                elif what in ("company", "source"):
                    told.append(subject)
        for subject, entries in read_entries(self.connection, told, position):
            self._identity[subject] = entries
            if subject.startswith("company:") and registration(entries):
                self.companies.add(subject[8:])

    def read_event(self, id_: str) -> Known | None:
        """An event that the batch need not name."""
        if id_ not in self.ids:
            row = read_row(self.connection, id_)
            self.ids[id_] = known_of(row) if row else None
        return self.ids[id_]

    def read_identity(self, subject: str) -> None:
        """Know all that was said of a source or a company that the batch need not name."""
        if subject not in self._identity and self.read_version(subject):
            for _, entries in read_entries(self.connection, [subject]):
                self._identity[subject] = entries
                if subject.startswith("company:") and registration(entries):
                    self.companies.add(subject[8:])

    def read_version(self, subject: str) -> int:
        """The last version of a subject that the batch need not name."""
        if subject not in self.versions:
            statement = sa.select(sa.func.max(event.c.version)).where(event.c.subject == subject)
            version = self.connection.scalar(statement)
            if version is None:
                return 0
            self.versions[subject] = version
        return self.versions[subject]

    # --- what was appended ---------------------------------------------------------------------

    def add(self, id_: str, told: Known, version: int) -> None:
        """Know an event that was appended."""
        subject = told.subject
        self.versions[subject] = version
        self.ids[id_] = told
        self._new.append(id_)
        if version == 1:
            self._new.append(subject)
            if subject.startswith("company:"):
                self.companies.add(subject[8:])

    def add_identity(self, entry: Entry) -> None:
        """Know what was said of a source or a company, with its fields of today's schema."""
        entries = self._identity.setdefault(entry.subject, [])
        entries.append(entry)
        what, _, name = entry.subject.partition(":")
        if what == "source":
            self._published.pop(name, None)
        elif entry.type in RECORD_TYPES:
            (self.companies.add if registration(entries) else self.companies.discard)(name)

    # --- companies and sources -----------------------------------------------------------------

    def is_registered(self, what: str, name: str) -> bool:
        """Whether what the batch refers to is in the log by now."""
        if what == "company":
            return name in self.companies
        if what == "source":
            return self._publication(name) is not None
        return True

    def may_judge(self, company: str) -> bool:
        """Whether a company may be an authority or a court: of a kind for that, or of none that is known."""
        self.read_identity(f"company:{company}")
        item = replay(self._identity.get(f"company:{company}", []), OPEN_END)
        return item is None or item.terms.get("kind") in (None, "government", "other")

    def known_at(self, fields: Fields) -> Instant:
        """When an event became public: as given, else with the earliest of its sources."""
        return self.told_at(fields)[0]

    def told_at(self, fields: Fields) -> tuple[Instant, dict[str, Instant]]:
        """When an event became public, and when each source that it names was published.

        A correction also names the sources that it gives its target.
        """
        source = fields.get("source")
        if "known" not in fields and "changes" not in fields:
            if source is None:
                return ALWAYS, {}
            found = type(source) is str and (
                self._published.get(source) or self._publication(source)
            )
            if found:
                return found[1], {source: found[1]}
        slugs = [] if source is None else [source] if type(source) is str else source
        moments = {slug: moment for slug in slugs if (moment := self._publication(slug))}
        published = {slug: instant for slug, (_, instant) in moments.items()}
        given = {slug: stated for slug, (stated, _) in moments.items()}
        known = known_since(fields.get("known"), given, published)
        for slug in sources_named(fields.get("changes", {})) or ():
            if (moment := self._publication(slug)) is not None:
                published[slug] = moment[1]
        return known, published

    def moment_of(self, slug: str) -> Publication | None:
        """When a source was published, as given; None where it is not registered."""
        self.read_identity(f"source:{slug}")
        found = self._publication(slug)
        return None if found is None else found[0]

    def _publication(self, slug: str) -> tuple[Publication, Instant] | None:
        """When a source was published; None where it is not registered, or not any more."""
        found = self._published.get(slug)
        if found is None:
            stated = publication(self._identity.get(f"source:{slug}", ()))
            if stated is None:
                return None
            found = self._published[slug] = stated, parse_moment(*stated)
        return found

    # --- hints ---------------------------------------------------------------------------------

    def nearest_names(self, what: str, name: str) -> list[str]:
        """The companies or sources whose names are near to one that is not registered."""
        stored = self._hints.get(what)
        if stored is None:
            statement = sa.select(event.c.subject).where(
                event.c.version == 1, event.c.subject.between(f"{what}:", f"{what};")
            )
            subjects = self.connection.scalars(statement)
            stored = self._hints[what] = {subject.partition(":")[2] for subject in subjects}
        added = {s.removeprefix(f"{what}:") for s in self._identity if s.startswith(f"{what}:")}
        if what == "company":
            added |= self.companies
        return nearest(name, (stored | added) - {name})

    def nearest_ids(self, id_: str) -> list[str]:
        """The recent events whose ids are near to one that is not in the log."""
        stored = self._hints.get("event")
        if stored is None:
            recent = sa.select(event.c.id).order_by(event.c.position.desc()).limit(5000)
            stored = self._hints["event"] = set(self.connection.scalars(recent))
        return nearest(id_, stored.union(i for i, known in self.ids.items() if known))


def known_of(row: LogRow) -> Known:
    """What a draft needs to know of a row."""
    return Known(row.position, row.subject, row.type, row.digest, row.fields, row.version)


def references_of(draft: Draft, target: str | None) -> list[Reference]:
    """What a draft refers to, a correction's changes included; ``target`` is its target's type."""
    if draft.erased is not None:
        return []
    found = references(upcast(draft.fields))
    changes: dict[str, Any] | None = draft.fields.get("changes")
    if changes is not None and target is not None:
        given = {name: value for name, value in changes.items() if value is not None}
        found += [(what, name, "changes") for what, name, _ in references(given | {"type": target})]
    return found


# --- what refers to a source or a company -------------------------------------------------------

Registration: TypeAlias = tuple[str, str]
"""Whether it is a source or a company, and its name."""


def still_referred_to(connection: Connection, registration: Registration) -> str | None:
    """An event that counts and refers to a source or a company; None where there is none.

    Goes through the whole log, which takes a second for a million events: retracting a registration is rare.
    """
    what, name = registration
    own = f"{what}:{name}"
    # The name stands in the payload as a text of its own; what only looks like it is sorted out below.
    named = sa.cast(event.c.payload, sa.Text).contains(f'"{name}"', autoescape=True)
    statement = sa.select(event.c.subject).where(named, event.c.subject != own).distinct()
    for _, entries in read_entries(connection, sorted(connection.scalars(statement))):
        judged = judge(entries)
        standing = [
            e for said in judged.remarks.values() for e in said if e.id not in judged.reasons
        ]
        for entry in (*judged.counting, *standing):
            if any(found[:2] == registration for found in _references(entry)):
                return entry.id
    return None


def _references(entry: Entry) -> list[tuple[str, str, str]]:
    return references(entry.fields | {"type": entry.type})


# --- what is said about the record --------------------------------------------------------------


def no_authority(draft: Draft, company: str, field: str) -> Problem:
    """The problem of a proceeding before a company that is neither an authority nor a court."""
    return draft.place.problem(
        "invalid-value",
        f'before: "{company}" is registered as neither an authority nor a court',
        field,
        f'a proceeding is before a company of kind "government" or "other": correct the kind of "{company}"',
    )


class Remarks:
    """Checks what drafts say about events of the log; what is wrong goes to ``problems``.

    ``parties`` takes the companies by which a subject is found besides those that its drafts name.
    ``erased`` are the events of an export that were erased, until the event that says so.
    """

    def __init__(
        self,
        log: Standing,
        problems: list[Problem],
        parties: set[tuple[str, str]],
        erased: dict[str, int],
        unsound: set[str],
        *,
        erase: bool,
        verify: bool,
    ) -> None:
        self.log = log
        self.problems = problems
        self.parties = parties
        self.erased = erased
        self.unsound = unsound
        self.erase = erase
        self.verify = verify

    def aim(self, draft: Draft, place_in_log: int) -> bool:
        """Give an event about the record its target's subject, and check what it says."""
        fields, place = draft.fields, draft.place
        id_ = fields["target"]
        if fields["type"] == ERASED and not (self.erase or self.verify):
            message = "only timeline erase appends an event_erased, with the erasure itself"
            self.problems.append(place.problem("event-erased", message, "type"))
            return False
        target = self.log.ids.get(id_)
        if target is None and id_ in self.unsound:
            return False
        if target is None:
            hint = f'did you mean "{found[0]}"?' if (found := self.log.nearest_ids(id_)) else None
            message = f'no event "{id_}" in the log above this one'
            self.problems.append(place.problem("unknown-target", message, "target", hint))
            return False
        if fields.setdefault("subject", target.subject) != target.subject:
            message = f'the target belongs to "{target.subject}", not "{fields["subject"]}"'
            hint = "leave the subject out: it is the target's"
            self.problems.append(place.problem("wrong-subject", message, "subject", hint))
            return False
        if target.type == ERASED and fields["type"] != ERASED:
            message = f'"{id_}" says that something was erased: that is done, and stands as it is'
            self.problems.append(place.problem("wrong-target", message, "target"))
            return False
        if fields["type"] == ERASED and self.verify and self.erased.pop(id_, None) is None:
            raise StoreDamaged(place_in_log, f'it says that "{id_}" is erased, and it is not')
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
            self.log.read_event(fields["id"])
        if target.is_erased and not self.verify and self.log.ids.get(fields["id"]) is None:
            message = f'"{id_}" was erased: nothing more can be said about it'
            self.problems.append(place.problem("event-erased", message, "target"))
            return False
        return True

    def _changes_soundly(self, draft: Draft, target: Known) -> bool:
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
        if not self._keeps_the_first(draft, target, changes):
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

    def _changed_changes_soundly(self, draft: Draft, target: Known, changes: Fields) -> bool:
        """Check what a correction of a correction makes it say, by the event that is meant in the end."""
        place = Place(draft.place.file, draft.place.line)
        meant = target
        while meant.type in RECORD_TYPES:
            if meant.is_erased:  # nobody knows any more what is meant in the end
                return self.verify or self._is_stored(draft)
            id_ = meant.fields["target"]
            known = self.log.read_event(id_)
            assert known is not None, "a target is in the log before what is said about it"
            meant = known
        inner = parse_changes(changes["changes"], meant.type, place)
        if isinstance(inner, list):
            self.problems += inner
            return False
        changes["changes"] = inner
        if not self._keeps_the_first(draft, meant, inner):
            return False
        given = {name: value for name, value in inner.items() if value is not None}
        before = len(self.problems)
        for what, name, field in references(given | {"type": meant.type}):
            if what == "company" and name != UNDISCLOSED:
                self.parties.add((name, meant.subject))
            self.log.read_identity(f"{what}:{name}")
            if not self.log.is_registered(what, name):
                message = f'no {what} "{name}" is registered'
                self.problems.append(draft.place.problem(f"unknown-{what}", message, "changes"))
            elif field == "before" and not self.log.may_judge(name):
                self.problems.append(no_authority(draft, name, "changes"))
        return len(self.problems) == before

    def _keeps_the_first(self, draft: Draft, target: Known, changes: Fields) -> bool:
        """Check that a correction leaves the first event of a subject what such an event needs."""
        if target.version != 1 or target.type in RECORD_TYPES:
            return True
        gone = [n for n in KIND_OF[target.type].required if n in changes and changes[n] is None]
        for name in gone:
            message = f'the first event of {target.subject} needs "{name}": it cannot be removed'
            problem = draft.place.problem(
                "missing-field", message, "changes", "give the right value"
            )
            self.problems.append(problem)
        return not gone

    def _is_stored(self, draft: Draft) -> bool:
        """Whether an event about what was erased is in the log already; a problem where it is new."""
        id_ = draft.fields.get("id") or derive_id(draft.fields)
        if self.log.read_event(id_) is not None:
            return True
        message = "what it is about in the end was erased: nothing more can be said about it"
        self.problems.append(draft.place.problem("event-erased", message, "target"))
        return False
