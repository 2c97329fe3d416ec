"""Erasure: what an event said is taken out of the record, and that it was is put on record.

For personal data and orders of a court. The log stays a log: the event keeps its place, its dates, its
digest and so the chain, and another event says why the rest is gone.
"""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from msgspec import Struct

from timeline.errors import InvalidValue, NotFound
from timeline.ingest.draft import TOMBSTONE, Draft
from timeline.model.kinds import RECORD_TYPES
from timeline.model.record import ERASED, RETRACTED, Entry
from timeline.model.values import Fields
from timeline.nearest import nearest
from timeline.store import engine as db
from timeline.store.append import Appender
from timeline.store.companies import rewrite_pairs
from timeline.store.full_text import forget_words
from timeline.store.log import LogRow, read_entries, read_row
from timeline.store.projection import rewrite_evidence
from timeline.store.store import Store
from timeline.store.tables import event


class Erasure(Struct, frozen=True, kw_only=True):
    """What was erased, and what may still tell it."""

    event: str
    """The event that was erased."""
    erased_by: str
    """The event that says so."""
    position: int
    """Where that stands in the log."""
    new: bool
    """Whether it was erased now, and not before."""
    remaining: list[str]
    """Events about it, and what it was about: they may hold the same data."""
    revived: str | None
    """What a retraction that was erased had taken back: it counts again."""
    purged: bool
    """Whether nothing of it is left in the files of the database; see docs/reliability.md."""


def erase(store: Store, id_: str, reason: str) -> Erasure:
    """Erase what an event said, in one transaction; done again, it only says what was done.

    On PostgreSQL the owner's role is needed. Raises NotFound for an unknown event, InvalidValue for an
    erasure or without a reason, StoreUnavailable.
    """
    if not reason.strip():
        raise InvalidValue("an erasure needs a reason", "say why, without what is erased")

    def attempt() -> Erasure:
        with store.appending(erase=True) as appender:
            return _erase(appender, id_, reason)

    done = store.retrying(attempt)
    # also where it was erased before: a reader may have been in the way of it then
    return Erasure(
        event=done.event, erased_by=done.erased_by, position=done.position, new=done.new,
        remaining=done.remaining, revived=done.revived, purged=db.purge(store.url),
    )  # fmt: skip


def _erase(appender: Appender, id_: str, reason: str) -> Erasure:
    connection = appender.connection
    row = read_row(connection, id_)
    if row is None:
        statement = sa.select(event.c.id).order_by(event.c.position.desc()).limit(5000)
        raise NotFound("event", id_, nearest(id_, connection.scalars(statement)))
    if row.type == ERASED:
        raise InvalidValue(f'"{id_}" says itself that something is gone, and stays')
    entries = next(entries for _, entries in read_entries(connection, [row.subject]))
    remaining = sorted(_around(row, entries))
    if row.is_erased:
        said = next(e for e in entries if e.type == ERASED and e.fields.get("target") == id_)
        return _erasure(row, said.id, said.position, new=False, remaining=remaining)
    fields: Fields = {
        "type": ERASED, "target": id_, "reason": reason, "left": row.digest_of_rest,
    }  # fmt: skip
    outcomes = appender.extend([Draft(fields)])
    db.overwrite_deleted(connection)
    forget_words(connection, row)
    connection.execute(
        sa.update(event).where(event.c.id == id_).values(payload=_literal(TOMBSTONE), told=None)
    )
    # only now, so that the subject's history is that of what is left
    appender.finish()
    rewrite_pairs(connection, [row.subject])
    rewrite_evidence(connection, [row.subject])
    (said_by,) = outcomes
    revived = row.fields["target"] if row.type == RETRACTED else None
    return _erasure(
        row, said_by.id, said_by.position, new=True, remaining=remaining, revived=revived
    )


def _erasure(
    row: LogRow,
    by: str,
    position: int,
    *,
    new: bool,
    remaining: list[str],
    revived: str | None = None,
) -> Erasure:
    return Erasure(
        event=row.id, erased_by=by, position=position, new=new, remaining=remaining,
        revived=revived, purged=False,
    )  # fmt: skip


def _literal(payload: str) -> sa.ColumnElement[str]:
    """The payload as it is, where a parameter of a JSON type would be encoded once more."""
    return sa.cast(sa.literal(payload, sa.Text), event.c.payload.type)


def _around(row: LogRow, entries: Iterable[Entry]) -> set[str]:
    """What was said about an event, about that, and so on, and the event that it is about itself."""
    told = [entry for entry in entries if entry.type in RECORD_TYPES and not entry.is_erased]
    about: dict[str, list[str]] = {}
    for entry in told:
        if entry.type != ERASED:
            about.setdefault(entry.fields["target"], []).append(entry.id)
    found: set[str] = set()
    todo = [row.id]
    while todo:
        said = [id_ for id_ in about.get(todo.pop(), ()) if id_ not in found]
        found.update(said)
        todo += said
    target = row.fields.get("target")
    gone = {entry.id for entry in entries if entry.is_erased}
    return found | ({target} - gone if target else set())
