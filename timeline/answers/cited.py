"""Sources as people cite them."""

from __future__ import annotations

from msgspec import Struct
from sqlalchemy.engine import Connection

from timeline.store.log import source_terms


class Cited(Struct, frozen=True, kw_only=True):
    """A source as people cite it."""

    source: str
    publisher: str | None
    title: str | None
    published: str | None
    url: str | None


class Citations:
    """Sources by slug, each read once."""

    def __init__(self, connection: Connection, position: int) -> None:
        self._connection = connection
        self._position = position
        self._found: dict[str, Cited] = {}

    def __call__(self, slug: str) -> Cited:
        """The source as it is known by everything said of it up to the position."""
        if slug not in self._found:
            terms = source_terms(self._connection, slug, self._position)
            self._found[slug] = Cited(
                source=slug,
                publisher=terms.get("publisher"),
                title=terms.get("title"),
                published=terms.get("published"),
                url=terms.get("url"),
            )
        return self._found[slug]
