"""Whatever is typed after ``timeline``, the program ends with a documented exit code and no traceback."""

from __future__ import annotations

import io
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from pathlib import Path
from unittest import mock

import click
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.fuzz.inputs import DATES, STORY, words
from timeline.cli import main
from timeline.cli.errors import BUG
from timeline.loading import replay_files
from timeline.store.store import Store

EXIT_CODES = {0, 1, 2, 3, 4}

ENDLESS = {"serve"}


def _commands() -> dict[str, list[str]]:
    """Every command with its options."""
    context = click.Context(main)
    found = {}
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        if command is not None and name not in ENDLESS:
            options = [option for parameter in command.params for option in parameter.opts]
            found[name] = [option for option in options if option.startswith("-")]
    return found


COMMANDS = _commands()

ARGUMENTS = [
    "acme", "globex", "Acme Corp", "deal:acme-globex", "rumour:r", "fact:acme/growth", "s-1", "story.yaml",
    "story.jsonl", "nowhere.yaml", ".", "-", "--", "-1", "0", "3", "99", "2025-01-01..2025-12-31", "..",
    "json", "jsonl", "csv", "md", "table", "definite", "possible", "today", "yesterday", "3 months ago",
    "UTC", "Asia/Tokyo", "deal_announced", "event_corrected", "announced", "bash", "out.txt", "/dev/full",
    "nowhere/out.txt", "sqlite://", "postgresql://nobody@localhost:1/none", "mysql://x", "other.db",
    "select * from event", "2025-01-10T10:00:00Z", "9999-12-31", "0001-01-01", "d-1", "c-1",
]  # fmt: skip


def harmless(text: str) -> str:
    """The text as an argument that names no file outside the folder; no system passes on a NUL."""
    text = text.replace("\0", "")
    inside = "/" not in text or text in ARGUMENTS
    return text if inside else text.replace("/", "_")


argument = st.one_of(
    st.sampled_from(ARGUMENTS), st.sampled_from(DATES), words, st.text(max_size=8)
).map(harmless)


@st.composite
def command_lines(draw: st.DrawFn) -> list[str]:
    name = draw(st.one_of(st.sampled_from(sorted(COMMANDS)), argument))
    options = st.sampled_from([*COMMANDS.get(name, []), "--help", "--no-such-option"])
    parts = draw(st.lists(st.one_of(argument, options, st.tuples(options, argument)), max_size=5))
    line = draw(st.sampled_from([[], [], [], ["--db", "other.db"], ["--db", "story.yaml"], ["-h"]]))
    line = [*line, name]
    for part in parts:
        line += [part] if isinstance(part, str) else part
    return line


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder with a store and files, in which the commands run."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "story.yaml").write_text(STORY, encoding="utf-8")
        (folder / "story.jsonl").write_text("{}\n", encoding="utf-8")
        os.chdir(folder)
        store = Store("timeline.db")
        replay_files(store, ["story.yaml"])
        store.close()
        yield folder
        os.chdir(before)


def run(line: list[str]) -> tuple[int, str]:
    """The exit code of a command line, and what it says on standard error."""
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
    stdin = io.TextIOWrapper(io.BytesIO(b'{"type": "deal_announced"}\n'), "utf-8")
    # who follows the log, or watches files, waits for more, until somebody presses Ctrl-C
    waits = (f"timeline.{module}.sleep" for module in ("cli.replay", "questions.log"))
    with ExitStack() as stack:
        for wait in waits:
            stack.enter_context(mock.patch(wait, side_effect=KeyboardInterrupt))
        stack.enter_context(mock.patch.object(sys, "stdin", stdin))
        stack.enter_context(redirect_stdout(out))
        stack.enter_context(redirect_stderr(err))
        try:
            main(line)
        except SystemExit as end:
            return int(end.code or 0), err.getvalue()
    raise AssertionError("the program did not end")


@given(line=command_lines())
@example(line=["state"])
@example(line=["state", "acme", "--on", "2025-01-11"])
@example(line=["log", "-f"])
@example(line=["log", "--follow"])
@example(line=["replay", "story.yaml", "--watch"])
@example(line=["compare", "acme"])
def test_a_command_line_ends_with_a_documented_exit_code(folder: Path, line: list[str]) -> None:
    code, said = run(line)
    assert code != BUG, said
    assert code in EXIT_CODES, said
    assert "Traceback" not in said
    if code:
        assert said.strip()
