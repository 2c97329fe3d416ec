"""The tools for agents, asked by a client of the protocol's own SDK."""

from __future__ import annotations

import json
import re
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx2
import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolRequestParams

from timeline.app import Timeline
from timeline.errors import TimelineError
from timeline.mcp import server, stories
from timeline.mcp.server import HOW_TO_RECORD, PROMPT, SCHEMA, VOCABULARY, _called, make_server
from timeline.mcp.tools import TOOLS, story_tools
from timeline.render.json import encode_json
from timeline.web.app import make_app
from timeline.web.settings import Settings

FIRST = Path(__file__).resolve().parent.parent.parent / "fixtures" / "foxconn-openai.yaml"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("mcp") / "timeline.db"
    with Timeline.open(path) as timeline:
        timeline.replay([FIRST])
    return path


@pytest.fixture(scope="module")
def timeline(store: Path) -> Iterator[Timeline]:
    with Timeline.open(store) as opened:
        yield opened


def ask(timeline: Timeline, *calls: tuple[str, dict[str, Any]], drafts: Path | None = None) -> Any:
    """What the tools answer, one after the other; the client checks every answer by its schema."""

    async def run() -> list[Any]:
        async with Client(make_server(timeline, drafts)) as client:
            await client.list_tools()
            return [await client.call_tool(name, arguments) for name, arguments in calls]

    return anyio.run(run)


def answer(result: Any) -> Any:
    assert not result.is_error, result.content
    assert json.loads(result.content[0].text) == result.structured_content
    return result.structured_content["answer"]


AT: Any = {"on": "2025-11-21", "known": "2025-11-21"}


def test_the_answers_are_those_of_the_library(timeline: Timeline) -> None:
    found, state, why, listed, diff = ask(
        timeline,
        ("find", {"query": "hon hai"}),
        ("state", {"company": "foxconn", **AT}),
        ("why", {"subject": "rumour:foxconn-nissan", **AT}),
        ("list", {"what": "deals", "company": "foxconn", **AT}),
        ("diff", {"company": "foxconn", "on": "2025-11-19..2025-11-21"}),
    )
    assert answer(found)[0]["id"] == "foxconn"
    for result, expected in (
        (state, timeline.state("foxconn", **AT)),
        (why, timeline.why("rumour:foxconn-nissan", **AT)),
        (listed, timeline.items("deal", company="foxconn", **AT)),
        (diff, timeline.diff("foxconn", on="2025-11-19..2025-11-21")),
    ):
        assert answer(result) == json.loads(encode_json(expected))
    assert all({"certainty", "remarks", "sources"} <= {*i} for i in answer(listed)["items"])


def test_true_now_and_true_then_are_one_argument(timeline: Timeline) -> None:
    now, then = ask(
        timeline,
        *(
            ("state", {"company": "foxconn", "on": "2025-04-15", "truth": t})
            for t in ("now", "then")
        ),
    )
    assert answer(now)["known"] is None
    assert answer(then)["known"] == "2025-04-15"


def test_a_cursor_leads_through_the_whole_log(timeline: Timeline) -> None:
    seen: list[int] = []
    asked: dict[str, Any] = {"limit": 50}
    while True:
        (result,) = ask(timeline, ("log", asked))
        seen += [entry["position"] for entry in answer(result)]
        if result.structured_content["next"] is None:
            break
        asked["cursor"] = result.structured_content["next"]
    assert seen == [entry.position for entry in timeline.log()]


def mended(text: str, problems: list[dict[str, Any]]) -> str:
    """The story as an agent mends it that only has the problems: what was written becomes what is meant."""
    for problem in problems:
        meant = re.search(r"did you mean (\S+?)\\?\?", problem["text"])
        written = re.search(r'"(\S+)"', problem["text"])
        assert meant, problem
        assert written, problem
        text = text.replace(written[1], meant[1].strip('"'))
    return text


def test_a_scripted_agent_records_the_first_article(tmp_path: Path) -> None:
    """It has nothing but the server; the store knows one of the companies from another story."""
    first = FIRST.read_text()
    article, _, expected = first.partition("\nexpect:\n")
    wrong = article.replace("deal_announced", "deal_anounced").replace("firmness", "firmnes")
    drafts = tmp_path / "drafts"
    drafts.mkdir()

    async def record(timeline: Timeline) -> None:
        async with Client(make_server(timeline, drafts, seconds=60)) as client:
            await client.list_tools()

            async def call(tool: str, **arguments: Any) -> Any:
                return answer(await client.call_tool(tool, arguments))

            prompt = await client.get_prompt(PROMPT, {"article": "Foxconn and OpenAI agree …"})
            told = prompt.messages[0].content.text  # type: ignore[union-attr]
            read = {}
            for uri in re.findall(r"timeline://[a-z-]+", told):
                (content,) = (await client.read_resource(uri)).contents
                read[uri] = content.text  # type: ignore[union-attr]
            used = set(re.findall(r"type: (\w+)", article))
            assert used <= {*json.loads(read[VOCABULARY])}
            assert "deal_announced" in read[HOW_TO_RECORD]

            assert (await call("find", query="Foxconn", only=["companies"]))[0]["id"] == "foxconn"
            near = await call("find", query="OpenAI", only=["companies"])
            assert "openai" not in {each["id"] for each in near}  # it is new

            text = wrong
            for _ in range(3):
                checked = await call("check_story", text=text)
                if checked["valid"]:
                    break
                text = mended(text, checked["problems"])
            assert text == article
            assert {each["company"] for each in checked["state"]["companies"]} >= {
                "foxconn",
                "openai",
            }

            (writes,) = [
                each for each in (await client.list_tools()).tools
                if each.annotations is None or not each.annotations.read_only_hint
            ]  # fmt: skip
            assert writes.name == "propose_story"
            assert writes.annotations is not None
            assert (
                writes.annotations.idempotent_hint is writes.annotations.destructive_hint is False
            )
            assert (await call("propose_story", name="first", text=text))["file"] == "first.yaml"
            for name in ("first", "../first"):
                arguments = {"name": name, "text": text}
                assert (await client.call_tool("propose_story", arguments)).is_error
            assert [path.name for path in tmp_path.rglob("*.yaml")] == ["first.yaml"]
            assert timeline.anchor() == before

            timeline.replay([drafts / "first.yaml"])  # a person does, who has read it
            state = await call("state", company="foxconn", on="2025-11-21", truth="then")
            (company,) = state["companies"]
            found = {each["subject"]: each["status"] for each in company["items"]}
            block = expected.partition("    state:\n")[2].partition("\n  - ")[0]
            assert (
                dict(re.findall(r"^      (\S+): (\w+)$", block, re.MULTILINE)).items()
                <= found.items()
            )
            chain = await call("why", subject="deal:foxconn-openai-ai-hardware")
            assert "foxconn-openai-announced" in json.dumps(chain)

    with Timeline.open(tmp_path / "t.db") as timeline:
        timeline.replay([FIRST.with_name("foxconn-sharp.yaml")])
        before = timeline.anchor()
        anyio.run(record, timeline)
    with Timeline.open(tmp_path / "whole.db") as alone:
        alone.replay([drafts / "first.yaml"])
        done = alone.replay([FIRST])
        assert (done.stored, done.expectations) == (0, 44)


MANY = range(500)
HOSTILE = (
    "sources: {s: {publisher: P, kind: news, published: 2020-01-01}}\n"
    "companies: {a: {name: A}, b: {name: B}}\nevents:\n"
    + "".join(
        f"- {{type: deal_announced, subject: deal:x{n}, occurred: 2020-01-01, kind: supply, source: s, "
        "parties: {a: [supplier], b: [customer]}}\n"
        for n in MANY
    )
    + "expect:\n"
    + "".join(
        f"- {{company: a, on: 2020-01-{n % 28 + 1:02}, state: {{deal:x{n}: announced}}}}\n"
        for n in MANY
    )
)
"""It asks for the state of 500 items 500 times."""


def test_a_hostile_story_is_ended_by_the_clock_while_others_are_answered(
    timeline: Timeline,
) -> None:
    """The check would take a minute; every limit is met by a real process."""
    made = make_server(timeline, seconds=0.5).get_request_handler("tools/call")
    assert made is not None
    order: list[tuple[str, Any]] = []

    async def call(name: str, arguments: dict[str, Any]) -> None:
        params = CallToolRequestParams(name=name, arguments=arguments)
        order.append((name, await made.handler(None, params)))  # type: ignore[arg-type]

    async def run() -> None:
        async with anyio.create_task_group() as tasks:
            for _ in range(server.MOST_AT_ONCE):
                tasks.start_soon(call, "check_story", {"text": HOSTILE})
            await anyio.sleep(0.01)
            tasks.start_soon(call, "find", {"query": "foxconn"})

    anyio.run(run)
    assert order[0][0] == "find"
    assert not order[0][1].is_error
    said = {result.content[0].text.partition(":")[0] for name, result in order[1:]}
    assert said <= {"error[out-of-time]", "error[busy]"}
    assert "error[out-of-time]" in said


def test_a_check_has_a_limit_on_memory_and_on_what_it_says(
    timeline: Timeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = f"events:\n- {{typo: {'x' * 5000}}}\n" + "- {typo: x}\n" * (stories.MOST_PROBLEMS + 2)
    (found,) = ask(timeline, ("check_story", {"text": wrong}))
    told = answer(found)
    assert len(told["problems"]) == stories.MOST_PROBLEMS
    assert told["more_problems"] >= 3
    assert max(len(each["text"]) for each in told["problems"]) <= stories.LONGEST_PROBLEM + 1
    small = "companies: {a: {name: A}}"
    for limit, least in (("MEMORY", 1), ("MOST_BYTES", 50)):
        with monkeypatch.context() as patched:
            patched.setattr(stories, limit, least)
            with pytest.raises(TimelineError) as caught:
                stories.check_apart(small, "UTC", 60)
            assert caught.value.code == "too-large"


def test_what_an_agent_is_told(timeline: Timeline) -> None:
    async def run() -> None:
        async with Client(make_server(timeline)) as client:
            tools = (await client.list_tools()).tools
            assert "propose_story" not in {tool.name for tool in tools}
            for tool in tools:
                assert tool.annotations is not None
                assert tool.annotations.read_only_hint
                assert tool.annotations.idempotent_hint
                assert tool.annotations.destructive_hint is False
                assert tool.annotations.open_world_hint is False
                assert tool.annotations.title == tool.title
                jsonschema_rs.meta.validate(tool.input_schema)
            for uri in (VOCABULARY, SCHEMA, HOW_TO_RECORD):
                assert (await client.read_resource(uri)).contents
            prompt = await client.get_prompt(PROMPT, {"article": "Foxconn denies."})
            assert "Foxconn denies." in prompt.messages[0].content.text  # type: ignore[union-attr]
            with pytest.raises(MCPError):
                await client.call_tool("erase", {})

    anyio.run(run)


def test_calls_beyond_the_limit_wait_or_are_told(
    timeline: Timeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    working, most, released = [0], [0], threading.Event()

    def slow(*_: Any) -> Any:
        working[0] += 1
        most[0] = max(most[0], working[0])
        released.wait(30)
        working[0] -= 1
        return server._result(["done"], structured={})

    monkeypatch.setattr(server, "_called", slow)
    monkeypatch.setattr(server, "SECONDS_TO_WAIT", 0.2)

    async def run() -> list[Any]:
        found: list[Any] = []
        made = make_server(timeline).get_request_handler("tools/call")
        assert made is not None
        params = CallToolRequestParams(name="find", arguments={"query": "a"})

        async def call() -> None:
            found.append(await made.handler(None, params))  # type: ignore[arg-type]
            if len(found) == 2:
                released.set()

        async with anyio.create_task_group() as tasks:
            for _ in range(server.MOST_AT_ONCE + 2):
                tasks.start_soon(call)
        return found

    found = anyio.run(run)
    assert most[0] == server.MOST_AT_ONCE
    assert [result.is_error for result in found].count(True) == 2
    assert "error[busy]" in found[0].content[0].text


def test_a_page_of_what_is_found_goes_on_where_the_one_before_ended(timeline: Timeline) -> None:
    seen: list[Any] = []
    asked: dict[str, Any] = {"query": "foxconn", "limit": 3}
    while True:
        (result,) = ask(timeline, ("find", asked))
        seen += answer(result)
        if (onward := result.structured_content["next"]) is None:
            break
        asked["cursor"] = onward
    every = json.loads(encode_json(timeline.find("foxconn", 200)))
    assert len(every) > 3
    assert seen == every


@pytest.mark.parametrize(
    "arguments",
    [
        {}, {"text": None}, {"text": ["a"]}, {"text": "x" * 200_001}, {"text": "a: 1", "more": 1},
        {"name": "a"}, {"name": 3, "text": "a: 1"}, {"name": "../a", "text": "a: 1"},
        {"name": "", "text": ""},
    ],
)  # fmt: skip
def test_wrong_arguments_of_stories_are_told(
    timeline: Timeline, tmp_path: Path, arguments: dict[str, Any]
) -> None:
    checking, proposing = story_tools(tmp_path, seconds=60)
    for tool in (proposing,) if "name" in arguments else (checking, proposing):
        assert _called(timeline, tool, arguments).is_error
    assert list(tmp_path.iterdir()) == []


anything = st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.lists(st.text()))


@settings(max_examples=40)
@given(st.sampled_from(TOOLS), st.data())
def test_wrong_arguments_are_told(timeline: Timeline, tool: Any, data: st.DataObject) -> None:
    names = [*tool.input_schema()["properties"], "unknown"]
    arguments = data.draw(st.dictionaries(st.sampled_from(names), anything))
    result = _called(timeline, tool, arguments)
    if not result.is_error:
        jsonschema_rs.validate(tool.output_schema(), result.structured_content)


def test_standard_streams(store: Path) -> None:
    async def run() -> Any:
        server = StdioServerParameters(
            command=sys.executable, args=["-m", "timeline", "--db", str(store), "mcp"]
        )
        with anyio.fail_after(60):
            async with Client(stdio_client(server)) as client:
                return await client.call_tool("state", {"company": "foxconn", **AT})

    assert answer(anyio.run(run))["companies"][0]["company"] == "foxconn"


TOKEN = "a-token-of-sixteen-or-more"


def test_http_behind_the_token_of_the_page(timeline: Timeline) -> None:
    app = make_app(timeline, Settings(token=TOKEN, mcp=True))

    async def run() -> Any:
        transport = httpx2.ASGITransport(app=app)
        base = "http://127.0.0.1:8000"
        async with app_running(app):
            async with httpx2.AsyncClient(transport=transport, base_url=base) as stranger:
                assert (await stranger.post("/mcp", json={})).status_code == 401
                known = {"Authorization": f"Bearer {TOKEN}"}
                assert (await stranger.get("/mcp", headers=known)).status_code == 405
                assert (await stranger.post("/log", headers=known)).status_code == 405
            async with httpx2.AsyncClient(
                transport=transport, base_url=base, headers={"Authorization": f"Bearer {TOKEN}"}
            ) as http:
                over = streamable_http_client(f"{base}/mcp", http_client=http)
                async with Client(over) as client:
                    await client.list_tools()
                    return await client.call_tool("state", {"company": "foxconn", **AT})

    expected = json.loads(encode_json(timeline.state("foxconn", **AT)))
    assert answer(anyio.run(run)) == expected


@asynccontextmanager
async def app_running(app: Any) -> AsyncIterator[None]:
    """The application between its start and its end."""
    send, receive = anyio.create_memory_object_stream[dict[str, str]](2)
    begun, ended = anyio.Event(), anyio.Event()

    async def told(message: Any) -> None:
        (begun if message["type"] == "lifespan.startup.complete" else ended).set()

    async with send, receive, anyio.create_task_group() as tasks:
        tasks.start_soon(app, {"type": "lifespan"}, receive.receive, told)
        await send.send({"type": "lifespan.startup"})
        await begun.wait()
        yield
        await send.send({"type": "lifespan.shutdown"})
        await ended.wait()
