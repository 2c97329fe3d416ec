"""Run every benchmark, print the table, and write RESULTS.md (``--quick``: fewer rounds, no file).

``--claims`` measures the claims alone, and keeps what RESULTS.md says of growth, with its commit.

A benchmark is a module of this package with a function ``measure(quick) -> list[Claim]``. What has no bound,
how all grows and readers beside a writer, comes after them. On two processors the claims take about nine
minutes, growth four, readers and writer three.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import platform
import re
import sqlite3
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import benchmarks
from benchmarks import concurrency, growth, plots
from benchmarks.claim import Claim

RESULTS = Path(__file__).with_name("RESULTS.md")
WALLS = 'Where it says "no", [docs/performance.md](../docs/performance.md) says why, by a profile.'
LIBRARIES = ("sqlalchemy", "click", "msgspec", "pyyaml", "eventsourcing")
_MEASURED = re.compile(
    r"^(?:Growth, of|Written by `make bench` on) (.*, at commit \S+?)\.$", re.MULTILINE
)


def main(arguments: list[str]) -> int:
    """Measure; the exit status says whether every claim holds."""
    quick = "--quick" in arguments
    claims: list[Claim] = []
    for found in pkgutil.iter_modules(benchmarks.__path__):
        measure = getattr(importlib.import_module(f"benchmarks.{found.name}"), "measure", None)
        if measure is not None:
            print(f"measuring {found.name}", file=sys.stderr)
            claims += measure(quick)
    table = results(claims)
    print(table)
    if "--claims" in arguments:
        kept = RESULTS.read_text().partition("\n## Growth\n")
        before = _MEASURED.findall(kept[0])[-1:]  # that of growth comes last, where they differ
        said = f"Growth, of {before[0]}." if before else ""
        sections = ["# Results", _written(), said, machine(), table, WALLS]
        RESULTS.write_text("\n\n".join(filter(None, sections)) + f"\n{kept[1]}{kept[2]}")
    elif not quick:
        print("measuring growth, then readers and a writer", file=sys.stderr)
        with tempfile.TemporaryDirectory() as name:
            growth.keep(growth.measure_growth(Path(name)))
            beside = concurrency.measure_concurrency(Path(name))
        plots.main()
        sections = [
            "# Results",
            _written(),
            machine(),
            table,
            WALLS,
            "## Growth",
            growth.tables(growth.kept()),
            "## Readers beside a writer",
            concurrency.CAPTION,
            concurrency.table(beside),
        ]
        RESULTS.write_text("\n\n".join(sections) + "\n")
    return 0 if all(claim.holds for claim in claims) else 1


def _written() -> str:
    return f"Written by `make bench` on {datetime.now(UTC):%Y-%m-%d}, at commit {commit()}."


def results(claims: list[Claim]) -> str:
    """The claims as a Markdown table."""
    rows = ["| what | against | ratio | to reach | holds | measured |", "|---|---|---|---|---|---|"]
    for claim in claims:
        bound = f"{'≤' if claim.at_most else '≥'} {claim.bound:g}"
        holds = "yes" if claim.holds else "no"
        row = (claim.what, claim.against, f"{claim.ratio:.2f}", bound, holds, claim.detail)
        rows.append(f"| {' | '.join(row)} |")
    return "\n".join(rows)


def commit() -> str:
    """The commit that was measured, and whether anything was changed since."""
    described = ["git", "describe", "--always", "--dirty", "--abbrev=12"]
    done = subprocess.run(described, cwd=RESULTS.parent, capture_output=True, text=True)
    return done.stdout.strip() or "unknown"


def machine() -> str:
    """What was measured on."""
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in LIBRARIES)
    return (
        f"{os.cpu_count()} processors, {platform.system()} {platform.machine()}, "
        f"{platform.python_implementation()} {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}; {versions}."
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
