"""Records of JSON and XML: paths, lists, damage, and what a file may not make the program do."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from tests.importers.tables import Desk, codes
from timeline.errors import DataError, InvalidValue
from timeline.importers.paths import Listed, parse_path
from timeline.importers.records import MAX_DEPTH, open_records

ROUNDS = """
name: rounds
key: [id]
source: {id: list, publisher: A list, kind: data, published: 2020-01-01}
companies:
  target: {name: {column: $.company.name}, identifiers: {own: {column: $.company.id}}}
  investors: {each: investors, name: {column: name}}
events:
  - type: deal_completed
    each: rounds
    key: [no]
    subject: deal:{$.id}-{no}
    occurred: {column: date}
    kind: investment
    parties: {target: [investee], investors: [investor]}
    value: {exact: {column: amount}, currency: {column: currency}}
"""


def record(number: int, **more: Any) -> dict[str, Any]:
    first = {"no": 1, "date": "2019-01-02", "amount": 1.5, "currency": "USD"}
    second = {"no": 2, "date": "2019-05", "amount": 2000000, "currency": "EUR"}
    return {
        "id": f"r{number}",
        "company": {"id": f"c{number}", "name": f"Company {number}"},
        "rounds": [
            first | {"investors": [{"name": "Ann Fund"}, {"name": "Bo Fund"}]},
            second | {"investors": {"name": "Ann Fund"}},
        ],
    } | more


def texts(records: list[dict[str, Any]]) -> dict[str, str]:
    """The same records in every form in which files of JSON come."""
    return {
        "list.json": json.dumps(records),
        "pretty.json": json.dumps(records, indent=2),
        "lines.jsonl": "".join(json.dumps(each) + "\n" for each in records),
        "concatenated.json": "\n".join(json.dumps(each) for each in records),
    }


@pytest.mark.parametrize("name", list(texts([])))
def test_an_event_and_a_party_for_every_item_of_a_list(desk: Desk, name: str) -> None:
    done = desk.take(texts([record(1), record(2)])[name], ROUNDS, name=name)
    assert (done.rows, done.taken, done.events, done.companies) == (2, 2, 4, 4)
    first, second, *_ = desk.events()
    assert first["id"] == "rounds-r1-1-deal-completed"
    assert first["parties"] == {
        "ann-fund": ["investor"],
        "bo-fund": ["investor"],
        "company-1": ["investee"],
    }
    assert (first["value"], first["origin"]) == (
        {"exact": "1.5", "currency": "USD"},
        f"{name}, record 1",
    )
    assert second["parties"] == {"ann-fund": ["investor"], "company-1": ["investee"]}
    assert desk.take(texts([record(1), record(2)])[name], ROUNDS, name=name).already_there == 2


XML = """<?xml version="1.0"?>
<!-- a list -->
<l:list xmlns:l="urn:l"><l:head><l:day>2020-01-01</l:day></l:head><l:records>
{}</l:records></l:list>
"""
XML_ROW = """<l:row id="r{0}"><l:company id="c{0}">Company {0} &amp; Sons</l:company>
<l:round><l:no>1</l:no><l:date>2019-01-02</l:date><l:by>Ann Fund</l:by><l:by>Bo Fund</l:by></l:round>
<l:round><l:no>2</l:no><l:date>2019-05</l:date><l:by>Ann Fund</l:by></l:round></l:row>
"""
XML_MAPPING = """
name: rounds
table: {records: row}
key: ["@id"]
source: {id: list, publisher: A list, kind: data, published: 2020-01-01}
companies:
  target: {name: {column: $.company}, identifiers: {own: {column: "$.company.@id"}}}
  investors: {each: by, name: {column: .}}
events:
  - type: deal_completed
    each: round
    key: [no]
    subject: "deal:{$.@id}-{no}"
    occurred: {column: date}
    kind: investment
    parties: {target: [investee], investors: [investor]}
"""


def test_elements_and_attributes_are_read_by_the_same_paths(desk: Desk) -> None:
    text = XML.format(XML_ROW.format(1) + XML_ROW.format(2))
    done = desk.take(text, XML_MAPPING, name="rounds.xml")
    assert (done.taken, done.events, done.companies) == (2, 4, 4), done
    first = desk.events()[0]
    assert first["parties"]["company-1-and-sons"] == ["investee"]
    assert first["subject"] == "deal:r1-1"


# --- damage --------------------------------------------------------------------------------------------


def damaged(name: str, how: str) -> str:
    text = texts([record(number) for number in range(1, 6)])[name]
    middle = text.index('"r3"')
    match how:
        case "a bracket is missing":
            at = text.index("}", middle)
            return text[:at] + text[at + 1 :]
        case "a quotation mark is missing":
            return text[: middle + 3] + text[middle + 4 :]
        case "the file ends":
            return text[: text.index('"rounds"', middle)]
        case _:
            return text[:middle] + "NaN" + text[middle + 4 :]


DAMAGE = ["a bracket is missing", "a quotation mark is missing", "the file ends", "no number"]


@pytest.mark.parametrize("how", DAMAGE)
@pytest.mark.parametrize("name", list(texts([])))
def test_damage_costs_the_record_in_which_it_stands(desk: Desk, name: str, how: str) -> None:
    done = desk.take(damaged(name, how), ROUNDS, name=name, rejected=desk.folder / "no.jsonl")
    assert done.rejected == 1
    assert done.taken == (2 if how == "the file ends" else 4)
    assert done.first_rejected[0].origin == f"{name}, record 3"
    (line,) = (desk.folder / "no.jsonl").read_text().splitlines()
    assert "Company 3" in json.loads(line)["text"]


@pytest.mark.parametrize(
    "was, is_",
    [
        ("</l:company>\n<l:round><l:no>1", "\n<l:round><l:no>1"),
        ("&amp;", "&bomb;"),
        ('id="c3"', "id=c3"),
        ('</l:row>\n<l:row id="r4"', '\n<l:row id="r4"'),
    ],
)
def test_damaged_xml_costs_the_record_in_which_it_stands(desk: Desk, was: str, is_: str) -> None:
    rows = [XML_ROW.format(number) for number in range(1, 6)]
    whole = XML.format("".join(rows))
    at = whole.index('<l:row id="r3"')
    text = whole[:at] + whole[at:].replace(was, is_, 1)
    mapping = XML_MAPPING
    done = desk.take(text, mapping, name="r.xml", rejected=desk.folder / "no.jsonl")
    assert (done.taken, done.rejected) == (4, 1)
    assert list(codes(done)) == ["broken-record"]


def test_a_refused_record_is_mended_in_its_file_and_imported(desk: Desk) -> None:
    bad = record(2)
    bad["rounds"][0]["date"] = "some day"
    done = desk.take(
        texts([record(1), bad])["list.json"], ROUNDS, name="list.json",
        rejected=desk.folder / "no.jsonl",
    )  # fmt: skip
    assert (done.taken, done.rejected) == (1, 1)
    reason = done.first_rejected[0].reasons[0]
    assert (reason.code, reason.column) == ("invalid-date", "date")
    mended = (desk.folder / "no.jsonl").read_text().replace("some day", "2019-02-03")
    again = desk.take(mended, ROUNDS, name="no.jsonl", rejected=desk.folder / "no2.jsonl")
    assert (again.taken, again.rejected) == (1, 0)
    assert desk.events()[-1]["origin"] == "list.json, record 2"


ROWS = """
name: filings
key: [$.id, number]
each: {path: filings.recent, side_by_side: true, reverse: true}
source: {id: "filing-{number}", publisher: {column: $.name}, kind: filing, published: {column: day}}
companies:
  it: {name: {column: $.name}, identifiers: {own: {column: $.id}}}
events:
  - type: fact_stated
    company: it
    attribute: "filed.{form}"
    occurred: {column: day}
    value: {column: number}
"""


def test_lists_side_by_side_are_rows_and_come_back_alone(desk: Desk) -> None:
    recent = {
        "number": ["n3", "n2", "n1"],
        "day": ["2020-03-01", "bad", "2020-01-01"],
        "form": ["AnnualReport", "8-K", "8-K"],
    }
    text = json.dumps(
        {"id": 7, "name": "Seven", "filings": {"recent": recent, "files": [1]}, "x": [1]}
    )
    done = desk.take(text, ROWS, name="one.json", rejected=desk.folder / "no.jsonl")
    assert (done.rows, done.taken, done.rejected) == (3, 2, 1)
    assert [each["attribute"] for each in desk.events("fact")] == [
        "filed.8-k",
        "filed.annual-report",
    ]
    written = json.loads((desk.folder / "no.jsonl").read_text())
    assert written["import:origin"] == "one.json, record 1, filings.recent[2]"
    assert written["record"]["filings"]["recent"] == {
        "number": ["n2"],
        "day": ["bad"],
        "form": ["8-K"],
    }
    mended = json.dumps(written).replace('"bad"', '"2020-02-01"')
    assert desk.take(mended, ROWS, name="no.jsonl").taken == 1
    assert desk.events("fact")[-1]["source"] == "filing-n2"


def test_names_in_braces_are_columns_and_lists_may_hide_in_names() -> None:
    value = {"facts": {"us-gaap": {"Assets": {"units": {"USD": [{"val": 1}, {"val": 2}]}}}}}
    path = parse_path("facts.{taxonomy}.{concept}.units.{unit}", each=True)
    items = list(Listed(path).items(value))
    assert [(item.where, item.value["val"]) for item in items] == [
        ("facts.us-gaap.Assets.units.USD[1]", 1),
        ("facts.us-gaap.Assets.units.USD[2]", 2),
    ]
    assert items[0].bound == {"taxonomy": "us-gaap", "concept": "Assets", "unit": "USD"}
    assert Listed(path).alone(value, items[1]) == {
        "facts": {"us-gaap": {"Assets": {"units": {"USD": [{"val": 2}]}}}}
    }


@pytest.mark.parametrize(
    "path, found",
    [
        ("a.b", [1, 2, 3]),
        ("a[0].b", [1]),
        ("a[-1].b", [2, 3]),
        ("a[1:].b", [2, 3]),
        ("a[kind=x].b", [1]),
        ("a[kind!=x].b", [2, 3]),
        ("a[kind=x|y].b", [1, 2, 3]),
        ("a[more].b", [2, 3]),
        ("a[more=].b", [1]),
        ("a.*", ["x", 1, "y", 2, 3, True]),
        ('"d.e"', ["dotted"]),
        ("nothing.at.all", []),
        ("null", []),
        ('"d.e"[.=dotted]', ["dotted"]),
        ("$.a[0].b", [1]),
    ],
)
def test_paths(path: str, found: list[Any]) -> None:
    value = {
        "a": [{"kind": "x", "b": 1}, {"kind": "y", "b": [2, 3], "more": True}],
        "d.e": "dotted",
        "null": None,
    }
    assert parse_path(path).values(value) == found


@pytest.mark.parametrize("path", ["", "a..b", "a.", ".a", "a[", "a[b", "a{b}", "{b}.c", "a[$.b=c]"])
def test_no_paths(path: str) -> None:
    with pytest.raises(InvalidValue):
        parse_path(path)


# --- what a file may not do ----------------------------------------------------------------------------


def read(path: Path, *places: str) -> list[Any]:
    notes: list[str] = []
    with open_records(path, places, notes) as records:
        return [*((each.value, each.reason) for each in records), notes]


BOMB = """<?xml version="1.0"?>
<!DOCTYPE list [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>
<list><row><name>&b;</name></row><row><name>&c;</name></row><row><name>fine</name></row></list>
"""


def test_no_entity_is_expanded_and_none_is_fetched(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xml"
    path.write_text(BOMB)
    (first, why), (second, _), (third, none), notes = read(path, "row")
    assert (first, second, third, none) == (None, None, {"name": "fine"}, None)
    assert "undefined entity" in why.message
    assert len(notes) == 1


TWICE = '{"id": 2, "rounds": [{"no": 1, "no": 2}]}'


@pytest.mark.parametrize(
    "name, text",
    [
        ("t.jsonl", f'{{"id": 1}}\n{TWICE}\n{{"id": 3}}\n'),
        ("t.json", f'[{{"id": 1}}, {TWICE}, {{"id": 3}}]'),
        ("t.json", '[{"id": 1}, {"id": 2, "id": 5}, {"id": 3}]'),
        ("t.json", f'{{"id": 1}} {TWICE} {{"id": 3}}'),
        ("t.json", '[{"id": 1}, {"a": {"b": null, "c": 1, "b": null}}, {"id": 3}]'),
    ],
)  # fmt: skip
def test_an_object_in_which_a_key_stands_twice_is_refused(
    tmp_path: Path, name: str, text: str
) -> None:
    path = tmp_path / name
    path.write_text(text)
    (first, _), (none, why), (last, _), _ = read(path)
    assert (first, none, last) == ({"id": 1}, None, {"id": 3})
    assert why.code == "duplicate-key"
    assert "stands twice in one object" in why.message
    with open_records(path, (), []) as records:
        refused = [each for each in records if each.reason]
    assert refused[0].text in text, "what is written to be mended is what stood there"
    assert refused[0].text


def test_what_is_nested_too_deeply_is_refused(tmp_path: Path) -> None:
    deep = "[" * 100_000
    path = tmp_path / "deep.json"
    path.write_text('[{"id": 1}, {"id": ' + deep + ', {"id": 3}]')
    (first, _), *_ = read(path)
    assert first == {"id": 1}
    path.write_text(json.dumps([{"id": 1}]))
    nested = "<a>" * (MAX_DEPTH + 1) + "</a>" * (MAX_DEPTH + 1)
    xml = tmp_path / "deep.xml"
    xml.write_text(f"<list><row>{nested}</row><row><a>1</a></row></list>")
    (none, why), (fine, _), _ = read(xml, "row")
    assert (none, fine) == (None, {"a": "1"})
    assert "deeply" in why.message


def test_a_packed_file_that_breaks_off_keeps_what_came_before(desk: Desk) -> None:
    data = gzip.compress(
        "".join(json.dumps(record(n)) + "\n" for n in range(3000)).encode(), compresslevel=0
    )
    path = desk.file("r.jsonl.gz", data[: len(data) // 2])
    done = desk.take(path, ROUNDS, dry_run=True)
    assert done.taken > 1000
    assert done.rejected == 1
    assert list(codes(done)) == ["broken-record"]


@pytest.mark.parametrize("kind", ["json", "xml"])
def test_memory_does_not_grow_with_the_records(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"many.{kind}"

    def peak(count: int) -> int:
        if kind == "json":
            rows = ", ".join(json.dumps(record(n)) for n in range(count))
            path.write_text('{"head": {}, "relations": [' + rows + "]}")
        else:
            path.write_text(XML.format("".join(XML_ROW.format(n) for n in range(count))))
        tracemalloc.start()
        with open_records(path, ["relations", "row"], []) as records:
            assert sum(each.reason is None for each in records) == count
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    assert peak(8000) < peak(1000) + 1_000_000


# --- mappings of several parts -------------------------------------------------------------------------

PARTS = """
name: register
source: {id: "register-{published}", publisher: A register, kind: data, published: {column: day}}
parts:
  - rows: {column: type, is: entity}
    companies:
      it: {name: {column: name}, references: {column: id}, identifiers: {own: {column: id}}}
  - rows: {column: type, is: tie}
    key: [id]
    companies:
      owner: {references: {column: owner}}
      owned: {references: {column: owned}}
    events:
      - type: relationship_observed
        subject: relationship:{id}
        occurred: {column: day}
        kind: owns_stake_in
        from: owner
        to: owned
        share: {exact: {column: share}}
        retracted: {column: rank, is: deprecated}
"""


def tie(day: str = "2020-05-01", **more: Any) -> dict[str, Any]:
    base = {"type": "tie", "id": "t1", "owner": "x2", "owned": "x1", "day": day, "share": 30}
    return base | more


ENTITIES = [
    {"type": "entity", "id": "x1", "name": "Alpha", "day": "2020-05-01"},
    {"type": "entity", "id": "x2", "name": "Beta", "day": "2020-05-01"},
]


def test_records_may_refer_to_what_comes_later_and_in_another_file(desk: Desk) -> None:
    from timeline.importers.mapping import read_mapping
    from timeline.importers.table import import_files

    ties = desk.file("ties.json", json.dumps([tie(), tie(id="t2", owned="x9"), {"type": "other"}]))
    entities = desk.file("entities.json", json.dumps(ENTITIES))
    mapping = read_mapping(desk.file("map.yaml", PARTS))
    done = import_files(desk.timeline.store, [ties, entities], mapping)
    assert (done.rows, done.taken, done.rejected, done.left_out) == (5, 3, 1, 1)
    assert list(codes(done)) == ["unknown-company"]
    (event,) = desk.events("relationship")
    assert (event["from"], event["to"]) == ("beta", "alpha")
    assert event["source"] == "register-2020-05-01"


def test_what_a_list_says_is_wrong_is_told_and_taken_back_and_may_come_back(desk: Desk) -> None:
    def edition(*records: dict[str, Any]) -> None:
        desk.take(json.dumps([*ENTITIES, *records]), PARTS, name="r.json")

    def status(known: str) -> list[str]:
        items = desk.timeline.state("alpha", on="2030-01-01", known=known).companies[0].items
        return [item.status for item in items]

    edition(tie())
    edition(tie("2021-05-01", rank="deprecated"))
    edition(tie("2021-05-01", rank="deprecated"))
    assert status("2020-12-31") == ["observed"]
    assert status("2021-12-31") == []
    edition(tie("2022-05-01"))
    assert status("2022-12-31") == ["observed"]
    edition(tie("2022-05-01", id="t3", rank="deprecated"))
    types = [each["type"] for each in desk.events("relationship") if "t3" in each["subject"]]
    assert types == ["relationship_observed", "event_retracted"]


def test_a_file_that_no_part_is_for_is_refused(desk: Desk) -> None:
    with pytest.raises(DataError) as caught:
        desk.take("a,b\n1,2\n", PARTS, name="other.csv")
    assert caught.value.problems[0].code == "unknown-column"
