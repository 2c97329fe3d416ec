"""Imprecise dates: the useful part of EDTF (ISO 8601-2:2019), each with its two bounds.

What people write in words is read by :mod:`timeline.model.phrases`, and becomes EDTF.

An expression is a value, an interval ``a/b`` or a set ``[a,b..c]`` of values. A value is a year,
one of its units (month, season, quarter …) or a day; X stands for a digit of year, month or day
that is not known, and ``?`` (uncertain), ``~`` (approximate) or ``%`` (both) may end the value.

A qualifier widens both bounds by one whole unit of the value's precision. The precision of a
masked value is that of its part before the first X, since that is all it commits to: ``202X~``
is a decade wider on both sides, ``2025-1X?`` a year, ``2025-11-XX?`` a month. A start is after its
end only when no day of it comes before: ``2025-11/2025`` is fine.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date, timedelta
from functools import lru_cache
from itertools import product
from typing import Literal, NamedTuple, Protocol

from msgspec import Struct

from timeline.errors import InvalidDate

NOT_UNDERSTOOD = "it is not understood whole"
OPEN_START = "0001-01-01"
OPEN_END = "9999-12-31"

_LONGEST = 1000  # characters; a set of 80 days is shorter
_DAY = timedelta(days=1)
_QUALIFIERS = {"?": "perhaps {date}", "~": "about {date}", "%": "perhaps about {date}"}
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
           "October", "November", "December")  # fmt: skip
_SEASONS = ("spring", "summer", "autumn", "winter")

QUALIFIERS_IN_WORDS = tuple(_QUALIFIERS.values())


class _Unit(NamedTuple):
    """A stretch of whole months; ``first`` counts from January = 0, the end may be next year."""

    first: int
    months: int
    name: str


def _run(code: int, first: int, months: int, names: Sequence[str]) -> dict[str, _Unit]:
    """Units of equal length in a row, by the two digits that stand for them after the year."""
    units = [_Unit((first + i * months) % 12, months, name) for i, name in enumerate(names)]
    return {f"{number:02}": unit for number, unit in enumerate(units, code)}


_UNITS = {
    "": _Unit(0, 12, ""),  # the whole year
    **_run(1, 0, 1, _MONTHS),
    **_run(21, 2, 3, _SEASONS),  # meteorological, northern
    **_run(25, 2, 3, [f"northern {season}" for season in _SEASONS]),
    **_run(29, 8, 3, [f"southern {season}" for season in _SEASONS]),
    **_run(33, 0, 3, ["Q1", "Q2", "Q3", "Q4"]),
    **_run(37, 0, 4, ["first four months", "second four months", "last four months"]),
    **_run(40, 0, 6, ["first half", "second half"]),
}
UNITS_IN_WORDS = tuple(
    dict.fromkeys(unit.name for unit in _UNITS.values() if unit.name and unit.name not in _MONTHS)
)
"""What the parts of a year are called that a calendar has no names for."""

_UNIT_HINT = "01-12 are months, 21-24 seasons, 33-36 quarters, 37-39 thirds, 40-41 halves"


class Edtf(Struct, frozen=True):
    """A date of EDTF (ISO 8601-2): as written, and the first and last day that it can mean."""

    text: str
    earliest: date
    latest: date


class English:
    """How days are said in English; another language has a calendar of its own with these methods."""

    def phrase(self, text: str, /, **parts: object) -> str:
        """A sentence about days, with its parts put in."""
        return text.format(**parts) if parts else text

    def day(self, day: date, *, month: bool = True, year: bool = True) -> str:
        """A day, without what the next one says too: "21 Nov 2025", "21 Nov", "21"."""
        said = f"{day.day} {_MONTHS[day.month - 1][:3]}" if month else f"{day.day}"
        return f"{said} {day.year:04}" if year and month else said

    def month(self, day: date, *, year: bool = True) -> str:
        """A month, without the year that the next one says too."""
        return f"{_MONTHS[day.month - 1]} {day.year:04}" if year else _MONTHS[day.month - 1]


class Speech(Protocol):
    """How days are said in a language: see :class:`English`."""

    def phrase(self, text: str, /, **parts: object) -> str: ...  # noqa: D102
    def day(self, day: date, *, month: bool = True, year: bool = True) -> str: ...  # noqa: D102
    def month(self, day: date, *, year: bool = True) -> str: ...  # noqa: D102


class _Said(NamedTuple):
    """A date in words; of a plain day or month also that, so that what is said twice can be left out."""

    words: str
    plain: Literal["", "day", "month"] = ""
    day: date = date.min


_ENGLISH = English()
_OPEN = Edtf("..", date.min, date.max)
_Day = tuple[int, int]  # a month, 12 for January of year 1, and its day
_Span = tuple[Edtf, Edtf]  # an interval or a range of a set; one value twice


def parse(text: str) -> Edtf:
    """Read an EDTF expression; its bounds are inclusive and clipped to the years 1 to 9999.

    Levels 0 and 1 of ISO 8601-2 and the useful part of level 2 (docs/concepts.md). Raises
    InvalidDate for anything else, where possible with the date that was meant as a hint.
    """
    if not isinstance(text, str):
        raise InvalidDate("…", f"dates are written as text, not as {type(text).__name__}")
    try:
        return _parse(text)
    except InvalidDate as error:
        raise _explained(text, error) from None


def bounds(text: str) -> tuple[str, str]:
    """The earliest and latest day of an EDTF expression, both as ``YYYY-MM-DD``; see ``parse``.

    For bulk loads: a plain day takes 0.2 µs, anything else seen before 0.6 µs, else 5 to 15 µs.
    """
    if type(text) is str and len(text) == 10 and text[4] == text[7] == "-":
        try:
            date.fromisoformat(text)
            return text, text
        except ValueError:
            pass  # masked, or no such day: the parser knows which
    found = parse(text)
    return found.earliest.isoformat(), found.latest.isoformat()


def describe(text: str, speech: Speech | None = None) -> str:
    """An EDTF expression in a few words, never more precise: "21 Nov 2025", "about spring 2025".

    The one notation of dates for people: "between 18 and 21 Dec 2024", "20 or 21 Nov 2025", "by 2027"; in
    English unless ``speech`` says otherwise. Raises InvalidDate as ``parse`` does.
    """
    parse(text)
    speech = speech or _ENGLISH
    spans = _read(text)
    if all(low is high for low, high in spans):
        *values, end = _shortened([_said(value, speech) for value, _ in spans], speech)
    else:
        *values, end = (_say_span(span, speech) for span in spans)
    if not values:
        return end
    return speech.phrase("{others} or {last}", others=", ".join(values), last=end)


def describe_stretch(text: str, speech: Speech | None = None) -> str:
    """An EDTF expression as the time from its start to its end: "2025 to 2027", "from March 2025".

    For periods and windows, which last; :func:`describe` says of the same text that it is one day in it.
    """
    parse(text)
    speech = speech or _ENGLISH
    spans = _read(text)
    (low, high), *others = spans
    if others or low is high:
        return describe(text, speech)
    if high is _OPEN:
        return speech.phrase("from {date}", date=_say(low, speech))
    if low is _OPEN:
        return speech.phrase("until {date}", date=_say(high, speech))
    start, end = _said(low, speech), _said(high, speech)
    if start.words == end.words:
        return start.words
    first, last = _shortened([start, end], speech)
    return speech.phrase("{first} to {last}", first=first, last=last)


def read_phrase(
    text: str, published: date | str | None = None, languages: Sequence[str] | None = None
) -> Edtf:
    """Read a date as people write it: ``20 November 2025``, ``Anfang März 2025``, ``by the end of 2026``.

    ``published`` is the day (or its ISO text) that "yesterday" and "last month" count from. ``languages``
    are some of en, de, fr, es, it, nl, ja; without them all are tried. EDTF is read as well. The bounds are
    never narrower than the words (docs/formats.md lists the forms). Raises InvalidDate for what is not
    understood whole, may be read as two dates, or leaves something open, such as the year.
    """
    from timeline.model.phrases import read_phrase as read  # with babel, which takes 50 ms

    return read(text, published, languages)


def read_day(text: str, today: date, languages: Sequence[str] | None = None) -> date:
    """The one day that people mean, in the words of ``read_phrase``, seen from ``today``.

    "3 months ago" is meant to the day. Raises InvalidDate for anything longer, and for a weekday alone, which
    may be the last or the next.
    """
    from timeline.model.phrases import read_day as read

    return read(text, today, languages)


def parse_or_none(text: str) -> Edtf | None:
    """As ``parse``, but None for what is no EDTF: without the time that the search for a hint takes."""
    try:
        return _parse(text)
    except InvalidDate:
        return None


def _explained(text: str, error: InvalidDate) -> InvalidDate:
    """The error with the date that was probably meant as its hint."""
    if len(text) > _LONGEST:
        return error
    reason = error.reason if error.text == text else f'{error.reason} (in "{error.text}")'
    meant = _guess(text)
    if not meant and (part := _guess(str(error.text))):
        meant = _guess(text.replace(str(error.text), part))
    if meant:
        return InvalidDate(text, reason, f'did you mean "{meant}"?')
    return InvalidDate(text, reason, error.hint or _in_words(text)[1])


@lru_cache(maxsize=8192)
def _parse(text: str) -> Edtf:
    if len(text) > _LONGEST:
        raise InvalidDate(f"{text[:40]}…", f"it is longer than {_LONGEST} characters")
    spans = _read(text)
    return Edtf(text, min(low.earliest for low, _ in spans), max(end.latest for _, end in spans))


def _read(text: str) -> list[_Span]:
    """The members of a set, or the one value or interval; raises InvalidDate for the part."""
    if text[:1] != "[":
        return [_read_span(text, "/", "..")]
    if text[-1] != "]":
        raise InvalidDate(text, "a set ends with ]", "a qualifier stands inside: [2025~,2026]")
    members = text[1:-1].split(",")
    if any(m[:2] == ".." for m in members[1:]) or any(m[-2:] == ".." for m in members[:-1]):
        raise InvalidDate(text, "only the first may lack a start, and only the last an end")
    return [_read_span(member, "..", "") for member in members]


def _read_span(text: str, separator: str, unbounded: str) -> _Span:
    start, found, end = text.partition(separator)
    if not found:
        return (_read_value(text),) * 2
    if text == separator:
        raise InvalidDate(text, "it has neither a start nor an end")
    low, high = (_OPEN if side in ("", unbounded) else _read_value(side) for side in (start, end))
    if low.earliest > high.latest:
        raise InvalidDate(text, f"its start, {low.earliest}, is after its end, {high.latest}")
    return low, high


def _read_value(text: str) -> Edtf:
    qualified = text.endswith(tuple(_QUALIFIERS))
    body = text[:-1] if qualified else text
    lengths = [len(field) for field in body.split("-")]
    if lengths != [4, 2, 2][: len(lengths)] or not set(body) <= set("0123456789X-"):
        raise InvalidDate(text, _why(body))
    year, part, day = body[:4], body[5:7], body[8:]
    years, days = _numbers(year, 1, 9999), _numbers(day, 1, 31)
    codes = [part] if part in _UNITS else [f"{month:02}" for month in _numbers(part, 1, 12)]
    units = [_UNITS[code] for code in codes]
    if not years:
        raise InvalidDate(text, "years run from 0001 to 9999")
    if not units or (day and units[0].months > 1):
        raise InvalidDate(text, f"there is no month {part}", _UNIT_HINT)

    if day in ("", "XX"):
        low = 12 * years[0] + units[0].first, 1
        high = 12 * years[-1] + units[-1].first + units[-1].months - 1, 31
    elif first := next(_real_days(years, units, days), None):
        low, high = first, next(_real_days(years[::-1], units[::-1], days[::-1]))
    else:
        raise InvalidDate(text, f"there is no day {day} in {body[:7]}")
    step = _precision(body, units[0].months) if qualified else 0
    earliest, latest = _date(low[0] - step, low[1]), _date(high[0] + step, high[1])
    if qualified and not step:
        earliest = max(earliest, date.min + _DAY) - _DAY
        latest = min(latest, date.max - _DAY) + _DAY
    return Edtf(text, earliest, latest)


@lru_cache(maxsize=256)
def _numbers(mask: str, low: int, high: int) -> tuple[int, ...]:
    """The numbers from low to high that the mask can be, in order; none if it is empty."""
    digits = product(*("0123456789" if sign == "X" else sign for sign in mask))
    return tuple(n for n in (int("".join(each) or 0) for each in digits) if low <= n <= high)


def _real_days(years: Sequence[int], units: list[_Unit], days: Sequence[int]) -> Iterator[_Day]:
    """The days that the calendar has, in the order given."""
    for year, unit, day in product(years, units, days):
        if day <= monthrange(year, unit.first + 1)[1]:
            yield 12 * year + unit.first, day


def _precision(body: str, months: int) -> int:
    """The months that a qualifier adds on each side; 0 for a day, which adds a day."""
    known = body.find("X")
    if known < 0:
        return 0 if len(body) == 10 else months
    return 12 * 10 ** (4 - known) if known < 4 else 12 if known < 7 else 1


def _date(month: int, day: int) -> date:
    """A ``_Day``, clipped to the month's length and to the years 1 to 9999."""
    year, index = divmod(month, 12)
    if not 1 <= year <= 9999:
        return date.min if year < 1 else date.max
    return date(year, index + 1, min(day, monthrange(year, index + 1)[1]))


def _say_span(span: _Span, speech: Speech) -> str:
    start, end = span
    if start is end:
        return _say(start, speech)
    if end is _OPEN:
        return speech.phrase("{date} or later", date=_say(start, speech))
    if start is _OPEN:
        return speech.phrase("by {date}", date=_say(end, speech))
    first, last = _said(start, speech), _said(end, speech)
    if first.words == last.words:
        return first.words
    return _between("between {first} and {last}", first, last, speech)


def _between(text: str, start: _Said, end: _Said, speech: Speech) -> str:
    first, last = _shortened([start, end], speech)
    return speech.phrase(text, first=first, last=last)


def _shortened(said: Sequence[_Said], speech: Speech) -> list[str]:
    """Days or months of one month or year, which only the last one says: "18", "21 Dec 2024"."""
    whole = [each.words for each in said]
    if "" in {each.plain for each in said} or len({(e.plain, e.day.year) for e in said}) > 1:
        return whole
    others = [each.day for each in said[:-1]]
    if said[0].plain == "day" and len({each.day.month for each in said}) == 1:
        return [*(speech.day(day, month=False, year=False) for day in others), whole[-1]]
    if len(said) != 2:
        return whole
    say = speech.day if said[0].plain == "day" else speech.month
    return [*(say(day, year=False) for day in others), whole[-1]]


def _said(value: Edtf, speech: Speech) -> _Said:
    text, words = value.text, _say(value, speech)
    if value is _OPEN or text[-1] in _QUALIFIERS:
        return _Said(words)
    if text[8:] not in ("", "XX"):
        one = value.earliest == value.latest
        return _Said(words, "day", value.earliest) if one else _Said(words)
    if "X" in text or text[5:7] not in _UNITS or _UNITS[text[5:7]].months > 1:
        return _Said(words)
    return _Said(words, "month", value.earliest)


def _say(value: Edtf, speech: Speech) -> str:
    if value is _OPEN:
        return speech.phrase("at any time")
    text, earliest, latest = value.text, value.earliest, value.latest
    if text[-1] in _QUALIFIERS:
        value = _read_value(text[:-1])
        said, low, high = _say(value, speech), value.earliest, value.latest
        if "X" in text and (
            low == high or ("X" in text[:7] and low.replace(day=1) == high.replace(day=1))
        ):
            # one day or month by chance, around which the masked part is vague
            said = _some_day(earliest, latest, speech)
            if len(text) < 10:
                first, last = (
                    _Said(speech.month(each), "month", each) for each in (earliest, latest)
                )
                said = _between("some month between {first} and {last}", first, last, speech)
        return speech.phrase(_QUALIFIERS[text[-1]], date=said)
    year, part, day = text[:4], text[5:7], text[8:]
    if day not in ("", "XX"):
        return speech.day(earliest) if earliest == latest else _some_day(earliest, latest, speech)
    unit, unknown = _UNITS.get(part, _UNITS[""]), "day" if day else "month" if "X" in part else ""
    name = speech.month(earliest, year=False) if unit.months == 1 else speech.phrase(unit.name)
    if "X" in year:
        return _some_year(year, name, unknown, speech)
    if "X" in part and part != "XX" and earliest.month < latest.month:
        ends = {"first": speech.month(earliest, year=False), "last": speech.month(latest)}
        if unknown == "day":
            return speech.phrase("some day between {first} and {last}", **ends)
        return speech.phrase("some month between {first} and {last}", **ends)
    if unit.months == 1:
        known = speech.month(earliest)
    else:
        winter = f"/{(int(year) + 1) % 100:02}" if unit.first + unit.months > 12 else ""
        years = f"{year}{winter}"
        known = years
        if unit.months in (4, 6):
            known = speech.phrase("{unit} of {year}", unit=name, year=years)
        elif name:
            known = speech.phrase("{unit} {year}", unit=name, year=years)
    if unknown == "day":
        return speech.phrase("some day in {date}", date=known)
    return speech.phrase("some month in {date}", date=known) if unknown else known


def _some_day(earliest: date, latest: date, speech: Speech) -> str:
    """One day of several: "some day between 20 and 29 Nov 2025"."""
    first, last = (_Said(speech.day(each), "day", each) for each in (earliest, latest))
    return _between("some day between {first} and {last}", first, last, speech)


def _some_year(year: str, unit: str, unknown: str, speech: Speech) -> str:
    """A part of a year of which only some digits are known: "some spring in the 2020s"."""
    noun = unit
    if unknown:
        noun = speech.phrase(unknown)
        if unit:
            noun = speech.phrase("{unit} day", unit=unit)
    years = _numbers(year, 1, 9999)
    if years[-1] - years[0] == 9 and year[2] != "0":  # "the 2000s" may be a century
        if not noun:
            return speech.phrase("the {decade}s", decade=years[0])
        return speech.phrase("some {noun} in the {decade}s", noun=noun, decade=years[0])
    ends = {"first": f"{years[0]:04}", "last": f"{years[-1]:04}"}
    if not noun:
        return speech.phrase("some year between {first} and {last}", **ends)
    return speech.phrase("some {noun} between {first} and {last}", noun=noun, **ends)


def _why(body: str) -> str:
    """What is wrong with the shape of a value: the first reason that applies."""
    reasons = {
        "it is empty": not body,
        "{…} is all of several dates, […] one of several": "{" in body,
        "there are spaces around it": body != body.strip(),
        "it has characters beyond ASCII": not body.isascii(),
        "one qualifier is allowed, at the end of a value": set(body) & set(_QUALIFIERS),
        "it has a time, and nothing here is finer than a day": re.search(r"\d[:T]\d", body),
        "a year has four digits, 0001 to 9999": re.match(r"(?!\d{4}-)[Y+-]*\d+(-|$)", body),
        "a masked digit is a capital X": "x" in body and set(body) <= set("0123456789Xx-"),
        "a date is written YYYY, YYYY-MM or YYYY-MM-DD": True,
    }
    return next(reason for reason, applies in reasons.items() if applies)


def _guess(text: str) -> str:
    """The date that was probably meant: the first of some rewritings that is one, or ""."""
    solid = "".join(text.split()).replace("x", "X")
    marks = set(solid) & set(_QUALIFIERS)
    bare = "".join(sign for sign in solid if sign not in marks)
    rewritings = (
        solid,
        solid.removeprefix("+"),
        re.sub(r"(?<=-\d\d)[T ]\d\d(?!\d)[^/,\]]*", "", text),  # without the time of day
        "" if set(bare) & set("/[") else bare + (marks.pop() if len(marks) == 1 else "%"),
        f"[{solid.strip('[]')}]",
        f"{solid[:4]}-{solid[4:6]}-{solid[6:]}",  # 20251120
        f"{solid[:4]}/{solid[5:]}" if len(solid) == 9 else "",  # 2025-2026
        _in_words(text)[0],
    )
    for rewriting in rewritings:
        with suppress(InvalidDate):
            _read(rewriting)
            return rewriting
    return ""


@lru_cache(maxsize=256)  # what is wrong in one line of a file is often wrong in many: 11 ms each
def _in_words(text: str) -> tuple[str, str | None]:
    """The EDTF of a date in words or in figures of another order; else "", and why it is refused."""
    if len(text) > 100 or not text.strip():
        return "", None
    try:
        return read_phrase(text).text, None
    except InvalidDate as error:
        return "", None if error.reason == NOT_UNDERSTOOD else error.reason
