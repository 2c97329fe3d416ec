"""Rows become events, or are refused with every reason; importing again adds nothing."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from tests.importers.tables import MAPPING, Desk, codes
from timeline.errors import DataError


def test_a_row_becomes_an_event_that_says_where_it_came_from(desk: Desk) -> None:
    done = desk.rows("2019-05-02,Harbour Nine Inc.,Quillwork Ltd,1200000")
    assert (done.rows, done.taken, done.events, done.companies, done.sources) == (1, 1, 1, 2, 1)
    (event,) = desk.events()
    assert event["subject"] == "deal:harbour-nine-quillwork"
    assert event["origin"] == "deals.csv, row 2"
    assert event["value"] == {"exact": "1200000", "currency": "USD"}
    assert event["parties"] == {"harbour-nine": ["acquirer"], "quillwork": ["target"]}
    answer = desk.timeline.why("deal:harbour-nine-quillwork", on="2019-06-01")
    assert [link.origin for link in answer.chain] == ["deals.csv, row 2"]


def test_importing_twice_adds_nothing(desk: Desk) -> None:
    rows = ["2019-05-02,Harbour,Quillwork,1", "2019-05-03,Harbour,Pebble,2"]
    desk.rows(*rows)
    again = desk.rows(*rows)
    assert (again.taken, again.already_there, again.events) == (0, 2, 0)
    assert desk.rows(*rows, "2019-05-04,Harbour,Osprey,3").taken == 1


def test_the_same_row_twice_in_a_table_is_one_event(desk: Desk) -> None:
    done = desk.rows(*["2019-05-02,Harbour,Quillwork,1"] * 2)
    assert (done.taken, done.already_there) == (1, 1)


def test_a_dry_run_stores_nothing_and_shows_the_events(desk: Desk) -> None:
    lines: list[bytes] = []
    done = desk.rows(
        "2019-05-02,Harbour,Quillwork,1", dry_run=True, written=lines.append, rejected=None
    )
    assert done.dry_run
    assert done.taken == 1
    assert [msgspec.json.decode(line)["type"] for line in lines] == [
        "source_registered", "company_registered", "company_registered", "deal_announced",
    ]  # fmt: skip
    assert not (desk.folder / "timeline.db").exists()


def test_what_is_written_replays_to_the_same_events(desk: Desk, tmp_path: Path) -> None:
    lines: list[bytes] = []
    desk.rows("2019-05-02,Harbour,Quillwork,1", written=lines.append)
    (tmp_path / "other").mkdir()
    other = Desk(tmp_path / "other")
    other.timeline.replay([other.file("events.jsonl", b"".join(lines))])
    assert [e["hash"] for e in other.events()] == [e["hash"] for e in desk.events()]
    other.timeline.close()


def test_strict_takes_all_rows_or_none(desk: Desk) -> None:
    rows = ["2019-05-02,Harbour,Quillwork,1", "2019-05-02,Harbour,,1"]
    done = desk.rows(*rows, strict=True)
    assert (done.taken, done.rejected) == (1, 1)
    assert not (desk.folder / "timeline.db").exists()
    assert desk.rows(*rows).taken == 1


def test_every_reason_of_a_row_is_told_with_its_column(desk: Desk) -> None:
    done = desk.rows("1201-05-02,,Quillwork,-5")
    (row,) = done.first_rejected
    assert {(r.code, r.column) for r in row.reasons} == {
        ("unlikely-date", "date"), ("empty-name", "buyer"), ("negative-amount", "price"),
    }  # fmt: skip
    assert done.rejected_for[0].reasons == ["empty-name", "negative-amount", "unlikely-date"]


@pytest.mark.parametrize(
    "row, code",
    [
        ("28/06/1905,A Co,B Co,1", "damaged-date"),
        ("42425,A Co,B Co,1", "damaged-date"),
        ("3201-01-02,A Co,B Co,1", "unlikely-date"),
        ("03/04/2019,A Co,B Co,1", "ambiguous-date"),
        ("soon,A Co,B Co,1", "invalid-date"),
        (",A Co,B Co,1", "empty-cell"),
        ("2019-05-02,A Co,a  co,1", "self-dealing"),
        ("2019-05-02,A Co,???,1", "empty-name"),
        ("2019-05-02,A Co,B Co,lots", "invalid-amount"),
        ("2019-05-02,A Co,B Co,EUR 5", "ambiguous-currency"),
        ("2019-05-02,A Co,B Co,#REF!", "cell-error"),
        ("2019-05-02,A Co,B Co", "wrong-number-of-cells"),
        ("2019-05-02,A Co,B Co,1,2", "wrong-number-of-cells"),
        ('2019-05-02,"A Co,B Co,1', "broken-quotes"),
        ('2019-05-02,"A" Co,B Co,1', "broken-quotes"),
        ("2019-05-02,A Co,B\0Co,1", "undecodable-text"),
    ],
)
def test_what_is_wrong_with_a_row_is_recognised(desk: Desk, row: str, code: str) -> None:
    done = desk.rows(row, "2019-05-02,Harbour,Quillwork,1")
    assert list(codes(done)) == [code]
    assert done.taken == 1, "the row after it is taken"


def test_a_rejected_row_leaves_no_company_behind(desk: Desk) -> None:
    desk.rows("2019-05-02,Harbour,Quillwork,-1")
    assert desk.events("company") == []


def test_blank_rows_are_left_out(desk: Desk) -> None:
    done = desk.rows("", ",,,", "2019-05-02,Harbour,Quillwork,1", "")
    assert (done.rows, done.left_out, done.taken) == (4, 3, 1)


KEYED = MAPPING.replace("source:", "key: [buyer, target]\nname: deals\nsource:", 1)


def test_a_row_that_changed_is_rejected_by_its_key(desk: Desk) -> None:
    desk.rows("2019-05-02,harbour,quillwork,1", mapping=KEYED)
    assert desk.events()[0]["id"] == "deals-harbour-quillwork-deal-announced"
    done = desk.rows("2019-05-03,harbour,quillwork,1", mapping=KEYED)
    assert list(codes(done)) == ["event-changed"]
    assert len(desk.events()) == 1


TWO = """
name: deals
key: [buyer, target]
source: {id: list, publisher: A list, kind: data, published: 2020-01-01}
companies:
  buyer: {name: {column: buyer}}
  target: {name: {column: target}}
events:
  - type: deal_announced
    when: announced
    subject: deal:{buyer}-{target}
    occurred: {column: announced}
    kind: acquisition
    parties: {buyer: [acquirer], target: [target]}
  - type: deal_completed
    when: closed
    subject: deal:{buyer}-{target}
    occurred: {column: closed}
    kind: acquisition
    parties: {buyer: [acquirer], target: [target]}
"""


def test_several_events_come_from_one_row(desk: Desk) -> None:
    head = "announced,closed,buyer,target\n"
    done = desk.take(head + "2019-01-02,,A Co,B Co\n2019-01-02,2019-03-04,A Co,C Co\n", TWO)
    assert (done.taken, done.events) == (2, 3)
    again = desk.take(head + "2019-01-02,2019-05-06,A Co,B Co\n", TWO)
    assert (again.taken, again.events) == (1, 1), "only the closing is new"


def test_a_row_is_taken_with_all_its_events_or_with_none(desk: Desk) -> None:
    head = "announced,closed,buyer,target\n"
    desk.take(head + "2019-01-02,,A Co,B Co\n", TWO)
    done = desk.take(head + "2019-01-09,2019-03-04,A Co,B Co\n", TWO)
    assert list(codes(done)) == ["event-changed"]
    assert len(desk.events()) == 1


def test_an_event_that_cannot_be_the_first_of_its_deal_is_rejected(desk: Desk) -> None:
    mapping = MAPPING.replace("    kind: acquisition\n", "")
    done = desk.rows("2019-05-02,Harbour,Quillwork,1", mapping=mapping)
    assert list(codes(done)) == ["missing-field"]
    desk.rows("2019-05-02,Harbour,Quillwork,1")
    assert desk.rows("2019-05-09,Harbour,Quillwork,1", mapping=mapping).taken == 1


def test_a_table_of_companies_needs_no_events(desk: Desk) -> None:
    mapping = "companies:\n  it:\n    name: {column: name}\n    country: {column: land}\n"
    mapping += "    identifiers: {lei: {column: lei}}\n"
    table = "name,land,lei\nAcme GmbH,Germany,5493001KJTIIGC8Y1R12\nGlobex,US,\n"
    done = desk.take(table, mapping)
    assert (done.taken, done.companies) == (2, 2)
    assert desk.take(table, mapping).already_there == 2
    acme, _ = desk.events("company")
    assert (acme["name"], acme["country"], acme["identifiers"]) == (
        "Acme GmbH",
        "DE",
        {"lei": "5493001KJTIIGC8Y1R12"},
    )


def test_known_comes_from_a_column_or_from_the_file(desk: Desk) -> None:
    mapping = MAPPING.replace("source:", "known: {column: date}\nsource:", 1)
    desk.rows("2019-05,Harbour,Quillwork,1", mapping=mapping)
    assert desk.events()[0]["known"] == "2019-05-31", "no sooner than it may have been"
    mapping = MAPPING.replace("source:", "known: file\nsource:", 1)
    table = desk.file("deals.csv", "date,buyer,target,price\n2019-05-02,A Co,B Co,1\n")
    os.utime(table, (1_500_000_000, 1_500_000_000))
    desk.take(table, mapping)
    assert desk.events()[1]["known"] == "2017-07-14"


def test_sources_can_differ_from_row_to_row(desk: Desk) -> None:
    mapping = MAPPING.replace(
        "source: {id: list, publisher: A list, kind: data, published: 2020-01-01}",
        "source: {id: '{by}-{date}', publisher: {column: by}, kind: news, published: {column: date}}",
    )
    table = "date,buyer,target,price,by\n2019-05-02,A Co,B Co,1,The Post\n2019-05-03,A Co,C Co,1,The Post\n"
    done = desk.take(table, mapping)
    assert (done.taken, done.sources) == (2, 2)
    assert [e["source"] for e in desk.events()] == ["the-post-2019-05-02", "the-post-2019-05-03"]
    assert desk.take(table, mapping).already_there == 2


def test_a_source_with_other_fields_is_not_registered_over(desk: Desk) -> None:
    desk.rows("2019-05-02,Harbour,Quillwork,1")
    done = desk.rows(
        "2019-05-03,Harbour,Pebble,1", mapping=MAPPING.replace("2020-01-01", "2020-02-02")
    )
    assert list(codes(done)) == ["source-changed"]


def test_rows_that_a_condition_does_not_want_are_left_out(desk: Desk) -> None:
    mapping = "rows: {column: target, is_not: [quillwork]}\n" + MAPPING
    done = desk.rows(
        "2019-05-02,Harbour,Quillwork,1", "2019-05-02,Harbour,Pebble,1", mapping=mapping
    )
    assert (done.left_out, done.taken) == (1, 1)


def test_a_mapping_names_what_is_not_there_by_line_and_column(desk: Desk) -> None:
    mapping = MAPPING.replace("{column: date}", "{column: dates}").replace(
        "deal_announced", "deal_anounced"
    )
    with pytest.raises(DataError) as caught:
        desk.rows("2019-05-02,Harbour,Quillwork,1", mapping=mapping)
    (problem,) = caught.value.problems
    assert problem.code == "unknown-event-type"
    assert problem.location is not None
    assert (problem.location.line, problem.location.column) == (7, 11)
    with pytest.raises(DataError) as caught:
        desk.rows("2019-05-02,H,Q,1", mapping=MAPPING.replace("{column: date}", "{column: dates}"))
    (problem,) = caught.value.problems
    assert (problem.code, problem.hint) == ("unknown-column", 'did you mean "date"?')
