"""Days as people write them, in seven languages, read as EDTF: ``early March 2025``, ``bis Ende 2026``.

The words of each language (:mod:`timeline.model.phrase_words`) are symbols of one grammar, whose rules
stand below in the order from a year to a whole phrase. A phrase is read in every way that the grammar and
the languages allow. It is taken when all ways mean the same days, and refused when there is none, or when
two differ, or when one of them leaves something open (a month without a year). So nothing is guessed.

A rule is a list of symbols: of one word (in the tables of words), of one token (in ``_TOKEN_SYMBOLS``) or of
other rules. ``month:m`` hands the value on as ``m``, ``year:y?`` may be missing, and ``!`` allows no words to be
skipped before. Every rule advances in the text, so that the memory of what was read at each place keeps the
work small; a phrase has at most 40 tokens.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from timeline.errors import InvalidDate
from timeline.model import dates
from timeline.model.dates import Edtf
from timeline.model.phrase_words import (
    DAY_FIRST,
    LANGUAGES,
    SUNDAY_WEEKS,
    Lexicon,
    fold,
    is_fiscal,
    lexicon_of,
    tokens_of,
    vocabulary_of,
)

_LONGEST: Final = 40  # tokens; the longest phrase of the tests has 16
_RECENT: Final = timedelta(weeks=8)  # "in the past weeks"
_DAY: Final = timedelta(days=1)
_WINTERS: Final = ("24", "28", "30")  # the seasons of two years


@dataclass(frozen=True, slots=True)
class Named:
    """What the words name in the calendar: a unit of EDTF, or a day or a part of it; the year may be missing."""

    unit: str = ""
    """The two digits of EDTF after the year: a month, a season, a quarter …; "" for the year itself."""
    year: int | None = None
    day: int | None = None
    part: int | None = None
    """Of a month: 0 to 2 its beginning, middle and end, 3 and 4 its halves."""
    sign: str = ""
    paired: bool = False
    """Whether both years of a winter are named."""
    fuzzy: bool = False
    """Whether its bounds are no sharp ones: the middle of a year."""


@dataclass(frozen=True, slots=True)
class Span:
    """Days that are fixed: as EDTF, and the first and the last of them."""

    text: str
    earliest: date
    latest: date
    day: date | None = None
    """The one day that a coordinate means by it: three months ago to the day."""
    fuzzy: bool = False
    doubtful: bool = False
    """Whether it may be another one, unless by, until or since says that it is to come or has been."""


@dataclass(frozen=True, slots=True)
class Bare:
    """The first end of a range that says less than the last: 18. in "18. bis 21. Dezember 2024"."""

    number: int | None = None
    part: int | None = None


@dataclass(frozen=True, slots=True)
class Blocked:
    """A reading that leaves something open, so that the phrase is refused with this reason."""

    reason: str
    hint: str | None = None


class Context(NamedTuple):
    """What a phrase is read with."""

    published: date | None
    exact: bool
    """Whether one day is asked for: "three months ago" is meant to the day then."""
    language: str


Value = Any
Action = Callable[..., Value]


class _Symbol(NamedTuple):
    name: str
    value: str
    optional: bool
    tight: bool


_RULES: dict[str, list[tuple[tuple[_Symbol, ...], Action]]] = {}


def _rule(name: str, *patterns: str) -> Callable[[Action], Action]:
    """Add patterns to a rule; the action gets the values by their names, and the context."""

    def add(action: Action) -> Action:
        for pattern in patterns:
            symbols = []
            for written in pattern.split():
                bare = written.strip("!?")
                symbol, _, value = bare.partition(":")
                symbols.append(
                    _Symbol(symbol, value, written.endswith("?"), written.startswith("!"))
                )
            _RULES.setdefault(name, []).append((tuple(symbols), action))
        return action

    return add


def read_phrase(
    text: str, published: date | None = None, languages: Sequence[str] | None = None
) -> Edtf:
    """See :func:`timeline.model.dates.read_phrase`."""
    found = _read(text, published, languages, exact=False)
    read = dates.parse(found.text)
    assert (read.earliest, read.latest) == (found.earliest, found.latest), found
    return read


def read_day(text: str, today: date, languages: Sequence[str] | None = None) -> date:
    """The one day that is meant, seen from ``today``; "3 months ago" is meant to the day.

    Raises InvalidDate for anything longer, and for a weekday, of which nobody knows whether it is past.
    """
    found = _read(text, today, languages, exact=True)
    if found.day is not None:
        return found.day
    if found.earliest != found.latest:
        last = f"the last day of it is {found.latest}" if found.latest != date.max else None
        raise InvalidDate(text, "it is longer than a day", last)
    return found.earliest


def _read(
    text: str, published: date | None, languages: Sequence[str] | None, *, exact: bool
) -> Span:
    if not isinstance(text, str):
        raise InvalidDate("…", f"dates are written as text, not as {type(text).__name__}")
    shown = text if len(text) <= 80 else f"{text[:80]}…"
    for language in languages or ():
        if language not in LANGUAGES:
            raise InvalidDate(
                shown, f'"{language}" is no language of days', f"they are {', '.join(LANGUAGES)}"
            )
    if len(text) > 500:
        raise InvalidDate(shown, "it is too long for a date")
    stripped = text.strip()
    if stripped.isascii() and (edtf := _read_edtf(stripped)):
        return edtf
    folded = fold(text)
    if is_fiscal(folded):
        raise InvalidDate(
            shown,
            "the bounds of a fiscal year are the company's own",
            "write its first and last day, as in 2024-07-01/2025-06-30",
        )
    tokens = tokens_of(folded)
    if not tokens or len(tokens) > _LONGEST:
        raise InvalidDate(shown, "it is empty" if not tokens else "it is too long for a date")
    spans: dict[tuple[date, date, date | None], Span] = {}
    blocked: list[Blocked] = []
    for language in languages or LANGUAGES:
        if not _knows(language, tokens):
            continue
        context = Context(published, exact, language)
        for found in _Reading(folded, tokens, lexicon_of(language), context).all():
            if isinstance(found, Blocked):
                blocked.append(found)
            else:
                spans.setdefault((found.earliest, found.latest, found.day), found)
    if blocked:
        raise InvalidDate(shown, blocked[0].reason, blocked[0].hint)
    if len(spans) > 1:
        first, second, *_ = (span.text for span in spans.values())
        raise InvalidDate(shown, f"it may be {first} or {second}", "write the one that you mean")
    if not spans:
        raise InvalidDate(
            shown,
            "nothing that is understood whole as a date",
            "docs/formats.md lists what is read, such as 20 November 2025, early 2025 or Q3 2025",
        )
    (span,) = spans.values()
    if third := re.fullmatch(r"(\d{4})-3([789])", span.text):  # early 2025: rather for readers
        first = 4 * int(third[2]) - 27
        return replace(span, text=f"{third[1]}-{first:02}/{third[1]}-{first + 3:02}")
    return span


def _read_edtf(text: str) -> Span | None:
    years = re.fullmatch(r"\d\d(\d\d)-(\d\d)", text)
    if years and int(years[2]) > 12 and int(years[2]) == (int(years[1]) + 1) % 100:
        raise InvalidDate(
            text,
            "two years, or a season in EDTF",
            f'write "{text[:4]}/{int(text[:4]) + 1}" or the name of the season',
        )
    try:
        found = dates.parse(text)
    except InvalidDate:
        return None
    return Span(found.text, found.earliest, found.latest)


def _knows(language: str, tokens: list[re.Match[str]]) -> bool:
    """Whether the language has all words of the text: most have not, and are no work."""
    words = vocabulary_of(language)
    return all(token[0] in words or not token[0].isalpha() or token[0] in "wtz" for token in tokens)


class _Reading:
    """A text in one language: what each rule reads at each place."""

    def __init__(
        self, text: str, tokens: list[re.Match[str]], lexicon: Lexicon, context: Context
    ) -> None:
        self.text = text
        self.tokens = tokens
        self.words = [token[0] for token in tokens]
        self.lexicon = lexicon
        self.context = context
        self.ends = {token.end(): index + 1 for index, token in enumerate(tokens)}
        self._memory: dict[tuple[str, int, bool], list[tuple[int, Value]]] = {}
        self._skips: dict[int, list[int]] = {}

    def all(self) -> Iterator[Span | Blocked]:
        """The meanings of the whole text."""
        size = len(self.words)
        for end, value in self.read("phrase", 0):
            rest = self.words[end:]
            skipped = self.context.language == "ja" and size in self._after_skips(end)
            if end == size or rest == ["."] or skipped:
                yield value

    def read(self, symbol: str, at: int, *, tight: bool = False) -> list[tuple[int, Value]]:
        """Where a symbol may end that begins here, each with its value."""
        key = symbol, at, tight
        found = self._memory.get(key)
        if found is None:
            found = self._memory[key] = []  # a rule that began with itself would find nothing
            each = self._rule(symbol, at) if symbol in _RULES else self._word(symbol, at, tight)
            for entry in each:
                if entry not in found:
                    found.append(entry)
        return found

    def _rule(self, name: str, at: int) -> Iterator[tuple[int, Value]]:
        for symbols, action in _RULES[name]:
            for end, values in self._match(symbols, 0, at, {}):
                blocked = next((v for v in values.values() if isinstance(v, Blocked)), None)
                made = blocked or action(self.context, **values)
                for value in made if isinstance(made, list) else [made]:
                    if value is not None:
                        yield end, value

    def _match(
        self, symbols: tuple[_Symbol, ...], index: int, at: int, values: dict[str, Value]
    ) -> Iterator[tuple[int, dict[str, Value]]]:
        if index == len(symbols):
            yield at, values
            return
        symbol = symbols[index]
        for end, value in self.read(symbol.name, at, tight=symbol.tight):
            known = {**values, symbol.value: value} if symbol.value else values
            yield from self._match(symbols, index + 1, end, known)
        if symbol.optional:
            known = {**values, symbol.value: None} if symbol.value else values
            yield from self._match(symbols, index + 1, at, known)

    def _word(self, symbol: str, at: int, tight: bool) -> Iterator[tuple[int, Value]]:
        for start in [at] if tight else self._after_skips(at):
            if start == len(self.words):
                continue
            if read := _TOKEN_SYMBOLS.get(symbol):
                yield from read(self, start)
                continue
            yield from self._entries(symbol, start)

    def _entries(self, symbol: str, start: int) -> Iterator[tuple[int, Value]]:
        for words, of, value in self.lexicon.get(self.words[start], ()):
            end = start + len(words)
            if of == symbol and tuple(self.words[start:end]) == words:
                yield end, value

    def _after_skips(self, at: int) -> list[int]:
        found = self._skips.get(at)
        if found is None:
            found = [at]
            if at < len(self.words):
                for end, _ in self._entries("skip", at):
                    found += [each for each in self._after_skips(end) if each not in found]
            self._skips[at] = found
        return found


# Symbols of one token, or of figures and signs without spaces.


def _figures(pattern: str) -> Callable[[_Reading, int], Iterator[tuple[int, Value]]]:
    matches = re.compile(pattern).match

    def read(reading: _Reading, at: int) -> Iterator[tuple[int, Value]]:
        start = reading.tokens[at].start()
        found = matches(reading.text, start)
        if found and (end := reading.ends.get(found.end())):
            yield end, found

    return read


def _number(low: int, high: int, sizes: Sequence[int]) -> Callable[..., Iterator[tuple[int, int]]]:
    def read(reading: _Reading, at: int) -> Iterator[tuple[int, int]]:
        word = reading.words[at]
        if word[0] in "0123456789" and len(word) in sizes and low <= int(word) <= high:
            yield at + 1, int(word)

    return read


def _sign(sign: str) -> Callable[[_Reading, int], Iterator[tuple[int, None]]]:
    def read(reading: _Reading, at: int) -> Iterator[tuple[int, None]]:
        if reading.words[at] == sign:
            yield at + 1, None

    return read


_TOKEN_SYMBOLS: Final = {
    "number": _number(0, 99, (1, 2)),
    "count": _number(0, 99999, (1, 2, 3, 4, 5)),
    "year4": _number(1, 9999, (4,)),
    "year2": _number(0, 99, (2,)),
    "dash": _sign("-"), "slash": _sign("/"), "dot": _sign("."), "comma": _sign(","), "apostrophe": _sign("'"),
    "plus": _sign("&"),
    "numeric-day": _figures(r"(\d{1,2})([./-]) ?(\d{1,2})\2 ?(\d{4}|\d\d)(?!\d)"),
    "numeric-ymd": _figures(r"(\d{4})([./-])(\d{1,2})\2(\d{1,2})(?!\d)(t\d\d:\d\d(:\d\d(\.\d+)?)?z?)?"),
    "numeric-dm": _figures(r"(\d{1,2})\. ?(\d{1,2})\."),
    "numeric-compact": _figures(r"(\d{4})(\d\d)(\d\d)(?!\d)"),
    "numeric-month": _figures(r"(?:(\d{1,2})[./-](\d{4})|(\d{4})[./](\d{1,2}))(?![\d./-])"),
    "numeric-ordinal": _figures(r"(\d{4})-?(\d{3})(?!\d)"),
    "iso-week": _figures(r"(?:(\d{4})-?w(\d\d)|w(\d\d)[ /-](\d{4}))(?!\d)"),
    "iso-week-day": _figures(r"(\d{4})(-?)w(\d\d)\2([1-7])(?!\d)"),
}  # fmt: skip


# Years


def _full_year(short: int) -> int | Blocked:
    """The year of two digits: 00 to 49 are of this century, 70 to 99 of the last."""
    if 50 <= short < 70:
        return Blocked("a year of two digits that may be of either century", "write four digits")
    return short + (2000 if short < 50 else 1900)


@_rule("year", "year4:y", "year-word year4:y", "year4:y !year-mark")
def _(_: Context, y: int) -> int:
    return y


@_rule("year", "era:base !number:n !year-mark", "era:base !first-year !year-mark")
def _(_: Context, base: int, n: int = 1) -> int | None:
    lasts = {2018: 99, 1988: 31, 1925: 64}[base]
    return base + n if 1 <= n <= lasts else None


@_rule("year", "shifted:s", "rel-year:n")
def _(at: Context, s: tuple[str, int] | None = None, n: int = 0) -> int | Blocked | None:
    unit, away = s or ("year", n)
    if unit != "year":
        return None
    return _RELATIVE if at.published is None else at.published.year + away


_RELATIVE: Final = Blocked(
    "it counts from a day that is not known", "give the day of publication, or write the date"
)


@_rule("pair", "year4:a slash year2:b", "year4:a dash year2:b", "year4:a slash year4:c")
@_rule("pair", "year4:a dash year4:c")
def _(_: Context, a: int, b: int | None = None, c: int | None = None) -> int | None:
    """Two years in a row, by the first."""
    return a if b == (a + 1) % 100 or c == a + 1 else None


@_rule("direction", "!bare-last", "last")
def _(_: Context) -> str:
    return "last"


for _name in ("past", "next", "coming", "this"):
    _rule("direction", _name)(lambda _, name=_name: name)


@_rule("shifted", "direction:d unit:u", "unit:u direction:d")
def _(_: Context, d: str, u: str) -> tuple[str, int]:
    return u, {"last": -1, "past": -1, "this": 0, "next": 1, "coming": 1}[d]


@_rule("shifted", "rel-month:n")
def _(_: Context, n: int) -> tuple[str, int]:
    return "month", n


@_rule("shifted", "rel-week:n")
def _(_: Context, n: int) -> tuple[str, int]:
    return "week", n


# Months and days


@_rule("month-name", "month:m", "month:m !dot")
def _(_: Context, m: int) -> int:
    return m


@_rule("named-month", "month-name:m", "month-name:m year:y", "year:y month-name:m")
@_rule("named-month", "month-name:m dash year4:y", "month-name:m slash year4:y")
@_rule("named-month", "unit:u month-name:m year:y?")
def _(_: Context, m: int, y: int | None = None, u: str = "month") -> Named | None:
    return Named(f"{m:02}", y) if u == "month" else None


@_rule("named-month", "month-name:m apostrophe !year2:s")
def _(_: Context, m: int, s: int) -> Named | Blocked:
    year = _full_year(s)
    return year if isinstance(year, Blocked) else Named(f"{m:02}", year)


@_rule("named-month", "numeric-month:t")
def _(_: Context, t: re.Match[str]) -> Named | None:
    month, year = int(t[1] or t[4]), int(t[2] or t[3])
    return Named(f"{month:02}", year) if 1 <= month <= 12 and year else None


@_rule("named-month", "shifted:s")
def _(at: Context, s: tuple[str, int]) -> Named | Blocked | None:
    if s[0] != "month":
        return None
    if at.published is None:
        return _RELATIVE
    return _month_of(_add_months(at.published, s[1]))


def _month_of(day: date) -> Named:
    return Named(f"{day.month:02}", day.year)


def _add_months(day: date, months: int) -> date:
    """The same day of another month, or its last where it has no such day; kept within the calendar."""
    year, index = divmod(12 * day.year + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        return date.min if year < 1 else date.max
    return date(year, index + 1, min(day.day, monthrange(year, index + 1)[1]))


def _add_days(day: date, days: int) -> date:
    ordinal = day.toordinal() + days
    return date.fromordinal(min(max(ordinal, 1), date.max.toordinal()))


@_rule("directed", "direction:d month-name:m", "month-name:m direction:d")
def _(at: Context, d: str, m: int) -> Value:
    """This, last or next March."""
    if at.published is None:
        return _RELATIVE
    year = at.published.year
    if d == "this":
        return Named(f"{m:02}", year)
    later = d in ("next", "coming")
    gone = m > at.published.month if later else m < at.published.month
    nearest = year if gone else year + (1 if later else -1)
    first = Named(f"{m:02}", nearest)
    if d in ("past", "coming") or nearest != year:
        return first
    return _either(at, [first, replace(first, year=nearest + (1 if later else -1))])


@_rule("day-number", "number:n", "number:n !ordinal-sign", "ordinal:n", "number:n !day-mark")
def _(_: Context, n: int) -> int | None:
    return n if 1 <= n <= 31 else None


@_rule("date", "day-number:n named-month:m", "named-month:m day-number:n year:y?")
def _(_: Context, n: int, m: Named, y: int | None = None) -> Named | None:
    if y is not None:
        if m.year is not None:
            return None
        m = replace(m, year=y)
    return _day(m.year, int(m.unit), n)


@_rule("date", "day-number:n dash month-name:m dash year4:y")
@_rule("date", "day-number:n slash month-name:m slash year4:y")
@_rule("date", "day-number:n dot month-name:m dot year4:y")
@_rule("date", "month-name:m dash number:n dash year4:y", "year4:y dash month-name:m dash number:n")
def _(_: Context, n: int, m: int, y: int) -> Named | None:
    return _day(y, m, n)


@_rule("date", "day-number:n month-name:m year2:s", "day-number:n dash month-name:m dash year2:s")
@_rule("date", "day-number:n slash month-name:m slash year2:s")
@_rule("date", "day-number:n month-name:m apostrophe !year2:s")
def _(_: Context, n: int, m: int, s: int) -> Named | Blocked | None:
    year = _full_year(s)
    return year if isinstance(year, Blocked) else _day(year, m, n)


@_rule("date", "numeric-day:t")
def _(at: Context, t: re.Match[str]) -> list[Named | Blocked | None]:
    first, second, short = int(t[1]), int(t[3]), len(t[4]) == 2
    year = _full_year(int(t[4])) if short else int(t[4])
    if isinstance(year, Blocked):
        return [year]
    ways: list[Named | Blocked | None] = [_day(year, second, first)]
    if at.language not in DAY_FIRST:
        other = _day(year, first, second)
        ways.append(other)
        if short and other and not ways[0]:
            # the year stands after the day, where two digits are not taken
            return [
                Blocked("the month stands first and the year has two digits", "write 2025-12-31")
            ]
    return ways


@_rule("date", "numeric-ymd:t")
def _(_: Context, t: re.Match[str]) -> Named | None:
    return _day(int(t[1]), int(t[3]), int(t[4]))


@_rule("date", "numeric-compact:t")
def _(_: Context, t: re.Match[str]) -> Named | None:
    return _day(int(t[1]), int(t[2]), int(t[3]))


@_rule("date", "numeric-dm:t year4:y?")
def _(at: Context, t: re.Match[str], y: int | None) -> list[Named | None]:
    ways = [_day(y, int(t[2]), int(t[1]))]
    return ways if at.language in DAY_FIRST else [*ways, _day(y, int(t[1]), int(t[2]))]


@_rule("date", "numeric-ordinal:t")
def _(_: Context, t: re.Match[str]) -> Named | None:
    year, number = int(t[1]), int(t[2])
    if not year or not 1 <= number <= (366 if monthrange(year, 2)[1] == 29 else 365):
        return None
    found = _add_days(date(year, 1, 1), number - 1)
    return Named(f"{found.month:02}", year, found.day)


@_rule("date", "iso-week-day:t")
def _(_: Context, t: re.Match[str]) -> Named | None:
    try:
        found = date.fromisocalendar(int(t[1]), int(t[3]), int(t[4]))
    except ValueError:
        return None
    return Named(f"{found.month:02}", found.year, found.day)


def _day(year: int | None, month: int, day: int) -> Named | None:
    """A day that the calendar has, in a leap year where the year is not known; else no reading."""
    if not 1 <= month <= 12 or year == 0 or not 1 <= day <= monthrange(year or 2024, month)[1]:
        return None
    return Named(f"{month:02}", year, day)


@_rule("weekday-name", "weekday:w", "weekday:w !dot")
def _(_: Context, w: tuple[int, bool]) -> tuple[int, bool]:
    return w


@_rule("full-date", "date:d", "date:d day-time", "day-time date:d")
def _(_: Context, d: Named) -> Named:
    return d


@_rule("full-date", "weekday-name:w date:d day-time?", "date:d weekday-name:w")
def _(at: Context, w: tuple[int, bool], d: Named) -> Named | Blocked | None:
    """A day with its weekday, which tells the year where the year is missing."""
    if d.day is None:
        return None
    if d.year is not None:
        found = date(d.year, int(d.unit), d.day)
        if found.weekday() == w[0]:
            return d
        return Blocked(f"{found} is a {found:%A}", "write the day without its weekday")
    if at.published is None:
        return d
    near = range(at.published.year - 1, at.published.year + 2)
    there = [y for y in near if 1 <= y <= 9999 and _day(y, int(d.unit), d.day)]
    fitting = [y for y in there if date(y, int(d.unit), d.day).weekday() == w[0]]
    return replace(d, year=fitting[0]) if len(fitting) == 1 else d


# Quarters, halves, seasons


@_rule(
    "nth", "ordinal:n", "number:n !ordinal-sign", "roman:n", "roman:n !dot", "roman:n !ordinal-sign"
)
def _(_: Context, n: int) -> int:
    return n


@_rule("quarter-number", "nth:n quarter-word", "nth:n dash quarter-word", "quarter-word number:n")
@_rule("quarter-number", "quarter-letter !number:n", "number:n !quarter-letter")
@_rule("quarter-number", "quarter-mark !number:n quarter-word")
def _(_: Context, n: int) -> str | None:
    return f"{32 + n}" if 1 <= n <= 4 else None


@_rule("half-number", "nth:n half-word", "nth:n dash half-word", "nth:n half-year-word")
@_rule("half-number", "half-letter !number:n", "number:n !half-letter")
def _(_: Context, n: int) -> str | None:
    return f"{39 + n}" if 1 <= n <= 2 else None


@_rule("quarter", "quarter-number:u", "quarter-number:u year:y", "quarter-number:u dash year4:y")
@_rule("quarter", "quarter-number:u slash year4:y", "year:y quarter-number:u")
@_rule("quarter", "year4:y dash quarter-number:u", "year4:y slash quarter-number:u")
@_rule("half", "half-number:u", "half-number:u year:y", "half-number:u dash year4:y")
@_rule("half", "half-number:u slash year4:y", "year:y half-number:u")
@_rule("half", "year4:y dash half-number:u", "year4:y slash half-number:u")
def _(_: Context, u: str, y: int | None = None) -> Named:
    return Named(u, y)


@_rule("half", "year:y half-after:n")
def _(_: Context, y: int, n: int) -> Named:
    return Named(f"{39 + n}", y)


@_rule(
    "quarter",
    "final quarter-word year4:y",
    "final quarter-word year-word year4:y",
    "final-quarter year:y",
)
def _(_: Context, y: int) -> Named:
    return Named("36", y)


@_rule("quarter", "shifted:s")
def _(at: Context, s: tuple[str, int]) -> Named | Blocked | None:
    if s[0] != "quarter":
        return None
    if at.published is None:
        return _RELATIVE
    day = _add_months(at.published, 3 * s[1])
    return Named(f"{33 + (day.month - 1) // 3}", day.year)


@_rule("half", "half-number:h named-month:m", "half-number:h dash named-month:m")
def _(_: Context, h: str, m: Named) -> Named:
    return replace(m, part=3 + int(h) - 40, fuzzy=True)


@_rule("half", "nth:n month-half:m year:y?")
def _(_: Context, n: int, m: int, y: int | None) -> Named | None:
    return Named(f"{m:02}", y, part=2 + n, fuzzy=True) if n in (1, 2) else None


@_rule("months", "nth:n many:c units:u year:y")
def _(_: Context, n: int, c: int, u: str, y: int) -> Value:
    """The first four months of 2025."""
    return _months(y, (n - 1) * c + 1, n * c) if u == "month" and n * c <= 12 else None


@_rule("months", "final many:c units:u year:y")
def _(_: Context, c: int, u: str, y: int) -> Value:
    return _months(y, 13 - c, 12) if u == "month" and c <= 12 else None


def _months(year: int, first: int, last: int) -> Named | Span | None:
    count = last - first + 1
    base = {3: 33, 4: 37, 6: 40}.get(count)
    if base is not None and (first - 1) % count == 0:
        return Named(f"{base + (first - 1) // count}", year)
    return _span(f"{year:04}-{first:02}/{year:04}-{last:02}") if count > 0 and first > 0 else None


@_rule("season-name", "season:s", "hemisphere:h season:s", "season:s hemisphere:h")
def _(_: Context, s: int, h: int = 21) -> str:
    return f"{h + s}"


@_rule("hemisphere", "north", "north-after")
def _(_: Context) -> int:
    return 25


@_rule("hemisphere", "south", "south-after")
def _(_: Context) -> int:
    return 29


@_rule("named-season", "season-name:s year:y?", "year:y season-name:s")
def _(_: Context, s: str, y: int | None) -> Named:
    return Named(s, y)


@_rule("named-season", "season:s year:y north-after:h", "season:s year:y south-after:g")
@_rule("named-season", "season:s pair:p north-after:h", "season:s pair:p south-after:g")
def _(_: Context, s: int, y: int | None = None, p: int | None = None, **hemisphere: None) -> Named:
    code = s + (29 if "g" in hemisphere else 25)
    return Named(f"{code}", y if p is None else p, paired=p is not None)


@_rule("named-season", "season-name:s pair:p")
def _(_: Context, s: str, p: int) -> Named | None:
    return Named(s, p, paired=True) if s in _WINTERS else None


@_rule("directed", "direction:d season-name:s", "season-name:s direction:d")
def _(at: Context, d: str, s: str) -> Value:
    """This, last or next spring."""
    if at.published is None:
        return _RELATIVE
    year = at.published.year
    near = [Named(s, y, paired=True) for y in range(year - 2, year + 3) if 1 <= y <= 9998]
    spans = [(each, _resolve(at, each)) for each in near]
    now = [n for n, span in spans if span.earliest <= at.published <= span.latest]
    if d == "this":
        if now or s in _WINTERS:
            return now[0] if now else Blocked("which winter is that?", "write winter 2024/25")
        return Named(s, year)
    if d in ("next", "coming"):
        found = [n for n, span in spans if span.earliest > at.published]
    else:
        found = [n for n, span in spans if span.latest < at.published][::-1]
    if d in ("past", "coming") or found[0].year != year:
        return found[0]
    return _either(at, found[:2])


# Parts, decades, weeks


@_rule("whole", "year:y")
def _(_: Context, y: int) -> Named:
    return Named("", y)


@_rule(
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


@_rule("now-part", "year-part:p", "part:p year-word")
def _(at: Context, p: int) -> Value:
    """A part of the year, month or week that runs, with how much of that has passed (0 to 1)."""
    if at.published is None:
        return _RELATIVE
    return p, Named("", at.published.year), (at.published.month - 0.5) / 12


@_rule("now-part", "month-part:p", "part:p unit:u")
def _(at: Context, p: int, u: str = "month") -> Value:
    if u != "month":
        return None
    if at.published is None:
        return _RELATIVE
    return p, _month_of(at.published), at.published.day / 31


@_rule("now-part", "week-part:p", "part:p unit:u")
def _(at: Context, p: int, u: str = "week") -> Value:
    if u != "week":
        return None
    return _RELATIVE if at.published is None else (p, _week(at, 0), at.published.weekday() / 6)


@_rule("now-part", "quarter-part:p", "part:p unit:u")
def _(at: Context, p: int, u: str = "quarter") -> Value:
    if u != "quarter":
        return None
    if at.published is None:
        return _RELATIVE
    quarter = (at.published.month - 1) // 3
    return p, Named(f"{33 + quarter}", at.published.year), (at.published.month - 3 * quarter) / 4


@_rule("seen", "now-part:n")
def _(at: Context, n: tuple[int, Value, float]) -> Value:
    """The end of the year, said in January, may be the last one; its beginning, in autumn, the next."""
    part, whole, passed = n
    span = _resolve(at, _part(part, whole))
    doubtful = (part == 2 and passed < 1 / 3) or (part == 0 and passed > 2 / 3)
    return replace(span, doubtful=doubtful)


@_rule("part-of", "part:p whole:x", "part:p dash whole:x")
@_rule("part-of", "whole:x part-after:p")
def _(_: Context, p: int, x: Value) -> Value:
    return _part(p, x)


@_rule("part-of", "named-month:x ten-days:p")
def _(_: Context, p: int, x: Named) -> Value:
    return _part(p, x)


@_rule("part-of", "year-part:p year:y", "year:y year-part:p")
def _(_: Context, p: int, y: int) -> Value:
    return _part(p, Named("", y))


@_rule("part-of", "month-part:p named-month:m")
def _(_: Context, p: int, m: Named) -> Value:
    return _part(p, m)


@_rule("part-of", "month-end:m year:y?")
def _(_: Context, m: tuple[int, int], y: int | None) -> Value:
    return _part(m[1], Named(f"{m[0]:02}", y))


def _part(part: int, whole: Named | Span) -> Named | Span | None:
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


@_rule("decade", "year4:y !decade-end", "decade-start year4:y", "year4:y !decade-end years-word")
@_rule("decade", "year4:y !year-mark !decade-end")
def _(_: Context, y: int) -> Span | None:
    if y % 10 or y < 100:
        return None
    return _span(f"{y // 100:02}XX" if y % 100 == 0 else f"{y // 10:03}X")


@_rule("decade", "decade-word:n", "decade-word:n years-word")
def _(_: Context, n: int) -> Span | None:
    return _span(f"{n}X")


@_rule("decade", "year2:y !decade-end", "decade-start year2:y")
def _(_: Context, y: int) -> Span | Blocked | None:
    if y % 10:
        return None
    if y < 50:
        return Blocked("the decade of two digits may be of either century", "write four digits")
    return _span(f"19{y // 10}X")


@_rule("decade", "nth:n century", "number:n century", "century number:n", "century roman:n")
def _(_: Context, n: int) -> Span | None:
    """The 19th century begins in 1800 or in 1801 and ends in 1899 or in 1900."""
    return _span(f"{100 * n - 100:04}/{100 * n:04}") if 2 <= n <= 99 else None


@_rule("week", "shifted:s")
def _(at: Context, s: tuple[str, int]) -> Value:
    if s[0] != "week":
        return None
    return _RELATIVE if at.published is None else _week(at, s[1])


def _week(at: Context, away: int) -> Span:
    """A week of Monday to Sunday; where countries differ, from the Sunday before as well."""
    day = at.published or date.min
    monday = _add_days(day, -day.weekday() + 7 * away)
    first, last = monday, _add_days(monday, 6)
    if at.language in SUNDAY_WEEKS:
        sunday = _add_days(day, -((day.weekday() + 1) % 7) + 7 * away)
        first, last = min(first, sunday), max(last, _add_days(sunday, 6))
    return _between(first, last)


@_rule("week", "calendar-week number:n year4:y", "calendar-week number:n slash year4:y")
@_rule(
    "week",
    "nth:n calendar-week year:y",
    "number:n calendar-week year:y",
    "year4:y calendar-week number:n",
)
@_rule("week", "calendar-week number:n dash year4:y", "calendar-week number:n year:y")
@_rule("week", "nth:n calendar-week slash year4:y")
def _(_: Context, n: int, y: int) -> Span | None:
    return _iso_week(y, n)


@_rule("week", "loose-week number year4")
def _(_: Context) -> Blocked:
    return Blocked("weeks are counted in two ways", "write calendar week 12 2025, or 2025-W12")


@_rule("week", "iso-week:t")
def _(_: Context, t: re.Match[str]) -> Span | None:
    return _iso_week(int(t[1] or t[4]), int(t[2] or t[3]))


def _iso_week(year: int, number: int) -> Span | None:
    try:
        first = date.fromisocalendar(year, number, 1)
        return _between(first, first + 6 * _DAY)
    except (ValueError, OverflowError):
        return None


@_rule("week", "week-of full-date:d", "week-from full-date:e", "week-to full-date:f")
def _(at: Context, d: Value = None, e: Value = None, f: Value = None) -> Value:
    span = _resolve(at, d or e or f)
    if isinstance(span, Blocked):
        return span
    day = span.earliest
    if f is not None:
        return _between(_add_days(day, -6), day)
    if e is not None or day.weekday() in (0, 6):
        monday = day if at.language != "de" else _add_days(day, -day.weekday())
        return _between(monday, _add_days(day, 6))
    return _week(at._replace(published=day), 0)


# Days seen from the day of publication


@_rule("seen", "!today", "!this-day-time", "!today day-time")
def _(at: Context) -> Value:
    return _seen(at, 0)


@_rule("seen", "!yesterday", "!yesterday day-time")
def _(at: Context) -> Value:
    return _seen(at, -1)


@_rule("seen", "!tomorrow", "!tomorrow day-time")
def _(at: Context) -> Value:
    return _seen(at, 1)


@_rule("seen", "!before-yesterday", "!before-yesterday day-time")
def _(at: Context) -> Value:
    return _seen(at, -2)


@_rule("seen", "!after-tomorrow", "!after-tomorrow day-time")
def _(at: Context) -> Value:
    return _seen(at, 2)


@_rule(
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
    return _RELATIVE if at.published is None else _span(f"{_add_days(at.published, days)}")


@_rule(
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
        return blocked or _RELATIVE
    return _span(f"{_add_days(at.published, -((at.published.weekday() - w[0]) % 7))}")


def _unsure(at: Context) -> Blocked | None:
    if at.exact:
        return Blocked("a weekday alone may be the last or the next")
    return None


@_rule("seen", "dayname:d")
def _(_: Context, d: Value) -> Value:
    return d


@_rule("seen", "night-to dayname:d")
def _(_: Context, d: Span) -> Span:
    return _between(d.earliest - _DAY, d.earliest)


@_rule("seen", "direction:d weekday-name:w day-time?", "weekday-name:w direction:d day-time?")
def _(at: Context, d: str, w: tuple[int, bool]) -> Value:
    """Last Thursday, said on a Friday, may be yesterday, or a week before that."""
    blocked = _unsure(at)
    if blocked or at.published is None:
        return blocked or _RELATIVE
    day, monday = at.published, _add_days(at.published, -at.published.weekday())
    back = _add_days(day, -((day.weekday() - w[0] - 1) % 7 + 1))
    on = _add_days(day, (w[0] - day.weekday() - 1) % 7 + 1)
    sunday = _add_days(monday, 6)
    if d == "this":
        here = _add_days(monday, w[0])
        return _span(f"{here}") if here >= day else _set([here, _add_days(here, 7)])
    if d in ("last", "past"):
        near = d == "past" or back < monday
        return _span(f"{back}") if near else _set([_add_days(back, -7), back])
    near = d == "coming" or on > sunday
    return _span(f"{on}") if near else _set([on, _add_days(on, 7)])


@_rule("seen", "weekday-name:w day-time? week:x", "week:x weekday-name:w")
def _(at: Context, w: tuple[int, bool], x: Span) -> Value:
    """Thursday of last week."""
    days = (_add_days(x.earliest, index) for index in range((x.latest - x.earliest).days + 1))
    found = [day for day in days if day.weekday() == w[0]]
    return _span(f"{found[0]}") if len(found) == 1 else _set(found)


@_rule("seen", "direction:d weekend")
def _(at: Context, d: str) -> Value:
    if at.published is None:
        return _RELATIVE
    day = at.published
    saturday = _add_days(day, -day.weekday() + 5)
    if d == "this":
        return None if day.weekday() < 3 else _between(saturday, _add_days(saturday, 1))
    if d in ("last", "past"):
        first = saturday if _add_days(saturday, 1) < day else _add_days(saturday, -7)
    else:
        first = saturday if saturday > day else _add_days(saturday, 7)
        if d == "next" and first == saturday:
            return _between(first, _add_days(first, 8))
    return _between(first, _add_days(first, 1))


@_rule("many", "cardinal:n", "count:n")
def _(_: Context, n: int) -> int:
    return n


@_rule("any-unit", "unit:u", "units:u")
def _(_: Context, u: str) -> str:
    return u


@_rule(
    "seen",
    "before-ago many:n any-unit:u",
    "many:n any-unit:u ago",
    "about before-ago many:n any-unit:u",
)
@_rule("seen", "about many:n any-unit:u ago")
def _(at: Context, n: int, u: str) -> Value:
    """So long ago: to the day for a coordinate; else as wide as the unit on both sides."""
    return _away(at, -n, u)


@_rule("seen", "many:n any-unit:u from-now")
def _(at: Context, n: int, u: str) -> Value:
    return _away(at, n, u)


def _away(at: Context, count: int, unit: str) -> Value:
    if at.published is None:
        return _RELATIVE
    day = _step(at.published, count, unit)
    if day in (date.min, date.max):
        return Blocked("that is outside the years 1 to 9999")
    if unit == "day":
        return _span(f"{day}")
    text = f"{day.year:04}~" if unit == "year" else f"{day.year:04}-{day.month:02}~"
    found = _between(_add_days(day, -7), _add_days(day, 7)) if unit == "week" else _span(text)
    return replace(found, day=day) if at.exact else found


def _step(day: date, count: int, unit: str) -> date:
    if unit in ("day", "week"):
        return _add_days(day, count * (7 if unit == "week" else 1))
    return _add_months(day, count * {"month": 1, "quarter": 3, "year": 12}[unit])


@_rule("seen", "recent-few units:u")
def _(at: Context, u: str) -> Value:
    """In the past weeks."""
    if u != "week":
        return Blocked(f"how many {u}s is not said", "write the span of days that you mean")
    if at.published is None:
        return _RELATIVE
    return _set_range(_add_days(at.published, -_RECENT.days), at.published)


@_rule("seen", "onward units:u")
def _(_: Context, u: str) -> Value:
    return Blocked(f"how many {u}s is not said", "write the span of days that you mean")


@_rule("seen", "recent many:n any-unit:u")
def _(at: Context, n: int, u: str) -> Value:
    """Over the past three months."""
    if at.published is None:
        return _RELATIVE
    return _set_range(_step(at.published, -n, u), at.published)


@_rule("seen", "onward many:n any-unit:u")
def _(at: Context, n: int, u: str) -> Value:
    if at.published is None:
        return _RELATIVE
    return _set_range(at.published, _step(at.published, n, u))


@_rule("seen", "!past-the !unit:u")
def _(at: Context, u: str) -> Value:
    """In the past year: the twelve months until today, or the last calendar year."""
    if at.published is None:
        return _RELATIVE
    start = _step(at.published, -1, u)
    if u in ("month", "year", "quarter"):
        month = {"year": 1, "quarter": 3 * ((start.month - 1) // 3) + 1}.get(u, start.month)
        start = date(start.year, month, 1)
    elif u == "week":
        start = _week(at, -1).earliest
    return _set_range(start, at.published)


@_rule("seen", "earlier shifted:s")
def _(at: Context, s: tuple[str, int]) -> Value:
    return _rest(at, s, later=False)


@_rule("seen", "later shifted:s")
def _(at: Context, s: tuple[str, int]) -> Value:
    return _rest(at, s, later=True)


def _rest(at: Context, shifted: tuple[str, int], *, later: bool) -> Value:
    """Earlier or later this year."""
    unit, away = shifted
    if at.published is None:
        return _RELATIVE
    whole: Value = {
        "year": Named("", at.published.year + away),
        "month": _month_of(_add_months(at.published, away)),
    }.get(unit)
    span = _week(at, away) if unit == "week" else whole and _resolve(at, whole)
    if span is None or away:
        return span
    if later:
        return _set_range(at.published, span.latest)
    return _set_range(span.earliest, at.published)


@_rule(
    "seen",
    "earlier year4:y",
    "later year4:y",
    "earlier year-word year4:y",
    "later year-word year4:y",
)
def _(_: Context, y: int) -> Value:
    return Named("", y)


@_rule("seen", "year-turn pair:p")
def _(_: Context, p: int) -> Span:
    return _span(f"{p:04}-12/{p + 1:04}-01")


# Qualifiers


@_rule("atom", "whole:x", "part-of:x", "full-date:x", "seen:x", "months:x", "some:x")
def _(_: Context, x: Value) -> Value:
    return x


@_rule("some", "some whole:x", "some full-date:x")
def _(_: Context, x: Value) -> Value:
    return x


@_rule(
    "some", "some span-from year:a to year:b", "some yearless:x unit? span-from year:a to year:b"
)
def _(_: Context, a: int, b: int, x: Named | None = None) -> Value:
    if a > b:
        return None
    end = f"{b + 1:04}-02" if x and x.unit in _WINTERS and b < 9999 else f"{b:04}"
    return _span(f"{a:04}/{end}")


@_rule("some", "some yearless:x unit? decade:d")
def _(_: Context, x: Named, d: Span) -> Value:
    if x.unit not in _WINTERS or d.latest.year == 9999:
        return d
    return _span(f"{d.earliest}/{d.latest.year + 1:04}-02")


@_rule("yearless", "named-month:x", "quarter:x", "half:x", "named-season:x")
def _(_: Context, x: Value) -> Value:
    return x if isinstance(x, Named) and x.year is None else None


@_rule("yearless", "nth:n cardinal:c units:u")
def _(_: Context, n: int, c: int, u: str) -> Value:
    return Named("37") if (c, u) == (4, "month") else None


@_rule("yearless", "final cardinal:c units:u")
def _(_: Context, c: int, u: str) -> Value:
    return Named("39") if (c, u) == (4, "month") else None


@_rule("some", "some span-from side:a to side:b")
def _(at: Context, a: Value, b: Value) -> Value:
    return _range(at, a, b)


@_rule("qualified", "atom:x")
def _(_: Context, x: Value) -> Value:
    return x


@_rule("qualified", "about atom:x about-after?", "atom:x about-after")
def _(at: Context, x: Value) -> Value:
    return _qualify(at, x, "~")


@_rule("qualified", "toward atom:x")
def _(at: Context, x: Value) -> Value:
    """Towards the end is the end; towards the middle is about the middle."""
    ends = isinstance(x, Named) and (x.unit == "39" or x.part == 2)
    return x if ends else _qualify(at, x, "~")


@_rule("qualified", "perhaps atom:x")
def _(at: Context, x: Value) -> Value:
    return _qualify(at, x, "?")


@_rule("qualified", "perhaps about atom:x")
def _(at: Context, x: Value) -> Value:
    return _qualify(at, x, "%")


def _qualify(at: Context, value: Named | Span, sign: str) -> Value:
    """Wider by one whole unit on both sides, as a qualifier of EDTF is."""
    if isinstance(value, Named) and value.part is None:
        return replace(value, sign=sign, fuzzy=True)
    span = _resolve(at, value)
    if isinstance(span, Blocked):
        return span
    if re.fullmatch(r"[\dX-]+", span.text):
        return _span(span.text + sign)
    if isinstance(value, Named):  # a part of a month: its neighbours
        around = 16 if (value.part or 0) > 2 else 11
        return _between(_add_days(span.earliest, -around), _add_days(span.latest, around))
    first, last = span.earliest, span.latest
    if (first.year, first.month) == (last.year, last.month):
        return _between(_add_months(first, -1), _add_months(last, 1))
    years = last.year - first.year + 1
    wider = 12 * (1 if years == 1 else 10 ** len(f"{years - 1}"))
    return _between(_add_months(first, -wider), _add_months(last, wider))


# Ranges and alternatives


@_rule("side", "qualified:x")
def _(_: Context, x: Value) -> Value:
    return x


@_rule("side", "day-number:n", "nth:n", "month-name:m day-number:n")
def _(_: Context, n: int, m: int | None = None) -> Value:
    return Bare(n) if m is None else _day(None, m, n)


@_rule("side", "part:p", "part:p dash")
def _(_: Context, p: int) -> Value:
    return Bare(part=p)


@_rule("tail", "qualified:x")
def _(_: Context, x: Value) -> Value:
    return x


@_rule("tail", "day-number:n year4:y")
def _(_: Context, n: int, y: int) -> Value:
    """21, 2024 in "December 18-21, 2024"."""
    return Named("", y, day=n)


@_rule(
    "range",
    "side:a to tail:b to-after?",
    "span-from side:a to tail:b",
    "span-from side:a and tail:b",
)
def _(at: Context, a: Value, b: Value) -> Value:
    return _range(at, a, b)


@_rule("range", "year4:a to year2:b", "year4:a slash year2:b")
def _(_: Context, a: int, b: int) -> Value:
    """2024/25, whatever kind of year that is."""
    return _span(f"{a:04}/{a + 1:04}") if b == (a + 1) % 100 and a < 9999 and b > 12 else None


def _range(at: Context, first: Value, last: Value) -> Value:
    filled = _fill(at, [first, last])
    if filled is None:
        return None
    start, end = (_sure(_resolve(at, each)) for each in filled)
    for each in (start, end):
        if isinstance(each, Blocked):
            return each
    if start.earliest > end.earliest or start.latest > end.latest:
        return Blocked("its start is after its end")
    low, high = _start(start.text, start.earliest), _end(end.text, end.latest)
    return replace(_span(f"{low}/{high}"), fuzzy=True)


@_rule(
    "several", "side:a or tail:b", "side:a slash tail:b", "side:a and tail:b", "side:a plus tail:b"
)
def _(_: Context, a: Value, b: Value) -> tuple[Value, ...]:
    return a, b


@_rule(
    "several",
    "side:a or related:b",
    "side:a or range:b",
    "related:a or side:b",
    "range:a or side:b",
)
@_rule(
    "several",
    "related:a or related:b",
    "range:a or range:b",
    "range:a or related:b",
    "related:a or range:b",
)
def _(_: Context, a: Value, b: Value) -> tuple[Value, ...]:
    return a, b


@_rule("several", "side:a comma several:b", "related:a comma several:b", "range:a comma several:b")
def _(_: Context, a: Value, b: tuple[Value, ...]) -> tuple[Value, ...]:
    return a, *b


def _either(at: Context, values: Sequence[Value]) -> Value:
    """One of several, in the order of the days."""
    filled = _fill(at, values)
    if filled is None:
        return None
    spans = [_sure(_resolve(at, each)) for each in filled]
    for each in spans:
        if isinstance(each, Blocked):
            return each
    members = sorted(set(spans), key=lambda span: (span.earliest, span.latest))
    parts = []
    for index, span in enumerate(members):
        text = span.text
        if text.startswith("[") and ".." in text and "," not in text:
            text = text[1:-1]
        elif not _is_value(text):
            text = f"{span.earliest}..{span.latest}"
        parts.append(text)
        if (text.startswith("..") and index) or (text.endswith("..") and index < len(members) - 1):
            return _between(min(s.earliest for s in spans), max(s.latest for s in spans))
    return replace(_span(f"[{','.join(parts)}]"), fuzzy=True)


def _fill(at: Context, values: Sequence[Value]) -> list[Value] | None:
    """Each with what only another one says: the month and the year of the last, as a rule."""
    filled: list[Value] = list(values)
    last = filled[-1]
    if isinstance(last, Named) and last.unit == "" and last.day is not None:  # 21, 2024
        before = filled[0]
        if not isinstance(before, Named) or before.day is None or before.year is not None:
            return None
        filled[-1] = last = _day(last.year, int(before.unit), last.day)
    if at.language == "ja" and isinstance(last, Named) and isinstance(filled[0], Named):
        if last.year is None and filled[0].year is not None:
            filled[-1] = last = replace(last, year=filled[0].year)
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
            return _day(last.year, int(last.unit), number)
        base, size = (33, 4) if "33" <= last.unit <= "36" else (40, 2)
        if last.unit in ("33", "34", "35", "36", "40", "41") and number <= size:
            return replace(last, unit=f"{base + number - 1}")
        return None
    if isinstance(value, Named) and value.year is None and isinstance(last, Named):
        if last.unit == "" and value.unit != "":  # Q3/2025 is one date
            return None
        full = replace(value, year=last.year)
        if full.day is not None and full.year is not None:
            return _day(full.year, int(full.unit), full.day)
        return full
    return value


# Relations to a day


@_rule("related", "by qualified:x", "qualified:x by-after", "by range:x")
def _(at: Context, x: Value) -> Value:
    """By the end of 2026: from the publication on, unless that has passed."""
    span = _resolve(at, x)
    if isinstance(span, Blocked):
        return span
    if at.published is not None and at.published <= span.latest:
        return _ranging(f"{at.published}", span.text, span.latest)
    return _ranging("", span.text, span.latest)


@_rule("related", "until qualified:x", "qualified:x until-after")
def _(at: Context, x: Value) -> Value:
    span = _resolve(at, x)
    return span if isinstance(span, Blocked) else _ranging("", span.text, span.latest)


@_rule("related", "before qualified:x", "qualified:x before-after")
def _(at: Context, x: Value) -> Value:
    span = _resolve(at, x)
    if isinstance(span, Blocked):
        return span
    last = span.latest if span.fuzzy else _add_days(span.earliest, -1)
    return _ranging("", f"{last}", last)


@_rule("related", "after qualified:x")
def _(at: Context, x: Value) -> Value:
    span = _resolve(at, x)
    if isinstance(span, Blocked):
        return span
    first = span.earliest if span.fuzzy else _add_days(span.latest, 1)
    return _span(f"[{first}..]")


@_rule("related", "not-before qualified:x", "qualified:x not-before-after", "from qualified:x")
@_rule("related", "from qualified:x not-before-after")
def _(at: Context, x: Value) -> Value:
    span = _resolve(at, x)
    if isinstance(span, Blocked):
        return span
    return _span(f"[{_start(span.text, span.earliest)}..]")


@_rule("related", "since qualified:x", "qualified:x since-after")
def _(at: Context, x: Value) -> Value:
    span = _resolve(at, x)
    if isinstance(span, Blocked):
        return span
    start = _start(span.text, span.earliest)
    if at.published is None:
        return _span(f"[{start}..]")
    if span.earliest > at.published:
        return Blocked(f"{span.text} lies after the publication")
    return _span(f"[{start}..{at.published}]")


@_rule("related", "any-time")
def _(_: Context) -> Value:
    return _span("../..")


def _ranging(start: str, text: str, latest: date) -> Span:
    return _span(f"[{start}..{_end(text, latest)}]")


@_rule("phrase", "qualified:x", "range:x", "related:x")
def _(at: Context, x: Value) -> Value:
    return _sure(_resolve(at, x))


def _sure(span: Any) -> Any:
    if isinstance(span, Span) and span.doubtful:
        return Blocked("it may be the last one or the next", "name the year, or the days")
    return span


@_rule("phrase", "several:x")
def _(at: Context, x: tuple[Value, ...]) -> Value:
    return _either(at, x)


# From what is named to days


def _is_value(text: str) -> bool:
    """Whether EDTF is one value, which may stand in an interval or a set."""
    return re.fullmatch(r"[\dX-]+[?~%]?", text) is not None


def _start(text: str, earliest: date) -> str:
    """The first end of a range: months rather than quarters and thirds, which fewer people can read."""
    if re.fullmatch(r"\d{4}-(3[3-9]|4[01])", text):
        return f"{earliest:%Y-%m}" if earliest.year > 999 else f"{earliest}"
    return text if _is_value(text) else f"{earliest}"


def _end(text: str, latest: date) -> str:
    if re.fullmatch(r"\d{4}-(3[3-9]|4[01])", text):
        return f"{latest:%Y-%m}" if latest.year > 999 else f"{latest}"
    return text if _is_value(text) else f"{latest}"


def _span(text: str) -> Span:
    found = dates.parse(text)
    return Span(text, found.earliest, found.latest)


def _between(first: date, last: date) -> Span:
    return _span(f"{first}" if first == last else f"{first}/{last}")


def _set(days: Iterable[date]) -> Span:
    return _span(f"[{','.join(f'{day}' for day in days)}]")


def _set_range(first: date, last: date) -> Span:
    return _span(f"{first}" if first == last else f"[{first}..{last}]")


def _resolve(at: Context, value: Named | Span | Blocked | Bare) -> Any:
    """The days of what is named; blocked without its year."""
    if isinstance(value, (Span, Blocked)):
        return value
    if isinstance(value, Bare):
        return Blocked("it names no whole date")
    if value.year is None:
        return Blocked("it names no year", "write the year with it")
    if value.unit == "" and value.day is not None:
        return Blocked("it names no month")
    if value.unit in _WINTERS and not value.paired:
        y, name = value.year, "summer" if value.unit == "30" else "winter"
        return Blocked(
            f"that {name} may begin in {y - 1} or in {y}",
            f"write {name} {y - 1}/{y % 100:02} or {name} {y}/{(y + 1) % 100:02}",
        )
    if value.day is not None:
        if _day(value.year, int(value.unit), value.day) is None:
            return Blocked(f"there is no day {value.day} in {value.year:04}-{value.unit}")
        text = f"{value.year:04}-{value.unit}-{value.day:02}"
        return replace(_span(text + value.sign), fuzzy=value.fuzzy)
    month = f"{value.year:04}-{value.unit}".rstrip("-")
    if value.part is None:
        return replace(_span(month + value.sign), fuzzy=value.fuzzy)
    end = monthrange(value.year, int(value.unit))[1]
    first, last = ((1, 10), (11, 20), (21, end), (1, 16), (15, end))[value.part]
    return replace(_span(f"{month}-{first:02}/{month}-{last:02}"), fuzzy=True)
