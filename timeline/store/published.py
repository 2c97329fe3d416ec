"""When news became public and when it happened, where the event itself does not say it in full."""

from __future__ import annotations

from typing import Final

from timeline.model import dates
from timeline.model.fold import Entry, fold, kind_of, main_order, mended
from timeline.model.values import Day, Fields, Instant

LAST_ZONE: Final = "Etc/GMT+12"
"""Where a day ends last; POSIX counts west of Greenwich."""


def publication(entries: list[Entry]) -> list[tuple[str, str]]:
    """When a source was published, with the time zone that a bare day means; as mended."""
    if len(entries) == 1:  # the registration, which nearly always is all
        terms = entries[0].fields
    else:
        terms = fold(kind_of("source:"), sorted(mended(entries), key=main_order)).terms
    if "published" in terms:
        return [(terms["published"], terms.get("timezone", "UTC"))]
    # of a source that was erased the day is left; it was over everywhere when it was over there
    return [(entry.earliest, LAST_ZONE) for entry in entries[:1] if entry.is_erased]


def bounds_of(fields: Fields, known: Instant) -> tuple[Day, Day]:
    """The bounds of ``occurred``, and what they are when it is said nowhere."""
    occurred = fields.get("occurred")
    if occurred is not None:
        return dates.bounds(occurred)
    published = fields.get("published") if fields["type"] == "source_registered" else None
    # of a mend and of a company the first day of all: always
    day = (published or known)[:10]
    return day, day
