"""The machine of the grammar: rules as data, and all ways in which they read a text.

A rule is a list of symbols: of one word (in the tables of words), of one token (``TOKEN_SYMBOLS``), or of
other rules. ``month:m`` hands the value on as ``m``, ``year:y?`` may be missing, and ``!`` allows no words
to be skipped before. What was read at each place is kept, so that the work stays small.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from timeline.model.phrases.meaning import Blocked, Context, Span, Value
from timeline.model.phrases.words import Lexicon

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
        for symbols, action in RULES[name]:
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
            if symbol in TOKEN_SYMBOLS:
                yield from TOKEN_SYMBOLS[symbol](self, start)
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
