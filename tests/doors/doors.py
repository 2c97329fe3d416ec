"""The doors to the same questions: the command line, HTTP, the library, and the tools of agents."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from typing import Any

from starlette.testclient import TestClient

from tests.cli.program import run
from timeline.app import Timeline
from timeline.mcp.server import _called
from timeline.mcp.tools import TOOLS
from timeline.web.app import make_app
from timeline.web.settings import Settings


class Doors:
    """All doors of one store."""

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline
        app = make_app(timeline, Settings(sql=True))
        self._http = TestClient(app, base_url="http://127.0.0.1:8000")
        self._tools = {tool.name: tool for tool in TOOLS}

    def command_line(self, line: str) -> Any:
        """What a command prints as JSON."""
        return json.loads(
            run("--db", self.timeline.store.name, *shlex.split(line), "--json").stdout
        )

    def http(self, path: str, asked: Mapping[str, Any] | None = None) -> Any:
        """What a page answers as JSON."""
        answer = self._http.get(path, params=asked or None, headers={"Accept": "application/json"})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def said(self, *words: str) -> Any:
        """What a command prints as JSON, or the code of its failure."""
        done = run("--db", self.timeline.store.name, *words, "--json")
        if done.exit_code == 0:
            return json.loads(done.stdout)
        code = re.search(r"error\[([a-z-]+)\]", done.stderr)
        if code is None:  # options that cannot be given together, with the usage
            assert done.stderr.startswith("Usage:"), done.output
            return "invalid-value"
        return [] if code[1] == "nothing-found" else code[1]

    def page(self, path: str, asked: Mapping[str, Any]) -> Any:
        """What a page answers as JSON, or the code of its problem."""
        headers = {"Accept": "application/json"}
        answer = self._http.get(path, params=asked, headers=headers).json()
        return answer["code"] if isinstance(answer, dict) and "code" in answer else answer

    def told(self, name: str, asked: dict[str, Any]) -> Any:
        """What a tool answers, or the code of its failure."""
        result: Any = _called(self.timeline, self._tools[name], asked)
        if result.is_error:
            return result.content[0].text.partition("[")[2].partition("]")[0]
        return result.structured_content["answer"]

    def tool(self, name: str, **asked: Any) -> Any:
        """What a tool answers."""
        result: Any = _called(self.timeline, self._tools[name], asked)
        assert not result.is_error, result.content
        return result.structured_content["answer"]
