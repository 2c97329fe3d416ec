"""Which companies are one, by the judgements in the log.

Judging is bookkeeping: what is judged up to a position holds at every day and for whatever was known. The
log says it for any position; a table keeps what all of it says, for the views in SQL.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from timeline.errors import HistoryDamaged
from timeline.model.company import JUDGED, Identity, Judgement, identity, judgements_of
from timeline.model.record import Entry, judge
from timeline.store.bulk import insert_rows
from timeline.store.log import END, read_entries
from timeline.store.tables import company_identity, event

_judged: Final = sa.select(event.c.subject).where(event.c.type == sa.literal_column(f"'{JUDGED}'"))
"""The type stands in the statement itself, so that the partial index serves it."""


def read_judgements(connection: Connection, position: int) -> list[Judgement]:
    """The judgements that count up to a position."""
    subjects = sorted(set(connection.scalars(_judged)))
    if not subjects:
        return []
    found = read_entries(connection, subjects, position)
    return judgements_of(entry for _, entries in found for entry in entries)


def read_identity(connection: Connection, position: int = END) -> Identity:
    """Which companies are one by all that the log says up to a position."""
    judgements = read_judgements(connection, position)
    named = sorted({company for judgement in judgements for company in judgement.companies})
    found = read_entries(connection, [f"company:{company}" for company in named], position)
    registered = {subject.partition(":")[2]: registered_at(entries) for subject, entries in found}
    return identity(judgements, registered)


def registered_at(entries: list[Entry]) -> int:
    """The position at which a company was registered, by all its events."""
    told = [e.position for e in judge(entries).counting if e.type == "company_registered"]
    return min(told or [entry.position for entry in entries])


_stored: Final = sa.select(company_identity.c.company, company_identity.c.shown)


def read_stored_identity(connection: Connection) -> Identity:
    """Which companies are one by the whole log, as it is stored."""
    return Identity({row[0]: row[1] for row in connection.execute(_stored)})


def rewrite_identity(
    connection: Connection,
    subjects: Iterable[str] | None = None,
    stored: Identity | None = None,
) -> tuple[Identity, set[str]]:
    """Store which companies are one, where news of some subjects, or of any, may have changed it.

    What is stored now, and the ids that are shown otherwise than before. ``stored`` is what was stored
    before, where that is known.
    """
    before = read_stored_identity(connection) if stored is None else stored
    if subjects is not None and not any(subject.startswith("company:") for subject in subjects):
        return before, set()
    now = read_identity(connection)
    ids = before.first.keys() | now.first.keys()
    changed = {id_ for id_ in ids if before.of(id_) != now.of(id_)}
    if changed or before != now:
        connection.execute(sa.delete(company_identity))
        insert_rows(connection, company_identity, sorted(now.first.items()))
    return now, changed


def verify_identity(connection: Connection) -> None:
    """Raise HistoryDamaged where what is stored does not follow from the log."""
    stored, right = read_stored_identity(connection).first, read_identity(connection).first
    for company in sorted(stored.keys() | right.keys()):
        if stored.get(company) != right.get(company):
            shown = stored.get(company)
            reason = f"it is stored as one with {shown}, which is not what the log says"
            raise HistoryDamaged(f"company:{company}", reason)
