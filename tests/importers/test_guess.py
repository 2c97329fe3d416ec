"""A first mapping is guessed from header and rows, and says of every line how sure it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.importers.tables import Desk
from timeline.errors import DataError
from timeline.importers.guess import guess_file
from timeline.importers.mapping import columns_of, parse_mapping
from timeline.ingest.nodes import Node, compose

LIST = Path(__file__).parents[2] / "fixtures" / "tables" / "acquisitions.csv"


def guessed(desk: Desk, table: str, name: str = "deals.csv") -> str:
    return "\n".join(guess_file(desk.file(name, table))) + "\n"


def _root(mapping: str) -> Node:
    found = compose(mapping.encode(), "guess.yaml")
    assert found is not None
    return found


def line_of(mapping: str, start: str) -> str:
    (found,) = (line for line in mapping.splitlines() if line.strip().startswith(start))
    return found.strip()


def test_the_shipped_list_is_understood_as_its_own_mapping_does(desk: Desk) -> None:
    mapping = "\n".join(guess_file(LIST)) + "\n"
    own = LIST.with_name("acquisitions.mapping.yaml").read_text()
    by_guess = desk.take(LIST, mapping, dry_run=True, rejected=None)
    by_hand = desk.take(LIST, own, dry_run=True, rejected=None)
    assert (by_guess.taken, by_guess.rejected_for) == (by_hand.taken, by_hand.rejected_for)


def test_what_the_cells_tell_is_sure_and_what_nobody_tells_is_unsure(desk: Desk) -> None:
    mapping = guessed(
        desk,
        "deal_id,buyer,target,closed,price,currency\n"
        "1,A Co,B Co,31/01/2019,10,USD\n2,C Co,D Co,01/02/2019,20,EUR\n",
    )
    assert line_of(mapping, "key:") == "key: deal_id  # sure: another one in every row"
    assert line_of(mapping, "occurred:") == (
        "occurred: {column: closed, formats: [DD/MM/YYYY]}  # sure: 2 of 2 cells are DD/MM/YYYY"
    )
    assert "unsure" in line_of(mapping, "published:")
    assert line_of(mapping, "value:").endswith(
        "# sure: 2 of 2 cells are numbers, 2 of 2 cells are currencies"
    )
    done = desk.take(desk.folder / "deals.csv", mapping)
    assert (done.taken, done.rejected) == (2, 0)
    first = desk.events()[0]
    assert (first["type"], first["occurred"]) == ("deal_completed", "2019-01-31")


def test_days_that_could_be_months_are_said_to_be_unsure(desk: Desk) -> None:
    mapping = guessed(desk, "buyer,target,date\nA,B,03/04/2019\nC,D,05/06/2019\n")
    assert "unsure: 2 of 2 cells are DD/MM/YYYY, and as many are MM/DD/YYYY" in mapping


def test_decimal_commas_are_seen(desk: Desk) -> None:
    mapping = guessed(
        desk, "buyer;target;date;price eur\nA;B;2019-01-02;1.234,5\nC;D;2019-01-03;2,5\n"
    )
    assert line_of(mapping, "decimal:").startswith('decimal: ","  # sure: 2 of 2')
    done = desk.take(desk.folder / "deals.csv", mapping)
    assert [e["value"]["exact"] for e in desk.events()] == ["1234.5", "2.5"]
    assert done.taken == 2


@pytest.mark.parametrize(
    "table",
    [
        "a\n1\n",
        "name\nx\n",
        'null,true,"a: b #c"\n1,2,3\n',
        "date,date.1\n2019,2020\n",
        "buyer,target\nA,B\n",
        "Käufer,Ziel,Datum\nA,B,2019\n",
    ],
)
def test_whatever_the_table_the_guess_is_a_mapping(desk: Desk, table: str) -> None:
    parse_mapping(guessed(desk, table).encode(), "guess.yaml")


def test_only_one_of_mapping_and_guess_is_given(desk: Desk) -> None:
    from tests.cli.program import run

    table = str(desk.file("deals.csv", "buyer,target,date\nA,B,2019\n"))
    assert run("import", "table", table).exit_code == 2
    assert run("import", "table", table, "--guess", "--mapping", table).exit_code == 2
    done = run("import", "table", table, "--guess", "-o", str(desk.folder / "m.yaml"))
    assert (done.exit_code, done.stdout) == (0, "")
    assert (desk.folder / "m.yaml").read_text().startswith("# A first mapping of deals.csv")


def test_headers_tell_the_scale_the_other_partner_and_the_end(desk: Desk) -> None:
    mapping = guessed(
        desk,
        "Partner A;Partner B;Type;Signed;Ended;Amount (EUR m)\n"
        "A Co;B Co;Joint venture;17/06/2023;30/09/2024;40.5\nC Co;D Co;License;2022;;12\n"
        "E Co;F Co;Supply;Q2 2024;;1\nG Co;H Co;Supply;18/06/2023;;2\n",
    )
    done = desk.take(desk.folder / "deals.csv", mapping)
    assert (done.taken, done.rejected) == (4, 0)
    events = desk.events()
    assert [(e["type"], e["occurred"], e["kind"]) for e in events[:3]] == [
        ("deal_signed", "2023-06-17", "joint_venture"),
        ("deal_terminated", "2024-09-30", "joint_venture"),
        ("deal_signed", "2022", "licence"),
    ]
    assert events[0]["value"] == {"exact": "40500000", "currency": "EUR"}
    assert events[0]["parties"] == {"a": ["partner"], "b": ["partner"]}


DAYS = ["2019-01-02", "2019-02-03", "2019-03-04", "2019-04-05"]


def test_who_is_acquired_by_whom_is_read_from_the_phrase(desk: Desk) -> None:
    mapping = guessed(
        desk,
        "acquired_by,date,company,business,value\n"
        "Microsoft,2018-09-13,Lobe,Artificial intelligence,\n"
        "Microsoft,2018-10-09,Glint,Employees,400000000\n",
    )
    desk.take(desk.folder / "deals.csv", mapping)
    assert [e["parties"] for e in desk.events()] == [
        {"microsoft": ["acquirer"], "lobe": ["target"]},
        {"microsoft": ["acquirer"], "glint": ["target"]},
    ]
    assert "value" not in desk.events()[1], "nobody said in which currency"
    assert "# not used: business, value" in mapping


@pytest.mark.parametrize(
    "header, parties",
    [
        ("Käufer,Ziel,Datum", ["acquirer", "target"]),
        ("Verkäufer,Käufer,Zielunternehmen,Datum", ["seller", "acquirer", "target"]),
        ("acquéreur,cible,date", ["acquirer", "target"]),
        ("comprador,objetivo,fecha", ["acquirer", "target"]),
        ("Investor,Company,Date", ["investor", "investee"]),
        ("Supplier,Buyer,Signed", ["supplier", "customer"]),
        ("bought by,company name,closed", ["acquirer", "target"]),
        ("Unternehmen,übernommen von,Datum", ["target", "acquirer"]),
        ("Verkauft an,Gesellschaft,Verkäufer,Datum", ["acquirer", "target", "seller"]),
    ],
)
def test_parts_are_known_in_many_languages(desk: Desk, header: str, parties: list[str]) -> None:
    names = [[f"{part} {n} Ltd" for part in parties] for n in range(4)]
    rows = [",".join([*row, day]) for row, day in zip(names, DAYS, strict=True)]
    mapping = guessed(desk, "\n".join([header, *rows]) + "\n")
    assert "questions:" not in mapping
    assert desk.take(desk.folder / "deals.csv", mapping).taken == 4
    roles = [role for roles in desk.events()[0]["parties"].values() for role in roles]
    assert sorted(roles) == sorted(parties)


@pytest.mark.parametrize(
    "table, column",
    [
        ("company_name,company_country_code,acquirer_name,acquired_at\n", "company_country_code"),
        ("target,active,acquirer,acquired_at\n", "active"),
        ("target,month,acquirer,acquired_at\n", "month"),
        ("target,founded,acquirer,acquired_at\n", "founded"),
        ("target,buyer_url,acquirer,acquired_at\n", "buyer_url"),
    ],
)
def test_what_is_no_name_is_no_company_and_no_identifier(
    desk: Desk, table: str, column: str
) -> None:
    beside = {
        "company_country_code": ["USA", "GBR", "FRA", "USA"], "active": ["true", "false", "true", "true"],
        "month": ["2019-01", "2019-02", "2019-03", "2019-04"], "founded": ["1999", "2001", "2002", "2003"],
        "buyer_url": [f"https://example.org/{n}" for n in range(4)],
    }[column]  # fmt: skip
    rows = [f"T{n} Ltd,{beside[n]},B{n % 2} Inc,{DAYS[n]}" for n in range(4)]
    mapping = guessed(desk, table + "\n".join(rows) + "\n")
    done = desk.take(desk.folder / "deals.csv", mapping)
    assert (done.taken, done.companies) == (4, 6)
    assert all(set(e["parties"].values().__iter__().__next__()) for e in desk.events())
    for company in desk.events("company"):
        assert "identifiers" not in company
        assert company["name"] not in beside


@pytest.mark.parametrize(
    "header", ["per_share_upfront", "Price per share", "je Aktie", "share price"]
)
def test_a_price_per_share_is_no_stake(desk: Desk, header: str) -> None:
    mapping = guessed(
        desk,
        f"buyer,target,closed,{header},currency\n"
        + "".join(f"B{n} Co,T{n} Co,{day},{n + 0.5},EUR\n" for n, day in enumerate(DAYS)),
    )
    assert "stake" not in mapping
    desk.take(desk.folder / "deals.csv", mapping)
    assert desk.events()[1]["price_per_share"] == {
        "exact": "1.5",
        "currency": "EUR",
        "per": "share",
    }


def test_the_exact_day_wins_over_the_month_and_the_year(desk: Desk) -> None:
    mapping = guessed(
        desk,
        "acquired_year,acquired_month,target,acquirer,acquired_at\n"
        + "".join(f"2019,{day[:7]},T{n} Co,B{n} Co,{day}\n" for n, day in enumerate(DAYS)),
    )
    desk.take(desk.folder / "deals.csv", mapping)
    assert [e["occurred"] for e in desk.events()] == DAYS
    assert "# not used: acquired_year, acquired_month" in mapping


@pytest.mark.parametrize(
    "header, months, days",
    [
        (
            "Acquisition Year,Acquisition Month",
            ["May", "Sept", "-"],
            ["2014-05", "2014-09", "2014"],
        ),
        ("Jahr,Monat", ["Mai", "März", ""], ["2014-05", "2014-03", "2014"]),
        ("year,month", ["5", "12", ""], ["2014-05", "2014-12", "2014"]),
        ("year,month of birth", ["5", "12", "1"], ["2014", "2014", "2014"]),
        ("year,month", ["5", "12", "13"], ["2014", "2014", "2014"]),
    ],
)
def test_a_month_and_its_year_in_two_columns_are_one_day(
    desk: Desk, header: str, months: list[str], days: list[str]
) -> None:
    rows = [f"B{n} Co,T{n} Co,2014,{month}\n" for n, month in enumerate(months)]
    mapping = guessed(desk, f"buyer,target,{header}\n" + "".join(rows))
    desk.take(desk.folder / "deals.csv", mapping)
    assert [event["occurred"] for event in desk.events()] == days


@pytest.mark.parametrize(
    "header", ["premium_pct", "Prämie in %", "growth percent", "Zins in Prozent %"]
)
def test_a_premium_is_no_stake(desk: Desk, header: str) -> None:
    rows = [f"B{n} Co,T{n} Co,{day},{20 + n}\n" for n, day in enumerate(DAYS)]
    mapping = guessed(desk, f"buyer,target,closed,{header}\n" + "".join(rows))
    assert "stake" not in mapping
    assert f"# not used: {header}" in mapping


@pytest.mark.parametrize(
    "header", ["Company A,Company B,date", "first,second,when", "name,name 2,date", "x,y,date"]
)
def test_who_buys_whom_is_asked_and_nothing_is_imported_before(desk: Desk, header: str) -> None:
    rows = [f"One{n} Ltd,Two{n} Inc,{day}" for n, day in enumerate(DAYS)]
    mapping = guessed(desk, "\n".join([header, *rows]) + "\n")
    assert "questions:" in mapping
    with pytest.raises(DataError) as caught:
        desk.take(desk.folder / "deals.csv", mapping)
    assert "unanswered-question" in {problem.code for problem in caught.value.problems}
    assert desk.timeline.anchor().position == 0 if (desk.folder / "timeline.db").exists() else True


def test_relationships_are_proposed_as_well_as_deals(desk: Desk) -> None:
    mapping = guessed(
        desk,
        "parent,subsidiary,share in %,since,until\n"
        + "".join(
            f"P{n} AG,S{n} GmbH,{60 + n},{day},{'2020-01-01' if n == 2 else ''}\n"
            for n, day in enumerate(DAYS)
        ),
    )
    done = desk.take(desk.folder / "deals.csv", mapping)
    assert done.taken == 4
    events = desk.events("relationship")
    assert [e["type"] for e in events].count("relationship_ended") == 1
    assert (events[0]["kind"], events[0]["from"], events[0]["share"]) == (
        "owns_stake_in", "p0", {"exact": "60"},
    )  # fmt: skip


def test_every_column_that_is_not_used_is_listed(desk: Desk) -> None:
    mapping = guessed(
        desk,
        "buyer,target,closed,comment,city,score\n"
        + "".join(f"B{n} Co,T{n} Co,{day},fine,Paris,{n}\n" for n, day in enumerate(DAYS)),
    )
    used = set(columns_of(_root(mapping)))
    assert line_of(mapping, "# not used:") == "# not used: comment, city, score"
    assert used == {"buyer", "target", "closed"}


# --- tables in the shape of public lists ----------------------------------------------------------

PUBLIC = (
    "company_permalink,company_name,company_category_code,company_country_code,company_city,"
    "acquirer_permalink,acquirer_name,acquirer_category_code,acquirer_country_code,acquirer_city,"
    "acquired_at,acquired_month,acquired_quarter,acquired_year,price_amount,price_currency_code\n"
)


def public_rows() -> str:
    return "".join(
        f"/company/t{n},Target {n},web,USA,Boston,/company/b{n % 2},Buyer {n % 2},software,GBR,London,"
        f"{day},{day[:7]},{day[:4]}-Q1,{day[:4]},{n * 1000000 or ''},USD\n"
        for n, day in enumerate(DAYS)
    )


def test_a_public_list_of_acquisitions_is_named_by_what_it_calls_both_companies(desk: Desk) -> None:
    mapping = guessed(desk, PUBLIC + public_rows())
    assert line_of(mapping, "key:").startswith("key: [company_permalink, acquirer_permalink]")
    done = desk.take(desk.folder / "deals.csv", mapping)
    assert (done.taken, done.rejected) == (len(DAYS), 0)
    assert [e["occurred"] for e in desk.events()] == DAYS
    again = desk.take(PUBLIC + public_rows().replace(DAYS[0], "2012-12-24", 1), mapping)
    assert (again.rejected, again.events) == (1, 0), "the same edition says another day"


def test_a_parent_company_beside_an_acquisition_is_the_buyer(desk: Desk) -> None:
    mapping = guessed(
        desk,
        "Parent Company,Acquisition Year,Acquisition Month,Acquisition Company,Business,Country,"
        "Acquisition Price\n"
        + "".join(f"Parent {n % 2},201{n},Nov,Bought {n},Search,USA,-\n" for n in range(5)),
    )
    assert "relationship" not in mapping
    desk.take(desk.folder / "deals.csv", mapping)
    first = desk.events()[0]
    assert (first["type"], first["occurred"]) == ("deal_completed", "2010-11")
    assert first["parties"] == {"parent-0": ["acquirer"], "bought-0": ["target"]}


def test_of_two_buyers_the_one_that_is_called_the_acquirer_is_it(desk: Desk) -> None:
    mapping = guessed(
        desk,
        "company,buyer,acquirer,deal_type,announcement_date\n"
        + "".join(
            f"T{n} NV,Sub{n} Inc,Whole{n} Inc,{'tender offer' if n else 'asset purchase'},{day}\n"
            for n, day in enumerate(DAYS)
        ),
    )
    assert "# not used: buyer" in mapping
    desk.take(desk.folder / "deals.csv", mapping)
    assert [e["kind"] for e in desk.events()] == ["asset_purchase"] + ["acquisition"] * (
        len(DAYS) - 1
    )
