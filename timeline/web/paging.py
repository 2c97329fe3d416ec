"""One page of many rows, and what leads to the next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any, Final, TypeVar

FOR_PEOPLE: Final = 50
"""Rows of a page that people read, unless they ask for more; programs get more at a time."""

Row = TypeVar("Row")


def cut(
    rows: Sequence[Row], after: str | None, limit: int, key: Callable[[Row], str]
) -> tuple[list[Row], dict[str, Any] | None]:
    """The first ``limit`` rows whose key comes after one (they are in its order), and what comes next."""
    return first([row for row in rows if after is None or key(row) > after], limit, key)


def first(
    rows: Iterable[Row], limit: int, key: Callable[[Row], Any], name: str = "after"
) -> tuple[list[Row], dict[str, Any] | None]:
    """The first ``limit`` rows, and the parameter that leads on, where there are more."""
    page = list(islice(rows, limit + 1))
    if len(page) <= limit:
        return page, None
    return page[:limit], {name: key(page[limit - 1])}
