"""The events themselves, as the log holds them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy.engine import Connection

from timeline.answers.model import Coordinate, LogEntry
from timeline.answers.view import find_company
from timeline.errors import InvalidValue, NotFound, TimelineError
from timeline.model.kinds import EVENT_TYPES
from timeline.model.values import Day, Subject, check_subject
from timeline.nearest import nearest
from timeline.store.companies import read_identity
from timeline.store.log import LogRow, read_events, source_slugs, subjects_of_any
from timeline.store.lookups import has_subject, subjects_of_kind

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
    subjects = None if target is None else _about(connection, target)
    for name in types:
        if name not in EVENT_TYPES:
            raise NotFound("event type", name, nearest(name, EVENT_TYPES))
    if source is not None and not has_subject(connection, f"source:{source}"):
        raise NotFound("source", source, nearest(source, source_slugs(connection), limit=3))
    rows = read_events(
        connection,
        until=at.position,
        known_by=None if at.known is None else at.known_at,
        subjects=subjects,
        starting=start,
        ending=end,
        types=types,
        naming=source,  # who is looked for stands in the payload; what only mentions it is sorted out
        before=None if before is None else min(before, LARGEST),
        after=min(after, LARGEST),
        newest_first=newest_first,
    )
    for row in rows:
        entry = log_entry(row)
        if source is None or source in entry.source:
            yield entry


def _about(connection: Connection, target: str) -> list[str]:
    """The subjects that are meant."""
    if ":" in target:
        try:
            check_subject(target)
        except TimelineError as error:
            raise InvalidValue(error.message, error.hint) from None
        check_subject_exists(connection, target)
        return [target]
    one = read_identity(connection)
    ids = one.ids(find_company(connection, target, one))
    own = [f"company:{id_}" for id_ in ids]
    return [*sorted(subjects_of_any(connection, ids)), *own]


def check_subject_exists(connection: Connection, subject: str) -> None:
    """Raise NotFound, with the nearest subjects of its kind, unless the log knows the subject."""
    if not has_subject(connection, subject):
        asked = Subject.of(subject)
        subjects = subjects_of_kind(connection, asked.kind)
        # by what tells them apart: they all begin alike
        near = nearest(asked.slug, (Subject.of(found).slug for found in subjects), limit=3)
        raise NotFound("subject", subject, [f"{asked.kind}:{name}" for name in near])


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
