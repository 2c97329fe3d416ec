"""Days worth going to: since when there is something to say of a company, and when a story turned.

What an empty answer says besides, and what leads a reader from one answer to the next.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from timeline.answers.view import View
from timeline.model import record
from timeline.model.dates import OPEN_END
from timeline.model.fold import Item, replay
from timeline.model.record import judge
from timeline.model.values import ALWAYS, END_OF_TIME, Day, Instant, day_of, within
from timeline.store.histories import is_current
from timeline.store.log import read_entries, subjects_of_any
from timeline.store.lookups import ends_of_rows, first_of_party


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
        for known in [known for known, _, _ in record.turns(entries, lens) if known > after]:
            if _is_party(ids, replay(entries, on, known, lens)):
                instants.append(known)
                break
    return First(day=min(days, default=None), known=min(instants, default=None))


def _is_party(ids: Iterable[str], item: Item | None) -> bool:
    return item is not None and any(id_ in item.parties for id_ in ids)


# --- turns --------------------------------------------------------------------------------------
#
# What leads a reader from one answer to the next. They are read from the stored history, as everything
# recorded has it, whatever lens or position the answer beside them has.

_FIRST_DAY: Final = ALWAYS[:10]
MOST_TURNS: Final = 2000
"""Turns on each axis; a story with more has one nearly every day."""


class Turns(Struct, frozen=True, kw_only=True):
    """Days in order; none where the stored history is not that of the whole log."""

    on: list[Day]
    """Days on which something became another, as known at the coordinate."""
    known: list[Day]
    """Days by whose end something else was known of the day asked for."""


def turns(view: View, target: str, timezone: str = "UTC") -> Turns:
    """The turns of a subject, or of all subjects of which a company is a party at any coordinate."""
    if not (view.stored or is_current(view.connection)):
        return Turns(on=[], known=[])
    day, instant = within(view.at.on, view.at.known_at)
    days, instants = ends_of_rows(view.connection, target, day, instant, MOST_TURNS)
    return Turns(
        on=sorted(days - {_FIRST_DAY, OPEN_END}),
        known=sorted({day_of(each, timezone) for each in instants - {ALWAYS, END_OF_TIME}}),
    )
