"""The state as people read it: an answer as JSON, and beside it the text that it must give."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import msgspec
import pytest

from tests.render.stories import GOLDEN, STORIES, load_story, render, render_state
from timeline.answers import CompanyItem, CompanyState, StateAnswer
from timeline.answers.model import Claim, Told
from timeline.render.json import encode_json
from timeline.render.state import state_lines
from timeline.render.status import status_words
from timeline.render.summary import reports_words, summary
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
    verbose = " ".join(render(story, verbose=True).split())
    for company in story.answer.companies:
        for item in company.items:
            assert f"{status_words(item.status)} " in text
            assert item.certainty == "definite" or f" {item.certainty} " in text
            assert reports_words(story.options.told[item.subject]) in text
            for evidence in (*item.events, *item.corrections, *item.sources):
                assert evidence in verbose


def item(**fields: object) -> CompanyItem:
    plain: dict[str, object] = {
        "subject": "deal:acme-globex",
        "kind": "supply",
        "status": "announced",
        "group": "pending",
        "certainty": "definite",
        "alternatives": [],
        "roles": ["supplier"],
        "counterparties": ["globex"],
        "since": "2025-01-10",
        "disputed": False,
        "disputes": [],
        "irregular": [],
        "conflicts": [],
        "changed": {},
        "remarks": [],
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
    assert text.startswith("As of 1 Feb 2025")
    assert text.count("DEALS (1)") == 2
    assert "\nGlobex (globex)\n" in text
    assert "Nothing is known" not in text
    empty = msgspec.structs.replace(acme, company="e", name="E", items=[])
    text = render_state(msgspec.structs.replace(both, companies=[acme, empty]))
    again = "\n\nThe same again: --on 2025-02-01 --recorded 7\n"
    assert text.endswith(f"\n\nNothing had been reported about E by this date.{again}")
    alone = render_state(answer())
    assert alone.endswith(f"\n\nNothing had been reported about Acme by this date.{again}")
    # where items were left out on demand, it does not say that there are none
    left_out = render_state(answer(), filtered=True)
    assert left_out.endswith(f"\n\nNothing about Acme is as asked for.{again}")
    left_out = render_state(msgspec.structs.replace(both, companies=[acme, empty]), filtered=True)
    assert left_out.endswith(f"\n\nNothing about E is as asked for.{again}")


@pytest.mark.parametrize(
    "fields, words",
    [
        ({}, "As of 1 Feb 2025, with everything known today"),
        ({"recorded": 7}, "As of 1 Feb 2025, with everything in our record up to entry 7"),
        (
            {"known": "2025-01-20"},
            "As of 1 Feb 2025, as it was reported by the evening of 20 Jan 2025",
        ),
        ({"known": "2025-02-01"}, "As it was reported by the evening of 1 Feb 2025"),
        (
            {"known": "2025-01-20T12:00:00Z", "recorded": "2025-03-01T00:00:00Z"},
            "as it was reported by 20 Jan 2025, 12:00 UTC, in our record by 1 Mar 2025, 00:00 UTC",
        ),
        ({"known": "2025-01-20"}, "again: --on 2025-02-01 --known 2025-01-20 --recorded 7"),
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
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, timeout=120
    )
    assert ran.stdout.split() == [b"[]"]


CLAIMED = Claim(event="e-2", type="deal_completed", status="completed", occurred="2022-10-27")


@pytest.mark.parametrize(
    "fields, told, words",
    [
        (
            {"certainty": "contested", "alternatives": ["completed"], "irregular": ["e-2"]},
            Told(reports=3, last="2022-10-28", claims=[CLAIMED]),
            "contradicts the record: later reports say completed (27 Oct 2022)",
        ),
        (
            {"certainty": "contested", "alternatives": ["absent", "signed"], "disputes": ["d"],
             "disputed": True},
            Told(reports=2, last=None, disputers=["globex"]),
            "may also be signed or may not have happened disputed Globex disputes it",
        ),
        (
            {"irregular": ["e-2"]},
            Told(reports=1, last="2025-01-10"),
            "contradicts a report does not fit what was reported before; the status stays",
        ),
        (
            {"disputes": ["d"]},
            Told(reports=1, last="2025-01-10", disputers=["the paper", "globex"]),
            "the paper and Globex dispute part of it, which does not change the status",
        ),
        (
            {"status": "noted", "group": "noted", "since": None},
            Told(reports=1, last="2025-01-10"),
            "mentioned Supply to Globex, as supplier status unknown",
        ),
        (
            {"remarks": [{"code": "party-dissolved", "company": "globex", "since": "2025-01-20"}]},
            Told(reports=0, last=None),
            "beware Globex was dissolved on 20 Jan 2025",
        ),
        (
            {"remarks": [{"code": "premise-over", "subject": "deal:x", "status": "terminated",
                          "since": "2025-06-09"}]},
            Told(reports=1, last=None),
            "beware the deal it hangs on was terminated on 9 Jun 2025 (deal:x)",
        ),
        (
            {"remarks": [{"code": "overdue", "key": "outside_date", "date": "2025-01-31"}]},
            Told(reports=1, last=None),
            "beware it had to be completed by 31 Jan 2025, and nothing says that it was",
        ),
        (
            {"changed": {"value": {"since": "[2017-05..2018-03]", "unsettled": True,
                                   "before": {"exact": "5000000", "currency": "USD"}}},
             "terms": {"kind": "supply", "value": {"exact": "6000000", "currency": "USD"}}},
            Told(reports=1, last=None),
            "since some day between May 2017 and March 2018; USD 5 mn before, and perhaps still",
        ),
    ],
)  # fmt: skip
def test_doubts_and_what_follows_are_sentences(
    fields: dict[str, object], told: Told, words: str
) -> None:
    of = {"deal:acme-globex": told}
    text = render_state(answer(item(**fields)), names={"globex": "Globex"}, told=of)
    assert words in " ".join(text.split())
    assert reports_words(told) in " ".join(text.split())


def test_the_first_lines_sum_up() -> None:
    items = [
        item(),
        item(subject="deal:two"),
        item(subject="deal:three", kind="acquisition", status="terminated", certainty="contested"),
        item(subject="rumour:x", kind="merger", status="denied", terms={"kind": "merger"}),
        item(subject="rumour:y", kind="merger", status="open", terms={"kind": "merger"}),
        item(subject="right:z", kind="first_refusal", status="granted", terms={}),
    ]
    told = {"deal:two": Told(reports=1, last="2026-02-26"), "rumour:x": Told(reports=1, last=None)}
    assert summary(items, told) == (
        "2 supply deals announced, 1 acquisition terminated (contested), 1 merger denied, "
        "1 merger rumoured, 1 right of first refusal granted; last news 26 Feb 2026"
    )
    assert summary([], {}) == ""
