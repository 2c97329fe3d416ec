"""A lens option is one entry of a table, a question one module and one template, an output format one module
and one entry: every door has them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
STORY = ROOT / "fixtures" / "foxconn-openai.yaml"

PLANTED = (
    '    LensOption("speaker", "Only what they said", "only what {} said", "Said by", "speaker"),\n'
)

EXAMPLE = ROOT / "tests" / "plugins" / "example" / "timeline_example" / "oldest.py"
QUESTION = f"{EXAMPLE.read_text(encoding='utf-8')}\n\nQUESTIONS = (Oldest,)\n"
TEMPLATE = "{% extends 'base.html' %}{% block main %}<h1>{{ answer.event }}</h1>{% endblock %}"

FORMAT = '''
"""Rows with a tab between their cells."""


def tab_lines(rows, columns):
    """A header and a line a row."""
    yield "\\t".join(columns) + "\\n"
    for row in rows:
        yield "\\t".join(str(row.get(name)) for name in columns) + "\\n"
'''
FORMAT_ENTRY = '    "tab": ("timeline.render.tab:tab_lines", "text/tab-separated-values"),\n'

ASKED = """
import json, sys
from starlette.testclient import TestClient
from timeline import Timeline
from timeline.answers.asked import LensAsked
from timeline.mcp.server import _called
from timeline.mcp.tools import TOOLS
from timeline.questions.oldest import Oldest
from timeline.questions.schemas import answer_schemas
from timeline.render.json import encode_json
from timeline.web.app import make_app

found = {}
with Timeline.open("t.db") as timeline:
    timeline.replay([sys.argv[1]])
    found["library"] = timeline.companies(lens=LensAsked(speaker=("nobody",))).companies[0].items
    client = TestClient(make_app(timeline), base_url="http://127.0.0.1")
    page = client.get("/deals.json", params={"speaker": "nobody"})
    found["page"] = page.json()
    found["form"] = 'name="speaker"' in client.get("/companies/foxconn").text
    operation = client.get("/openapi.json").json()["paths"]["/deals"]["get"]
    found["openapi"] = [each["name"] for each in operation["parameters"]]
    question = Oldest("foxconn", skip=1)
    (tool,) = [each for each in TOOLS if each.name == "oldest"]
    told = _called(timeline, tool, {"company": "foxconn", "skip": 1}).structured_content
    found["oldest"] = [
        json.loads(encode_json(timeline.ask(question))), told["answer"],
        client.get("/companies/foxconn/oldest.json?skip=1").json(),
    ]
    found["oldest page"] = client.get("/companies/foxconn/oldest?skip=1").text
    rows = client.get("/companies/foxconn/oldest.tab")
    found["tab"] = [rows.headers["content-type"], rows.text]
    found["oldest csv"] = client.get("/companies/foxconn/oldest.csv").text
    found["schema"] = answer_schemas()["$defs"]["oldest"]
    (refused,) = {client.get(f"/companies/foxconn/oldest?{q}").status_code for q in ("skip=10", "x=1")}
    found["refused"] = refused
    operation = client.get("/openapi.json").json()["paths"]["/companies/{company}/oldest"]["get"]
    found["oldest openapi"] = [each["name"] for each in operation["parameters"]]
print(json.dumps(found, default=str))
"""


def test_a_lens_option_is_one_entry_and_a_question_one_module(tmp_path: Path) -> None:
    shutil.copytree(
        ROOT / "timeline",
        tmp_path / "timeline",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    (tmp_path / "alembic").symlink_to(ROOT / "alembic")
    (tmp_path / "alembic.ini").symlink_to(ROOT / "alembic.ini")
    declared = tmp_path / "timeline" / "parameters.py"
    text = declared.read_text()
    before, mark, after = text.partition(')\n"""The lens, in the order')
    assert mark
    declared.write_text(before + PLANTED + mark + after)
    (tmp_path / "timeline" / "render" / "tab.py").write_text(FORMAT)
    table = tmp_path / "timeline" / "render" / "formats.py"
    before, mark, after = table.read_text().partition('    "md": ')
    assert mark
    table.write_text(before + FORMAT_ENTRY + mark + after)
    (tmp_path / "timeline" / "questions" / "oldest.py").write_text(QUESTION)
    (tmp_path / "timeline" / "web" / "templates" / "oldest.html").write_text(TEMPLATE)

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments], cwd=tmp_path, capture_output=True, text=True,
            env=os.environ | {"PYTHONPATH": str(tmp_path)}, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    found = json.loads(run("-c", ASKED, str(STORY)))
    assert found["library"] == 0
    assert found["page"]["lens"] == {"speaker": ["nobody"]}
    assert found["page"]["items"] == []
    assert found["form"]
    assert "speaker" in found["openapi"]
    asked = ("--db", "t.db", "deals", "--speaker", "nobody", "--on", "2025-11-21")
    document = json.loads(run("-m", "timeline", *asked, "--json"))
    assert document["lens"] == {"speaker": ["nobody"]}
    assert document["items"] == []
    assert "only what nobody said" in run("-m", "timeline", *asked)
    assert "--speaker" in run("-m", "timeline", "diff", "--help")

    oldest = ("--db", "t.db", "oldest", "foxconn")
    printed = json.loads(run("-m", "timeline", *oldest, "--skip", "1", "--json"))
    assert printed["events"] > 1
    assert found["oldest"] == [printed, printed, printed]
    assert run("-m", "timeline", *oldest, "--format", "tab") == found["tab"][1]
    assert found["tab"][0].startswith("text/tab-separated-values")
    assert "It begins with " in run("-m", "timeline", *oldest)
    assert f"<h1>{printed['event']}</h1>" in found["oldest page"]
    assert found["oldest csv"].splitlines()[0] == "company,event,events"
    assert found["schema"] == {"$ref": "#/$defs/FirstEvent"}
    assert found["refused"] == 400
    assert {"company", "skip", "on", "known"} <= set(found["oldest openapi"])
    assert "oldest" in run("-m", "timeline", "--help")
