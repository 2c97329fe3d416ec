"""The stored history: its rows, and what held at a coordinate, by one indexed look-up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from timeline.errors import HistoryDamaged, StoreDamaged
from timeline.model.bitemporal import Content, PartyRow, Row
from timeline.model.dates import OPEN_END
from timeline.model.fold import kind_of
from timeline.model.kinds import EVENT_TYPES, STEPS_OF
from timeline.model.record import Entry
from timeline.model.values import END_OF_TIME, Day, Fields, Instant, within
from timeline.store.engine import (
    Asking,
    Constant,
    check_revision,
    check_schema,
    is_known_store,
    streamed,
)
from timeline.store.log import Head, chunks, of_kinds, read_head
from timeline.store.tables import log_head, party_history, projection, subject_evidence
from timeline.store.tables import subject_history as rows_table

Read = TypeVar("Read")

HINT: Final = "timeline rebuild writes the history anew from the log"

HISTORY: Final = "history"
"""The name of this projection among those that follow the log."""


_SOURCE: Final = "source:"


def is_projected(subject: str) -> bool:
    """Whether the history has rows of a subject: of all but sources.

    Sources have no state that changes and are no company's; in bulk news they are half of the subjects, and
    were a sixth of the rows. What is asked of them is replayed.
    """
    return not subject.startswith(_SOURCE)


def projected(subject: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """The same of a column, decided by the index alone."""
    return subject.not_like(f"{_SOURCE}%")


# --- rows for its tables ------------------------------------------------------------------------

Values: TypeAlias = tuple[Any, ...]
"""A value for every column of a table, in their order."""


class State(Struct, omit_defaults=True, gc=False):
    """What the ``state`` column holds: bounded, and what SQL asks for."""

    terms: dict[str, Any]
    parties: dict[str, list[str]] = {}
    alternatives: list[Any] = []
    conflicts: list[str] = []
    changed: dict[str, dict[str, Any]] = {}


_encode: Final = msgspec.json.Encoder(order="sorted").encode
_decode_state: Final = msgspec.json.Decoder(State).decode
_decode_roles: Final = msgspec.json.Decoder(list[str]).decode


def row_values(subject: str, row: Row[Content]) -> Values:
    """A row of ``subject_history``."""
    held = row.content
    state = State(held.terms, held.parties, held.alternatives, held.conflicts, held.changed)
    group = kind_of(subject).group_of(held.status)
    return (
        subject, row.valid_from, row.known_from, row.valid_to, row.known_to, held.kind, held.status, group,
        held.certainty, held.since, held.disputed, held.irregular, _encode(state).decode(),
    )  # fmt: skip


def party_values(subject: str, party: PartyRow) -> Values:
    """A row of ``party_history``."""
    return (
        party.company, subject, party.valid_from, party.known_from, party.valid_to, party.known_to,
        _encode(party.roles).decode(),
    )  # fmt: skip


# --- what a state rests on ----------------------------------------------------------------------
#
# The log holds what a state rests on, an event a row and an index away, among much that no state needs. Of
# subjects of few events one row holds it again: a state is then read with one look-up a subject.

MOST_EVIDENCE: Final = 4000
"""Characters, which are about 25 events; of a subject that has more the log is read. So an append never
writes more than this anew, however many events its subject has."""

_EVIDENT: Final = frozenset({"source", "known", "fact_level", "target", "changes", "erased"})
"""Fields that say which events count, and of what level they are."""
_OF_TYPE: Final = {type_: _EVIDENT.union(steps) for type_, steps in STEPS_OF.items()}

_Line: TypeAlias = tuple[int, str, str, str | None, Day, Day, Instant, Fields, dict[str, Instant]]
"""Of an entry: position, id, type, occurred, earliest, latest, known, fields, published."""

_encode_lines: Final = msgspec.json.Encoder(order="sorted").encode_lines
_decode_lines: Final = msgspec.json.Decoder(_Line).decode_lines


def has_evidence(subject: str) -> bool:
    """Whether there is a row of what it rests on: of all that is an item of a company."""
    return not subject.startswith((_SOURCE, "company:"))


def evidence_of(entries: Iterable[Entry]) -> str:
    """What :func:`timeline.model.fold.evidence` reads of events in the order of the log: a line each."""
    lines: list[_Line] = []
    for entry in entries:
        names = _OF_TYPE.get(entry.type, _EVIDENT)
        fields = {name: value for name, value in entry.fields.items() if name in names}
        if fields.get("fact_level") == "fact":
            del fields["fact_level"]
        lines.append(
            (
                entry.position, entry.id, entry.type, entry.occurred, entry.earliest, entry.latest,
                entry.known, fields, entry.published,
            )
        )  # fmt: skip
    return _encode_lines(lines).decode()


def evidence_values(entries: Sequence[Entry]) -> Values:
    """The row of ``subject_evidence`` of a subject, from all its events."""
    text = evidence_of(entries)
    return entries[0].subject, text if len(text) <= MOST_EVIDENCE else None


def entries_in(subject: str, evidence: str) -> list[Entry]:
    """The events in a row of ``subject_evidence``; of their fields only those that a state rests on.

    Raises HistoryDamaged where it cannot be read.
    """
    found = _read(subject, _decode_lines, evidence)
    for line in found:
        if line[2] not in EVENT_TYPES:
            raise HistoryDamaged(subject, f"a row of it cannot be read (no event type {line[2]!r})")
    return [
        Entry(position, id_, type_, subject, occurred, earliest, latest, known, fields, published)
        for position, id_, type_, occurred, earliest, latest, known, fields, published in found
    ]


# --- where it stands ----------------------------------------------------------------------------


def is_current(connection: Connection) -> bool:
    """Whether the history is that of the whole log, so that it may answer."""
    row = _ask_head(connection).fetchone()
    return row is not None and bool(row[0] == row[3])


_ask_head: Final = Constant(
    sa.select(
        log_head.c.position,
        log_head.c.recorded,
        log_head.c.hash,
        projection.c.position,
        sa.select(sa.column("version_num"))
        .select_from(sa.table("alembic_version"))
        .scalar_subquery(),
    ).select_from(log_head.join(projection, projection.c.name == sa.literal_column(f"'{HISTORY}'")))
)
_lock_log: Final = Constant(sa.select(log_head.c.position).with_for_update())

Stand: TypeAlias = Sequence[Any] | None
"""The head of the log, the position of the history, the schema's revision; None where one is missing."""


_FOUND: Final = "timeline_found"
"""What is noted of a connection: how the store stood when it was locked last."""


def found_locked(connection: Connection) -> Stand:
    """How the store stood when it was locked for this session, before anything else was done in it."""
    stand: Stand = connection.info.pop(_FOUND, None)
    return stand


def lock_log(connection: Connection) -> None:
    """Let nobody else write until the transaction ends; on SQLite it began so.

    Raises SchemaMismatch unless its schema is today's.
    """
    if not is_known_store(connection):
        check_schema(connection)
    if connection.dialect.name == "sqlite":
        stand: Stand = _ask_head(connection).fetchone()
    else:
        from timeline.store.postgresql import ask_together

        # in this order: who waited for the lock must see what the one before it committed
        _, asked = ask_together(connection, _lock_log.postgresql, _ask_head.postgresql)
        stand = asked.fetchone()
    if stand is None:
        check_schema(connection)
    else:
        check_revision(stand[4])
    connection.info[_FOUND] = stand


def checked_head(connection: Connection, stand: Stand = None) -> Head:
    """The head of the log, as it is or as :func:`lock_log` found it.

    Raises StoreDamaged where the history is ahead of the log, or behind it.

    Ahead: the log was restored from an older backup than the rest. Behind: something wrote to the log
    without this program.
    """
    row = _ask_head(connection).fetchone() if stand is None else stand
    if row is None:
        head = read_head(connection)  # says so where that is what is missing
        raise StoreDamaged(head.position, "nothing says where the history stands", HINT)
    head, recorded, hash_, at, _ = row
    if at == head:
        return Head(head, recorded, hash_)
    side = "ahead of the log, as after restoring an older backup" if at > head else "behind the log"
    raise StoreDamaged(head, f"the history is at position {at}, {side}", HINT)


# --- rows ---------------------------------------------------------------------------------------

_CONTENT_COLUMNS: Final = (
    rows_table.c.subject, rows_table.c.kind, rows_table.c.status, rows_table.c.certainty,
    rows_table.c.since, rows_table.c.disputed, rows_table.c.irregular, rows_table.c.state,
)  # fmt: skip
_ROW_COLUMNS: Final = (
    rows_table.c.valid_from, rows_table.c.valid_to, rows_table.c.known_from, rows_table.c.known_to,
    *_CONTENT_COLUMNS,
)  # fmt: skip


def _holds(table: sa.Table) -> tuple[sa.ColumnElement[bool], ...]:
    """Whether a row holds at the coordinate whose day and instant are the parameters."""
    day: sa.BindParameter[Any] = sa.bindparam("day")
    instant: sa.BindParameter[Any] = sa.bindparam("instant")
    return (
        table.c.valid_from <= day,
        table.c.valid_to > day,
        table.c.known_from <= instant,
        table.c.known_to > instant,
    )


def _at(on: Day, known: Instant) -> dict[str, str]:
    day, instant = within(on, known)
    return {"day": day, "instant": instant}


_contents: Final = Asking(
    sa.select(*_CONTENT_COLUMNS).where(*_holds(rows_table)), rows_table.c.subject
)


def read_contents(
    connection: Connection, on: Day, known: Instant, subjects: Iterable[str]
) -> dict[str, Content]:
    """What held of some subjects at a coordinate; absent ones are left out."""
    found = {}
    for chunk in chunks(subjects):
        for row in _contents(connection, chunk, **_at(on, known)):
            found[row[0]] = _content(row)
    return found


_since: Final = Asking(
    sa.select(rows_table.c.subject, rows_table.c.since).where(
        *_holds(rows_table), rows_table.c.status == sa.bindparam("status")
    ),
    rows_table.c.subject,
)


def read_since(
    connection: Connection, on: Day, known: Instant, subjects: Iterable[str], status: str
) -> dict[str, str | None]:
    """Since when those of some subjects that have a status at a coordinate have it, as written."""
    return {
        subject: since
        for chunk in chunks(subjects)
        for subject, since in _since(connection, chunk, status=status, **_at(on, known))
    }


class HeldRow(NamedTuple):
    """What held of a subject at a coordinate, with what is stored of its events, if anything is."""

    content: Content
    evidence: str | None
    """The events, for :func:`entries_in`."""


_held: Final = sa.select(*_CONTENT_COLUMNS, subject_evidence.c.entries).where(*_holds(rows_table))
_rows_and_evidence: Final = rows_table.outerjoin(
    subject_evidence, subject_evidence.c.subject == rows_table.c.subject
)
_held_of_subjects: Final = Asking(_held.select_from(_rows_and_evidence), rows_table.c.subject)
_held_of_company: Final = Constant(
    sa.union_all(
        _held.where(
            *_holds(party_history), party_history.c.company == sa.bindparam("company")
        ).select_from(
            party_history.join(_rows_and_evidence, rows_table.c.subject == party_history.c.subject)
        ),
        sa.select(*_CONTENT_COLUMNS, sa.null()).where(
            *_holds(rows_table), rows_table.c.subject == sa.bindparam("own")
        ),
    )
)


def read_held(
    connection: Connection, on: Day, known: Instant, subjects: Sequence[str]
) -> dict[str, HeldRow]:
    """What held of a chunk of subjects at a coordinate; absent ones are left out."""
    rows = _held_of_subjects(connection, subjects, **_at(on, known))
    return {row[0]: HeldRow(_content(row[:-1]), row[-1]) for row in rows}


def read_held_of(
    connection: Connection, on: Day, known: Instant, company: str
) -> dict[str, HeldRow]:
    """What held at a coordinate of the subjects that a company was a party of then, and of itself."""
    rows = _held_of_company(connection, company=company, own=f"company:{company}", **_at(on, known))
    return {row[0]: HeldRow(_content(row[:-1]), row[-1]) for row in rows}


def read_every_held(
    connection: Connection, on: Day, known: Instant, kinds: Iterable[str]
) -> Iterator[tuple[str, HeldRow]]:
    """What held of every subject of some kinds at a coordinate, by subject, in constant memory."""
    statement = (
        _held.select_from(_rows_and_evidence)
        .where(of_kinds(rows_table.c.subject, kinds))
        .order_by(rows_table.c.subject)
    )
    with streamed(connection, statement, _at(on, known)) as rows:
        for row in rows:
            yield row[0], HeldRow(_content(row[:-1]), row[-1])


def read_every_content(
    connection: Connection, on: Day, known: Instant, kinds: Iterable[str], groups: Sequence[str]
) -> Iterator[tuple[str, Content]]:
    """The same without evidence, of subjects whose status is in one of some groups."""
    statement = (
        sa.select(*_CONTENT_COLUMNS)
        .where(of_kinds(rows_table.c.subject, kinds), *_holds(rows_table))
        .where(rows_table.c.status_group.in_(groups))
        .order_by(rows_table.c.subject)
    )
    with streamed(connection, statement, _at(on, known)) as rows:
        for row in rows:
            yield row[0], _content(row)


_named: Final = Asking(
    sa.select(party_history.c.subject).where(*_holds(party_history)), party_history.c.company
)


def read_subjects_of_any(
    connection: Connection, companies: Iterable[str], on: Day, known: Instant
) -> set[str]:
    """The subjects that any of some companies was a party of at a coordinate."""
    found: set[str] = set()
    for chunk in chunks(companies):
        found.update(row[0] for row in _named(connection, chunk, **_at(on, known)))
    return found


def read_subjects_of_kind(
    connection: Connection,
    kind: str,
    on: Day,
    known: Instant,
    *,
    after: str,
    limit: int,
    statuses: Sequence[str] = (),
    without: Sequence[str] = (),
    item_kinds: Sequence[str] = (),
    certainty: str | None = None,
) -> list[str]:
    """The first subjects of a kind at a coordinate that come after one, as the filters have them."""
    table = rows_table
    statement = (
        sa.select(table.c.subject)
        .where(of_kinds(table.c.subject, [kind]), table.c.subject > after)
        .where(*_holds(table))
        .order_by(table.c.subject)
        .limit(limit)
    )
    if statuses:
        statement = statement.where(table.c.status.in_(statuses))
    if without:
        statement = statement.where(table.c.status.not_in(without))
    if item_kinds:
        statement = statement.where(table.c.kind.in_(item_kinds))
    if certainty is not None:
        statement = statement.where(table.c.certainty == certainty)
    return list(connection.scalars(statement, _at(on, known)))


def read_crossed(
    connection: Connection,
    kinds: Iterable[str],
    known: Instant,
    subjects: Sequence[str] | None = None,
) -> Iterator[Sequence[Any]]:
    """The rows that the diagonal of both axes crosses: subject, both days, both instants, status.

    Of every subject of some kinds, or of those named, with what became known up to an instant; by subject,
    in constant memory. A day comes before its instants in text order, so both can be compared.
    """
    table = rows_table.c
    statement = (
        sa.select(
            table.subject,
            table.valid_from,
            table.valid_to,
            table.known_from,
            table.known_to,
            table.status,
        )
        .where(of_kinds(table.subject, kinds), table.known_from <= known)
        .where(table.valid_from < table.known_to, table.known_from < table.valid_to)
        .order_by(table.subject)
    )
    parts = [statement] if subjects is None else [
        statement.where(table.subject.in_(some)) for some in chunks(sorted(subjects))
    ]  # fmt: skip
    for part in parts:
        with streamed(connection, part) as rows:
            yield from rows


_counts: Final = (
    sa.select(party_history.c.company, sa.func.count())
    .where(*_holds(party_history))
    .group_by(party_history.c.company)
)


def count_subjects(connection: Connection, on: Day, known: Instant) -> dict[str, int]:
    """How many subjects every company was a party of at a coordinate."""
    return {row[0]: row[1] for row in connection.execute(_counts, _at(on, known))}


_rows: Final = Asking(sa.select(*_ROW_COLUMNS), rows_table.c.subject)
_instant: Final[sa.BindParameter[Any]] = sa.bindparam("instant")
_known_rows: Final = Asking(
    sa.select(*_ROW_COLUMNS).where(
        sa.or_(
            rows_table.c.known_to == sa.bindparam("end"),
            sa.and_(rows_table.c.known_from <= _instant, rows_table.c.known_to > _instant),
        )
    ),
    rows_table.c.subject,
)
_parties: Final = Asking(
    sa.select(
        party_history.c.subject, party_history.c.company, party_history.c.roles,
        party_history.c.valid_from, party_history.c.valid_to, party_history.c.known_from,
        party_history.c.known_to,
    ),
    party_history.c.subject,
)  # fmt: skip


def read_subject_rows(
    connection: Connection, subjects: Sequence[str], known: Instant | None = None
) -> dict[str, list[Row[Content]]]:
    """Every row of some subjects, by subject; or those of what was ``known`` at an instant, or is today."""
    found: dict[str, list[Row[Content]]] = {subject: [] for subject in subjects}
    if known is None:
        rows = _rows(connection, subjects)
    else:
        _, instant = within(OPEN_END, known)
        rows = _known_rows(connection, subjects, instant=instant, end=END_OF_TIME)
    for valid_from, valid_to, known_from, known_to, *values in rows:
        held = _content(values)
        found[values[0]].append(Row(valid_from, valid_to, known_from, known_to, held))
    return found


_evidence: Final = Asking(sa.select(*subject_evidence.c), subject_evidence.c.subject)


def read_evidence(connection: Connection, subjects: Sequence[str]) -> list[Values]:
    """The rows of ``subject_evidence`` of some subjects."""
    return [tuple(row) for row in _evidence(connection, subjects)]


def read_party_rows(connection: Connection, subjects: Sequence[str]) -> dict[str, list[PartyRow]]:
    """Every row of the parties of some subjects, by subject."""
    found: dict[str, list[PartyRow]] = {subject: [] for subject in subjects}
    for subject, company, roles, *rest in _parties(connection, subjects):
        found[subject].append(PartyRow(company, _read(subject, _decode_roles, roles), *rest))
    return found


def _content(row: Sequence[Any]) -> Content:
    subject, kind, status, certainty, since, disputed, irregular, text = row
    state = _read(subject, _decode_state, text)
    return Content(
        kind, status, certainty, state.alternatives, since, bool(disputed), bool(irregular),
        state.conflicts, state.changed, state.terms, state.parties,
    )  # fmt: skip


def _read(subject: str, decode: Callable[[bytes | str], Read], text: str | bytes) -> Read:
    try:
        return decode(text)
    except msgspec.DecodeError as error:
        raise HistoryDamaged(subject, f"a row of it cannot be read ({error})") from error
