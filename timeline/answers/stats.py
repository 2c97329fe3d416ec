"""Counts and sizes of a store."""

from __future__ import annotations

from msgspec import Struct
from sqlalchemy.engine import Connection

from timeline.model.kinds import KINDS
from timeline.model.values import Instant
from timeline.store.engine import schema_revision
from timeline.store.log import read_head, read_quoting
from timeline.store.lookups import count_subjects, count_types, known_between


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
    types = count_types(connection)
    kinds = count_subjects_of_kinds(connection)
    first, last = known_between(connection)
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
    counts = {kind: count_subjects(connection, kind) for kind in sorted(KINDS)}
    return {kind: count for kind, count in counts.items() if count}
