"""One run of the program: its store, and how it speaks to whom."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from timeline.cli.errors import say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from timeline.app import Timeline
    from timeline.errors import Problem
    from timeline.store.store import Clock


class Session:
    """What the shared options said; commands read it, and ask it for their store and output."""

    def __init__(self, *, clock: Clock | None = None) -> None:
        """A ``clock`` stamps what is recorded, instead of the system's."""
        self.clock = clock
        self.db = "timeline.db"
        self.timezone = "UTC"
        self.format = "table"
        self.output: Path | None = None
        self.color = "auto"
        self.quiet = False
        self.verbose = False

    def open(self) -> Timeline:
        """The store. Nothing is read before the first question."""
        from timeline.app import Timeline
        from timeline.store.store import system_clock

        clock = self.clock or system_clock
        return Timeline.open(self.db, timezone=self.timezone, clock=clock)

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
        plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
        return self.to_terminal and not plain

    @property
    def width(self) -> int | None:
        """The columns of the terminal; None where nobody said how many there are."""
        if not self.to_terminal and not os.environ.get("COLUMNS"):
            return None
        import shutil

        return shutil.get_terminal_size().columns
