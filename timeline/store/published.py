"""When news became public and when it happened, where the event itself does not say it in full."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from timeline.model import dates
from timeline.model.fold import fold, main_order
from timeline.model.kinds import EVENT_TYPES, KINDS
from timeline.model.record import Entry, judge, sources_named
from timeline.model.values import ALWAYS, Day, Fields, Instant, parse_moment

Publication: TypeAlias = tuple[str, str]
"""When a source was published, as given, and the time zone that a bare day means."""

LAST_ZONE: Final = "Etc/GMT+12"
"""Where a day ends last; POSIX counts west of Greenwich."""

_REGISTRATIONS: Final = ("source_registered", "company_registered")


def registration(entries: Sequence[Entry]) -> list[Entry]:
    """The events of a source or a company that count, where one of them registers it; else none.

    A registration that was retracted registers nothing. One that was erased still does: nobody knows any
    more what it said, but that it was there.
    """
    if len(entries) < 2:  # the registration, which nearly always is all
        return list(entries)
    counting = judge(entries).counting
    first = entries[0]
    if first.is_erased:
        return [first, *counting]
    registers = any(e.type in _REGISTRATIONS or e.id == first.id for e in counting)
    return counting if registers else []


def publication(entries: Sequence[Entry]) -> Publication | None:
    """When a source was published; None where no registration of it counts. ``entries`` by position."""
    counting = registration(entries)
    told = [entry for entry in counting if not entry.is_erased]
    terms = (
        told[0].fields
        if len(told) == 1
        else fold(KINDS["source"], sorted(told, key=main_order)).terms
    )
    if "published" in terms:
        return terms["published"], terms.get("timezone", "UTC")
    # of a source that was erased the day is left; it was over everywhere when it was over there
    return next(((e.earliest, LAST_ZONE) for e in counting if e.is_erased), None)


def known_since(
    given: str | None, publications: dict[str, Publication], published: dict[str, Instant]
) -> Instant:
    """When an event became known: as given, else with the earliest of its sources, else always.

    A bare day ends in the time zone of the source whose day it is, else of the first that is named.
    """
    if given is None:
        return min(published.values(), default=ALWAYS)
    zones = [zone for moment, zone in publications.values() if moment == given]
    return parse_moment(given, next(iter([*zones, *(z for _, z in publications.values())]), "UTC"))


def redated(
    fields: Fields,
    entries: Callable[[], Sequence[Entry]],
    moment_of: Callable[[str], Publication | None],
) -> Instant | None:
    """When the event became known whose ``known`` a mend gives; None of all other events.

    A bare day ends where the event's sources are, so that has to be looked up: ``entries`` are those of the
    subject ahead of the mend, ``moment_of`` says when a source was published.
    """
    if "changes" not in fields or "source" in fields:
        return None
    changes, target = fields["changes"], fields["target"]
    while "known" not in changes and "changes" in changes:  # a mend of a mend
        changes = changes["changes"]
        target = next((e.fields.get("target") for e in entries() if e.id == target), None)
    given = changes.get("known")
    if given is None:
        return None
    slugs = sources_named(changes)
    if not slugs:
        found = list(entries())
        mended = judge(found).mended
        slugs = next((mended.get(e.id, e).sources for e in found if e.id == target), [])
    moments = {slug: moment for slug in slugs if (moment := moment_of(slug)) is not None}
    return known_since(given, moments, {})


def bounds_of(fields: Fields, known: Instant) -> tuple[Day, Day]:
    """The bounds of ``occurred``, and what they are when it is said nowhere."""
    occurred = fields.get("occurred")
    if occurred is not None:
        return dates.bounds(occurred)
    type_ = fields["type"]
    if type_ == "source_registered":
        day = (fields.get("published") or known)[:10]
    elif EVENT_TYPES[type_].always:  # whoever told of it: a company is not born with the news
        day = dates.OPEN_START
    else:
        day = known[:10]
    return day, day
