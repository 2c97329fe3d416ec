"""Imprecise days (EDTF, ISO 8601-2) as two days, and instants.

``bounds`` gives the earliest and the latest day of an EDTF text, both inclusive.
"""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

OPEN_START, OPEN_END = date.min, date.max
"""0001-01-01 and 9999-12-31: before and after everything."""
ALWAYS = datetime.min.replace(tzinfo=UTC)
"""The instant since which identities are known."""
LATEST = datetime.max.replace(tzinfo=UTC)
"""By this instant everything is known."""

Bounds = tuple[date, date]

# sub-year grouping: code -> (first month, how many months); a season may reach into the next year
_SEASONS = {
    21: (3, 3), 22: (6, 3), 23: (9, 3), 24: (12, 3),
    25: (3, 3), 26: (6, 3), 27: (9, 3), 28: (12, 3),
    29: (9, 3), 30: (12, 3), 31: (3, 3), 32: (6, 3),
    33: (1, 3), 34: (4, 3), 35: (7, 3), 36: (10, 3),
    37: (1, 4), 38: (5, 4), 39: (9, 4),
    40: (1, 6), 41: (7, 6),
}  # fmt: skip


@cache
def bounds(text: str) -> Bounds:
    """The earliest and the latest day that an EDTF text may mean."""
    if "/" in text:
        start, end = text.split("/")
        earliest = OPEN_START if start in ("", "..") else _value(start)[0]
        latest = OPEN_END if end in ("", "..") else _value(end)[1]
        assert earliest <= latest, text
        return earliest, latest
    if text.startswith("["):
        found: list[Bounds] = []
        for member in text[1:-1].split(","):
            first, dots, last = member.strip().partition("..")
            if not dots:
                found.append(_value(first))
                continue
            found.append(
                (
                    _value(first)[0] if first else OPEN_START,
                    _value(last)[1] if last else OPEN_END,
                )
            )
        return min(e for e, _ in found), max(e for _, e in found)
    return _value(text)


def _value(text: str) -> Bounds:
    """One value: a day, a month, a season, a year; with digits left open; qualified or not."""
    qualified = text[-1] in "?~%"
    if qualified:
        text = text[:-1]
    parts = text.split("-")
    if "X" in text:
        days = _days_like(parts)
        earliest, latest = days[0], days[-1]
        # the unit is what the open digits run through: the days of a month, the months of a year
        months = {3: 1, 2: 12, 1: 12 * 10 ** text.count("X")}[len(parts)]
    elif len(parts) == 3:
        earliest = latest = date.fromisoformat(text)
        if qualified:
            return _shift_days(earliest, -1), _shift_days(latest, 1)
        return earliest, latest
    elif len(parts) == 2:
        year, code = int(parts[0]), int(parts[1])
        first, months = (code, 1) if code <= 12 else _SEASONS[code]
        earliest, latest = _first_of(year, first), _last_before(year, first + months)
    else:
        year, months = int(parts[0]), 12
        earliest, latest = _first_of(year, 1), _last_before(year, 13)
    if qualified:
        earliest = _first_of(earliest.year, earliest.month - months)
        latest = _last_before(latest.year, latest.month + 1 + months)
    return earliest, latest


def _days_like(parts: list[str]) -> list[date]:
    """Every day that fits a pattern with X for any digit."""

    def fits(number: int, pattern: str) -> bool:
        digits = f"{number:0{len(pattern)}}"
        return all(p in ("X", d) for p, d in zip(pattern, digits, strict=True))

    year, month, day = [*parts, "XX", "XX"][:3]
    return [
        date(y, m, d)
        for y in range(1, 10_000)
        if fits(y, year)
        for m in range(1, 13)
        if fits(m, month)
        for d in range(1, calendar.monthrange(y, m)[1] + 1)
        if fits(d, day)
    ]


def _first_of(year: int, month: int) -> date:
    """The first day of a month; the month may be 0, 13 …; clipped to the years 1-9999."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    if year < 1:
        return OPEN_START
    return OPEN_END if year > 9999 else date(year, month, 1)


def _last_before(year: int, month: int) -> date:
    """The last day before a month begins."""
    first = _first_of(year, month)
    return first if first == OPEN_END else _shift_days(first, -1)


def _shift_days(day: date, days: int) -> date:
    try:
        return day + timedelta(days)
    except OverflowError:
        return OPEN_START if days < 0 else OPEN_END


def day_after(day: date) -> date:
    return _shift_days(day, 1)


def overlap(one: Bounds, other: Bounds) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def width(of: Bounds) -> int:
    """The days between the bounds: how narrow they are."""
    return (of[1] - of[0]).days


def is_day(text: str) -> bool:
    return len(text) == len("2025-01-01")


def instant(text: str, zone: str = "UTC") -> datetime:
    """An instant as written, or of a bare day its last microsecond in a time zone; in UTC."""
    if not is_day(text):
        return datetime.fromisoformat(text).astimezone(UTC)
    day = date.fromisoformat(text)
    last = datetime(day.year, day.month, day.day, 23, 59, 59, 999_999, tzinfo=ZoneInfo(zone))
    return last.astimezone(UTC)
