"""From a cell that says something to the value that a field wants; what does not fit is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from msgspec import Struct

from timeline.errors import TimelineError
from timeline.importers.amounts import Amount, currency_of, plain
from timeline.importers.cells import Cell, Refused, quoted, text_of
from timeline.importers.dates import DateReader
from timeline.model import dates

Convert = Callable[[Cell], Any]
"""The value of a field by a cell. It raises Refused."""


class Measured(Struct, frozen=True):
    """A number of a cell, for the value that it is part of."""

    amount: Amount
    cell: Cell
    column: str


def number(value: Measured, *, percent: bool, money: dict[str, Any] | None) -> str:
    """The number as it stands in an event; the currency of its cell joins ``money``."""
    number, written = value.amount
    if number < 0:
        raise Refused("negative-amount", f"{quoted(value.cell)} is less than nothing", value.column)
    if money is not None:
        currency = currency_of(written, money.get("currency"), value.cell, value.column)
        if currency is not None:
            money["currency"] = currency
    elif written and not (percent and written == "%"):
        raise Refused("invalid-amount", f"{quoted(value.cell)} is not a number", value.column)
    if percent and number > 100:
        raise Refused("invalid-share", f"{quoted(value.cell)} is more than 100 %", value.column)
    return plain(number)


def is_text(cell: str) -> bool:
    """Whether a cell holds no byte that could not be decoded."""
    try:
        cell.encode()
    except UnicodeEncodeError:  # a byte that could not be decoded
        return False
    return True


def as_text(cell: Cell) -> str:
    """The cell as it is."""
    return text_of(cell)


def checked(check: Callable[[str], None] | None, column: str) -> Callable[[Cell], str]:
    """A text that obeys a rule of the vocabulary."""
    if check is None:
        return as_text

    def convert(cell: Cell) -> str:
        text = text_of(cell)
        try:
            check(text)
        except TimelineError as error:
            raise Refused(error.code, error.message, column) from None
        return text

    return convert


def choice(choices: Sequence[str], column: str) -> Callable[[Cell], str]:
    """One of some words, however it is capitalised."""

    def convert(cell: Cell) -> str:
        text = text_of(cell)
        for found in (text, text.lower().replace(" ", "_").replace("-", "_")):
            if found in choices:
                return found
        message = f"{quoted(cell)} is none of {', '.join(choices)}; give it a meaning under values:"
        raise Refused("unmapped-value", message, column)

    return convert


def boolean(column: str) -> Callable[[Cell], bool]:
    """True or false."""

    def convert(cell: Cell) -> bool:
        text = text_of(cell).lower()
        if text in ("true", "false"):
            return text == "true"
        message = f"{quoted(cell)} is neither true nor false; give it a meaning under values:"
        raise Refused("unmapped-value", message, column)

    return convert


def whole(column: str) -> Callable[[Cell], int]:
    """A whole number."""

    def convert(cell: Cell) -> int:
        text = text_of(cell)
        if re.fullmatch(r"\d{1,15}", text, re.ASCII):
            return int(text)
        raise Refused("invalid-amount", f"{quoted(cell)} is not a whole number", column)

    return convert


def moment_of(read: DateReader) -> Callable[[Cell], str]:
    """Since when something is known: the last day that is meant."""

    def convert(cell: Cell) -> str:
        # the last day that is meant: nothing is known sooner than it may have been
        last = dates.bounds(read(cell))[1]
        if last == dates.OPEN_END:
            raise Refused("invalid-date", f"{quoted(cell)} has no last day", read.column)
        return last

    return convert


@lru_cache(maxsize=4096)
def country_of(text: str, column: str) -> str:
    """The ISO 3166 code of a country by its code or its name. Raises Refused."""
    import pycountry

    try:
        return str(pycountry.countries.lookup(text).alpha_2)
    except LookupError:
        message = f'"{text}" is no country of ISO 3166'
        raise Refused("unmapped-value", message, column) from None
