"""One input and one golden output for every way in which data can be wrong.

``UPDATE_GOLDEN=1`` writes the outputs anew: read the difference before it is committed.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from tests import databases
from tests.answers.stores import new_timeline
from timeline import Timeline
from timeline.errors import DataError, ExpectationFailed, TimelineError
from timeline.loading import check_files
from timeline.render.plot.fonts import rasterised
from timeline.store.reader import READER_URL

HERE = Path(__file__).parent
INPUTS = sorted([*HERE.glob("*.yaml"), *HERE.glob("*.jsonl")])


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: path.name)
def test_what_is_wrong_is_said_in_full_and_in_its_place(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(HERE)
    with pytest.raises(TimelineError) as caught:
        check_files([path.name])
    is_golden(f"{caught.value}\n", path.with_suffix(path.suffix + ".txt"))
    assert isinstance(caught.value, DataError | ExpectationFailed)
    for problem in caught.value.problems:
        assert problem.location is not None
        assert problem.location.line > 0, problem
        assert problem.location.column > 0, problem


def is_golden(said: str, golden: Path) -> None:
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(said)
    assert said == golden.read_text()


# --- what no single file shows --------------------------------------------------------------------


def link_outside(folder: Path) -> None:
    for name in ("outside", "stories"):
        (folder / name).mkdir()
    (folder / "outside" / "story.yaml").write_text("companies: {acme: {name: Acme}}\n")
    (folder / "stories" / "linked.yaml").symlink_to("../outside/story.yaml")
    check_files(["stories"])


def schema_changed(folder: Path) -> None:
    with new_timeline(folder) as timeline:
        assert timeline.store.path is not None
        with closing(sqlite3.connect(timeline.store.path)) as connection:
            connection.execute("DROP TRIGGER event_update")
        timeline.verify()


def files_damaged(folder: Path) -> None:
    with new_timeline(folder) as timeline:
        (folder / "story.yaml").write_text("companies: {acme-of-a-file: {name: Acme}}\n")
        timeline.replay(["story.yaml"])
        assert timeline.store.path is not None
        with closing(sqlite3.connect(timeline.store.path)) as connection, connection:
            connection.execute("UPDATE origin_file SET folders = ''")
        timeline.verify()


def cannot_draw(folder: Path) -> None:
    rasterised("<svg>")


@pytest.mark.parametrize("happens", [link_outside, schema_changed, files_damaged, cannot_draw])
def test_what_else_is_wrong_is_said_in_full(
    happens: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TimelineError) as caught:
        happens(tmp_path)
    name = happens.__name__.replace("_", "-")
    assert str(caught.value).startswith(f"error[{name}]" if name != "link-outside" else "stories/")
    is_golden(f"{caught.value}\n", HERE / f"{name}.txt")


def test_a_login_that_may_do_more_is_said_in_full(
    postgresql: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = databases.url_text(postgresql)
    monkeypatch.setenv(READER_URL, target)
    with Timeline.open(target) as timeline, pytest.raises(TimelineError) as caught:
        list(timeline.sql("SELECT 1 AS one"))
    said = str(caught.value).replace(f'"{postgresql.username}"', '"postgres"')
    is_golden(f"{said}\n", HERE / "unsafe-reader.txt")
