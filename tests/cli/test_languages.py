"""The command line in German: only when somebody asks for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.program import run

STORY = Path(__file__).resolve().parent.parent.parent / "fixtures" / "twitter-musk.yaml"
STATE = ("state", "twitter", "--on", "2022-06-01")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = str(tmp_path_factory.mktemp("german") / "timeline.db")
    assert run("--db", path, "replay", str(STORY), "-q").exit_code == 0
    return path


@pytest.mark.parametrize("option", [["--lang", "de"], []])
def test_a_command_speaks_german(
    store: str, monkeypatch: pytest.MonkeyPatch, option: list[str]
) -> None:
    if not option:
        monkeypatch.setenv("TIMELINE_LANG", "de")
    said = run("--db", store, *STATE, *option).stdout
    assert "Stand 1. Juni 2022, mit allem, was heute bekannt ist" in said
    assert "Übernahme" in said
    assert "Dasselbe noch einmal: --on 2022-06-01" in said


@pytest.mark.parametrize("name", ["LANG", "LC_ALL", "LC_MESSAGES", "LANGUAGE"])
def test_the_language_of_the_machine_does_not_count(
    store: str, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    english = run("--db", store, *STATE).stdout
    monkeypatch.setenv(name, "de_DE.UTF-8")
    assert run("--db", store, *STATE).stdout == english
    assert "As of 1 Jun 2022" in english


@pytest.mark.parametrize("format_", ["json", "jsonl", "csv"])
def test_data_has_no_language(store: str, format_: str) -> None:
    english = run("--db", store, *STATE, "--format", format_).stdout
    assert run("--db", store, *STATE, "--format", format_, "--lang", "de").stdout == english


@pytest.mark.parametrize(
    "command, german",
    [
        (["why", "deal:musk-twitter"], "DIE KETTE"),
        (
            ["diff", "twitter", "--on", "2022-01-01..2023-01-01"],
            "Was sich in der Welt vom 1. Jan. 2022",
        ),
        (["deals"], "Übernahme von Twitter durch Elon Musk"),
        (["deals", "--format", "md"], "| Status | was | seit |"),
        (["log", "deal:musk-twitter"], "(nur"),
        (
            ["plot", "deal:musk-twitter", "--kind", "belief", "-o", "-"],
            "Wird Elon Musk Twitter kaufen?",
        ),
    ],
)
def test_what_each_command_says_in_german(store: str, command: list[str], german: str) -> None:
    assert german in run("--db", store, *command, "--lang", "de").stdout
    # and the next command speaks English again
    assert german not in run("--db", store, *command).stdout


def test_a_language_that_is_not_there_is_refused() -> None:
    refused = run("deals", "--lang", "xx")
    assert refused.exit_code == 2
    assert "'en', 'de'" in refused.stderr or "en" in refused.stderr
