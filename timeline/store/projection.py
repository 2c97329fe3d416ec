"""The stored history: the fold's rows, written in the transaction of the append.

Only rows that change are touched. A subject that news reaches in order goes on from its checkpoint; a short
one, or one that something late or a correction reaches, is folded anew from the log and compared with its
rows. A new subject, as in bulk, is folded once and inserted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import groupby
from typing import Any, Final, TypeAlias

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from timeline.model.bitemporal import history as fold
from timeline.model.bitemporal.history import Change, Checkpoint
from timeline.model.bitemporal.known_axis import Touched
from timeline.model.fold import Entry
from timeline.store.bulk import Asking, insert_rows
from timeline.store.companies import pairs_of
from timeline.store.folding import fold_all
from timeline.store.histories import (
    HISTORY,
    as_bytes,
    is_projected,
    projected,
    read_party_rows,
    read_subject_rows,
)
from timeline.store.history_rows import (
    SHORT,
    Folded,
    checkpoint_values,
    party_values,
    row_values,
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

MANY: Final = 5000
"""Subjects from which on another process helps to fold them: it starts in the time that 1,000 take."""

MOST_KEPT: Final = 100_000
"""Events of an append that are kept in memory to be folded, about 100 MB; more are read from the log
again, which takes 6 µs an event."""

PAGE: Final = 4000
"""Events read together on the way through the log."""


# --- writing it -----------------------------------------------------------------------------------


class News:
    """The subjects that an append touches, and while they are few its events, to be folded.

    Too many of them in a log that was ``empty`` are every subject, so that none is noted any more.
    """

    def __init__(self, *, empty: bool) -> None:
        self.empty = empty
        self.entries: dict[str, list[Entry]] | None = {}
        """The new events of each subject; None where they were too many to be kept."""
        self.subjects: dict[str, bool] = {}
        """Whether a subject is new."""
        self._kept = 0

    @property
    def is_every_subject(self) -> bool:
        """Whether they are all that the log has."""
        return self.empty and self.entries is None

    def add(self, entry: Entry, version: int) -> None:
        """Take in an event that is appended."""
        subject, entries = entry.subject, self.entries
        if (entries is None and self.empty) or not is_projected(subject):
            return
        if version == 1:
            self.subjects[subject] = True
        else:
            self.subjects.setdefault(subject, False)
        if entries is None:
            return
        self._kept += 1
        if self._kept > MOST_KEPT:
            self.entries = None
            if self.empty:
                self.subjects.clear()
        elif (told := entries.get(subject)) is not None:
            told.append(entry)
        else:
            entries[subject] = [entry]


_move: Final = sa.update(projection).where(projection.c.name == HISTORY)


def project(connection: Connection, start: int, head: int, news: News) -> None:
    """Bring the history from position ``start`` of the log to its head, in this transaction.

    ``news`` is what was appended since.
    """
    writer = _Writer(connection)
    new = sorted([subject for subject, is_new in news.subjects.items() if is_new])
    many = news.is_every_subject or len(new) >= MANY
    for made in fold_all(_created(connection, new, start, news), many=many):
        writer.insert(made)
    for some in chunks(sorted(news.subjects.keys() - new), 200):
        _project_some(connection, writer, some, start, news)
    writer.flush()
    connection.execute(_move, {"position": head})


def _created(
    connection: Connection, new: Sequence[str], start: int, news: News
) -> Iterator[list[Entry]]:
    """The events of each subject that is new."""
    if news.is_every_subject:
        yield from _every_subject(connection)
        return
    for some in chunks(new, 200):
        for _, entries in _news(connection, some, start, news):
            yield entries


def _project_some(
    connection: Connection, writer: _Writer, subjects: Sequence[str], start: int, news: News
) -> None:
    checkpoints = _read_checkpoints(connection, subjects)
    rest = [subject for subject in subjects if checkpoints.get(subject) is None]
    extendable = [subject for subject, checkpoint in checkpoints.items() if checkpoint is not None]
    for subject, entries in _news(connection, extendable, start, news):
        checkpoint = checkpoints[subject]
        assert checkpoint is not None
        change = fold.extend(checkpoint, entries)
        if change is None:
            rest.append(subject)
        else:
            writer.change(subject, change, change.checkpoint(), had=True)
    for subject, entries in read_entries(connection, rest, 2**62):
        again = fold.history(entries)
        stored = read_subject_rows(connection, subject), read_party_rows(connection, subject)
        checkpoint = again.checkpoint() if len(entries) > SHORT else None
        had = subject in checkpoints
        writer.change(subject, fold.difference(*stored, again), checkpoint, had=had)


_checkpoints: Final = Asking(sa.select(subject_checkpoint), subject_checkpoint.c.subject)


def _read_checkpoints(
    connection: Connection, subjects: Sequence[str]
) -> dict[str, Checkpoint | None]:
    """The checkpoints that are stored; None for one that cannot be read, and is written anew."""
    found: dict[str, Checkpoint | None] = {}
    for row in _checkpoints(connection, subjects):
        subject, text = row.subject, row.checkpoint
        found[subject] = None
        with suppress(msgspec.DecodeError):
            found[subject] = Checkpoint.decode(as_bytes(text))
    return found


_entries_after: Final = Asking(
    sa.select(*ENTRY_COLUMNS)
    .where(event.c.position > sa.bindparam("start"))
    .order_by(event.c.subject, event.c.version),
    event.c.subject,
)


def _news(
    connection: Connection, subjects: Sequence[str], start: int, news: News
) -> Iterator[tuple[str, list[Entry]]]:
    """The events of some subjects after a position, as they were appended or from the log."""
    if not subjects:
        return
    if news.entries is not None:
        for subject in subjects:
            yield subject, news.entries[subject]
        return
    rows = _entries_after(connection, subjects, start=start).all()
    for subject, group in groupby(map(entry_of, rows), key=lambda entry: entry.subject):
        yield subject, list(group)


def _every_subject(connection: Connection) -> Iterator[list[Entry]]:
    """The events of every subject, in constant memory, page by page.

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
                yield pending
                pending = []
            pending.append(entry_of(row[:-1]))
        if len(rows) < PAGE:
            break
        after, version = rows[-1].subject, rows[-1].version
    if pending:
        yield pending


_Key: TypeAlias = dict[str, Any]


def _where(table: sa.Table, *names: str) -> list[sa.ColumnElement[bool]]:
    return [table.c[name] == sa.bindparam(f"key_{name}") for name in names]


class _Table:
    """How the rows of one table change; statements that are built once."""

    def __init__(self, table: sa.Table, *key: str) -> None:
        self.table, self.key = table, [f"key_{name}" for name in key]
        self.delete = sa.delete(table).where(*_where(table, *key))
        self.end = sa.update(table).where(*_where(table, *key)).values(known_to=sa.bindparam("to"))


_ROWS: Final = _Table(rows_table, "subject", "valid_from", "known_from")
_PARTIES: Final = _Table(party_history, "subject", "company", "valid_from", "known_from")
_FORGET: Final = sa.delete(subject_checkpoint).where(
    subject_checkpoint.c.subject == sa.bindparam("key_subject")
)


class _Writer:
    """Collects what changes and writes it in few statements."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.rows: list[tuple[Any, ...]] = []
        self.parties: list[tuple[Any, ...]] = []
        self.checkpoints: list[tuple[Any, ...]] = []
        # of the statements about single rows, the parameters
        self.dropped: dict[_Table, list[_Key]] = {_ROWS: [], _PARTIES: []}
        self.ended: dict[_Table, list[_Key]] = {_ROWS: [], _PARTIES: []}
        self.forgotten: list[_Key] = []

    def insert(self, made: Folded) -> None:
        """The rows of subjects that have none."""
        self.rows += made.rows
        self.parties += made.parties
        self.checkpoints += made.checkpoints
        if len(self.rows) >= PAGE:
            self.flush()

    def change(
        self, subject: str, change: Change, checkpoint: Checkpoint | None, *, had: bool
    ) -> None:
        """Touch the rows of a subject that change, and no others; ``had``: it has a checkpoint."""
        self._touch(_ROWS, subject, change.rows)
        self._touch(_PARTIES, subject, change.parties)
        self.rows += [row_values(subject, row) for row in change.rows.added]
        self.parties += [party_values(subject, party) for party in change.parties.added]
        if had:
            self.forgotten.append({"key_subject": subject})
        self.checkpoints += checkpoint_values(subject, checkpoint)

    def _touch(self, table: _Table, subject: str, change: Touched[Any, Any]) -> None:
        for key in change.dropped:
            self.dropped[table].append(dict(zip(table.key, (subject, *key), strict=True)))
        for key, known_to in change.ended:
            parameters = dict(zip(table.key, (subject, *key), strict=True))
            self.ended[table].append(parameters | {"to": known_to})

    def flush(self) -> None:
        """Write what was collected: what goes first, so that what comes finds its place free."""
        for table in (_ROWS, _PARTIES):
            self._each(table.delete, self.dropped[table])
            self._each(table.end, self.ended[table])
        self._each(_FORGET, self.forgotten)
        for written, rows in (
            (rows_table, self.rows),
            (party_history, self.parties),
            (subject_checkpoint, self.checkpoints),
        ):
            insert_rows(self.connection, written, rows)
            rows.clear()

    def _each(self, statement: sa.Executable, parameters: list[_Key]) -> None:
        if parameters:
            self.connection.execute(statement, parameters)
            parameters.clear()


# --- anew -----------------------------------------------------------------------------------------


def rebuild(connection: Connection, progress: Callable[[int], None] | None = None) -> int:
    """Write the whole history anew in this transaction, and the index of companies; how many subjects.

    Until it commits, readers go on with the history that was; nothing is seen half-written.
    """
    for table in (rows_table, party_history, subject_checkpoint, subject_company):
        connection.execute(sa.delete(table))
    writer, count = _Writer(connection), 0
    pairs: list[tuple[str, str]] = []

    def subjects() -> Iterator[list[Entry]]:
        nonlocal count
        for entries in _every_subject(connection):
            pairs.extend(pairs_of(entries))
            count += 1
            if progress is not None and count % 1000 == 0:
                progress(count)
            yield entries

    head = read_head(connection).position
    for made in fold_all(subjects(), many=head >= MANY):
        writer.insert(made)
        insert_rows(connection, subject_company, pairs)
        pairs.clear()
    writer.flush()
    insert_rows(connection, subject_company, pairs)
    moved = connection.execute(
        sa.update(projection).where(projection.c.name == HISTORY).values(position=head)
    )
    if not moved.rowcount:  # somebody took the row away
        connection.execute(sa.insert(projection).values(name=HISTORY, position=head))
    return count
