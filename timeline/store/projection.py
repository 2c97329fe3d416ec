"""The stored history: the fold's rows, written in the transaction of the append.

Only rows that change are touched. A subject that news reaches in order goes on from its checkpoint; a short
one, or one that something late or a correction reaches, is folded anew from the log and compared with its
rows. A new subject, as in bulk, is folded once and inserted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import groupby
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from timeline import history as fold
from timeline.history import Change, Checkpoint, PartyRow, SubjectRow
from timeline.replay import Entry
from timeline.store.bulk import insert_rows
from timeline.store.companies import pairs_of
from timeline.store.histories import (
    HISTORY,
    State,
    as_bytes,
    is_projected,
    projected,
    read_party_rows,
    read_subject_rows,
)
from timeline.store.log import chunks, read_entries, read_head
from timeline.store.rows import ENTRY_COLUMNS, entry_of
from timeline.store.tables import (
    event,
    party_history,
    projection,
    subject_checkpoint,
    subject_company,
)
from timeline.store.tables import subject_history as rows_table
from timeline.values import Day, Instant

SHORT: Final = 16
"""Events up to which a subject is folded anew rather than kept in a checkpoint of its own: that is
cheaper than writing a kilobyte with each event, and bounded."""

PAGE: Final = 4000
"""Events read together on the way through the log."""

_encode: Final = msgspec.json.Encoder(order="sorted").encode


# --- writing it -----------------------------------------------------------------------------------


def project(connection: Connection, start: int, subjects: Iterable[str] | None) -> None:
    """Bring the history to the head of the log, from position ``start``, in this transaction.

    ``subjects`` are those that the new events touch; None: every subject, of a history that is empty.
    """
    head = read_head(connection).position
    writer = _Writer(connection)
    if subjects is None:
        for _, entries in _every_subject(connection):
            writer.create(entries)
    else:
        for some in chunks(sorted(filter(is_projected, subjects)), 200):
            _project_some(connection, writer, some, start)
    writer.flush()
    values = {"position": head}
    connection.execute(sa.update(projection).where(projection.c.name == HISTORY).values(values))


def _project_some(
    connection: Connection, writer: _Writer, subjects: Sequence[str], start: int
) -> None:
    before = _versions_before(connection, subjects, start)
    checkpoints = _read_checkpoints(connection, [s for s in subjects if s in before])
    rest: list[str] = []
    extendable = [subject for subject in subjects if subject in checkpoints]
    for subject, entries in _entries_after(connection, extendable, start):
        change = fold.extend(checkpoints[subject], entries)
        if change is None:
            rest.append(subject)
        else:
            writer.change(subject, change, change.checkpoint())
    rest += [subject for subject in subjects if subject not in checkpoints]
    for subject, entries in read_entries(connection, rest, 2**62):
        if subject not in before:
            writer.create(entries)
            continue
        new = fold.history(entries)
        stored = read_subject_rows(connection, subject), read_party_rows(connection, subject)
        keep = len(entries) > SHORT
        writer.change(subject, fold.difference(*stored, new), new.checkpoint() if keep else None)


def _versions_before(connection: Connection, subjects: Sequence[str], start: int) -> dict[str, int]:
    statement = (
        sa.select(event.c.subject, sa.func.max(event.c.version))
        .where(event.c.subject.in_(subjects), event.c.position <= start)
        .group_by(event.c.subject)
    )
    return {row[0]: row[1] for row in connection.execute(statement)}


def _read_checkpoints(connection: Connection, subjects: Sequence[str]) -> dict[str, Checkpoint]:
    statement = sa.select(subject_checkpoint).where(subject_checkpoint.c.subject.in_(subjects))
    found = {}
    for row in connection.execute(statement):
        # one that cannot be read is done without, and written anew
        with suppress(msgspec.DecodeError):
            checkpoint = Checkpoint.decode(as_bytes(row.checkpoint))
            if checkpoint is not None:
                found[row.subject] = checkpoint
    return found


def _entries_after(
    connection: Connection, subjects: Sequence[str], start: int
) -> Iterator[tuple[str, list[Entry]]]:
    statement = (
        sa.select(*ENTRY_COLUMNS)
        .where(event.c.subject.in_(subjects), event.c.position > start)
        .order_by(event.c.subject, event.c.version)
    )
    rows = connection.execute(statement).all()
    for subject, group in groupby(map(entry_of, rows), key=lambda entry: entry.subject):
        yield subject, list(group)


def _every_subject(connection: Connection) -> Iterator[tuple[str, list[Entry]]]:
    """Every subject with its entries, in constant memory, page by page.

    Pages instead of an open cursor, so that the same connection can write in between.
    """
    after, version = "", 0
    pending: list[Entry] = []
    while True:
        statement = (
            sa.select(*ENTRY_COLUMNS, event.c.version)
            .where(
                sa.tuple_(event.c.subject, event.c.version) > sa.tuple_(after, version),
                projected(event.c.subject),
            )
            .order_by(event.c.subject, event.c.version)
            .limit(PAGE)
        )
        rows = connection.execute(statement).all()
        for row in rows:
            if pending and pending[0].subject != row.subject:
                yield pending[0].subject, pending
                pending = []
            pending.append(entry_of(row[:-1]))
        if len(rows) < PAGE:
            break
        after, version = rows[-1].subject, rows[-1].version
    if pending:
        yield pending[0].subject, pending


class _Writer:
    """Collects what changes and writes it in few statements."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.rows: list[tuple[Any, ...]] = []
        self.parties: list[tuple[Any, ...]] = []
        self.checkpoints: list[tuple[Any, ...]] = []

    def create(self, entries: list[Entry]) -> None:
        """The rows of a subject that has none."""
        subject, new = entries[0].subject, fold.history(entries)
        self.rows += [_row_values(subject, row) for row in new.rows]
        self.parties += [_party_values(subject, party) for party in new.parties]
        if len(entries) > SHORT:
            self._keep(subject, new.checkpoint())
        if len(self.rows) >= PAGE:
            self.flush()

    def change(self, subject: str, change: Change, checkpoint: Checkpoint | None) -> None:
        """Touch the rows of a subject that change, and no others."""
        self.flush()  # what was collected comes first
        table = rows_table
        for valid_from, known_from in change.rows.dropped:
            self._one(sa.delete(table), table, subject, valid_from, known_from)
        for (valid_from, known_from), known_to in change.rows.ended:
            ended = sa.update(table).values(known_to=known_to)
            self._one(ended, table, subject, valid_from, known_from)
        self.rows += [_row_values(subject, row) for row in change.rows.added]
        table = party_history
        for company, valid_from, known_from in change.parties.dropped:
            where = table.c.company == company
            self._one(sa.delete(table).where(where), table, subject, valid_from, known_from)
        for (company, valid_from, known_from), known_to in change.parties.ended:
            closed = sa.update(table).where(table.c.company == company).values(known_to=known_to)
            self._one(closed, table, subject, valid_from, known_from)
        self.parties += [_party_values(subject, party) for party in change.parties.added]
        self.connection.execute(
            sa.delete(subject_checkpoint).where(subject_checkpoint.c.subject == subject)
        )
        self._keep(subject, checkpoint)

    def _one(
        self, statement: Any, table: sa.Table, subject: str, valid_from: Day, known_from: Instant
    ) -> None:
        key = (
            table.c.subject == subject,
            table.c.valid_from == valid_from,
            table.c.known_from == known_from,
        )
        self.connection.execute(statement.where(*key))

    def _keep(self, subject: str, checkpoint: Checkpoint | None) -> None:
        if checkpoint is not None:
            self.checkpoints.append((subject, checkpoint.encode().decode()))

    def flush(self) -> None:
        """Write what was collected."""
        for table, rows in (
            (rows_table, self.rows),
            (party_history, self.parties),
            (subject_checkpoint, self.checkpoints),
        ):
            insert_rows(self.connection, table, rows)
            rows.clear()


def _row_values(subject: str, row: SubjectRow) -> tuple[Any, ...]:
    held = row.content
    state = State(held.terms, held.parties, held.alternatives, held.conflicts)
    return (
        subject, row.valid_from, row.known_from, row.valid_to, row.known_to, held.kind, held.status,
        held.certainty, held.since, held.disputed, held.irregular, _encode(state).decode(),
    )  # fmt: skip


def _party_values(subject: str, party: PartyRow) -> tuple[Any, ...]:
    return (
        party.company, subject, party.valid_from, party.known_from, party.valid_to, party.known_to,
        _encode(party.roles).decode(),
    )  # fmt: skip


# --- anew -----------------------------------------------------------------------------------------


def rebuild(connection: Connection, progress: Callable[[int], None] | None = None) -> int:
    """Write the whole history anew in this transaction, and the index of companies; how many subjects.

    Until it commits, readers go on with the history that was; nothing is seen half-written.
    """
    for table in (rows_table, party_history, subject_checkpoint, subject_company):
        connection.execute(sa.delete(table))
    writer, count = _Writer(connection), 0
    pairs: list[tuple[str, str]] = []
    for _, entries in _every_subject(connection):
        writer.create(entries)
        pairs += pairs_of(entries)
        if len(pairs) >= PAGE:
            insert_rows(connection, subject_company, pairs)
            pairs.clear()
        count += 1
        if progress is not None and count % 1000 == 0:
            progress(count)
    writer.flush()
    insert_rows(connection, subject_company, pairs)
    head = read_head(connection).position
    connection.execute(
        sa.update(projection).where(projection.c.name == HISTORY).values(position=head)
    )
    return count
