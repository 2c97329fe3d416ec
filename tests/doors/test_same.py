"""The same question has the same answer at every door: random questions of random stores."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.doors.doors import Doors
from tests.oracle.comparison import Fields, replay
from tests.oracle.histories import SOURCES, days_asked, histories
from timeline.answers.report import read_reports
from timeline.app import Timeline
from timeline.errors import TimelineError
from timeline.mcp.tools import _written
from timeline.model.kinds import KINDS
from timeline.parameters import LENS, MOST_ROWS, Parameter
from timeline.questions.belief import Beliefs, ThenAndNow
from timeline.questions.companies import CompanyList
from timeline.questions.compare import Compare
from timeline.questions.course import Axes, Courses, PictureKind, Plot
from timeline.questions.diff import Diff
from timeline.questions.find import Find
from timeline.questions.items import Items
from timeline.questions.log import Log
from timeline.questions.match import Matching
from timeline.questions.network import Graph, Network
from timeline.questions.question import Question
from timeline.questions.report import RunReport
from timeline.questions.sources import Sources
from timeline.questions.sql import Sql
from timeline.questions.state import State
from timeline.questions.tracker import PlotTracker, Tracker
from timeline.questions.why import Why, WhyCompany
from timeline.render.json import encode_json

FEW = settings(
    max_examples=10,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # a store is too dear to look for the smallest
    suppress_health_check=list(HealthCheck),
)
ASKED_OF_EACH = 12
PLURALS = {each.name: each.plural for each in KINDS.values() if each.groups}

DRAWN: dict[type[Question[Any]], tuple[str, PictureKind]] = {
    Courses: ("company", "timeline"), Axes: ("subject", "two-axes"), Beliefs: ("subject", "belief"),
    ThenAndNow: ("target", "then-and-now"),
}  # fmt: skip
"""Whose answer is the data of a picture: what it is of, and which kind it is."""
ASKED: tuple[type[Question[Any]], ...] = (
    State, Diff, Compare, Why, WhyCompany, Items, CompanyList, Log, Find, Sources, Network, *DRAWN,
    RunReport, Sql, Matching, Tracker,
)  # fmt: skip
REPORTS = tuple(sorted(each.name for each in read_reports().values()))
QUERIES = (
    "select * from deals",
    "select company, count(*) as n from company_state group by company order by company",
    "select :on as day, :known as instant", "select * from nothing", "delete from event",
)  # fmt: skip
TOOLS = {State: "state", Diff: "diff", Why: "why", Items: "list", Log: "log", Find: "find"}


@st.composite
def values(draw: st.DrawFn, question: type[Question[Any]], subjects: list[str]) -> dict[str, Any]:
    """Some of what a question takes, by the names of parameters; half of it is left out."""
    found: dict[str, Any] = {}
    for each in question.takes():
        if (
            each.pairs or each.local
        ):  # which names a query has stands in it; a server has settings instead
            continue
        if each.name in question.needs() or draw(st.integers(0, 3)) == 0:
            found[each.name] = draw(_value(question, each, subjects))
    if question is Why and found["subject"].startswith(("company:", "source:")):
        found["subject"] = "deal:x"  # the page of these is another one
    if question is Tracker:
        # the command is asked about a company or a kind, which it calls a target both
        name = draw(st.sampled_from(("company", "kind")))
        found = {k: v for k, v in found.items() if k not in ("company", "kind")}
        found[name] = draw(
            st.sampled_from(("a", "b", "nobody") if name == "company" else ("rumour", "deal"))
        )
    if question is Sources:
        found["cited"] = True  # the command counts always
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
        "name": (*REPORTS, "nothing"),
        "query": QUERIES,
        "subject": (*subjects, "deal:nothing"),
        "target": (*subjects, "a", "b"),
        "text": ("a", "deal", "press"),
        "recorded": ("3", "6"),
        "status": ("live", "announced", "open"),
        "item_kind": ("merger", "supply"),
        "types": ("deal_announced", "company_registered"),
        "source": (*SOURCES, "nobody"),
        "after": ("a", "b", "deal:a"),
        "not_source": SOURCES,
    }
    if each.flag:
        return st.just(True)
    if each.number is not None:
        least = 1 if each.page else each.number.least  # a page with no rows is no page
        return st.integers(least, 9)
    one = (
        st.sampled_from(each.choices or words[each.name])
        if (each.choices or each.name in words)
        else days_asked.map(str)
    )
    return st.lists(one, min_size=1, max_size=2, unique=True) if each.several else one


def line_of(question: type[Question[Any]], asked: Mapping[str, Any], kind: str) -> list[str]:
    """The command that asks it."""
    name = {Items: PLURALS[kind], WhyCompany: "why"}.get(question, question.about.name)
    argument, line = question.about.argument, [name]
    if question in DRAWN:
        argument, shown = DRAWN[question]
        line = ["plot", "--kind", shown, "-o", "-"]
    if question is Tracker:
        about = asked["company"] if "company" in asked else PLURALS[asked["kind"]]
        line = ["plot", about, "--kind", "tracker", "-o", "-"]
    if question is Network:
        line = ["graph", "-o", "-"]
    for each in question.takes():
        value = asked.get(each.name)
        given_so = {Sources: ("cited",), Tracker: ("company", "kind")}.get(question, ())
        if value is None or each.name == argument or each.name in given_so:
            continue
        option = f"--{each.called.replace('_', '-')}"
        if each.flag:
            line.append(option)
        for word in value if isinstance(value, list) else [] if each.flag else [value]:
            line += [option, str(word)]
    return [*line, asked[argument]] if argument in asked and argument is not None else line


def page_of(
    question: type[Question[Any]], asked: Mapping[str, Any], kind: str
) -> tuple[str, dict[str, Any]]:
    """The page that asks it, and its parameters."""
    path = f"/{PLURALS[kind]}" if question is Items else question.about.address or ""
    rest = {p.called: asked[p.name] for p in question.takes() if p.name in asked}
    for name in ("company", "subject", "target", "name"):
        for field in (f"{{{name}}}", f"{{{name}:path}}"):
            if field in path:
                path = path.replace(field, rest.pop(name))
    if question in (Items, CompanyList, Log, Sources, RunReport, Sql):
        rest.setdefault("limit", MOST_ROWS)
    return path, rest


def asked_in_python(timeline: Timeline, question: Question[Any]) -> Any:
    """What the library answers; of a picture its data."""
    values = {each.name: getattr(question, each.name) for each in fields(question)}  # type: ignore[arg-type]
    if type(question) in DRAWN:
        of, kind = DRAWN[type(question)]
        return timeline.ask(Plot(values.pop(of), kind=kind, **values)).document
    if isinstance(question, Tracker):
        return timeline.ask(PlotTracker(**values)).document
    if isinstance(question, Network):
        return timeline.ask(Graph(**values)).document
    answer = timeline.ask(question)
    if isinstance(question, RunReport | Sql):
        return list(question.rows(answer))
    return list(answer) if isinstance(question, Log) else answer


def answers(
    doors: Doors, question: type[Question[Any]], asked: dict[str, Any], kind: str
) -> Iterator[tuple[str, Any]]:
    """What each door says: its answer, or the code of what is wrong."""
    fixed = {"kind": kind} if question is Items else {}
    try:
        answer = asked_in_python(doors.timeline, question.of(asked, **fixed))
        yield "library", json.loads(encode_json(answer))
    except TimelineError as error:
        yield "library", error.code
    yield "command line", doors.said(*line_of(question, asked, kind))
    if question.about.address is not None:
        yield "page", doors.page(*page_of(question, asked, kind))
    # of what is found a tool has pages, the others so many of each kind
    if question in TOOLS and not (question is Find and "limit" in asked):
        named = {p.called: asked[p.name] for p in question.takes() if p.name in asked}
        if question in (Items, Log):  # what agents begin a page with is a cursor
            begins = {
                p.name: named.pop(p.called)
                for p in question.takes()
                if p.cursor and p.called in named
            }
            named.setdefault("limit", 200)
            named |= {"cursor": _written(begins)} if begins else {}
        if question is Items:
            named["what"] = PLURALS[kind]
        if question is Find:
            named = {"query": asked["text"], **({"only": named["only"]} if "only" in named else {})}
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
