"""Reading the log: its rows as entries of the fold, by subject, by company, in order, and its proof.

Everything here takes a connection and reads; :mod:`timeline.store.append` is the only writer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby, islice
from operator import attrgetter
from typing import Any, Final, NamedTuple, TypeVar

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from msgspec.structs import astuple
from sqlalchemy import RowMapping
from sqlalchemy.engine import Connection

from timeline.errors import StoreDamaged
from timeline.ingest.draft import GENESIS, TOMBSTONE, body_from, body_of, chain, digest, payload_of
from timeline.model.kinds import EVENT_TYPES, upcast
from timeline.model.record import Entry
from timeline.model.values import Day, Fields, Instant, check_subject, is_instant
from timeline.store.engine import Asking, Constant, streamed
from timeline.store.tables import event, log_head, subject_company

END: Final = 2**62
"""A position behind the end of every log."""

CHUNK: Final = 500
"""Names in one IN list: far below every database's limit on parameters."""

Item = TypeVar("Item")


# --- rows of the log ----------------------------------------------------------------------------

COLUMNS: Final = tuple(column.name for column in event.columns)

ENTRY_COLUMNS: Final = (
    event.c.position, event.c.id, event.c.type, event.c.subject, event.c.occurred,
    event.c.earliest, event.c.latest, event.c.known, event.c.payload, event.c.fact_level,
    event.c.attribution, event.c.schema_version, event.c.told,
)  # fmt: skip
"""What the fold reads of a row, in the order that :func:`entry_of` takes it."""

UNREADABLE: Final = (msgspec.MsgspecError, AttributeError, LookupError, TypeError, ValueError)
"""What comes of reading what somebody wrote into the database without this program."""


def unreadable(position: int, id_: str, error: Exception) -> StoreDamaged:
    """The failure of an event whose content is no longer one: no JSON, or of a type that there is not."""
    reason = f"no event type {error}" if isinstance(error, KeyError) else str(error)
    return StoreDamaged(
        position,
        f"the content of {id_} cannot be read ({reason})",
        "something else than this program wrote to the store: run timeline verify, restore a backup",
    )


class LogRow(Struct, frozen=True):
    """An event as the log holds it, with its place in the log."""

    position: int
    id: str
    subject: str
    version: int
    type: str
    schema_version: int
    occurred: str | None
    earliest: Day
    latest: Day
    known: Instant
    told: str | None
    """When each source was published, as JSON; None where every one was at ``known``."""
    recorded: Instant
    fact_level: str
    attribution: str | None
    payload: str
    origin: str | None
    digest: str
    hash: str

    @property
    def fields(self) -> Fields:
        """The event's content: every field as it was given, with ``id``, ``type`` and ``subject``.

        Raises StoreDamaged where it cannot be read any more.
        """
        fields: Fields = {"id": self.id, "type": self.type, "subject": self.subject}
        if self.occurred is not None:
            fields["occurred"] = self.occurred
        try:
            rest = body_from(self.payload, self.fact_level, self.attribution, self.schema_version)
        except UNREADABLE as error:
            raise unreadable(self.position, self.id, error) from error
        return fields | rest

    @property
    def is_erased(self) -> bool:
        """Whether only the tombstone of it is left; its digest is that of what it said."""
        return self.payload == TOMBSTONE

    @property
    def digest_of_rest(self) -> str:
        """The SHA-256 of what an erasure leaves: every column but the payload, its digest and the chain."""
        rest = {
            "id": self.id, "type": self.type, "subject": self.subject, "version": self.version,
            "schema_version": self.schema_version, "occurred": self.occurred, "earliest": self.earliest,
            "latest": self.latest, "known": self.known, "fact_level": self.fact_level,
            "attribution": self.attribution, "origin": self.origin,
        }  # fmt: skip
        return digest(rest)

    @property
    def entry(self) -> Entry:
        """The event as the fold reads it."""
        row = (
            self.position, self.id, self.type, self.subject, self.occurred, self.earliest,
            self.latest, self.known, self.payload, self.fact_level, self.attribution,
            self.schema_version, self.told,
        )  # fmt: skip
        return entry_of(row)


def entry_of(row: Sequence[Any]) -> Entry:
    """The entry in a row of :data:`ENTRY_COLUMNS`, brought to today's schema version.

    Raises StoreDamaged where it cannot be read any more.
    """
    (
        position, id_, type_, subject, occurred, earliest, latest, known,
        payload, fact_level, attribution, schema_version, told,
    ) = row  # fmt: skip
    try:
        fields = body_from(payload, fact_level, attribution, schema_version)
        if schema_version <= len(EVENT_TYPES[type_].upcasters) and payload != TOMBSTONE:
            head = {"id": id_, "type": type_, "subject": subject}
            if occurred is not None:
                head["occurred"] = occurred
            fields = upcast(head | fields)
            occurred = fields.get("occurred")
            fields = body_of(fields)
        published = {} if told is None else _decode_told(told)
        return Entry(
            position, id_, type_, subject, occurred, earliest, latest, known, fields, published
        )
    except UNREADABLE as error:
        raise unreadable(position, id_, error) from error


def is_day(text: object) -> bool:
    """Whether this is a day as the store holds one."""
    try:
        return isinstance(text, str) and date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def check_row(row: LogRow) -> None:
    """Raise StoreDamaged for a row of the log that no append can have written."""
    try:
        _check(row)
    except (*UNREADABLE, ArithmeticError, AssertionError, RecursionError) as error:
        raise unreadable(row.position, str(row.id), error) from error


def _check(row: LogRow) -> None:
    """Raise ValueError, or what reading it raises, for a row that no append can have written."""
    for name in ("known", "recorded"):
        if not is_instant(getattr(row, name)):
            raise ValueError(f'"{getattr(row, name)}" is no instant')
    for day in (row.earliest, row.latest):
        if not is_day(day):
            raise ValueError(f'"{day}" is no day')
    if any(isinstance(value, bytes) for value in astuple(row)):
        raise ValueError("it holds what is no text")
    check_subject(row.subject)
    if {type(row.version), type(row.schema_version)} != {int}:
        raise ValueError("its version is no number")
    if row.type not in EVENT_TYPES:
        raise KeyError(row.type)
    if row.schema_version < 1:
        raise ValueError("its schema version is below 1")
    if not row.is_erased:
        msgspec.convert(upcast(row.fields), EVENT_TYPES[row.type])
        if not all(map(is_instant, row.entry.published.values())):
            raise ValueError(f'"{row.told}" does not say when its sources were published')


_decode_told: Final = msgspec.json.Decoder(dict[str, Instant]).decode


def told_of(published: dict[str, Instant], known: Instant) -> str | None:
    """The ``told`` column of an event: when its sources were published, unless all were at ``known``."""
    if not published or set(published.values()) == {known}:
        return None
    return msgspec.json.encode(published, order="sorted").decode()


def log_row(row: RowMapping) -> LogRow:
    """The row of a ``SELECT`` of all columns."""
    return LogRow(**row)


# --- reading ------------------------------------------------------------------------------------


class Head(NamedTuple):
    """Where the log ends."""

    position: int
    recorded: Instant
    hash: str


def chunks(items: Iterable[Item], size: int = CHUNK) -> Iterator[list[Item]]:
    """The items in lists of at most ``size``."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


_head: Final = Constant(sa.select(log_head.c.position, log_head.c.recorded, log_head.c.hash))


def read_head(connection: Connection) -> Head:
    """The head of the log."""
    row = _head(connection).fetchone()
    if row is None:
        raise StoreDamaged(0, "the log has no head", "restore a backup")
    head = Head(*row)
    if type(head.position) is not int or not is_instant(head.recorded):
        reason = f"its head is at {head.position!r:.60}, recorded {head.recorded!r:.60}"
        raise StoreDamaged(0, reason, "restore a backup")
    return head


def is_in_log(connection: Connection, head: Head) -> bool:
    """Whether the log has come by a head: its hash covers all up to it, and when that was recorded."""
    statement = sa.select(event.c.hash).where(event.c.position == head.position)
    return connection.scalar(statement) == head.hash


def position_at(connection: Connection, recorded: Instant, head: int) -> int:
    """The last position recorded by an instant; ``recorded`` is monotone, so by halves."""
    low, high = 0, head
    statement = sa.select(event.c.recorded).where(event.c.position == sa.bindparam("position"))
    while low < high:
        middle = (low + high + 1) // 2
        stamp = connection.execute(statement, {"position": middle}).scalar_one()
        low, high = (middle, high) if stamp <= recorded else (low, middle - 1)
    return low


_entries_until: Final = Asking(
    sa.select(*ENTRY_COLUMNS)
    .where(event.c.position <= sa.bindparam("position"))
    .order_by(event.c.subject, event.c.version),
    event.c.subject,
)


def read_entries(
    connection: Connection, subjects: Iterable[str], position: int = END
) -> Iterator[tuple[str, list[Entry]]]:
    """The entries of each subject up to a position, or all; subjects without any are left out."""
    for chunk in chunks(subjects):
        rows = _entries_until(connection, chunk, position=position)
        yield from _by_subject(rows)


def read_all_entries(
    connection: Connection, position: int = END, kinds: Sequence[str] = ()
) -> Iterator[tuple[str, list[Entry]]]:
    """The entries of every subject (of some kinds) up to a position, or all, subject by subject."""
    statement = (
        sa.select(*ENTRY_COLUMNS)
        .where(event.c.position <= position)
        .order_by(event.c.subject, event.c.version)
    )
    if kinds:
        statement = statement.where(of_kinds(event.c.subject, kinds))
    with streamed(connection, statement) as rows:
        yield from _by_subject(rows)


def read_companies(connection: Connection, position: int) -> Iterator[tuple[str, int]]:
    """Every company that has events up to a position, by id, with how many it has; from the index alone."""
    statement = (
        sa.select(event.c.subject, sa.func.count())
        .where(of_kinds(event.c.subject, ["company"]), event.c.position <= position)
        .group_by(event.c.subject)
        .order_by(event.c.subject)
    )
    with streamed(connection, statement) as rows:
        for subject, count in rows:
            yield subject.partition(":")[2], count


def of_kinds(subject: sa.ColumnElement[str], kinds: Iterable[str]) -> sa.ColumnElement[bool]:
    """Whether a subject is of one of some kinds: a range for each, so that an index serves."""
    return sa.or_(*(subject.between(f"{kind}:", f"{kind};") for kind in kinds))


def _by_subject(rows: Iterable[Any]) -> Iterator[tuple[str, list[Entry]]]:
    for subject, group in groupby(map(entry_of, rows), key=attrgetter("subject")):
        yield subject, list(group)


def subjects_of(connection: Connection, company: str) -> list[str]:
    """Every subject that any event ever named the company in, at whatever coordinate."""
    statement = (
        sa.select(subject_company.c.subject)
        .where(subject_company.c.company == company)
        .order_by(subject_company.c.subject)
    )
    return list(connection.scalars(statement))


_of_any: Final = Asking(sa.select(subject_company.c.subject), subject_company.c.company)


def subjects_of_any(connection: Connection, companies: Iterable[str]) -> set[str]:
    """Every subject that any event ever named any of some companies in."""
    found: set[str] = set()
    for chunk in chunks(companies):
        found.update(row[0] for row in _of_any(connection, chunk))
    return found


def source_slugs(connection: Connection) -> list[str]:
    """Every registered source."""
    statement = sa.select(event.c.subject).where(event.c.type == "source_registered")
    return [subject.partition(":")[2] for subject in connection.scalars(statement)]


def read_rows(
    connection: Connection,
    *conditions: sa.ColumnElement[bool],
    after: int = 0,
    newest_first: bool = False,
) -> Iterator[LogRow]:
    """The log in order, or from its end backwards, row by row in constant memory."""
    statement = (
        sa.select(event)
        .where(event.c.position > after, *conditions)
        .order_by(event.c.position.desc() if newest_first else event.c.position)
    )
    with streamed(connection, statement) as rows:
        for row in map(log_row, rows.mappings()):
            if not (is_instant(row.known) and is_instant(row.recorded)):
                error = ValueError(f"known {row.known!r:.60}, recorded {row.recorded!r:.60}")
                raise unreadable(row.position, row.id, error)
            yield row


def read_events(
    connection: Connection,
    *,
    until: int | None = None,
    known_by: Instant | None = None,
    known_from: Instant | None = None,
    subjects: Iterable[str] | None = None,
    positions: Iterable[int] | None = None,
    kinds: Iterable[str] = (),
    types: Iterable[str] = (),
    not_types: Iterable[str] = (),
    starting: Day | None = None,
    ending: Day | None = None,
    naming: str | None = None,
    before: int | None = None,
    after: int = 0,
    newest_first: bool = False,
) -> Iterator[LogRow]:
    """The events of the log that are like this, in order or backwards; what is None or empty keeps all.

    ``until``, ``before`` and ``after`` are positions, of which the first is among them. ``starting`` and
    ``ending`` keep what may have happened from one day to another, both included; ``naming`` what has a slug
    anywhere in it, be it as a source or not.
    """
    column = event.c
    conditions: list[sa.ColumnElement[bool]] = []
    if until is not None:
        conditions.append(column.position <= until)
    if before is not None:
        conditions.append(column.position < before)
    if known_by is not None:
        conditions.append(column.known <= known_by)
    if known_from is not None:
        conditions.append(column.known >= known_from)
    if subjects is not None:
        conditions.append(column.subject.in_(list(subjects)))
    if positions is not None:
        conditions.append(column.position.in_(list(positions)))
    if kinds:
        conditions.append(of_kinds(column.subject, kinds))
    if types:
        conditions.append(column.type.in_(list(types)))
    if not_types:
        conditions.append(column.type.not_in(list(not_types)))
    if starting is not None:
        conditions.append(column.latest >= starting)
    if ending is not None:
        conditions.append(column.earliest <= ending)
    if naming is not None:
        payload = sa.cast(column.payload, sa.Text)
        conditions.append(payload.contains(f'"{naming}"', autoescape=True))
    return read_rows(connection, *conditions, after=after, newest_first=newest_first)


def read_quoting(connection: Connection) -> Iterator[LogRow]:
    """The rows of the log that quote a source, in order; what was erased quotes nothing."""
    named = sa.cast(event.c.payload, sa.Text).contains('"quote"')
    for row in read_rows(connection, named):
        if "quote" in row.fields:
            yield row


def read_row(connection: Connection, id_: str) -> LogRow | None:
    """One event by its id."""
    row = connection.execute(sa.select(event).where(event.c.id == id_)).mappings().first()
    return log_row(row) if row else None


def read_row_at(connection: Connection, position: int) -> LogRow:
    """One event by its position."""
    statement = sa.select(event).where(event.c.position == position)
    return log_row(connection.execute(statement).mappings().one())


_recorded: Final = Asking(sa.select(event.c.position, event.c.recorded), event.c.subject)


def read_recorded(connection: Connection, subjects: Sequence[str]) -> dict[int, Instant]:
    """When each event of some subjects was recorded, by its position."""
    return dict(map(tuple, _recorded(connection, subjects)))


def read_places(connection: Connection, subject: str) -> dict[int, tuple[Instant, str | None]]:
    """When each event of a subject was recorded and where it came from, by its position."""
    statement = sa.select(event.c.position, event.c.recorded, event.c.origin)
    rows = connection.execute(statement.where(event.c.subject == subject))
    return {position: (recorded, origin) for position, recorded, origin in rows}


GENESIS_LINK: Final = Head(0, "", GENESIS)
"""What the first event of a log continues."""


def check_link(row: LogRow, before: Head | None, *, as_bytes: bool) -> Head:
    """Prove one row of the log, and that it follows ``before`` unless that is None; where the log is then.

    ``as_bytes``: its payload must be written byte by byte as it was appended. Raises StoreDamaged.
    """
    position = row.position
    if before is not None and position != before.position + 1:
        raise StoreDamaged(
            before.position + 1, f"there is a gap: the next event is at {row.position}"
        )
    try:
        found = row.digest if row.is_erased else digest(row.fields)
    except UNREADABLE as error:
        raise unreadable(position, row.id, error) from error
    if found != row.digest:
        raise StoreDamaged(position, f"the content of {row.id} is not what was appended")
    # a key that stands twice is read by the database as the first, and here as the last;
    # jsonb has no second one
    if as_bytes and not row.is_erased and row.payload != payload_of(body_of(row.fields)):
        raise StoreDamaged(position, f"the payload of {row.id} is not written as it was appended")
    if not is_instant(row.recorded):
        raise StoreDamaged(position, f"{row.id} has no time of recording")
    if before is not None:
        check_border(Head(position, row.recorded, row.hash), row.id, row.digest, before)
    return Head(position, row.recorded, row.hash)


def check_border(own: Head, id_: str, content: str, before: Head) -> None:
    """Raise StoreDamaged unless an event, by its digest ``content``, follows what stands ahead of it."""
    if own.recorded < before.recorded:
        raise StoreDamaged(own.position, f"{id_} was recorded before the event ahead of it")
    if chain(before.hash, own.recorded, content) != own.hash:
        reason = f"the hash of {id_} does not follow from the event ahead of it"
        raise StoreDamaged(own.position, reason)


def _head_at(connection: Connection, position: int) -> Head:
    statement = sa.select(event.c.recorded, event.c.hash).where(event.c.position == position)
    found = connection.execute(statement).first()
    if found is None:
        raise StoreDamaged(position, "there is no event at the position to go on from")
    return Head(position, *found)


def walk_chain(
    connection: Connection, progress: Callable[[int], None] | None = None, since: int = 0
) -> Iterator[LogRow]:
    """Every row of the log after proving it: dense, in order, unaltered or erased, and in the chain.

    ``since`` takes the hash of the event at that position as it stands and proves the rows after it.
    Raises StoreDamaged at the first position that is not what was appended, and at the end where the
    head does not agree. Constant memory.
    """
    link = _head_at(connection, since) if since else GENESIS_LINK
    first = connection.scalar(sa.select(sa.func.min(event.c.position)))
    if first is not None and first < 1:
        raise StoreDamaged(first, "a log begins at position 1")
    as_bytes = connection.dialect.name == "sqlite"
    for row in read_rows(connection, after=since):
        link = check_link(row, link, as_bytes=as_bytes)
        yield row
        if progress is not None:
            progress(link.position)
    position, recorded, previous = link
    head = read_head(connection)
    if head.position != position:
        raise StoreDamaged(
            position + 1, f"the head says {head.position} events, there are {position}"
        )
    if position and (head.hash, head.recorded) != (previous, recorded):
        raise StoreDamaged(position, "the head of the log is not its last event")
