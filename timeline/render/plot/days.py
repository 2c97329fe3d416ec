"""Days as places: which span of days a picture shows, and where its ticks stand."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import accumulate, pairwise
from math import inf
from typing import Final, TypeAlias

from msgspec import Struct

from timeline.language import formatted, is_english
from timeline.model.dates import OPEN_END, OPEN_START
from timeline.model.values import Day
from timeline.render.plot.measure import width

_LEAST: Final = 45
"""The fewest days that an axis shows: a single day is no story."""


def is_open(day: Day) -> bool:
    """Whether the day stands for an end that nobody knows, or that has not come."""
    return day in (OPEN_START, OPEN_END)


class Axis(Struct, frozen=True):
    """Days between two places, in pixels."""

    first: int
    last: int
    """As ordinals of the calendar."""
    start: float
    end: float
    knots: tuple[tuple[int, float], ...] = ()
    """Places of days between them, in their order, where the scale is not the same throughout."""
    cut: int | None = None
    """Where a broken scale changes: what is before has less room."""

    def at(self, day: Day) -> float:
        """Where a day begins; open ends, and days that are not shown, stand at the ends."""
        return self.place(_ordinal(day))

    def meets(self, first: Day, last: Day) -> bool:
        """Whether some of the days from one to before another lies within; ends show at the edges."""
        if is_open(first) or is_open(last):
            return True
        return _ordinal(first) <= self.last and _ordinal(last) >= self.first

    def place(self, ordinal: int) -> float:
        """Where the day of an ordinal begins."""
        points = ((self.first, self.start), *self.knots, (self.last, self.end))
        place = min(max(bisect_right(points, (ordinal, inf)), 1), len(points) - 1)
        (first, start), (last, end) = points[place - 1], points[place]
        share = (ordinal - first) / (last - first)
        return round(start + (end - start) * min(max(share, 0), 1), 1)

    def shows(self, day: Day) -> bool:
        """Whether the day lies within."""
        return self.first <= _ordinal(day) <= self.last

    def ticks(self, size: float, *, upright: bool = False) -> Iterator[tuple[float, str]]:
        """Where the ticks stand, and what they say, with labels of that size apart from each other.

        ``upright`` is an axis from below to above, whose labels are only as high as they are.
        """
        if self.cut is not None:
            at = self.place(self.cut)
            for part in (
                Axis(self.first, self.cut, self.start, at), Axis(self.cut, self.last, at, self.end)
            ):  # fmt: skip
                yield from (tick for tick in part.ticks(size) if abs(tick[0] - at) > 36)
            return
        for step, text in _STEPS:
            sample = size * 1.5 if upright else width(label_of_day(date(2028, 12, 28), text), size)
            days = _DAYS[text] * step
            if days / (self.last - self.first) * abs(self.end - self.start) >= sample + 18:
                break
        before = -inf
        for day in _steps(date.fromordinal(self.first), step, text):
            if day.toordinal() > self.last:
                return
            if day.toordinal() >= self.first:
                at, label = self.at(day.isoformat()), label_of_day(day, text)
                taken = size * 1.5 if upright else width(label, size)
                if not self.knots or abs(at - before) >= taken + 18:
                    yield at, label
                    before = at


def axis(days: Iterable[Day], start: float, end: float, before: float, after: float) -> Axis:
    """The axis over some days, from ``start`` to ``end`` pixels.

    Open ends are no days. ``before`` and ``after`` are pixels that stay free, for what is open.
    """
    known = sorted({_ordinal(day) for day in days if not is_open(day)})
    first, last = (known[0], known[-1]) if known else (date.today().toordinal(),) * 2  # noqa: DTZ011
    missing = max(_LEAST - (last - first), 0)
    first, last = first - missing // 2, last + missing - missing // 2
    room = max(abs(end - start) - before - after, 1)
    a_pixel = (last - first) / room
    return Axis(
        max(first - round(before * a_pixel), 1),
        min(last + round(after * a_pixel), date.max.toordinal()),
        start,
        end,
    )


def broken(scale: Axis, cut: int) -> Axis:
    """The axis with most of its room for the days after a cut."""
    at = scale.start + (scale.end - scale.start) * 0.42
    return Axis(scale.first, scale.last, scale.start, scale.end, ((cut, at),), cut)


def stepped(scale: Axis, days: Iterable[Day], least: float) -> Axis:
    """The axis with at least so many pixels between two of the days, taken from where there are more.

    Between the days it stays even, so nothing changes its order; with too many of them all get the same.
    """
    turns = {_ordinal(day) for day in days if not is_open(day)}
    inner = sorted(day for day in turns if scale.first < day < scale.last)
    ends = [scale.first, *inner, scale.last]
    long = [float(last - first) for first, last in pairwise(ends)]
    # where nothing changes at an end of the axis, the piece there may be short
    floors = [least if {*pair} <= turns else 0.0 for pair in pairwise(ends)]
    wide = spaced(long, floors, abs(scale.end - scale.start))
    sign = 1 if scale.end > scale.start else -1
    places = accumulate(wide, initial=0.0)
    knots = [(day, scale.start + sign * at) for day, at in zip(ends, places, strict=True)]
    return Axis(scale.first, scale.last, scale.start, scale.end, tuple(knots[1:-1]))


def spaced(lengths: Sequence[float], floors: Sequence[float], room: float) -> list[float]:
    """Pieces of a room in proportion to their lengths, none smaller than its floor while there is room."""
    if sum(floors) >= room:
        return [room * floor / sum(floors) for floor in floors]
    raised: set[int] = set()
    while True:
        rest = sum(each for place, each in enumerate(lengths) if place not in raised)
        free = room - sum(floors[place] for place in raised)
        a_day = free / rest if rest else 0.0
        low = {
            place
            for place, each in enumerate(lengths)
            if place not in raised and each * a_day < floors[place]
        }
        if not low:
            return [
                floors[place] if place in raised else each * a_day
                for place, each in enumerate(lengths)
            ]
        raised |= low


Window: TypeAlias = tuple[Day | None, Day | None]
"""The first and the last day to show; None: as it comes."""

ALL: Final[Window] = (None, None)


def windowed(days: Iterable[Day], window: Window) -> list[Day]:
    """The days that lie in a window, and its ends."""
    first, last = window
    ends = [end for end in window if end is not None]
    return ends + [
        day
        for day in days
        if (first is None or day >= first) and (last is None or day[:10] <= last)
    ]


def near(days: Iterable[Day], on: Day) -> list[Day]:
    """The days of the hundred years before and the thirty after one: a millennium is no story."""
    first, last = _ordinal(on) - 36_525, _ordinal(on) + 10_957
    return [day for day in days if not is_open(day) and first <= _ordinal(day) <= last]


def _ordinal(day: Day) -> int:
    return date.fromisoformat(day[:10]).toordinal()


_DAYS: Final = {"day": 1, "month": 30.4, "year": 365.2}
_STEPS: Final = (
    (1, "day"), (2, "day"), (7, "day"), (14, "day"), (1, "month"), (2, "month"), (3, "month"), (6, "month"),
    (1, "year"), (2, "year"), (5, "year"), (10, "year"), (20, "year"), (50, "year"), (100, "year"),
    (500, "year"), (1000, "year"), (2500, "year"), (5000, "year"),
)  # fmt: skip

MONTHS: Final = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip


def label_of_day(day: date, text: str) -> str:
    """A day, a month or a year, as an axis says it."""
    if text == "year":
        return str(day.year)
    if not is_english():
        return formatted("yMMM" if text == "month" else "yMMMd", day)
    month = f"{MONTHS[day.month - 1]} {day.year}"
    return month if text == "month" else f"{day.day} {month}"


def day_words(day: Day) -> str:
    """``21 Nov 2025``."""
    return label_of_day(date.fromisoformat(day[:10]), "day")


def _steps(day: date, step: int, text: str) -> Iterator[date]:
    """The days of an even grid from about a day on, to the end of the calendar."""
    try:
        if text == "day":
            day += timedelta(days=-day.toordinal() % step)
            while True:
                yield day
                day += timedelta(days=step)
        months = day.year * 12 + day.month - 1
        step *= 12 if text == "year" else 1
        months -= months % step
        while True:
            months = max(months, 12)
            yield date(months // 12, months % 12 + 1, 1)
            months += step - months % step
    except (OverflowError, ValueError):  # after the year 9999
        return
