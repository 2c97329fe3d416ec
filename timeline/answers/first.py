"""From when on there is something to say of a company: what an empty answer says besides."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from timeline.answers.view import View
from timeline.model.fold import Item, replay
from timeline.model.record import judge, turns
from timeline.model.values import END_OF_TIME, Day, Instant, zone
from timeline.store.log import read_entries, subjects_of_any
from timeline.store.lookups import first_of_party


class First(Struct, frozen=True, kw_only=True):
    """Since when a company has an item; None where it never has one."""

    day: Day | None
    """The first day of the world with an item, with hindsight."""
    known: Instant | None
    """The first instant at which an item of the day asked for is known, where none is yet."""


def first(view: View, company: str) -> First:
    """From which day on there is something, and of the view's day from which instant on.

    Raises NotFound for an unknown company.
    """
    company = view.company(company)
    found = _stored(view, company) if view.stored else _replayed(view, company)
    there = next(iter(view.items_of(company)), None)
    return found if there is None else replace(found, known=None)


def _stored(view: View, company: str) -> First:
    day, known = first_of_party(view.connection, company, view.at.on, view.at.known_at)
    return First(day=day, known=known)


def _replayed(view: View, company: str) -> First:
    on, after, lens = view.at.on, view.at.known_at, view.lens
    days: list[Day] = []
    instants: list[Instant] = []
    ids = view.identity.ids(company)
    subjects = sorted(subjects_of_any(view.connection, ids))
    for _, entries in read_entries(view.connection, subjects, view.at.position):
        # nothing appears between two of these days, or two of these instants
        for day in sorted({entry.earliest for entry in judge(entries, lens=lens).counting}):
            if _is_party(ids, replay(entries, day, END_OF_TIME, lens)):
                days.append(day)
                break
        for known in [known for known, _, _ in turns(entries, lens) if known > after]:
            if _is_party(ids, replay(entries, on, known, lens)):
                instants.append(known)
                break
    return First(day=min(days, default=None), known=min(instants, default=None))


def _is_party(ids: Iterable[str], item: Item | None) -> bool:
    return item is not None and any(id_ in item.parties for id_ in ids)


def day_of(instant: Instant, timezone: str = "UTC") -> Day:
    """The day by whose end the instant is over: ``--known`` that day, and what it brought is there."""
    if timezone == "UTC":
        return instant[:10]
    moment = datetime.fromisoformat(instant)
    try:
        return moment.astimezone(zone(timezone)).date().isoformat()
    except OverflowError:  # within a day of the first or the last year
        return instant[:10]
