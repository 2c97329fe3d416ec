"""What a question takes is what every door takes: nothing is left out of one of them, or added by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click
import pytest
from starlette.testclient import TestClient

from tests.cli.test_help import command_of
from timeline.app import Timeline
from timeline.mcp.tools import TOOLS
from timeline.parameters import LANG
from timeline.questions import shipped
from timeline.questions.course import Window
from timeline.questions.network import DrawnTies
from timeline.questions.picture import Drawn
from timeline.questions.question import Question
from timeline.web.app import make_app
from timeline.web.pages import companies, news
from timeline.web.parameters import asked_of
from timeline.web.settings import Settings

COMMANDS = {
    "items": "deals", "why_company": "why", "courses": "plot", "axes": "plot", "belief": "plot",
    "then_and_now": "plot", "network": "graph", "reports": "report",
}  # fmt: skip
"""The commands of questions whose name they do not have."""

NO_COMMAND = {"news", "tracker"}
ALWAYS = {"sources": {"cited"}}
"""What a command asks in any case."""
TOOL_NAMES = {"items": "list"}
ADDRESSES = {"items": "/deals"}
QUESTIONS = shipped()
OF_PAGES = {
    each.called
    for part in (companies.Narrowed, companies.Formed, news.OneDay, Drawn, DrawnTies, Window)
    for each in part.takes()
} | {LANG.called}
"""Parameters that only pages and pictures have; every page has a language."""


@pytest.mark.parametrize("name", sorted({*QUESTIONS} - NO_COMMAND))
def test_a_command_takes_what_its_question_takes(name: str) -> None:
    command = command_of(COMMANDS.get(name, name))
    by_name: dict[str, click.Parameter] = {each.name or "": each for each in command.params}
    for each in QUESTIONS[name].takes():
        if each.name in ALWAYS.get(name, ()):
            assert each.name not in by_name
            continue
        option = by_name.get(each.name) or by_name["target"]  # a company or a subject
        assert isinstance(option, click.Argument) or f"--{each.called.replace('_', '-')}" in {
            *option.opts,
            *(["--params"] if "--param" in option.opts else []),
        }


@pytest.fixture(scope="module")
def operations() -> dict[str, Any]:
    with Timeline.open(":memory:") as timeline:
        client = TestClient(make_app(timeline, Settings(sql=True)), base_url="http://127.0.0.1")
        paths = client.get("/openapi.json").json()["paths"]
    return {path: found["get"] for path, found in paths.items()}


def names_of(question: type[Question[Any]]) -> Iterator[str]:
    for each in question.takes():
        if not each.local and not each.pairs:
            yield each.called


@pytest.mark.parametrize(
    "name", sorted(n for n, q in QUESTIONS.items() if q.about.address or n in ADDRESSES)
)
def test_an_address_takes_what_its_question_takes(name: str, operations: dict[str, Any]) -> None:
    path = ADDRESSES.get(name) or QUESTIONS[name].about.address.replace(":path", "")
    taken = {each["name"] for each in operations[path].get("parameters", ())}
    assert {*names_of(QUESTIONS[name])} <= taken
    assert taken - {*names_of(QUESTIONS[name])} <= OF_PAGES


@pytest.mark.parametrize("name", sorted(n for n, q in QUESTIONS.items() if q.about.tool))
def test_a_tool_takes_what_its_question_takes(name: str) -> None:
    (tool,) = (each for each in TOOLS if each.name == TOOL_NAMES.get(name, name))
    taken = {*tool.input_schema()["properties"]}
    for each in QUESTIONS[name].takes():
        called = {"q": "query"}.get(each.called, each.called)
        assert called in taken or (each.cursor and "cursor" in taken)


def test_what_only_the_program_can_say_is_no_parameter_of_a_server() -> None:
    assert {"timeout", "params"} & {*asked_of(QUESTIONS["sql"]).model_fields} == set()
