"""A lens option is one entry of a table: planted in a copy of the program, every door has it."""

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

ASKED = """
import json, sys
from starlette.testclient import TestClient
from timeline import Timeline
from timeline.answers.asked import LensAsked
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
print(json.dumps(found, default=str))
"""


def test_a_lens_option_is_one_entry(tmp_path: Path) -> None:
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
