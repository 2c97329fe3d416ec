"""From a cell that says something to the value that a field wants; what does not fit is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct

from timeline.errors import TimelineError
from timeline.importers.amounts import Amount, currency_of, plain
from timeline.importers.cells import Cell, Refused, quoted, text_of
from timeline.importers.countries import country_code
from timeline.importers.dates import DateReader
from timeline.model import dates

Convert = Callable[[Cell], Any]
"""The value of a field by a cell. It raises Refused."""


class Measured(Struct, frozen=True):
    """A number of a cell, for the value that it is part of."""

    amount: Amount
    cell: Cell
    column: str


def measure(
    found: dict[str, Any],
    name: str,
    value: Measured,
    *,
    percent: bool,
    money: bool,
    default: bool,
    signed: bool = False,
) -> None:
    """Put the number of a cell into a value: as ``name``, or as the range or the bound that the cell gives.

    The currency of a cell joins ``found``; with ``default`` it takes the place of the mapping's. ``signed``:
    it may be less than nothing, as a loss is.
    Raises Refused.
    """
    amount, cell, column = value.amount, value.cell, value.column
    numbers = [each for each in (amount.number, amount.highest) if each is not None]
    if min(numbers) < 0 and not signed:
        raise Refused("negative-amount", f"{quoted(cell)} is less than nothing", column)
    if money:
        currency = currency_of(amount.written, found.get("currency"), cell, column, default=default)
        if currency is not None:
            found["currency"] = currency
    elif amount.written and not (percent and amount.written == "%"):
        raise Refused("invalid-amount", f"{quoted(cell)} is not a number", column)
    if percent and max(numbers) > 100:
        raise Refused("invalid-share", f"{quoted(cell)} is more than 100 %", column)
    if amount.basis == "exact":
        found[name] = plain(amount.number)
        return
    if name != "exact":
        message = f'{quoted(cell)} is no single number, and the mapping reads it as "{name}"'
        raise Refused("invalid-amount", message, column)
    del found["exact"]
    if amount.highest is not None:
        found["min"], found["max"] = plain(amount.number), plain(amount.highest)
    else:
        bound = {"about": "exact", "at_least": "min", "up_to": "max"}[amount.basis]
        found[bound], found["basis"] = plain(amount.number), amount.basis


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


def country_of(text: str, column: str) -> str:
    """The ISO 3166 code of a country by its code or its name. Raises Refused."""
    found = country_code(text)
    if found is None:
        raise Refused("unmapped-value", f'"{text}" is no country of ISO 3166', column)
    return found
