"""What the program prints of a value it reads back as the same value."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, get_args, get_type_hints

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from timeline.errors import InvalidValue
from timeline.model.short_forms import FORMS, read, read_if_one, write
from timeline.model.values import (
    Basis,
    Comparison,
    Horizon,
    Measure,
    Money,
    Per,
    Quantity,
    Share,
    plain_number,
)

_MONEY: list[tuple[str, dict[str, Any]]] = [
    ("USD 5 bn", {"exact": "5000000000"}),
    ("up to USD 5 bn", {"max": "5000000000", "basis": "up_to"}),
    ("at least EUR 300 mn", {"min": "300000000", "currency": "EUR", "basis": "at_least"}),
    ("about JPY 388.8 bn", {"exact": "388800000000", "currency": "JPY", "basis": "about"}),
    ("USD 2–3 bn a year", {"min": "2000000000", "max": "3000000000", "per": "year"}),
    ("USD 55 a share", {"exact": "55", "per": "share"}),
    ("USD 1.4 tn", {"exact": "1400000000000"}),
    ("USD 1,250 tn", {"exact": "1250000000000000"}),
    ("USD 1,234,567,890", {"exact": "1234567890"}),
    ("USD 2,296.5 bn", {"exact": "2296500000000"}),
    ("USD 1,234.567 mn", {"exact": "1234567000"}),
    ("USD 250,000.50", {"exact": "250000.50"}),
    ("USD 5 bn or less", {"max": "5000000000"}),
    ("USD 5 bn a year or more", {"min": "5000000000", "per": "year"}),
    ("about USD 5 bn or more", {"min": "5000000000", "basis": "about"}),
    ("exactly USD 5", {"exact": "5", "basis": "exact"}),
    ("up to exactly USD 5", {"exact": "5", "basis": "up_to"}),
    ("at least USD 5 or less", {"max": "5", "basis": "at_least"}),
    ("USD 5 once", {"exact": "5", "per": "once"}),
    ("USD 5–5 a quarter", {"min": "5", "max": "5", "per": "quarter"}),
    ("USD 500 mn to 2 bn", {"min": "500000000", "max": "2000000000"}),
    ("USD 2–3,000,000,000", {"min": "2", "max": "3000000000"}),
    ("USD 0–2 bn", {"min": "0", "max": "2000000000"}),
    ("USD −3 to −2 mn", {"min": "-3000000", "max": "-2000000"}),
    ("about USD 2–3 bn", {"min": "2000000000", "max": "3000000000", "basis": "about"}),
    (
        "USD 2 mn (reported as EUR 1.7 mn)",
        {"exact": "2000000", "reported_as": [{"exact": "1700000", "currency": "EUR"}]},
    ),
    (
        "USD 1 (reported as EUR 2,000, CHF 3 a year and GBP 4)",
        {
            "exact": "1",
            "reported_as": [
                {"exact": "2000", "currency": "EUR"},
                {"exact": "3", "currency": "CHF", "per": "year"},
                {"exact": "4", "currency": "GBP"},
            ],
        },
    ),
]
_OTHERS: list[tuple[Any, str, dict[str, Any]]] = [
    (Share, "27 %", {"exact": "27"}),
    (Share, "9.90 %", {"exact": "9.90"}),
    (Share, "about 27 %", {"exact": "27", "basis": "about"}),
    (Share, "75–76 %", {"min": "75", "max": "76"}),
    (Share, "at least 25 %", {"min": "25", "basis": "at_least"}),
    (Share, "25 % or more", {"min": "25"}),
    (Share, "more than half", {"basis": "majority"}),
    (Quantity, "10 GW", {"exact": "10", "unit": "GW"}),
    (Quantity, "44.3 mn shares", {"exact": "44300000", "unit": "shares"}),
    (Quantity, "at least 4.5 GW", {"min": "4.5", "unit": "GW", "basis": "at_least"}),
    (Quantity, "250,000 electric cars", {"exact": "250000", "unit": "electric cars"}),
    (Quantity, "2–3 mn vehicles", {"min": "2000000", "max": "3000000", "unit": "vehicles"}),
    (Quantity, '5 "mn"', {"exact": "5", "unit": "mn"}),
    (Quantity, '5 "GW or more"', {"exact": "5", "unit": "GW or more"}),
    (Quantity, '5 "%"', {"exact": "5", "unit": "%"}),
    (Horizon, "3–5 years", {"min": 3, "max": 5, "unit": "year"}),
    (Horizon, "2 years from 2025-03", {"min": 2, "max": 2, "unit": "year", "from": "2025-03"}),
    (Horizon, "up to 18 months", {"max": 18, "unit": "month"}),
    (Horizon, "at least 1 quarter", {"min": 1, "unit": "quarter"}),
    (Comparison, "largest", {"relation": "largest"}),
    (Comparison, "overtook smartphones", {"relation": "overtook", "other": "smartphones"}),
    (Comparison, "above expectations", {"relation": "above_expectations"}),
    (
        Comparison,
        "below expectations: of analysts",
        {"relation": "below_expectations", "other": "of analysts"},
    ),
    (Comparison, "for the first time", {"relation": "first_time"}),
    (Comparison, "compared with another", {"relation": "other"}),
    (Comparison, "compared: as in 2019", {"relation": "other", "other": "as in 2019"}),
    (Comparison, 'overtook ""', {"relation": "overtook", "other": ""}),
    (Measure, "27 %", {"exact": "27"}),
    (Measure, "USD 5", {"exact": "5", "currency": "USD"}),
]
CASES = [(Money, text, {"currency": "USD"} | value) for text, value in _MONEY] + _OTHERS


@pytest.mark.parametrize("type_, text, value", CASES)
def test_a_value_and_its_text(type_: Any, text: str, value: dict[str, Any]) -> None:
    assert write(type_, value) == text
    assert read(type_, text) == value


@pytest.mark.parametrize(
    "type_, text, value",
    [
        (Money, "USD 5 thousand", {"exact": "5000", "currency": "USD"}),
        (Money, "USD 2-3 bn", {"min": "2000000000", "max": "3000000000", "currency": "USD"}),
        (Money, "USD 2 to 3 bn", {"min": "2000000000", "max": "3000000000", "currency": "USD"}),
        (Money, "USD 2 bn – 3 bn", {"min": "2000000000", "max": "3000000000", "currency": "USD"}),
        (Money, "  up  to USD 5000000 ", {"max": "5000000", "currency": "USD", "basis": "up_to"}),
        (Money, "USD 0.5 mn", {"exact": "500000", "currency": "USD"}),
        (Share, "27%", {"exact": "27"}),
        (Share, "75-76%", {"min": "75", "max": "76"}),
        (Horizon, "3-5 years", {"min": 3, "max": 5, "unit": "year"}),
        (Horizon, "1 years", {"min": 1, "max": 1, "unit": "year"}),
    ],
)
def test_what_else_is_read(type_: Any, text: str, value: dict[str, Any]) -> None:
    assert read(type_, text) == value


@pytest.mark.parametrize(
    "type_, text",
    [
        (Money, "5 bn"),
        (Money, "5 bn USD"),
        (Money, "$5 bn"),
        (Money, "USD 5 billion"),
        (Money, "USD 5,5 bn"),
        (Money, "USD five"),
        (Money, "USD 5 bn a week"),
        (Money, "up to about USD 5"),
        (Money, "USD 2–3 or more"),
        (Money, "up to exactly USD 2–3"),
        (Money, "up to exactly USD 2 or more"),
        (Money, "USD 5 (reported as five)"),
        (Money, ""),
        (Share, "27"),
        (Share, "27 percent"),
        (Share, "half"),
        (Quantity, "10"),
        (Quantity, "10 mn"),
        (Quantity, "GW"),
        (Quantity, "10 %"),
        (Quantity, '10 "GW'),
        (Comparison, "overtok smartphones"),
        (Comparison, "as in 2019"),
        (Comparison, 'overtook "phones'),
        (Horizon, "3 weeks"),
        (Horizon, "for some years"),
        (Horizon, "2 years from spring"),
        (Horizon, "up to 3–5 years"),
        (Measure, "growing"),
    ],
)
def test_anything_else_is_refused_with_two_examples_that_are_read(type_: Any, text: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        read(type_, text)
    assert read_if_one(type_, text) is None
    examples = str(refused.value.hint).split('"')[1::2]
    assert len(examples) == 2
    for example in examples:
        msgspec.convert(read(type_, example), type_)


@pytest.mark.parametrize("type_", FORMS)
def test_every_example_is_printed_as_it_is_written(type_: Any) -> None:
    for example in FORMS[type_].examples:
        printed = write(type_, read(type_, example))
        assert printed == example or "thousand" in example or printed == "USD 1.25 mn"


# --- every value ----------------------------------------------------------------------------------

_number = st.one_of(
    st.integers(-(10**15), 10**15),
    st.integers(-99, 9999).map(lambda n: n * 10**8),
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30, places=2),
    st.decimals(allow_nan=False, allow_infinity=False, min_value=0, max_value=1000, places=5),
).map(str)  # fmt: skip
_percent = st.one_of(
    st.decimals(allow_nan=False, min_value=0, max_value=100, places=2), st.integers(0, 100)
).map(str)


def _ranges(number: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    bounds = st.tuples(number, number).map(lambda two: sorted(two, key=Decimal))
    return st.one_of(
        st.fixed_dictionaries({"exact": number}),
        st.fixed_dictionaries({"min": number}),
        st.fixed_dictionaries({"max": number}),
        bounds.map(lambda two: {"min": two[0], "max": two[1]}),
    )


def _with(
    ranges: st.SearchStrategy[dict[str, Any]], given: dict[str, Any], optional: dict[str, Any]
) -> st.SearchStrategy[dict[str, Any]]:
    rest = st.fixed_dictionaries(given, optional=optional)
    return st.tuples(ranges, rest).map(lambda two: two[0] | two[1])


_basis = st.sampled_from(get_args(Basis))
_currency = {"currency": st.sampled_from(["USD", "EUR", "JPY"])}
_per = {"basis": _basis, "per": st.sampled_from(get_args(Per))}
_reported = _with(_ranges(_number), _currency, _per)
MONEY = _with(
    _ranges(_number), _currency, _per | {"reported_as": st.lists(_reported, min_size=1, max_size=3)}
)
SHARES = _with(_ranges(_percent), {}, {"basis": _basis}) | st.just({"basis": "majority"})
_units = st.text(min_size=1).filter(str.strip) | st.sampled_from(
    ["GW", "mn", "mn shares", "or more", "GW or less", "to go", "%", "a year", 'say "x"', " x "]
)
QUANTITIES = _with(_ranges(_number), {"unit": _units}, {"basis": _basis})
_dates = st.sampled_from(["2025", "2025-03", "2025-21~", "[2025-01..2025-03]", "../2025"])
_counts = st.one_of(
    st.fixed_dictionaries({"min": st.integers(0, 9999)}),
    st.fixed_dictionaries({"max": st.integers(0, 9999)}),
    st.tuples(st.integers(0, 9999), st.integers(0, 9999)).map(
        lambda two: {"min": min(two), "max": max(two)}
    ),
)
HORIZONS = _with(
    _counts, {"unit": st.sampled_from(["day", "month", "quarter", "year"])}, {"from": _dates}
)


_others = {
    "other": st.text() | st.sampled_from(["another", 'so-called "phones"', " as  ever", "1"])
}
COMPARISONS = st.fixed_dictionaries(
    {"relation": st.sampled_from(get_args(get_type_hints(Comparison)["relation"]))},
    optional=_others,
)


@pytest.mark.parametrize(
    "type_, values",
    [
        (Money, MONEY), (Share, SHARES), (Quantity, QUANTITIES), (Horizon, HORIZONS),
        (Measure, MONEY | SHARES), (Comparison, COMPARISONS),
    ],
)  # fmt: skip
def test_what_is_printed_reads_back_as_the_same_value(
    type_: Any, values: st.SearchStrategy[dict[str, Any]]
) -> None:
    @given(values)
    def holds(value: dict[str, Any]) -> None:
        stored = msgspec.to_builtins(msgspec.convert(value, type_))
        text = write(type_, stored)
        assert read(type_, text) == stored, text

    holds()


@given(_number)
def test_no_digit_is_lost(number: str) -> None:
    stored = plain_number(number)
    text = write(Money, {"exact": stored, "currency": "USD"})
    assert read(Money, text)["exact"] == stored
