"""What answers ask of the store besides events and histories: what there is, how much, and since when."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from timeline.model import dates
from timeline.model.fold import terms_of
from timeline.model.values import ALWAYS, END_OF_TIME, Day, Fields, Instant, Subject
from timeline.store.engine import Constant, among, streamed
from timeline.store.log import chunks, read_entries
from timeline.store.tables import event, party_history, subject_company, subject_history

_LAST_CHARACTER: Final = chr(0x10FFFF)

# --- subjects -------------------------------------------------------------------------------------


_first: Final = Constant(
    sa.select(event.c.position).where(
        event.c.subject == sa.bindparam("subject"), event.c.version == sa.literal_column("1")
    )
)


def has_subject(connection: Connection, subject: str) -> bool:
    """Whether the log knows a subject."""
    return _first(connection, subject=subject).fetchone() is not None


def subjects_like(connection: Connection, prefix: str, limit: int) -> list[str]:
    """The first subjects in alphabetical order that begin with ``prefix``."""
    statement = (
        sa.select(event.c.subject)
        .where(event.c.version == 1)
        .where(event.c.subject >= prefix, event.c.subject < prefix + _LAST_CHARACTER)
        .order_by(event.c.subject)
        .limit(limit)
    )
    return list(connection.scalars(statement))


def subjects_of_kind(
    connection: Connection,
    kind: str,
    *,
    after: str = "",
    until: int | None = None,
    limit: int | None = None,
) -> list[str]:
    """The subjects of a kind in alphabetical order, behind a slug, that began up to a position."""
    first, last = Subject.range_of(kind)
    statement = (
        sa.select(event.c.subject)
        .where(event.c.version == 1, event.c.subject > first + after, event.c.subject < last)
        .order_by(event.c.subject)
        .limit(limit)
    )
    if until is not None:
        statement = statement.where(event.c.position <= until)
    return list(connection.scalars(statement))


def count_subjects(connection: Connection, kind: str) -> int:
    """How many subjects of a kind the log has."""
    first, last = Subject.range_of(kind)
    of_kind = sa.and_(event.c.version == 1, event.c.subject >= first, event.c.subject < last)
    return connection.scalar(sa.select(sa.func.count()).where(of_kind)) or 0


def subjects_at(connection: Connection, positions: Iterable[int]) -> dict[str, int]:
    """The subjects of the events at these positions, and the last position of each among them."""
    statement = (
        sa.select(event.c.subject, sa.func.max(event.c.position))
        .where(event.c.position.in_(list(positions)))
        .group_by(event.c.subject)
    )
    return {row[0]: row[1] for row in connection.execute(statement)}


def positions_of(connection: Connection, subjects: Iterable[str]) -> list[tuple[str, int]]:
    """The events of some subjects, each with its subject and its position."""
    statement = sa.select(event.c.subject, event.c.position)
    own = among(connection, event.c.subject, subjects)
    return [(row[0], row[1]) for row in connection.execute(statement.where(own))]


def subjects_naming(connection: Connection, companies: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The subjects that ever named any of these companies, each with the company."""
    column = subject_company.c
    for some in chunks(companies):
        statement = sa.select(column.subject, column.company).where(column.company.in_(some))
        yield from ((row[0], row[1]) for row in connection.execute(statement))


def irregular_subjects(connection: Connection) -> list[str]:
    """The subjects of which something was reported that does not fit what was before."""
    table = subject_history.c
    statement = sa.select(table.subject).where(table.irregular).distinct().order_by(table.subject)
    return list(connection.scalars(statement))


def subjects_told_otherwise(connection: Connection, subjects: Iterable[str]) -> list[str]:
    """Those of some subjects of which anything is, or may by a correction be, told as no fact."""
    corrected = sa.cast(event.c.payload, sa.Text).contains('"fact_level"')
    statement = sa.select(event.c.subject).where(
        among(connection, event.c.subject, subjects),
        (event.c.fact_level != "fact") | ((event.c.type == "event_corrected") & corrected),
    )
    return sorted(set(connection.scalars(statement)))


# --- sources ---------------------------------------------------------------------------------------


def source_terms(connection: Connection, slugs: Iterable[str], position: int) -> dict[str, Fields]:
    """What each source is, by everything said of it up to a position; unknown ones are left out."""
    found = {}
    for subject, entries in read_entries(connection, [f"source:{s}" for s in slugs], position):
        terms = terms_of(entries, dates.OPEN_END)
        if terms is not None:
            found[subject.partition(":")[2]] = terms
    return found


# --- events, for lists that tell them again -------------------------------------------------------


def ids_among(connection: Connection, ids: Collection[str]) -> set[str]:
    """Those of any number of ids that events have."""
    return _among(connection, event.c.id, event.c.id, ids)


def subjects_among(connection: Connection, subjects: Collection[str]) -> set[str]:
    """Those of any number of subjects that the log knows."""
    return _among(connection, event.c.subject, event.c.subject, subjects)


def subjects_of_events(connection: Connection, ids: Collection[str]) -> set[str]:
    """The subjects of events, by their ids."""
    return _among(connection, event.c.subject, event.c.id, ids)


def _among(
    connection: Connection, wanted: sa.Column[str], column: sa.Column[str], names: Collection[str]
) -> set[str]:
    if not names:
        return set()
    statement = sa.select(wanted).where(among(connection, column, names)).distinct()
    return set(connection.scalars(statement))


def ids_of_list(
    connection: Connection, name: str, types: Collection[str], known_before: Instant
) -> Iterator[str]:
    """The ids of events of some types that begin with the name of a list, known before an instant."""
    statement = sa.select(event.c.id).where(
        event.c.id.between(f"{name}-", f"{name}."),
        event.c.type.in_(types),
        event.c.known < known_before,
    )
    with streamed(connection, statement) as rows:
        yield from (row[0] for row in rows)


# --- counts ---------------------------------------------------------------------------------------


def count_types(connection: Connection) -> dict[str, int]:
    """How many events of each type there are."""
    by_type = sa.select(event.c.type, sa.func.count()).group_by(event.c.type)
    return {row[0]: row[1] for row in connection.execute(by_type.order_by(event.c.type))}


def count_known(
    connection: Connection, *, after: int, until: int, not_types: Collection[str]
) -> dict[Instant, int]:
    """How many events of a part of the log became public at each instant, but for some types."""
    statement = (
        sa.select(event.c.known, sa.func.count())
        .where(event.c.position > after, event.c.position <= until)
        .where(event.c.type.not_in(not_types), event.c.known > ALWAYS)
        .group_by(event.c.known)
    )
    return {row[0]: row[1] for row in connection.execute(statement)}


def known_of(
    connection: Connection, ids: Collection[str], not_types: Collection[str]
) -> dict[str, Instant]:
    """When events became public, by their ids, but for some types and for what always was."""
    if not ids:
        return {}
    statement = sa.select(event.c.id, event.c.known).where(
        among(connection, event.c.id, ids), event.c.type.not_in(not_types), event.c.known > ALWAYS
    )
    return {row[0]: row[1] for row in connection.execute(statement)}


def known_between(connection: Connection) -> tuple[Instant | None, Instant | None]:
    """The first and the last instant at which something became public; what always was is left out."""
    ends = sa.select(sa.func.min(event.c.known), sa.func.max(event.c.known))
    first, last = connection.execute(ends.where(event.c.known > ALWAYS)).one()
    return first, last


# --- turns of the stored history ------------------------------------------------------------------


def first_of_party(
    connection: Connection, company: str, on: Day, known: Instant
) -> tuple[Day | None, Instant | None]:
    """Since when a company has an item: a day, with hindsight, and of a day an instant after ``known``."""
    table = party_history.c
    own = table.company == company
    latest = own & (table.known_to == END_OF_TIME)
    of_day = own & (table.valid_from <= on) & (table.valid_to > on)
    return (
        connection.scalar(sa.select(sa.func.min(table.valid_from)).where(latest)),
        connection.scalar(
            sa.select(sa.func.min(table.known_from)).where(of_day & (table.known_from > known))
        ),
    )


def ends_of_rows(
    connection: Connection, target: str, on: Day, known: Instant, most: int
) -> tuple[set[Day], set[Instant]]:
    """Where rows begin and end: the days of those known at an instant, the instants of those of a day.

    They are of a subject, or of all subjects of which a company is a party at any coordinate.
    """
    table = subject_history.c
    if ":" in target:
        own = table.subject == target
    else:
        parts = sa.select(party_history.c.subject).where(party_history.c.company == target)
        own = table.subject.in_(parts)

    def both(
        first: sa.Column[str], last: sa.Column[str], which: sa.ColumnElement[bool]
    ) -> set[str]:
        statement = sa.select(first, last).where(own & which).distinct().limit(most)
        return {each for row in connection.execute(statement) for each in row}

    return (
        both(
            table.valid_from, table.valid_to, (table.known_from <= known) & (table.known_to > known)
        ),
        both(table.known_from, table.known_to, (table.valid_from <= on) & (table.valid_to > on)),
    )
