"""A store that something else wrote to: what cannot be read any more is named, and is no bug."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.answers.stores import FIXTURES, new_timeline, target_with
from tests.cli.program import run
from tests.store.test_append_only import run as run_sql
from timeline import Timeline

target = target_with("foxconn-openai")

ASKING = [
    ["state", "foxconn", "--recorded", "60"],
    ["why", "deal:foxconn-openai-ai-hardware"],
    ["diff", "foxconn", "--known", "2025-11-19..2025-11-21"],
    ["log"],
    ["rebuild"],
]
STORED = [
    ["state", "--all"],
    ["state", "foxconn", "--on", "2025-11-21"],
    ["deals"],
]
"""What these show is stored beside the log, and stays right."""
COPYING = [["export"], ["export", "--format", "cloudevents"], ["backup", "backup.jsonl.gz"]]
"""These need not know what an event means, and copy one of any type."""

IS_IT = "UPDATE event SET {} WHERE id = 'foxconn-openai-announced'"
UNREADABLE = {
    "no JSON": "payload = '{\"kind\": '",
    "no object": "payload = '[1]'",
    "a type that there is not": "type = 'deal_imagined'",
}


def damage(target: str, how: str) -> int:
    """Make one event of the story in a store unreadable; its position."""
    with Timeline.open(target) as timeline:
        (position,) = (e.position for e in timeline.log() if e.id == "foxconn-openai-announced")
    lets = (
        "ALTER TABLE event DISABLE TRIGGER ALL" if "://" in target else "DROP TRIGGER event_update"
    )
    run_sql(target, lets, IS_IT.format(UNREADABLE[how]))
    return position


@pytest.mark.parametrize("how", UNREADABLE)
def test_an_event_that_cannot_be_read_is_named(
    target: str, how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "://" in target and how == "no JSON":
        pytest.skip("a jsonb is always JSON")
    monkeypatch.chdir(tmp_path)
    right = [run("--db", target, *command).stdout for command in STORED]
    position = damage(target, how)
    named = f"position {position}: the content of foxconn-openai-announced cannot be read"
    for command in ASKING + (COPYING if "type" not in how else []):
        done = run("--db", target, *command)
        assert done.exit_code == 1, (command, done.stderr)
        assert f"error[store-damaged]: {named}" in done.stderr, command
        assert "run timeline verify" in done.stderr, command
    assert [run("--db", target, *command).stdout for command in STORED] == right
    proof = run("--db", target, "verify")
    assert proof.exit_code == 1
    assert f"error[store-damaged]: position {position}: " in proof.stderr


def test_a_history_that_cannot_be_read_is_written_anew(target: str) -> None:
    asking = ["state", "foxconn", "--on", "2025-11-21"]
    for damage, commands in (
        ("UPDATE subject_history SET state = '[1]'", (asking, ["verify"])),
        ("UPDATE subject_evidence SET entries = '[1]'", (asking, ["verify"])),
        (
            "UPDATE subject_evidence SET entries = replace(entries, '\"deal_', '\"d_')",
            (asking, ["verify"]),
        ),
        (
            "UPDATE subject_evidence SET entries = replace(entries, '{\"', '[\"')",
            (asking, ["verify"]),
        ),
        # who takes part stands in the state as well, so that the answer is right all the same
        ("UPDATE party_history SET roles = '{\"a\": 1}'", (["verify"],)),
    ):
        run_sql(target, damage)
        for command in commands:
            done = run("--db", target, *command)
            assert done.exit_code == 1, done.stderr
            assert "error[history-damaged]" in done.stderr
            assert "run timeline rebuild" in done.stderr
        assert run("--db", target, "rebuild").exit_code == 0
        assert run("--db", target, "verify").exit_code == 0


SHAPES = {
    "an instant": "known = 'yesterday'",
    "a day": "earliest = '2025-02-31'",
    "a payload of another shape": "payload = '{\"parties\": 5}'",
    "a payload of the shape of a list": 'payload = \'{"parties": [1, 2], "kind": {}}\'',
    "a number as a text": "occurred = 7",
    "a subject": "subject = 'nothing at all'",
    "bytes": "payload = x'FF00'",
    "a version": "schema_version = 99",
    "a payload that is no text": "payload = CAST(x'7bff7d' AS text)",
    "an id that is no text": "id = CAST(x'61ff' AS text)",
    "an hour of another day": "known = '2025-01-01T24:00:00.000000Z'",
    "when sources were published": """told = '{"a":NaN}'""",
    "an origin in bytes": "origin = x'61'",
}


@pytest.mark.parametrize("what", SHAPES)
def test_a_row_of_a_wrong_shape_is_named_and_is_no_bug(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.chdir(tmp_path)
    target = "timeline.db"
    new_timeline(tmp_path, "foxconn-openai").close()
    run_sql(target, "DROP TRIGGER event_update", IS_IT.format(SHAPES[what]))
    for command in (*ASKING, ["verify"], ["export"], ["stats"], ["report", "quality"]):
        done = run("--db", target, *command)
        # 2: a date or JSON of the row is named, as if it had been asked with
        assert done.exit_code in (0, 1, 2), (command, done.stderr)
        assert "error[bug]" not in done.stderr, (command, done.stderr)
        assert "Traceback" not in done.stderr, (command, done.stderr)
    assert "error[store-damaged]: position " in run("--db", target, "verify").stderr


@pytest.mark.parametrize("gone", ["log_head", "projection"])
def test_a_store_without_its_head_or_place_is_damaged(target: str, gone: str) -> None:
    lets = (
        f"ALTER TABLE {gone} DISABLE TRIGGER ALL"
        if "://" in target
        else "DROP TRIGGER log_head_delete"
    )
    run_sql(target, lets, f"DELETE FROM {gone}")
    for command in (
        ["state", "--all"],
        ["verify"],
        ["log"],
        ["append", "company_registered", "--id", "x", "--name", "X"],
    ):
        done = run("--db", target, *command)
        assert "error[bug]" not in done.stderr, (command, done.stderr)
        assert done.exit_code in (0, 1), (command, done.stderr)
    assert "error[store-damaged]" in run("--db", target, "verify").stderr
    if gone == "projection":
        assert run("--db", target, "rebuild").exit_code == 0
        assert run("--db", target, "state", "--all").exit_code == 0


ELSEWHERE = {
    "a head that is no number": "UPDATE log_head SET position = 'x'",
    "a head in bytes": "UPDATE log_head SET recorded = x'ff'",
    "a place that is no number": "UPDATE projection SET position = 'x'",
    "a term that is no number": (
        """UPDATE subject_history SET state = '{"terms":{"value":{"exact":"x","currency":5}}}'"""
    ),
    "a status that there is not": "UPDATE subject_history SET status = 'zz'",
    "an identity in bytes": "INSERT INTO company_identity VALUES ('foxconn', x'ff')",
    "a party that is no text": (
        "UPDATE party_history SET company = CAST(CAST(company AS blob) || x'ff' AS text)"
    ),
    "neither yes nor no": "UPDATE subject_history SET disputed = ''",
    "a name in bytes": "UPDATE company_handle SET value = x'ff'",
    "a folder in bytes": "UPDATE origin_file SET folders = x'ff'",
    "an origin that is no text": "UPDATE origin_file SET origin = x'ff' || origin",
}


@pytest.mark.parametrize("what", ELSEWHERE)
def test_damage_beside_the_log_is_no_bug_either(tmp_path: Path, what: str) -> None:
    target = str(tmp_path / "timeline.db")
    story = str(FIXTURES / "foxconn-openai.yaml")
    new_timeline(tmp_path, "foxconn-openai").close()
    run_sql(target, "DROP TRIGGER log_head_update", ELSEWHERE[what])
    for command in (
        ["state", "--all"], ["deals"], ["why", "deal:foxconn-openai-ai-hardware"], ["find", "openai"],
        ["report", "quality"], ["backup", str(tmp_path / "backup.db")], ["replay", story, "--amend"],
        ["verify"],
    ):  # fmt: skip
        done = run("--db", target, *command)
        assert done.exit_code in (0, 1, 2), (command, done.stderr)
        assert "error[bug]" not in done.stderr, (command, done.stderr)
    assert done.exit_code == 1
    if "head" not in what:
        assert run("--db", target, "rebuild").exit_code == 0
        repaired = run("--db", target, "verify")
        assert "schema-changed" in repaired.stderr  # the trigger that the test took away
