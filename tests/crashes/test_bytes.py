"""Bytes of a store that were overwritten at random are said, whatever they were, and are no bug."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from tests.answers.stores import FIXTURES
from tests.cli.program import run
from timeline import Timeline

ASKING = (
    ["verify"],
    ["state", "--all"],
    ["log"],
    ["stats"],
    ["export"],
    ["sql", "SELECT * FROM event_log"],
)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sound") / "timeline.db"
    with Timeline.open(path) as timeline:
        timeline.replay([FIXTURES / "foxconn-openai.yaml"])
    return path


@pytest.mark.parametrize("seed", range(14))
def test_a_store_with_bytes_overwritten_is_no_bug(sound: Path, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    path = tmp_path / "timeline.db"
    shutil.copy(sound, path)
    data = bytearray(path.read_bytes())
    for _ in range(chance.choice([1, 20, 400])):
        at = chance.randrange(100 if seed % 2 else 0, len(data) - 40)
        data[at : at + chance.randrange(1, 40)] = chance.randbytes(chance.randrange(1, 40))
    path.write_bytes(data)
    for command in ASKING:
        done = run("--db", str(path), *command)
        assert done.exit_code in (0, 1, 2, 4), (command, done.stderr[-2000:])
        assert "error[bug]" not in done.stderr
