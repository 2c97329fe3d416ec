"""A lens: what remains when only some sources, attributions or fact levels count."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace
from sqlalchemy.engine import Connection

from timeline.answers.asked import LensAsked
from timeline.errors import NotFound
from timeline.model.fold import Entry
from timeline.model.values import Instant, parse_moment
from timeline.nearest import nearest
from timeline.store.log import read_entries, source_slugs
from timeline.store.published import publication


class SourceLens:
    """The lens as the fold takes it: a function of an entry.

    An event counts while one of its sources remains, known from the earliest of those that do, unless it
    says itself since when it is known. Mends always count: they are no news.
    """

    def __init__(self, connection: Connection, asked: LensAsked, position: int) -> None:
        asked.check()
        self.connection = connection
        self.asked = asked
        self.position = position
        self._published: dict[str, Instant | None] = {}
        for slug in (*asked.source, *asked.not_source):
            if self._publication(slug) is None:
                slugs = source_slugs(connection)
                raise NotFound("source", slug, nearest(slug, slugs, limit=3))

    def __call__(self, entry: Entry) -> Entry | None:
        """What remains of an event, or None."""
        asked, fields = self.asked, entry.fields
        if asked.attribution and fields.get("attribution") not in asked.attribution:
            return None
        if asked.fact_level and fields.get("fact_level", "fact") not in asked.fact_level:
            return None
        if not asked.source and not asked.not_source:
            return entry
        reported = entry.sources
        remaining = [
            slug
            for slug in reported
            if slug not in asked.not_source and (not asked.source or slug in asked.source)
        ]
        if len(remaining) == len(reported) and (reported or not asked.source):
            return entry
        if not remaining:
            return None
        known = entry.known if "known" in fields else self._earliest(remaining) or entry.known
        return replace(entry, known=known, fields=fields | {"source": remaining})

    def _earliest(self, slugs: Iterable[str]) -> Instant | None:
        moments = (self._publication(slug) for slug in slugs)
        return min((moment for moment in moments if moment is not None), default=None)

    def _publication(self, slug: str) -> Instant | None:
        if slug not in self._published:
            found = read_entries(self.connection, [f"source:{slug}"], self.position)
            moments = [parse_moment(*m) for _, entries in found for m in publication(entries)]
            self._published[slug] = moments[0] if moments else None
        return self._published[slug]
