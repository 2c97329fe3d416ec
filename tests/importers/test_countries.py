"""Countries as people write them; what cannot be read never costs a row."""

from __future__ import annotations

import pytest

from tests.importers.tables import MAPPING, Desk
from timeline.importers.countries import country_code

WITH_COUNTRY = MAPPING.replace(
    "target: {name: {column: target}}", "target: {name: {column: target}, country: {column: price}}"
).replace("    value: {exact: {column: price}, currency: USD}\n", "")


@pytest.mark.parametrize(
    "text, code",
    [
        ("UK", "GB"), ("U.K.", "GB"), ("England", "GB"), ("Scotland", "GB"), ("Great Britain", "GB"),
        ("U.S.", "US"), ("USA", "US"), ("usa", "US"), ("United States of America", "US"),
        ("Deutschland", "DE"), ("The Netherlands", "NL"), ("Holland", "NL"), ("Russia", "RU"),
        ("Turkey", "TR"), ("Türkiye", "TR"), ("Ivory Coast", "CI"), ("Côte d’Ivoire", "CI"),
        ("ROM", "RO"), ("ZAR", "CD"), ("DDR", "DE"), ("TMP", "TL"), ("Burma", "MM"), ("South Korea", "KR"),
        ("Hong Kong", "HK"), ("Österreich", "AT"), ("NA", "NA"), ("Georgia", "GE"),
        ("USA, San Francisco, California", "US"), ("Berlin, Germany", "DE"), ("Leeds, UK", "GB"),
        ("Lebanon, Ohio", "US"),
    ],
)  # fmt: skip
def test_a_country_is_known_by_what_people_call_it(text: str, code: str) -> None:
    assert country_code(text) == code


@pytest.mark.parametrize(
    "text",
    [
        "EU",
        "Mars",
        "Yugoslavia",
        "USSR",
        "San Francisco, CA",
        "Atlanta, Georgia",
        "",
        "??",
    ],
)
def test_what_is_no_country_or_may_be_several_is_none(text: str) -> None:
    assert country_code(text) is None


def test_a_country_that_cannot_be_read_is_left_out_and_counted_once(desk: Desk) -> None:
    done = desk.rows(
        "2019-05-02,Harbour,One,EU",
        "2019-05-03,Harbour,Two,EU",
        "2019-05-04,Harbour,Three,Atlantis",
        "2019-05-05,Harbour,Four,England",
        "2019-05-06,Harbour,Five,n/a",
        mapping=WITH_COUNTRY,
    )
    assert (done.taken, done.rejected) == (5, 0)
    counted = [(each.column, each.rows, each.first) for each in done.values_left_out]
    assert counted == [("price", 2, "deals.csv, row 2"), ("price", 1, "deals.csv, row 4")]
    countries = {e["name"]: e.get("country") for e in desk.events("company")}
    assert countries["Four"] == "GB"
    assert countries["One"] is None


def test_distinct_bad_values_are_counted_rather_than_rows(desk: Desk) -> None:
    rows = [f"2019-05-02,Harbour,Target {n},lots" for n in range(30)]
    done = desk.rows(*rows, "2019-05-02,Harbour,Last,few")
    assert [(each.message, each.rows) for each in done.rejected_values] == [
        ('"lots" is not a number', 30),
        ('"few" is not a number', 1),
    ]
