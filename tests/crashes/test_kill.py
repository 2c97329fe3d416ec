"""Killed at whatever moment, a program leaves a store that opens and is sound, and can be run again."""

from __future__ import annotations

import contextlib
import random
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.generate import write_news
from tests.crashes.killing import (
    content,
    finish,
    kill,
    kill_after,
    kill_at_size,
    moments,
    position,
    start,
    tell,
)
from tests.databases import Server, create_database, drop_database, own_server, url_text
from timeline import Timeline

FEW, MANY = 2, 100
EVENTS = 600

ROUNDS = [
    pytest.param(FEW, id="a few"),
    pytest.param(MANY, id="many", marks=pytest.mark.long),
]

Make = Callable[..., str]
"""Makes a new target, with nothing at all there."""


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two files of news, the second goes on from the first."""
    folder = tmp_path_factory.mktemp("news")
    whole = folder / "whole.jsonl"
    with whole.open("wb") as stream:
        write_news(stream, EVENTS)
    lines = whole.read_bytes().splitlines(keepends=True)
    first = folder / "first.jsonl"
    first.write_bytes(b"".join(lines[: EVENTS // 3]))
    return first, whole


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """On which database."""
    return str(request.param)


@pytest.fixture
def make(database: str, tmp_path: Path) -> Iterator[Make]:
    """New and empty places for stores."""
    made: list[Any] = []

    def make() -> str:
        if database == "sqlite":
            folder = tmp_path / f"store-{len(made)}"
            folder.mkdir()
            made.append(folder)
            return str(folder / "timeline.db")
        url = create_database(empty=True)
        made.append(url)
        return url_text(url)

    yield make
    if database == "postgresql":
        for url in made:
            drop_database(url)


@pytest.mark.parametrize("rounds", ROUNDS)
def test_a_replay_that_is_killed_stores_all_or_nothing(
    make: Make, news: tuple[Path, Path], rounds: int
) -> None:
    first, whole = news
    target = make()
    tell(target, first)
    before = position(target)
    undisturbed = make()
    tell(undisturbed, first)
    seconds = finish(undisturbed, "replay", whole)
    expected, after = content(undisturbed), position(undisturbed)
    for moment in moments(rounds, seconds, seed=1):
        killed = kill_after(moment)(start(target, "replay", whole))
        found = position(target)
        assert found in ((before, after) if killed else (after,))
        if found == after:  # it was done: once more, in a new store
            target = make()
            tell(target, first)
    tell(target, whole)
    assert content(target) == expected
    assert position(target) == after


@pytest.mark.parametrize("rounds", ROUNDS)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_replay_that_is_killed_while_it_commits_stores_all_or_nothing(
    make: Make, news: tuple[Path, Path], rounds: int
) -> None:
    first, whole = news
    undisturbed = make()
    tell(undisturbed, first)
    before = position(undisturbed)
    tell(undisturbed, whole)
    expected, after = content(undisturbed), position(undisturbed)
    chance = random.Random(2)
    size = Path(undisturbed).stat().st_size
    for _ in range(rounds):
        target = make()
        tell(target, first)
        log = Path(f"{target}-wal")
        kill_at_size(log, chance.randrange(1, size))(start(target, "replay", whole))
        assert position(target) in (before, after)
        tell(target, whole)
        assert content(target) == expected


@pytest.mark.parametrize("rounds", ROUNDS)
def test_a_first_replay_that_is_killed_can_be_begun_again(
    make: Make, news: tuple[Path, Path], rounds: int
) -> None:
    first, _ = news
    undisturbed = make()
    seconds = finish(undisturbed, "replay", first)
    expected, after = content(undisturbed), position(undisturbed)
    for moment in moments(rounds, seconds, seed=3):
        target = make()
        kill_after(moment)(start(target, "replay", first))
        assert position(target) in (None, 0, after)
        tell(target, first)
        assert content(target) == expected


@pytest.mark.parametrize("rounds", ROUNDS)
def test_a_replay_in_batches_that_is_killed_goes_on_at_the_border_of_a_batch(
    make: Make, news: tuple[Path, Path], rounds: int
) -> None:
    size = EVENTS // 8
    arguments = ("replay", "--batch", str(size), news[1])
    undisturbed = make()
    seconds = finish(undisturbed, *arguments)
    expected = content(undisturbed)
    target, last = make(), 0
    for moment in moments(rounds, seconds, seed=7):
        kill_after(moment)(start(target, *arguments))
        found = position(target) or 0
        assert found % size == 0
        assert found >= last, "what was stored stays"
        last = found
        if found == EVENTS:
            target, last = make(), 0
    with Timeline.open(target) as timeline:
        timeline.replay([news[1]], batch=size)
    assert content(target) == expected


@pytest.mark.parametrize("rounds", ROUNDS)
def test_an_init_that_is_killed_can_be_begun_again(make: Make, rounds: int) -> None:
    seconds = finish(make(), "init")
    for moment in moments(rounds, seconds, seed=4):
        target = make()
        kill_after(moment)(start(target, "init"))
        assert position(target) in (None, 0)
        with Timeline.open(target) as timeline:
            timeline.init()
        assert position(target) == 0


@pytest.mark.parametrize("rounds", ROUNDS)
def test_a_rebuild_that_is_killed_leaves_the_history_that_was(
    make: Make, news: tuple[Path, Path], rounds: int
) -> None:
    _, whole = news
    target = make()
    tell(target, whole)
    expected, after = content(target), position(target)
    seconds = finish(target, "rebuild")
    for moment in moments(rounds, seconds, seed=5):
        kill_after(moment)(start(target, "rebuild"))
        assert position(target) == after
    assert content(target) == expected


@pytest.mark.parametrize("rounds", ROUNDS)
def test_a_server_that_is_killed_comes_back_with_all_or_nothing(
    news: tuple[Path, Path], rounds: int
) -> None:
    first, whole = news
    with own_server() as server:
        target = url_text(server.url.set(database="postgres"))
        tell(target, first)
        before = position(target)
        for moment in moments(rounds, 1.5, seed=6):
            program = start(target, "replay", whole)
            with contextlib.suppress(subprocess.TimeoutExpired):
                program.wait(moment)
            server.kill()
            kill(program)
            restart(server)
            assert position(target) in (before, EVENTS)
        tell(target, whole)
        assert position(target) == EVENTS


def restart(server: Server) -> None:
    """Start a server again whose processes may still be on their way out."""
    deadline = time.monotonic() + 60
    while True:
        try:
            server.start()
        except subprocess.CalledProcessError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return
