"""A later edition of a list against what its earlier editions said: confirmed, corrected, gone, back again.

Rows of a list with a key have ids that do not depend on what else they say, so the row of a later edition
meets the events of the earlier ones. What the list says now becomes a correction with the later edition as
its source: whoever asks by ``known`` gets from before it what the list said then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, Literal, TypeAlias

from msgspec import Struct
from sqlalchemy.engine import Connection

from timeline.importers.cells import Reason
from timeline.importers.shelf import Hashes
from timeline.ingest.draft import Draft, Place
from timeline.model.kinds import upcast
from timeline.model.record import CORRECTED, RETRACTED, Entry
from timeline.model.values import Fields, Instant, Subject, parse_moment
from timeline.store.append import Appender
from timeline.store.log import chunks, read_entries
from timeline.store.lookups import ids_of_list, subjects_of_events

Gone: TypeAlias = Literal["ended", "retracted", "ignore"]
"""What becomes of the events of rows that a later edition does not have."""

_NOT_COMPARED: Final = frozenset({"id", "type", "subject", "source", "known", "schema_version"})
_ENDINGS: Final = {"relationship": "relationship_ended", "fact": "fact_ended"}
"""What ends a subject of a kind that lasts; a deal that is gone from a list did not end by that."""


class Compared(Struct):
    """What an event of a row is beside the one that earlier editions told under its id."""

    drafts: list[Draft]
    """What has to be appended: nothing where this edition told it already."""
    corrected: bool = False
    """Whether it says something else now; otherwise it is confirmed."""
    reason: Reason | None = None
    """Why it cannot be taken."""


class Editions:
    """Compares the events of an edition with those in the log, and finds what is gone from the list."""

    def __init__(self, connection: Connection, appender: Appender) -> None:
        self.connection = connection
        self.appender = appender
        self._published: dict[str, Instant] = {}

    def compare(self, drafts: Iterable[Draft]) -> dict[str, Compared]:
        """What becomes of drafts whose ids are in the log, by id; without those of the same source.

        A draft gets the subject that its event has in the log, whatever the row would name it now.
        """
        given = {draft.fields["id"]: draft for draft in drafts if "source" in draft.fields}
        found: dict[str, Compared] = {}
        for subject, entries in self._histories(list(given)):
            for entry in entries:
                draft = given.get(entry.id)
                if draft is None or entry.type != draft.fields["type"] or entry.is_erased:
                    continue
                if entry.fields.get("source") != draft.fields["source"]:
                    draft.fields["subject"] = subject
                    found[entry.id] = self._compare(draft, Said.of(entry, entries))
        return found

    def take_back(self, draft: Draft) -> Draft:
        """What retracts an event of which its own list says that it is wrong."""
        id_, edition = draft.fields["id"], "-".join(_slugs(draft.fields))
        fields: Fields = {"type": RETRACTED, "id": f"{id_}-gone-{edition}", "target": id_}
        return _draft(fields | {"reason": "the list itself says that it is wrong"}, draft)

    def taken_back(self, drafts: Iterable[Draft]) -> dict[str, Compared]:
        """What becomes of events in the log of which an edition says that they are wrong, by id."""
        given = {draft.fields["id"]: draft for draft in drafts}
        found: dict[str, Compared] = {}
        for _, entries in self._histories(list(given)):
            for entry in entries:
                if entry.id in given and not entry.is_erased:
                    said = Said.of(entry, entries)
                    gone = said.gone is not None or said.retracted
                    retraction = [] if gone else [self.take_back(given[entry.id])]
                    found[entry.id] = Compared(retraction, corrected=not gone)
        return found

    def _histories(self, ids: list[str]) -> Iterator[tuple[str, list[Entry]]]:
        for some in chunks(ids):
            subjects = sorted(subjects_of_events(self.connection, some))
            yield from read_entries(self.connection, subjects, self.appender.position)

    def publish(self, slug: str, fields: Fields) -> None:
        """Know when a source was published that may not be registered yet."""
        if slug not in self._published:
            published, zone = fields["published"], fields.get("timezone", "UTC")
            self._published[slug] = parse_moment(published, zone)

    def known_of(self, fields: Fields) -> Instant:
        """Since when what an edition says is known."""
        return min(map(self._moment, _slugs(fields)))

    def _moment(self, slug: str) -> Instant:
        if slug not in self._published:
            self.appender.log.read_identity(f"source:{slug}")
            self._published[slug] = self.appender.log.known_at({"source": slug})
        return self._published[slug]

    def _compare(self, draft: Draft, said: Said) -> Compared:
        fields = draft.fields
        slugs = _slugs(fields)
        again = said.told.issuperset(slugs)
        given = upcast(fields)
        names = (said.content.keys() | given.keys()) - _NOT_COMPARED
        changes: dict[str, Any] = {
            name: given.get(name)
            for name in sorted(names)
            if said.content.get(name) != given.get(name)
        }
        if again:  # this very edition
            if not changes:
                return Compared([])
            differ = ", ".join(changes)
            message = f"this edition is in the log with another {differ}"
            return Compared([], reason=Reason("event-changed", message))
        if self.known_of(fields) < said.known:
            message = "a later edition of the list is in the log: import editions in their order"
            return Compared([], reason=Reason("older-edition", message))
        id_, edition = fields["id"], "-".join(slugs)
        found: list[Draft] = []
        if said.gone is not None:
            back: Fields = {"type": RETRACTED, "id": f"{said.gone}-back-{edition}"}
            found.append(_draft(back | {"target": said.gone, "reason": "in the list again"}, draft))
        told = {"source": [*said.sources, *(each for each in slugs if each not in said.sources)]}
        if said.entry.latest > said.known[:10]:  # a plan until then: to name the day tells it again
            told |= {"occurred": given["occurred"]} if "occurred" in given else {}
        correction: Fields = {"type": CORRECTED, "id": f"{id_}-in-{edition}", "target": id_}
        correction["changes"] = told | changes
        correction["reason"] = "changed in a later edition" if changes else "confirmed"
        found.append(_draft(correction, draft))
        return Compared(found, corrected=bool(changes))

    # --- what is gone ----------------------------------------------------------------------------

    def gone(
        self, name: str, types: Iterable[str], edition: Fields, seen: Hashes
    ) -> Iterator[Said]:
        """The events of earlier editions that a list no longer has, as they were said last.

        ``edition`` names the source of this one. Lists are told apart by the beginning of their ids and by
        the publisher.
        """
        known = self.known_of(edition)
        publisher = self._publisher(_slugs(edition)[0])
        listed = ids_of_list(self.connection, name, [*types], known)
        missing = [id_ for id_ in listed if id_ not in seen]
        for some in chunks(missing):
            wanted = set(some)
            for _, entries in self._histories(some):
                for entry in entries:
                    if entry.id not in wanted or entry.is_erased:
                        continue
                    said = Said.of(entry, entries)
                    ours = said.sources and self._publisher(said.sources[0]) == publisher
                    if ours and said.gone is None and not said.retracted and said.known < known:
                        yield said

    def _publisher(self, slug: str) -> Any:
        subject = f"source:{slug}"
        for _, entries in read_entries(self.connection, [subject], self.appender.position):
            return entries[0].fields.get("publisher")
        return None

    def end(self, said: Said, how: Gone, edition: Fields, origin: str) -> Draft | None:
        """What a row that is gone becomes; None where nothing is to be appended."""
        slugs = _slugs(edition)
        id_ = f"{said.entry.id}-gone-{'-'.join(slugs)}"
        fields: Fields = {"id": id_, "source": edition["source"]}
        if how == "retracted":
            fields |= {"type": RETRACTED, "target": said.entry.id, "reason": "gone from the list"}
            return Draft(fields, Place(origin), origin)
        type_ = _ENDINGS.get(Subject.of(said.entry.subject).kind)
        if how != "ended" or type_ is None or said.ended:
            return None
        span = f"{said.known[:10]}/{self.known_of(edition)[:10]}"
        fields |= {"type": type_, "subject": said.entry.subject, "occurred": span}
        return Draft(fields | {"note": "gone from the list"}, Place(origin), origin)


class Said(Struct):
    """An event as the editions of its list told it last; mends of our own are not theirs."""

    entry: Entry
    content: Fields
    sources: list[str]
    """Of the first edition, and of those that told it again."""
    told: set[str]
    known: Instant
    gone: str | None = None
    """What says that it is gone from the list, where nothing said since that it is back."""
    retracted: bool = False
    """Whether somebody else retracted it."""
    ended: bool = False

    @classmethod
    def of(cls, entry: Entry, entries: Iterable[Entry]) -> Said:
        """What was said of one of the entries of a subject."""
        content = dict(entry.fields)
        if entry.occurred is not None:
            content["occurred"] = entry.occurred
        sources = _slugs(entry.fields)
        said = cls(entry, content, sources, set(sources), entry.known)
        for other in sorted(entries, key=lambda each: (each.known, each.position)):
            said.ended |= other.type in _ENDINGS.values()
            if other.id.startswith(f"{entry.id}-gone-") and "-back-" not in other.id:
                said.gone = other.id
            elif other.type == RETRACTED and other.fields["target"] == said.gone:
                said.gone = None
            elif other.type == RETRACTED and other.fields["target"] == entry.id:
                said.retracted = True
            elif other.type == CORRECTED and other.id.startswith(f"{entry.id}-in-"):
                changes = dict(other.fields["changes"])
                said.sources = _slugs(changes)
                changes.pop("source", None)
                for name, value in changes.items():
                    if value is None:
                        content.pop(name, None)
                    else:
                        content[name] = value
                said.told |= set(_slugs(other.fields))
                said.known = max(said.known, other.known)
        return said


def _slugs(fields: Fields) -> list[str]:
    source = fields.get("source", [])
    return [source] if isinstance(source, str) else list(source)


def _draft(fields: Fields, draft: Draft) -> Draft:
    fields["source"] = draft.fields["source"]
    return Draft(fields, draft.place, draft.origin)
