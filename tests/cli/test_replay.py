"""Replay from the command line: what amend shows, what is watched, and lines in an envelope."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import click
import pytest

from tests.cli.program import run
from timeline.cli.replay import saved

STORY = """\
sources:
  post: {publisher: Post, kind: news, published: 2025-01-10}
companies:
  acme: {name: Acme}
events:
  - {type: deal_announced, id: one, subject: deal:x, occurred: 2025-01-10, source: post, kind: supply,
     parties: {acme: supplier}, value: USD 5 bn}
  - {type: deal_signed, id: two, subject: deal:x, occurred: 2025-01-10, source: post}
"""


@pytest.fixture
def path(here: Path) -> Path:
    path = here / "story.yaml"
    path.write_text(STORY)
    assert run("replay", "story.yaml").exit_code == 0
    return path


def test_amend_shows_what_it_will_append(path: Path) -> None:
    path.write_text(STORY.replace("USD 5 bn", "USD 6 bn"))
    done = run("replay", "--amend", "story.yaml")
    assert done.exit_code == 0
    assert done.stderr.splitlines()[0] == "event corrected  one: value"


FEWER = STORY[: STORY.index("  - {type: deal_signed")]


@pytest.mark.parametrize(
    "answer, arguments, code, stored",
    [("y", [], 0, 5), ("n", [], 1, 4), ("n", ["--yes"], 0, 5)],
)
def test_amend_asks_on_a_terminal_before_it_retracts_more_than_it_corrects(
    path: Path,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    arguments: list[str],
    code: int,
    stored: int,
) -> None:
    path.write_text(FEWER)
    monkeypatch.setattr("timeline.cli.replay._is_terminal", lambda: True)
    asked = []

    def confirm(question: str, **how: object) -> bool:
        asked.append(question)
        return answer == "y"

    monkeypatch.setattr(click, "confirm", confirm)
    done = run("replay", "--amend", *arguments, "story.yaml")
    assert (done.exit_code, bool(asked)) == (code, not arguments)
    count = run("sql", "SELECT count(*) AS n FROM event", "--format", "csv").stdout.split()[-1]
    assert count == str(stored)


def test_without_a_terminal_nothing_is_asked(path: Path) -> None:
    path.write_text(FEWER)
    assert run("replay", "--amend", "story.yaml").exit_code == 0


@pytest.mark.parametrize(
    "arguments",
    [["--yes"], ["--watch", "-"], ["--watch", "--verify"], ["--dry-run", "--verify"]],
)
def test_what_does_not_go_together(path: Path, arguments: list[str]) -> None:
    assert run("replay", "story.yaml", *arguments).exit_code == 2


def test_files_are_watched_for_being_saved_added_and_taken_away(here: Path) -> None:
    folder = here / "stories"
    folder.mkdir()
    first, second = folder / "a.yaml", folder / "b.yaml"
    first.write_text("events: []\n")
    edits = iter([
        lambda: first.write_text("events: []   # edited\n"),
        lambda: None,
        lambda: second.write_text("events: []\n"),
        second.unlink,
        first.unlink,
    ])  # fmt: skip
    waits = []

    def wait() -> None:
        waits.append(1)
        next(edits)()

    assert len(list(islice(saved([str(folder)], wait), 5))) == 5
    assert len(waits) == 5, "one of the five looks found nothing new"


def test_a_watched_file_that_is_wrong_is_said_and_watching_goes_on(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = iter([STORY.replace("deal_signed", "deal_blocked"), STORY.replace("two", "three")])

    def wait(seconds: float) -> None:
        try:
            path.write_text(next(looks))
        except StopIteration:
            raise KeyboardInterrupt from None

    monkeypatch.setattr("timeline.cli.replay.sleep", wait)
    done = run("replay", "--watch", "story.yaml")
    assert done.exit_code == 0
    assert "unknown-event-type" in done.stderr
    assert "1 event appended" in done.stderr


def test_an_export_as_cloudevents_is_the_same_log_again(here: Path) -> None:
    target = "timeline.db"
    run("replay", "fixtures/foxconn-openai.yaml", "fixtures/foxconn-openai-later.yaml")
    assert (
        run("--db", target, "export", "--format", "cloudevents", "-o", "events.jsonl").exit_code
        == 0
    )
    done = run("--db", "copy.db", "replay", "--format", "cloudevents", "events.jsonl")
    assert done.exit_code == 0, done.stderr
    digests = "SELECT id, digest, origin, known FROM event ORDER BY position"
    both = [
        run("--db", db, "sql", digests, "--format", "jsonl").stdout for db in (target, "copy.db")
    ]
    assert both[0] == both[1]
    plain = run("--db", "plain.db", "replay", "events.jsonl")
    assert plain.exit_code == 1
    assert "replay it with --format cloudevents" in plain.stderr
