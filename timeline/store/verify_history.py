"""Proof that the stored history is the replay of the log, at every coordinate."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from timeline.errors import HistoryDamaged
from timeline.model.bitemporal.history import difference, history, shown
from timeline.model.bitemporal.known_axis import Row
from timeline.model.bitemporal.valid_axis import Content, content_of
from timeline.model.company import Identity
from timeline.model.fold import replay
from timeline.model.record import Entry
from timeline.store.companies import read_identity
from timeline.store.histories import (
    checked_head,
    is_projected,
    read_party_rows,
    read_subject_rows,
)
from timeline.store.log import UNREADABLE, read_all_entries, read_entries, read_head
from timeline.store.tables import event, party_history, subject_history

REPLAYED: Final = 8
"""Rows of a subject at whose beginnings its events are replayed besides: a replay reads all events of the
subject, so that one for each row would take the square of them."""


def verify_history(
    connection: Connection,
    *,
    sample: int | None = None,
    seed: int = 0,
    since: int = 0,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Compare the stored history with the log; how many subjects were compared.

    Each subject's rows must be those that one sweep over its events gives anew, and say what replay says
    where some of them begin. ``since`` compares the subjects with events after that position, ``sample`` that
    many subjects, chosen by ``seed``. Raises StoreDamaged where the history is not at the head of the log,
    HistoryDamaged for the first subject that differs.
    """
    checked_head(connection)
    for table in (subject_history, party_history):
        known = sa.select(event.c.subject)
        orphan = sa.select(table.c.subject).where(table.c.subject.not_in(known)).limit(1)
        subject = connection.scalar(orphan)
        if subject is not None:
            raise HistoryDamaged(subject, f"{table.name} holds it, and the log does not")
    one = read_identity(connection)
    count = 0
    for subject, entries in _subjects(connection, sample, seed, since):
        try:
            _compare(connection, subject, entries, one)
        except UNREADABLE as error:
            raise HistoryDamaged(subject, f"a row of it cannot be read ({error})") from error
        count += 1
        if progress is not None and count % 100 == 0:
            progress(count)
    return count


def _subjects(
    connection: Connection, sample: int | None, seed: int, since: int
) -> Iterator[tuple[str, list[Entry]]]:
    position = read_head(connection).position
    if sample is None and since:
        touched = sa.select(event.c.subject).where(event.c.position > since).distinct()
        named = sorted(filter(is_projected, connection.scalars(touched)))
        yield from read_entries(connection, named, position)
        return
    if sample is None:
        everything = read_all_entries(connection, position)
        yield from ((subject, entries) for subject, entries in everything if is_projected(subject))
        return
    # positions instead of subjects: no list of all subjects is needed, and busy ones come first
    later = range(since + 1, position + 1)
    chosen = random.Random(seed).sample(later, min(sample, len(later)))  # noqa: S311
    subjects: set[str] = set()
    for at in chosen:
        statement = sa.select(event.c.subject).where(event.c.position == at)
        subjects.add(connection.execute(statement).scalar_one())
    yield from read_entries(connection, sorted(filter(is_projected, subjects)), position)


def _compare(connection: Connection, subject: str, entries: list[Entry], one: Identity) -> None:
    stored = read_subject_rows(connection, [subject])[subject]
    expected = history(entries, one=one)
    parties = read_party_rows(connection, [subject])[subject]
    change = difference(stored, parties, expected)
    for table, touched in (("subject", change.rows), ("party", change.parties)):
        count = len(touched.dropped) + len(touched.ended) + len(touched.added)
        if count:
            reason = f"{count} {table} row{'' if count == 1 else 's'} differ from the log"
            raise HistoryDamaged(subject, reason)
    for row in _some(stored):
        item = replay(entries, row.valid_from, row.known_from)
        kind = subject.partition(":")[0]
        if item is None or shown(kind, content_of(item), one) != row.content:
            where = f"on {row.valid_from}, known {row.known_from}"
            raise HistoryDamaged(subject, f"its row differs from replay {where}")


def _some(rows: list[Row[Content]]) -> list[Row[Content]]:
    """The rows that are replayed besides: the first, the last, and some that lie evenly between."""
    if len(rows) <= REPLAYED:
        return rows
    return [rows[at * (len(rows) - 1) // (REPLAYED - 1)] for at in range(REPLAYED)]
