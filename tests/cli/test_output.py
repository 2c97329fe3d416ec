"""Where an answer goes, and that it is there whole or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.cli.program import ended_late, run
from timeline.cli.output import writing
from timeline.cli.session import Session

TIMELINE = [sys.executable, "-m", "timeline"]
STATE = ["state", "foxconn", "--on", "2025-11-21"]


# --- -o ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format_", ["table", "json", "jsonl", "csv", "md"])
def test_a_file_gets_what_standard_output_would(format_: str, store: Path) -> None:
    shown = run(*STATE, "--format", format_)
    written = run(*STATE, "--format", format_, "-o", "answer")
    assert (written.exit_code, written.stdout) == (0, "")
    assert Path("answer").read_bytes() == shown.stdout_bytes
    assert run(*STATE, "--format", format_, "-o", "-").stdout == shown.stdout
    assert left_over() == []


def left_over() -> list[str]:
    return sorted(path.name for path in Path().iterdir() if ".part" in path.name)


def test_a_failure_leaves_the_file_as_it_was(store: Path) -> None:
    Path("log.jsonl").write_text("as it was")
    session = Session()
    session.output = Path("log.jsonl")

    def lines() -> Iterator[str]:
        yield "one line\n" * 100_000
        assert len(left_over()) == 1
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken(session, lines())
    assert Path("log.jsonl").read_text() == "as it was"
    assert left_over() == []


def broken(session: Session, lines: Iterator[str]) -> None:
    with writing(session) as stream:
        stream.writelines(lines)


def test_a_question_that_fails_makes_no_file(store: Path) -> None:
    assert run("state", "nobody", "-o", "answer.txt").exit_code == 1
    assert not Path("answer.txt").exists()


def test_readers_never_see_half_of_it(store: Path) -> None:
    session = Session()
    session.output = Path("answer.txt")
    session.output.write_text("before")
    with session.output.open() as reader:
        with writing(session) as stream:
            stream.write("after")
            stream.flush()
            assert Path("answer.txt").read_text() == "before"
        assert reader.read() == "before"
    assert Path("answer.txt").read_text() == "after"


def test_a_link_and_the_permissions_stay(store: Path) -> None:
    Path("real.txt").write_text("before")
    Path("real.txt").chmod(0o640)
    Path("link.txt").symlink_to("real.txt")
    assert run(*STATE, "-o", "link.txt").exit_code == 0
    assert Path("link.txt").is_symlink()
    assert Path("real.txt").read_text().startswith("Hon Hai")
    assert Path("real.txt").stat().st_mode & 0o777 == 0o640


def test_a_new_file_has_the_permissions_of_others(store: Path) -> None:
    Path("other.txt").touch()
    run(*STATE, "-o", "answer.txt")
    assert Path("answer.txt").stat().st_mode == Path("other.txt").stat().st_mode


def test_a_pipe_is_written_to_not_replaced(store: Path) -> None:
    os.mkfifo("pipe")
    reader = os.open("pipe", os.O_RDONLY | os.O_NONBLOCK)
    assert run(*STATE, "-o", "pipe").exit_code == 0
    assert os.read(reader, 1_000_000).decode() == run(*STATE).stdout
    os.close(reader)
    assert Path("pipe").is_fifo()


def test_the_store_is_never_replaced(file: Path) -> None:
    before = file.read_bytes()
    for name in ("timeline.db", "./timeline.db", str(file)):
        assert "is the store" in run("export", "-o", name).stderr
    assert file.read_bytes() == before


# --- terminals and pipes ------------------------------------------------------------------------------


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, int]]:
    """A pseudo-terminal: the end that a program writes to, and the end that a person sees."""
    shown, written = os.openpty()
    for name in ("NO_COLOR", "COLUMNS"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("TERM", "xterm-256color")
    yield written, shown
    os.close(shown)


def seen(terminal: tuple[int, int], *arguments: str, code: int = 0) -> str:
    """What a person sees of a program at a terminal, which ends with an exit code."""
    written, shown = terminal
    process = subprocess.Popen([*TIMELINE, *arguments], stdout=written, stderr=written)
    os.close(written)
    parts = []
    with ended_late(process), suppress(OSError):  # how Linux says that nobody writes any more
        while part := os.read(shown, 65536):
            parts.append(part)
    assert process.wait(timeout=60) == code
    return b"".join(parts).decode()


def test_a_person_who_names_no_company_is_asked_for_one(
    file: Path, terminal: tuple[int, int]
) -> None:
    assert "--all" in seen(terminal, "state", code=2)


def test_every_company_is_there_for_a_person_who_asks_for_all(
    file: Path, terminal: tuple[int, int]
) -> None:
    assert "Hon Hai" in seen(terminal, "state", "--all")


def test_a_terminal_gets_colours(file: Path, terminal: tuple[int, int]) -> None:
    assert "\x1b[1mHon Hai Precision Industry (foxconn)\x1b[0m" in seen(terminal, *STATE)


@pytest.mark.parametrize(
    "name, value", [("NO_COLOR", "1"), ("TERM", "dumb")], ids=["NO_COLOR", "dumb"]
)
def test_a_terminal_that_wants_none_gets_none(
    name: str, value: str, file: Path, terminal: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    assert "\x1b" not in seen(terminal, *STATE)


def test_a_terminal_that_must_not_gets_none(file: Path, terminal: tuple[int, int]) -> None:
    assert "\x1b" not in seen(terminal, *STATE, "--color", "never")


def test_a_pipe_and_a_file_get_no_colour_unless_they_must(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "xterm-256color")
    assert "\x1b" not in run(*STATE).stdout
    assert "\x1b[1m" in run(*STATE, "--color", "always").stdout
    run(*STATE, "-o", "answer.txt")
    assert "\x1b" not in Path("answer.txt").read_text()


def test_data_has_no_colour_at_all(store: Path) -> None:
    for format_ in ("json", "jsonl", "csv", "md"):
        assert "\x1b" not in run(*STATE, "--format", format_, "--color", "always").stdout


def test_columns_bound_the_lines(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for columns in ("60", "80", "120"):
        monkeypatch.setenv("COLUMNS", columns)
        widest = max(map(len, run(*STATE).stdout.splitlines()))
        assert int(columns) - 20 < widest <= int(columns)


def test_a_pipe_gets_a_row_on_a_line(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS")
    assert len(run("log").stdout.splitlines()) == 2 + len(run("export").stdout.splitlines())
    assert max(map(len, run(*STATE).stdout.splitlines())) <= 80


# --- encodings ----------------------------------------------------------------------------------------


def encoded(encoding: str, *arguments: str) -> bytes:
    environment = os.environ | {"PYTHONIOENCODING": encoding}
    return subprocess.run(
        [*TIMELINE, *arguments], env=environment, capture_output=True, check=True, timeout=120
    ).stdout


def test_a_poor_terminal_is_no_failure(file: Path) -> None:
    assert rb"\u2500" in encoded("ascii", "find", "foxconn")
    assert "─".encode("cp437") in encoded("cp437", "find", "foxconn")


def test_json_is_utf8_wherever_it_goes(here: Path) -> None:
    name = "鴻海"
    append = ["append", "company_registered", "--subject", "company:foxconn", "--name", name]
    assert run(*append).exit_code == 0
    for arguments in (["export"], ["find", name, "--json"], ["log", "--format", "jsonl"]):
        assert name.encode() in encoded("ascii", *arguments)


# --- quietly ------------------------------------------------------------------------------------------


def test_quiet_leaves_the_answer_and_the_errors(store: Path) -> None:
    assert run("replay", "-q", "fixtures/foxconn-sharp.yaml").stderr == ""
    assert run("init", "-q").stderr == ""
    assert run("stats", "-q").stdout == run("stats").stdout
    assert "error[unknown-company]" in run("state", "-q", "nobody").stderr


def test_nothing_but_data_goes_to_standard_output(store: Path) -> None:
    for arguments in (["replay", "fixtures"], ["check", "fixtures"], ["init"]):
        done = run(*arguments)
        assert (done.exit_code, done.stdout) == (0, "")
        assert done.stderr.count("\n") == 1
