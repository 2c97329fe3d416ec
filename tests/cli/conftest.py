"""A folder of its own for each command line, with the stories at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.program import noon
from timeline.app import Timeline

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="session")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A store with the first story and what was told later, as a file."""
    path = tmp_path_factory.mktemp("replayed") / "timeline.db"
    with Timeline.open(path, clock=noon) as timeline:
        timeline.replay(
            [ROOT / "fixtures" / f"foxconn-openai{part}.yaml" for part in ("", "-later")]
        )
    return path.read_bytes()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: no store, and the stories in ``fixtures``."""
    (tmp_path / "fixtures").symlink_to(ROOT / "fixtures")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def store(here: Path, replayed: bytes) -> Path:
    """``timeline.db`` in the current folder."""
    path = here / "timeline.db"
    path.write_bytes(replayed)
    return path
