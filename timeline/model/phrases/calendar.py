"""Rules of the calendar: years, months, days, quarters, halves, seasons, their parts, decades, weeks."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import replace
from datetime import date
from typing import Final

from timeline.model.phrases.grammar import (
    RELATIVE,
    WINTERS,
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
    full_year,
    month_of,
    resolve,
    rule,
    span_of,
)
from timeline.model.phrases.words import DAY_FIRST, SUNDAY_WEEKS

HALF_A_YEAR: Final = 183
"""Days after which what is over may no longer be meant by "this March"."""

# Years


@rule("year", "year4:y", "year-word year4:y", "year4:y !year-mark")
def _(_: Context, y: int) -> int:
    return y


@rule("year", "era:base !number:n !year-mark", "era:base !first-year !year-mark")
def _(_: Context, base: int, n: int = 1) -> int | None:
    lasts = {2018: 99, 1988: 31, 1925: 64}[base]
    return base + n if 1 <= n <= lasts else None


@rule("year", "shifted:s", "rel-year:n")
def _(at: Context, s: tuple[str, int] | None = None, n: int = 0) -> int | Blocked | None:
    unit, away = s or ("year", n)
    if unit != "year":
        return None
    return RELATIVE if at.published is None else at.published.year + away


@rule("pair", "year4:a slash year2:b", "year4:a dash year2:b", "year4:a slash year4:c")
@rule("pair", "year4:a dash year4:c")
def _(_: Context, a: int, b: int | None = None, c: int | None = None) -> int | None:
    """Two years in a row, by the first."""
    return a if b == (a + 1) % 100 or c == a + 1 else None


@rule("direction", "!bare-last", "last")
def _(_: Context) -> str:
    return "last"


for _name in ("past", "next", "coming", "this"):
    rule("direction", _name)(lambda _, name=_name: name)


@rule("direction-after", "direction:d")
def _(at: Context, d: str) -> str | None:
    """L'année dernière: after the noun in French, Spanish and Italian only."""
    return d if at.language in ("fr", "es", "it") else None


@rule("shifted", "direction:d unit:u", "unit:u direction-after:d")
def _(at: Context, d: str, u: str) -> tuple[str, int] | None:
    if d in COMING_UNIT_IS_OPEN.get(at.language, ()):
        return None
    return u, {"last": -1, "past": -1, "this": 0, "next": 1, "coming": 1}[d]


COMING_UNIT_IS_OPEN: Final = {"en": ("next", "coming"), "nl": ("coming",)}
"""Where "the next year" may begin today: these are read by other rules."""


@rule("shifted", "!bare-next unit:u")
def _(_: Context, u: str) -> tuple[str, int]:
    return u, 1


@rule("shifted", "rel-month:n")
def _(_: Context, n: int) -> tuple[str, int]:
    return "month", n


@rule("shifted", "rel-week:n")
def _(_: Context, n: int) -> tuple[str, int]:
    return "week", n


# Months and days


@rule("month-name", "month:m", "month:m !dot")
def _(_: Context, m: int) -> int:
    return m


@rule("named-month", "month-name:m", "month-name:m year:y", "year:y month-name:m")
@rule("named-month", "month-name:m dash year4:y", "month-name:m slash year4:y")
@rule("named-month", "unit:u month-name:m year:y?")
def _(_: Context, m: int, y: int | None = None, u: str = "month") -> Named | None:
    return Named(f"{m:02}", y) if u == "month" else None


@rule("named-month", "month-name:m apostrophe !year2:s")
def _(_: Context, m: int, s: int) -> Named | Blocked:
    year = full_year(s)
    return year if isinstance(year, Blocked) else Named(f"{m:02}", year)


@rule("named-month", "numeric-month:t")
def _(_: Context, t: re.Match[str]) -> Named | None:
    month, year = int(t[1] or t[4]), int(t[2] or t[3])
    return Named(f"{month:02}", year) if 1 <= month <= 12 and year else None


@rule("named-month", "shifted:s")
def _(at: Context, s: tuple[str, int]) -> Named | Blocked | None:
    if s[0] != "month":
        return None
    if at.published is None:
        return RELATIVE
    return month_of(add_months(at.published, s[1]))


@rule("directed", "direction:d month-name:m", "month-name:m direction-after:d")
def _(at: Context, d: str, m: int) -> Value:
    """This, last or next March."""
    if at.published is None:
        return RELATIVE
    year = at.published.year
    if d == "this":
        return _this(at, at.published, Named(f"{m:02}", year), Named(f"{m:02}", year + 1))
    later = d in ("next", "coming")
    gone = m > at.published.month if later else m < at.published.month
    nearest = year if gone else year + (1 if later else -1)
    first = Named(f"{m:02}", nearest)
    if d in ("past", "coming") or nearest != year:
        return first
    other = replace(first, year=nearest + (1 if later else -1))
    return alternatives([resolve(at, first), resolve(at, other)])


def _this(at: Context, published: date, here: Named, following: Named) -> Value:
    """This March, said in December, may be the next one."""
    gone, coming = resolve(at, here), resolve(at, following)
    if (published - gone.latest).days < HALF_A_YEAR or coming.latest == date.max:
        return here
    return alternatives([gone, coming])


@rule("day-number", "number:n", "number:n !ordinal-sign", "number:n !day-mark")
def _(_: Context, n: int) -> int | None:
    return n if 1 <= n <= 31 else None


@rule("day-number", "ordinal:n")
def _(at: Context, n: int) -> int | None:
    return n if at.language != "it" else None  # prima di marzo is before March


@rule("day-number", "first-day")
def _(_: Context) -> int:
    return 1


@rule("date", "day-number:n named-month:m", "named-month:m day-number:n year:y?")
def _(_: Context, n: int, m: Named, y: int | None = None) -> Named | Blocked | None:
    if y is not None:
        if m.year is not None:
            return None
        m = replace(m, year=y)
    found = day_of(m.year, int(m.unit), n)
    return found or Blocked(
        f"there is no day {n} in {m.year or ''}-{m.unit}".replace(" -", " month ")
    )


@rule("date", "day-number:n dash month-name:m dash year4:y")
@rule("date", "day-number:n slash month-name:m slash year4:y")
@rule("date", "day-number:n dot month-name:m dot year4:y")
@rule("date", "month-name:m dash number:n dash year4:y", "year4:y dash month-name:m dash number:n")
def _(_: Context, n: int, m: int, y: int) -> Named | None:
    return day_of(y, m, n)


@rule("date", "day-number:n month-name:m year2:s", "day-number:n dash month-name:m dash year2:s")
@rule("date", "day-number:n slash month-name:m slash year2:s")
@rule("date", "day-number:n month-name:m apostrophe !year2:s")
def _(_: Context, n: int, m: int, s: int) -> Named | Blocked | None:
    year = full_year(s)
    return year if isinstance(year, Blocked) else day_of(year, m, n)


@rule("date", "numeric-day:t")
def _(at: Context, t: re.Match[str]) -> list[Named | Blocked | None]:
    first, second, short = int(t[1]), int(t[3]), len(t[4]) == 2
    year = full_year(int(t[4])) if short else int(t[4])
    if isinstance(year, Blocked):
        return [year]
    ways: list[Named | Blocked | None] = [day_of(year, second, first)]
    if not ways[0] and 1 <= second <= 12 < first <= 31:
        return [Blocked(f"there is no day {first} in {year}-{second:02}")]
    if short and t[2] == "-" and ways[0]:  # 25-12-31 may have its year first, as in ISO 8601
        ways.append(day_of(2000 + first, second, int(t[4])))
    if at.language not in DAY_FIRST:
        other = day_of(year, first, second)
        ways.append(other)
        if short and other and not ways[0]:
            # the year stands after the day, where two digits are not taken
            return [
                Blocked(
                    "the month stands first, and the year has two digits",
                    f"write {year}-{first:02}-{second:02}",
                )
            ]
    return ways


@rule("date", "numeric-ymd:t")
def _(_: Context, t: re.Match[str]) -> Named | None:
    return day_of(int(t[1]), int(t[3]), int(t[4]))


@rule("date", "numeric-compact:t")
def _(_: Context, t: re.Match[str]) -> Named | None:
    return day_of(int(t[1]), int(t[2]), int(t[3]))


@rule("date", "numeric-dm:t year4:y?")
def _(at: Context, t: re.Match[str], y: int | None) -> list[Named | None]:
    ways = [day_of(y, int(t[2]), int(t[1]))]
    return ways if at.language in DAY_FIRST else [*ways, day_of(y, int(t[1]), int(t[2]))]


@rule("date", "numeric-ordinal:t")
def _(_: Context, t: re.Match[str]) -> Named | None:
    year, number = int(t[1]), int(t[2])
    if not year or not 1 <= number <= (366 if monthrange(year, 2)[1] == 29 else 365):
        return None
    found = add_days(date(year, 1, 1), number - 1)
    return Named(f"{found.month:02}", year, found.day)


@rule("date", "iso-week-day:t")
def _(_: Context, t: re.Match[str]) -> Named | None:
    try:
        found = date.fromisocalendar(int(t[1]), int(t[3]), int(t[4]))
    except ValueError:
        return None
    return Named(f"{found.month:02}", found.year, found.day)


@rule("weekday-name", "weekday:w", "weekday:w !dot")
def _(_: Context, w: tuple[int, bool]) -> tuple[int, bool]:
    return w


@rule("full-date", "date:d", "date:d day-time", "day-time date:d")
def _(_: Context, d: Named) -> Named:
    return d


@rule("full-date", "weekday-name:w date:d day-time?", "date:d weekday-name:w")
def _(at: Context, w: tuple[int, bool], d: Named) -> Named | Blocked | None:
    """A day with its weekday, which tells the year where the year is missing."""
    if d.day is None:
        return None
    if d.year is not None:
        found = date(d.year, int(d.unit), d.day)
        if found.weekday() == w[0]:
            return d
        hint = "write the day without its weekday"
        return Blocked(f"{found} is a {found:%A}", hint, contradicts=True)
    if at.published is None:
        return d
    near = range(at.published.year - 1, at.published.year + 2)
    there = [y for y in near if 1 <= y <= 9999 and day_of(y, int(d.unit), d.day)]
    fitting = [y for y in there if date(y, int(d.unit), d.day).weekday() == w[0]]
    return replace(d, year=fitting[0]) if len(fitting) == 1 else d


# Quarters, halves, seasons


@rule(
    "nth", "ordinal:n", "number:n !ordinal-sign", "roman:n", "roman:n !dot", "roman:n !ordinal-sign"
)
def _(_: Context, n: int) -> int:
    return n


@rule("quarter-number", "nth:n quarter-word", "nth:n dash quarter-word", "quarter-word number:n")
@rule("quarter-number", "quarter-letter !number:n", "number:n !quarter-letter")
@rule("quarter-number", "quarter-mark !number:n quarter-word")
def _(_: Context, n: int) -> str | None:
    return f"{32 + n}" if 1 <= n <= 4 else None


@rule("half-number", "nth:n half-word", "nth:n dash half-word", "nth:n half-year-word")
@rule("half-number", "half-letter !number:n", "number:n !half-letter")
def _(_: Context, n: int) -> str | None:
    return f"{39 + n}" if 1 <= n <= 2 else None


@rule("quarter", "quarter-number:u", "quarter-number:u year:y", "quarter-number:u dash year4:y")
@rule("quarter", "quarter-number:u slash year4:y", "year:y quarter-number:u")
@rule("quarter", "year4:y dash quarter-number:u", "year4:y slash quarter-number:u")
@rule("half", "half-number:u", "half-number:u year:y", "half-number:u dash year4:y")
@rule("half", "half-number:u slash year4:y", "year:y half-number:u")
@rule("half", "year4:y dash half-number:u", "year4:y slash half-number:u")
def _(_: Context, u: str, y: int | None = None) -> Named:
    return Named(u, y)


_SHORT_YEARS: Final = ("apostrophe !year2:s", "slash !year2:s", "!year2:s")


@rule("quarter", *(f"quarter-number:u {short}" for short in _SHORT_YEARS))
@rule("half", *(f"half-number:u {short}" for short in _SHORT_YEARS))
def _(_: Context, u: str, s: int) -> Named | Blocked:
    year = full_year(s)
    return year if isinstance(year, Blocked) else Named(u, year)


@rule("half", "year:y half-after:n")
def _(_: Context, y: int, n: int) -> Named:
    return Named(f"{39 + n}", y)


@rule(
    "quarter",
    "final quarter-word year4:y",
    "final quarter-word year-word year4:y",
    "final-quarter year:y",
)
def _(_: Context, y: int) -> Named:
    return Named("36", y)


@rule("quarter", "first-quarter year:y")
def _(_: Context, y: int) -> Named:
    return Named("33", y)


@rule("quarter", "shifted:s")
def _(at: Context, s: tuple[str, int]) -> Named | Blocked | None:
    if s[0] != "quarter":
        return None
    if at.published is None:
        return RELATIVE
    day = add_months(at.published, 3 * s[1])
    return Named(f"{33 + (day.month - 1) // 3}", day.year)


@rule("half", "half-number:h named-month:m", "half-number:h dash named-month:m")
def _(_: Context, h: str, m: Named) -> Named:
    return replace(m, part=3 + int(h) - 40, fuzzy=True)


@rule("half", "nth:n month-half:m year:y?")
def _(_: Context, n: int, m: int, y: int | None) -> Named | None:
    return Named(f"{m:02}", y, part=2 + n, fuzzy=True) if n in (1, 2) else None


@rule("months", "nth:n many:c units:u year:y")
def _(_: Context, n: int, c: int, u: str, y: int) -> Value:
    """The first four months of 2025."""
    return _months(y, (n - 1) * c + 1, n * c) if u == "month" and n * c <= 12 else None


@rule("months", "final many:c units:u year:y")
def _(_: Context, c: int, u: str, y: int) -> Value:
    return _months(y, 13 - c, 12) if u == "month" and c <= 12 else None


def _months(year: int, first: int, last: int) -> Named | Span | None:
    count = last - first + 1
    base = {3: 33, 4: 37, 6: 40}.get(count)
    if base is not None and (first - 1) % count == 0:
        return Named(f"{base + (first - 1) // count}", year)
    return span_of(f"{year:04}-{first:02}/{year:04}-{last:02}") if count > 0 and first > 0 else None


@rule("season-name", "season:s", "hemisphere:h season:s", "season:s hemisphere:h")
def _(_: Context, s: int, h: int = 21) -> str:
    return f"{h + s}"


@rule("hemisphere", "north", "north-after")
def _(_: Context) -> int:
    return 25


@rule("hemisphere", "south", "south-after")
def _(_: Context) -> int:
    return 29


@rule("named-season", "season-name:s year:y?", "year:y season-name:s")
def _(_: Context, s: str, y: int | None) -> Named:
    return Named(s, y)


@rule("named-season", "season:s year:y north-after:h", "season:s year:y south-after:g")
@rule("named-season", "season:s pair:p north-after:h", "season:s pair:p south-after:g")
def _(_: Context, s: int, y: int | None = None, p: int | None = None, **hemisphere: None) -> Named:
    code = s + (29 if "g" in hemisphere else 25)
    return Named(f"{code}", y if p is None else p, paired=p is not None)


@rule("named-season", "season-name:s pair:p")
def _(_: Context, s: str, p: int) -> Named | None:
    return Named(s, p, paired=True) if s in WINTERS else None


@rule("directed", "direction:d season-name:s", "season-name:s direction-after:d")
def _(at: Context, d: str, s: str) -> Value:
    """This, last or next spring."""
    if at.published is None:
        return RELATIVE
    year = at.published.year
    near = [Named(s, y, paired=True) for y in range(year - 2, year + 3) if 1 <= y <= 9998]
    spans = [(each, resolve(at, each)) for each in near]
    now = [n for n, span in spans if span.earliest <= at.published <= span.latest]
    if d == "this":
        if now or s in WINTERS:
            return now[0] if now else Blocked("which winter is that?", "write winter 2024/25")
        return _this(at, at.published, Named(s, year), Named(s, year + 1))
    if d in ("next", "coming"):
        found = [n for n, span in spans if span.earliest > at.published]
    else:
        found = [n for n, span in spans if span.latest < at.published][::-1]
    if not found:
        return Blocked("that is outside the years 1 to 9999")
    if d in ("past", "coming") or found[0].year != year:
        return found[0]
    return alternatives([resolve(at, each) for each in found[:2]])


# Parts, decades, weeks


@rule("whole", "year:y")
def _(_: Context, y: int) -> Named:
    return Named("", y)


@rule(
    "whole",
    "named-month:x",
    "quarter:x",
    "half:x",
    "named-season:x",
    "decade:x",
    "week:x",
    "directed:x",
)
def _(_: Context, x: Value) -> Value:
    return x


@rule("now-part", "year-part:p", "part:p year-word")
def _(at: Context, p: int) -> Value:
    """A part of the year, month or week that runs, with how much of that has passed (0 to 1)."""
    if at.published is None:
        return RELATIVE
    return p, Named("", at.published.year), (at.published.month - 0.5) / 12


@rule("now-part", "month-part:p", "part:p unit:u")
def _(at: Context, p: int, u: str = "month") -> Value:
    if u != "month":
        return None
    if at.published is None:
        return RELATIVE
    return p, month_of(at.published), at.published.day / 31


@rule("now-part", "week-part:p", "part:p unit:u")
def _(at: Context, p: int, u: str = "week") -> Value:
    if u != "week":
        return None
    return RELATIVE if at.published is None else (p, week_of(at, 0), at.published.weekday() / 6)


@rule("now-part", "quarter-part:p", "part:p unit:u")
def _(at: Context, p: int, u: str = "quarter") -> Value:
    if u != "quarter":
        return None
    if at.published is None:
        return RELATIVE
    quarter = (at.published.month - 1) // 3
    return p, Named(f"{33 + quarter}", at.published.year), (at.published.month - 3 * quarter) / 4


@rule("seen", "now-part:n")
def _(at: Context, n: tuple[int, Value, float]) -> Value:
    """The end of the year, said in January, may be the last one; its beginning, in autumn, the next."""
    part, whole, passed = n
    span = resolve(at, part_of(part, whole))
    doubtful = abs(passed - (1, 3, 5)[part] / 6) > (1 / 2, 1 / 3, 1 / 2)[part]
    return replace(span, doubtful=doubtful, running=part)


@rule("part-of", "part:p whole:x", "part:p dash whole:x")
@rule("part-of", "whole:x part-after:p")
def _(_: Context, p: int, x: Value) -> Value:
    return part_of(p, x)


@rule("part-of", "named-month:x ten-days:p")
def _(_: Context, p: int, x: Named) -> Value:
    return part_of(p, x)


@rule("part-of", "year-part:p year:y", "year:y year-part:p")
def _(_: Context, p: int, y: int) -> Value:
    return part_of(p, Named("", y))


@rule("part-of", "month-part:p named-month:m")
def _(_: Context, p: int, m: Named) -> Value:
    return part_of(p, m)


@rule("part-of", "month-end:m year:y?")
def _(_: Context, m: tuple[int, int], y: int | None) -> Value:
    return part_of(m[1], Named(f"{m[0]:02}", y))


def part_of(part: int, whole: Named | Span) -> Named | Span | None:
    """A third of a year or of a month; of anything else the whole, since nothing says where its parts end."""
    if isinstance(whole, Span):
        return replace(whole, fuzzy=True)
    if whole.part is not None or whole.day is not None or whole.unit in ("37", "38", "39"):
        return None
    if whole.unit == "":
        return replace(whole, unit=f"{37 + part}", fuzzy=True)
    if "01" <= whole.unit <= "12":
        return replace(whole, part=part, fuzzy=True)
    return replace(whole, fuzzy=True)


@rule("decade", "year4:y !decade-end", "decade-start year4:y", "year4:y !decade-end years-word")
@rule("decade", "year4:y !year-mark !decade-end")
def _(at: Context, y: int) -> Span | None:
    if y % 10 or y < 100:
        return None
    return span_of(f"{y // 100:02}XX" if y % 100 == 0 and at.language == "en" else f"{y // 10:03}X")


@rule("decade", "direction:d ten-years", "ten-years")
def _(at: Context, d: str = "this") -> Value:
    """A decade seen from the day of publication; some count it from its first year, some from its zeroth."""
    if at.published is None:
        return RELATIVE
    year = at.published.year
    first = year // 10 * 10 + {"last": -10, "past": -10, "this": 0}.get(d, 10)
    return span_of(f"{first - (9 if year % 10 == 0 else 0):04}/{first + 10:04}")


@rule("decade", "decade-word:n", "decade-word:n years-word")
def _(_: Context, n: int) -> Span | None:
    return span_of(f"{n}X")


@rule("decade", "year2:y !decade-end", "decade-start year2:y")
def _(_: Context, y: int) -> Span | Blocked | None:
    if y % 10:
        return None
    if y < 50:
        return Blocked("the decade of two digits may be of either century", "write four digits")
    return span_of(f"19{y // 10}X")


@rule("decade", "nth:n century", "number:n century", "century number:n", "century roman:n")
def _(_: Context, n: int) -> Span | None:
    """The 19th century begins in 1800 or in 1801 and ends in 1899 or in 1900."""
    return span_of(f"{100 * n - 100:04}/{100 * n:04}") if 2 <= n <= 99 else None


@rule("week", "shifted:s")
def _(at: Context, s: tuple[str, int]) -> Value:
    if s[0] != "week":
        return None
    return RELATIVE if at.published is None else week_of(at, s[1])


def week_of(at: Context, away: int) -> Span:
    """A week of Monday to Sunday; where countries differ, from the Sunday before as well."""
    day = at.published or date.min
    monday = add_days(day, -day.weekday() + 7 * away)
    first, last = monday, add_days(monday, 6)
    if at.language in SUNDAY_WEEKS:
        sunday = add_days(day, -((day.weekday() + 1) % 7) + 7 * away)
        first, last = min(first, sunday), max(last, add_days(sunday, 6))
    return between(first, last)


@rule("week", "calendar-week number:n year4:y", "calendar-week number:n slash year4:y")
@rule(
    "week",
    "nth:n calendar-week year:y",
    "number:n calendar-week year:y",
    "year4:y calendar-week number:n",
)
@rule("week", "calendar-week number:n dash year4:y", "calendar-week number:n year:y")
@rule("week", "nth:n calendar-week slash year4:y")
def _(_: Context, n: int, y: int) -> Span | None:
    return _iso_week(y, n)


@rule("week", "loose-week number year4")
def _(_: Context) -> Blocked:
    return Blocked("weeks are counted in two ways", "write calendar week 12 2025, or 2025-W12")


@rule("week", "iso-week:t")
def _(_: Context, t: re.Match[str]) -> Span | None:
    return _iso_week(int(t[1] or t[4]), int(t[2] or t[3]))


def _iso_week(year: int, number: int) -> Span | None:
    try:
        first = date.fromisocalendar(year, number, 1)
        return between(first, add_days(first, 6))
    except (ValueError, OverflowError):
        return None


@rule("week", "week-of full-date:d", "week-from full-date:e", "week-to full-date:f")
def _(at: Context, d: Value = None, e: Value = None, f: Value = None) -> Value:
    span = resolve(at, d or e or f)
    if isinstance(span, Blocked):
        return span
    day = span.earliest
    if f is not None:
        return between(add_days(day, -6), day)
    if e is not None or day.weekday() in (0, 6):
        monday = day if at.language != "de" else add_days(day, -day.weekday())
        return between(monday, add_days(day, 6))
    return week_of(at._replace(published=day), 0)
