"""A lens: what remains when only some sources, attributions or fact levels count."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from timeline.answers.asked import LensAsked
from timeline.errors import NotFound
from timeline.model.company import registration
from timeline.model.record import Entry, reworded
from timeline.nearest import nearest
from timeline.parameters import LENS
from timeline.store.log import read_entries, source_slugs


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
        for slug in (*asked.source, *asked.not_source):
            if not self._is_registered(slug):
                near = nearest(slug, source_slugs(connection), limit=6)
                raise NotFound("source", slug, [s for s in near if self._is_registered(s)][:3])

    def __call__(self, entry: Entry) -> Entry | None:
        """What remains of an event, or None."""
        asked, fields = self.asked, entry.fields
        for option in LENS:
            given = () if option.field is None else asked.given(option.name)
            if option.field and given and fields.get(option.field, option.without) not in given:
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
        told = entry.publications
        published = {slug: told[slug] for slug in remaining if slug in told}
        known = entry.known if "known" in fields else min(published.values(), default=entry.known)
        return reworded(entry, fields | {"source": remaining}, known=known, published=published)

    def _is_registered(self, slug: str) -> bool:
        found = read_entries(self.connection, [f"source:{slug}"], self.position)
        return any(registration(entries) for _, entries in found)
