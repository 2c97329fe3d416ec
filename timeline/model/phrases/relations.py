"""Rules of whole phrases: what days are seen from, and how they relate.

About, ranges, alternatives, by, before, since, and what they add up to; and days seen from the day of
publication: yesterday, last Thursday, in the past weeks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

from timeline.model.phrases.calendar import week_of
from timeline.model.phrases.grammar import (
    RELATIVE,
    WINTERS,
    Bare,
    Blocked,
    Context,
    Named,
    Span,
    Value,
    add_days,
    add_months,
    alternatives,
    between,
    day_of,
    end_of,
    month_of,
    one_of,
    resolve,
    rule,
    span_of,
    start_of,
    step,
    within,
)

# Qualifiers


@rule("atom", "whole:x", "part-of:x", "full-date:x", "seen:x", "months:x", "some:x")
def _(_: Context, x: Value) -> Value:
    return x


@rule("some", "some-word whole:x", "some-word full-date:x")
def _(_: Context, x: Value) -> Value:
    return x


@rule(
    "some",
    "some-word span-from year:a to year:b",
    "some-word span-from year:a and year:b",
    "some-word yearless:x unit? span-from year:a to year:b",
    "some-word yearless:x unit? span-from year:a and year:b",
)
def _(_: Context, a: int, b: int, x: Named | None = None) -> Value:
    if a > b:
        return None
    end = f"{b + 1:04}-02" if x and x.unit in WINTERS and b < 9999 else f"{b:04}"
    return replace(span_of(f"{a:04}/{end}"), masked=True)


@rule("some", "some-word yearless:x unit? decade:d")
def _(_: Context, x: Named, d: Span) -> Value:
    if x.unit not in WINTERS or d.latest.year == 9999:
        return d
    return span_of(f"{d.earliest}/{d.latest.year + 1:04}-02")


@rule("yearless", "named-month:x", "quarter:x", "half:x", "named-season:x")
def _(_: Context, x: Value) -> Value:
    return x if isinstance(x, Named) and x.year is None else None


@rule("yearless", "nth:n cardinal:c units:u")
def _(_: Context, n: int, c: int, u: str) -> Value:
    return Named("37") if (c, u) == (4, "month") else None


@rule("yearless", "final cardinal:c units:u")
def _(_: Context, c: int, u: str) -> Value:
    return Named("39") if (c, u) == (4, "month") else None


@rule("some", "some-word span-from side:a to side:b", "some-word span-from side:a and side:b")
def _(at: Context, a: Value, b: Value) -> Value:
    found = _range(at, a, b)
    return replace(found, masked=True) if isinstance(found, Span) else found


@rule("qualified", "atom:x")
def _(_: Context, x: Value) -> Value:
    return x


@rule("qualified", "about atom:x about-after?", "atom:x about-after")
def _(at: Context, x: Value) -> Value:
    return _qualify(at, x, "~")


@rule("qualified", "toward atom:x")
def _(at: Context, x: Value) -> Value:
    """Towards the end is the end; towards the middle is about the middle."""
    ends = x.text.endswith("-39") if isinstance(x, Span) else x.unit == "39" or x.part == 2
    return x if ends else _qualify(at, x, "~")


@rule("qualified", "perhaps atom:x")
def _(at: Context, x: Value) -> Value:
    return _qualify(at, x, "?")


@rule("qualified", "perhaps about atom:x")
def _(at: Context, x: Value) -> Value:
    return _qualify(at, x, "%")


def _qualify(at: Context, value: Named | Span, sign: str) -> Value:
    """Wider by one whole unit on both sides, as a qualifier of EDTF is."""
    if isinstance(value, Named) and value.part is None:
        return replace(value, sign=sign, fuzzy=True)
    span = resolve(at, value)
    if isinstance(span, Blocked):
        return span
    if re.fullmatch(r"[\dX-]+", span.text):
        return span_of(span.text + sign)
    if isinstance(value, Named):  # a part of a month: its neighbours
        around = 16 if (value.part or 0) > 2 else 11
        return between(add_days(span.earliest, -around), add_days(span.latest, around))
    first, last = span.earliest, span.latest
    if span.text.endswith("~"):  # three years ago
        return span
    if not span.masked:
        days = (last - first).days + 1
        return between(add_days(first, -days), add_days(last, days))
    if (first.year, first.month) == (last.year, last.month):
        return between(add_months(first, -1), add_months(last, 1))
    years = last.year - first.year + 1
    wider = 12 * (1 if years == 1 else 10 ** len(f"{years - 1}"))
    return between(add_months(first, -wider), add_months(last, wider))


# Ranges and alternatives


@rule("side", "qualified:x")
def _(_: Context, x: Value) -> Value:
    return x


@rule("side", "day-number:n", "nth:n", "month-name:m day-number:n")
def _(_: Context, n: int, m: int | None = None) -> Value:
    return Bare(n) if m is None else day_of(None, m, n)


@rule("side", "part:p", "part:p dash")
def _(_: Context, p: int) -> Value:
    return Bare(part=p)


@rule("tail", "qualified:x")
def _(_: Context, x: Value) -> Value:
    return x


@rule("tail", "day-number:n year4:y")
def _(_: Context, n: int, y: int) -> Value:
    """21, 2024 in "December 18-21, 2024"."""
    return Named("", y, day=n)


@rule(
    "range",
    "side:a to tail:b to-after?",
    "span-from side:a to tail:b",
    "span-from side:a and tail:b",
)
def _(at: Context, a: Value, b: Value) -> Value:
    return _range(at, a, b)


@rule("range", "year4:a to year2:b", "year4:a slash year2:b")
def _(_: Context, a: int, b: int) -> Value:
    """2024/25, whatever kind of year that is."""
    return span_of(f"{a:04}/{a + 1:04}") if b == (a + 1) % 100 and a < 9999 and b > 12 else None


def _range(at: Context, first: Value, last: Value) -> Value:
    filled = _fill(at, [first, last])
    if filled is None or _one_winter(first, last):
        return None
    start, end = (_sure(resolve(at, each)) for each in filled)
    for each in (start, end):
        if isinstance(each, Blocked):
            return each
    if start.earliest > end.latest:
        return Blocked("its start is after its end")
    low, high = start_of(start.text, start.earliest), end_of(end.text, end.latest)
    return replace(span_of(f"{low}/{high}"), fuzzy=True)


@rule("several", "side:a slash tail:b")
def _(at: Context, a: Value, b: Value) -> Value:
    """20/21 November, in the order of the days: 2026/2025 is a slip."""
    if _one_winter(a, b):
        return None
    spans = [resolve(at, each) for each in _fill(at, [a, b]) or ()]
    if len(spans) == 2 and all(isinstance(each, Span) for each in spans):
        return (a, b) if spans[0].earliest <= spans[1].earliest else None
    return a, b


@rule("several", "side:a or tail:b", "side:a and tail:b", "side:a plus tail:b")
def _(_: Context, a: Value, b: Value) -> tuple[Value, ...]:
    return a, b


@rule(
    "several",
    "side:a or related:b",
    "side:a or range:b",
    "related:a or side:b",
    "range:a or side:b",
)
@rule(
    "several",
    "related:a or related:b",
    "range:a or range:b",
    "range:a or related:b",
    "related:a or range:b",
)
def _(_: Context, a: Value, b: Value) -> tuple[Value, ...]:
    return a, b


@rule("several", "side:a comma several:b", "related:a comma several:b", "range:a comma several:b")
def _(_: Context, a: Value, b: tuple[Value, ...]) -> tuple[Value, ...] | None:
    if isinstance(a, Named) and a.year is None and isinstance(b[0], Named) and not b[0].unit:
        return None  # November 18, 2025 is one date
    return a, *b


def _one_winter(first: Value, last: Value) -> bool:
    """Whether it is winter 2024/2025, and no range from a winter to a year."""
    if not isinstance(first, Named) or not isinstance(last, Named) or first.year is None:
        return False
    return first.unit in WINTERS and last == Named("", first.year + 1)


def _either(at: Context, values: Sequence[Value]) -> Value:
    """One of several, in the order of the days."""
    filled = _fill(at, values)
    if filled is None:
        return None
    spans = [_sure(resolve(at, each)) for each in filled]
    for each in spans:
        if isinstance(each, Blocked):
            return each
    return alternatives(spans)


def _fill(at: Context, values: Sequence[Value]) -> list[Value] | None:
    """Each with what only another one says: the month and the year of the last, as a rule."""
    filled: list[Value] = list(values)
    last = filled[-1]
    if isinstance(last, Named) and last.unit == "" and last.day is not None:  # 21, 2024
        before = filled[0]
        if not isinstance(before, Named) or before.day is None or before.year is not None:
            return None
        filled[-1] = last = day_of(last.year, int(before.unit), last.day)
    first = filled[0]
    if at.language == "ja" and isinstance(last, Named) and isinstance(first, Named):
        # the year stands first in Japanese
        filled[-1] = last = replace(last, year=first.year if last.year is None else last.year)
    for index in range(len(filled) - 1):
        filled[index] = _completed(filled[index], last)
    return None if None in filled or isinstance(last, Bare) else filled


def _completed(value: Value, last: Value) -> Value:
    if isinstance(value, Bare):
        if not isinstance(last, Named):
            return None
        if value.part is not None:
            if last.part is not None and last.part < 3:
                return replace(last, part=value.part)
            if last.unit in ("37", "38", "39"):
                return replace(last, unit=f"{37 + value.part}")
            return None
        number = value.number or 0
        if last.day is not None:
            return day_of(last.year, int(last.unit), number)
        base, size = (33, 4) if "33" <= last.unit <= "36" else (40, 2)
        if last.unit in ("33", "34", "35", "36", "40", "41") and number <= size:
            return replace(last, unit=f"{base + number - 1}")
        return None
    if isinstance(value, Named) and value.year is None and isinstance(last, Named):
        if last.unit == "" and value.unit != "":  # Q3/2025 is one date
            return None
        full = replace(value, year=last.year)
        if full.day is not None and full.year is not None:
            return day_of(full.year, int(full.unit), full.day)
        return full
    return value


# Relations to a day


@rule("related", "by qualified:x", "qualified:x by-after", "by qualified:x by-after", "by range:x")
def _(at: Context, x: Value) -> Value:
    """By the end of 2026: from the publication on, unless that has passed."""
    span = _bound(at, x)
    if isinstance(span, Blocked):
        return span
    if at.published is not None and at.published < span.latest:
        return _ranging(f"{at.published}", span.text, span.latest)
    return _ranging("", span.text, span.latest)


@rule("related", "until qualified:x", "qualified:x until-after")
def _(at: Context, x: Value) -> Value:
    span = _bound(at, x)
    return span if isinstance(span, Blocked) else _ranging("", span.text, span.latest)


@rule("related", "before qualified:x", "qualified:x before-after")
def _(at: Context, x: Value) -> Value:
    span = _bound(at, x)
    if isinstance(span, Blocked):
        return span
    last = span.latest if span.fuzzy else add_days(span.earliest, -1)
    return _ranging("", f"{last}", last)


@rule("related", "after qualified:x")
def _(at: Context, x: Value) -> Value:
    span = _sure(_bound(at, x))
    if isinstance(span, Blocked):
        return span
    first = span.earliest if span.fuzzy else add_days(span.latest, 1)
    return span_of(f"[{first}..]")


@rule("related", "not-before qualified:x", "qualified:x not-before-after", "from qualified:x")
@rule("related", "from qualified:x not-before-after")
def _(at: Context, x: Value) -> Value:
    span = _sure(_bound(at, x))
    if isinstance(span, Blocked):
        return span
    return span_of(f"[{start_of(span.text, span.earliest)}..]")


@rule("related", "since qualified:x", "qualified:x since-after")
def _(at: Context, x: Value) -> Value:
    span = resolve(at, x)
    if isinstance(span, Blocked):
        return span
    start = start_of(span.text, span.earliest)
    if span.running == 2 or (span.running == 1 and span.latest >= (at.published or date.max)):
        return _OTHER
    if at.published is None:
        return span_of(f"[{start}..]")
    if span.earliest > at.published:
        return Blocked(f"{span.text} lies after the publication")
    return span_of(f"[{start}..{at.published}]")


@rule("related", "any-time")
def _(_: Context) -> Value:
    return span_of("../..")


def _bound(at: Context, value: Value) -> Any:
    """The days that a deadline names, which may not be a weekday alone."""
    span = resolve(at, value)
    if isinstance(span, Blocked):
        return span
    if span.weekday:
        return Blocked("a weekday alone may be the last or the next", "write the day")
    passed = at.published is not None and span.latest < at.published
    return _OTHER if span.running is not None and passed else span


def _ranging(start: str, text: str, latest: date) -> Span:
    return span_of(f"[{start}..{end_of(text, latest)}]")


@rule("phrase", "qualified:x", "range:x", "related:x")
def _(at: Context, x: Value) -> Value:
    return _sure(resolve(at, x))


_OTHER: Final = Blocked("it may be the last one or the next", "name the year, or the days")


def _sure(span: Any) -> Any:
    if isinstance(span, Span) and span.doubtful:
        return _OTHER
    return span


@rule("phrase", "several:x")
def _(at: Context, x: tuple[Value, ...]) -> Value:
    return _either(at, x)


_RECENT: Final = timedelta(weeks=8)  # "in the past weeks"


# Days seen from the day of publication


@rule("seen", "earlier !today", "later !today")
@rule("seen", "!today", "!this-day-time", "!today day-time")
def _(at: Context) -> Value:
    return _seen(at, 0)


@rule("seen", "!yesterday", "!yesterday day-time")
def _(at: Context) -> Value:
    return _seen(at, -1)


@rule("seen", "!tomorrow", "!tomorrow day-time")
def _(at: Context) -> Value:
    return _seen(at, 1)


@rule("seen", "!before-yesterday", "!before-yesterday day-time")
def _(at: Context) -> Value:
    return _seen(at, -2)


@rule("seen", "!after-tomorrow", "!after-tomorrow day-time")
def _(at: Context) -> Value:
    return _seen(at, 2)


@rule(
    "seen",
    "today-adjective weekday:w",
    "yesterday-adjective weekday:x",
    "tomorrow-adjective weekday:y",
)
def _(at: Context, **weekday: tuple[int, bool]) -> Value:
    ((name, (number, _)),) = weekday.items()
    found = _seen(at, {"w": 0, "x": -1, "y": 1}[name])
    return found if isinstance(found, Blocked) or found.earliest.weekday() == number else None


def _seen(at: Context, days: int) -> Span | Blocked:
    return RELATIVE if at.published is None else span_of(f"{add_days(at.published, days)}")


@rule(
    "dayname",
    "weekday-name:w",
    "weekday-name:w day-time",
    "part:p weekday-name:w",
    "day-time weekday-name:w",
)
def _(at: Context, w: tuple[int, bool], p: int | None = None) -> Value:
    """A weekday alone: the last such day on or before the publication."""
    if not w[1]:
        return None
    blocked = _unsure(at)
    if blocked or at.published is None:
        return blocked or RELATIVE
    day = add_days(at.published, -((at.published.weekday() - w[0]) % 7))
    return replace(span_of(f"{day}"), weekday=True)


def _unsure(at: Context) -> Blocked | None:
    if at.exact:
        return Blocked("a weekday alone may be the last or the next")
    return None


@rule("seen", "dayname:d", "earlier dayname:d")
def _(_: Context, d: Value) -> Value:
    return d


@rule("seen", "night-to dayname:d")
def _(_: Context, d: Span) -> Span:
    return between(add_days(d.earliest, -1), d.earliest)


@rule("seen", "direction:d weekday-name:w day-time?", "weekday-name:w direction-after:d day-time?")
def _(at: Context, d: str, w: tuple[int, bool]) -> Value:
    """Last Thursday, said on a Friday, may be yesterday, or a week before that."""
    blocked = _unsure(at)
    if blocked or at.published is None:
        return blocked or RELATIVE
    day, monday = at.published, add_days(at.published, -at.published.weekday())
    back = add_days(day, -((day.weekday() - w[0] - 1) % 7 + 1))
    on = add_days(day, (w[0] - day.weekday() - 1) % 7 + 1)
    sunday = add_days(monday, 6)
    if d == "this":
        here = add_days(monday, w[0])
        return span_of(f"{here}") if here >= day else one_of([here, add_days(here, 7)])
    if d in ("last", "past"):
        near = d == "past" or back < monday
        return span_of(f"{back}") if near else one_of([add_days(back, -7), back])
    near = d == "coming" or on > sunday
    return span_of(f"{on}") if near else one_of([on, add_days(on, 7)])


@rule("seen", "weekday-name:w day-time? week:x", "week:x weekday-name:w")
def _(at: Context, w: tuple[int, bool], x: Span) -> Value:
    """Thursday of last week."""
    days = (add_days(x.earliest, index) for index in range((x.latest - x.earliest).days + 1))
    found = [day for day in days if day.weekday() == w[0]]
    return span_of(f"{found[0]}") if len(found) == 1 else one_of(found)


@rule("seen", "weekend", "over weekend")
def _(at: Context) -> Value:
    """A weekend alone: the one that goes on, else the one before or the one to come."""
    if at.language == "nl":  # where "weekend of 8 november" is two of them
        return None
    if at.published is None:
        return RELATIVE
    saturday = add_days(at.published, -at.published.weekday() + 5)
    if at.published >= saturday:
        return between(saturday, add_days(saturday, 1))
    return one_of([add_days(saturday, days) for days in (-7, -6, 0, 1)])


@rule("seen", "weekend full-date:x")
def _(at: Context, x: Value) -> Value:
    """The weekend of a day in it, or of the Friday before."""
    day = resolve(at, x)
    if isinstance(day, Blocked):
        return day
    saturday = add_days(day.earliest, 5 - day.earliest.weekday())
    is_there = day.earliest.weekday() >= 4 and day.latest <= add_days(saturday, 1)
    return between(saturday, add_days(saturday, 1)) if is_there else None


@rule("seen", "year-course")
def _(at: Context) -> Value:
    return RELATIVE if at.published is None else span_of(f"{at.published.year:04}")


@rule("seen", "year-rest")
def _(at: Context) -> Value:
    return (
        RELATIVE if at.published is None else between(at.published, date(at.published.year, 12, 31))
    )


@rule("seen", "direction:d weekend")
def _(at: Context, d: str) -> Value:
    if at.published is None:
        return RELATIVE
    day = at.published
    saturday = add_days(day, -day.weekday() + 5)
    if d == "this":
        return None if day.weekday() < 3 else between(saturday, add_days(saturday, 1))
    if d in ("last", "past"):
        first = saturday if add_days(saturday, 1) < day else add_days(saturday, -7)
    else:
        first = saturday if saturday > day else add_days(saturday, 7)
        if d == "next" and first == saturday:
            return between(first, add_days(first, 8))
    return between(first, add_days(first, 1))


@rule("many", "cardinal:n", "count:n")
def _(_: Context, n: int) -> int:
    return n


@rule("any-unit", "unit:u", "units:u")
def _(_: Context, u: str) -> str:
    return u


@rule(
    "seen",
    "before-ago many:n any-unit:u",
    "many:n any-unit:u ago",
)
def _(at: Context, n: int, u: str) -> Value:
    """So long ago: to the day for a coordinate; else as wide as the unit on both sides."""
    return _away(at, -n, u)


@rule("seen", "many:n any-unit:u from-now")
def _(at: Context, n: int, u: str) -> Value:
    return _away(at, n, u)


def _away(at: Context, count: int, unit: str) -> Value:
    if at.published is None:
        return RELATIVE
    day = step(at.published, count, unit)
    if day in (date.min, date.max):
        return Blocked("that is outside the years 1 to 9999")
    if unit == "day":
        return span_of(f"{day}")
    text = f"{day.year:04}~" if unit == "year" else f"{day.year:04}-{day.month:02}~"
    found = between(add_days(day, -7), add_days(day, 7)) if unit == "week" else span_of(text)
    return replace(found, day=day) if at.exact else found


@rule("seen", "recent-few units:u")
def _(at: Context, u: str) -> Value:
    """In the past weeks."""
    if u != "week":
        return Blocked(f"how many {u}s is not said", "write the span of days that you mean")
    if at.published is None:
        return RELATIVE
    return within(add_days(at.published, -_RECENT.days), at.published)


@rule("seen", "onward units:u")
def _(_: Context, u: str) -> Value:
    return Blocked(f"how many {u}s is not said", "write the span of days that you mean")


@rule("seen", "recent many:n any-unit:u")
def _(at: Context, n: int, u: str) -> Value:
    """Over the past three months."""
    if at.published is None:
        return RELATIVE
    return within(step(at.published, -n, u), at.published)


@rule("seen", "onward many:n any-unit:u")
def _(at: Context, n: int, u: str) -> Value:
    if at.published is None:
        return RELATIVE
    return within(at.published, step(at.published, n, u))


@rule("seen", "!past-the !unit:u")
def _(at: Context, u: str) -> Value:
    """In the past year: the twelve months until today, or the last calendar year."""
    if at.published is None:
        return RELATIVE
    start = step(at.published, -1, u)
    if u in ("month", "year", "quarter"):
        month = {"year": 1, "quarter": 3 * ((start.month - 1) // 3) + 1}.get(u, start.month)
        start = date(start.year, month, 1)
    elif u == "week":
        start = week_of(at, -1).earliest
    return within(start, at.published)


@rule("seen", "!coming-the !unit:u")
def _(at: Context, u: str) -> Value:
    """In the coming year: the twelve months from today, or the next calendar year."""
    if at.published is None:
        return RELATIVE
    if u == "day":
        return span_of(f"{add_days(at.published, 1)}")
    if u == "week":
        return within(at.published, week_of(at, 1).latest)
    months = {"month": 1, "quarter": 3, "year": 12}[u]
    first = at.published.replace(day=1)
    first = add_months(first, -((first.month - 1) % months))
    return within(at.published, add_days(add_months(first, 2 * months), -1))


@rule("seen", "earlier shifted:s")
def _(at: Context, s: tuple[str, int]) -> Value:
    return _rest(at, s, later=False)


@rule("seen", "later shifted:s")
def _(at: Context, s: tuple[str, int]) -> Value:
    return _rest(at, s, later=True)


def _rest(at: Context, shifted: tuple[str, int], *, later: bool) -> Value:
    """Earlier or later this year."""
    unit, away = shifted
    if at.published is None:
        return RELATIVE
    whole: Value = {
        "year": Named("", at.published.year + away),
        "month": month_of(add_months(at.published, away)),
    }.get(unit)
    span = week_of(at, away) if unit == "week" else whole and resolve(at, whole)
    if span is None or away:
        return span
    if later:
        return within(at.published, span.latest)
    return within(span.earliest, at.published)


@rule(
    "seen",
    "earlier year4:y",
    "later year4:y",
    "earlier year-word year4:y",
    "later year-word year4:y",
)
def _(_: Context, y: int) -> Value:
    return Named("", y)


@rule("seen", "earlier month-name:m year4:y", "later month-name:m year4:y")
def _(_: Context, m: int, y: int) -> Value:
    return Named(f"{m:02}", y)


@rule("seen", "year-turn pair:p")
def _(_: Context, p: int) -> Span:
    return span_of(f"{p:04}-12/{p + 1:04}-01")
