"""Sliders: the days between which a reader slides, and where the story turns."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from timeline.answers.coordinate import today
from timeline.language import tr, tr_as
from timeline.model.values import Day

_AROUND: Final = 31
"""Days before the first turn and after the last, so that one sees what held before and after."""

_EPOCH: Final = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True, kw_only=True)
class Slider:
    """A range of days with its stops; at the end of an ``open`` one there is no limit."""

    name: str
    """The parameter that it sets."""
    label: str
    first: int
    last: int
    at: int
    """Where it stands; like its ends counted from 1970-01-01, as browsers count days."""
    stops: Sequence[Day]
    open: bool = False

    @property
    def before(self) -> Day | None:
        """The stop before where it stands."""
        place = bisect_left(self.stops, _day(self.at))
        return self.stops[place - 1] if place else None

    @property
    def after(self) -> Day | None:
        """The stop after where it stands."""
        place = bisect_right(self.stops, _day(self.at))
        return self.stops[place] if place < len(self.stops) else None

    @property
    def ticks(self) -> list[int]:
        """The stops as numbers."""
        return [_number(stop) for stop in self.stops]

    @property
    def words(self) -> str:
        """Where it stands, for who cannot see it."""
        return tr("everything") if self.open and self.at == self.last else _day(self.at)


def slider_of_world(stops: Sequence[Day], on: Day, timezone: str) -> Slider:
    """The slider of the day in the world."""
    days = [_number(day) for day in (*stops, on, today(timezone))]
    first, last = _clip(min(days) - _AROUND), _clip(max(days) + _AROUND)
    return Slider(
        name="on",
        label=tr_as("field", "Day in the world"),
        first=first,
        last=last,
        at=_number(on),
        stops=stops,
    )


def slider_of_knowledge(stops: Sequence[Day], known: Day | None, timezone: str) -> Slider:
    """The slider of what was known; its end is everything."""
    days = [_number(day) for day in (*stops, known or today(timezone), today(timezone))]
    first, last = _clip(min(days) - _AROUND), _clip(max(days) + 1)
    at = last if known is None else _number(known)
    label = tr_as("field", "Known by the end of")
    return Slider(
        name="known", label=label, first=first, last=last, at=at, stops=stops, open=True
    )  # fmt: skip


def _number(day: Day) -> int:
    return date.fromisoformat(day[:10]).toordinal() - _EPOCH


def _day(number: int) -> Day:
    return date.fromordinal(number + _EPOCH).isoformat()


def _clip(number: int) -> int:
    """The number of a day that there is."""
    return min(max(number, 1 - _EPOCH), date.max.toordinal() - _EPOCH)
