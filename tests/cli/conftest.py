"""A folder of its own for each command line, with the stories at hand, and a store on every database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from tests import databases
from tests.cli.program import noon
from timeline.app import Timeline

ROOT = Path(__file__).resolve().parent.parent.parent
STORIES = {
    "one": ("foxconn-openai", "foxconn-openai-later"),
    # by name and in order, so that a story more changes no position
    "all": (
        "foxconn-openai", "foxconn-openai-later", "foxconn-sharp", "nissan-honda", "volkswagen-rivian",
    ),
}  # fmt: skip
"""What stores hold from the start."""


def fill(stories: str, target: str | Path) -> None:
    """Replay stories into a store."""
    with Timeline.open(target, clock=noon) as timeline:
        timeline.replay([ROOT / "fixtures" / f"{name}.yaml" for name in STORIES[stories]])


@pytest.fixture(scope="session")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Files of stores with stories in them."""
    found = {}
    for name in STORIES:
        path = tmp_path_factory.mktemp("replayed") / "timeline.db"
        fill(name, path)
        found[name] = path.read_bytes()
    return found


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """Where the store of a test is; the program is the same on all."""
    return str(request.param)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: no store, and the stories in ``fixtures``."""
    (tmp_path / "fixtures").symlink_to(ROOT / "fixtures")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def make_store(
    here: Path, database: str, replayed: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], Path]]:
    """Makes the store that commands find by themselves: ``timeline.db``, or what the environment names."""
    with ExitStack() as stack:

        def make(stories: str) -> Path:
            path = here / "timeline.db"
            if database == "sqlite":
                path.write_bytes(replayed[stories])
            else:
                like = stories, partial(fill, stories)
                url = stack.enter_context(databases.database(like=like))
                monkeypatch.setenv("TIMELINE_DB", databases.url_text(url))
            return path

        yield make


@pytest.fixture
def file(here: Path, replayed: dict[str, bytes]) -> Path:
    """The same in ``timeline.db``, for what is only done with a file."""
    path = here / "timeline.db"
    path.write_bytes(replayed["one"])
    return path


@pytest.fixture
def store(make_store: Callable[[str], Path]) -> Path:
    """A store with the first story and what was told later."""
    return make_store("one")
