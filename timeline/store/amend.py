"""What a story's files no longer hold, or hold again: the record against the files it came from."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from timeline.ingest.draft import TOMBSTONE, canonical
from timeline.model.record import CORRECTED, RETRACTED, Entry, is_mend, judge
from timeline.model.values import Fields, Instant
from timeline.store.log import chunks, read_entries
from timeline.store.tables import event


class Drift(Struct, frozen=True):
    """An event that its story's files and the record do not agree about."""

    id: str
    type: str
    subject: str
    file: str | None
    """The file that held it last, where it vanished."""
    vanished: bool
    """In the record and in no file; otherwise in a file, and retracted in the record."""
    retractions: list[str]
    """The retractions of ours that stand against it."""


class Change(Struct, frozen=True):
    """What a field of a stored event is, and what it is in the file now."""

    before: Any
    after: Any


class Recorded(Struct, frozen=True):
    """An event as the record holds it now, to compare with the file that it came from."""

    content: Fields
    """As mended."""
    covered: frozenset[str]
    """The fields that mends in files set: what a file says of its own events is no edit of it."""
    known: Instant

    def differences(self, given: Fields, known: Instant, *, redating: bool) -> dict[str, Change]:
        """What differs from an event as it is given now, known from that instant on, by field."""
        content = self.content
        names = (content.keys() | given.keys()) - self.covered - {"known"}
        changes = {
            name: Change(content.get(name), given.get(name))
            for name in sorted(names)
            if content.get(name) != given.get(name)
        }
        # when it became known may follow from its sources, so it is compared as an instant
        stated = "known" in given and "known" not in content
        if "known" in self.covered or not (stated or "known" in content or redating):
            return changes
        if stated or known != self.known:
            changes["known"] = Change(self.known, known)
        return changes


_AMENDED: Final = " (amended)"


def amended(origin: str | None) -> str:
    """The origin of what mends events of an origin: no file holds it, and none misses it."""
    return f"{origin}{_AMENDED}"


def _is_ours(origin: str | None) -> bool:
    """Whether no file holds an event of this origin: it came by hand, or amends what a file holds."""
    return origin is None or origin.endswith(_AMENDED)


def recorded(connection: Connection, id_: str, subject: str, position: int) -> Recorded | None:
    """An event of the log as it is recorded up to a position, in today's schema; None if it is not."""
    entries = [e for _, found in read_entries(connection, [subject], position) for e in found]
    entry = next((entry for entry in entries if entry.id == id_), None)
    if entry is None:
        return None
    judged = judge(entries)
    said = [r for r in judged.remarks.get(id_, ()) if r.type == CORRECTED and is_mend(r)]
    in_files = _held_by_files(connection, [remark.id for remark in said])
    covered = (r.fields["changes"].keys() for r in said if r.id in in_files)
    now = judged.mended.get(id_, entry)
    return Recorded(content_of(now), frozenset().union(*covered), now.known)


def _held_by_files(connection: Connection, ids: Collection[str]) -> set[str]:
    found: set[str] = set()
    for some in chunks(ids):
        statement = sa.select(event.c.id, event.c.origin).where(event.c.id.in_(some))
        found |= {row.id for row in connection.execute(statement) if not _is_ours(row.origin)}
    return found


def drifts(
    connection: Connection, held: Mapping[str, str], ids: Collection[str], before: int
) -> Iterator[Drift]:
    """The events up to position ``before`` that files hold or held last, where the record differs.

    ``held`` are the events that files of this replay held last, each with its file; ``ids`` are those that
    they hold now.
    """
    rows: list[Any] = []
    for some in chunks(sorted(held.keys() | set(ids))):
        columns = (event.c.position, event.c.id, event.c.type, event.c.subject, event.c.payload)
        statement = sa.select(*columns).where(event.c.position <= before, event.c.id.in_(some))
        rows += connection.execute(statement).all()
    rows.sort(key=lambda row: row.position)
    standing = _standing_retractions(connection, {row.subject for row in rows}, before)
    for row in rows:
        if row.payload == TOMBSTONE:
            continue  # no file may hold it any more, and none can miss it
        against = standing.get(row.id, [])
        vanished = row.id not in ids
        if vanished != bool(against):
            yield Drift(row.id, row.type, row.subject, held.get(row.id), vanished, against)


def _standing_retractions(
    connection: Connection, subjects: Collection[str], before: int
) -> dict[str, list[str]]:
    touched: set[str] = set()
    for chunk in chunks(sorted(subjects)):
        statement = sa.select(event.c.subject).where(
            event.c.type == RETRACTED, event.c.subject.in_(chunk)
        )
        touched |= set(connection.scalars(statement))
    found: dict[str, list[str]] = {}
    for _, entries in read_entries(connection, sorted(touched), before):
        standing = [
            mend for said in judge(entries).retractions.values() for mend in said if is_mend(mend)
        ]
        in_files = _held_by_files(connection, [mend.id for mend in standing])
        for mend in standing:
            if mend.id not in in_files:  # that a file retracts its own event is no edit of it
                found.setdefault(mend.fields["target"], []).append(mend.id)
    return found


def content_of(entry: Entry) -> Fields:
    """The fields of an entry with those that have columns of their own."""
    fields = {"id": entry.id, "type": entry.type, "subject": entry.subject} | entry.fields
    if entry.occurred is not None:
        fields["occurred"] = entry.occurred
    return fields


def show(value: Any) -> str:
    """A value of a field for messages, as canonical JSON."""
    return "nothing" if value is None else canonical({"extra": value}).decode()[9:-1]
