"""Names as people type them: what two spellings share that a reader would call the same name.

Pure. Width, composition and case (NFKC and case folding), quotes, dashes, spaces, commas, the dots of
abbreviations and the legal form do not tell two names apart; accents, letters and digits do.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import pairwise
from typing import Final, NamedTuple


class Folded(NamedTuple):
    """A name in the form in which names are compared."""

    base: str
    """Without its legal form; the whole name where nothing else is left of it."""
    form: str
    """The legal form in its shortest spelling, such as ``ltd``; empty where there is none."""


@lru_cache(maxsize=65536)
def fold_name(text: str) -> Folded:
    """A name as it is compared with others: ``Acme Co., Limited`` is ``("acme", "co ltd")``."""
    if text.isascii() and text.isalnum():  # a word, as most ids are
        return Folded(text.lower(), "")
    words = fold_text(text).split()
    base, form = _without_form(words)
    found = " ".join(base) or text.casefold().strip()  # of a name that is all punctuation
    for own in () if found.isascii() else _ATTACHED:  # "ABC株式会社" has no space between
        if found != own and (found.endswith(own) or found.startswith(own)):
            return Folded(found.removesuffix(own).removeprefix(own).strip(), own)
    return Folded(found, " ".join(form))


@lru_cache(maxsize=65536)
def fold_text(text: str) -> str:
    """Words in lower case, with one space between: Unicode, quotes, dashes, spaces and dots folded."""
    if text.isascii():
        plain = text.lower()
        if plain.isalnum():  # a word, as most names and kinds are
            return plain
    else:  # folding the case of a character may take it apart again
        plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    if "." in plain:
        plain = _without_dots(plain)
    if plain.isascii():  # through bytes: 0.6 µs instead of 1.8 µs
        ascii_ = plain.replace("&", " and ").encode().translate(_ascii_table(), _ASCII_QUOTES)
        return " ".join(ascii_.decode().split())
    return " ".join(plain.translate(_translation()).split())


def _without_dots(text: str) -> str:
    """A text with its abbreviations as words."""
    return _abbreviation(lambda match: match[0].replace(".", ""), text)


_abbreviation: Final = re.compile(r"(?<!\w)(?:\w\.){2,}|(?<!\w)(?:\w\.)+\w(?!\w)").sub
"""Single letters with dots between, as in S.A. or U.S."""

_ATTACHED: Final = (
    "股份有限公司", "有限责任公司", "有限公司", "株式会社", "有限会社", "合同会社", "주식회사",
)  # fmt: skip
"""Legal forms that are written without a space, the longer ones first."""

_SHORT: Final = {
    "company": "co", "corporation": "corp", "incorporated": "inc", "limited": "ltd",
    "gesellschaft mit beschränkter haftung": "gmbh", "aktiengesellschaft": "ag",
    "public limited company": "plc", "société anonyme": "sa", "kabushiki kaisha": "kk",
    "aktiebolag": "ab", "societas europaea": "se", "private": "pvt",
}  # fmt: skip
"""Long spellings of legal forms."""

_WORDS: Final = frozenset(
    {
        "ae", "at", "da", "ec", "ee", "ei", "ep", "et", "fa", "gp", "ik", "nl", "ok", "pp", "ps", "sd",
        "sem", "sep", "sp", "stg", "teo", "ud", "uk", "vat",
    }
)  # fmt: skip
"""Legal forms of the list that are more often words, countries or parts of names."""


def _without_form(words: list[str]) -> tuple[list[str], list[str]]:
    """Words without the legal forms at their end, and these; all words where nothing else is left."""
    form: list[str] = []
    rest = words
    while len(rest) > 1 and rest[-1] in _last_words():
        for length in range(min(4, len(rest) - 1), 0, -1):
            ending = " ".join(rest[-length:])
            if ending in _forms():
                form.insert(0, _SHORT.get(ending, ending))
                rest = rest[:-length]
                break
        else:
            break
    return rest, form


@cache
def _forms() -> frozenset[str]:
    """The legal forms of all countries, folded as names are."""
    from cleanco import termdata  # prepared on first use: 2 ms

    listed = (*termdata.terms_by_type.values(), *termdata.terms_by_country.values())
    found = {fold_text(form) for forms in listed for form in forms}
    return frozenset(found | _SHORT.keys() | set(_SHORT.values()) | {"pvt"}) - _WORDS - {""}


@cache
def _last_words() -> frozenset[str]:
    return frozenset(form.split()[-1] for form in _forms())


@cache
def _translation() -> dict[int, str]:
    """Quotes go, all other punctuation and every space is a space, ``&`` is a word."""
    table = _Translation()
    table |= {ord(quote): "" for quote in "'’‘ʼʻ`´′＇"}
    table[ord("&")] = " and "
    return table


_ASCII_QUOTES: Final = b"'`"


@cache
def _ascii_table(*, words: bool = False) -> bytes:
    """What each ASCII character becomes, once quotes and ``&`` are gone; for ``words`` signs are spaces."""
    table = _translation()
    made = (table[code] if len(table[code]) == 1 else " " for code in range(128))
    found = "".join(each if each.isalnum() or not words else " " for each in made)
    return found.encode() + bytes(128)


class _Translation(dict[int, str]):
    """What each character becomes, found out when it is first met."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        category = unicodedata.category(character)
        spaced = "" if category == "Cf" else " "  # a soft hyphen is no space
        made = self[code] = spaced if category[0] in "PZC" else character
        return made


def words_of(texts: Iterable[str]) -> list[str]:
    """The words by which texts are found, each once, sorted: of letters and digits only.

    Where words are not set apart, as in Chinese and Japanese, every two characters in a row are one.
    """
    whole = " ".join(texts)
    if whole.isascii():  # as all texts of most events are: together, in a quarter of the time
        plain = whole.lower().replace("&", " and ")
        if "." in plain:
            plain = _without_dots(plain)
        words = plain.encode().translate(_ascii_table(words=True), _ASCII_QUOTES).decode().split()
        found = {word[:LONGEST] for word in words} if len(whole) > LONGEST else set(words)
    else:
        found = {part for word in _word(fold_text(whole)) for part in _parts(word[:LONGEST])}
    return sorted(found)


LONGEST: Final = 100
"""Characters of a word; nobody types more."""

_word: Final = re.compile(r"[^\W_]+").findall
_DENSE: Final = r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7af]+"
"""Writing without spaces. As text: to compile it takes a millisecond, which most runs need not spend."""


def _parts(word: str) -> list[str]:
    if word.isascii() or not (runs := re.findall(_DENSE, word)):
        return [word]
    pairs = [first + second for run in runs for first, second in pairwise(run)]
    single = [run for run in runs if len(run) == 1]
    plain = re.sub(_DENSE, " ", word)
    return [*pairs, *single, *plain.split()]
