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
    "euro": ("EUR",),
    "euros": ("EUR",),
    "yen": ("JPY",),
    "rmb": ("CNY",),
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
_is_scientific = re.compile(r"[-+]?\d+([.,]\d+)?[eE][-+]?\d{1,2}", re.ASCII).fullmatch

_BASES: Final[dict[str, tuple[str, ...]]] = {
    "about": (
        "~", "≈", "ca.", "ca", "c.", "circa", "about", "approx.", "approx", "approximately", "around",
        "roughly", "est.", "estimated", "etwa", "rund", "ungefähr", "zirka",
    ),
    "at_least": (
        ">=", ">", "≥", "over", "above", "at least", "more than", "min.", "from", "über", "mehr als",
        "mindestens", "ab",
    ),
    "up_to": (
        "<=", "<", "≤", "under", "below", "up to", "less than", "at most", "max.", "bis zu", "bis", "unter",
        "weniger als", "höchstens", "maximal",
    ),
}  # fmt: skip
"""Words in front of an amount, by what they make of it."""


def _words(words: tuple[str, ...]) -> str:
    ends = ((re.escape(word) + (r"(?!\w)" if word[-1].isalpha() else "")) for word in words)
    return "|".join(sorted(ends, key=len, reverse=True))


_basis_in_front = re.compile(
    "|".join(f"(?P<{basis}>{_words(words)})" for basis, words in _BASES.items()), re.IGNORECASE
).match
_range = re.compile(
    r"(?:(?:between|from|zwischen|von)\s+)?(?P<low>[^–—-]*\d[^–—-]*?)"
    r"\s*(?:[–—-]|\b(?:to|and|bis|und)\b)\s*(?P<high>[^–—-]*\d[^–—-]*)",
    re.IGNORECASE,
).fullmatch

NOTHING: Final = frozenset(
    ("undisclosed", "unknown", "confidential", "tbd", "tba", "none", "na", "n/d", "nd", "n.d.", "k.a.",
     "unbekannt", "not disclosed", "not available", "not applicable", "nicht bekannt", "keine angabe")
)  # fmt: skip
"""What stands in a column of amounts where nobody said how much."""


class Amount(NamedTuple):
    """A number, what stood around it (the currency as it was written, empty for none), and how exact it is.

    Of a range ``number`` is the lowest and ``highest`` the highest.
    """

    number: Decimal
    written: str
    basis: str = "exact"
    """exact, about, at_least, up_to or range."""
    highest: Decimal | None = None


def says_nothing(cell: Cell) -> bool:
    """Whether a cell of a column of amounts says that nobody said how much."""
    return isinstance(cell, str) and cell.strip().casefold() in NOTHING


def parse_amount(cell: Cell, decimal: str, scale: Decimal | None, column: str) -> Amount:
    """The number of a cell times its scale, or the range or the bound that it gives. Raises Refused.

    ``decimal`` is the mark before the fraction; the other one groups digits. A word for the scale in the cell
    itself (1.2 bn) counts where the mapping names no scale.
    """
    if isinstance(cell, int | float | Decimal):
        number = _finite(cell, column)
        return Amount(number * (scale or 1), "")
    text = " ".join(text_of(cell).split())
    if text.isascii() and text.isdecimal():  # most: 0.5 µs instead of 15 µs
        return Amount(Decimal(text) * (scale or 1), "")
    if _is_scientific(text):
        return Amount(Decimal(text.replace(",", ".")) * (scale or 1), "")
    pair = _range(text)
    if pair is not None:
        return _parse_range(cell, pair["low"], pair["high"], decimal, scale, column)
    front = _basis_in_front(text)
    if front is not None:
        basis = front.lastgroup
        assert basis is not None
        one = _parse_one(cell, text[front.end() :].strip(), decimal, scale, column)
        return one._replace(basis=basis)
    if text.endswith("+") and text[:-1].strip():
        one = _parse_one(cell, text[:-1].strip(), decimal, scale, column)
        return one._replace(basis="at_least")
    return _parse_one(cell, text, decimal, scale, column)


def _parse_range(
    cell: Cell, low: str, high: str, decimal: str, scale: Decimal | None, column: str
) -> Amount:
    """A range such as $2-3 bn: what stands on one side holds for both."""
    last = _parse_one(cell, high, decimal, scale, column)
    found = _is_amount(high)
    own = scale
    if scale is None and not any(_scale_of(word) for word in low.split()) and found:
        words = f"{found['before']} {found['inner']} {found['after']}".split()
        own = next((SCALES[name] for word in words if (name := _scale_of(word))), None)
    first = _parse_one(cell, low, decimal, own, column)
    if first.number > last.number or (
        first.written and last.written and first.written.casefold() != last.written.casefold()
    ):
        raise Refused("invalid-amount", f"{quoted(cell)} is no range from less to more", column)
    return Amount(first.number, first.written or last.written, "range", last.number)


def _scale_of(word: str) -> str | None:
    return _WORDS.get(word.lower().rstrip("."))


def _parse_one(cell: Cell, text: str, decimal: str, scale: Decimal | None, column: str) -> Amount:
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
    scales = [name for word in words if (name := _scale_of(word))]
    written = [word for word in words if not _scale_of(word)]
    if len(scales) > 1:
        raise Refused("invalid-amount", f"{quoted(cell)} names two scales", column)
    if scales and scale is not None:
        message = f"{quoted(cell)} names a scale, and the mapping another one: {scale:,}"
        raise Refused("invalid-amount", message, column)
    if len(written) > 1:
        message = f"{quoted(cell)} has more than a number and a currency: {' '.join(written)}"
        raise Refused("invalid-amount", message, column)
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


def currency_of(
    written: str, named: str | None, cell: Cell, column: str, *, default: bool = False
) -> str | None:
    """The currency of an amount by what stands in its cell and by the mapping.

    ``default``: the mapping says one for all rows, which a cell that names another overrules. Otherwise the
    two must agree. Raises Refused.
    """
    if not written:
        return named
    codes = _SIGNS.get(written.lower(), (written.upper(),))
    if named is not None and named in codes:
        return named
    if (named is None or default) and len(codes) == 1:
        return codes[0]
    if named is None or default:
        message = f"{quoted(cell)} may be in {' or '.join(codes[:3])}: the mapping must say which"
    else:
        message = f"{quoted(cell)} is not in {named}, as the row says elsewhere"
    raise Refused("ambiguous-currency", message, column)


def plain(number: Decimal) -> str:
    """A number as events hold it."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
