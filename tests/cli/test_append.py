"""Every field of every event type is an option, made from the vocabulary."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import pytest

from tests.cli.program import run
from timeline.cli import main
from timeline.cli.append import append
from timeline.model.kinds import EVENT_TYPES
from timeline.model.kinds.event import fields_of

CONTEXT = click.Context(main, info_name="timeline")


@pytest.mark.parametrize("name", EVENT_TYPES)
def test_an_event_type_is_a_command_with_its_fields(name: str) -> None:
    assert isinstance(append, click.Group)
    command = append.get_command(CONTEXT, name)
    assert command is not None
    options = [option for each in command.params for option in each.opts]
    assert len(options) == len(set(options)), "a field is called like an option of all commands"
    for field in fields_of(EVENT_TYPES[name]):
        if field != "type":
            assert f"--{field.replace('_', '-')}" in options
    assert run("append", name, "--help").exit_code == 0


def appended(*arguments: str) -> dict[str, Any]:
    """The fields of an event after appending it."""
    done = run("append", *arguments, "--json")
    assert done.exit_code == 0, done.stderr
    (outcome,) = json.loads(done.stdout)
    lines = run("export").stdout.splitlines()
    fields: dict[str, Any] = json.loads(lines[outcome["position"] - 1])
    assert fields["id"] == outcome["id"]
    return fields


FACT = ["fact_stated", "--company", "foxconn", "--known", "2025-01-01", "--occurred", "2025"]


@pytest.mark.parametrize(
    "text, value",
    [
        ("servers", "servers"),
        ("2025-11-20", "2025-11-20"),
        ('"2025"', "2025"),
        ("2025", 2025),
        ("true", True),
        ("no", "no"),
        ("[a, b]", ["a", "b"]),
        ("0.30000000000000000001", "0.30000000000000000001"),
        ("{exact: 1.50, currency: USD}", {"exact": "1.50", "currency": "USD"}),
    ],
)
def test_a_value_is_read_as_in_a_file(text: str, value: Any, store: Path) -> None:
    Path("story.yaml").write_text(
        "events:\n  - {type: fact_stated, company: foxconn, attribute: in-a-file, occurred: 2025, "
        f"known: 2025-01-01, value: {text}}}\n"
    )
    assert run("replay", "story.yaml").exit_code == 0
    in_file = json.loads(run("export").stdout.splitlines()[-1])["value"]
    on_line = appended(*FACT, "--attribute", "on-a-line", "--value", text)["value"]
    assert on_line == in_file
    assert str(on_line) == str(value) or on_line == value


@pytest.mark.parametrize("text", ["It said: yes", "[sic]", "{", "- a", "null", "2025", "#1", " "])
def test_text_stands_as_it_is(text: str, store: Path) -> None:
    assert appended(*FACT, "--attribute", "a", "--value", "b", "--note", text)["note"] == text


def test_dates_and_sets_of_dates_are_text(store: Path) -> None:
    fields = appended(
        *["fact_stated", "--company", "foxconn", "--attribute", "a", "--value", "b"],
        *["--occurred", "[2025-11-20,2025-11-21]", "--known", "2025-11-22"],
    )
    assert fields["occurred"] == "[2025-11-20,2025-11-21]"


def test_an_option_repeated_makes_a_list(store: Path) -> None:
    deal = ["deal_terms_disclosed", "--subject", "deal:foxconn-openai-ai-hardware"]
    when = ["--occurred", "2025-12-01", "--known", "2025-12-01"]
    assert appended(*deal, *when, "--scope", "a")["scope"] == ["a"]
    assert appended(*deal, *when, "--scope", "a", "--scope", "[b, c]")["scope"] == ["a", "b", "c"]
    sources = ["--source", "report-2025-11-21", "--source", "reuters-2025-11-22"]
    assert len(appended(*deal, *when[:2], *sources)["source"]) == 2
    twice = run("append", *deal, *when, "--title", "a", "--title", "b")
    assert twice.exit_code == 1
    assert '"title" should be text, not a list' in twice.stderr


def test_underscores_are_as_good_as_hyphens(store: Path) -> None:
    one = appended(*FACT, "--attribute", "a", "--value", "b", "--fact_level", "opinion")
    other = appended(*FACT, "--attribute", "a", "--value", "b", "--fact-level", "opinion")
    assert one["position"] == other["position"]
    assert one["fact_level"] == "opinion"


def test_every_problem_is_told_and_none_has_a_place(store: Path) -> None:
    done = run("append", "deal_signed", "--subject", "deal", "--occurred", "soon", "--kind", "fun")
    assert done.exit_code == 1
    told = [line.partition(":")[0] for line in done.stderr.splitlines() if "error[" in line]
    codes = ("invalid-value", "invalid-date", "invalid-value", "missing-source")
    assert told == [f"error[{code}]" for code in codes]


def test_a_mend_removes_a_field_by_null(store: Path) -> None:
    target = "foxconn-openai-announced"
    fields = appended("event_corrected", "--target", target, "--changes", "{title: null}")
    assert fields["changes"] == {"title": None}


def test_json_on_standard_input(store: Path) -> None:
    event = {"type": "company_registered", "subject": "company:acme", "name": "Acme"}
    other = event | {"subject": "company:globex"}
    lines = "\n".join(json.dumps(each) for each in (event, other)).encode()
    assert (
        run("append", "--format", "csv", stdin=json.dumps(event, indent=2).encode()).exit_code == 0
    )
    done = run("append", "--format", "csv", stdin=lines)
    assert [line.split(",")[2] for line in done.stdout.splitlines()] == ["new", "false", "true"]


@pytest.mark.parametrize(
    "data", [b"", b"\n", b"[]", b"{", b"null", b"\xff\xfe", b'{"type": 5}', b'{"a":1}\n{"a":2}']
)
def test_what_is_no_event_is_refused(data: bytes, store: Path) -> None:
    before = run("export").stdout
    done = run("append", stdin=data)
    assert done.stdout == "" or "entry" in done.stdout
    assert run("export").stdout == before
    assert done.exit_code == (1 if data.strip() else 0)


def test_all_of_several_or_none(store: Path) -> None:
    before = run("export").stdout
    good = b'{"type":"company_registered","subject":"company:acme","name":"Acme"}\n'
    done = run("append", stdin=good + b'{"type":"company_registered","subject":"company:b"}\n')
    assert done.exit_code == 1
    assert "<stdin>:2:1: error[missing-field]: the first event of company:b" in done.stderr
    assert run("export").stdout == before


def test_an_expected_version_that_is_right(store: Path) -> None:
    deal = ["deal_signed", "--subject", "deal:foxconn-openai-ai-hardware", "--known", "2025-12-01"]
    versions = [json.loads(line)["version"] for line in log_of("deal:foxconn-openai-ai-hardware")]
    last = str(versions[-1])
    assert run("append", *deal, "--occurred", "2025-12", "--expected-version", last).exit_code == 0
    assert run("append", *deal, "--occurred", "2026-01", "--expected-version", last).exit_code == 3
    assert run("append", *deal, "--occurred", "2026-01", "--expected-version", "any").exit_code == 0


def log_of(subject: str) -> list[str]:
    return run("log", subject, "--format", "jsonl").stdout.splitlines()
