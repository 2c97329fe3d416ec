"""Proof that the log is what was appended, and that what is computed from it agrees."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from timeline.errors import StoreDamaged
from timeline.replay import is_mend
from timeline.store.append import bounds_of, publication
from timeline.store.log import read_entries, read_head, walk_chain
from timeline.store.rows import LogRow
from timeline.store.tables import event
from timeline.store.verify_history import verify_history
from timeline.values import ALWAYS, Instant, parse_moment


class Verified(Struct, frozen=True, kw_only=True):
    """What was proved: every event up to this position, and the hash of the last."""

    position: int
    hash: str
    recorded: Instant | None
    subjects: int
    """Subjects whose stored history was compared with the log."""


def verify(
    connection: Connection,
    *,
    sample: int | None = None,
    seed: int = 0,
    progress: Callable[[int], None] | None = None,
) -> Verified:
    """Prove the whole log, in constant memory, then that the stored history follows from it.

    Content, order, gaps, times of recording and hashes from the chain; the columns that were computed from
    the content; the rows of every subject, or of a ``sample`` chosen by ``seed``. Raises StoreDamaged at the
    first position that is not right, HistoryDamaged for the first subject.
    """
    known = _Known(connection)
    for row in walk_chain(connection, progress):
        fields = row.fields
        _, earliest, latest = bounds_of(fields, row.known)
        if (row.earliest, row.latest) != (earliest, latest):
            raise StoreDamaged(row.position, f"the bounds of {row.id} do not follow from its date")
        if row.known != known.of(row):
            raise StoreDamaged(
                row.position, f"the known of {row.id} does not follow from its source"
            )
    _check_versions(connection)
    head = read_head(connection)
    return Verified(
        position=head.position,
        hash=head.hash,
        recorded=head.recorded if head.position else None,
        subjects=verify_history(connection, sample=sample, seed=seed),
    )


class _Known:
    """When each event became public, computed again from what the log said of its sources then."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.cache: dict[str, list[tuple[int, str, str]]] = {}

    def of(self, row: LogRow) -> Instant:
        entry = row.entry
        if is_mend(entry):
            return ALWAYS
        published = [moment for slug in entry.sources for moment in self._published(slug, row)]
        stated = row.fields.get("known")
        if stated is not None:
            return parse_moment(stated, published[0][1] if published else "UTC")
        return min((parse_moment(moment, zone) for moment, zone in published), default=ALWAYS)

    def _published(self, slug: str, row: LogRow) -> list[tuple[str, str]]:
        subject = f"source:{slug}"
        cached = self.cache.get(subject)
        if cached is None:
            if len(self.cache) > 10_000:
                self.cache.clear()
            cached = self.cache[subject] = [
                (entries[count - 1].position, *moment)
                for _, entries in read_entries(self.connection, [subject], 2**62)
                for count in range(1, len(entries) + 1)
                for moment in publication(entries[:count])
            ]
        moments = [moment for position, *moment in cached if position < row.position]
        return [(moments[-1][0], moments[-1][1])] if moments else []


def _check_versions(connection: Connection) -> None:
    """Each subject's versions count 1, 2, 3 … in the order of the log."""
    ranked = sa.select(
        event.c.position,
        event.c.version,
        sa.func.row_number()
        .over(partition_by=event.c.subject, order_by=event.c.position)
        .label("expected"),
    ).subquery()
    wrong = sa.select(sa.func.min(ranked.c.position)).where(ranked.c.version != ranked.c.expected)
    position = connection.scalar(wrong)
    if position is not None:
        raise StoreDamaged(position, "the version does not count its subject's events")
