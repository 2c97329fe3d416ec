"""Which companies the events of a subject name: the index by which a company's subjects are found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from timeline.ingest.draft import references
from timeline.model.kinds import RECORD_TYPES, upcast
from timeline.model.record import Entry
from timeline.model.values import UNDISCLOSED, Fields
from timeline.store.bulk import among, insert_rows
from timeline.store.log import chunks, read_entries
from timeline.store.tables import subject_company

Reference = tuple[str, str]
"""What kind of thing is named (company or source), and its name."""


def named_by(
    fields: Fields, target: str | None = None, meant: str | None = None
) -> list[Reference]:
    """What an event names; of a correction also what its changes name, given its target's type.

    ``meant`` is the type of the event that a correction of corrections is about in the end.
    """
    found = references(upcast(fields))
    changes = fields.get("changes")
    if changes is not None and target is not None:
        found += references(_given(changes) | {"type": target})
    inner = nested(fields)
    if inner is not None and meant is not None:
        found += references(_given(inner) | {"type": meant})
    return [(what, name) for what, name, _ in found if what in ("company", "source")]


def nested(fields: Fields) -> Fields | None:
    """The changes that a correction makes to those of a correction, if it makes any."""
    inner = (fields.get("changes") or {}).get("changes")
    return inner if isinstance(inner, dict) else None


def _given(changes: Fields) -> Fields:
    return {name: value for name, value in changes.items() if value is not None}


def companies_of(fields: Fields, target: str | None = None, meant: str | None = None) -> set[str]:
    """The companies by which an event's subject can be found."""
    if fields["subject"].startswith(("company:", "source:")):
        return set()
    named = named_by(fields, target, meant)
    return {name for what, name in named if what == "company" and name != UNDISCLOSED}


def read_pairs(connection: Connection, subjects: Iterable[str]) -> dict[str, set[str]]:
    """The companies stored for each of some subjects."""
    table, found = subject_company, {subject: set[str]() for subject in subjects}
    statement = sa.select(table.c.subject, table.c.company)
    for subject, company in connection.execute(
        statement.where(among(connection, table.c.subject, found))
    ):
        found[subject].add(company)
    return found


def pairs_of(entries: Sequence[Entry]) -> list[tuple[str, str]]:
    """The companies by which the subject of these entries is found, each with the subject."""
    told = {entry.id: entry for entry in entries}
    companies: set[str] = set()
    for entry in entries:
        fields = entry.fields | {"type": entry.type, "subject": entry.subject}
        target = meant = told.get(fields.get("target", ""))
        while meant is not None and meant.type in RECORD_TYPES:
            # where one on the way was erased, nobody knows any more what is meant
            meant = told.get(meant.fields.get("target", ""))
        types = target.type if target else None, meant.type if meant else None
        companies |= companies_of(fields, *types)
    return [(company, entries[0].subject) for company in sorted(companies)]


def computed_pairs(connection: Connection, subjects: Iterable[str]) -> dict[str, set[str]]:
    """The companies that the events of each of some subjects name."""
    return {
        subject: {company for company, _ in pairs_of(entries)}
        for subject, entries in read_entries(connection, subjects)
    }


def rewrite_pairs(connection: Connection, subjects: Iterable[str]) -> None:
    """Store for some subjects the companies that their events name, and no others."""
    table = subject_company
    for some in chunks(subjects):
        connection.execute(sa.delete(table).where(among(connection, table.c.subject, some)))
        pairs = [
            pair for _, entries in read_entries(connection, some) for pair in pairs_of(entries)
        ]
        insert_rows(connection, table, pairs)


def subjects_with_pairs(connection: Connection) -> Iterator[str]:
    """Every subject for which a company is stored."""
    table, after = subject_company, ""
    statement = sa.select(table.c.subject).distinct().order_by(table.c.subject).limit(1000)
    while page := list(connection.scalars(statement.where(table.c.subject > after))):
        yield from page
        after = page[-1]
