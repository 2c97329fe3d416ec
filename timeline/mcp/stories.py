"""Stories that agents write: checked in a process of its own, and proposed as files.

A story of 200,000 characters can ask for minutes of work (thousands of expectations of hundreds of items),
and for any amount of memory. So it is never checked in the process that answers: the other one is ended by
the clock, has a limit on memory, and its answer one on length.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, BinaryIO, Final

import msgspec
from msgspec import Struct

from timeline.answers.model import StateAnswer
from timeline.app import Timeline
from timeline.errors import DataError, OutOfTime, TimelineError, TooLarge
from timeline.errors import Problem as Found
from timeline.render.json import encode_line
from timeline.worker import clocked, end_with, limit_process, read_frame, start, write_frame

if TYPE_CHECKING:
    from timeline.loading import Checked

MOST_PROBLEMS: Final = 100
"""That are told one by one."""

LONGEST_PROBLEM: Final = 2_000
"""Characters: it may quote a line of the story, which may be all of it."""

MOST_BYTES: Final = 2 * 2**20
"""Of an answer. A state can be hundreds of times as long as its story: every party has every item."""

MEMORY: Final = 1024 * 2**20
"""Bytes that the process may take."""

SPILLED: Final = 64 * 2**20
"""Bytes of a file that SQLite sorts in."""

_START: Final = 5
"""Seconds of processor time that the process may take before it begins."""


class Problem(Struct, frozen=True, kw_only=True):
    """What is wrong with a story, or doubtful."""

    code: str
    text: str
    """With the place in the file, and what helps."""
    warning: bool


class StoryChecked(Struct, frozen=True, kw_only=True):
    """A story that was replayed in memory alone."""

    valid: bool
    events: int
    problems: list[Problem]
    more_problems: int
    """How many there are besides."""
    state: StateAnswer | None
    """What follows from it today; None where it cannot be read."""


class Verdict(Struct, frozen=True, kw_only=True):
    """What the other process says of a story."""

    valid: bool = False
    problems: list[Problem] = []
    answer: msgspec.Raw = msgspec.Raw(b"null")
    """The check as JSON."""
    failure: tuple[str, str, str | None] | None = None
    """Code, message and hint, where there is no answer."""


class _Asked(Struct, frozen=True):
    path: str
    timezone: str
    memory: int
    most_bytes: int


def check_apart(text: str, timezone: str, seconds: float) -> Verdict:
    """Check a story in another process. Raises OutOfTime, TooLarge."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "story.yaml"
        path.write_text(text, encoding="utf-8", errors="surrogatepass")
        with start(check, number=int(seconds) + 1) as other:
            assert other.to is not None
            if read_frame(other.back) is not None:  # it has imported all that it needs
                asked = msgspec.json.encode(_Asked(str(path), timezone, MEMORY, MOST_BYTES))
                with clocked(other, seconds) as over, suppress(BrokenPipeError):
                    write_frame(other.to, asked)
                    frame = read_frame(other.back)
                    if over.is_set():
                        raise OutOfTime(seconds)
                    if frame is not None:
                        return _verdict(frame)
    raise TooLarge(
        "the check needs more memory than it may take, or its process was ended from outside",
        "check the story in parts",
    )


def _verdict(frame: bytes) -> Verdict:
    verdict = msgspec.json.decode(frame, type=Verdict)
    if verdict.failure is not None:
        code, message, hint = verdict.failure
        error = TimelineError(message, hint)
        error.code = code
        raise error
    return verdict


# --- the other process ----------------------------------------------------------------------------


def check(given: BinaryIO, out: BinaryIO, seconds: int) -> None:
    """Check the story of the first frame, and end when nobody is there any more to read of it."""
    # this process alone reads files: the one that answers does without
    from timeline import loading

    write_frame(out, b"ready")
    frame = read_frame(given)
    if frame is None:
        return
    asked = msgspec.json.decode(frame, type=_Asked)
    # the asker keeps its end of the pipe open for as long as it lives
    threading.Thread(target=end_with, args=(given,), daemon=True).start()
    limit_process(memory=asked.memory, file=SPILLED, seconds=seconds + _START)
    try:
        story = _check(loading.checked, Path(asked.path), asked.timezone)
        line = encode_line(story)
        if len(line) > asked.most_bytes:
            raise TooLarge(
                f"what follows from the story is longer than {asked.most_bytes:,} bytes",
                "check it in parts",
            )
        verdict = Verdict(
            valid=story.valid, problems=story.problems, answer=msgspec.Raw(line.rstrip())
        )
    except TimelineError as error:
        verdict = Verdict(failure=(error.code, error.message, error.hint))
    write_frame(out, msgspec.json.encode(verdict))


def _check(
    checked: Callable[[list[Path]], AbstractContextManager[Checked]], path: Path, timezone: str
) -> StoryChecked:
    try:
        with checked([path]) as found:
            wrong = [] if found.failed is None else found.failed.problems
            state = Timeline(found.store, timezone).state()
            return _told(
                [*wrong, *found.done.warnings], path, found.done.stored, state, bool(wrong)
            )
    except DataError as error:
        return _told(error.problems, path)


def _told(
    found: Iterable[Found],
    path: Path,
    events: int = 0,
    state: StateAnswer | None = None,
    wrong: bool = True,
) -> StoryChecked:
    problems = [
        Problem(code=each.code, text=_cut(str(each), path), warning=each.warning) for each in found
    ]
    return StoryChecked(
        valid=not wrong,
        events=events,
        problems=problems[:MOST_PROBLEMS],
        more_problems=max(len(problems) - MOST_PROBLEMS, 0),
        state=state,
    )


def _cut(text: str, path: Path) -> str:
    text = text.replace(str(path), "story.yaml")
    return text if len(text) <= LONGEST_PROBLEM else f"{text[:LONGEST_PROBLEM]}…"
