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

from tests import databases
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


EVERY = "every story"
"""Stands for all of the real stories, replayed at once."""


def tell(store: Store, *stories: str) -> None:
    """Replay some of the real stories, one after the other."""
    for story in stories:
        replay_files(store, [FIXTURES if story == EVERY else FIXTURES / f"{story}.yaml"])


@cache
def _told(*stories: str) -> Store:
    """A store in memory with some of the real stories, which nobody changes: reading them takes most."""
    store = memory_store(Clock())
    tell(store, *stories)
    return store


def new_timeline(folder: Path, *stories: str) -> Timeline:
    """A timeline of its own with some of the real stories, told one after the other."""
    told = _told(*stories)
    store = new_store(folder, like=told)
    assert isinstance(told.clock, Clock)
    assert isinstance(store.clock, Clock)
    store.clock.now = told.clock.now
    return Timeline(store)


def target_with(*stories: str) -> Any:
    """A fixture: a path or a URL of a store of its own with some of the real stories, on every database."""

    def fill(url: str) -> None:
        store = Store(url, clock=Clock())
        store.init()
        tell(store, *stories)
        store.close()

    @pytest.fixture(params=["sqlite", "postgresql"])
    def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
        if request.param == "sqlite":
            new_store(tmp_path, like=_told(*stories)).close()
            yield str(tmp_path / "timeline.db")
        else:
            name = "_".join(stories).replace(" ", "_")
            with databases.database(like=(name, fill)) as url:
                yield databases.url_text(url)

    return target


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
