"""Sources as people cite them."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from sqlalchemy.engine import Connection

from timeline.model.record import Entry
from timeline.store.log import source_terms


class Cited(Struct, frozen=True, kw_only=True):
    """A source as people cite it."""

    source: str
    publisher: str | None
    title: str | None
    published: str | None
    url: str | None


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
