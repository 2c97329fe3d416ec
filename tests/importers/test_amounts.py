"""Amounts as tables write them: the number that stands there and its currency, never a guess."""

from __future__ import annotations

import pytest

from tests.importers.tables import MAPPING, Desk, codes
from timeline.importers.amounts import SCALES, parse_amount, plain
from timeline.importers.cells import Cell, Refused


@pytest.mark.parametrize(
    "cell, decimal, number",
    [
        ("1234", ".", "1234"),
        ("1,234.5", ".", "1234.5"),
        ("1.234,5", ",", "1234.5"),
        ("1 234 567", ".", "1234567"),
        ("1'234'567.80", ".", "1234567.8"),
        ("$1.2bn", ".", "1200000000"),
        ("USD 3.5 million", ".", "3500000"),
        ("2,5 Mrd", ",", "2500000000"),
        ("(250)", ".", "-250"),
        ("-250", ".", "-250"),
        (0.1, ".", "0.1"),
        (1_000_000, ".", "1000000"),
    ],
)
def test_numbers_are_read_as_people_write_them(cell: Cell, decimal: str, number: str) -> None:
    assert plain(parse_amount(cell, decimal, None, "price").number) == number


@pytest.mark.parametrize(
    "cell", ["1,23,4", "12.34.56", "n/a", "1.2.", "1 bn 2", float("inf"), "(5"]
)
def test_what_is_no_number_is_refused(cell: Cell) -> None:
    with pytest.raises(Refused) as caught:
        parse_amount(cell, ".", None, "price")
    assert caught.value.reason.code == "invalid-amount"


def test_a_scale_is_said_once() -> None:
    assert parse_amount("1.5", ".", SCALES["million"], "price").number == 1_500_000
    with pytest.raises(Refused):
        parse_amount("1.5 bn", ".", SCALES["million"], "price")


def price(desk: Desk, cell: str, mapping: str = MAPPING) -> list[str]:
    return list(codes(desk.rows(f"2019-05-02,Harbour,Quillwork,{cell}", mapping=mapping)))


def test_amounts_below_nothing_and_other_currencies_are_refused(desk: Desk) -> None:
    assert price(desk, "-5") == ["negative-amount"]
    beside = MAPPING.replace("currency: USD", "currency: {column: target}")
    assert list(codes(desk.rows("2019-05-02,Harbour,USD,€5", mapping=beside))) == [
        "ambiguous-currency"
    ]
    nowhere = MAPPING.replace(", currency: USD", "")
    assert price(desk, "5", nowhere) == ["missing-currency"]
    assert price(desk, "$5", nowhere) == ["ambiguous-currency"]
    assert price(desk, "€5", nowhere) == []
    assert desk.events()[0]["value"] == {"exact": "5", "currency": "EUR"}


@pytest.mark.parametrize(
    "cell, value",
    [
        ("€5", {"exact": "5", "currency": "EUR"}),
        ("5", {"exact": "5", "currency": "USD"}),
        ("$100–$200", {"min": "100", "max": "200", "currency": "USD"}),
        ("100-200", {"min": "100", "max": "200", "currency": "USD"}),
        (
            "between 100 and 200 million",
            {"min": "100000000", "max": "200000000", "currency": "USD"},
        ),
        ("€2-3 bn", {"min": "2000000000", "max": "3000000000", "currency": "EUR"}),
        ("~$50M", {"exact": "50000000", "basis": "about", "currency": "USD"}),
        ("rund 50 Mio. EUR", {"exact": "50000000", "basis": "about", "currency": "EUR"}),
        ("> $1bn", {"min": "1000000000", "basis": "at_least", "currency": "USD"}),
        ("$1bn+", {"min": "1000000000", "basis": "at_least", "currency": "USD"}),
        ("mehr als 3 Mrd. Euro", {"min": "3000000000", "basis": "at_least", "currency": "EUR"}),
        ("up to 7 million", {"max": "7000000", "basis": "up_to", "currency": "USD"}),
        ("2.6E+12", {"exact": "2600000000000", "currency": "USD"}),
        ("undisclosed", None),
        ("NULL", None),
        ("N/A", None),
        ("not disclosed", None),
        ("-", None),
    ],
)
def test_amounts_are_as_wide_as_the_cell_says(desk: Desk, cell: str, value: object) -> None:
    assert price(desk, cell) == []
    assert desk.events()[0].get("value") == value


@pytest.mark.parametrize(
    "cell", ["200-100", "$5-€6", "5 or 6", "about", "> ", "5 USD EUR", "1-2-3"]
)
def test_what_is_no_amount_is_refused_with_what_is_true(desk: Desk, cell: str) -> None:
    assert price(desk, cell) == ["invalid-amount"]


def test_a_range_needs_a_mapping_that_reads_one(desk: Desk) -> None:
    lowest = MAPPING.replace("exact: {column: price}", "min: {column: price}")
    assert price(desk, "100–200", lowest) == ["invalid-amount"]
    assert price(desk, "100", lowest) == []


def test_shares_are_percents(desk: Desk) -> None:
    mapping = MAPPING.replace(
        "value: {exact: {column: price}, currency: USD}", "stake: {exact: {column: price}}"
    )
    assert price(desk, "110", mapping) == ["invalid-share"]
    assert price(desk, "9.9 %", mapping) == []
    assert desk.events()[0]["stake"] == {"exact": "9.9"}


def test_cells_are_given_a_meaning(desk: Desk) -> None:
    mapping = MAPPING.replace(
        "    kind: acquisition",
        "    kind: {column: price, values: {M&A: acquisition, JV: joint_venture}}",
    ).replace("    value: {exact: {column: price}, currency: USD}\n", "")
    assert price(desk, "jv", mapping) == []
    assert price(desk, "stake", mapping) == ["unmapped-value"]
    assert desk.events()[0]["kind"] == "joint_venture"
