"""A bar for what takes long: on a terminal, from two seconds on, and gone at the end."""

from __future__ import annotations

import io
import sys

import pytest

from timeline.cli.progress import Bar


class Terminal(io.StringIO):
    """What a person sees of standard error."""

    def isatty(self) -> bool:
        return True


class Clock:
    """A second on each look."""

    now = 0.0

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


@pytest.fixture(autouse=True)
def colourful(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR")


def test_nothing_in_the_first_two_seconds() -> None:
    stream = Terminal()
    with Bar("replay", stream=stream, clock=Clock()) as bar:
        bar(1000)
    assert stream.getvalue() == ""


def test_a_bar_after_that_which_is_gone_at_the_end() -> None:
    stream = Terminal()
    with Bar("replay", stream=stream, clock=Clock()) as bar:
        for done in range(1000, 6000, 1000):
            bar(done)
        bar(5000, 5000)
    text = stream.getvalue()
    assert "replay" in text
    assert "5,000 events" in text
    assert text.endswith("\x1b[2K")  # the line is empty


def test_it_says_how_fast_it_goes_and_how_long_it_will_take() -> None:
    stream = Terminal()
    with Bar("replay", stream=stream, clock=Clock()) as bar:
        for done in range(1000, 6000, 1000):
            bar(done, 10_000)
    # 5,000 in the nine seconds until that look at the clock, and as many to go
    assert "556/s, 0:00:09 left" in stream.getvalue()


def test_how_long_it_will_take_is_not_said_where_nobody_knows() -> None:
    stream = Terminal()
    with Bar("replay", stream=stream, clock=Clock()) as bar:
        for done in range(1000, 6000, 1000):
            bar(done)
    assert "556/s" in stream.getvalue()
    assert "left" not in stream.getvalue()


def test_it_goes_where_something_fails() -> None:
    stream = Terminal()

    def work() -> None:
        with Bar("verify", stream=stream, clock=Clock()) as bar:
            bar(1000)
            bar(2000)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()
    assert stream.getvalue().endswith("\x1b[2K")


def test_no_bar_where_nobody_looks() -> None:
    for stream, quiet in ((io.StringIO(), False), (Terminal(), True)):
        with Bar("replay", stream=stream, quiet=quiet, clock=Clock()) as bar:
            for done in range(10):
                bar(done)
        assert stream.getvalue() == ""


def test_it_is_standard_error_by_default() -> None:
    assert Bar("replay").stream is sys.stderr
