"""``timeline log --follow``: a reader that goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import Any

from tests.cli.program import ended_late, run
from timeline import Timeline


def append(target: str, *ids: str) -> None:
    with Timeline.open(target) as timeline:
        for id_ in ids:
            fields = {"type": "company_registered", "id": id_, "subject": f"company:{id_}"}
            timeline.append(fields | {"name": id_.title()})


def follow(target: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "timeline", "--db", target, "log", "--follow", *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | {"LANG": "C"},
    )  # fmt: skip


def next_line(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    with ended_late(process):
        line: dict[str, Any] = json.loads(process.stdout.readline())
    return line


def test_it_writes_what_is_there_and_what_comes(target: str) -> None:
    append(target, "a", "b")
    process = follow(target, "--after", "1")
    assert next_line(process)["id"] == "b"
    append(target, "c", "d")
    lines = [next_line(process), next_line(process)]
    assert [(line["position"], line["id"]) for line in lines] == [(3, "c"), (4, "d")]
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (out, err, process.returncode) == ("", "", 0)


def test_it_follows_one_subject(target: str) -> None:
    append(target, "a", "b")
    process = follow(target, "company:b")
    assert next_line(process)["position"] == 2
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 0
    process.communicate(timeout=60)


def test_its_lines_are_those_of_the_log(target: str) -> None:
    append(target, "a")
    process = follow(target)
    line = next_line(process)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert line == json.loads(run("--db", target, "log", "--format", "jsonl").stdout)


def test_after_a_position_without_following(target: str) -> None:
    append(target, "a", "b", "c")
    listed = run("--db", target, "log", "--after", "2", "--format", "json")
    assert [row["id"] for row in json.loads(listed.stdout)] == ["c"]


def test_it_has_no_end_and_one_format(target: str) -> None:
    for arguments in (("--known", "2025-01-01"), ("--recorded", "1"), ("--format", "csv")):
        refused = run("--db", target, "log", "--follow", *arguments)
        assert refused.exit_code == 2
        assert "--follow" in refused.stderr


def test_a_store_that_is_not_there() -> None:
    assert run("--db", "nowhere.db", "log", "--follow").exit_code == 4
