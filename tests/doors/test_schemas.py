"""What every door answers is valid by the published schemas, which change only as they may."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from tests.doors.doors import Doors
from tests.web.stories import FIRST, STORIES, noon
from timeline.app import Timeline
from timeline.questions.schemas import ANSWERS, VERSION, answer_schemas
from timeline.render.json import encode_json

FROZEN = Path(__file__).parent / f"answers-{VERSION}.json"

LINES = {
    "state": ["state foxconn", "state alphabet --group --on 2026-02-25 --source reuters-2025-11-22"],
    "diff": ["diff foxconn --on 2025-01-01..2025-11-21", "diff alphabet --group --on 2024-01-01..2026-03-01"],
    "compare": ["compare foxconn --with sharp", "compare alphabet --with intrinsic --on 2026-02-01"],
    "why": ["why rumour:foxconn-nissan", "why fact:foxconn/results@2025-35"],
    "why_company": ["why foxconn", "why alphabet --group"],
    "log": ["log", "log foxconn --type deal_announced"],
    "find": ["find foxconn", "find data centre"],
    "match": ["match"],
    "items": ["deals", "rumours --open", "facts --company foxconn", "proceedings", "rights"],
    "companies": ["companies"],
    "sources": ["sources"],
    "courses": ["plot foxconn -o -"],
    "axes": ["plot rumour:foxconn-nissan -o -"],
    "belief": ["plot rumour:foxconn-nissan --kind belief -o -"],
    "then_and_now": ["plot foxconn --kind then-and-now --on 2025-04-15 -o -"],
    "tracker": ["plot rumours --kind tracker -o -"],
    "network": ["graph -o -", "graph foxconn --depth 2 -o -"],
    "sql": ["sql 'SELECT * FROM deal_history'"],
    "report": ["report portfolio --param company=foxconn", "report attention"],
    "reports": ["report"],
    "stats": ["stats"],
    "verify": ["verify --sample 2"],
}  # fmt: skip

PATHS = {
    "state": ["/companies/foxconn", "/companies/alphabet?group=true"],
    "diff": ["/companies/foxconn/diff?source=reuters-2025-11-22"],
    "compare": ["/companies/foxconn/compare?with=sharp"],
    "why": ["/subjects/rumour:foxconn-nissan"],
    "log": ["/log?limit=1000", "/sources/reuters-2025-11-22"],
    "news": ["/news", "/news?day=2025-11-21"],
    "find": ["/search?q=foxconn"],
    "items": ["/deals", "/deals?limit=2", "/facts"],
    "companies": ["/companies"],
    "sources": ["/sources"],
    "courses": ["/companies/foxconn/timeline"],
    "axes": ["/axes/rumour:foxconn-nissan"],
    "network": ["/network"],
    "sql": ["/sql?q=SELECT 1 AS one"],
    "report": ["/reports/portfolio?company=foxconn"],
    "reports": ["/reports"],
}

TOOLS: dict[str, tuple[str, dict[str, Any]]] = {
    "state": ("state", {"company": "foxconn"}),
    "diff": ("diff", {"company": "foxconn", "on": "2025-01-01..2025-11-21"}),
    "why": ("why", {"subject": "rumour:foxconn-nissan"}),
    "log": ("log", {}),
    "find": ("find", {"query": "foxconn"}),
    "items": ("list", {"what": "deals"}),
}

LIBRARY: dict[str, Callable[[Timeline], Any]] = {
    "state": lambda t: t.state(),
    "diff": lambda t: t.diff("foxconn", known="2025-11-21..2025-11-22"),
    "compare": lambda t: t.compare("foxconn", "sharp"),
    "why": lambda t: t.why("rumour:foxconn-nissan"),
    "why_company": lambda t: t.why_company("alphabet", group=True),
    "log": lambda t: list(t.log()),
    "news": lambda t: t.news(),
    "find": lambda t: t.find("foxconn"),
    "match": lambda t: t.match(),
    "items": lambda t: t.items("commitment"),
    "companies": lambda t: t.companies(),
    "sources": lambda t: t.sources(),
    "courses": lambda t: t.plot("foxconn").data,
    "axes": lambda t: t.plot("rumour:foxconn-nissan").data,
    "belief": lambda t: t.plot("rumour:foxconn-nissan", kind="belief").data,
    "then_and_now": lambda t: t.plot("foxconn", kind="then-and-now", on="2025-04-15").data,
    "tracker": lambda t: t.plot("rumours", kind="tracker").data,
    "network": lambda t: t.graph().data,
    "sql": lambda t: list(t.sql("SELECT * FROM current_company_state")),
    "report": lambda t: list(t.report("portfolio", params={"company": "foxconn"})),
    "reports": lambda t: [each.row for each in t.reports()],
    "stats": lambda t: t.stats(),
    "verify": lambda t: t.verify(sample=2),
}


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    with Timeline.open(tmp_path_factory.mktemp("doors") / "t.db", clock=noon) as timeline:
        timeline.replay([FIRST, *STORIES])
        yield Doors(timeline)


def closed(schema: Any) -> Any:
    """The schema with no room for fields that it does not name: a reader takes them, a test does not."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: closed(each) for name, each in schema.items()}
    if schema.get("type") == "object" and "properties" in schema:
        found["additionalProperties"] = False
    return found


NOW: Any = json.loads(encode_json(answer_schemas()))
SCHEMAS = closed(NOW)


@pytest.mark.parametrize("question", ANSWERS)
def test_every_door_answers_as_published(doors: Doors, question: str) -> None:
    validator = jsonschema_rs.Draft202012Validator(SCHEMAS | {"$ref": f"#/$defs/{question}"})
    validator.validate(json.loads(encode_json(LIBRARY[question](doors.timeline))))
    for line in LINES.get(question, ()):  # the news has a page, and no command
        validator.validate(doors.command_line(line))
    for path in PATHS.get(question, ()):
        validator.validate(doors.http(path))
    if question in TOOLS:
        name, asked = TOOLS[question]
        validator.validate(doors.tool(name, **asked))


def test_a_wrong_answer_is_seen(doors: Doors) -> None:
    validator = jsonschema_rs.Draft202012Validator(SCHEMAS | {"$ref": "#/$defs/state"})
    right = doors.command_line("state foxconn")
    for wrong in (right | {"position": "many"}, right | {"more": 1}, [right]):
        assert not validator.is_valid(wrong)


def broken(old: Any, new: Any, where: str = "") -> Iterator[str]:
    """What a program that reads by the old schema may trip over in the new one."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name, each in old.items():
            if name in ("description", "title"):
                continue
            if name not in new:
                yield f"{where}/{name}"
            elif name == "required":
                yield from (f"{where}/required/{gone}" for gone in sorted({*each} - {*new[name]}))
            else:
                yield from broken(each, new[name], f"{where}/{name}")
    elif old != new:
        yield where


def test_a_version_of_the_answers_stays_as_it_is() -> None:
    """New fields are written with UPDATE_GOLDEN=1; what breaks readers needs another VERSION."""
    jsonschema_rs.meta.validate(NOW)
    if os.environ.get("UPDATE_GOLDEN") and not FROZEN.exists():
        FROZEN.write_text(json.dumps(NOW, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    frozen = json.loads(FROZEN.read_text(encoding="utf-8"))
    assert list(broken(frozen, NOW)) == []
    if os.environ.get("UPDATE_GOLDEN"):
        FROZEN.write_text(json.dumps(NOW, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        return
    assert frozen == NOW


def test_a_change_that_breaks_readers_is_seen() -> None:
    changed = json.loads(json.dumps(NOW))
    item = changed["$defs"]["CompanyItem"]
    del item["properties"]["since"]
    item["required"].remove("since")
    item["properties"]["status"] = {"type": "integer"}
    changed["$defs"]["Found"]["properties"]["more"] = {"type": "string"}
    assert set(broken(NOW, changed)) == {
        "/$defs/CompanyItem/properties/since",
        "/$defs/CompanyItem/properties/status/type",
        "/$defs/CompanyItem/required/since",
    }
