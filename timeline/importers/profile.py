"""What the cells of a column look like, from a sample of the rows: for a mapping that is guessed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Final

from msgspec import Struct

from timeline.importers.amounts import currency_of, parse_amount
from timeline.importers.cells import Cell, Refused, Row, text_of
from timeline.importers.columns import NOTHING
from timeline.importers.countries import country_code
from timeline.importers.dates import DEFAULT_FORMATS, DateReader

SAMPLE: Final = 1000
"""Rows that are looked at."""

DISTINCT: Final = 200
"""Distinct cells of a column that are read; what they are is counted for every row that has them."""

EITHER: Final = (
    "DD/MM/YYYY", "MM/DD/YYYY", "DD.MM.YYYY", "MM.DD.YYYY", "DD-MM-YYYY", "MM-DD-YYYY", "DD/MM/YY",
    "MM/DD/YY", "serial",
)  # fmt: skip
"""Formats that must be named, because their cells can be read in more than one way."""

_has_letter = re.compile(r"[^\W\d_]").search
_has_digit = re.compile(r"\d").search
_is_yes_or_no = re.compile(
    r"true|false|yes|no|y|n|t|f|ja|nein|oui|non|si|0|1", re.IGNORECASE
).fullmatch
_is_address = re.compile(r"\w+://.*|www\..*|/\S*/\S*", re.IGNORECASE).fullmatch
_is_part_of_a_day = re.compile(
    r"\d{4}([-/ ]?(Q[1-4]|H[12]|\d{1,2}))?|Q[1-4][-/ ]?\d{4}", re.IGNORECASE
).fullmatch


class Profile(Struct, frozen=True):
    """A column in a sample of ``rows`` rows; the counts are cells."""

    name: str
    rows: int
    said: int
    """Cells that say something."""
    distinct: int
    dates: int
    """Cells that are dates in the default formats."""
    formats: dict[str, int]
    """Of the formats that must be named, those that read cells, with how many."""
    plain: dict[str, int]
    """The same of the default formats."""
    numbers: dict[str, int]
    """Cells that are numbers, by the decimal mark under which they are."""
    percents: int
    """Numbers from 0 to 100."""
    signs: int
    """Cells that name the currency of their number themselves."""
    currencies: int
    countries: int
    names: int
    """Texts that can be the name of a company: letters, and no address, country, currency, yes or no."""
    texts: list[str]
    """The most frequent texts, most first."""

    def share(self, count: int) -> float:
        """A count as a share of the cells that say something."""
        return count / self.said if self.said else 0.0


def profiles_of(columns: Sequence[str], rows: Iterable[Row]) -> list[Profile]:
    """The profile of every column, from the first rows."""
    sample = [row for row in islice(rows, SAMPLE) if not row.reasons]
    return [
        profile_of(name, [row.cells[index] for row in sample]) for index, name in enumerate(columns)
    ]


def profile_of(name: str, cells: Sequence[Cell]) -> Profile:
    """The profile of the cells of one column.

    Each distinct cell is read once, and only as what it can be: a text without a digit is no day and no
    number. Reading a cell in vain costs ten times as much as reading it.
    """
    counts: Counter[str] = Counter()
    one: dict[str, Cell] = {}
    for cell in cells:
        text = text_of(cell).strip()
        if text and text.casefold() not in NOTHING:
            counts[text] += 1
            one.setdefault(text, cell)
    said = counts.total()
    read = dict(counts.most_common(DISTINCT))
    scale = said / max(sum(read.values()), 1)

    def count(test: Callable[[str], bool], among: Mapping[str, int] = read) -> int:
        return round(sum(n for text, n in among.items() if test(text)) * scale)

    digits = {
        text: n for text, n in read.items() if _has_digit(text) or not isinstance(one[text], str)
    }
    readers = {each: DateReader(name, [each], words=False) for each in (*EITHER, *DEFAULT_FORMATS)}
    default = DateReader(name, DEFAULT_FORMATS, words=False)
    dated = {text for text in digits if _passes(default, one[text])}

    def passing(reader: DateReader) -> int:
        return count(lambda text: _passes(reader, one[text]), digits)

    def numbered(mark: str) -> int:
        return count(lambda text: _number(one[text], mark) is not None, digits)

    formats = {each: passing(reader) for each, reader in readers.items()}
    currencies = {text for text in read if _is_currency(text)}
    countries = {text for text in read if not _has_digit(text) and country_code(text) is not None}
    return Profile(
        name=name,
        rows=len(cells),
        said=said,
        distinct=len(counts),
        dates=count(dated.__contains__),
        formats={each: formats[each] for each in EITHER if formats[each]},
        plain={each: formats[each] for each in DEFAULT_FORMATS if formats[each]},
        numbers={mark: numbered(mark) for mark in ".,"},
        percents=count(lambda text: _is_percent(one[text]), digits),
        signs=count(lambda text: _has_sign(one[text]), digits),
        currencies=count(currencies.__contains__),
        countries=count(countries.__contains__),
        names=count(
            lambda text: bool(
                _has_letter(text)
                and text not in currencies
                and text not in countries
                and not _is_yes_or_no(text)
                and not _is_address(text)
                and not _is_part_of_a_day(text)
            )
        ),
        texts=[text for text, _ in counts.most_common(30)],
    )


def _passes(read: DateReader, cell: Cell) -> bool:
    try:
        read(cell)
    except Refused:
        return False
    return True


def _number(cell: Cell, mark: str) -> float | None:
    try:
        return float(parse_amount(cell, mark, None, "").number)
    except Refused:
        return None


def _is_percent(cell: Cell) -> bool:
    return any((found := _number(cell, mark)) is not None and 0 <= found <= 100 for mark in ".,")


def _has_sign(cell: Cell) -> bool:
    for mark in ".,":
        try:
            written = parse_amount(cell, mark, None, "").written
            return currency_of(written, None, cell, "") is not None
        except Refused:
            continue
    return False


def _is_currency(text: str) -> bool:
    import pycountry

    return len(text) == 3 and pycountry.currencies.get(alpha_3=text.upper()) is not None
