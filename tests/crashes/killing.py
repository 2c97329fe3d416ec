"""Killing a program at a random moment of what it does, and what must hold afterwards."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from timeline import Timeline
from timeline.errors import StoreUnavailable

PATIENCE = 120.0
"""Seconds after which a program that should have ended has hung."""


def start(target: str, *arguments: str | Path) -> subprocess.Popen[bytes]:
    """The program, on its way, in a group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "timeline", "--db", target, *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def finish(target: str, *arguments: str | Path) -> float:
    """Let the program do it all; the seconds that it took."""
    began = time.monotonic()
    assert start(target, *arguments).wait(PATIENCE) == 0
    return time.monotonic() - began


def tell(target: str, *files: Path) -> None:
    """Replay in this process: what is there before a program is killed, or after, is not about processes."""
    with Timeline.open(target) as timeline:
        timeline.replay(files)


def kill(program: subprocess.Popen[bytes]) -> bool:
    """Kill the program as if the power had gone; whether it was still at it."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(program.pid, signal.SIGKILL)
    return program.wait(PATIENCE) == -signal.SIGKILL


def kill_after(seconds: float) -> Callable[[subprocess.Popen[bytes]], bool]:
    """Kill at a moment of time, wherever the program is then."""

    def when(program: subprocess.Popen[bytes]) -> bool:
        with contextlib.suppress(subprocess.TimeoutExpired):
            program.wait(seconds)
        return kill(program)

    return when


def kill_at_size(file: Path, size: int) -> Callable[[subprocess.Popen[bytes]], bool]:
    """Kill as soon as a file has grown to a size: in the middle of a commit, which is quick."""

    def when(program: subprocess.Popen[bytes]) -> bool:
        deadline = time.monotonic() + PATIENCE
        while program.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(FileNotFoundError):
                if file.stat().st_size >= size:
                    break
        return kill(program)

    return when


def moments(number: int, seconds: float, seed: int) -> list[float]:
    """Random moments of something that takes so long, one in each of as many parts of it."""
    chance = random.Random(seed)
    return [(part + chance.random()) * seconds / number for part in range(number)]


def position(target: str) -> int | None:
    """Where the log of a store ends, once all of it is proved; None where there is no store yet."""
    with Timeline.open(target) as timeline:
        try:
            return timeline.verify().position
        except StoreUnavailable as error:
            if "there is no store" in error.message or "is empty" in error.message:
                return None
            raise


def content(target: str) -> list[tuple[int, str]]:
    """What a log holds, but for when it was recorded."""
    from timeline.store.log import read_rows

    with Timeline.open(target) as timeline, timeline.reading() as connection:
        return [(row.position, row.digest) for row in read_rows(connection)]
