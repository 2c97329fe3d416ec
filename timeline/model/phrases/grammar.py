"""The grammar's machine: what words can mean, rules as data, and all ways in which they read a text.

Words mean a unit of the calendar, a span of days, or nothing sure, before they are days. A rule is a list of
symbols: of one word (in the tables of words), of one token (``TOKEN_SYMBOLS``), or of other rules.
``month:m`` hands the value on as ``m``, ``year:y?`` may be missing, and ``!`` allows no words to be skipped
before. What was read at each place is kept, and a pattern is tried only where a word or a token stands with
which it may begin, so that the work stays small.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple

from timeline.model import dates
from timeline.model.phrases.words import Lexicon

Value = Any
"""What a symbol of the grammar stands for."""

WINTERS: Final = ("24", "28", "30")
"""The seasons of EDTF that lie in two years."""


@dataclass(frozen=True, slots=True)
class Named:
    """What the words name in the calendar: a unit of EDTF, a day or a part; the year may be missing."""

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
    running: int | None = None
    """The part, where it is one of the year, month or week that runs: "the end of the year"."""
    weekday: bool = False
    """Whether it is a weekday alone: "by Monday" is the next one, and the last one otherwise."""
    masked: bool = False
    """Whether it is "some day from … to …", which a qualifier widens by the unit that is known."""


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
    contradicts: bool = False
    """Whether it contradicts itself in this language, and may be sound in another."""


class Context(NamedTuple):
    """What a phrase is read with."""

    published: date | None
    exact: bool
    """Whether one day is asked for: "three months ago" is meant to the day then."""
    language: str


def full_year(short: int) -> int | Blocked:
    """The year of two digits: 00 to 49 are of this century, 70 to 99 of the last."""
    if 50 <= short < 70:
        return Blocked("a year of two digits that may be of either century", "write four digits")
    return short + (2000 if short < 50 else 1900)


RELATIVE: Final = Blocked(
    "it counts from a day that is not known", "give the day of publication, or write the date"
)


def month_of(day: date) -> Named:
    """The month that a day is in."""
    return Named(f"{day.month:02}", day.year)


def add_months(day: date, months: int) -> date:
    """The same day of another month, or its last where it has no such day; kept within the calendar."""
    import pendulum  # costs 80 ms

    try:
        found = pendulum.Date(day.year, day.month, day.day).add(months=months)
    except (OverflowError, ValueError):
        return date.min if months < 0 else date.max
    return date(found.year, found.month, found.day)


def add_days(day: date, days: int) -> date:
    """The day so many days later, kept within the calendar."""
    ordinal = day.toordinal() + days
    return date.fromordinal(min(max(ordinal, 1), date.max.toordinal()))


def day_of(year: int | None, month: int, day: int) -> Named | None:
    """A day that the calendar has, in a leap year where the year is not known; else no reading."""
    if not 1 <= month <= 12 or year == 0 or not 1 <= day <= monthrange(year or 2024, month)[1]:
        return None
    return Named(f"{month:02}", year, day)


def step(day: date, count: int, unit: str) -> date:
    """The day so many days, weeks, months, quarters or years later."""
    if unit in ("day", "week"):
        return add_days(day, count * (7 if unit == "week" else 1))
    return add_months(day, count * {"month": 1, "quarter": 3, "year": 12}[unit])


def alternatives(spans: Sequence[Span]) -> Span:
    """One of several, in the order of the days."""
    members = sorted(set(spans), key=lambda span: (span.earliest, span.latest))
    parts = []
    for index, span in enumerate(members):
        text = span.text
        if text.startswith("[") and ".." in text and "," not in text:
            text = text[1:-1]
        elif not is_value(text):
            text = f"{span.earliest}..{span.latest}"
        parts.append(text)
        if (text.startswith("..") and index) or (text.endswith("..") and index < len(members) - 1):
            return between(min(s.earliest for s in spans), max(s.latest for s in spans))
    return replace(span_of(f"[{','.join(parts)}]"), fuzzy=True)


# From what is named to days


def is_value(text: str) -> bool:
    """Whether EDTF is one value, which may stand in an interval or a set."""
    return re.fullmatch(r"[\dX-]+[?~%]?", text) is not None


def start_of(text: str, earliest: date) -> str:
    """The first end of a range: months rather than quarters and thirds, which fewer people can read."""
    if re.fullmatch(r"\d{4}-(3[3-9]|4[01])", text):
        return f"{earliest:%Y-%m}" if earliest.year > 999 else f"{earliest}"
    return text if is_value(text) else f"{earliest}"


def end_of(text: str, latest: date) -> str:
    """The last end of a range, as ``start_of`` has the first."""
    if re.fullmatch(r"\d{4}-(3[3-9]|4[01])", text):
        return f"{latest:%Y-%m}" if latest.year > 999 else f"{latest}"
    return text if is_value(text) else f"{latest}"


def span_of(text: str) -> Span:
    """The days of an EDTF expression."""
    found = dates.parse(text)
    return Span(text, found.earliest, found.latest)


def between(first: date, last: date) -> Span:
    """The days from one to another, as an interval."""
    return span_of(f"{first}" if first == last else f"{first}/{last}")


def one_of(days: Iterable[date]) -> Span:
    """One of some days, as a set."""
    return span_of(f"[{','.join(f'{day}' for day in days)}]")


def within(first: date, last: date) -> Span:
    """Some day from one to another, as a set."""
    return span_of(f"{first}" if first == last else f"[{first}..{last}]")


def resolve(at: Context, value: Value) -> Any:
    """The days of what is named; blocked without its year."""
    if isinstance(value, (Span, Blocked)):
        return value
    if isinstance(value, Bare):
        return Blocked("it names no whole date")
    if value.year is None:
        return Blocked("it names no year", "write the year with it")
    if value.unit == "" and value.day is not None:
        return Blocked("it names no month")
    if value.unit in WINTERS and not value.paired:
        y, name = value.year, "summer" if value.unit == "30" else "winter"
        return Blocked(
            f"that {name} may begin in {y - 1} or in {y}",
            f"write {name} {y - 1}/{y % 100:02} or {name} {y}/{(y + 1) % 100:02}",
        )
    if value.day is not None:
        if day_of(value.year, int(value.unit), value.day) is None:
            return Blocked(f"there is no day {value.day} in {value.year:04}-{value.unit}")
        text = f"{value.year:04}-{value.unit}-{value.day:02}"
        return replace(span_of(text + value.sign), fuzzy=value.fuzzy)
    month = f"{value.year:04}-{value.unit}".rstrip("-")
    if value.part is None:
        return replace(span_of(month + value.sign), fuzzy=value.fuzzy)
    end = monthrange(value.year, int(value.unit))[1]
    first, last = ((1, 10), (11, 20), (21, end), (1, 16), (15, end))[value.part]
    return replace(span_of(f"{month}-{first:02}/{month}-{last:02}"), fuzzy=True)


# Rules, and how they read a text

Action = Callable[..., Value]


class _Symbol(NamedTuple):
    name: str
    value: str
    optional: bool
    tight: bool


RULES: dict[str, list[tuple[tuple[_Symbol, ...], Action]]] = {}


def rule(name: str, *patterns: str) -> Callable[[Action], Action]:
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
            RULES.setdefault(name, []).append((tuple(symbols), action))
        return action

    return add


@lru_cache(4096)
def _patterns(name: str, near: frozenset[str]) -> list[tuple[tuple[_Symbol, ...], Action]]:
    """The patterns of a rule that may begin with one of these words and tokens."""
    return [
        pattern
        for pattern, begins in zip(RULES[name], _beginnings()[name], strict=True)
        if not begins.isdisjoint(near)
    ]


@cache
def _beginnings() -> dict[str, list[set[str]]]:
    """What each pattern of a rule may begin with: words and tokens. Its first symbol is never optional."""
    found: dict[str, list[set[str]]] = {
        name: [set() for _ in patterns] for name, patterns in RULES.items()
    }
    grows = True
    while grows:
        grows = False
        for name, patterns in RULES.items():
            for begins, (symbols, _) in zip(found[name], patterns, strict=True):
                before, first = len(begins), symbols[0].name
                begins.update(*found.get(first, [{first}]))
                grows |= len(begins) > before
    return found


class Reading:
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
        self._starts: dict[int, dict[str, list[tuple[int, Value]]]] = {}
        self._near: dict[int, frozenset[str]] = {}

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
            each = self._rule(symbol, at) if symbol in RULES else self._word(symbol, at, tight)
            for entry in each:
                if entry not in found:
                    found.append(entry)
        return found

    def _rule(self, name: str, at: int) -> Iterator[tuple[int, Value]]:
        for symbols, action in _patterns(name, self._begins_near(at)):
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
        if tight or symbol in self._begins_near(at):
            for start in [at] if tight else self._after_skips(at):
                yield from self._begins_at(start).get(symbol, ())

    def _begins_near(self, at: int) -> frozenset[str]:
        """The words and tokens that begin here, or after words that are skipped."""
        found = self._near.get(at)
        if found is None:
            begun = (self._begins_at(start) for start in self._after_skips(at))
            found = self._near[at] = frozenset().union(*begun)
        return found

    def _begins_at(self, start: int) -> dict[str, list[tuple[int, Value]]]:
        """The words and tokens that begin here, with the ends and values of each."""
        found = self._starts.get(start)
        if found is None:
            found = self._starts[start] = defaultdict(list)
            if start < len(self.words):
                for words, symbol, value in self.lexicon.get(self.words[start], ()):
                    end = start + len(words)
                    if tuple(self.words[start:end]) == words:
                        found[symbol].append((end, value))
                for symbol, read in TOKEN_SYMBOLS.items():
                    for entry in read(self, start):
                        found[symbol].append(entry)
        return found

    def _after_skips(self, at: int) -> list[int]:
        found = self._skips.get(at)
        if found is None:
            found = [at]
            for end, _ in self._begins_at(at).get("skip", ()):
                found += [each for each in self._after_skips(end) if each not in found]
            self._skips[at] = found
        return found


# Symbols of one token, or of figures and signs without spaces.


def _figures(pattern: str) -> Callable[[Reading, int], Iterator[tuple[int, Value]]]:
    matches = re.compile(pattern, re.ASCII).match

    def read(reading: Reading, at: int) -> Iterator[tuple[int, Value]]:
        start = reading.tokens[at].start()
        found = matches(reading.text, start)
        if found and (end := reading.ends.get(found.end())):
            yield end, found

    return read


def _number(low: int, high: int, sizes: Sequence[int]) -> Callable[..., Iterator[tuple[int, int]]]:
    def read(reading: Reading, at: int) -> Iterator[tuple[int, int]]:
        word = reading.words[at]
        if word[0] in "0123456789" and len(word) in sizes and low <= int(word) <= high:
            yield at + 1, int(word)

    return read


def _sign(sign: str) -> Callable[[Reading, int], Iterator[tuple[int, None]]]:
    def read(reading: Reading, at: int) -> Iterator[tuple[int, None]]:
        if reading.words[at] == sign:
            yield at + 1, None

    return read


TOKEN_SYMBOLS: Final[dict[str, Callable[[Reading, int], Iterator[tuple[int, Value]]]]] = {
    "number": _number(0, 99, (1, 2)),
    "count": _number(0, 99999, (1, 2, 3, 4, 5)),
    "year4": _number(1, 9999, (4,)),
    "year2": _number(0, 99, (2,)),
    "dash": _sign("-"), "slash": _sign("/"), "dot": _sign("."), "comma": _sign(","), "apostrophe": _sign("'"),
    "plus": _sign("&"),
    "numeric-day": _figures(r"(\d{1,2})([./-]) ?(\d{1,2})\2 ?(\d{4}|\d\d)(?!\d)"),
    "numeric-ymd": _figures(r"(\d{4})([./-])(\d{1,2})\2(\d{1,2})(?!\d)([t ]\d\d:\d\d(:\d\d(\.\d+)?)?z?)?"),
    "numeric-dm": _figures(r"(\d{1,2})\. ?(\d{1,2})\."),
    "numeric-compact": _figures(r"(\d{4})(\d\d)(\d\d)(?!\d)"),
    "numeric-month": _figures(r"(?:(\d{1,2})[./-](\d{4})|(\d{4})[./](\d{1,2}))(?![\d./-])"),
    "numeric-ordinal": _figures(r"(\d{4})-(\d{3})(?!\d)"),
    "iso-week": _figures(r"(?:(\d{4})-?w(\d\d)|w(\d\d)[ /-](\d{4}))(?!\d)"),
    "iso-week-day": _figures(r"(\d{4})(-?)w(\d\d)\2([1-7])(?!\d)"),
}  # fmt: skip
