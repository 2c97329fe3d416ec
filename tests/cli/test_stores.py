"""Stores that cannot be used: each says what is wrong and what to do, and exits with 4."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.program import run
from timeline.store import engine, tables

ASKING = [["state"], ["log"], ["find", "foxconn"], ["export"], ["verify"], ["stats"]]
WRITING = [
    ["init"],
    ["replay", "fixtures/foxconn-sharp.yaml"],
    ["append", "company_registered", "--subject", "company:acme", "--name", "Acme"],
]


def every(*commands: list[list[str]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        "command", [each for some in commands for each in some], ids=lambda each: each[0]
    )


def refused(command: list[str], *said: str, db: str = "timeline.db") -> None:
    done = run("--db", db, *command)
    assert (done.exit_code, done.stdout) == (4, ""), done.stderr
    for each in (*said, "hint: "):
        assert each in done.stderr


@every(ASKING)
def test_a_missing_one(command: list[str], here: Path) -> None:
    refused(command, "there is no store at timeline.db", "or name another with --db")
    assert not Path("timeline.db").exists()


@every(ASKING, WRITING)
def test_a_folder_that_is_missing(command: list[str], here: Path) -> None:
    refused(command, "nowhere/timeline.db", db="nowhere/timeline.db")


@every(ASKING, WRITING)
def test_a_file_that_is_no_database(command: list[str], here: Path) -> None:
    Path("timeline.db").write_text("a letter to a friend, " * 100)
    refused(command, "timeline.db is not a Timeline store: the file is no SQLite database")
    assert Path("timeline.db").read_text().startswith("a letter")


@every(ASKING, WRITING)
def test_a_database_of_something_else(command: list[str], here: Path) -> None:
    with sqlite3.connect("timeline.db") as connection:
        connection.execute("CREATE TABLE invoice (number)")
    connection.close()
    refused(command, "the database holds other tables and no Timeline store")


@every(ASKING)
def test_an_empty_file(command: list[str], here: Path) -> None:
    Path("timeline.db").touch()
    refused(command, "the store is empty", "run timeline init")


@every(ASKING, WRITING)
def test_one_of_a_newer_program(command: list[str], file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'f00d'")
    connection.close()
    refused(command, "the store's schema is f00d", "it is newer", "upgrade the program")


@every(ASKING, WRITING[1:])
def test_one_of_an_older_program(
    command: list[str], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "REVISIONS", (*tables.REVISIONS, "f00d"))
    refused(command, "this program's is f00d", "run timeline init to upgrade it")


@every(ASKING, WRITING)
def test_a_database_that_nobody_serves(command: list[str], here: Path) -> None:
    refused(command, db="postgresql://nobody@127.0.0.1:1/nothing")


@every(ASKING[:1])
def test_a_database_of_an_unknown_kind(command: list[str], here: Path) -> None:
    refused(command, "oracle9i://scott:***@host/db", db="oracle9i://scott:tiger@host/db")


@pytest.fixture
def readable(replayed: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A store that may be read and not written, even where the tests run as root."""
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    path = folder / "timeline.db"
    path.write_bytes(replayed["one"])
    path.chmod(0o444)
    run("--db", str(path), "stats")  # while what it imports can be read
    for command in WRITING:
        run("--db", str(folder / "other.db"), *command)
    folder.chmod(0o555)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield path
    finally:
        if root:
            os.seteuid(0)
        folder.chmod(0o755)
        shutil.rmtree(folder)


def test_a_read_only_one_is_read(readable: Path) -> None:
    done = run("--db", str(readable), "verify")
    assert (done.exit_code, done.stderr) == (0, "")


def test_a_read_only_one_is_not_written(readable: Path) -> None:
    command = ["append", "company_registered", "--subject", "company:acme", "--name", "Acme"]
    refused(command, "cannot be written", "read-only", "nothing was stored", db=str(readable))
