"""The whole command ``timeline state COMPANY``, against importing its two main libraries."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.claim import Claim

ROOT = Path(__file__).resolve().parent.parent


def measure(quick: bool) -> list[Claim]:
    """Alternate the two commands, so that both see the same machine; compare the medians."""
    timeline = str(Path(sys.executable).parent / "timeline")
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "TIMELINE_DB": str(Path(folder) / "bench.db")}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # as installed: modules are compiled once
        story = str(ROOT / "fixtures" / "foxconn-openai.yaml")
        subprocess.run([timeline, "replay", "-q", story], env=environment, check=True)
        commands = {
            "imports": [sys.executable, "-c", "import click, sqlalchemy"],
            "state": [timeline, "state", "foxconn", "--on", "2025-11-21"],
        }
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(5 if quick else 25):
            for name, command in commands.items():
                start = time.perf_counter()
                subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)
                times[name].append(time.perf_counter() - start)
    imports, state = (statistics.median(times[name]) for name in commands)
    return [
        Claim(
            what="`timeline state foxconn`, the whole command",
            against='`python -c "import click, sqlalchemy"`',
            ratio=state / imports,
            bound=1.2,
            at_most=True,
            detail=f"{state * 1000:.0f} ms, {imports * 1000:.0f} ms",
        )
    ]
