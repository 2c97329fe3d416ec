"""The house is no larger than CONTRIBUTING says: it grows only where somebody says so there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_the_house_is_no_larger_than_contributing_says() -> None:
    script = ROOT / "scripts" / "measure_house.py"
    done = subprocess.run([sys.executable, script], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    measured = [int(line.split(": ")[1]) for line in done.stdout.splitlines()]

    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = text.partition("| of the house |")[2].partition("\n\n")[0].splitlines()[2:]
    said = [int(row.split("|")[4].split(",")[0]) for row in rows]

    assert len(measured) == len(said) == 3
    grown = [row for row, is_, was in zip(rows, measured, said, strict=True) if is_ > was]
    assert not grown, f"{grown}; measured:\n{done.stdout}"
