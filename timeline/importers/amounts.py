"""Numbers as tables write them: grouped digits, a decimal mark, a scale, a sign of a currency."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final, NamedTuple

from timeline.importers.cells import Cell, Refused, number_of, quoted, text_of

SCALES: Final = {
    "hundred": Decimal(100),
    "thousand": Decimal(10**3),
    "million": Decimal(10**6),
    "billion": Decimal(10**9),
    "trillion": Decimal(10**12),
}
_WORDS: Final = {
    "k": "thousand", "thousand": "thousand", "tsd": "thousand",
    "m": "million", "mn": "million", "mm": "million", "mio": "million", "mln": "million",
    "million": "million", "millions": "million",
    "b": "billion", "bn": "billion", "bln": "billion", "mrd": "billion", "billion": "billion",
    "billions": "billion",
    "tn": "trillion", "trillion": "trillion",
}  # fmt: skip
_SIGNS: Final = {
    "$": ("USD", "CAD", "AUD", "NZD", "HKD", "SGD", "TWD", "MXN", "BRL", "ARS", "CLP", "COP"),
    "us$": ("USD",),
    "€": ("EUR",),
    "£": ("GBP",),
    "¥": ("JPY", "CNY"),
    "₩": ("KRW",),
    "₹": ("INR",),
    "nt$": ("TWD",),
    "hk$": ("HKD",),
    "c$": ("CAD",),
    "a$": ("AUD",),
    "s$": ("SGD",),
}
_SPACES: Final = (
    "[ \u00a0\u2009\u202f'’]"  # a space, no-break and thin ones, and what the Swiss write
)

_is_amount = re.compile(
    r"(?P<before>[^\d(.,+-]*?)\s*(?P<sign>[-+−(]?)\s*(?P<inner>[^\d(.,+-]*?)\s*"
    r"(?P<digits>\d[\d.,\s'’]*|[.,]\d+)\s*(?P<after>[^\d()]*?)\s*(?P<close>\)?)"
).fullmatch


class Amount(NamedTuple):
    """A number, and what stood around it: the currency as it was written (empty for none)."""

    number: Decimal
    written: str


def parse_amount(cell: Cell, decimal: str, scale: Decimal | None, column: str) -> Amount:
    """The number of a cell times its scale. Raises Refused.

    ``decimal`` is the mark before the fraction; the other one groups digits. A word for the scale in the cell
    itself (1.2 bn) counts where the mapping names no scale.
    """
    if isinstance(cell, int | float | Decimal):
        number = _finite(cell, column)
        return Amount(number * (scale or 1), "")
    text = text_of(cell).strip()
    found = _is_amount(text)
    digits = found and _digits(found["digits"].strip(), decimal)
    if not found or digits is None or (found["sign"] == "(") != (found["close"] == ")"):
        message = f"{quoted(cell)} is not a number"
        other = "," if decimal == "." else "."
        if found and _digits(found["digits"].strip(), other) is not None:
            message += (
                f' with the decimal mark "{decimal}" (the mapping can say decimal: "{other}")'
            )
        raise Refused("invalid-amount", message, column)
    number = Decimal(digits) if found["sign"] in ("", "+") else -Decimal(digits)
    words = f"{found['before']} {found['inner']} {found['after']}".split()
    scales = [
        _WORDS[word.lower().rstrip(".")] for word in words if word.lower().rstrip(".") in _WORDS
    ]
    written = [word for word in words if word.lower().rstrip(".") not in _WORDS]
    if len(scales) > 1 or len(written) > 1 or (scales and scale is not None):
        reason = f"and the mapping says another scale: {scale:,}" if scales and scale else "twice"
        raise Refused("invalid-amount", f"{quoted(cell)} has a unit {reason}", column)
    factor = SCALES[scales[0]] if scales else scale or Decimal(1)
    return Amount(number * factor, written[0] if written else "")


def _finite(cell: int | float | Decimal, column: str) -> Decimal:
    try:
        return number_of(cell)
    except ArithmeticError:  # infinity, or more digits than anybody counts
        raise Refused("invalid-amount", f'"{cell}" is not a number', column) from None


def _digits(text: str, decimal: str) -> str | None:
    """The digits with a point, or None where the grouping is not one of thousands."""
    group = "," if decimal == "." else "."
    mark = re.escape(decimal)
    if re.fullmatch(rf"\d*({mark}\d+)?", text):
        return text.replace(decimal, ".")
    for separator in (re.escape(group), _SPACES):
        if re.fullmatch(rf"\d{{1,3}}({separator}\d{{3}})+({mark}\d+)?", text):
            return re.sub(rf"{separator}", "", text).replace(decimal, ".")
    return None


def currency_of(written: str, named: str | None, cell: Cell, column: str) -> str | None:
    """The currency of an amount by what stands in its cell and by the mapping, which must agree."""
    if not written:
        return named
    codes = _SIGNS.get(written.lower(), (written.upper(),))
    if named is None:
        if len(codes) == 1:
            return codes[0]
        message = f"{quoted(cell)} may be in {' or '.join(codes[:3])}: the mapping must say which"
        raise Refused("ambiguous-currency", message, column)
    if named not in codes:
        message = f"{quoted(cell)} is not in {named}"
        raise Refused("ambiguous-currency", message, column)
    return named


def plain(number: Decimal) -> str:
    """A number as events hold it."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
