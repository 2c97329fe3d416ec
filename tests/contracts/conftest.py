"""One suite that every database passes: the store of a test is in each of them in turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests import databases
from tests.answers.stores import memory_store, new_store
from tests.contracts.world import Clock, World
from timeline.store.store import Store

DATABASES = ("file", "memory", "postgresql")

MakeStore = Callable[[], Store]


@pytest.fixture(params=DATABASES)
def make_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeStore]:
    """Makes one more empty store in the database."""
    stores: list[Store] = []
    with ExitStack() as stack:

        def make() -> Store:
            if request.param == "file":
                store = Store(new_store(tmp_path, f"{len(stores)}.db").url.database or "")
            elif request.param == "memory":
                store = memory_store()
            else:
                store = Store(databases.url_text(stack.enter_context(databases.database())))
            stores.append(store)
            stack.callback(store.close)
            return store

        yield make


@pytest.fixture
def make_world(make_store: MakeStore) -> Callable[[], World]:
    """Makes one more empty log."""

    def make() -> World:
        store, clock = make_store(), Clock()
        store.clock = clock
        return World(store, clock)

    return make


@pytest.fixture
def world(make_world: Callable[[], World]) -> World:
    """An empty log."""
    return make_world()
