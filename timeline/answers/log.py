"""The events themselves, as the log holds them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from timeline.answers.companies import find_company
from timeline.answers.model import Coordinate, LogEntry
from timeline.errors import InvalidValue, NotFound, TimelineError
from timeline.model.kinds import EVENT_TYPES
from timeline.model.subject import Subject, check_subject
from timeline.model.values import Day
from timeline.nearest import nearest
from timeline.store.identity import read_identity
from timeline.store.log import read_rows, source_slugs, subjects_of_any
from timeline.store.rows import LogRow
from timeline.store.tables import event

LARGEST: Final = 2**63 - 1
"""No position is larger: the largest number that databases have."""


def log(
    connection: Connection,
    at: Coordinate,
    target: str | None = None,
    *,
    start: Day | None = None,
    end: Day | None = None,
    types: tuple[str, ...] = (),
    source: str | None = None,
    after: int = 0,
    before: int | None = None,
    newest_first: bool = False,
) -> Iterator[LogEntry]:
    """The events up to a coordinate's position that were known by its ``known``, newest last.

    ``after`` and ``before`` are positions that are not among them. ``target`` is a company (by any name:
    events of every subject it was ever named in, and its own) or a subject. ``start`` and ``end`` keep
    events that may have happened from one day to another, both included. Raises NotFound for what is
    nowhere known.
    """
    conditions: list[sa.ColumnElement[bool]] = [event.c.position <= at.position]
    if at.known is not None:
        conditions.append(event.c.known <= at.known_at)
    if target is not None:
        conditions.append(_about(connection, target))
    if start is not None:
        conditions.append(event.c.latest >= start)
    if end is not None:
        conditions.append(event.c.earliest <= end)
    if types:
        for name in types:
            if name not in EVENT_TYPES:
                raise NotFound("event type", name, nearest(name, EVENT_TYPES))
        conditions.append(event.c.type.in_(types))
    if before is not None and before <= LARGEST:
        conditions.append(event.c.position < before)
    if source is not None:
        _check_source(connection, source)
        # who is looked for stands in the payload; what only mentions it is sorted out below
        conditions.append(
            sa.cast(event.c.payload, sa.Text).contains(f'"{source}"', autoescape=True)
        )
    for row in read_rows(
        connection, *conditions, after=min(after, LARGEST), newest_first=newest_first
    ):
        entry = log_entry(row)
        if source is None or source in entry.source:
            yield entry


def _about(connection: Connection, target: str) -> sa.ColumnElement[bool]:
    if ":" in target:
        try:
            check_subject(target)
        except TimelineError as error:
            raise InvalidValue(error.message, error.hint) from None
        check_subject_exists(connection, target)
        return event.c.subject == target
    one = read_identity(connection)
    ids = one.ids(find_company(connection, target, one))
    own = [f"company:{id_}" for id_ in ids]
    return event.c.subject.in_([*sorted(subjects_of_any(connection, ids)), *own])


def check_subject_exists(connection: Connection, subject: str) -> None:
    """Raise NotFound, with the nearest subjects of its kind, unless the log knows the subject."""
    exists = sa.select(event.c.position).where(event.c.subject == subject).limit(1)
    if connection.execute(exists).first() is None:
        asked = Subject.of(subject)
        first, last = Subject.range_of(asked.kind)
        same_kind = sa.and_(event.c.subject >= first, event.c.subject < last)
        subjects = connection.scalars(sa.select(event.c.subject).distinct().where(same_kind))
        # by what tells them apart: they all begin alike
        near = nearest(asked.slug, (Subject.of(found).slug for found in subjects), limit=3)
        raise NotFound("subject", subject, [f"{asked.kind}:{name}" for name in near])


def _check_source(connection: Connection, source: str) -> None:
    exists = sa.select(event.c.position).where(event.c.subject == f"source:{source}").limit(1)
    if connection.execute(exists).first() is None:
        raise NotFound("source", source, nearest(source, source_slugs(connection), limit=3))


def log_entry(row: LogRow) -> LogEntry:
    """A row of the log for people."""
    entry = row.entry
    own = ("source", "attribution", "fact_level", "known", "schema_version")
    return LogEntry(
        position=row.position,
        id=row.id,
        type=row.type,
        subject=row.subject,
        version=row.version,
        occurred=entry.occurred,
        known=row.known,
        recorded=row.recorded,
        source=entry.sources,
        attribution=row.attribution,
        fact_level=row.fact_level,
        origin=row.origin,
        fields={name: value for name, value in entry.fields.items() if name not in own},
    )
