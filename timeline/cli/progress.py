"""A bar on standard error for what takes longer than two seconds."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import timedelta
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Final, TextIO

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

PATIENCE: Final = 2.0
"""Seconds before there is anything to see."""


class Bar:
    """Called with how many are done (and how many there are); shows itself on a terminal."""

    def __init__(
        self,
        what: str,
        *,
        unit: str = "events",
        quiet: bool = False,
        stream: TextIO | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.what = what
        self.unit = unit
        self.stream = sys.stderr if stream is None else stream
        self.clock = clock
        self.shown = not quiet and self.stream.isatty()
        self.started = clock()
        self._bar: tuple[Progress, TaskID] | None = None

    def __call__(self, done: int, total: int | None = None) -> None:
        """Move on."""
        if not self.shown or self.clock() - self.started < PATIENCE:
            return
        if self._bar is None:
            self._bar = self._start()
        progress, task = self._bar
        rate = done / max(self.clock() - self.started, 1e-9)
        said = f"{rate:,.0f}/s"
        if total and rate:
            said += f", {timedelta(seconds=round((total - done) / rate))} left"
        progress.update(task, completed=done, total=total, said=said)

    def _start(self) -> tuple[Progress, TaskID]:
        from rich.console import Console  # 70 ms: only where somebody waits anyway
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        progress = Progress(
            TextColumn(self.what),
            BarColumn(),
            TextColumn("{task.completed:,.0f} " + self.unit),
            TimeElapsedColumn(),
            TextColumn("{task.fields[said]}"),
            console=Console(file=self.stream),
            transient=True,
        )
        progress.start()
        return progress, progress.add_task(self.what, total=None, said="")

    def __enter__(self) -> Bar:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar[0].stop()
            self._bar = None
