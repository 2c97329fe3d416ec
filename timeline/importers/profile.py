"""What the cells of a column look like, from a sample of the rows: for a mapping that is guessed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Final

from msgspec import Struct

from timeline.importers.amounts import currency_of, parse_amount
from timeline.importers.cells import Cell, Refused, Row, text_of
from timeline.importers.conversions import country_of
from timeline.importers.dates import DEFAULT_FORMATS, DateReader

SAMPLE: Final = 1000
"""Rows that are looked at."""

EITHER: Final = (
    "DD/MM/YYYY", "MM/DD/YYYY", "DD.MM.YYYY", "MM.DD.YYYY", "DD-MM-YYYY", "MM-DD-YYYY", "DD/MM/YY",
    "MM/DD/YY", "serial",
)  # fmt: skip
"""Formats that must be named, because their cells can be read in more than one way."""


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
    signs: int
    """Cells that name the currency of their number themselves."""
    currencies: int
    countries: int
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
    """The profile of the cells of one column."""
    said = [cell for cell in cells if text_of(cell).strip()]
    texts = Counter(text_of(cell).strip() for cell in said)
    reads = {each: DateReader(name, [each], words=False) for each in (*EITHER, *DEFAULT_FORMATS)}
    counts = {each: sum(map(_passes(read), said)) for each, read in reads.items()}
    return Profile(
        name=name,
        rows=len(cells),
        said=len(said),
        distinct=len(texts),
        dates=sum(map(_passes(DateReader(name, DEFAULT_FORMATS, words=False)), said)),
        formats={each: counts[each] for each in EITHER if counts[each]},
        plain={each: counts[each] for each in DEFAULT_FORMATS if counts[each]},
        numbers={mark: sum(_is_number(cell, mark) for cell in said) for mark in ".,"},
        signs=sum(_has_sign(cell) for cell in said),
        currencies=sum(n for text, n in texts.items() if _is_currency(text)),
        countries=sum(n for text, n in texts.items() if _is_country(text)),
        texts=[text for text, _ in texts.most_common(30)],
    )


def _passes(read: DateReader) -> Callable[[Cell], bool]:
    def passes(cell: Cell) -> bool:
        try:
            read(cell)
        except Refused:
            return False
        return True

    return passes


def _is_number(cell: Cell, mark: str) -> bool:
    try:
        parse_amount(cell, mark, None, "")
    except Refused:
        return False
    return True


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


def _is_country(text: str) -> bool:
    try:
        country_of(text, "")
    except Refused:
        return False
    return True
