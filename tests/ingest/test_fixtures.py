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
    assert fixture.story is None
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
    assert fixture.story == "acme-globex"
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
        (b"story: \xff\nx: 1\n", ["1:8 not-utf8", "1:8 invalid-value", "2:1 unknown-field"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(
    tmp_path: Path, text: str | bytes, expected: list[str]
) -> None:
    assert said(tmp_path, text) == expected


DAMAGED = """\
sources:
  post: {publisher: Post, kind: news, published: 2025-01-10}
  times:
    publisher: Times
    kind: news
    published: 2025-01-11
    defaults: {occurred: 2025-01-11}
    says:
      - {type: deal_signed, subject: deal:said}
      - {type: deal_anounced, subject: deal:misspelled}
companies:
  acme: {name: Acme}
  globex: {name: Globex, country: XX}
events:
  - type: deal_signed
    subject: deal:listed
    occurred: 2025-01-10
    source: post
  - {type: deal_signed, subject: deal:last, occurred: 2025-13, source: post}
"""
"""What is wrong in it stands in lines 10, 13 and 19; the tests damage others."""

ALWAYS = ["10:16 unknown-event-type", "13:35 invalid-value", "19:55 invalid-date"]


@pytest.mark.parametrize(
    "old, new, place, lost",
    [
        ("subject: deal:said}", "subject: deal:said", "9:9", ["deal:said"]),
        ("{publisher: Post,", '{publisher: "Post,', "2:21", ["source:post"]),
        ("{name: Acme}", "{name: !!str Acme}", "12:16", ["company:acme"]),
        ("subject: deal:listed", "subject: deal:listed: [x", "16:25", ["deal:listed"]),
        ("subject: deal:listed", "\tsubject: deal:listed", "16:5", ["deal:listed"]),
        ("source: post", "source: *gone", "18:13", ["deal:listed"]),
        ("occurred: 2025-01-10", "[a]: 2025-01-10", "17:5", ["deal:listed"]),
        ("    occurred", "   occurred", "17:4", ["deal:listed"]),
        ("  acme:", "   acme:", "13:3", []),
    ],
)
def test_an_entry_that_is_no_yaml_hides_no_other(
    tmp_path: Path, old: str, new: str, place: str, lost: list[str]
) -> None:
    text = DAMAGED.replace(old, new, 1)
    fixture = load(tmp_path, text)
    found = set(said(tmp_path, text))
    assert found > set(ALWAYS)
    (damage,) = found - set(ALWAYS)
    assert damage.split()[0] == place
    assert fixture.unsound is not None
    assert fixture.unsound >= set(lost)
    assert {"deal:said", "deal:listed"} - set(lost) == {
        draft.fields["subject"] for draft in fixture.drafts if draft.fields["type"] == "deal_signed"
    }


def test_a_section_that_is_misspelled_is_read_all_the_same(tmp_path: Path) -> None:
    text = DAMAGED.replace("companies:", "compnies:").replace("events:", "event:")
    assert said(tmp_path, text) == [
        ALWAYS[0], "11:1 unknown-field", ALWAYS[1], "14:1 unknown-field", ALWAYS[2],
    ]  # fmt: skip


def test_what_an_entry_named_that_could_not_be_read_is_no_second_problem(tmp_path: Path) -> None:
    text = DAMAGED.replace("published: 2025-01-11", "published: !own &day 2025-01-11")
    text = text.replace("2025-01-10\n    source: post", "*day\n    source: post")
    fixture = load(tmp_path, text)
    assert [p.code for p in fixture.problems] == ["yaml-tag", "invalid-value", "invalid-date"]
    assert fixture.unsound is not None
    assert fixture.unsound >= {"source:times", "deal:said", "deal:misspelled", "deal:listed"}


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


# --- what stands under a source -------------------------------------------------------------------

SOURCES = """\
sources:
  post:
    publisher: Post
    kind: news
    published: 2025-01-10
    defaults: {occurred: 2025-01-09, attribution: media_report, speaker: Ann, subject: "deal:widgets"}
    says:
      - {type: deal_announced, kind: supply, parties: {acme: supplier}}
      - {type: deal_signed, occurred: 2025-01-10, attribution: filing, value: up to USD 5 bn}
      - {type: fact_stated, company: acme, attribute: mood, value: good}
      - {type: event_corrected, target: announced, changes: {value: 27 %}}
      - {type: deal_signed, subject: "deal:other", source: [post, times], fact_level: opinion}
  times: {publisher: Times, kind: news, published: 2025-01-12,
    says: [{type: deal_completed, subject: "deal:widgets", occurred: 2025}]}
companies:
  acme: {name: Acme}
"""
LONG = """\
sources:
  post: {publisher: Post, kind: news, published: 2025-01-10}
  times: {publisher: Times, kind: news, published: 2025-01-12}
companies:
  acme: {name: Acme}
events:
  - {type: deal_announced, source: post, kind: supply, parties: {acme: [supplier]},
     occurred: 2025-01-09, attribution: media_report, speaker: Ann, subject: "deal:widgets"}
  - {type: deal_signed, source: post, occurred: 2025-01-10, attribution: filing, speaker: Ann,
     subject: "deal:widgets", value: {max: 5000000000, currency: USD, basis: up_to}}
  - {type: fact_stated, source: post, company: acme, attribute: mood, value: good,
     occurred: 2025-01-09, attribution: media_report, speaker: Ann}
  - {type: event_corrected, source: post, target: announced, changes: {value: 27 %},
     occurred: 2025-01-09, attribution: media_report, speaker: Ann}
  - {type: deal_signed, source: [post, times], subject: "deal:other", occurred: 2025-01-09,
     attribution: media_report, speaker: Ann, fact_level: opinion}
  - {type: deal_completed, source: times, subject: "deal:widgets", occurred: 2025}
"""


def test_what_a_source_says_are_the_events_that_they_are_in_full(tmp_path: Path) -> None:
    short, long = load(tmp_path, SOURCES), load(tmp_path, LONG)
    assert short.problems == long.problems == []
    for fixture in (short, long):
        for draft in fixture.drafts:
            draft.prepare()
    assert [draft.fields for draft in short.drafts] == [draft.fields for draft in long.drafts]
    assert [d.content.digest for d in short.drafts if d.content] == [
        d.content.digest for d in long.drafts if d.content
    ]


def test_what_sources_say_comes_after_all_companies_and_before_events(tmp_path: Path) -> None:
    text = (
        SOURCES
        + "events:\n  - {type: deal_expired, subject: deal:widgets, occurred: 2026, source: post}\n"
    )
    types = [draft.fields["type"] for draft in load(tmp_path, text).drafts]
    assert types == [
        "source_registered", "source_registered", "company_registered",
        "deal_announced", "deal_signed", "fact_stated", "event_corrected", "deal_signed",
        "deal_completed", "deal_expired",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "source, problems",
    [
        ("says: {type: deal_signed}", ["2:68 wrong-type"]),
        ("says: [deal_signed]", ["2:69 wrong-type"]),
        ("defaults: 2025", ["2:72 wrong-type"]),
        ("defaults: {occured: 2025}", ["2:73 unknown-field"]),
        ("defaults: {value: USD 5}", ["2:73 unknown-field"]),
        ("defaults: {occurred: soon}", ["2:83 invalid-date"]),
        ("defaults: {fact_level: ~}", ["2:85 null-value"]),
        (
            "defaults: {occurred: soon}, says: [{type: deal_signed, subject: 'deal:a'}]",
            ["2:83 invalid-date"],
        ),
        (
            "says: [{type: deal_signed, subject: 'deal:x', occurred: 2025, source: times}]",
            ["2:132 wrong-type"],
        ),
        ("says: [{type: deal_signd, occurred: 2025}]", ["2:76 unknown-event-type"]),
        ("says: ~", ["2:68 wrong-type"]),
    ],
)
def test_what_is_wrong_under_a_source_is_said_once_and_where_it_stands(
    tmp_path: Path, source: str, problems: list[str]
) -> None:
    text = f"sources:\n  post: {{publisher: Post, kind: news, published: 2025-01-10, {source}}}\n"
    assert said(tmp_path, text) == problems


GROUPS = """\
sources:
  post:
    publisher: Post
    kind: news
    published: 2025-01-10
    defaults: {occurred: 2025-01-09, attribution: media_report}
    says:
      - {type: deal_signed, subject: "deal:first"}
      - defaults: {subject: "deal:widgets", attribution: named_person, speaker: Ann}
        says:
          - {type: deal_announced, kind: supply, parties: {acme: supplier}}
          - defaults: {occurred: 2025-01-08}
            says: [{type: deal_signed, attribution: filing}]
          - {type: deal_completed, occurred: 2025-01-10}
      - says: [{type: deal_signed, subject: "deal:last"}]
companies:
  acme: {name: Acme}
"""
IN_FULL = """\
sources:
  post: {publisher: Post, kind: news, published: 2025-01-10}
companies:
  acme: {name: Acme}
events:
  - {type: deal_signed, subject: "deal:first", occurred: 2025-01-09, attribution: media_report}
  - {type: deal_announced, kind: supply, parties: {acme: supplier}, subject: "deal:widgets",
     occurred: 2025-01-09, attribution: named_person, speaker: Ann}
  - {type: deal_signed, subject: "deal:widgets", occurred: 2025-01-08, attribution: filing, speaker: Ann}
  - {type: deal_completed, subject: "deal:widgets", occurred: 2025-01-10, attribution: named_person,
     speaker: Ann}
  - {type: deal_signed, subject: "deal:last", occurred: 2025-01-09, attribution: media_report}
"""


def test_a_group_of_events_under_a_source_has_defaults_of_its_own(tmp_path: Path) -> None:
    short, long = load(tmp_path, GROUPS), load(tmp_path, IN_FULL)
    assert short.problems == long.problems == []
    for fixture in (short, long):
        for draft in fixture.drafts:
            draft.prepare()
    assert [draft.fields for draft in short.drafts] == [draft.fields for draft in long.drafts]


@pytest.mark.parametrize(
    "old, new, problems",
    [
        ("says: [{type: deal_signed, s", "id: x, says: [{type: deal_signed, s", []),
        (
            '- says: [{type: deal_signed, subject: "deal:last"}]',
            "- says: deal_signed",
            ["15:15 wrong-type"],
        ),
        ("speaker: Ann}", "speker: Ann}", ["9:72 unknown-field"]),
        ("{occurred: 2025-01-08}", "soon", ["12:23 wrong-type"]),
        ("- defaults: {occurred: 2025-01-08}", "- note: x", ["12:13 unknown-field"]),
        ("type: deal_completed", "type: deal_complted", ["14:20 unknown-event-type"]),
    ],
)
def test_what_is_wrong_in_a_group_is_said_where_it_stands(
    tmp_path: Path, old: str, new: str, problems: list[str]
) -> None:
    text = GROUPS.replace(old, new, 1)
    assert text != GROUPS
    assert said(tmp_path, text)[: len(problems)] == problems
    assert said(tmp_path, text)


@pytest.mark.parametrize(
    "old, new, lost",
    [
        ("kind: supply,", "kind: [supply,", {"deal_announced"}),
        ("attribution: filing}", "attribution: filing", {"deal_signed filing"}),
        ("{type: deal_completed,", "{type: !!str deal_completed,", {"deal_completed"}),
        ("          - {type: deal_completed", "\t- {type: deal_completed", {"deal_completed"}),
        # without its defaults nobody knows what the events of a group are
        (
            "speaker: Ann}",
            "speaker: Ann",
            {"deal_announced", "deal_signed filing", "deal_completed"},
        ),
    ],
)
def test_a_damaged_event_of_a_group_hides_no_other(
    tmp_path: Path, old: str, new: str, lost: set[str]
) -> None:
    text = GROUPS.replace(old, new, 1)
    assert text != GROUPS
    events = {"deal_signed media_report", "deal_announced", "deal_signed filing", "deal_completed"}
    fixture = load(tmp_path, text)
    assert fixture.problems
    told = [
        (draft.fields["type"], draft.fields.get("attribution"))
        for draft in fixture.drafts
        if not draft.fields["type"].endswith("_registered")
    ]
    found = {f"{type_} {by}" if type_ == "deal_signed" else type_ for type_, by in told}
    assert found == events - lost


def test_no_more_than_a_thousand_problems_are_said_of_what_a_source_says(tmp_path: Path) -> None:
    says = "".join("      - {type: deal_signd}\n" for _ in range(MOST_PROBLEMS + 9))
    head = "sources:\n  post:\n    publisher: Post\n    kind: news\n    published: 2025-01-10\n"
    text = f"{head}    says:\n{says}"
    assert len(load(tmp_path, text).problems) == MOST_PROBLEMS
