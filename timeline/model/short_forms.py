"""Short forms: money, shares and other values as people write them, and as the program prints them.

>>> read(Money, "up to USD 5 bn")
{'max': '5000000000', 'currency': 'USD', 'basis': 'up_to'}
>>> write(Money, {"min": "2000000000", "max": "3000000000", "currency": "USD", "per": "year"})
'USD 2–3 bn a year'

Reading and writing are inverse: every value has one text, and that text reads back as the same value, with
every digit. So the combinations that nobody writes by hand have words of their own: a bound without a basis
is "USD 5 bn or more", a number that is called exact is "exactly USD 5 bn".
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from decimal import Context, Decimal
from typing import Any, Final, NamedTuple

from timeline.errors import InvalidValue
from timeline.model import dates
from timeline.model.values import (
    Comparison,
    Fields,
    Horizon,
    Measure,
    Money,
    Quantity,
    Share,
    plain_number,
)
from timeline.nearest import most_alike

_SCALES: Final = {
    "tn": Decimal(10**12),
    "bn": Decimal(10**9),
    "mn": Decimal(10**6),
    "thousand": Decimal(1000),
}
"""Read and, but for the thousand, written: "USD 250,000" needs no word."""

_MOST_DECIMALS: Final = 3
"""More of them read worse than the whole number."""

_EXACT: Final = Context(prec=100)  # the default one rounds at 28 digits

_PER: Final = {
    "once": " once",
    "year": " a year",
    "quarter": " a quarter",
    "month": " a month",
    "share": " a share",
}
_BASES: Final = {"up_to": "up to ", "at_least": "at least ", "about": "about ", "exact": "exactly "}
_BOUND: Final = {"at_least": "min", "up_to": "max"}
"""Which bound a basis gives by itself: "at least 5" has no upper end."""

_SUFFIXES: Final = {"min": " or more", "max": " or less"}
MAJORITY: Final = "more than half"

# --- numbers ----------------------------------------------------------------------------------------


def scaled(number: Decimal) -> tuple[Decimal, int]:
    """The number by its scale: (388.8, 10⁹); 1 where another would be longer or lose a digit."""
    if number.as_tuple().exponent == 0:  # one with decimals keeps them: 1.50 is not 1.5
        for word, scale in _SCALES.items():
            if word != "thousand" and abs(number) >= scale:
                short = _EXACT.divide(number, scale).normalize(_EXACT)
                if -int(short.as_tuple().exponent) <= _MOST_DECIMALS:
                    return short, int(scale)
    return number, 1


def write_number(value: int | float | Decimal) -> str:
    """A number for people: "2,296.5 bn", "12,345", "0.5"."""
    whole = int(value)
    digits, word = _write_number(whole if whole == value else value, scale=True)
    return f"{digits} {word}".rstrip()


def _write_number(value: Any, *, scale: bool) -> tuple[str, str]:
    number = Decimal(str(value))
    short, size = scaled(number) if scale else (number, 1)
    word = next((word for word, each in _SCALES.items() if each == size), "")
    return f"{short:,f}".replace("-", "−"), word


_NUMBER: Final = r"[-−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_SCALED: Final = rf"({_NUMBER})(?: ({'|'.join(_SCALES)}))?"
_NUMBERS: Final = rf"{_SCALED}(?:(?: ?[–-] ?| to ){_SCALED})?"


def _read_number(digits: str, scale: str | None) -> str:
    number = Decimal(digits.replace(",", "").replace("−", "-"))
    if scale is None:
        return plain_number(f"{number:f}")
    scaled = _EXACT.multiply(number, _SCALES[scale]).normalize(_EXACT)
    return plain_number(f"{scaled:f}")


# --- a number or two, with what goes around them ----------------------------------------------------


def _write_range(value: Mapping[str, Any], around: Callable[[str], str], *, scale: bool) -> str:
    """A number or two bounds in their words; ``around`` adds the currency or the unit."""
    low, high, exact = (value.get(name) for name in ("min", "max", "exact"))
    basis = value.get("basis")
    before = _BASES.get(basis or "", "")
    if exact is not None:
        if basis in _BOUND:
            before += _BASES["exact"]
        return before + around(" ".join(filter(None, _write_number(exact, scale=scale))))
    if low is None or high is None:
        name = "max" if low is None else "min"
        said = around(" ".join(filter(None, _write_number(value[name], scale=scale))))
        return before + said + ("" if _BOUND.get(basis or "") == name else _SUFFIXES[name])
    (first, first_scale), (last, last_scale) = (_write_number(n, scale=scale) for n in (low, high))
    if last_scale and not first_scale and first != "0":
        # "500–2 bn" would be 500 bn to 2 bn
        last, last_scale = _write_number(high, scale=False)
    if first_scale == last_scale or not first_scale:
        between, first_scale = "–", ""
    else:
        between = " to "
    if "−" in first + last:
        between = " to "
    said = " ".join(filter(None, (first, first_scale))) + between
    return before + around(said + " ".join(filter(None, (last, last_scale))))


class _Read(NamedTuple):
    fields: Fields
    """The bounds and the basis."""
    rest: str
    """What stands behind the numbers."""


def _read_range(text: str, before: str = "") -> tuple[_Read, str] | None:
    """The numbers of a text, what follows them, and what stood between the basis and them.

    ``before`` is the pattern of the latter.
    """
    basis = ""
    for name, words in _BASES.items():
        if text.startswith(words):
            basis, text = name, text.removeprefix(words)
            break
    is_exact = basis in _BOUND and text.startswith(_BASES["exact"])
    if is_exact:
        text = text.removeprefix(_BASES["exact"])
    bound = ""
    for name, words in _SUFFIXES.items():
        if text.endswith(words):
            bound, text = name, text.removesuffix(words)
    ahead = re.match(before, text)
    if ahead is None:
        return None
    numbers = re.compile(_NUMBERS, re.ASCII).match(text, ahead.end())
    if numbers is None:
        return None
    first, first_scale, last, last_scale = numbers.groups()
    fields: Fields = {}
    if last is not None:
        if bound or is_exact:
            return None
        fields["min"] = _read_number(first, first_scale or last_scale)
        fields["max"] = _read_number(last, last_scale)
    else:
        name = bound or ("exact" if is_exact else _BOUND.get(basis, "exact"))
        if is_exact and bound:
            return None
        fields[name] = _read_number(first, first_scale)
    if basis:
        fields["basis"] = basis
    return _Read(fields, text[numbers.end() :]), ahead.group()


# --- money ------------------------------------------------------------------------------------------


def _write_money(value: Mapping[str, Any]) -> str:
    said = _write_range(value, _around_money(value), scale=True)
    others = value.get("reported_as")
    if not others:
        return said
    return f"{said} (reported as {_join(list(map(_write_money, others)))})"


def _around_money(value: Mapping[str, Any]) -> Callable[[str], str]:
    return lambda numbers: f"{value['currency']} {numbers}{_PER.get(value.get('per') or '', '')}"


def _join(texts: list[str]) -> str:
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"


_reported = re.compile(r"(.*?) \(reported as (.*)\)").fullmatch


def _read_money(text: str) -> Fields | None:
    reported: list[Fields] | None = None
    if with_others := _reported(text):
        text, others = with_others.groups()
        reported = []
        for each in _apart(others):
            found = _read_money(each)
            if found is None:
                return None
            reported.append(found)
    read = _read_range(text, r"[A-Z]{3} ")
    if read is None:
        return None
    (fields, rest), currency = read
    per = next((name for name, words in _PER.items() if words == rest), None)
    if rest and per is None:
        return None
    fields["currency"] = currency.strip()
    if per is not None:
        fields["per"] = per
    if reported is not None:
        fields["reported_as"] = reported
    return fields


def _apart(text: str) -> list[str]:
    """The texts of a list in words, which may hold lists in brackets themselves."""
    found, depth, start, place = [], 0, 0, 0
    while place < len(text):
        depth += {"(": 1, ")": -1}.get(text[place], 0)
        between = next((b for b in (", ", " and ") if text.startswith(b, place)), None)
        if between and not depth:
            found.append(text[start:place])
            start = place = place + len(between)
        else:
            place += 1
    return [*found, text[start:]]


# --- shares -----------------------------------------------------------------------------------------


def _write_share(value: Mapping[str, Any]) -> str:
    if value.get("basis") == "majority":
        return MAJORITY
    return _write_range(value, lambda numbers: f"{numbers} %", scale=False)


def _read_share(text: str) -> Fields | None:
    if text == MAJORITY:
        return {"basis": "majority"}
    read = _read_range(text)
    if read is None or read[0].rest not in ("%", " %"):
        return None
    return read[0].fields


# --- quantities -------------------------------------------------------------------------------------

_starts_plainly = re.compile(rf"(?!(?:{'|'.join(_SCALES)}|to|or)\b)[^\W\d_]").match


def _is_spaced(text: str) -> bool:
    return text != " ".join(text.split())


def _quoted(text: str) -> str:
    quoted = json.dumps(text)
    # runs of spaces are read as one
    return quoted.replace(" ", "\\u0020") if _is_spaced(text) else quoted


def _write_quantity(value: Mapping[str, Any]) -> str:
    unit = value["unit"]
    ends = tuple(_SUFFIXES.values())
    if _is_spaced(unit) or not _starts_plainly(unit) or '"' in unit or unit.endswith(ends):
        unit = _quoted(unit)
    return _write_range(value, lambda numbers: f"{numbers} {unit}", scale=True)


def _read_quantity(text: str) -> Fields | None:
    read = _read_range(text)
    if read is None or not read[0].rest.startswith(" "):
        return None
    fields, unit = read[0].fields, read[0].rest[1:]
    if unit.startswith('"'):
        try:
            unit = json.loads(unit)
        except ValueError:
            return None
    elif not _starts_plainly(unit) or '"' in unit:
        return None
    return fields | {"unit": unit}


# --- horizons ---------------------------------------------------------------------------------------

_SPAN: Final = (
    r"(at least |up to )?(\d{1,4})(?:(?:[–-]| to )(\d{1,4}))? "
    r"(day|month|quarter|year)s?(?: from (.+))?"
)


def _write_horizon(value: Mapping[str, Any]) -> str:
    low, high = value.get("min"), value.get("max")
    number = f"{low}–{high}" if low is not None and high is not None and low != high else ""
    bound = _BASES["at_least"] if high is None else _BASES["up_to"] if low is None else ""
    last = low if high is None else high
    said = f"{bound}{number or last} {value['unit']}{'' if last == 1 else 's'}"
    return f"{said} from {value['from']}" if "from" in value else said


def _read_horizon(text: str) -> Fields | None:
    found = re.fullmatch(_SPAN, text, re.ASCII)
    if found is None:
        return None
    bound, first, last, unit, start = found.groups()
    if bound and last:
        return None
    fields: Fields = {}
    if bound != _BASES["up_to"]:
        fields["min"] = int(first)
    if bound != _BASES["at_least"]:
        fields["max"] = int(last or first)
    fields["unit"] = unit
    if start is not None:
        dates.bounds(start)
        fields["from"] = start
    return fields


# --- comparisons ------------------------------------------------------------------------------------

_COMPARISONS: Final = {
    "overtook": ("overtook", "overtook "),
    "above_expectations": ("above expectations", "above expectations: "),
    "below_expectations": ("below expectations", "below expectations: "),
    "largest": ("largest", "largest: "),
    "first_time": ("for the first time", "for the first time: "),
    "other": ("compared with another", "compared: "),
}
"""How a relation reads alone, and how before what it is a relation to."""


def _write_comparison(value: Mapping[str, Any]) -> str:
    alone, before = _COMPARISONS[value["relation"]]
    if "other" not in value:
        return alone
    other = value["other"]
    return before + (_quoted(other) if _is_spaced(other) or not other or other[0] == '"' else other)


def _read_comparison(text: str) -> Fields | None:
    for relation, (alone, before) in _COMPARISONS.items():
        if text == alone:
            return {"relation": relation}
        if text.startswith(before):
            other = text.removeprefix(before)
            return {"relation": relation, "other": json.loads(other) if other[0] == '"' else other}
    return None


# --- all of them ------------------------------------------------------------------------------------


def _write_measure(value: Mapping[str, Any]) -> str:
    return _write_money(value) if "currency" in value else _write_share(value)


def _read_measure(text: str) -> Fields | None:
    return _read_money(text) or _read_share(text)


class _Form(NamedTuple):
    name: str
    """As it reads after "as"."""
    read: Callable[[str], Fields | None]
    write: Callable[[Mapping[str, Any]], str]
    examples: tuple[str, ...]


_MONEY: Final = (
    "USD 5 bn", "up to USD 5 bn", "at least EUR 300 mn", "about JPY 388.8 bn", "USD 2–3 bn",
    "USD 2–3 bn a year", "USD 55 a share", "EUR 250 thousand", "USD 1,250,000",
)  # fmt: skip
_SHARES: Final = ("27 %", "about 27 %", "75–76 %", "at least 25 %", "up to 10 %", MAJORITY)

FORMS: Final[Mapping[Any, _Form]] = {
    Money: _Form("an amount of money", _read_money, _write_money, _MONEY),
    Share: _Form("a share", _read_share, _write_share, _SHARES),
    Measure: _Form("an amount of money or a share", _read_measure, _write_measure, (*_MONEY, *_SHARES)),
    Quantity: _Form(
        "quantity", _read_quantity, _write_quantity,
        ("10 GW", "44.3 mn shares", "at least 4.5 GW", "about 250,000 vehicles", "10–12 GW"),
    ),
    Horizon: _Form(
        "horizon", _read_horizon, _write_horizon,
        ("3–5 years", "2 years from 2025-03", "up to 18 months", "at least 2 years"),
    ),
    Comparison: _Form(
        "a comparison", _read_comparison, _write_comparison,
        ("overtook smartphones", "above expectations", "below expectations", "largest", "for the first time"),
    ),
}  # fmt: skip
"""The value types that have a short form, each with examples of what is read."""


def read(type_: Any, text: str) -> Fields:
    """The long form of a text, with decimals as strings. ``type_`` is one of :data:`FORMS`.

    Raises InvalidValue with the two nearest forms as examples. Whether the numbers are sound, such as a share
    of 120 %, is for the type to say.
    """
    found = read_if_one(type_, text)
    if found is None:
        form = FORMS[type_]
        near = " or ".join(f'"{example}"' for example in most_alike(text, form.examples, 2))
        raise InvalidValue(f'"{text}" is not read as {form.name}', f"write it like {near}")
    return found


def read_if_one(type_: Any, text: str) -> Fields | None:
    """The long form of a text, or None where it is not the short form of such a value."""
    try:
        return FORMS[type_].read(" ".join(text.split()))
    except ValueError:  # a date that is none, a number of too many digits
        return None


def write(type_: Any, value: Mapping[str, Any]) -> str:
    """The text of a sound value in its long form; :func:`read` gives the same value back."""
    return FORMS[type_].write(value)
