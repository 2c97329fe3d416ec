"""Sources: where the news comes from, and how to cite it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace
from sqlalchemy.engine import Connection

from timeline.answers.model import Cited, Coordinate
from timeline.answers.tabular import Tabular
from timeline.errors import NotFound
from timeline.model import dates
from timeline.model.fold import terms_of
from timeline.model.record import Entry, judge
from timeline.model.values import Subject
from timeline.nearest import nearest
from timeline.store.log import read_all_entries, read_entries, read_head, source_slugs
from timeline.store.lookups import source_terms, subjects_of_kind

# --- sources as people cite them ----------------------------------------------------------------


class Citations:
    """Sources by slug, as they are known by everything said of them up to a position."""

    def __init__(self, connection: Connection, entries: Iterable[Entry], position: int) -> None:
        self._connection, self._position = connection, position
        slugs = {slug for entry in entries for slug in entry.sources}
        self._terms = source_terms(connection, sorted(slugs), position)

    def __call__(self, slug: str) -> Cited:
        """A source: of the entries, whose sources are read together, or of what corrected them."""
        if slug not in self._terms:
            found = source_terms(self._connection, [slug], self._position)
            self._terms[slug] = found.get(slug, {})
        terms = self._terms[slug]
        return Cited(
            source=slug,
            publisher=terms.get("publisher"),
            title=terms.get("title"),
            published=terms.get("published"),
            url=terms.get("url"),
        )


# --- sources as a list --------------------------------------------------------------------------


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
        terms = terms_of(entries, dates.OPEN_END)
        rows.append(_row(Subject.of(subject).slug, terms or {}))
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


# --- sources by name ----------------------------------------------------------------------------


def source_titles(
    connection: Connection, slugs: Iterable[str], position: int | None = None
) -> dict[str, str]:
    """Who published each source, when, and under which title, by all that is known of it.

    ``position`` is where the log ends, where that was read before.
    """
    if position is None:
        position = read_head(connection).position
    titles = {}
    days: dict[str, str] = {}  # a market has ten thousand sources, and a few thousand days
    for subject, entries in read_entries(connection, [f"source:{s}" for s in slugs], position):
        terms = terms_of(entries, dates.OPEN_END) or {}
        published = str(terms.get("published") or "undated")
        if published not in days:
            day = published[: len("2025-11-21")]
            days[published] = dates.describe(day) if dates.parse_or_none(day) else published
        said = f"{terms.get('publisher', 'unknown')}, {days[published]}"
        title = terms.get("title")
        titles[Subject.of(subject).slug] = f"{said}: {title}" if title else said
    return titles
