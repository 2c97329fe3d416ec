"""Counts and sizes of a store."""

from __future__ import annotations

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from timeline.model.kinds import KINDS
from timeline.model.subject import Subject
from timeline.model.values import ALWAYS, Instant
from timeline.store.engine import schema_revision
from timeline.store.log import read_head, read_quoting
from timeline.store.tables import event


class Stats(Struct, frozen=True, kw_only=True):
    """How much a store holds, and since when."""

    store: str
    schema: str
    position: int
    events: int
    subjects: dict[str, int]
    """How many subjects of each kind."""
    types: dict[str, int]
    """How many events of each type."""
    quotes: int
    """How many events quote their source."""
    quotes_verified: int | None
    """How many of these their archived source says, word for word; None where no archive was given."""
    first_known: Instant | None
    """Of what became public at a time: identity is known always."""
    last_known: Instant | None
    last_recorded: Instant | None
    bytes: int | None


def stats(connection: Connection, name: str, size: int | None) -> Stats:
    """The counts of a store; ``size`` is its bytes on disk, if it has a disk."""
    head = read_head(connection)
    count = sa.func.count()
    by_type = sa.select(event.c.type, count).group_by(event.c.type).order_by(event.c.type)
    types = {row[0]: row[1] for row in connection.execute(by_type)}
    kinds = count_subjects_of_kinds(connection)
    news = sa.select(sa.func.min(event.c.known), sa.func.max(event.c.known)).where(
        event.c.known > ALWAYS
    )
    first, last = connection.execute(news).one()
    return Stats(
        store=name,
        schema=schema_revision(connection) or "",
        position=head.position,
        events=sum(types.values()),
        subjects=kinds,
        types=types,
        quotes=sum(1 for _ in read_quoting(connection)),
        quotes_verified=None,
        first_known=first,
        last_known=last,
        last_recorded=head.recorded if head.position else None,
        bytes=size,
    )


def count_subjects_of_kinds(connection: Connection) -> dict[str, int]:
    """How many subjects of each kind the log has, kinds without any left out."""
    counts = {}
    for kind in sorted(KINDS):
        first, last = Subject.range_of(kind)
        of_kind = sa.and_(event.c.version == 1, event.c.subject >= first, event.c.subject < last)
        counts[kind] = connection.scalar(sa.select(sa.func.count()).where(of_kind)) or 0
    return {kind: count for kind, count in counts.items() if count}
