"""The turns of a story: the days on which something became another, and those on which it was learned.

What leads a reader from one answer to the next. They are read from the stored history, as everything recorded
has it, whatever lens or position the answer beside them has.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from timeline.answers.first import day_of
from timeline.answers.view import View
from timeline.model.bitemporal.known_axis import within
from timeline.model.dates import OPEN_END
from timeline.model.values import ALWAYS, END_OF_TIME, Day
from timeline.store.histories import is_current
from timeline.store.lookups import ends_of_rows

_FIRST_DAY: Final = ALWAYS[:10]
MOST: Final = 2000
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
    days, instants = ends_of_rows(view.connection, target, day, instant, MOST)
    return Turns(
        on=sorted(days - {_FIRST_DAY, OPEN_END}),
        known=sorted({day_of(each, timezone) for each in instants - {ALWAYS, END_OF_TIME}}),
    )
