"""A kind of subject is its module and its name in ``SUBJECT_KINDS``: every door has it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent.parent

MODULE = '''
"""Gardens: planted by companies together. A garden has a phase of its own."""

from typing import Literal

from msgspec import UNSET, UnsetType

from timeline.model.kinds.event import At, Event, Kind, Phase, Term
from timeline.model.values import Parties


class GardenEvent(Event, frozen=True, kw_only=True):
    """Terms of a garden."""

    kind: Literal["rose", "herb"] | UnsetType = UNSET
    parties: Parties | UnsetType = UNSET
    beds: str | UnsetType = UNSET


class GardenPlanted(GardenEvent, frozen=True, kw_only=True, tag="garden_planted"):
    """It is planted."""


class GardenCleared(GardenEvent, frozen=True, kw_only=True, tag="garden_cleared"):
    """It is no more."""


class Growing(Phase, frozen=True, tag="growing"):
    """Planted so many times."""

    times: int

    @property
    def status(self) -> str:
        """``planted``."""
        return "planted"


def evolve(phase: Phase, event: Event) -> Phase | None:
    """Planted, then cleared."""
    match event:
        case GardenPlanted():
            return Growing(1 + (phase.times if isinstance(phase, Growing) else 0))
        case GardenCleared():
            return At("cleared")
        case _:
            return phase


KIND = Kind(
    name="garden",
    base=GardenEvent,
    evolve=evolve,
    plural="gardens",
    summary="what companies planted, at a coordinate.",
    examples=("--company acme", "--kind rose --open"),
    words={
        "kind": Term("kind", "kind of garden", told_apart=True),
        "parties": Term("parties", "the companies and what each is in it", told_apart=True),
        "beds": Term("beds", "what its beds hold"),
    },
    required=("kind", "parties"),
    groups={"planted": "live", "cleared": "over"},
    final=frozenset({"cleared"}),
)
'''

STORY = """
story: gardens
sources:
  wire: {publisher: Test Wire, kind: news, published: 2025-03-01}
companies:
  acme: {name: Acme Corporation, kind: company}
  globex: {name: Globex, kind: company}
events:
  - {type: garden_planted, subject: garden:g, occurred: 2025-02-01, source: wire, kind: rose, beds: seven,
     parties: {acme: partner, globex: partner}}
"""

ASKED = """
import json, runpy

runpy.run_module("timeline.store.columns", run_name="__main__")
from click.testing import CliRunner
from starlette.testclient import TestClient
from timeline import Timeline
from timeline.cli import main
from timeline.web.app import make_app

found = {}
with Timeline.open("t.db") as timeline:
    timeline.replay(["story.yaml"])
    found["state"] = [item.subject for item in timeline.state("acme").companies[0].items]
    view = timeline.sql("SELECT status, beds FROM current_garden_history")
    found["view"] = [[row["status"], row["beds"]] for row in view.rows()]
    client = TestClient(make_app(timeline), base_url="http://127.0.0.1")
    found["page"] = client.get("/gardens").text
    found["rows"] = [item["subject"] for item in client.get("/gardens.json").json()["items"]]
    found["menu"] = client.get("/").text
for words in ("gardens --on 2025-02-02", "", "--help"):
    found[words] = CliRunner().invoke(main, ["--db", "t.db", *words.split()]).output
print("", json.dumps(found, default=str), sep="\\n")
"""

BY_HAND = {
    "timeline/model/kinds/garden.py",
    "timeline/model/values.py",
    "timeline/locales/de.po",
    "docs/transitions.md",
}
"""The last two are demanded by tests/render/test_languages.py and by test_declarations.py."""
GENERATED = {"alembic/revision_0001/columns.toml"}


def test_a_planted_kind_touches_four_files_and_what_is_generated(tmp_path: Path) -> None:
    for folder in ("timeline", "alembic"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    (tmp_path / "alembic.ini").symlink_to(ROOT / "alembic.ini")
    (tmp_path / "timeline" / "model" / "kinds" / "garden.py").write_text(MODULE)
    values = tmp_path / "timeline" / "model" / "values.py"
    text = values.read_text()
    assert text.count('"rumour", "fact",\n)') == 1
    values.write_text(text.replace('"rumour", "fact",\n)', '"rumour", "fact", "garden",\n)'))
    (tmp_path / "story.yaml").write_text(STORY)
    done = subprocess.run(
        [sys.executable, "-c", ASKED], cwd=tmp_path, capture_output=True, text=True,
        env=os.environ | {"PYTHONPATH": str(tmp_path)}, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    touched = {
        str(file.relative_to(tmp_path))
        for folder in ("timeline", "alembic")
        for file in (tmp_path / folder).rglob("*.*")
        if file.is_file() and file.suffix != ".pyc" and not _is_as_it_was(file, tmp_path)
    }
    assert touched == {each for each in BY_HAND if each.endswith(".py")} | GENERATED

    found = json.loads(done.stdout.splitlines()[-1])
    assert found["state"] == ["garden:g"]
    assert found["view"] == [["planted", "seven"]]
    assert found["rows"] == ["garden:g"]
    assert "Acme Corporation" in found["page"]
    assert 'href="/gardens"' in found["menu"]
    assert "Rose between Acme Corporation and Globex" in found["gardens --on 2025-02-02"]
    assert "2 companies, 1 garden, 1 source" in found[""]
    listed = found["--help"].partition("\nLists:")[2]
    assert re.search(r"^  gardens +List what companies planted", listed, re.MULTILINE)


def test_contributing_says_how_many_files_a_kind_touches() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (row,) = (line for line in text.splitlines() if line.startswith("| a kind of subject |"))
    assert int(row.split("|")[3]) == len(BY_HAND)


def _is_as_it_was(file: Path, folder: Path) -> bool:
    was = ROOT / file.relative_to(folder)
    return was.exists() and was.read_bytes() == file.read_bytes()
