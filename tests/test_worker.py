"""Another process does a job, or cannot, and never outlives the block that asked for it."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import BinaryIO

import pytest

from timeline.worker import apart, read_frame, write_frame


def shout(stream: BinaryIO, out: BinaryIO, number: int) -> None:
    while (frame := read_frame(stream)) is not None:
        write_frame(out, frame.upper())


def name_itself(stream: BinaryIO, out: BinaryIO, number: int) -> None:
    write_frame(out, f"{os.getpid()} {stream.read().decode()} {number}".encode())
    while True:  # writes until nobody reads
        write_frame(out, bytes(1000))


def fail(stream: BinaryIO, out: BinaryIO, number: int) -> None:
    raise RuntimeError("of no importance")


def is_there(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_frames_go_there_and_come_back_whole() -> None:
    with apart(shout) as other:
        assert other is not None
        assert other.to is not None
        for frame in (b"", b"one", b"x" * 3_000_000):
            write_frame(other.to, frame)
            assert read_frame(other.back) == frame.upper()


def test_it_reads_a_file_that_is_open_here_and_ends_with_the_block(tmp_path: Path) -> None:
    path = tmp_path / "a-file"
    path.write_text("text")
    with path.open("rb") as stream, apart(name_itself, stream, 5) as other:
        assert other is not None
        assert other.to is None
        frame = read_frame(other.back)
        assert frame is not None
        process, said, number = frame.decode().split(" ")
        assert (said, number) == ("text", "5")
        assert is_there(int(process))
    assert not is_there(int(process))


def test_what_was_not_sent_any_more_is_no_failure() -> None:
    with apart(shout) as other:
        assert other is not None
        assert other.to is not None
        other.to.write(b"half a frame that nobody will read")


def test_a_job_that_fails_answers_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    with apart(fail) as other:
        assert other is not None
        assert read_frame(other.back) is None
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("data", [b"", b"\0\0", b"\0\0\0\5", b"\0\0\0\5half"])
def test_half_a_frame_is_none(data: bytes) -> None:
    assert read_frame(io.BytesIO(data)) is None


@pytest.mark.parametrize("executable", ["", None, "/no/such/python"])
def test_without_an_interpreter_there_is_no_other_process(
    monkeypatch: pytest.MonkeyPatch, executable: str | None
) -> None:
    monkeypatch.setattr(sys, "executable", executable)
    with apart(shout) as other:
        assert other is None


def test_a_program_that_is_frozen_is_not_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    with apart(shout) as other:
        assert other is None


@pytest.mark.parametrize("processors", [1, 2])
def test_on_one_processor_there_would_be_nothing_to_gain(
    monkeypatch: pytest.MonkeyPatch, processors: int
) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: processors)
    with apart(shout) as other:
        assert (other is not None) == (processors > 1)
