"""Amounts, shares and quantities in other languages than English, with the digits and words of CLDR.

English has the short forms that files may hold as well (:mod:`timeline.model.short_forms`); what is said
here is the same, and as in them no digit is invented or dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from timeline.language import scale_word, tr, tr_as, tr_count, written
from timeline.model.short_forms import scaled
from timeline.render.text import join


def number(value: int | float | Decimal) -> str:
    """A large number: "2.296,5 Mrd."."""
    digits, word = _parted(value, scale=True)
    return f"{digits} {word}".rstrip()


def money(value: Mapping[str, Any]) -> str:
    """An amount: "bis zu 5,8 Mrd. USD", "2–3 Mrd. USD pro Jahr"."""

    def around(digits: str) -> str:
        said = tr("{currency} {amount}", currency=value["currency"], amount=digits)
        match value.get("per"):
            case "once":
                return tr("{amount} once", amount=said)
            case "year":
                return tr("{amount} a year", amount=said)
            case "quarter":
                return tr("{amount} a quarter", amount=said)
            case "month":
                return tr("{amount} a month", amount=said)
            case "share":
                return tr("{amount} a share", amount=said)
        return said

    said = _range(value, around, scale=True)
    others = value.get("reported_as")
    if not others:
        return said
    return tr("{amount} (reported as {others})", amount=said, others=join(map(money, others)))


def share(value: Mapping[str, Any]) -> str:
    """A share: "65,86 %", "mehr als die Hälfte"."""
    if value.get("basis") == "majority":
        return tr("more than half")
    return _range(value, lambda digits: tr("{number} %", number=digits), scale=False)


def quantity(value: Mapping[str, Any]) -> str:
    """A number of things; what things, as the source calls them unless the catalogue knows a word."""
    unit = tr_as("unit", value["unit"])
    return _range(value, lambda digits: f"{digits} {unit}", scale=True)


def horizon(value: Mapping[str, Any]) -> str:
    """A span of time ahead: "3–5 Jahre"."""
    low, high = value.get("min"), value.get("max")
    last: int = low if high is None else high  # type: ignore[assignment]  # one of them is given
    digits = f"{low}–{high}" if low is not None and high is not None and low != high else f"{last}"
    match value["unit"]:
        case "day":
            said = tr_count("{count} day", "{count} days", last, count=digits)
        case "month":
            said = tr_count("{count} month", "{count} months", last, count=digits)
        case "quarter":
            said = tr_count("{count} quarter", "{count} quarters", last, count=digits)
        case _:
            said = tr_count("{count} year", "{count} years", last, count=digits)
    if high is None:
        return tr("at least {amount}", amount=said)
    return tr("up to {amount}", amount=said) if low is None else said


def comparison(value: Mapping[str, Any]) -> str:
    """How a value stands to another: "über den Erwartungen"."""
    other = value.get("other")
    match value["relation"]:
        case "overtook":
            return tr("overtook") if other is None else tr("overtook {other}", other=other)
        case "above_expectations":
            said = tr("above expectations")
        case "below_expectations":
            said = tr("below expectations")
        case "largest":
            said = tr("largest")
        case "first_time":
            said = tr("for the first time")
        case _:
            return (
                tr("compared with another")
                if other is None
                else tr("compared: {other}", other=other)
            )
    return said if other is None else f"{said}: {other}"


def _range(value: Mapping[str, Any], around: Callable[[str], str], *, scale: bool) -> str:
    """A number or two bounds in their words; ``around`` adds the currency or the unit."""
    low, high, exact = (value.get(name) for name in ("min", "max", "exact"))
    basis = value.get("basis")
    if exact is not None:
        said = around(" ".join(filter(None, _parted(exact, scale=scale))))
        if basis in ("at_least", "up_to"):
            said = tr("exactly {amount}", amount=said)
    elif low is None or high is None:
        said = around(" ".join(filter(None, _parted(high if low is None else low, scale=scale))))
        if low is None and basis != "up_to":
            said = tr("{amount} or less", amount=said)
        elif high is None and basis != "at_least":
            said = tr("{amount} or more", amount=said)
    else:
        said = around(_between(low, high, scale=scale))
    match basis:
        case "up_to":
            return tr("up to {amount}", amount=said)
        case "at_least":
            return tr("at least {amount}", amount=said)
        case "about":
            return tr("about {amount}", amount=said)
        case "exact":
            return tr("exactly {amount}", amount=said)
    return said


def _between(low: Any, high: Any, *, scale: bool) -> str:
    (first, first_word), (last, last_word) = (_parted(each, scale=scale) for each in (low, high))
    if last_word and not first_word and first != "0":  # "500–2 Mrd." would be 500 Mrd. bis 2 Mrd.
        last, last_word = _parted(high, scale=False)
    ends = (f"{first} {first_word}".rstrip(), f"{last} {last_word}".rstrip())
    if "−" in first + last or (first_word and first_word != last_word):
        return tr("{low} to {high}", low=ends[0], high=ends[1])
    return f"{first}–{ends[1]}"


def _parted(value: Any, *, scale: bool) -> tuple[str, str]:
    """The digits of a number, and the word for its size where there is one."""
    plain = Decimal(str(value))
    short, size = scaled(plain) if scale else (plain, 1)
    word = scale_word(size) if size > 1 else ""
    digits = written(short if word else plain)
    return digits.replace("-", "−"), word or ""
