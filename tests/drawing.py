"""Draws of Hypothesis from values that are at hand, for histories that take a hundred of them.

Making a strategy takes longer than drawing from it. These make one for each length, and draw its index:
half of the time of ``st.sampled_from`` and ``st.lists`` made anew for each draw, with the same shrinking
towards what comes first.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TypeVar

from hypothesis import strategies as st

T = TypeVar("T")

at_most = cache(lambda last: st.integers(0, last))
"""Numbers from 0 to ``last``."""


def pick(draw: st.DrawFn, values: Sequence[T]) -> T:
    """One of some values."""
    return values[draw(at_most(len(values) - 1))]


def pick_some(draw: st.DrawFn, values: Sequence[T], most: int, least: int = 0) -> list[T]:
    """Different ones of some values: at least and at most so many, in any order."""
    return [values[at] for at in draw(_places(len(values), least, most))]


@cache
def _places(length: int, least: int, most: int) -> st.SearchStrategy[list[int]]:
    return st.lists(at_most(length - 1), min_size=least, max_size=most, unique=True)
