"""Values in words for people: as precise as the data, and never more or less.

Digits are neither invented nor dropped: 5,812,000,000 is "5.812 bn", and what no short number says
exactly is written out. Vague dates stay vague.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Context, Decimal
from typing import Any, Final

import msgspec

from timeline.model import dates
from timeline.model.kinds.fact import Comparison
from timeline.model.values import Horizon, Money, Parties, Quantity, Share
from timeline.render.text import join, listing

UNDISCLOSED: Final = "undisclosed"

_SCALES: Final = ((Decimal(10**12), "tn"), (Decimal(10**9), "bn"), (Decimal(10**6), "mn"))
_MOST_DECIMALS: Final = 3  # more of them read worse than the whole number
_EXACT: Final = Context(prec=100)  # the default one rounds at 28 digits
_PER: Final = {"year": " a year", "quarter": " a quarter", "month": " a month", "share": " a share"}
_BASIS: Final = {"up_to": "up to ", "at_least": "at least ", "about": "about "}

Names = Mapping[str, str]
"""What companies are called, by id; one that is missing is called by its id."""


def name_of(company: str, names: Names) -> str:
    """What to call a company."""
    default = "an undisclosed party" if company == UNDISCLOSED else company
    return names.get(company, default)


# --- numbers ------------------------------------------------------------------------------------


def _scaled(number: Decimal) -> tuple[str, str]:
    """The number and its unit: ("388.8", "bn"); without a unit where it would be longer so."""
    for scale, unit in _SCALES:
        if abs(number) >= scale:
            short = _EXACT.divide(number, scale).normalize(_EXACT)
            if -int(short.as_tuple().exponent) <= _MOST_DECIMALS:
                return f"{short:,f}", unit
            break
    return f"{number:,f}", ""


def _range(value: Mapping[str, Any], before: str, unit: str | None) -> str:
    """An exact number, or bounds, with what goes before and the unit (None: scaled to bn, mn …)."""

    def say(number: Any) -> tuple[str, str]:
        plain = Decimal(str(number))
        digits, scale = _scaled(plain) if unit is None else (f"{plain:f}", unit)
        return digits.replace("-", "−"), scale

    def one(number: Any) -> str:
        digits, scale = say(number)
        return f"{before}{digits} {scale}".rstrip()

    basis = _BASIS.get(value.get("basis", ""), "")
    low, high = value.get("min"), value.get("max")
    exact = value.get("exact") if low is None and high is None else None
    if low is not None and low == high:
        exact = low
    if exact is not None:
        return basis + one(exact)
    if high is None:
        return _qualified(basis, "at least ") + one(low)
    if low is None:
        return _qualified(basis, "up to ") + one(high)
    (first, first_unit), (last, last_unit) = say(low), say(high)
    if first == "0":
        first_unit = last_unit
    if first_unit != last_unit or "−" in first + last:
        return f"{basis}{before}{first} {first_unit}".rstrip() + f" to {last} {last_unit}".rstrip()
    return f"{basis}{before}{first}–{last} {last_unit}".rstrip()


def _qualified(basis: str, bound: str) -> str:
    """The words before a bound that stands alone: "at least about", but not "up to up to"."""
    return bound if basis == bound else bound + basis


def money(value: Mapping[str, Any], *, reported: bool = True) -> str:
    """An amount: "up to USD 5.8 bn", "USD 2–3 bn a year (reported as EUR 1.7–2.6 bn a year)"."""
    said = _range(value, f"{value['currency']} ", None) + _PER.get(value.get("per", ""), "")
    return said + (_reported(value) if reported else "")


def _reported(value: Mapping[str, Any]) -> str:
    others = value.get("reported_as")
    return f" (reported as {join(map(money, others))})" if others else ""


def share(value: Mapping[str, Any]) -> str:
    """A share: "65.86 %", "50–60 %", "at least 25 %", "more than half"."""
    if value.get("basis") == "majority":
        return "more than half"
    return _range(value, "", "%")


def quantity(value: Mapping[str, Any]) -> str:
    """A number of things: "44.3 mn shares", "up to 10 GW"."""
    return f"{_range(value, '', None)} {value['unit']}"


def horizon(value: Mapping[str, Any]) -> str:
    """A span of time ahead: "for 3–5 years", "for up to 18 months from 2025"."""
    low, high = value.get("min"), value.get("max")
    number = f"{low}–{high}" if low is not None and high is not None and low != high else ""
    bound = "at least " if high is None else "up to " if low is None else ""
    plural = "" if (low if high is None else high) == 1 else "s"
    said = f"for {bound}{number or (low if high is None else high)} {value['unit']}{plural}"
    return f"{said} from {since(value['from'])}" if "from" in value else said


def amount(value: Mapping[str, Any], span: Mapping[str, Any] | None = None) -> str:
    """An amount over a span: "USD 2–3 bn a year for 3–5 years"."""
    over = f" {horizon(span)}" if span else ""
    return money(value, reported=False) + over + _reported(value)


# --- dates --------------------------------------------------------------------------------------


def date(text: str) -> str:
    """An EDTF date in words, as imprecise as it is: "about spring 2025", "2025-11-20"."""
    return dates.describe(text)


def since(text: str) -> str:
    """An EDTF date as it reads after "since": "2025-11-21 or earlier", "October 2025"."""
    start, end = _ends(text)
    if start == "":
        return f"{dates.describe(end)} or earlier"
    if end == "" and "/" in text:
        return dates.describe(start)
    return dates.describe(text).replace("some time from", "some day from")


def expected(text: str) -> str:
    """An EDTF date as it reads after "expected": "by 2027", "June 2016"."""
    start, end = _ends(text)
    return f"by {dates.describe(end)}" if start == "" else dates.describe(text)


def _ends(text: str) -> tuple[str, str]:
    """The two ends of an interval or of a set of one range, "" where open; a value twice."""
    if "," in text:
        return text, text
    start, _, end = text.strip("[]").replace("/", "..").partition("..")
    return (start, end.strip(".")) if ".." in text or "/" in text else (text, text)


# --- everything else ------------------------------------------------------------------------------

_COMPARISONS: Final = {
    "overtook": ("overtook", "overtook {}"),
    "above_expectations": ("above expectations", "above expectations: {}"),
    "below_expectations": ("below expectations", "below expectations: {}"),
    "largest": ("largest", "largest: {}"),
    "first_time": ("for the first time", "for the first time: {}"),
    "other": ("compared with another", "{}"),
}


def comparison(value: Mapping[str, Any]) -> str:
    """How a value stands to another: "overtook smartphones"."""
    alone, beside = _COMPARISONS[value["relation"]]
    return beside.format(value["other"]) if "other" in value else alone


def roles(held: list[str]) -> str:
    """``designer and manufacturer``."""
    return join(role.replace("_", " ") for role in held)


def parties(value: Mapping[str, list[str]], names: Names) -> str:
    """Who takes part, and as what: "Foxconn (designer and manufacturer), OpenAI (partner)"."""
    return ", ".join(f"{name_of(each, names)} ({roles(held)})" for each, held in value.items())


def value_in_words(value: Any, names: Names | None = None) -> str:
    """Any value of a term, a step, a table or of the author's own, by its shape."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return listing(value_in_words(each, names) for each in value)
    if not isinstance(value, Mapping):
        return str(value)
    for shape, say in _SHAPES if value else ():
        if _has_shape(value, shape):
            return say(value)
    if value and _has_shape(value, Parties):
        return parties(value, names or {})
    return listing(f"{key}: {value_in_words(each, names)}" for key, each in value.items())


_SHAPES: Final[tuple[tuple[Any, Callable[[Mapping[str, Any]], str]], ...]] = (
    (Money, money),
    (Horizon, horizon),
    (Quantity, quantity),
    (Comparison, comparison),
    (Share, share),
)


def _has_shape(value: Mapping[str, Any], shape: Any) -> bool:
    """Whether it is such a value in everything: anything may stand under ``extra``."""
    try:
        msgspec.convert(value, shape)
    except msgspec.ValidationError:
        return False
    return True
