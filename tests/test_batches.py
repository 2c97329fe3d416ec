"""A replay in batches stores what one transaction stores, and keeps what it stored before it failed."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from benchmarks.generate import write_news
from tests.cli.program import run
from timeline import Timeline
from timeline.errors import DataError, InvalidValue
from timeline.ingest.fixtures import Found
from timeline.loading import Counter, replay_files, replay_in_batches
from timeline.store.log import read_rows
from timeline.store.store import Store

EVENTS = 250


class Clock:
    """A second on each look, so that each transaction has a time of its own."""

    now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def news(tmp_path: Path) -> Path:
    path = tmp_path / "news.jsonl"
    with path.open("wb") as stream:
        write_news(stream, EVENTS)
    return path


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "batches.db", clock=Clock())
    yield store
    store.close()


def content(store: Store) -> list[tuple[str, str, str]]:
    with store.reading() as connection:
        return [(row.id, row.digest, row.recorded) for row in read_rows(connection)]


def sizes(store: Store) -> list[int]:
    """How many events each transaction stored."""
    found = content(store)
    return [len(list(group)) for _, group in groupby(found, key=lambda row: row[2])]


def test_every_batch_is_a_transaction_and_the_whole_is_what_one_stores(
    store: Store, news: Path, tmp_path: Path
) -> None:
    told: list[tuple[int, int | None]] = []
    done = replay_in_batches(store, [news], 100, progress=lambda *at: told.append(at))
    assert (done.files, done.stored, done.found, done.position) == (1, EVENTS, 0, EVENTS)
    assert sizes(store) == [100, 100, 50]
    assert told[-1] == (EVENTS, EVENTS)
    at_once = Store(tmp_path / "at-once.db")
    replay_files(at_once, [news])
    assert [row[:2] for row in content(store)] == [row[:2] for row in content(at_once)]
    at_once.close()
    with Timeline.open(tmp_path / "batches.db") as timeline:
        assert timeline.verify().position == EVENTS


def test_what_is_stored_is_found_again(store: Store, news: Path) -> None:
    lines = news.read_bytes().splitlines(keepends=True)
    news.write_bytes(b"".join(lines[:120]))
    replay_in_batches(store, [news], 50)
    news.write_bytes(b"".join(lines))
    done = replay_in_batches(store, [news], 100)
    assert (done.stored, done.found, done.position) == (130, 120, EVENTS)
    again = replay_in_batches(store, [news, news], 1000)
    assert (again.files, again.stored, again.found) == (2, 0, 2 * EVENTS)


@pytest.mark.parametrize("line, kept", [(0, 0), (120, 100), (EVENTS, EVENTS)])
def test_a_problem_leaves_the_batches_before_it_and_says_so(
    store: Store, news: Path, line: int, kept: int
) -> None:
    lines = news.read_bytes().splitlines(keepends=True)
    news.write_bytes(b"".join([*lines[:line], b"rubbish\n", *lines[line:]]))
    with pytest.raises(DataError) as caught:
        replay_in_batches(store, [news], 50)
    assert caught.value.stored == kept
    assert [str(p.location) for p in caught.value.problems] == [f"{news}:{line + 1}:1"]
    said = f"{kept:,} new events" if kept else "nothing was stored"
    assert said in str(caught.value)
    news.write_bytes(b"".join(lines))
    assert replay_in_batches(store, [news], 50).position == EVENTS
    assert sizes(store)[: kept // 50] == [50] * (kept // 50)


def test_a_problem_that_only_the_log_knows_does_the_same(store: Store, news: Path) -> None:
    wrong = b'{"type":"event_retracted","target":"nowhere","reason":"x"}\n'
    lines = news.read_bytes().splitlines(keepends=True)
    news.write_bytes(b"".join([*lines[:130], wrong, *lines[130:]]))
    with pytest.raises(DataError) as caught:
        replay_in_batches(store, [news], 50)
    assert (caught.value.stored, caught.value.problems[0].code) == (100, "unknown-target")


def test_standard_input_is_taken_in_batches(store: Store, news: Path) -> None:
    done = replay_in_batches(store, ["-"], 200, stdin=io.BytesIO(news.read_bytes()))
    assert done.stored == EVENTS
    assert sizes(store) == [200, 50]


def test_how_many_there_are_is_known_of_files_and_not_of_pipes(news: Path) -> None:
    pipe = news.parent / "pipe"
    os.mkfifo(pipe)
    for files, total in (([news], EVENTS), ([news, pipe], None), ([None], None)):
        given = [Found(file, "news") if file else None for file in files]
        assert Counter(lambda *_: None, given).total == total


def test_a_story_is_not_taken_apart(store: Store, news: Path) -> None:
    story = news.parent / "story.yaml"
    story.write_text("story: x\n")
    with pytest.raises(InvalidValue, match="whole or not at all"):
        replay_in_batches(store, [news, story], 50)
    assert not (news.parent / "batches.db").exists()


@pytest.mark.parametrize("size", [0, -1])
def test_a_batch_has_a_size(store: Store, news: Path, size: int) -> None:
    with pytest.raises(InvalidValue, match="no size of a batch"):
        replay_in_batches(store, [news], size)


@pytest.mark.parametrize("option", ["dry_run", "verify", "amend", "strict"])
def test_batches_only_append(tmp_path: Path, news: Path, option: str) -> None:
    how: dict[str, Any] = {option: True}
    with (
        Timeline.open(tmp_path / "t.db") as timeline,
        pytest.raises(InvalidValue, match="only appends"),
    ):
        timeline.replay([news], batch=10, **how)


def test_the_command_line_says_how_many_and_refuses_what_does_not_go_together(
    tmp_path: Path, news: Path
) -> None:
    db = str(tmp_path / "cli.db")
    done = run("--db", db, "replay", "--batch", "100", str(news))
    assert (done.exit_code, f"{EVENTS} events appended" in done.stderr) == (0, True)
    refused = run("--db", db, "replay", "--batch", "100", "--amend", str(news))
    assert (refused.exit_code, "--batch only appends" in refused.stderr) == (2, True)
