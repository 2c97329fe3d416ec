"""Rules of days that are seen from the day of publication: yesterday, last Thursday, in the past weeks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from timeline.model.phrases.calendar import week_of
from timeline.model.phrases.grammar import rule
from timeline.model.phrases.meaning import (
    RELATIVE,
    Blocked,
    Context,
    Named,
    Span,
    Value,
    add_days,
    add_months,
    between,
    month_of,
    one_of,
    resolve,
    span_of,
    step,
    within,
)

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
