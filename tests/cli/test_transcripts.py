"""Sessions as people have them: every command of a transcript, and all that it said.

A line after ``!`` is one of standard error. ``UPDATE_GOLDEN=1`` writes the transcripts anew.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.program import told

FOLDER = Path(__file__).resolve().parent.parent / "transcripts"
TRANSCRIPTS = sorted(FOLDER.glob("*.txt"))


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_it_happens_as_it_was_told(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "files").symlink_to(FOLDER / "files")
    monkeypatch.chdir(tmp_path)
    before = path.read_text(encoding="utf-8")
    intention, _, rest = before.partition("\n\n")
    assert intention.startswith("# ")
    commands = [line[2:] for line in rest.splitlines() if line.startswith("$ ")]
    after = "\n\n".join([intention, *(told(command).rstrip("\n") for command in commands)]) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(after, encoding="utf-8")
    assert after == before
