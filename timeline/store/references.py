"""What refers to a source or a company."""

from __future__ import annotations

from typing import TypeAlias

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from timeline.ingest.draft import references
from timeline.model.record import Entry, judge
from timeline.store.log import read_entries
from timeline.store.tables import event

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
