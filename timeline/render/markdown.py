"""Rows as a table of GitHub Flavored Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from timeline.render.text import clean
from timeline.render.words import value_in_words

_SPECIAL: Final = re.compile(r"[\\`*|<\[\]]")
_NEWLINE: Final = re.compile(r"\r\n|[\r\n]")


def markdown_lines(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> Iterator[str]:
    """A header, a rule, and one line a row; values in words, so that people can read them."""
    yield _line(map(_cell, columns))
    yield _line("---" for _ in columns)
    for row in rows:
        yield _line(_cell(row.get(column)) for column in columns)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def _cell(value: Any) -> str:
    text = _SPECIAL.sub(r"\\\g<0>", value_in_words(value).strip())
    return "<br>".join(map(clean, _NEWLINE.split(text)))
