"""Sessions as people have them: every command of a transcript, and all that it said.

A line after ``!`` is one of standard error. ``UPDATE_GOLDEN=1`` writes the transcripts anew. The same is said
whatever database the stores are in, except by those that begin with ``# In a file:``.
"""

from __future__ import annotations

import os
import re
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests import databases
from tests.cli.program import told

FOLDER = Path(__file__).resolve().parent.parent / "transcripts"
TRANSCRIPTS = sorted(FOLDER.glob("*.txt"))


ON_SERVER = [path for path in TRANSCRIPTS if not path.read_text().startswith("# In a file:")]


def retold(path: Path, servers: dict[str, str]) -> None:
    before = path.read_text(encoding="utf-8")
    intention, _, rest = before.partition("\n\n")
    assert intention.startswith("# ")
    commands = [line[2:] for line in rest.splitlines() if line.startswith("$ ")]
    said = [told(command, servers).rstrip("\n") for command in commands]
    after = "\n\n".join([intention, *said]) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(after, encoding="utf-8")
    assert after == before


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with the files that transcripts name."""
    (tmp_path / "files").symlink_to(FOLDER / "files")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_it_happens_as_it_was_told(path: Path, here: Path) -> None:
    retold(path, {})


@pytest.mark.parametrize("path", ON_SERVER, ids=lambda path: path.stem)
def test_it_happens_alike_on_a_server(
    path: Path, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = {"timeline.db", *re.findall(r"^\$ timeline --db (\S+)", path.read_text(), re.MULTILINE)}
    # the login for queries of people is let in to a store that is there
    empty = "$ timeline sql" not in path.read_text()
    with ExitStack() as stack:
        servers = {
            name: databases.url_text(stack.enter_context(databases.database(empty=empty)))
            for name in names
        }
        monkeypatch.setenv("TIMELINE_DB", servers["timeline.db"])
        retold(path, servers)
    assert not Path("timeline.db").exists()
