"""Sources: where the news comes from, and how to cite it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace
from sqlalchemy.engine import Connection

from timeline.answers.model import Coordinate
from timeline.answers.tabular import Tabular
from timeline.errors import NotFound
from timeline.model import dates
from timeline.model.fold import replay
from timeline.model.record import judge
from timeline.model.values import Subject
from timeline.nearest import nearest
from timeline.store.log import read_all_entries, read_entries, source_slugs, source_terms
from timeline.store.lookups import subjects_of_kind


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
    events: int | UnsetType = UNSET
    """How many events that count name it, where that was asked for."""
    subjects: int | UnsetType = UNSET
    """Of how many subjects these events are."""


CITED_COLUMNS: Final = SourceRow.__struct_fields__
SOURCE_COLUMNS: Final = tuple(name for name in CITED_COLUMNS if name not in ("events", "subjects"))
"""What a source is; the columns before are these, and how much rests on it."""


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
        return f"sources at entry {self.position}"


def list_sources(
    connection: Connection,
    at: Coordinate,
    *,
    after: str = "",
    limit: int | None = None,
    cited: bool = False,
) -> SourcesAnswer:
    """The sources registered up to a coordinate's position, by slug, those that come after one.

    ``cited`` counts what rests on each. That reads the whole log once, in constant memory for each subject.
    """
    subjects = subjects_of_kind(connection, "source", after=after, until=at.position, limit=limit)
    rows = []
    for subject, entries in read_entries(connection, subjects, at.position):
        item = replay(entries, dates.OPEN_END)
        rows.append(_row(Subject.of(subject).slug, item.terms if item else {}))
    if cited:
        counted = _cited(connection, at.position)
        rows = [_with_counts(row, *counted.get(row.source, (0, 0))) for row in rows]
    return SourcesAnswer(recorded=at.recorded, position=at.position, sources=rows)


def _with_counts(row: SourceRow, events: int, subjects: int) -> SourceRow:
    return replace(row, events=events, subjects=subjects)


def _cited(connection: Connection, position: int) -> dict[str, tuple[int, int]]:
    """How many events that count name each source, as mended, and of how many subjects they are."""
    found: dict[str, tuple[int, int]] = {}
    for _, entries in read_all_entries(connection, position):
        judged = judge(entries)
        said = [
            remark
            for each in (judged.remarks, judged.retractions)
            for remarks in each.values()
            for remark in remarks
            if remark.id not in judged.reasons
        ]
        here: dict[str, int] = {}
        for entry in (*judged.counting, *said):
            for slug in set(entry.sources):
                here[slug] = here.get(slug, 0) + 1
        for slug, events in here.items():
            before = found.get(slug, (0, 0))
            found[slug] = before[0] + events, before[1] + 1
    return found


def source(connection: Connection, at: Coordinate, slug: str) -> SourceRow:
    """One source. Raises NotFound with the nearest slugs."""
    terms = source_terms(connection, [slug], at.position).get(slug)
    if not terms:
        raise NotFound("source", slug, nearest(slug, source_slugs(connection), limit=3))
    return _row(slug, terms)


def _row(slug: str, terms: Mapping[str, Any]) -> SourceRow:
    said: dict[str, Any] = {name: terms.get(name) for name in SOURCE_COLUMNS[1:]}
    return SourceRow(source=slug, **said)
