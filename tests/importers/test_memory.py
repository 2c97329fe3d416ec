"""An import takes no more memory for more rows, once what it keeps of companies, events and names is full."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.tables import write, write_records

Write = Callable[[Path, int], object]


def later(path: Path, count: int) -> None:
    write(path, count, later=True)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"list.csv": write, "later.csv": later}, id="editions"),
        pytest.param({"sales.jsonl": write_records}, id="records"),
    ],
)
def test_memory_does_not_grow_with_the_rows(tmp_path: Path, files: dict[str, Write]) -> None:
    peaks: dict[int, list[float]] = {}
    for count in (100_000, 200_000):
        store = tmp_path / f"{count}.db"
        for name, make in files.items():
            make(tmp_path / name, count)
            command = [sys.executable, "-m", "benchmarks.tables", str(tmp_path / name), str(store)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            peaks.setdefault(count, []).append(json.loads(done.stdout)["peak_mb"])
    for small, large in zip(*peaks.values(), strict=True):
        assert large < 1.15 * small
