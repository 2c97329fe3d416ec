"""What surrounds the program: streams, links, limits, other writers, other interpreters."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from contextlib import closing
from itertools import product
from pathlib import Path

import pytest

from tests.answers.stores import FIXTURES
from tests.cli.program import run
from timeline import Timeline
from timeline.worker import _inherited

STORY = FIXTURES / "foxconn-openai.yaml"


@pytest.fixture
def db(tmp_path: Path, replayed: dict[str, bytes]) -> str:
    path = tmp_path / "timeline.db"
    path.write_bytes(replayed["one"])
    return str(path)


# --- streams --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command, closing",
    [
        *product(["companies", "sql 'SELECT 1 AS x'"], [">&-", "2>&-", "<&-", "<&- >&- 2>&-", ">&- 2>&-"]),
        ("verify", "2>&-"), ("verify", "<&- >&- 2>&-"),
    ],
)  # fmt: skip
def test_closed_streams_are_no_bug_and_harm_no_store(db: str, command: str, closing: str) -> None:
    line = f"exec {sys.executable} -m timeline --db {db} {command} {closing}"
    done = subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True, timeout=120)
    assert "Traceback" not in done.stderr
    if ">&-" in closing.replace("2>&-", ""):
        assert done.returncode == 2
        assert "2>&-" in closing or "error[cannot-write]" in done.stderr
    else:
        assert done.returncode == 0
    with Timeline.open(db) as timeline:
        timeline.verify()


def test_what_is_appended_with_closed_streams_is_sound(tmp_path: Path) -> None:
    path = tmp_path / "timeline.db"
    line = f"exec {sys.executable} -m timeline --db {path} replay {STORY} <&- >&- 2>&-"
    subprocess.run(["/bin/sh", "-c", line], timeout=120)
    with Timeline.open(path) as timeline:
        assert timeline.verify().position > 10


# --- files ----------------------------------------------------------------------------------------


def link_a_file(folder: Path, outside: Path) -> None:
    (folder / "linked.yaml").symlink_to(outside / "story.yaml")


def link_a_folder(folder: Path, outside: Path) -> None:
    (folder / "below").mkdir()
    (folder / "below" / "linked.yaml").symlink_to("../../outside/story.yaml")


def link_over_a_link(folder: Path, outside: Path) -> None:
    (outside / "first.yaml").symlink_to(outside / "story.yaml")
    (folder / "second.yaml").symlink_to(outside / "first.yaml")


@pytest.mark.parametrize("link", [link_a_file, link_a_folder, link_over_a_link])
def test_links_out_of_a_folder_are_not_followed(
    tmp_path: Path, link: Callable[[Path, Path], None]
) -> None:
    folder, outside = tmp_path / "folder", tmp_path / "outside"
    folder.mkdir()
    outside.mkdir()
    (outside / "story.yaml").write_bytes(STORY.read_bytes())
    (folder / "own.yaml").write_bytes(STORY.read_bytes())
    assert run("check", str(folder)).exit_code == 0
    link(folder, outside)
    for command in ("check", "replay"):
        done = run("--db", str(tmp_path / "timeline.db"), command, str(folder))
        assert done.exit_code == 1
        assert "error[link-outside]" in done.stderr
    assert not (tmp_path / "timeline.db").exists()


def test_links_inside_of_a_folder_are_followed(tmp_path: Path) -> None:
    (tmp_path / "own.txt").write_bytes(STORY.read_bytes())
    (tmp_path / "linked.yaml").symlink_to("own.txt")
    assert run("check", str(tmp_path)).exit_code == 0


@pytest.mark.parametrize("depth", [600, 1_000, 100_000])
@pytest.mark.parametrize("pair", ["[]", "{}"])
def test_deep_json_is_a_problem_and_no_bug(db: str, depth: int, pair: str) -> None:
    inside = {"[]": "[" * depth + "]" * depth, "{}": '{"a":' * depth + "1" + "}" * depth}[pair]
    head = '{"type": "company_registered", "subject": "company:x", "name": "X"'
    event = f'{head}, "extra": {{"a": {inside}}}}}'
    done = run("--db", db, "append", stdin=event.encode())
    assert done.exit_code == 1, done.stderr
    assert "error[" in done.stderr
    assert "error[bug]" not in done.stderr


def bomb(path: Path, name: str, size: int, parts: int = 1) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number in range(parts):
            with archive.open(name.format(number), "w", force_zip64=True) as part:
                for _ in range(size // 2**20):
                    part.write(bytes(2**20))


@pytest.mark.parametrize(
    "name, size, parts",
    [
        ("xl/sharedStrings.xml", 65 * 2**20, 1),
        ("xl/styles.xml", 65 * 2**20, 1),
        ("xl/worksheets/sheet{}.xml", 2**20, 1_030),
        ("xl/media/{}.png", 0, 10_001),
        ("xl/worksheets/sheet1.xml", 1_025 * 2**20, 1),
    ],
)
def test_a_workbook_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, name: str, size: int, parts: int
) -> None:
    pytest.importorskip("openpyxl")
    from timeline.errors import DataError
    from timeline.importers.spreadsheet import open_sheet

    file = tmp_path / "bomb.xlsx"
    bomb(file, name, size, parts)
    with pytest.raises(DataError, match="unpacks to more"), open_sheet(file, None, []):
        pass


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "command, code",
    [
        ("check p.yaml", 2), ("replay p.yml", 2), ("import table p.csv --guess", 1),
        ("import gleif p.json", 1),
        ("import table p.xlsx --mapping p.mapping.yaml", 1), ("--db p companies", 4),
        ("--db p replay own.yaml", 4), ("restore p", 1), ("backup p", 2),
    ],
)  # fmt: skip
def test_a_pipe_is_no_file_that_is_read_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, code: int
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.yaml").write_bytes(STORY.read_bytes())
    (tmp_path / "p.mapping.yaml").write_text("name: p\n")
    for name in ("p", "p.yaml", "p.yml", "p.csv", "p.json", "p.xlsx"):
        os.mkfifo(name)  # nobody ever writes into it
    done = run(*command.split())
    assert done.exit_code == code, done.stderr
    assert "pipe" in done.stderr or "error[unknown-file]" in done.stderr
    assert Path("p").is_fifo()


def test_a_pipe_of_lines_is_read_once_and_as_standard_input_is(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    line = b'{"type":"company_registered","subject":"company:acme","name":"Acme"}\n'
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(line,), daemon=True)
    writer.start()
    done = run("--db", str(tmp_path / "timeline.db"), "replay", str(tmp_path / "pipe"))
    writer.join(20)
    assert done.exit_code == 0, done.stderr
    assert "1 event appended" in done.stderr


# --- the store ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://", "postgresql://host:notaport/x", "postgresql://host:99999/x",
        "postgresql://[::1/x", "postgresql://user:pass:word@/x?host=/nowhere", "postgresql:///x?nonsense=1",
        "postgresql://%ff@/x?host=/nowhere", "postgresql+psycopg2://h/x", "mysql://h/x", "://", "postgresql://h/\x01",
        "postgresql:///x?host=/nowhere&connect_timeout=soon", "postgresql:///x?host=a&host=b&port=1",
        "postgresql:///x?host=/nowhere&sslmode=perhaps",
    ],
)  # fmt: skip
def test_a_bad_url_is_said_and_no_bug(url: str) -> None:
    done = run("--db", url, "stats")
    assert done.exit_code == 4, done.stderr
    assert "error[store-unavailable]" in done.stderr


def test_a_writer_that_waits_for_a_lock_answers_an_interrupt(db: str) -> None:
    with closing(sqlite3.connect(db, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        command = [sys.executable, "-m", "timeline", "--db", db]
        program = subprocess.Popen(
            [*command, "append", "company_registered", "--subject", "company:x", "--name", "X"],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        await_open(program.pid, f"{db}-wal")
        assert program.poll() is None
        begun = time.monotonic()
        program.send_signal(signal.SIGINT)
        _, said = program.communicate(timeout=30)
        assert time.monotonic() - begun < 3  # a second, on a machine with nothing else to do
        assert program.returncode == 130
        assert "nothing was stored" in said


def await_open(pid: int, file: str) -> None:
    """Until a process has opened a file."""
    end = time.monotonic() + 120
    while file not in (os.path.realpath(each) for each in Path(f"/proc/{pid}/fd").iterdir()):
        assert time.monotonic() < end, f"it does not open {file}"
        time.sleep(0.01)


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e400", "0", "-1", "soon"])
@pytest.mark.parametrize(
    "command", [["sql", "SELECT 1 AS x"], ["report", "quality"], ["serve", "--port", "0"]]
)
def test_a_time_limit_is_a_number_of_seconds(db: str, command: list[str], value: str) -> None:
    done = run("--db", db, *command, "--timeout", value)
    assert done.exit_code == 2
    assert "--timeout" in done.stderr


# --- other interpreters ---------------------------------------------------------------------------


@pytest.mark.parametrize("flags", [[], ["-I"], ["-E"], ["-s"], ["-P"], ["-E", "-s"]])
def test_another_interpreter_is_as_closed_as_this_one(flags: list[str]) -> None:
    code = "from timeline.worker import _inherited; print(' '.join(_inherited()))"
    path = [f"import sys; sys.path[:0] = {sys.path!r}; {code}"]
    done = subprocess.run(
        [sys.executable, *flags, "-c", *path],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    given = done.stdout.split()
    assert "-P" in given
    assert set(flags) <= set(given)


def test_a_module_in_the_current_folder_is_not_run(
    db: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("sqlite3", "msgspec", "resource", "threading"):
        (tmp_path / f"{name}.py").write_text("open('stolen', 'w').close()\n")
    monkeypatch.chdir(tmp_path)
    with Timeline.open(db) as timeline:
        assert list(timeline.sql("SELECT 1 AS one")) == [{"one": 1}]
    assert not (tmp_path / "stolen").exists()
    assert _inherited()[0] == "-P"
