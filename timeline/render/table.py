"""Rows as aligned columns under a header, for people.

Written out by hand instead of with rich: its import takes 70 ms, as long as a question to the
store; it breaks ids anywhere; and it pads lines with blanks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, zip_longest
from typing import Any, Final

from timeline.render.status import GROUPS, group_of, status_words
from timeline.render.text import cells, clean, paint, unbroken, wrap
from timeline.render.words import value_in_words

_GAP: Final = "  "
_STATUSES: Final = frozenset(chain.from_iterable(GROUPS.values()))


def table_lines(
    rows: Iterable[Mapping[str, Any]],
    columns: Sequence[str],
    width: int | None = None,
    color: bool = False,
) -> Iterator[str]:
    """A header, a rule, and the rows, wrapped to ``width``; without one, each row on one line.

    Nothing is cut: where even the longest ids do not fit beside each other, every row is a record, a line
    a column. A column ``status`` has its colours.
    """
    body = list(rows)
    texts = [[_text(column, row.get(column)) for column in columns] for row in body]
    heads = [clean(column) for column in columns]
    widths = _widths([heads, *texts], width)
    if width is not None and body and sum(widths) + len(_GAP) * (len(widths) - 1) > width:
        yield from _records(body, columns, heads, texts, width, color)
        return
    right = [bool(body) and all(_is_number(row.get(column)) for row in body) for column in columns]

    yield from _row(heads, widths, right, ["strong" if color else ""] * len(columns))
    yield _GAP.join("─" * each for each in widths) + "\n"
    for row, line in zip(body, texts, strict=True):
        styles = [_style(column, row.get(column)) if color else "" for column in columns]
        yield from _row(line, widths, right, styles)


def _records(
    body: Sequence[Mapping[str, Any]],
    columns: Sequence[str],
    heads: Sequence[str],
    texts: Sequence[Sequence[str]],
    width: int,
    color: bool,
) -> Iterator[str]:
    """Each row as lines of a name and a value, what is empty left out; a blank line between rows."""
    label = max(map(cells, heads))
    room = max(width - label - len(_GAP), 20)
    for number, (row, line) in enumerate(zip(body, texts, strict=True)):
        if number:
            yield "\n"
        for column, head, text in zip(columns, heads, line, strict=True):
            style = _style(column, row.get(column)) if color else ""
            for place, part in enumerate(wrap(text, room, tight=True) if text else ()):
                name = head if place == 0 else ""
                shown = paint(name, "strong", bool(color and name)) + " " * (label - cells(name))
                yield f"{shown}{_GAP}{paint(part, style, bool(style))}".rstrip() + "\n"


def _is_status(column: str, value: Any) -> bool:
    return column == "status" and isinstance(value, str) and value in _STATUSES


def _text(column: str, value: Any) -> str:
    return status_words(value) if _is_status(column, value) else clean(value_in_words(value))


def _style(column: str, value: Any) -> str:
    return group_of(value) if _is_status(column, value) else ""


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _widths(lines: Sequence[Sequence[str]], width: int | None) -> list[int]:
    """The width of every column: what it needs, or the widest ones narrowed down alike."""
    needs = [max(map(cells, column)) for column in zip(*lines, strict=True)]
    if width is None:
        return needs
    least = [
        max(cells(piece) for text in column for piece in unbroken(text))
        for column in zip(*lines, strict=True)
    ]
    available = width - len(_GAP) * (len(needs) - 1)
    for most in range(max(needs), 0, -1):
        widths = [max(low, min(need, most)) for low, need in zip(least, needs, strict=True)]
        if sum(widths) <= available:
            return widths
    return least


def _row(
    texts: Sequence[str], widths: Sequence[int], right: Sequence[bool], styles: Sequence[str]
) -> Iterator[str]:
    wrapped = [wrap(text, most, tight=True) for text, most in zip(texts, widths, strict=True)]
    for parts in zip_longest(*wrapped, fillvalue=""):
        line = []
        for part, most, flush, style in zip(parts, widths, right, styles, strict=True):
            blank = " " * (most - cells(part))
            shown = paint(part, style, bool(style))
            line.append(blank + shown if flush else shown + blank)
        yield _GAP.join(line).rstrip() + "\n"
