"""The log as it stands while drafts are appended: what each of them needs to know of it.

A batch is looked up in a few statements, and most of it in none: what is certainly new to a log that was
empty, what a batch before told, and what was registered with it, are known without asking.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from timeline.ingest.draft import Draft, Reference, references
from timeline.model.dates import OPEN_END
from timeline.model.fold import replay
from timeline.model.kinds import RECORD_TYPES, upcast
from timeline.model.record import Entry, sources_named
from timeline.model.values import ALWAYS, UNDISCLOSED, Fields, Instant, parse_moment
from timeline.nearest import nearest
from timeline.store.bulk import Asking
from timeline.store.log import LogRow, read_entries, read_row
from timeline.store.memory import MOST_KEPT, Memory
from timeline.store.published import Publication, known_since, publication, registration
from timeline.store.seen import Seen
from timeline.store.tables import event

_events: Final = Asking(sa.select(event), event.c.id)
_versions: Final = Asking(
    sa.select(event.c.subject, sa.func.max(event.c.version)).group_by(event.c.subject),
    event.c.subject,
)


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
        for draft in drafts:
            draft.prepare()
            fields = draft.fields
            if "id" in fields:
                ids[fields["id"]] = None
            if "target" in fields:
                ids[fields["target"]] = None
            if "subject" in fields:
                subjects.add(fields["subject"])
        self.ids = ids
        self._read_events(ids)
        subjects.update([known.subject for known in ids.values() if known])
        referred, named = self._references(drafts)
        self._read_subjects(subjects, named, position)
        return referred

    def _references(self, drafts: list[Draft]) -> tuple[list[list[Reference]], set[str]]:
        """What each draft refers to, and the subjects among that of which nothing is known yet."""
        own = {d.fields["id"]: d.fields["type"] for d in drafts if "id" in d.fields}
        referred: list[list[Reference]] = []
        named: set[str] = set()
        companies, published = self.companies, self._published
        for draft in drafts:
            if draft.content is not None:
                found = draft.content.references
            else:
                found = references_of(draft, self._type_of_target(draft, own))
            referred.append(found)
            for what, name, _ in found:
                if what == "source":
                    if name not in published:
                        named.add(f"source:{name}")
                elif what == "company" and name not in companies:
                    named.add(f"company:{name}")
        return referred, named

    def _type_of_target(self, draft: Draft, own: dict[str, str]) -> str | None:
        if "changes" not in draft.fields:
            return None
        target = draft.fields["target"]
        known = self.ids.get(target)
        return known.type if known else own.get(target)

    def _perhaps(self, names: Iterable[str]) -> list[str]:
        """The names that may be in the log."""
        return list(names) if self._seen is None else self._seen.among(names)

    def _read_events(self, ids: Iterable[str]) -> None:
        perhaps = self._perhaps(ids)
        if not perhaps:
            return
        for values in _events(self.connection, perhaps):
            row = LogRow(*values)
            self.ids[row.id] = known_of(row)

    def _read_subjects(self, subjects: set[str], named: set[str], position: int) -> None:
        versions = self.versions
        perhaps = self._perhaps(s for s in subjects | named if s not in versions)
        if perhaps:
            versions.update(tuple(row) for row in _versions(self.connection, perhaps))
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
