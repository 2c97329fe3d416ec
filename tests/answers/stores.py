"""Stores for tests: migrated once and copied, with a clock that the test winds."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from timeline import Timeline
from timeline.ingest.draft import Draft, Place
from timeline.loading import Replayed, replay_files
from timeline.store.engine import MEMORY
from timeline.store.store import Store, system_clock

ROOT = Path(__file__).resolve().parent.parent.parent
FIXTURES = ROOT / "fixtures"
"""The real stories."""


class Clock:
    """The moment of recording: noon of a day that goes on by one with each transaction."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        now = self.now
        self.now += timedelta(days=1)
        return now


@cache
def _template() -> sqlite3.Connection:
    """An empty store: making one takes 50 to 80 ms, and a copy less than one."""
    store = Store(MEMORY)
    store.init()
    with store.writing() as connection:
        template = connection.connection.driver_connection
    assert isinstance(template, sqlite3.Connection)
    _kept.append(store)
    return template


_kept: list[Store] = []
"""What is in memory is gone with its store."""


def copy_empty(path: Path) -> None:
    """Make an empty store in a file."""
    _copy(_template(), path)


def _copy(template: sqlite3.Connection, path: Path) -> None:
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA synchronous=OFF")
        template.backup(file)
        file.execute("PRAGMA journal_mode=WAL")


def new_store(folder: Path, name: str = "timeline.db", like: Store | None = None) -> Store:
    """An empty store in a folder, or a copy of one in memory."""
    path = folder / name
    _copy(_template() if like is None else _memory(like), path)
    return Store(path, clock=Clock())


def memory_store(clock: Callable[[], datetime] = system_clock, like: Store | None = None) -> Store:
    """An empty store in memory, or a copy of another one there."""
    store = Store(MEMORY, clock=clock)
    template = _template() if like is None else _memory(like)
    _memory(store).deserialize(template.serialize())
    return store


def _memory(store: Store) -> sqlite3.Connection:
    with store._engine(read_only=False).connect() as connection:
        memory = connection.connection.driver_connection
    assert isinstance(memory, sqlite3.Connection)
    return memory


def new_timeline(folder: Path, *stories: str) -> Timeline:
    """A timeline with some of the real stories, replayed one after the other."""
    timeline = Timeline(new_store(folder))
    for story in stories:
        replay_files(timeline.store, [FIXTURES / f"{story}.yaml"])
    return timeline


def stories_of(*names: str) -> Any:
    """A fixture of a module: a timeline with some of the real stories, which no test writes to."""

    @pytest.fixture(scope="module")
    def stories(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Timeline]:
        with new_timeline(tmp_path_factory.mktemp("stories"), *names) as timeline:
            yield timeline

    return stories


def draft(fields: Mapping[str, Any]) -> Draft:
    """A draft of fields as they are, without the checks of the parser."""
    return Draft(dict(fields), Place(), None)


def replay_text(
    store: Store, folder: Path, text: str, name: str = "story.yaml", **how: Any
) -> Replayed:
    """Replay a fixture file of this text, which stands in the file for as long as it is not edited."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return replay_files(store, [path], **how)
