"""One suite that every database passes: the store of a test is in each of them in turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest

from tests import databases
from tests.answers.stores import memory_store, new_store
from tests.contracts.world import Clock, MakeWorld, Tell, World
from timeline.store.store import Store

DATABASES = ("file", "memory", "postgresql")


@cache
def _told(tell: Tell) -> World:
    clock = Clock()
    world = World(memory_store(clock), clock)
    tell(world)
    return world


@cache
def _on_postgresql(tell: Tell) -> tuple[str, Callable[[str], object]]:
    """A name for the database to copy, and what fills it."""

    def fill(url: str) -> None:
        databases.init(url)
        store, clock = Store(url), Clock()
        store.clock = clock
        tell(World(store, clock))
        store.close()

    return f"{tell.__module__.rpartition('.')[2]}_{tell.__name__}", fill


@pytest.fixture(params=DATABASES)
def make_world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeWorld]:
    """Makes logs in the database."""
    made: list[Store] = []
    with ExitStack() as stack:

        def make(tell: Tell | None = None) -> World:
            clock, like = Clock(), None
            if tell is not None:
                like = _told(tell).store
                clock.now = _told(tell).clock.now
            if request.param == "file":
                url = new_store(tmp_path, f"{len(made)}.db", like).url
                store = Store(url.database or "")
            elif request.param == "memory":
                store = memory_store(like=like)
            else:
                template = {} if tell is None else {"like": _on_postgresql(tell)}
                url = stack.enter_context(databases.database(**template))
                store = Store(databases.url_text(url))
            made.append(store)
            stack.callback(store.close)
            store.clock = clock
            return World(store, clock)

        yield make


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    """An empty log."""
    return make_world()
