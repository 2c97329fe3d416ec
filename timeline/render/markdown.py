"""Rows as a table of GitHub Flavored Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from timeline.language import tr, tr_as
from timeline.render.coordinate import coordinate_options, coordinate_words
from timeline.render.text import capital, clean
from timeline.render.words import value_in_words

_SPECIAL: Final = re.compile(r"[\\`*|<\[\]]")
_NEWLINE: Final = re.compile(r"\r\n|[\r\n]")


def markdown_lines(
    rows: Iterable[Mapping[str, Any]], columns: Sequence[str], heads: Sequence[str] | None = None
) -> Iterator[str]:
    """A header, a rule, and one line a row; values in words, so that people can read them.

    ``heads`` are what the columns are called, where that is not their name.
    """
    yield _line(map(_cell, heads or columns))
    yield _line("---" for _ in columns)
    for row in rows:
        yield _line(_cell(row.get(column)) for column in columns)


def answer_lines(
    answer: Any, rows: Sequence[Mapping[str, Any]], columns: Sequence[str]
) -> Iterator[str]:
    """An answer: when it is about, its rows (or a header of ``columns``), and how to ask the same again."""
    if hasattr(answer, "before"):
        sides = {tr("Before: {when}"): answer.before, tr("After: {when}"): answer.after}
    else:
        sides = {"": answer} if hasattr(answer, "on") and hasattr(answer, "known") else {}
    for text, side in sides.items():
        said = coordinate_words(side)
        yield f"{_cell(capital(text.format(when=said) if text else said))}\n\n"
    names = [*rows[0]] if rows else columns
    yield from markdown_lines(rows, names, [tr_as("column", name) for name in names])
    for text, side in sides.items():
        options = f"`{coordinate_options(side)}`"
        said = (
            text.format(when=options) if text else tr("The same again: {options}", options=options)
        )
        yield f"\n{said}\n"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def _cell(value: Any) -> str:
    text = _SPECIAL.sub(r"\\\g<0>", value_in_words(value).strip())
    return "<br>".join(map(clean, _NEWLINE.split(text)))
