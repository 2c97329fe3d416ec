"""A server in this process that answers from a store with every story, and one with hostile names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.web.stories import FIRST, STORIES, hostile, noon
from timeline.app import Timeline
from timeline.web.app import make_app
from timeline.web.settings import Settings

BASE = "http://127.0.0.1:8000"


@pytest.fixture(scope="session")
def stories(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with every story."""
    path = tmp_path_factory.mktemp("stories") / "timeline.db"
    with Timeline.open(path, clock=noon) as timeline:
        timeline.replay([FIRST, *STORIES])
    return path


@pytest.fixture(scope="session")
def hostile_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store in which every text that a person can write is an attack."""
    path = tmp_path_factory.mktemp("hostile") / "timeline.db"
    with Timeline.open(path, clock=noon) as timeline:
        for fields in hostile():
            timeline.append(fields)
    return path


@pytest.fixture
def timeline(stories: Path) -> Iterator[Timeline]:
    """The stories."""
    with Timeline.open(stories) as opened:
        yield opened


Serve = Callable[..., TestClient]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """A client of a server of some store, with these settings."""
    opened: list[Timeline] = []

    def make(path: Path | str, base: str = BASE, **settings: object) -> TestClient:
        opened.append(Timeline.open(path))
        app = make_app(opened[-1], Settings(**settings))  # type: ignore[arg-type]
        return TestClient(app, base_url=base, follow_redirects=False, raise_server_exceptions=False)

    yield make
    for timeline in opened:
        timeline.close()


@pytest.fixture
def client(serve: Serve, stories: Path) -> TestClient:
    """A client of a server with every story, as it is unless told otherwise."""
    return serve(stories)
