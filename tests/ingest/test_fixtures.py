"""Fixture files as drafts and expectations, and JSONL in constant memory."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from timeline.errors import DataError, NotFound, Problem
from timeline.ingest.fixtures import Fixture, Found, find_files, load_fixture
from timeline.ingest.jsonl import MAX_LINE, MOST_PROBLEMS, load_lines, read_lines
from timeline.ingest.nodes import MAX_BYTES


def load(folder: Path, text: str | bytes) -> Fixture:
    path = folder / "story.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_fixture(Found(path, "sub/story.yaml"))


def said(folder: Path, text: str | bytes) -> list[str]:
    """The problems as line:column code."""
    found = []
    for problem in load(folder, text).problems:
        assert problem.location is not None
        found.append(f"{problem.location.line}:{problem.location.column} {problem.code}")
    return found


STORY = """\
sources:
  post: {publisher: Post, kind: news, published: 2025-01-10}
companies:
  acme: {name: Acme}
events:
  - type: deal_announced
    subject: deal:widgets
    occurred: 2025-01-10
    kind: supply
    parties: {acme: [supplier]}
  - {type: event_disputed, target: a}
  - {type: deal_signed, subject: deal:widgets, occurred: 2025, source: wire}
expect:
  - {company: acme, state: {deal:widgets: announced}}
"""


def test_sources_companies_and_events_are_drafts_in_this_order(tmp_path: Path) -> None:
    fixture = load(tmp_path, STORY)
    assert fixture.problems == []
    assert [draft.fields["type"] for draft in fixture.drafts] == [
        "source_registered", "company_registered", "deal_announced", "event_disputed", "deal_signed",
    ]  # fmt: skip
    assert [draft.fields.get("subject") for draft in fixture.drafts] == [
        "source:post", "company:acme", "deal:widgets", None, "deal:widgets",
    ]  # fmt: skip
    assert {draft.origin for draft in fixture.drafts} == {"sub/story.yaml"}
    assert len(fixture.expectations) == 1


def test_the_only_source_is_the_default_but_not_of_what_is_said_of_the_record(
    tmp_path: Path,
) -> None:
    fixture = load(tmp_path, STORY)
    assert [draft.fields.get("source") for draft in fixture.drafts[2:]] == ["post", None, "wire"]
    two = STORY.replace(
        "companies:", "  wire: {publisher: W, kind: news, published: 2025}\ncompanies:"
    )
    assert said(tmp_path, two) == ["3:47 invalid-value", "7:5 missing-source"], "a year is no day"


def test_a_story_names_where_events_come_from(tmp_path: Path) -> None:
    fixture = load(tmp_path, "story: acme-globex\n" + STORY)
    assert {draft.origin for draft in fixture.drafts} == {"acme-globex"}
    assert fixture.origin == "acme-globex"
    assert said(tmp_path, "story: Acme Globex\n") == ["1:8 invalid-value"]
    assert said(tmp_path, "story: [a]\n") == ["1:8 wrong-type"]


@pytest.mark.parametrize(
    "text", ["", "~", "# nothing\n", "story: a\n", "events:\nexpect: ~\n", "{}"]
)
def test_a_file_may_hold_nothing(tmp_path: Path, text: str) -> None:
    fixture = load(tmp_path, text)
    assert (fixture.drafts, fixture.expectations) == ([], [])
    assert fixture.problems == [] or text == "~"


@pytest.mark.parametrize(
    "text, expected",
    [
        ("- a\n", ["1:1 wrong-type"]),
        ("just text", ["1:1 wrong-type"]),
        ("evnts: []\n", ["1:1 unknown-field"]),
        ("sources: []\n", ["1:10 wrong-type"]),
        ("companies: [acme]\n", ["1:12 wrong-type"]),
        ("events: {a: 1}\n", ["1:9 wrong-type"]),
        ("events: [a, [b]]\n", ["1:10 wrong-type", "1:13 wrong-type"]),
        ("companies: {acme: Acme}\n", ["1:19 wrong-type"]),
        ("companies:\n  acme:\n", ["2:8 wrong-type"]),
        ("companies: {Acme Inc: {name: A}}\n", ["1:13 invalid-value"]),
        ("companies: {acme: {name: A, type: x}}\n", ["1:29 unknown-field"]),
        ("companies: {acme: {name: A, subject: x}}\n", ["1:29 unknown-field"]),
        ("companies: {acme: {nme: A}}\n", ["1:20 unknown-field"]),
        ("expect: {}\n", ["1:9 wrong-type"]),
        ("expect: [a]\n", ["1:10 wrong-type"]),
        ("expect: [{company: a, state: {}, colour: 1}]\n", ["1:34 unknown-field"]),
        ("expect: [{state: {}}]\n", ["1:10 missing-field"]),
        ("expect: [{company: a, subject: deal:a, state: {}}]\n", ["1:10 missing-field"]),
        ("expect: [{company: a}]\n", ["1:10 missing-field"]),
        ("expect: [{company: [a], state: {}}]\n", ["1:20 wrong-type"]),
        ("expect: [{subject: a, state: x}]\n", ["1:20 invalid-value"]),
        ("expect: [{subject: deal:a, state: x, certainty: likely}]\n", ["1:49 invalid-value"]),
        ("expect: [{subject: deal:a, state: x, only: perhaps}]\n", ["1:44 wrong-type"]),
        ("expect: [{company: a, state: x}]\n", ["1:30 wrong-type"]),
        ("a: [\n", ["2:1 invalid-yaml"]),
        (b"a: \xff\n", ["1:4 not-utf8"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(
    tmp_path: Path, text: str | bytes, expected: list[str]
) -> None:
    assert said(tmp_path, text) == expected


def test_every_problem_of_a_file_is_said_at_once(tmp_path: Path) -> None:
    text = STORY.replace("kind: supply", "kind: marriage").replace("target: a", "traget: a")
    text = text.replace("Acme}", "Acme, colour: red}").replace("company: acme", "compny: acme")
    assert said(tmp_path, text) == [
        "4:22 unknown-field", "9:11 invalid-value", "11:28 unknown-field", "11:5 missing-field",
        "14:6 unknown-field", "14:5 missing-field",
    ]  # fmt: skip


def test_after_a_thousand_problems_it_reads_no_further(tmp_path: Path) -> None:
    text = "events:\n" + "  - {type: no_such_type}\n" * (MOST_PROBLEMS * 3)
    assert len(load(tmp_path, text).problems) == MOST_PROBLEMS


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES * 6)
    fixture = load_fixture(Found(path, "large.yaml"))
    assert [problem.code for problem in fixture.problems] == ["file-too-large"]


# --- what it expects ----------------------------------------------------------------------------


def test_an_expectation_keeps_numbers_as_they_are_written(tmp_path: Path) -> None:
    text = (
        "expect:\n"
        "  - {subject: deal:a, on: 2025-01-10, known: 2025, recorded: 3, certainty: possible, only: true,\n"
        "     state: {terms: {value: {exact: 5.10}, binding: true, scope: [a, 1], title: ~}}}\n"
        "  - {company: acme, recorded: 2025-01-10T00:00:00Z, state: {}}\n"
    )
    fixture = load(tmp_path, text)
    assert fixture.problems == []
    first, second = fixture.expectations
    assert first.state == {
        "terms": {"value": {"exact": "5.10"}, "binding": True, "scope": ["a", "1"], "title": None}
    }
    asked = (first.subject, first.on, first.known, first.recorded, first.certainty, first.only)
    assert asked == ("deal:a", "2025-01-10", "2025", 3, "possible", True)
    assert (second.company, second.recorded, second.only) == ("acme", "2025-01-10T00:00:00Z", False)


# --- files --------------------------------------------------------------------------------------


def test_a_folder_is_read_recursively_in_path_order_without_the_suffix(tmp_path: Path) -> None:
    for name in ("b/z.yml", "a-later.yaml", "a.yaml", "a/x.jsonl", "a.jsonl", "c.txt", "b.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "d.yaml").mkdir()
    (tmp_path / "b" / "deals.mapping.yaml").write_text("key: [id]")  # of a table, no story
    names = [found.name for found in find_files([tmp_path])]
    assert names == ["a.jsonl", "a.yaml", "a/x.jsonl", "a-later.yaml", "b.yaml", "b/z.yml"]
    assert [found.name for found in find_files([tmp_path / "c.txt", tmp_path / "b"])] == [
        "c.txt",
        "z.yml",
    ]


def test_a_file_that_is_not_there_is_said_with_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "story.yaml").touch()
    with pytest.raises(NotFound) as caught:
        find_files([tmp_path / "sotry.yaml"])
    assert (caught.value.code, caught.value.nearest) == ("unknown-file", ["story.yaml"])
    with pytest.raises(NotFound):
        find_files([tmp_path / "nowhere" / "story.yaml"])


def test_a_folder_without_fixtures_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    with pytest.raises(NotFound) as caught:
        find_files([tmp_path])
    assert caught.value.code == "unknown-fixture"


# --- JSONL --------------------------------------------------------------------------------------


def lines(data: bytes) -> list[tuple[int, bytes]]:
    return list(read_lines(io.BytesIO(data), "a-file"))


def test_lines_are_counted_and_blank_ones_left_out() -> None:
    assert lines(b"\xef\xbb\xbf{}\n\n  \r\n[]\r\n5") == [(1, b"{}\n"), (4, b"[]\r\n"), (5, b"5")]
    assert lines(b"") == []


def test_a_line_without_end_is_refused_before_it_is_read() -> None:
    longest = b"x" * (MAX_LINE - 1)
    assert lines(longest + b"\n" + b"y") == [(1, longest + b"\n"), (2, b"y")]
    with pytest.raises(DataError) as caught:
        lines(b"ok\n" + b"x" * (2 * MAX_LINE))
    (problem,) = caught.value.problems
    assert (problem.code, str(problem.location)) == ("line-too-long", "a-file:2:1")


def drafts(data: bytes) -> tuple[list[Any], list[Problem]]:
    problems: list[Problem] = []
    found = list(load_lines(io.BytesIO(data), "a-file", "a-story", problems))
    return [(draft.fields["name"], draft.origin) for draft in found], problems


def test_lines_come_from_their_file_unless_they_say_otherwise() -> None:
    line = b'{"type":"company_registered","subject":"company:acme","name":"%s"%s}\n'
    found, problems = drafts(line % (b"A", b"") + b"{}\n" + line % (b"B", b',"origin":"else"'))
    assert found == [("A", "a-story"), ("B", "else")]
    assert [str(problem.location) for problem in problems] == ["a-file:2:1"]


def test_rubbish_is_read_no_further_than_a_thousand_problems() -> None:
    stream = io.BytesIO(b"rubbish\n" * 100_000)
    problems: list[Problem] = []
    with pytest.raises(DataError) as caught:
        list(load_lines(stream, "a-file", "a-story", problems))
    assert len(caught.value.problems) == MOST_PROBLEMS
    assert stream.tell() < 100_000
