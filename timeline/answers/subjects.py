"""Sources by name: what else an answer, or a shell, says of them."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.engine import Connection

from timeline.model import dates
from timeline.model.fold import replay
from timeline.model.values import Subject
from timeline.store.log import read_entries, read_head


def source_titles(
    connection: Connection, slugs: Iterable[str], position: int | None = None
) -> dict[str, str]:
    """Who published each source, when, and under which title, by all that is known of it.

    ``position`` is where the log ends, where that was read before.
    """
    if position is None:
        position = read_head(connection).position
    titles = {}
    for subject, entries in read_entries(connection, [f"source:{s}" for s in slugs], position):
        item = replay(entries, dates.OPEN_END)
        terms = item.terms if item else {}
        published = str(terms.get("published") or "undated")
        day = published[: len("2025-11-21")]
        when = dates.describe(day) if dates.parse_or_none(day) else published
        said = f"{terms.get('publisher', 'unknown')}, {when}"
        title = terms.get("title")
        titles[Subject.of(subject).slug] = f"{said}: {title}" if title else said
    return titles
