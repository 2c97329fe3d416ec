"""The same question has the same answer at every door: random questions of random stores."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.doors.doors import Doors
from tests.oracle.comparison import Fields, replay
from tests.oracle.histories import SOURCES, days_asked, histories
from timeline.app import Timeline
from timeline.errors import TimelineError
from timeline.model.kinds import KINDS
from timeline.parameters import LENS, Parameter
from timeline.questions.companies import CompanyList
from timeline.questions.compare import Compare
from timeline.questions.diff import Diff
from timeline.questions.find import Find
from timeline.questions.items import Items
from timeline.questions.log import Log
from timeline.questions.question import Question
from timeline.questions.state import State
from timeline.questions.why import Why, WhyCompany
from timeline.render.json import encode_json
from timeline.web.settings import MOST_ROWS

FEW = settings(
    max_examples=10,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # a store is too dear to look for the smallest
    suppress_health_check=list(HealthCheck),
)
ASKED_OF_EACH = 8
PLURALS = {each.name: each.plural for each in KINDS.values() if each.groups}

ASKED: tuple[type[Question[Any]], ...] = (
    State, Diff, Compare, Why, WhyCompany, Items, CompanyList, Log, Find,
)  # fmt: skip
TOOLS = {State: "state", Diff: "diff", Why: "why", Items: "list", Log: "log", Find: "find"}


@st.composite
def values(draw: st.DrawFn, question: type[Question[Any]], subjects: list[str]) -> dict[str, Any]:
    """Some of what a question takes, by the names of parameters; half of it is left out."""
    found: dict[str, Any] = {}
    for each in question.takes():
        if each.name in question.needs() or draw(st.integers(0, 3)) == 0:
            found[each.name] = draw(_value(question, each, subjects))
    if question is Why and found["subject"].startswith(("company:", "source:")):
        found["subject"] = "deal:x"  # the page of these is another one
    if question is State:
        found["company"] = draw(st.sampled_from(("a", "b")))
    if question is Diff and draw(st.integers(0, 9)):  # mostly with one thing that differs
        name = draw(st.sampled_from(("on", "known")))
        found |= {name: f"{draw(days_asked)}..{draw(days_asked)}"}
        found.pop("source", None)
    return found


def _value(question: type[Question[Any]], each: Parameter, subjects: list[str]) -> Any:
    words = {
        "company": ("a", "b", "c", "nobody"),
        "other": ("b", "c", "nobody"),
        "subject": (*subjects, "deal:nothing"),
        "target": (*subjects, "a", "b"),
        "text": ("a", "deal", "press"),
        "recorded": ("3", "6"),
        "status": ("live", "announced", "open"),
        "item_kind": ("merger", "supply"),
        "types": ("deal_announced", "company_registered"),
        "source": (*SOURCES, "nobody"),
        "not_source": SOURCES,
    }
    if each.flag:
        return st.just(True)
    one = (
        st.sampled_from(each.choices or words[each.name])
        if (each.choices or each.name in words)
        else days_asked.map(str)
    )
    return st.lists(one, min_size=1, max_size=2, unique=True) if each.several else one


def line_of(question: type[Question[Any]], asked: Mapping[str, Any], kind: str) -> list[str]:
    """The command that asks it."""
    name = {Items: PLURALS[kind], WhyCompany: "why"}.get(question, question.about.name)
    line = [name]
    for each in question.takes():
        value = asked.get(each.name)
        if value is None or each.name == question.about.argument:
            continue
        option = f"--{each.called.replace('_', '-')}"
        if each.flag:
            line.append(option)
        for word in value if isinstance(value, list) else [] if each.flag else [value]:
            line += [option, str(word)]
    argument = question.about.argument
    return [*line, asked[argument]] if argument in asked and argument is not None else line


def page_of(
    question: type[Question[Any]], asked: Mapping[str, Any], kind: str
) -> tuple[str, dict[str, Any]]:
    """The page that asks it, and its parameters."""
    path = f"/{PLURALS[kind]}" if question is Items else question.about.address or ""
    rest = {p.called: asked[p.name] for p in question.takes() if p.name in asked}
    for name in ("company", "subject"):
        for field in (f"{{{name}}}", f"{{{name}:path}}"):
            if field in path:
                path = path.replace(field, rest.pop(name))
    if question is Find:
        rest["q"] = rest.pop("text")
    if question in (Items, CompanyList, Log):
        rest["limit"] = MOST_ROWS
    return path, rest


def answers(
    doors: Doors, question: type[Question[Any]], asked: dict[str, Any], kind: str
) -> Iterator[tuple[str, Any]]:
    """What each door says: its answer, or the code of what is wrong."""
    fixed = {"kind": kind} if question is Items else {}
    try:
        answer = doors.timeline.ask(question.of(asked, **fixed))
        answer = list(answer) if question is Log else answer
        yield "library", json.loads(encode_json(answer))
    except TimelineError as error:
        yield "library", error.code
    yield "command line", doors.said(*line_of(question, asked, kind))
    path, parameters = page_of(question, asked, kind)
    yield "page", doors.page(path, parameters)
    if question in TOOLS:
        named = {p.called: asked[p.name] for p in question.takes() if p.name in asked}
        if question is Items:
            named |= {"what": PLURALS[kind], "limit": 200}
        if question is Log:
            named["limit"] = 200
        if question is Find:
            named = {"query": named["text"], **({"only": named["only"]} if "only" in named else {})}
        yield "tool", doors.told(TOOLS[question], named)


@given(histories(), st.data())
@FEW
def test_all_doors_give_the_same_answer(
    tmp_path_factory: pytest.TempPathFactory, events: list[Fields], data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("same") / "t.db"
    with Timeline.open(path) as timeline:
        timeline.store.init()
        replay(timeline, events)
        doors = Doors(timeline)
        subjects = timeline.subjects() or ["deal:x"]
        for _ in range(ASKED_OF_EACH):
            question = data.draw(st.sampled_from(ASKED))
            kind = data.draw(st.sampled_from(sorted(PLURALS)))
            asked = data.draw(values(question, subjects))
            (first, expected), *others = answers(doors, question, asked, kind)
            for door, found in others:
                assert found == expected, (question.__name__, asked, first, door)


def test_a_door_that_differs_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Timeline.open(tmp_path / "t.db") as timeline:
        timeline.append({"type": "company_registered", "subject": "company:a", "name": "A"})
        doors = Doors(timeline)
        monkeypatch.setattr(doors, "page", lambda *_: {"companies": []})
        found = dict(answers(doors, State, {"company": "a"}, "deal"))
        assert found["library"] == found["command line"] == found["tool"] != found["page"]


def test_every_option_of_the_lens_is_drawn() -> None:
    assert {each.name for each in LENS} <= {each.name for each in State.takes()}
