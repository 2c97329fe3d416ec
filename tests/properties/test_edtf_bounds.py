"""The bounds of random EDTF expressions, against a calendar that is leafed through.

The oracle knows no arithmetic of months: it lists the days of a window, one a line, groups
neighbours into units and looks masks up. Two windows touch the ends of the calendar.
"""

from __future__ import annotations

import re
from bisect import bisect
from datetime import date, timedelta
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timeline.errors import InvalidDate
from timeline.model import dates

SEASONS = {month: (month % 12) // 3 for month in range(1, 13)}  # winter, spring, summer, autumn
UNITS = {  # neighbours with the same key make a unit
    "day": lambda day: day,
    "month": lambda day: day.month,
    "season": lambda day: SEASONS[day.month],
    "quarter": lambda day: (day.month - 1) // 3,
    "third": lambda day: (day.month - 1) // 4,
    "half": lambda day: (day.month - 1) // 6,
    "year": lambda day: day.year,
}


def numbered(code: int, unit: str, *months: int) -> dict[str, tuple[str, int]]:
    """Units by what stands after the year, each with a month in its midst."""
    return {f"{code + n:02}": (unit, month) for n, month in enumerate(months)}


CODES = {
    "": ("year", 6),
    **numbered(1, "month", *range(1, 13)),
    **numbered(21, "season", 4, 7, 10, 12),
    **numbered(25, "season", 4, 7, 10, 12),
    **numbered(29, "season", 10, 12, 4, 7),
    **numbered(33, "quarter", 2, 5, 8, 11),
    **numbered(37, "third", 2, 6, 10),
    **numbered(40, "half", 3, 9),
}


class Window:
    """Forty or more years, all their days; expressions are about ``years`` in their midst."""

    def __init__(self, first: int, last: int, years: range) -> None:
        count = (date(last, 12, 31) - date(first, 1, 1)).days
        days = [date(first, 1, 1) + timedelta(days=n) for n in range(count + 1)]
        self.text = "\n".join(map(str, days))
        self.years = years
        self.units = {
            unit: [list(group) for _, group in groupby(days, key)] for unit, key in UNITS.items()
        }

    def unit(self, name: str, inside: date, wider: int) -> tuple[date, date]:
        """First and last day of the unit with that day, and so many units around it."""
        groups = self.units[name]
        found = bisect(groups, inside, key=lambda group: group[0]) - 1
        first, last = max(found - wider, 0), min(found + wider, len(groups) - 1)
        return groups[first][0], groups[last][-1]

    def masked(self, mask: str, wider: bool) -> tuple[date, date] | None:
        """First and last day that the mask fits, moved by the unit before the first X."""
        pattern = f"^{mask.replace('X', '[0-9]')}.*$"
        fitting = [date.fromisoformat(day) for day in re.findall(pattern, self.text, re.MULTILINE)]
        if not fitting:
            return None
        if not wider:
            return fitting[0], fitting[-1]
        months = {3: 120, 5: 12, 6: 12, 8: 1, 9: 1}[mask.index("X")]
        whole = len(mask) < 10 or mask.endswith("XX")
        return (
            self.move(fitting[0], -months, whole=whole),
            self.move(fitting[-1], months, whole=whole),
        )

    def move(self, day: date, by: int, *, whole: bool) -> date:
        """The same day of another month, or its last; or the month's end that it stands for."""
        months = self.units["month"]
        index = bisect(months, day, key=lambda group: group[0]) - 1 + by
        if not 0 <= index < len(months):
            return months[0][0] if index < 0 else months[-1][-1]
        if whole:
            return months[index][0 if by < 0 else -1]
        return months[index][min(day.day, len(months[index])) - 1]


WINDOWS = [
    Window(1, 45, range(1, 30)),
    Window(1985, 2045, range(2000, 2030)),
    Window(9955, 9999, range(9970, 10_000)),
]
Expected = tuple[date, date] | None  # None: an error
Case = tuple[str, Expected]
qualifiers = st.sampled_from(["", "", "?", "~", "%"])


@st.composite
def units(draw: st.DrawFn, window: Window) -> Case:
    """A year or a named part of it."""
    year, code, qualifier = (
        draw(st.sampled_from(window.years)),
        draw(st.sampled_from([*CODES])),
        draw(qualifiers),
    )
    unit, month = CODES[code]
    text = f"{year:04}-{code}".rstrip("-") + qualifier
    return text, window.unit(unit, date(year, month, 15), len(qualifier))


@st.composite
def days(draw: st.DrawFn, window: Window) -> Case:
    """A day that the calendar may have or not."""
    year, month, day = (
        draw(st.sampled_from(window.years)),
        draw(st.integers(0, 13)),
        draw(st.integers(0, 32)),
    )
    body, qualifier = f"{year:04}-{month:02}-{day:02}", draw(qualifiers)
    if not re.search(f"^{body}$", window.text, re.MULTILINE):
        return body + qualifier, None
    return body + qualifier, window.unit("day", date.fromisoformat(body), len(qualifier))


@st.composite
def masks(draw: st.DrawFn, window: Window) -> Case:
    """A year, month or day with an X for some of its digits."""
    year, month, day = (
        draw(st.sampled_from(window.years)),
        draw(st.integers(1, 12)),
        draw(st.integers(1, 31)),
    )
    body = f"{year:04}-{month:02}-{day:02}"[: draw(st.sampled_from([4, 7, 10]))]
    places = [place for place in (3, 5, 6, 8, 9) if place < len(body)]
    hidden = draw(st.sets(st.sampled_from(places), min_size=1))
    mask = "".join("X" if place in hidden else sign for place, sign in enumerate(body))
    qualifier = draw(qualifiers)
    return mask + qualifier, window.masked(mask, bool(qualifier))


def values(window: Window) -> st.SearchStrategy[Case]:
    return units(window) | days(window) | masks(window)


def between(start: Expected, end: Expected) -> Expected:
    if not start or not end or start[0] > end[1]:
        return None
    return start[0], end[1]


@st.composite
def intervals(draw: st.DrawFn, window: Window) -> Case:
    """From one value to another, or open on one side or both."""
    opened = st.sampled_from([("", (date.min, date.max)), ("..", (date.min, date.max))])
    (start, low), (end, high) = draw(opened | values(window)), draw(opened | values(window))
    return f"{start}/{end}", None if start == end == "" else between(low, high)


@st.composite
def sets(draw: st.DrawFn, window: Window) -> Case:
    """One of some values and ranges; the first and the last range may be open."""
    texts, found = [], []
    for _ in range(draw(st.integers(1, 4))):
        text, expected = draw(values(window))
        if draw(st.booleans()):
            end, high = draw(values(window))
            text, expected = f"{text}..{end}", between(expected, high)
        texts.append(text)
        found.append(expected)
    for opened in draw(st.sampled_from(["", "start", "end"])), draw(st.sampled_from(["", "end"])):
        text, expected = draw(values(window))
        if opened == "start":
            texts.insert(0, f"..{text}")
            found.insert(0, between((date.min, date.max), expected))
        elif opened == "end" and not texts[-1].endswith(".."):
            texts.append(f"{text}..")
            found.append(between(expected, (date.min, date.max)))
    if not all(found):
        return f"[{','.join(texts)}]", None
    lows, highs = zip(*filter(None, found), strict=True)
    return f"[{','.join(texts)}]", (min(lows), max(highs))


expressions = st.sampled_from(WINDOWS).flatmap(
    lambda window: values(window) | intervals(window) | sets(window)
)
# Text that is nearly an expression: one with a part cut out, doubled or replaced.
slips = st.builds(
    lambda case, start, length, instead: case[0][:start] + instead + case[0][start + length :],
    expressions,
    st.integers(0, 30),
    st.integers(0, 3),
    st.text("0123456789X-/.[],?~%{} T:Qxé", max_size=3),
)


@pytest.mark.parametrize("form", [units, days, masks, intervals, sets])
@given(data=st.data())
def test_the_bounds_are_those_of_the_calendar(form, data):
    text, expected = data.draw(form(data.draw(st.sampled_from(WINDOWS))))
    if expected is None:
        with pytest.raises(InvalidDate):
            dates.parse(text)
    else:
        found = dates.parse(text)
        assert (found.text, found.earliest, found.latest) == (text, *expected)


@given(st.text() | st.text("0123456789X-/.[],?~%{} T:Qx") | slips)
def test_text_is_a_date_or_refused(text):
    try:
        found = dates.parse(text)
    except InvalidDate as refused:
        for reader in (dates.bounds, dates.describe):
            with pytest.raises(InvalidDate):
                reader(text)
        meant = re.fullmatch('did you mean "(.*)"[?]', refused.hint or "")
        assert not meant or dates.parse(meant[1]).text != text
    else:
        assert found.earliest <= found.latest
        assert dates.bounds(text) == (f"{found.earliest}", f"{found.latest}")


_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


@given(expressions)
def test_words_name_no_day_but_the_expression_s_own_or_the_ends_of_a_masked_one(case):
    text, expected = case
    if expected is None:
        return
    said = dates.describe(text)
    masked_day = any(
        "X" in value and len(value.rstrip("?~%")) == 10
        for value in re.split(r"[.][.]|[][,/]", text)
    )
    for day in re.findall(r"\d{1,2} [A-Z][a-z]{2} \d{4}\b", said):
        number, month, year = day.split()
        iso = f"{year}-{_MONTHS.index(month) + 1:02}-{int(number):02}"
        assert iso in text or masked_day
    for qualifier, words in {"?": "perhaps", "~": "about", "%": "perhaps about"}.items():
        assert qualifier not in text or words in said
