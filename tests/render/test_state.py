"""The state as people read it: an answer as JSON, and beside it the text that it must give."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import msgspec
import pytest

from tests.render.stories import GOLDEN, STORIES, load_story, render
from timeline.answers import CompanyItem, CompanyState, StateAnswer
from timeline.render.json import encode_json
from timeline.render.state import render_state, state_lines
from timeline.render.text import cells


@pytest.mark.parametrize("name", STORIES)
def test_the_text_is_the_golden_one(name: str) -> None:
    path = GOLDEN / f"{name}.txt"
    text = render(load_story(name))
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", STORIES)
def test_colour_adds_codes_and_nothing_else(name: str) -> None:
    story = load_story(name)
    painted = render(story, color=True)
    assert re.sub(r"\x1b\[[0-9;]*m", "", painted) == render(story)
    # a code never runs over the end of a line, so that a pager shows each line as it is
    for line in painted.splitlines():
        codes = re.findall(r"\x1b\[([0-9;]*)m", line)
        assert codes[1::2] == ["0"] * (len(codes) // 2)


@pytest.mark.parametrize("width", [40, 80, 132])
@pytest.mark.parametrize("name", STORIES)
def test_lines_fit_the_width_unless_one_word_is_longer(name: str, width: int) -> None:
    for line in render(load_story(name), width=width).splitlines():
        words = line.split()
        assert cells(line) <= width or max(map(cells, words)) > width - 17


@pytest.mark.parametrize("name", STORIES)
def test_wrapping_loses_nothing(name: str) -> None:
    story = load_story(name)
    narrow, wide = (re.sub(r"\s", "", render(story, width=width)) for width in (40, 10_000))
    assert narrow == wide


@pytest.mark.parametrize("name", STORIES)
def test_every_item_shows_its_status_certainty_and_evidence(name: str) -> None:
    story = load_story(name)
    text = " ".join(render(story).split())
    for company in story.answer.companies:
        for item in company.items:
            assert f"{item.status.replace('_', ' ')} " in text
            assert f" {item.certainty} " in text
            for evidence in (*item.events[-12:], *item.corrections, *item.sources):
                assert evidence in text


def item(**fields: object) -> CompanyItem:
    plain: dict[str, object] = {
        "subject": "deal:acme-globex",
        "kind": "supply",
        "status": "announced",
        "certainty": "definite",
        "alternatives": [],
        "roles": ["supplier"],
        "counterparties": ["globex"],
        "since": "2025-01-10",
        "disputed": False,
        "irregular": [],
        "conflicts": [],
        "terms": {"kind": "supply", "parties": {"acme": ["supplier"], "globex": ["customer"]}},
        "steps": [],
        "events": ["e"],
        "corrections": [],
        "sources": ["s"],
    }
    return msgspec.convert(plain | fields, CompanyItem)


def answer(*items: CompanyItem, **fields: object) -> StateAnswer:
    company = CompanyState(
        company="acme",
        name="Acme",
        aliases=[],
        country=None,
        status="active",
        merged=[],
        items=list(items),
    )
    plain = {"on": "2025-02-01", "known": None, "recorded": None, "position": 7}
    return StateAnswer(companies=[company], **(plain | fields))  # type: ignore[arg-type]


def test_a_status_has_the_colour_of_its_group() -> None:
    def status_of(**fields: object) -> str:
        text = render_state(answer(item(**fields)), color=True)
        return next(line for line in text.splitlines() if "Supply to" in line)

    assert "\x1b[38;5;33mannounced\x1b[0m" in status_of()
    assert "\x1b[38;5;244mended\x1b[0m" in status_of(status="ended")
    assert "\x1b[38;5;133mannounced\x1b[0m" in status_of(disputed=True)


def test_a_long_history_is_shortened_and_says_so() -> None:
    events = [f"e-{number:05}" for number in range(10_001)]
    steps = [
        {"event": each, "type": "deal_suspended", "occurred": "2025-01-10", "reason": each}
        for each in events
    ]
    long = answer(item(events=events, steps=steps))
    text = " ".join(render_state(long).split())
    assert "10,001 events from s: … e-09989, " in text
    assert "e-10000 (the last 12 of 10,001)" in text
    assert "9989 earlier ones are left out here" in text
    assert "suspended – e-10000" in text
    assert "suspended – e-00000" not in text
    assert sum(1 for _ in state_lines(long)) < 40
    assert "e-00000" in render_state(long, verbose=True)


def test_a_company_without_a_name_is_called_by_its_id_and_unused_sources_are_not_listed() -> None:
    text = render_state(answer(item(counterparties=["nobody-knows"])), sources={"other": "unused"})
    assert "nobody-knows" in text
    assert "SOURCES" not in text


def test_every_company_has_its_own_header_and_those_without_items_a_sentence_together() -> None:
    acme = answer(item()).companies[0]
    globex, empty = (
        msgspec.structs.replace(acme, company=c, name=c.title()) for c in ("globex", "e")
    )
    both = msgspec.structs.replace(answer(), companies=[acme, globex])
    text = render_state(both)
    assert text.startswith("on 2025-02-01")
    assert text.count("DEALS (1)") == 2
    assert "\nGlobex (globex)\n" in text
    assert "Nothing is known" not in text
    empty = msgspec.structs.replace(acme, company="e", name="E", items=[])
    text = render_state(msgspec.structs.replace(both, companies=[acme, empty]))
    assert text.endswith("\n\nNothing is known at this coordinate of E.\n")
    assert render_state(answer()).endswith("\n\nNothing of Acme is known at this coordinate.\n")
    # where items were left out on demand, it does not say that there are none
    left_out = render_state(answer(), filtered=True)
    assert left_out.endswith("\n\nNothing of Acme at this coordinate is as asked for.\n")
    left_out = render_state(msgspec.structs.replace(both, companies=[acme, empty]), filtered=True)
    assert left_out.endswith("\n\nNothing at this coordinate is as asked for of E.\n")


@pytest.mark.parametrize(
    "fields, words",
    [
        ({}, "on 2025-02-01, with everything known up to position 7"),
        ({"recorded": 7}, "on 2025-02-01, with everything known up to position 7"),
        (
            {"known": "2025-01-20"},
            "on 2025-02-01, as known at the end of 2025-01-20, up to position 7",
        ),
        (
            {"known": "2025-02-01"},
            "on 2025-02-01, as known at the end of that day, up to position 7",
        ),
        (
            {"known": "2025-01-20T12:00:00Z", "recorded": "2025-03-01T00:00:00Z"},
            "as known at 2025-01-20T12:00:00Z, as recorded at 2025-03-01T00:00:00Z, up to posi",
        ),
    ],
)
def test_the_coordinate_is_said_in_words(fields: dict[str, object], words: str) -> None:
    assert words in " ".join(render_state(answer(item(), **fields)).split())


@pytest.mark.parametrize("name", STORIES)
def test_the_same_answer_is_the_same_json_to_the_byte(name: str) -> None:
    first = load_story(name).answer
    encoded = encode_json(first)
    assert encode_json(msgspec.json.decode(encoded, type=StateAnswer)) == encoded
    # a store may return the keys of an object in another order
    shuffled = msgspec.convert(_reversed(msgspec.to_builtins(first)), StateAnswer)
    assert encode_json(shuffled) == encoded


def _reversed(value: object) -> object:
    if isinstance(value, dict):
        return {key: _reversed(value[key]) for key in reversed(value)}
    return [_reversed(each) for each in value] if isinstance(value, list) else value


def test_no_state_needs_a_heavy_library() -> None:
    program = (
        "import sys, timeline.render.state as state\n"
        "print(sorted({'rich', 'click', 'sqlalchemy', 'pycountry'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert ran.stdout.split() == [b"[]"]
