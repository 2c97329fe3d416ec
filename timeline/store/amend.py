"""What a story's files no longer hold, or hold again: the record against the files it came from."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from timeline.replay import RETRACTED, Entry, by_position, is_mend
from timeline.store.log import chunks, read_entries
from timeline.store.tables import event


class Drift(Struct, frozen=True):
    """An event that its story's files and the record do not agree about."""

    id: str
    type: str
    subject: str
    origin: str
    vanished: bool
    """In the record and in no file; otherwise in a file, and retracted in the record."""
    retractions: list[str]
    """The retractions that stand against it."""


def amended(origin: str | None) -> str:
    """The origin of what mends events of an origin: no file holds it, and none misses it."""
    return f"{origin} (amended)"


def amended_until(connection: Connection, origin: str, position: int) -> int:
    """The position of the last mend of an origin's events; ``position`` where there is none later."""
    later = sa.select(sa.func.max(event.c.position)).where(
        event.c.position > position, event.c.origin == amended(origin)
    )
    return connection.scalar(later) or position


def drifts(
    connection: Connection, stories: Collection[str], ids: Collection[str], before: int
) -> Iterator[Drift]:
    """The events up to position ``before`` that came from these stories, and where they differ.

    ``ids`` are the events that the files of this replay hold.
    """
    if not before or not stories:
        return
    columns = (event.c.id, event.c.type, event.c.subject, event.c.origin)
    statement = (
        sa.select(*columns)
        .where(event.c.position <= before, event.c.origin.in_(sorted(stories)))
        .order_by(event.c.position)
    )
    rows = connection.execute(statement).all()
    standing = _standing_retractions(connection, {row.subject for row in rows}, before)
    for row in rows:
        against = standing.get(row.id, [])
        vanished = row.id not in ids
        if vanished != bool(against):
            yield Drift(row.id, row.type, row.subject, row.origin, vanished, against)


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
        _settle(entries, found)
    return found


def _settle(entries: list[Entry], found: dict[str, list[str]]) -> None:
    mends = [entry for entry in entries if entry.type == RETRACTED and is_mend(entry)]
    undone: set[str] = set()
    for mend in sorted(mends, key=by_position, reverse=True):
        if mend.id not in undone:
            target: str = mend.fields["target"]
            undone.add(target)
            found.setdefault(target, []).append(mend.id)
