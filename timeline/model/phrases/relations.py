"""Rules of whole phrases: about, ranges, alternatives, by, before, since; and what they add up to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

from timeline.model.phrases.grammar import rule
from timeline.model.phrases.meaning import (
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
    resolve,
    span_of,
    start_of,
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
