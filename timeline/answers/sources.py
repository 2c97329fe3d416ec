"""Sources: where the news comes from, and how to cite it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from timeline.answers.model import Coordinate
from timeline.answers.tabular import Tabular
from timeline.errors import NotFound
from timeline.model import dates
from timeline.model.fold import replay
from timeline.model.subject import Subject
from timeline.nearest import nearest
from timeline.store.log import read_entries, source_slugs, source_terms
from timeline.store.tables import event


class SourceRow(Struct, frozen=True, kw_only=True):
    """A source, as it is by everything said of it."""

    source: str
    publisher: str | None
    kind: str | None
    published: str | None
    title: str | None
    url: str | None
    language: str | None
    timezone: str | None
    archived_sha256: str | None


class SourcesAnswer(Tabular, frozen=True, kw_only=True):
    """Registered sources by slug, and the position up to which the log was read."""

    recorded: str | int | None
    position: int
    sources: list[SourceRow]

    def rows(self) -> Iterator[SourceRow]:
        """Every source."""
        yield from self.sources

    def caption(self) -> str:
        """Up to which position."""
        return f"sources at position {self.position}"


def list_sources(
    connection: Connection, at: Coordinate, *, after: str = "", limit: int | None = None
) -> SourcesAnswer:
    """The sources registered up to a coordinate's position, by slug, those that come after one."""
    subjects = connection.scalars(
        sa.select(event.c.subject)
        .where(event.c.version == 1, event.c.position <= at.position)
        .where(event.c.subject > f"source:{after}", event.c.subject < "source;")
        .order_by(event.c.subject)
        .limit(limit)
    )
    rows = []
    for subject, entries in read_entries(connection, list(subjects), at.position):
        item = replay(entries, dates.OPEN_END)
        rows.append(_row(Subject.of(subject).slug, item.terms if item else {}))
    return SourcesAnswer(recorded=at.recorded, position=at.position, sources=rows)


def source(connection: Connection, at: Coordinate, slug: str) -> SourceRow:
    """One source. Raises NotFound with the nearest slugs."""
    terms = source_terms(connection, [slug], at.position).get(slug)
    if not terms:
        raise NotFound("source", slug, nearest(slug, source_slugs(connection), limit=3))
    return _row(slug, terms)


def _row(slug: str, terms: Mapping[str, Any]) -> SourceRow:
    names = [name for name in SourceRow.__struct_fields__ if name != "source"]
    return SourceRow(source=slug, **{name: terms.get(name) for name in names})
