"""One run of the program: its store, and how it speaks to whom."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TextIO

from timeline.cli.errors import say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from timeline.app import Timeline
    from timeline.errors import Problem
    from timeline.store.store import Clock


@dataclass
class Session:
    """What the shared options said; commands read it, and ask it for their store and output."""

    db: str = "timeline.db"
    timezone: str = "UTC"
    format: str = "table"
    output: Path | None = None
    color: Literal["auto", "always", "never"] = "auto"
    quiet: bool = False
    verbose: bool = False
    clock: Clock | None = None
    """Where the time of recording comes from; the system's clock unless a test says otherwise."""

    def open(self) -> Timeline:
        """The store. Nothing is read before the first question."""
        from timeline.app import Timeline

        if self.clock is not None:
            return Timeline.open(self.db, timezone=self.timezone, clock=self.clock)
        return Timeline.open(self.db, timezone=self.timezone)

    # --- to people ------------------------------------------------------------------------------

    def note(self, text: str) -> None:
        """Say something beside the answer, on standard error, unless it should be quiet."""
        if not self.quiet:
            say(text)

    def warn(self, problems: Iterable[Problem]) -> None:
        """Say what is doubtful, on standard error; quietness does not hide it."""
        for problem in problems:
            say(str(problem))

    # --- how the answer looks -------------------------------------------------------------------

    @property
    def to_terminal(self) -> bool:
        """Whether the answer goes to a person's terminal."""
        return self.output is None and sys.stdout.isatty()

    @property
    def colored(self) -> bool:
        """Whether the answer has colours (https://no-color.org)."""
        if self.color != "auto":
            return self.color == "always"
        if os.environ.get("NO_COLOR"):
            return False
        return self.to_terminal and os.environ.get("TERM") != "dumb"

    @property
    def width(self) -> int | None:
        """The columns of the terminal; None where nobody said how many there are."""
        stated = os.environ.get("COLUMNS", "")
        if stated.isdecimal() and int(stated):
            return int(stated)
        if not self.to_terminal:
            return None
        import shutil

        return shutil.get_terminal_size().columns


def write(stream: TextIO, text: str) -> None:
    """Write a text to an output of :func:`timeline.cli.output.writing`."""
    stream.write(text)
