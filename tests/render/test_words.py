"""Values in words: as precise as the data, never more, never less."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timeline.model.values import Comparison
from timeline.render import words


@pytest.mark.parametrize(
    "value, said",
    [
        ({"min": "2000000000", "max": "3000000000", "per": "year"}, "USD 2–3 bn a year"),
        ({"exact": "1400000000000"}, "USD 1.4 tn"),
        ({"exact": "388800000000", "currency": "JPY"}, "JPY 388.8 bn"),
        ({"exact": "88", "currency": "JPY"}, "JPY 88"),
        ({"exact": "5812000000"}, "USD 5.812 bn"),
        ({"exact": "1234567890"}, "USD 1,234,567,890"),
        ({"exact": "250000.50"}, "USD 250,000.50"),
        ({"exact": "1000000"}, "USD 1 mn"),
        ({"exact": "999999"}, "USD 999,999"),
        ({"exact": "1250000000000000"}, "USD 1,250 tn"),
        ({"exact": "1" * 40}, "USD " + f"{int('1' * 40):,}"),
        ({"max": "5800000000", "basis": "up_to"}, "up to USD 5.8 bn"),
        ({"exact": "5800000000", "basis": "up_to"}, "up to exactly USD 5.8 bn"),
        ({"max": "5000000"}, "USD 5 mn or less"),
        ({"min": "5000000", "basis": "at_least"}, "at least USD 5 mn"),
        ({"min": "5000000", "basis": "about"}, "about USD 5 mn or more"),
        ({"exact": "5000000", "basis": "about", "per": "month"}, "about USD 5 mn a month"),
        ({"exact": "5000000", "basis": "exact", "per": "once"}, "exactly USD 5 mn once"),
        ({"min": "500000000", "max": "2000000000"}, "USD 500 mn to 2 bn"),
        ({"min": "0", "max": "2000000000"}, "USD 0–2 bn"),
        ({"min": "5", "max": "5", "per": "quarter"}, "USD 5–5 a quarter"),
        ({"min": "-3000000", "max": "-2000000"}, "USD −3 to −2 mn"),
        ({"min": None, "max": "7"}, "USD 7 or less"),
        (
            {"exact": "2000000", "reported_as": [{"exact": "1700000", "currency": "EUR"}]},
            "USD 2 mn (reported as EUR 1.7 mn)",
        ),
        (
            {
                "exact": "1",
                "reported_as": [
                    {"exact": "2", "currency": "EUR"},
                    {"exact": "3", "currency": "CHF", "per": "year"},
                ],
            },
            "USD 1 (reported as EUR 2 and CHF 3 a year)",
        ),
    ],
)
def test_money(value: dict[str, Any], said: str) -> None:
    assert words.money({"currency": "USD"} | value) == said


_UNITS = {"": 1, "mn": 10**6, "bn": 10**9, "tn": 10**12}


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**39), max_value=10**39))
def test_an_amount_in_words_is_the_amount(number: Decimal) -> None:
    plain = f"{number:f}"
    _, digits, *unit = words.money({"exact": plain, "currency": "USD"}).split(" ")
    shown = Decimal(digits.replace(",", "").replace("−", "-"))
    sign, figures, exponent = shown.as_tuple()
    assert isinstance(exponent, int)
    zeros = len(str(_UNITS["".join(unit)])) - 1
    assert Decimal((sign, figures, exponent + zeros)) == number


@pytest.mark.parametrize(
    "value, said",
    [
        ({"exact": "9.9"}, "9.9 %"),
        ({"exact": "9.90"}, "9.90 %"),
        ({"exact": "65.86", "basis": "about"}, "about 65.86 %"),
        ({"min": "50", "max": "60"}, "50–60 %"),
        ({"min": "25"}, "25 % or more"),
        ({"max": "25"}, "25 % or less"),
        ({"basis": "majority"}, "more than half"),
    ],
)
def test_shares(value: dict[str, Any], said: str) -> None:
    assert words.share(value) == said


@pytest.mark.parametrize(
    "value, said",
    [
        ({"min": 3, "max": 5, "unit": "year"}, "3–5 years"),
        ({"min": 3, "max": 3, "unit": "month"}, "3 months"),
        ({"max": 1, "unit": "year"}, "up to 1 year"),
        ({"min": 1, "unit": "quarter"}, "at least 1 quarter"),
        ({"min": 2, "unit": "day", "from": "2025"}, "at least 2 days from 2025"),
        ({"min": 0, "max": 1, "unit": "year", "from": "2025-21~"},
         "0–1 year from about spring 2025"),
    ],
)  # fmt: skip
def test_horizons(value: dict[str, Any], said: str) -> None:
    assert words.horizon(value) == said


def test_an_amount_over_a_horizon() -> None:
    euros = {"min": "1700000000", "max": "2600000000", "currency": "EUR", "per": "year"}
    dollars = {"min": "2000000000", "max": "3000000000", "currency": "USD", "per": "year"}
    money = dollars | {"reported_as": [euros]}
    said = words.amount(money, {"min": 3, "max": 5, "unit": "year"})
    assert said == "USD 2–3 bn a year for 3–5 years (reported as EUR 1.7–2.6 bn a year)"
    assert words.amount({"exact": "1", "currency": "USD"}) == "USD 1"


@pytest.mark.parametrize(
    "text, since, said",
    [
        ("2025-11-20", "20 Nov 2025", "20 Nov 2025"),
        ("2025-11", "November 2025", "November 2025"),
        ("2025-21~", "about spring 2025", "about spring 2025"),
        ("[2025-11-20,2025-11-21]", "20 or 21 Nov 2025", "20 or 21 Nov 2025"),
        ("../2025-11-21", "21 Nov 2025 or earlier", "by 21 Nov 2025"),
        ("/2027", "2027 or earlier", "by 2027"),
        ("[..2025-03]", "March 2025 or earlier", "by March 2025"),
        ("2025-03/..", "March 2025", "March 2025 or later"),
        ("[2025-03..]", "March 2025 or later", "March 2025 or later"),
        ("[2025-10..2025-11-21]", "some day between October 2025 and 21 Nov 2025",
         "between October 2025 and 21 Nov 2025"),
        ("2025-11-2X", "some day between 20 and 29 Nov 2025",
         "some day between 20 and 29 Nov 2025"),
        ("[..2025-01,2025-03]", "by January 2025 or March 2025", "by January 2025 or March 2025"),
    ],
)  # fmt: skip
def test_dates_are_as_vague_as_they_are(text: str, since: str, said: str) -> None:
    assert words.since(text) == since
    assert words.date(text) == said


@pytest.mark.parametrize(
    "code, said",
    [
        ("business.ai-servers", "business: AI servers"),
        ("results", "results"),
        ("rank.iphone-production", "rank: iPhone production"),
        ("business.retail.stores", "business: retail: stores"),
    ],
)
def test_an_attribute_in_words(code: str, said: str) -> None:
    assert words.attribute(code) == said


def test_every_comparison_has_words() -> None:
    relations = get_args(get_type_hints(Comparison)["relation"])
    assert len(relations) == 6
    for relation in relations:
        assert "_" not in words.comparison({"relation": relation})
        assert "OTHER" in words.comparison({"relation": relation, "other": "OTHER"})
    assert (
        words.comparison({"relation": "overtook", "other": "smartphones"}) == "overtook smartphones"
    )


@pytest.mark.parametrize(
    "value, said",
    [
        (None, ""),
        (True, "yes"),
        (False, "no"),
        ("growing", "growing"),
        (12, "12"),
        (["a", "b, c"], "a; b, c"),
        ({}, ""),
        ({"exact": "5", "currency": "USD"}, "USD 5"),
        ({"exact": "5"}, "5 %"),
        ({"min": 1, "unit": "year"}, "at least 1 year"),
        ({"relation": "first_time"}, "for the first time"),
        ({"acme": ["designer", "manufacturer"], "undisclosed": ["partner"]},
         "Acme Inc. (designer and manufacturer), an undisclosed party (partner)"),
        ({"lei": "X", "isin": "Y"}, "lei: X, isin: Y"),
        # an author's own data may have the names of such values, and is none of them
        ({"currency": 5}, "currency: 5"),
        ({"currency": "USD"}, "currency: USD"),
        ({"unit": "box", "max": 3}, "3 box or less"),
        ({"unit": "box"}, "unit: box"),
        ({"relation": "cousin"}, "relation: cousin"),
        ({"exact": [1]}, "exact: 1"),
        ({"sizes": [1, 2], "more": [{"b": None}]}, "sizes: 1, 2; more: b: "),
    ],
)  # fmt: skip
def test_any_value_by_its_shape(value: object, said: str) -> None:
    assert words.value_in_words(value, {"acme": "Acme Inc."}) == said
