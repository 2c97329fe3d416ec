"""A server in this process that answers from a store with every story, and one with hostile names."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

from tests.web.stories import FIRST, STORIES, hostile, hub, noon
from timeline.app import Timeline
from timeline.web.app import make_app
from timeline.web.settings import Settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.web.browsing import Windows

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


@pytest.fixture(scope="session")
def hub_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with a company of 379 items."""
    path = tmp_path_factory.mktemp("hub") / "timeline.db"
    lines = b"".join(json.dumps(fields).encode() + b"\n" for fields in hub())
    with Timeline.open(path, clock=noon) as timeline:
        timeline.append_lines(BytesIO(lines))
    return path


@pytest.fixture
def timeline(stories: Path) -> Iterator[Timeline]:
    """The stories."""
    with Timeline.open(stories) as opened:
        yield opened


Serve = Callable[..., TestClient]


@contextmanager
def served(path: Path | str, base: str = BASE, **settings: object) -> Iterator[TestClient]:
    """A client of a server of some store, with these settings."""
    with Timeline.open(path) as timeline:
        app = make_app(timeline, Settings(**settings))  # type: ignore[arg-type]
        # one event loop for all requests, where each would have a thread with a loop of its own
        with TestClient(
            app, base_url=base, follow_redirects=False, raise_server_exceptions=False
        ) as client:
            yield client


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Makes clients of servers."""
    with ExitStack() as opened:
        yield lambda *store, **settings: opened.enter_context(served(*store, **settings))


@pytest.fixture(scope="session")
def client(stories: Path) -> Iterator[TestClient]:
    """A client of a server with every story, as it is unless told otherwise: one for all tests."""
    with served(stories) as client:
        yield client


# --- a real browser, and servers as people start them: one of each for all tests ------------------


@pytest.fixture(scope="session")
def server(stories: Path) -> Iterator[str]:
    """The address of ``timeline serve`` with every story."""
    from tests.web.browsing import serving

    with serving(stories) as address:
        yield address


@pytest.fixture(scope="session")
def hub_server(hub_store: Path) -> Iterator[str]:
    """The address of ``timeline serve`` with a company of many items."""
    from tests.web.browsing import serving

    with serving(hub_store) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, with nothing that only a person at a desktop needs.

    Not for the whole run: while it is there, its loop runs in this thread, and no other one can.
    """
    from playwright.sync_api import sync_playwright

    from tests.web.browsing import ARGUMENTS, CHROMIUM

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def windows(browser: Browser) -> Iterator[Windows]:
    """Windows that the tests of a module share."""
    from tests.web.browsing import Windows

    shared = Windows(browser)
    yield shared
    shared.close()
