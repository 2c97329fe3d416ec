"""What a shell completes: commands, options, event types, and ids from the store, or silence."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from tests.cli.program import run
from timeline.cli import main


def completed(*words: str) -> dict[str, str | None]:
    """What may stand for the last word of a command line, with what is said of it."""
    found = ShellComplete(main, {}, "timeline", "_TIMELINE_COMPLETE")
    return {item.value: item.help for item in found.get_completions(list(words[:-1]), words[-1])}


def test_commands() -> None:
    assert {"stats", "state"} <= completed("sta").keys()


def test_options() -> None:
    assert {"--on", "--open", "--output"} == completed("state", "--o").keys()
    assert set(completed("state", "--format", "j")) == {"json", "jsonl"}


def test_companies_with_their_names(store: Path) -> None:
    assert completed("state", "fox") == {"foxconn": "Hon Hai Precision Industry"}
    assert "foxconn" in completed("log", "")


def test_companies_and_sources_by_what_they_are_called(store: Path) -> None:
    assert "foxconn" in completed("state", "Hon Hai")
    assert "foxconn" in completed("state", "Foxconn")
    assert "report-2025-11-21" in completed("log", "--source", "German")


def test_companies_of_another_store(file: Path) -> None:
    file.rename("other.db")
    assert completed("state", "fox") == {}
    assert completed("--db", "other.db", "state", "fox").keys() == {"foxconn"}


def test_a_store_of_the_environment(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.rename("other.db")
    monkeypatch.setenv("TIMELINE_DB", "other.db")
    assert completed("state", "fox").keys() == {"foxconn"}


def test_subjects_once_a_kind_is_typed(store: Path) -> None:
    assert completed("log", "rumour:").keys() == {"rumour:foxconn-nissan"}
    assert completed("log", "deal:%").keys() == set()
    assert completed("log", "rumour:Hon") == {"rumour:foxconn-nissan": "Hon Hai Precision Industry"}


def test_what_an_event_refers_to(store: Path) -> None:
    def given(*words: str) -> set[str]:
        return set(completed("append", "deal_signed", *words))

    assert given("--source", "German") == {"report-2025-11-21"}
    assert given("--subject", "deal:Intrinsic") == {"deal:foxconn-intrinsic-robotics"}
    assert given("--venture", "Alpha") == {"alphabet"}


def test_sources_and_event_types(store: Path) -> None:
    assert completed("log", "--source", "report").keys() == {"report-2025-11-21"}
    assert completed("log", "--type", "deal_si").keys() == {"deal_signed"}
    assert completed("append", "deal_si") == {"deal_signed": "The parties sign what binds them."}
    assert "--parties" in completed("append", "deal_signed", "--p")


@pytest.mark.parametrize("content", [None, b"", b"a letter to a friend"])
def test_silence_where_there_is_no_store(
    content: bytes | None, here: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    if content is not None:
        Path("timeline.db").write_bytes(content)
    assert completed("state", "fox") == {}
    assert capfd.readouterr() == ("", "")
    assert Path("timeline.db").exists() == (content is not None)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_one_of_the_shell(shell: str) -> None:
    done = run("completion", shell)
    assert (done.exit_code, done.stderr) == (0, "")
    assert "_TIMELINE_COMPLETE" in done.stdout
    program = shutil.which(shell)
    if program is not None:
        subprocess.run([program, "-n"], input=done.stdout, text=True, check=True, timeout=120)


def test_a_shell_asks_and_is_answered(store: Path) -> None:
    environment = os.environ | {
        "_TIMELINE_COMPLETE": "bash_complete",
        "COMP_WORDS": "timeline state fox",
        "COMP_CWORD": "2",
    }
    command = [sys.executable, "-m", "timeline"]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=True, timeout=120
    )
    assert (done.stdout, done.stderr) == ("plain,foxconn\n", "")


def test_an_unknown_shell() -> None:
    assert run("completion", "tcsh").exit_code == 2
