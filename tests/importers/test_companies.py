"""Companies of a table: found by whatever names them, registered once, told apart, never merged."""

from __future__ import annotations

from typing import Any

import pytest

from tests.importers.tables import Desk, codes
from timeline.importers.cells import Refused
from timeline.importers.companies import Companies, Named
from timeline.importers.report import Imported
from timeline.importers.slugs import company_slug
from timeline.ingest.draft import Draft
from timeline.ingest.jsonl import parse_fields


@pytest.mark.parametrize(
    "name, slug",
    [
        ("Harbour Nine Inc.", "harbour-nine"),
        ("Quillwork Ltd", "quillwork"),
        ("Müller GmbH & Co. KG", "muller"),
        ("Foo Co., Ltd.", "foo"),
        ("AT&T", "at-and-t"),
        ("鴻海", "honghai"),
        ("GmbH", "gmbh"),
    ],
)
def test_ids_are_names_without_their_legal_form(name: str, slug: str) -> None:
    assert company_slug(name) == slug


def ids(desk: Desk) -> list[str]:
    return [event["subject"].partition(":")[2] for event in desk.events("company")]


def test_a_name_is_one_company_however_it_is_spaced_and_capitalised(desk: Desk) -> None:
    desk.rows("2019-05-02,Harbour Nine,A Co,1", "2019-05-02,HARBOUR  NINE,B Co,1")
    assert ids(desk).count("harbour-nine") == 1


def test_names_that_meet_in_one_id_are_told_apart_and_listed(desk: Desk) -> None:
    done = desk.rows("2019-05-02,Harbour Nine Inc.,A Co,1", "2019-05-02,Harbour Nine GmbH,A Co,2")
    found = [each for each in ids(desk) if each.startswith("harbour-nine")]
    assert len(found) == len(set(found)) == 2
    (likely,) = [each for each in done.likely_duplicates if each.company.startswith("harbour")]
    assert {likely.company, likely.like} == set(found)


def test_another_spelling_is_listed_and_not_merged(desk: Desk) -> None:
    done = desk.rows("2019-05-02,Lumen Ferry,A Co,1", "2019-05-02,Lumenferry,A Co,2")
    assert {"lumen-ferry", "lumenferry"} <= set(ids(desk))
    assert [(each.company, each.like) for each in done.likely_duplicates] == [
        ("lumenferry", "lumen-ferry")
    ]


def test_a_company_of_the_store_is_found_by_any_of_its_names(desk: Desk) -> None:
    desk.timeline.append(
        {
            "type": "company_registered", "subject": "company:foxconn", "name": "Hon Hai Precision",
            "aliases": ["Foxconn"], "identifiers": {"ticker": "2317"},
        }
    )  # fmt: skip
    done = desk.rows("2019-05-02,Foxconn,A Co,1", "2019-05-02,hon hai precision,B Co,1")
    assert done.companies == 2
    assert {event["subject"] for event in desk.events()} == {"deal:foxconn-a", "deal:foxconn-b"}


def test_a_company_does_no_deal_with_itself(desk: Desk) -> None:
    assert list(codes(desk.rows("2019-05-02,Harbour,harbour,1"))) == ["self-dealing"]


def test_a_row_that_names_nobody_is_refused(desk: Desk) -> None:
    assert list(codes(desk.rows("2019-05-02,Harbour,,1"))) == ["empty-name"]


def test_undisclosed_companies_are_a_party_and_never_registered(desk: Desk) -> None:
    assert desk.rows("2019-05-02,Harbour,Undisclosed,1").taken == 1
    assert ids(desk) == ["harbour"]


ENRICHED = """
source: {id: register, publisher: A register, kind: data, published: 2020-06-01}
companies:
  buyer: {name: {column: buyer}, identifiers: {lei: {column: lei}, gvkey: {column: gvkey}}}
  target: {name: {column: target}}
events:
  - type: deal_completed
    subject: deal:{buyer}-{target}
    occurred: {column: date}
    kind: acquisition
    parties: {buyer: [acquirer], target: [target]}
"""


def test_identifiers_of_companies_that_are_there_are_kept(desk: Desk) -> None:
    desk.rows("2019-05-02,Alpha Ltd,Beta Inc,")
    table = "date,buyer,target,lei,gvkey\n"
    row = "2019-05-03,Alpha Ltd,Beta Inc,5493001Z012YSB2A0K51,12\n"
    refused = "someday,Alpha Ltd,Beta Inc,,99\n"
    done = desk.take(table + refused + row, ENRICHED)
    assert (done.taken, done.rejected, done.companies, done.identified) == (1, 1, 0, 2)
    found = [(e["scheme"], e["value"]) for e in desk.events("company") if "scheme" in e]
    assert found == [("lei", "5493001Z012YSB2A0K51"), ("gvkey", "12")]
    again = desk.take(table + row, ENRICHED)
    assert (again.already_there, again.identified) == (1, 0)
    other = desk.take(table + "2019-05-04,Alpha Ltd,Gamma,,13\n", ENRICHED)
    assert other.companies == 2  # another id of one scheme: not the same by its name alone
    by_id = desk.take(table + "2019-05-04,Alfa Limited,Delta,5493001Z012YSB2A0K51,\n", ENRICHED)
    assert by_id.companies == 1


DESCRIBED = """
source: {id: register, publisher: A register, kind: data, published: 2020-06-01}
companies:
  it:
    name: {column: name}
    country: {column: land}
    kind: {column: kind}
    aliases: {column: also, separator: ";"}
    identifiers: {gvkey: {column: gvkey}}
"""


def described(desk: Desk, *rows: str, **how: Any) -> Imported:
    table = "\n".join(["name,land,kind,also,gvkey", *rows]) + "\n"
    return desk.take(table, DESCRIBED, name="register.csv", **how)


def test_country_kind_and_names_of_companies_that_are_there_are_kept(desk: Desk) -> None:
    desk.rows("2019-05-02,Alpha Ltd,Beta Inc,")
    done = described(desk, "Alpha Ltd,Germany,fund,Alphabetical;ALPHA LTD,12", "Beta Inc,,,,")
    assert (done.companies, done.identified, done.named, done.described) == (0, 1, 1, 2)
    assert (done.taken, done.already_there) == (1, 1)
    for name in ("Alphabetical", "12"):
        (found,) = desk.timeline.state(name).companies
        assert (found.company, found.country, found.aliases) == ("alpha", "DE", ["Alphabetical"])
    (before,) = desk.timeline.state("alpha", known="2020-05-31").companies
    assert (before.country, before.aliases) == (None, [])
    told = [e for e in desk.events("company") if e.get("source") == "register"]
    assert [e["occurred"] for e in told] == ["2020-06-01"] * 3
    again = described(desk, "Alpha Ltd,Germany,fund,Alphabetical;ALPHA LTD,12")
    assert (again.already_there, again.events, again.described) == (1, 0, 0)


def test_what_is_known_of_a_company_is_not_told_otherwise(desk: Desk) -> None:
    described(desk, "Alpha Ltd,Germany,,,12", "Alpha Ltd,France,fund,,12")
    (found,) = desk.timeline.state("alpha").companies
    assert found.country == "DE"
    assert described(desk, "Alpha Ltd,Italy,other,,12").described == 0


def test_another_name_under_the_same_identifier_is_kept_and_finds_the_company(desk: Desk) -> None:
    described(desk, "Alpha Ltd,,,,12")
    done = described(desk, "Quillwork Group,,,,12", "alpha limited,,,,12")
    assert (done.companies, done.named) == (0, 1)
    assert [(each.company, each.name) for each in done.other_spellings] == [
        ("alpha", "Quillwork Group"), ("alpha", "alpha limited"),
    ]  # fmt: skip
    later = desk.rows("2021-05-02,Quillwork Group,Beta Inc,")
    assert (later.companies, ids(desk)) == (1, ["alpha", "alpha", "beta"])


def test_a_row_that_is_refused_teaches_nothing(desk: Desk) -> None:
    desk.rows("2019-05-02,Alpha Ltd,Beta Inc,")
    mapping = ENRICHED.replace(
        "name: {column: buyer},", "name: {column: buyer}, country: {column: land},"
    )
    table = "date,buyer,target,lei,gvkey,land\n"
    done = desk.take(table + "someday,Alpha Ltd,Beta Inc,,99,France\n", mapping)
    assert (done.rejected, done.identified, done.described) == (1, 0, 0)
    done = desk.take(table + "2020-01-02,Alpha Ltd,Beta Inc,,98,Spain\n", mapping)
    assert (done.identified, done.described) == (1, 1)
    assert desk.timeline.state("alpha").companies[0].country == "ES"


def test_a_company_that_is_no_more_is_not_revived_by_its_country(desk: Desk) -> None:
    desk.rows("2019-05-02,Alpha Ltd,Beta Inc,")
    desk.timeline.append(
        {
            "type": "company_dissolved", "subject": "company:alpha", "occurred": "2020-01-01",
            "known": "2020-01-01",
        }
    )  # fmt: skip
    assert described(desk, "Alpha Ltd,Germany,,,").described == 0
    assert desk.timeline.state("alpha").companies[0].status == "dissolved"


def test_two_lists_with_other_ids_and_the_same_names_propose_matches(desk: Desk) -> None:
    described(desk, "Alpha Ltd,,,,12")
    done = desk.take("name,land,kind,also,gvkey\nAlpha Ltd,,,,13\n", DESCRIBED, name="other.csv")
    assert (done.companies, done.duplicates) == (1, 1)
    (pair,) = desk.timeline.match()
    desk.timeline.judge(pair.company, pair.other, same=True)
    assert desk.timeline.match() == []
    assert desk.timeline.state("12").companies[0].company == "alpha"
    assert desk.timeline.state("13").companies[0].company == "alpha"


def test_companies_that_went_to_a_file_are_found_as_before() -> None:
    companies = Companies([], in_memory=1)
    for number in range(6):
        companies.find(
            Named(name=f"Acme {number}", identifiers={"own": f"x{number}"}, more={"country": "DE"})
        )
        companies.settle()
    assert companies.find(Named(name="ACME 3")) == "acme-3"
    assert companies.find(Named(name="A. C.", identifiers={"own": "X4"})) == "acme-4"
    assert companies.find(Named(name="Acme 5", identifiers={"own": "y5"})) == "acme-5-2"
    mark = companies.mark()
    assert companies.find(Named(name="Acme", identifiers={"own": "z"})) == "acme"
    companies.find(Named(id="acme-1", name="Acne", identifiers={"other": "o"}))
    companies.undo(mark)
    assert "acme" not in companies
    assert companies.find(Named(name="Acne")) == "acne"
    assert "acme-0" in companies
    learned = companies.learned("acme-4")
    assert learned is not None
    assert learned.names == {"A. C.": "A. C."}
    with pytest.raises(Refused, match="acme-5 or acme-5-2"):
        companies.find(Named(name="Acme 5"))


def test_what_registers_a_company_is_as_it_is_read_again() -> None:
    companies = Companies([])
    more = {"country": "AT", "aliases": ["Lumen"], "kind": "fund"}
    plain = companies.find(Named(name="Ærø & Søn's Lumen-Ferry A/S"))
    full = companies.find(Named("Q1", "Quillwork", {"wikidata": "Q463094", "own": "x"}, more))
    for company in (plain, full):
        fields = companies.registration(company)
        assert fields is not None
        read = parse_fields(dict(fields), "list.csv", 2)
        assert isinstance(read, Draft)
        assert [*read.fields.items()] == [*fields.items()]
