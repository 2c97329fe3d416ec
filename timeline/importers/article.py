"""What a plain text tells, as suggestions for a person: companies by name, sentences, events, days.

Pure. Sentences are kept to the letter, so that they can be quoted. The companies are those that somebody else
looked up by :func:`names_of`; what a sentence tells is in the table of synonyms (``ingest/synonyms.toml``,
``[articles]``), and its day is read by ``read_phrase``. English and German. Where the words leave a choice,
nothing is chosen: a name of two companies names none, two days are no day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final

from msgspec import Struct, inspect

from timeline.errors import DataError, InvalidDate, Location, Problem
from timeline.ingest.shape import choices_of, synonyms
from timeline.model.dates import Edtf, read_phrase
from timeline.model.kinds import EVENT_TYPES, KIND_OF
from timeline.model.kinds.event import fields_of
from timeline.model.names import fold_name, fold_text
from timeline.model.phrases.words import fold, is_fiscal, lexicon_of, vocabulary_of
from timeline.model.values import Fields
from timeline.store.companies import HandleRow, with_form

MAX_BYTES: Final = 100_000
"""The longest article that is read: twenty times one of news."""

_LANGUAGES: Final = ("en", "de")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


class Suggestion(Struct, frozen=True):
    """An event that a sentence may tell of."""

    type: str
    companies: tuple[str, ...]
    """Those that the sentence names, in its order."""
    quote: str
    words: str
    """By which of its words the type was found."""
    fields: Fields
    """What else the words say: a kind, an outcome."""
    others: tuple[str, ...] = ()
    """Types of which the sentence has words as well."""
    occurred: str | None = None
    """The days of the sentence as EDTF; None where it names none, or several."""
    days: tuple[str, ...] = ()
    """The words for days that it has."""


class Article(Struct, frozen=True):
    """What was found in a text."""

    companies: tuple[str, ...]
    """The ids of those that it names, in its order."""
    suggestions: tuple[Suggestion, ...]
    doubtful: tuple[str, ...]
    """Names of companies that may be ordinary words here, or of which several companies have one."""


def decode_article(data: bytes, name: str) -> str:
    """The text of a file, which is UTF-8. Raises DataError for one that is too long or is no UTF-8."""
    if len(data) > MAX_BYTES:
        message = f"the article is longer than the {MAX_BYTES:,} bytes up to which one is read"
        hint = "give one article at a time, as plain text"
        raise DataError([Problem("file-too-large", message, Location(name), hint)])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = "the article is no UTF-8, by which quotes are compared"
        hint = "save it as UTF-8 plain text"
        raise DataError(
            [Problem("unknown-encoding", message, Location(name, line), hint)]
        ) from None


def names_of(text: str) -> set[str]:
    """Everything in a text that may be the name of a company, as names are folded in the store."""
    return {
        base
        for sentence in _sentences(text)
        for window in sentence.windows()
        for base, _ in window.folded
    }


def read_article(
    text: str, known: Mapping[str, list[HandleRow]], published: str | None = None
) -> Article:
    """The companies that a text names, and what its sentences tell of them.

    ``known`` are the companies by their folded names, ``published`` the day or instant of the text.
    """
    sentences = list(_sentences(text))
    named = [list(_mentions(sentence, known)) for sentence in sentences]
    lower = {word for sentence in sentences for word in sentence.words if word.islower()}
    sure = {
        mention.company
        for sentence, mentions in zip(sentences, named, strict=True)
        for mention in mentions
        if len(mention.companies) == 1 and not mention.may_be_ordinary(sentence, lower)
    }
    tellings = _tellings()
    companies: dict[str, None] = {}
    doubtful: dict[str, None] = {}
    suggestions: dict[str, Suggestion] = {}
    for sentence, mentions in zip(sentences, named, strict=True):
        meant = [m for m in mentions if len(m.companies) == 1 and m.company in sure]
        doubtful |= {mention.text: None for mention in mentions if mention not in meant}
        companies |= {mention.company: None for mention in meant}
        if meant:
            suggestion = _suggestion(sentence, meant, published, tellings)
            if suggestion is not None:
                suggestions[sentence.text] = suggestion
    return Article(tuple(companies), tuple(suggestions.values()), tuple(doubtful))


# --- sentences ------------------------------------------------------------------------------------

_LONGEST_QUOTE: Final = 1000  # characters, as in fixtures

_paragraphs = re.compile(r"\n[^\S\n]*\n|[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]").split
"""A control character ends a sentence: nobody can quote it."""

_ends = re.compile(r"(?<![.!?…])([.!?…]+)[\"”“»«’')\]]*\s+(?=[\"„“«»‘'(\[]*(\w+))").finditer
_last_word = re.compile(r"[\w.]+$").search
_word = re.compile(r"[^\W_]+").finditer
_LOOK_BACK: Final = 20  # characters; no abbreviation is longer
_WRAPPED: Final = 60  # characters; who wraps lines wraps them later

_ABBREVIATIONS: Final = _words(
    "mr mrs ms dr prof st no nr vs ca bzw usw etc ggf inkl evtl mio mrd bn approx art abs jan feb mar apr "
    "jun jul aug sep sept oct nov dec jän mär okt dez mon tue tues wed thu thurs fri sat sun"
)
_LEGAL: Final = _words("inc corp co ltd bros cie plc ges")
"""Legal forms that end in a dot, and the sentence often with them."""

_FUNCTION: Final = _words(
    "a an and as at both but by for from he her his if in it its of on or our she so that the their they "
    "this to under we which will with you "
    "als am an auf aus bei beide bis da damit das dass dem den der des die dies diese dieser durch ein eine "
    "er es für im in ist mit nach nicht oder sich sie so über um und unter vom von vor war wie wir zu "
    "zum zur"
)
"""Words that name no company, however they are written."""

_ORDINARY: Final = _words(
    "best block box chase discover dish first gap general global match meta next post progress progressive "
    "sharp shell signal slack snap sprint square standard state story summit target time times total union "
    "unity universal visa world zoom"
)
"""Companies that are words of every day, and have a capital letter where a sentence begins."""

_NOUNS: Final = _words(
    "bahn bild block box general gipfel match post signal sprint standard story union visa welt zeit zoom"
)
"""The same in German, with a capital letter everywhere."""

_GERMAN: Final = _words("der die das und ist von mit für nicht eine ein den dem")


class _Sentence:
    """A sentence as it stands, and its words with their places."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.spans = [match.span() for match in _word(text)]
        self.words = [text[start:end] for start, end in self.spans]
        self.folded = [fold_text(word) for word in self.words]
        self.is_german = sum(word in _GERMAN for word in self.folded) >= 2
        """Whether it looks German, where every noun has a capital letter."""
        self.is_title = not any(word.islower() for word in self.words if len(word) > 3)
        """Whether all of its longer words have a capital letter, as in a headline."""

    def windows(self) -> Iterator[_Window]:
        """The words in a row that may be a name, the longest first at each place."""
        for first in range(len(self.words)):
            word = self.words[first]
            if word.islower() and (len(word) < 4 or word in _FUNCTION):
                continue
            last = min(len(self.words), first + _MOST_WORDS)
            for index in range(first + 1, last):
                gap = self.text[self.spans[index - 1][1] : self.spans[index][0]]
                if not _joins(gap):
                    last = index
                    break
            for end in range(last, first, -1):
                yield _Window(self, first, end)


_MOST_WORDS: Final = 7
"""Of the name of a company with its legal form."""
_joins = re.compile(r"[\s.,&'’/+()–-]{1,3}").fullmatch


class _Window:
    """Words in a row of a sentence."""

    def __init__(self, sentence: _Sentence, first: int, end: int) -> None:
        self.first, self.end = first, end
        self.start, self.stop = sentence.spans[first][0], sentence.spans[end - 1][1]
        self.text = sentence.text[self.start : self.stop]
        self.folded = [fold_name(self.text)]
        if sentence.is_german and re.search(r"[^\W_]{4}s$", self.text):
            self.folded.append(fold_name(self.text[:-1]))  # the genitive: Volkswagens


def _sentences(text: str) -> Iterator[_Sentence]:
    for paragraph in _paragraphs(text.replace("\r\n", "\n")):
        for block in _blocks(paragraph):
            start = 0
            for found in _ends(block):
                before = _last_word(block[max(start, found.start() - _LOOK_BACK) : found.start()])
                if _is_end(found[1], before[0] if before else "", found[2]):
                    yield from _quotable(block[start : found.end()])
                    start = found.end()
            yield from _quotable(block[start:])


def _blocks(paragraph: str) -> Iterator[str]:
    """Lines that a person did not wrap but end: the next word would have had room on them."""
    lines = [line.strip() for line in paragraph.split("\n")]
    width = max(_WRAPPED, *map(len, lines))
    block = ""
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        block = f"{block} {line}"
        word = following.partition(" ")[0]
        if len(line) + len(word) + 1 < width - 10 and not following[:1].islower():
            yield block
            block = ""
    yield block


def _is_end(marks: str, before: str, after: str) -> bool:
    """Whether a mark between two words ends a sentence, and no abbreviation or German ordinal."""
    if after[0].islower():
        return False
    word = before.casefold()
    if marks != ".":
        return True
    if word in _LEGAL:
        return after.casefold() in _FUNCTION
    return not (
        word in _ABBREVIATIONS
        or (len(word) == 1 and word.isalpha())
        or "." in word.strip(".")
        or (word.isdigit() and len(word) < 3)
    )


def _quotable(text: str) -> Iterator[_Sentence]:
    """The text with single spaces, as quotes are compared, in pieces that can be quoted."""
    left = " ".join(text.split())
    while len(left) > _LONGEST_QUOTE:
        cut = left.rfind(" ", 1, _LONGEST_QUOTE + 1)
        cut = _LONGEST_QUOTE if cut < 0 else cut
        yield _Sentence(left[:cut])
        left = left[cut:].strip()
    if left:
        yield _Sentence(left)


# --- companies ------------------------------------------------------------------------------------


class _Mention(Struct, frozen=True):
    """A place in a sentence where a company is named: its words, and who has that name."""

    first: int
    end: int
    text: str
    companies: tuple[str, ...]

    @property
    def company(self) -> str:
        """The first that has the name."""
        return self.companies[0]

    def may_be_ordinary(self, sentence: _Sentence, lower: set[str]) -> bool:
        """Whether its one word may be one of every day, as its capital letter tells nothing here.

        ``lower`` are the words that the text has in small letters.
        """
        if self.end - self.first > 1:
            return False
        word = sentence.folded[self.first]
        begins = self.first == 0 or sentence.is_title
        if begins and word in lower:
            return True
        return word in _NOUNS if sentence.is_german else begins and word in _ORDINARY


_NAMES: Final = ("name", "alias", "former name")


def _mentions(sentence: _Sentence, known: Mapping[str, list[HandleRow]]) -> Iterator[_Mention]:
    """Where the sentence names companies: at each place the longest name, and none inside another."""
    end = 0
    for window in sentence.windows():
        if window.first < end:
            continue
        for base, form in window.folded:
            rows = with_form(known.get(base) or [], form)
            found = {row.company for row in rows if _is_named(sentence, window, row)}
            if found:
                end = window.end
                yield _Mention(window.first, end, window.text, tuple(sorted(found)))
                break


def _is_named(sentence: _Sentence, window: _Window, row: HandleRow) -> bool:
    """Whether words that fold as a name are written as one: with its capital letters."""
    if row.matched not in _NAMES:
        return False
    said, name = sentence.words[window.first : window.end], [m[0] for m in _word(row.value)]
    if len(said) == 1 and (sentence.folded[window.first] in _FUNCTION or len(said[0]) < 2):
        return False
    if not any(word[0].isupper() or word[0].isdigit() for word in name):
        # a name without capital letters, as adidas; an alias without them is no better than a word
        return any(not word.islower() for word in said) or (
            row.matched == "name" and said[0] not in _ORDINARY
        )
    return all(
        one == other or not other[0].isupper() or not one[0].islower()
        for one, other in zip(said, name, strict=False)
    ) and any(not word.islower() for word in said)


# --- what a sentence tells ------------------------------------------------------------------------


class _Telling(Struct, frozen=True):
    """An entry of the table: parts of words in a row, and what they tell."""

    parts: tuple[tuple[str, ...], ...]
    type: str | None
    fields: Fields
    words: str
    needed: frozenset[str]
    """All words of its parts."""


_meaning = re.compile(
    r"(?:(?P<type>\w+)(?: with (?=\w)|$))?(?:(?P<name>\w+): (?P<value>\w+))?"
).fullmatch
_NEGATIONS: Final = _words(
    "not never no without nor didn hasn haven hadn isn wasn won don nicht nie kein keine keinen ohne"
)


def _suggestion(
    sentence: _Sentence,
    mentions: Sequence[_Mention],
    published: str | None,
    tellings: Sequence[_Telling],
) -> Suggestion | None:
    """What a sentence tells of the companies that it names; None where the table has nothing of it."""
    own = {index for mention in mentions for index in range(mention.first, mention.end)}
    there = frozenset(sentence.folded)
    found = [t for t in tellings if t.needed <= there and _tells(sentence, t, own)]
    typed = [telling for telling in found if telling.type is not None]
    if not typed:
        return None
    first = typed[0]
    assert first.type is not None
    fields = dict(first.fields)
    described = fields_of(EVENT_TYPES[first.type])
    for telling in found:
        for name, value in telling.fields.items():
            if name not in fields and value in _choices(described, name):
                fields[name] = value
    companies = tuple(dict.fromkeys(mention.company for mention in mentions))
    of_two = KIND_OF[first.type].name == "deal" or first.type == "rumour_reported"
    if of_two and len(companies) == 1 and not fields:
        return None  # "Acme announced its results": no deal is told of, nor another party
    said, words = _days(sentence, own, published)
    return Suggestion(
        first.type, companies, sentence.text, first.words, fields,
        tuple(dict.fromkeys(t.type for t in typed if t.type and t.type != first.type)),
        said, words,
    )  # fmt: skip


def _tells(sentence: _Sentence, telling: _Telling, own: set[int]) -> bool:
    """Whether a sentence has all parts of an entry in their order, none of them in a name or negated."""
    at = 0
    for number, part in enumerate(telling.parts):
        for first in range(at, len(sentence.folded) - len(part) + 1):
            places = range(first, first + len(part))
            if tuple(sentence.folded[first : places.stop]) == part and own.isdisjoint(places):
                before = sentence.folded[max(0, first - 3) : first]
                if number or telling.type is None or _NEGATIONS.isdisjoint(before):
                    at = places.stop
                    break
        else:
            return False
    return True


def _tellings() -> list[_Telling]:
    """The table of what sentences tell, in its order; what the vocabulary has not is left out."""
    return [t for entry in synonyms("articles").items() if (t := _telling(*entry)) is not None]


def _telling(words: str, meaning: str) -> _Telling | None:
    match = _meaning(meaning)
    if match is None:
        return None
    type_, name, value = match.groups()
    parts = tuple(tuple(fold_text(part).split()) for part in words.split("…"))
    if not all(parts):
        return None
    if type_ is not None:
        if type_ not in EVENT_TYPES:
            return None
        if name is not None and value not in _choices(fields_of(EVENT_TYPES[type_]), name):
            return None
    needed = frozenset(word for part in parts for word in part)
    return _Telling(parts, type_, {} if name is None else {name: value}, words, needed)


def _choices(described: Mapping[str, inspect.Field], name: str) -> tuple[Any, ...]:
    """The values that a field may have, where it has few; none of a field that there is not."""
    return choices_of(described[name].type) if name in described else ()


# --- its day --------------------------------------------------------------------------------------

_MOST_TOKENS: Final = 16
_MOST_READS: Final = 100
"""Tries to read a day in one sentence; on average it takes 7, and 0.4 ms each."""
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_token = re.compile(r"\d+|[^\W\d_]+|[^\s\w]").finditer
_figures = re.compile(r"\d{4}-\d\d(-\d\d)?|\d{1,2}[./]\s?\d{1,2}[./]\s?\d{4}").fullmatch

_DOUBTS: Final = _words(
    "least mindestens shortly kurz nearly almost fast well long weit unlike versus compared verglichen "
    "gegenüber soon bald rather statt instead"
)
"""Words before a day that say another one."""
_OPEN: Final = _words("and und s")
"""Words before a day that leave it as it is."""
_FOLLOWING: Final = _words(
    "a about after als an and around as auf before by c ein eine einem einen einer for from gegen gut if mit "
    "nach noch one over prior seit since so start starting to um und up voraussichtlich vor während we "
    "wohl zu zum zur über"
)
"""Words of days that often come after one, and leave it as it is."""
_LINKS: Final = frozenset("-–—/&+")
_ARTICLES: Final = _words("the der die das des dem den of von")
_NOW: Final = _words("now jetzt morgen")
"""Words for days that mostly say something else: right now, in the morning."""


def _days(
    sentence: _Sentence, own: set[int], published: str | None
) -> tuple[str | None, tuple[str, ...]]:
    """The one day of a sentence as EDTF, and all words for days; not of what stands in names."""
    if is_fiscal(fold(sentence.text)):
        return None, ()  # the bounds of a fiscal year are the company's own
    found = list(_phrases(sentence, own, published))
    meant = {edtf for edtf, _ in found}
    words = tuple(dict.fromkeys(text for _, text in found))
    return (meant.pop() if len(meant) == 1 else None), words


def _phrases(
    sentence: _Sentence, own: set[int], published: str | None
) -> Iterator[tuple[str | None, str]]:
    text = sentence.text
    names = [sentence.spans[index] for index in own]
    tokens = [
        (found.span(), fold(found[0]))
        for found in _token(text)
        if not any(start <= found.start() < end for start, end in names)
    ]
    reads = iter(range(_MOST_READS))
    first = 0
    for end in range(1, len(tokens) + 1):
        if end == len(tokens) or not _go_on(tokens[end - 1], tokens[end]):
            if _is_of_days(tokens[first][1]):
                yield from _phrases_of(text, tokens, first, end, published, reads)
            first = end


_Token = tuple[tuple[int, int], str]
"""The place of a word, a number or a sign in its sentence, and how it is compared."""


def _is_of_days(word: str) -> bool:
    """Whether days are written with it: a word of the tables, a number or a sign."""
    return word in _vocabulary() or not word.isalpha()


def _go_on(one: _Token, other: _Token) -> bool:
    """Whether both may be of one day."""
    return other[0][0] - one[0][1] <= 1 and _is_of_days(one[1]) and _is_of_days(other[1])


def _phrases_of(
    text: str,
    tokens: list[_Token],
    first: int,
    end: int,
    published: str | None,
    reads: Iterator[int],
) -> Iterator[tuple[str | None, str]]:
    """The days in a run of words that days are written with: at each place the longest.

    The EDTF is None where the words around may say another day.
    """
    at = first
    while at < end:
        start, length = tokens[at][0][0], 1
        for stop in range(min(end, at + _MOST_TOKENS), at, -1):
            if not tokens[at][1].isalnum() or tokens[stop - 1][1] in _SIGNS:
                continue
            words = text[start : tokens[stop - 1][0][1]]
            if not _may_be_day(words, [word for _, word in tokens[at:stop]]):
                continue
            if next(reads, None) is None:
                yield None, words
                return
            read = _read(words, published)
            if read is not None:
                yield (read.text if _is_whole(tokens, at, stop) else None), words.rstrip(".")
                length = stop - at
                break
        at += length


_SIGNS: Final = frozenset(",-–—/:;'’\"“”„()")
"""Signs with which no day ends."""


def _may_be_day(text: str, words: list[str]) -> bool:
    """Whether words are none that are more often something else than a day."""
    letters = [word for word in words if word.isalpha()]
    figures = [word for word in words if word.isdigit()]
    telling = [word for word in letters if word not in _skipped()]
    if not figures:
        return not _NOW.issuperset(telling)
    if telling or _figures(text):
        return True
    # a bare number is a year only after a word as "in"
    return len(figures) == 1 and not _ARTICLES.issuperset(letters)


def _read(text: str, published: str | None) -> Edtf | None:
    """What words for a day mean; None for words that are not understood whole, and for no year of today."""
    try:
        read = read_phrase(text, published, _LANGUAGES)
    except InvalidDate:
        return None
    years = [day.year for day in (read.earliest, read.latest) if 1 < day.year < 9999]
    return read if years and all(_FIRST_YEAR <= year <= _LAST_YEAR for year in years) else None


def _is_whole(tokens: list[_Token], at: int, stop: int) -> bool:
    """Whether the words around leave a day what it is: nothing is taken out of a longer phrase."""
    before = [tokens[n][1] if n >= 0 and _touch(tokens, n) else "" for n in (at - 2, at - 1)]
    after = [
        tokens[n][1] if n < len(tokens) and _touch(tokens, n - 1) else "" for n in (stop, stop + 1)
    ]
    if before[1] in _DOUBTS:
        return False
    if before[1] in _LINKS and _tells_of_days(before[0]):
        return False
    if after[0] in _LINKS and _tells_of_days(after[1]):
        return False
    if before[1] == "," and before[0].isdigit() and tokens[at][1].isdigit():
        return False  # 18, 19, 20 November
    return not (
        (before[1] not in _OPEN and _tells_of_days(before[1]))
        or (after[0] not in _FOLLOWING and _tells_of_days(after[0]))
    )


def _touch(tokens: list[_Token], index: int) -> bool:
    """Whether no more than a space lies between a word and the next."""
    return index + 1 == len(tokens) or tokens[index + 1][0][0] - tokens[index][0][1] <= 1


def _tells_of_days(word: str) -> bool:
    """Whether a word is one of days and changes them, or a number."""
    return word.isdigit() or (word.isalpha() and word in _vocabulary() - _skipped())


@cache
def _vocabulary() -> frozenset[str]:
    return frozenset[str]().union(*map(vocabulary_of, _LANGUAGES))


@cache
def _skipped() -> frozenset[str]:
    """Words that stand in days anywhere, and change nothing."""
    return frozenset(
        words[0]
        for language in _LANGUAGES
        for entries in lexicon_of(language).values()
        for words, symbol, _ in entries
        if symbol == "skip" and len(words) == 1
    )
