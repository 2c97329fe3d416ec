"""A damaged file of records loses no sound record, and writes none by half."""

from __future__ import annotations

import gzip
import json
import random
import tracemalloc
from pathlib import Path

import pytest

from tests.importers.tables import Desk
from tests.importers.test_records import ROUNDS, XML, XML_MAPPING, XML_ROW, record, texts
from timeline.errors import DataError
from timeline.importers.records import open_records

FILES = 15
"""Damaged files of each form; 250 of each were tried by hand."""
RECORDS = 7
BETWEEN = {"list.json": b", ", "pretty.json": b",\n", "lines.jsonl": b"\n", "rows.xml": b"\n"}


def parts_of(name: str, start: int) -> tuple[bytes, list[bytes], bytes]:
    """What stands before the records of a file, each of them, and what stands behind them."""
    numbers = range(start, start + RECORDS)
    if name == "rows.xml":
        head, tail = XML.split("{}")
        return head.encode(), [XML_ROW.format(n).encode() for n in numbers], tail.encode()
    records = [record(n, note="Grüße, {[\"' }]") for n in numbers]
    if name == "lines.jsonl":
        return b"", [json.dumps(each, ensure_ascii=False).encode() for each in records], b"\n"
    indent = 2 if name == "pretty.json" else None
    return b"[", [json.dumps(e, indent=indent, ensure_ascii=False).encode() for e in records], b"]"


def struck(text: bytes, dice: random.Random, *, first: bool) -> bytes:
    """A record with one kind of damage; the first one of a file does not say how all is encoded."""
    at = dice.randrange(len(text))
    match dice.randrange(9):
        case 0:
            return text[:at] + text[at + dice.randint(1, 40) :]
        case 1:
            return text[:at] + dice.randbytes(dice.randint(1, 6)) + text[at + 6 :]
        case 2:
            return (
                text[:at]
                + dice.choice([b'"', b"}", b"]", b"{", b"[", b"<", b">", b"\\"])
                + text[at:]
            )
        case 3:
            swap = bytes.maketrans(b"[]{}<>", b"{}[]><")
            return text[:at] + text[at : at + 30].translate(swap) + text[at + 30 :]
        case 4:
            huge = dice.choice([b"9" * 6000, b"1e999999999", b"-" * 40, b"NaN", b"0x10"])
            return text.replace(b"2019-01-02", huge, 1)
        case 5:
            return text.replace(b'"amount": 1.5', b'"amount": ' + b"7" * 6000, 1)
        case 6:
            odd = ["utf-16-le", "utf-32", "cp037"]
            return text.decode().encode("cp1252" if first else dice.choice(["cp1252", *odd]))
        case 7:
            return text[:at] + b"\x00\xff\xfe" + text[at:]
        case _:
            return text[:at]


@pytest.mark.parametrize("name", list(BETWEEN))
def test_damage_loses_no_sound_record_and_leaves_none_half_written(desk: Desk, name: str) -> None:
    dice = random.Random(name)
    expected: set[str] = set()
    refused: set[str] = set()
    for number in range(FILES):
        start = 1 + number * RECORDS
        head, parts, tail = parts_of(name, start)
        place = dice.randrange(RECORDS)
        parts[place] = struck(parts[place], dice, first=place == 0)
        data = head + BETWEEN[name].join(parts) + tail
        path = desk.file(f"{number}-{name}", data)
        mapping = XML_MAPPING if name == "rows.xml" else ROUNDS
        done = desk.take(path, mapping, rejected=desk.folder / "no.jsonl")
        if done.rejected_file is not None:
            lines = Path(done.rejected_file).read_text().splitlines()
            refused |= {json.loads(line)["import:origin"] for line in lines}
        expected |= {f"rounds-r{start + n}" for n in range(RECORDS) if n != place}
    events = desk.events()
    companies = {event["id"]: " ".join(event["parties"]) for event in events}
    for id_ in expected:
        for number in (1, 2):
            assert f"company-{id_[8:]}" in companies[f"{id_}-{number}-deal-completed"]
    assert refused.isdisjoint(e["origin"] for e in events)
    assert len(refused) > FILES / 2
    desk.timeline.verify()


def test_a_record_that_is_cut_costs_what_stands_behind_the_cut_alone(desk: Desk) -> None:
    text = texts([record(number) for number in range(1, 9)])["list.json"]
    at = text.index('"r6"')
    done = desk.take(text[:at], ROUNDS, name="cut.json")
    assert (done.taken, done.rejected) == (5, 1)


LINES_BLANK = "\n" * 100_000
SLOW = {
    "blank-lines.json": f'[{{"a" {LINES_BLANK} x, {{"a": 1}}]',
    "blank-lines-before-a-name.json": f'[{{"a": 1}}, {{"a" 1{LINES_BLANK}x, {{"a": 1}}]',
    "commas-in-a-text.json": f'[{{"a": "{"," * 100_000}a\n" "}}, {{"a": 1}}]',
    "lines-in-a-text.json": f'[{{"a": "{LINES_BLANK}a" "}}, {{"a": 1}}]',
    "brackets-and-blanks.json": f'[{{"a": 1}}, {{"a" }}{" " * 100_000}x, {{"a": 1}}]',
    "comments.xml": f"{'<!--' * 50_000}<a><b/></a>",
    "document-types.xml": f"{'<!DOCTYPE' * 50_000}><a><b/></a>",
}
"""Damage at which a pattern with two stars in a row looks at everything once for each character."""


@pytest.mark.timeout(30)
@pytest.mark.parametrize("name", SLOW)
def test_damage_takes_no_more_than_its_length_in_time(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(SLOW[name])
    with open_records(tmp_path / name, [], []) as records:
        values = [each.value for each in records if each.reason is None]
    assert values[-1:] == ([{"$": ""}] if name.endswith("xml") else [{"a": 1}])


def test_what_begins_no_element_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("timeline.importers.records.MAX_RECORD", 2**20)
    file = tmp_path / "x.xml.gz"
    with gzip.open(file, "wb") as stream:
        stream.write(b"<a b='")
        for _ in range(64):
            stream.write(b"c" * 2**20)
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match="1 problem"), open_records(file, [], []) as records:
            list(records)
        assert tracemalloc.get_traced_memory()[1] < 16 * 2**20
    finally:
        tracemalloc.stop()
