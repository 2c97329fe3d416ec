"""Every exit code, from the outside where the system has a part in it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import click
import pytest

from tests.cli.program import run
from timeline import errors
from timeline.cli.errors import EXIT_CODES, exit_code
from timeline.cli.errors import run as guarded
from timeline.errors import TimelineError

TIMELINE = [sys.executable, "-m", "timeline"]
STATE = ["state", "foxconn", "--on", "2025-11-21"]


def test_0_where_it_worked(store: Path) -> None:
    done = run(*STATE)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith("Hon Hai Precision Industry (foxconn)\n")


def test_0_where_a_known_company_has_nothing(store: Path) -> None:
    assert run("state", "foxconn", "--as-of", "1990-01-01").exit_code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["state", "foxcom"],
        ["find", "qqqq"],
        ["check", "nowhere.yaml"],
        ["log", "deal:nowhere"],
        ["append", "deal_signed"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_1_where_the_data_has_problems_or_nothing_is_found(
    arguments: list[str], store: Path
) -> None:
    done = run(*arguments)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "error[" in done.stderr


def test_1_where_an_expectation_fails(here: Path) -> None:
    Path("story.yaml").write_text(
        "companies: {acme: {name: Acme}}\n"
        "expect: [{company: acme, on: 2025-01-01, state: {deal:acme-globex: signed}}]\n"
    )
    done = run("check", "story.yaml")
    assert (done.exit_code, done.stdout) == (1, "")
    assert 'deal:acme-globex is absent, not "signed"' in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["states"],
        ["state", "foxconn", "hon-hai"],
        ["state", "--onn", "2025-11-21"],
        ["state", "--all", "--on", "2025-11"],
        ["state", "--all", "--known", "someday"],
        ["state", "--format", "xml"],
        ["state", "foxconn", "-o", "nowhere/answer.txt"],
        ["append", "--expected-version", "-1"],
    ],
    ids=" ".join,
)
def test_2_where_it_was_asked_wrongly(arguments: list[str], store: Path) -> None:
    done = run(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr


def test_3_where_somebody_else_was_first(store: Path) -> None:
    subject = ["--subject", "deal:foxconn-openai-ai-hardware"]
    done = run(
        *["append", "deal_signed", *subject, "--occurred", "2025-12-01", "--known", "2025-12-01"],
        *["--expected-version", "0"],
    )
    assert (done.exit_code, done.stdout) == (3, "")
    assert "error[version-conflict]" in done.stderr


def test_4_where_there_is_no_store(here: Path) -> None:
    done = run("state", "--all")
    assert (done.exit_code, done.stdout) == (4, "")
    assert "timeline replay or timeline init" in done.stderr


def test_70_where_the_program_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    def command() -> None:
        raise ZeroDivisionError("planted")

    assert guarded(command) == 70
    said = capsys.readouterr().err
    assert "Traceback" in said
    assert "planted" in said
    assert "please report it" in said


def test_130_where_it_was_interrupted_and_nothing_was_stored(here: Path) -> None:
    os.mkfifo("endless.jsonl")
    process = subprocess.Popen([*TIMELINE, "replay", "endless.jsonl"], stderr=subprocess.PIPE)
    # what opens a pipe waits for who reads it: where the program does not, this process does
    reader = threading.Timer(120, os.open, ("endless.jsonl", os.O_RDONLY | os.O_NONBLOCK))
    reader.daemon = True
    reader.start()
    with Path("endless.jsonl").open("wb") as stream:
        reader.cancel()
        stream.write(b'{"type":"company_registered","subject":"company:acme","name":"Acme"}\n')
        stream.flush()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (130, b"interrupted: nothing was stored\n")
    assert not Path("timeline.db").exists()


@pytest.mark.parametrize("format_", ["table", "json", "jsonl", "csv", "md"])
def test_141_without_a_word_where_nobody_reads_on(format_: str, file: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [*TIMELINE, *STATE, "--format", format_], stdout=write, stderr=subprocess.PIPE, timeout=120
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (141, b"")


def test_2_where_standard_output_is_full(file: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*TIMELINE, *STATE], stdout=full, stderr=subprocess.PIPE, text=True, timeout=120
        )
    assert done.returncode == 2
    assert done.stderr.startswith("error[cannot-write]: the output cannot be written")


def test_every_failure_has_its_exit_code() -> None:
    def below(kind: type[TimelineError]) -> set[type[TimelineError]]:
        return {kind}.union(*map(below, kind.__subclasses__()))

    def of_a_command(kind: type) -> bool:  # what only the server answers never ends a command
        return kind.__module__.startswith("timeline.") and "timeline.web" not in kind.__module__

    failures = set(filter(of_a_command, below(TimelineError)))
    assert failures - EXIT_CODES.keys() == {TimelineError}
    assert exit_code(TimelineError("of a kind that nobody listed")) == 1
    assert set(EXIT_CODES.values()) == {1, 2, 3, 4}


def test_a_failure_within_a_failure_keeps_its_code(capsys: pytest.CaptureFixture[str]) -> None:
    def command() -> None:
        raise errors.NotFound("company", "a\x1b[31mb")

    assert guarded(command) == 1
    said = capsys.readouterr().err
    assert said.startswith('error[unknown-company]: no company "a\\x1b[31mb"\nhint: ')


def test_an_option_that_stands_before_the_command(store: Path) -> None:
    done = run("state", "--db", "timeline.db")
    assert done.exit_code == 2
    assert "timeline --db URL|PATH COMMAND" in done.stderr


def test_aborting_is_an_interruption(capsys: pytest.CaptureFixture[str]) -> None:
    def command() -> None:
        raise click.Abort

    assert guarded(command) == 130
