"""The stored history: the fold's rows, written in the transaction of the append.

A new subject, as in bulk, is folded once and inserted. One that has events already is folded anew from the
log and compared with its rows, so that only rows that change are touched. From then on news in order of it
goes on from where its fold stands, for as long as nobody else appends (:mod:`timeline.store.standing`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext, suppress
from itertools import chain, groupby, islice
from typing import Any, BinaryIO, Final, TypeAlias

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from msgspec.structs import astuple
from sqlalchemy.engine import Connection

from timeline.model.bitemporal import Change, Touched, difference, follow, history
from timeline.model.identity import NOBODY, Identity
from timeline.model.record import Entry, is_confirmation
from timeline.store.companies import (
    is_company,
    pairs_of,
    read_stored_identity,
    rewrite_handles,
    rewrite_identity,
    rows_of,
)
from timeline.store.engine import Asking, Constant, insert_rows
from timeline.store.files import forget_damaged_files
from timeline.store.full_text import rewrite_words
from timeline.store.histories import (
    HISTORY,
    MOST_EVIDENCE,
    Values,
    evidence_of,
    evidence_values,
    has_evidence,
    is_projected,
    party_values,
    projected,
    read_party_rows,
    read_subject_rows,
    row_values,
)
from timeline.store.log import (
    ENTRY_COLUMNS,
    chunks,
    entry_of,
    read_entries,
    read_head,
    subjects_of_any,
)
from timeline.store.standing import Memory
from timeline.store.tables import (
    company_handle,
    event,
    party_history,
    projection,
    subject_company,
    subject_evidence,
)
from timeline.store.tables import subject_history as rows_table
from timeline.worker import Started, apart, read_frame, write_frame

MOST_KEPT: Final = 100_000
"""Events of an append that are kept in memory to be folded, about 100 MB; more are read from the log
again, which takes 6 µs an event."""

PAGE: Final = 4000
"""Events read together on the way through the log."""

MANY: Final = 5000
"""New subjects, or events, of which it pays to start another process."""


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
        """Whether a subject is new; those that were only confirmed are left out, for their rows stay."""
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
        elif not is_confirmation(entry):
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


_move: Final = Constant(
    sa.update(projection)
    .where(projection.c.name == sa.literal_column(f"'{HISTORY}'"))
    .values(position=sa.bindparam("head"))
)


def project(
    connection: Connection,
    start: int,
    head: int,
    news: News,
    memory: Memory,
    *,
    alone: bool = False,
) -> None:
    """Bring the history from position ``start`` of the log to its head, in this transaction.

    ``news`` is what was appended since, ``memory`` what appends before left in mind. ``alone``: no other
    process helps.
    """
    one = read_stored_identity(connection) if memory.one is None else memory.one
    judged: set[str] = set()
    companies = [subject for subject in news.subjects if subject.startswith("company:")]
    if companies or news.is_every_subject:
        one, judged = rewrite_identity(connection, one)
    if one != memory.one:
        memory.forget_all()
    memory.one = one
    writer = _Writer(connection, one)
    new = sorted([subject for subject, is_new in news.subjects.items() if is_new])
    many = not alone and (news.is_every_subject or len(new) >= MANY)
    for made in all_new_rows(_created(connection, new, start, news), one, many=many):
        writer.insert(made)
    # what companies are parties of that are one now, or no longer, is shown under another id
    named = set() if news.is_every_subject else subjects_of_any(connection, judged)
    for some in chunks(sorted((news.subjects.keys() | named) - set(new)), 200):
        _project_some(connection, writer, some, news, memory)
    writer.flush()
    _add_evidence(connection, _grown(connection, start, news))
    if companies:
        rewrite_handles(connection, sorted(set(companies) - set(new)))
    _move.later(connection, head=head)


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
    connection: Connection,
    writer: _Writer,
    subjects: Sequence[str],
    news: News,
    memory: Memory,
) -> None:
    anew = []
    for subject in subjects:
        change = memory.go_on(subject, (news.entries or {}).get(subject, []))
        if change is None:
            anew.append(subject)
        else:
            writer.change(subject, change)
    if not anew:
        return
    # together, for a look-up of its own takes as long as the fold of a subject
    rows, parties = read_subject_rows(connection, anew), read_party_rows(connection, anew)
    for subject, entries in read_entries(connection, anew):
        followed = follow(entries, one=writer.one)
        writer.change(subject, difference(rows[subject], parties[subject], followed.history))
        followed.settle()
        memory.follow(subject, followed, len(entries))


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
            yield subject, news.entries.pop(subject)
        return
    rows = list(_entries_after(connection, subjects, start=start))
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


# --- what states rest on --------------------------------------------------------------------------

_more: Final[sa.BindParameter[str]] = sa.bindparam("more", type_=sa.Text)
_grow: Final = Constant(
    sa.update(subject_evidence)
    .where(
        subject_evidence.c.subject == sa.bindparam("key"), subject_evidence.c.entries.is_not(None)
    )
    .values(  # what becomes too long is null, and stays so
        entries=sa.case(
            (
                sa.func.length(subject_evidence.c.entries) + sa.func.length(_more)
                <= sa.literal_column(str(MOST_EVIDENCE)),
                subject_evidence.c.entries.concat(_more),
            )
        )
    )
)


def _grown(connection: Connection, start: int, news: News) -> Iterator[tuple[str, Sequence[Entry]]]:
    """What came to subjects that had events already: some of the events of each, in the order of the log."""
    if news.entries is not None:
        yield from news.entries.items()  # those of new subjects were taken out
        return
    if news.empty:  # then every subject is new
        return
    while True:
        statement = (
            sa.select(*ENTRY_COLUMNS)
            .where(event.c.position > start)
            .order_by(event.c.position)
            .limit(PAGE)
        )
        page = [entry_of(row) for row in connection.execute(statement)]
        yield from ((e.subject, [e]) for e in page if not news.subjects.get(e.subject))
        if len(page) < PAGE:
            break
        start = page[-1].position


def _add_evidence(connection: Connection, grown: Iterable[tuple[str, Sequence[Entry]]]) -> None:
    for subject, entries in grown:
        if has_evidence(subject):
            _grow.later(connection, key=subject, more=evidence_of(entries))


def rewrite_evidence(connection: Connection, subjects: Sequence[str]) -> None:
    """Store what the states of some subjects rest on anew, from the log."""
    for subject, entries in read_entries(connection, filter(has_evidence, subjects)):
        _, text = evidence_values(entries)
        connection.execute(
            sa.update(subject_evidence)
            .where(subject_evidence.c.subject == subject)
            .values(entries=text)
        )


# --- of subjects that have no rows yet ------------------------------------------------------------
#
# Of many, another process folds two of three lots, while this one folds the third and writes the rows of
# all (docs/decisions/0014-two-processes.md). Both do it by the same function, and hand each other values
# only. Where the other process cannot be started, or dies, everything is folded here.

LOT: Final = 200
"""Subjects that are folded together."""

_AT_FIRST: Final = 10
"""Lots folded here while the other process starts."""

_THERE: Final = 2
"""Lots folded by the other process for each that is folded here."""

Lot: TypeAlias = list[Sequence[Entry]]


class NewRows(Struct, array_like=True, gc=False):
    """Rows of ``subject_history``, ``party_history``, ``subject_evidence`` and ``company_handle``."""

    rows: list[Values]
    parties: list[Values]
    evidence: list[Values]
    handles: list[Values]


def new_rows(subjects: Iterable[Sequence[Entry]], one: Identity = NOBODY) -> NewRows:
    """The rows of subjects, from all the events of each; companies that are ``one`` under the id shown."""
    made = NewRows([], [], [], [])
    for entries in subjects:
        subject, told = entries[0].subject, history(entries, one=one)
        made.rows += [row_values(subject, row) for row in told.rows]
        made.parties += [party_values(subject, party) for party in told.parties]
        if is_company(subject):
            made.handles += rows_of(subject, entries)
        elif has_evidence(subject):
            made.evidence.append(evidence_values(entries))
    return made


def all_new_rows(
    subjects: Iterable[Sequence[Entry]], one: Identity = NOBODY, *, many: bool
) -> Iterator[NewRows]:
    """The same, lot by lot in the order of the subjects; ``many``: so many that another process pays."""
    lots = _lots(iter(subjects))
    with apart(fold_there) if many else nullcontext() as other:
        if other is not None:
            yield from (new_rows(lot, one) for lot in islice(lots, _AT_FIRST))
            here, there = _shared(other, lots, one)
            while here:
                yield new_rows(here, one)
                answer = read_frame(other.back) if there else None
                # The other goes on before this one writes. It reads to the end before it answers, and its
                # answer was read to the end, so neither waits for the other to read.
                before = there
                here, there = _shared(other, lots, one)
                if before:
                    yield new_rows(before, one) if answer is None else _decode_rows(answer)
        yield from (new_rows(lot, one) for lot in lots)


def _lots(subjects: Iterator[Sequence[Entry]]) -> Iterator[Lot]:
    while lot := list(islice(subjects, LOT)):
        yield lot


_GIVEN: Final = Entry.__struct_fields__.index("_typed")
"""How many fields of an entry are handed over: what comes then, each process makes of these."""

_encode: Final = msgspec.msgpack.Encoder().encode
_decode_lot: Final = msgspec.msgpack.Decoder(tuple[dict[str, str], list[list[list[Any]]]]).decode
_decode_rows: Final = msgspec.msgpack.Decoder(NewRows).decode


def fold_there(stream: BinaryIO, out: BinaryIO, _number: int = 0) -> None:
    """Fold what comes in frames, and send back the rows: what the other process does."""
    while (frame := read_frame(stream)) is not None:
        first, lot = _decode_lot(frame)
        subjects = ([Entry(*values) for values in entries] for entries in lot)
        write_frame(out, _encode(new_rows(subjects, Identity(first))))


def _shared(other: Started, lots: Iterator[Lot], one: Identity) -> tuple[Lot, Lot]:
    """What is to be folded here next, and there, where it is sent; that nobody is there, no answer tells."""
    here = next(lots, [])
    there = list(chain.from_iterable(islice(lots, _THERE)))
    assert other.to is not None
    with suppress(BrokenPipeError):
        sent = [[astuple(entry)[:_GIVEN] for entry in entries] for entries in there]
        write_frame(other.to, _encode((one.first, sent)))
    return here, there


# --- rows that change -----------------------------------------------------------------------------

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


class _Writer:
    """Collects what changes and writes it in few statements."""

    def __init__(self, connection: Connection, one: Identity) -> None:
        self.connection, self.one = connection, one
        self.rows: list[tuple[Any, ...]] = []
        self.parties: list[tuple[Any, ...]] = []
        self.evidence: list[Values] = []
        self.handles: list[Values] = []
        """Of companies that have none yet."""
        # of the statements about single rows, the parameters
        self.dropped: dict[_Table, list[_Key]] = {_ROWS: [], _PARTIES: []}
        self.ended: dict[_Table, list[_Key]] = {_ROWS: [], _PARTIES: []}

    def insert(self, made: NewRows) -> None:
        """Take in rows of subjects that have none yet."""
        self.rows += made.rows
        self.parties += made.parties
        self.evidence += made.evidence
        self.handles += made.handles
        if len(self.rows) >= PAGE:
            self.flush()

    def change(self, subject: str, change: Change) -> None:
        """Touch the rows of a subject that change, and no others."""
        self._touch(_ROWS, subject, change.rows)
        self._touch(_PARTIES, subject, change.parties)
        self.rows += [row_values(subject, row) for row in change.rows.added]
        self.parties += [party_values(subject, party) for party in change.parties.added]

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
        # in the order of their keys, so that neighbours find the same pages of the tables
        self.parties.sort()
        self.handles.sort()
        insert_rows(self.connection, rows_table, self.rows)
        insert_rows(self.connection, party_history, self.parties)
        insert_rows(self.connection, subject_evidence, self.evidence)
        insert_rows(self.connection, company_handle, self.handles)
        for rows in (self.rows, self.parties, self.evidence, self.handles):
            rows.clear()

    def _each(self, statement: sa.Executable, parameters: list[_Key]) -> None:
        if parameters:
            self.connection.execute(statement, parameters)
            parameters.clear()


# --- anew -----------------------------------------------------------------------------------------


def rebuild(connection: Connection, progress: Callable[[int], None] | None = None) -> int:
    """Write the whole history anew in this transaction, and all indexes of the log; how many subjects.

    What is kept of files is forgotten where it is damaged: it does not follow from the log.
    Until it commits, readers go on with the history that was; nothing is seen half-written.
    """
    for table in (rows_table, party_history, subject_evidence, subject_company, company_handle):
        connection.execute(sa.delete(table))
    one, _ = rewrite_identity(connection, read_stored_identity(connection))
    writer, count = _Writer(connection, one), 0
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
    for made in all_new_rows(subjects(), one, many=head >= MANY):
        writer.insert(made)
        insert_rows(connection, subject_company, pairs)
        pairs.clear()
    writer.flush()
    insert_rows(connection, subject_company, pairs)
    rewrite_words(connection)
    forget_damaged_files(connection)
    moved = connection.execute(
        sa.update(projection).where(projection.c.name == HISTORY).values(position=head)
    )
    if not moved.rowcount:  # somebody took the row away
        connection.execute(sa.insert(projection).values(name=HISTORY, position=head))
    return count
