"""Work done by an interpreter of its own, so that a large job takes two processors.

The other process imports what this one imports, wherever that is, and nothing of the program that uses it,
which ``multiprocessing`` would run again, or copy with all its threads and locks. The two talk in frames over
pipes. Nothing depends on it but time: whatever it does not answer (it cannot be started, or somebody kills
it), the caller does by itself.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING, BinaryIO, Final, NamedTuple

if TYPE_CHECKING:
    from subprocess import Popen

_CHILD: Final = (
    "import sys; sys.path[:] = sys.argv[3:]; from timeline.worker import main; main(*sys.argv[1:3])"
)
_PIPE: Final = 1024 * 1024
"""Bytes that wait in a pipe, where the system lets one choose."""

_SIZE: Final = 4
"""Bytes that say how long a frame is."""

Job = Callable[[BinaryIO, BinaryIO, int], object]
"""What the other process does with its standard input and output, and a number that it is given."""


class Started(NamedTuple):
    """The two ends of the pipes to the other process, and how to end it."""

    to: IO[bytes] | None
    """None where it reads a file."""
    back: IO[bytes]
    kill: Callable[[], None]


@contextmanager
def apart(job: Job, given: BinaryIO | None = None, number: int = 0) -> Iterator[Started | None]:
    """A process that does a job (a function of a module), until the block ends; None where it cannot be.

    ``given`` is an open file to be its standard input, from where it stands, else that is a pipe.
    """
    if not sys.executable or getattr(sys, "frozen", False) or _processors() < 2:
        yield None
        return
    try:
        process = _popen(job, given, number)
    except OSError:
        yield None
        return
    with _until_the_end(process) as other:
        yield other


@contextmanager
def start(job: Job, *, number: int = 0) -> Iterator[Started]:
    """A process that does a job which must not be done in this one, until the block ends.

    Raises OSError where there can be none.
    """
    with _until_the_end(_popen(job, None, number)) as other:
        yield other


def _popen(job: Job, given: BinaryIO | None, number: int) -> Popen[bytes]:
    import subprocess  # 4 ms of every append, and only large jobs need it

    name = f"{job.__module__}:{job.__name__}"
    return subprocess.Popen(  # noqa: S603
        [sys.executable, *_inherited(), "-c", _CHILD, name, str(number), *sys.path],
        stdin=subprocess.PIPE if given is None else given,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # an interrupt is for this process, which then ends the other
        pipesize=_PIPE,
    )


def _inherited() -> list[str]:
    """The options of this interpreter that keep environment, user and current folder out of it."""
    flags = sys.flags
    options = {
        "-I": flags.isolated,
        "-E": flags.ignore_environment,
        "-s": flags.no_user_site,
        "-S": flags.no_site,
        "-B": flags.dont_write_bytecode,
    }
    # the folders to import from are handed over, so the current one is never among them by itself
    return ["-P", *(option for option, given in options.items() if given)]


@contextmanager
def _until_the_end(process: Popen[bytes]) -> Iterator[Started]:
    assert process.stdout is not None
    try:
        yield Started(process.stdin, process.stdout, process.kill)
    finally:
        process.kill()
        with suppress(BrokenPipeError):  # of what was not sent any more
            process.__exit__(None, None, None)


@contextmanager
def clocked(other: Started, seconds: float | None) -> Iterator[threading.Event]:
    """End the other process ``seconds`` from now, unless the block ends before; the event says it did."""
    over = threading.Event()

    def end() -> None:
        over.set()
        other.kill()

    clock = threading.Timer(seconds or 0, end)
    clock.daemon = True
    if seconds is not None:
        clock.start()
    try:
        yield over
    finally:
        clock.cancel()


def _processors() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


def write_frame(stream: IO[bytes], frame: bytes) -> None:
    """Send a frame; BrokenPipeError where nobody reads."""
    stream.write(len(frame).to_bytes(_SIZE, "big"))
    stream.write(frame)
    stream.flush()


def read_frame(stream: IO[bytes]) -> bytes | None:
    """The next frame; None where no whole one comes any more."""
    head = stream.read(_SIZE)
    size = int.from_bytes(head, "big")
    frame = stream.read(size)
    return frame if len(head) == _SIZE and len(frame) == size else None


def limit_process(*, memory: int, file: int, seconds: int) -> None:
    """Let this process take no more bytes of memory and of a file, nor, but for 0, seconds of a processor."""
    try:
        import resource
    except ImportError:  # not on every system
        return
    limits = {resource.RLIMIT_AS: memory, resource.RLIMIT_FSIZE: file, resource.RLIMIT_CORE: 0}
    if seconds:
        limits[resource.RLIMIT_CPU] = seconds
    for limit, most in limits.items():
        hard = resource.getrlimit(limit)[1]
        with suppress(ValueError, OSError):
            resource.setrlimit(
                limit, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard)
            )


def end_with(given: BinaryIO) -> None:
    """End this process as soon as who started it closes the pipe, or is gone."""
    while os.read(given.fileno(), 4096):
        pass
    os._exit(1)


def main(name: str, number: str) -> None:
    """Do a job in this process; that nobody reads what it writes is its end, and no failure."""
    module, _, function = name.partition(":")
    job: Job = getattr(__import__(module, fromlist=[function]), function)
    with suppress(BrokenPipeError):
        job(sys.stdin.buffer, sys.stdout.buffer, int(number))
    # what is left in the buffer would be written at exit, into the broken pipe
    os._exit(0)
