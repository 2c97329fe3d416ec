"""How wide a text is drawn, and how to break it, so that no label is cut or runs into another.

Widths are those of Helvetica (Adobe's font metrics), which Arial and Liberation Sans share; pictures ask
for these fonts. Chinese, Japanese and Korean characters are as wide as they are high.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final

from timeline.render.text import clean, pieces

FONT: Final = (
    "Liberation Sans, Arial, Helvetica, Noto Sans CJK SC, Noto Sans CJK JP, Noto Sans SC, "
    "PingFang SC, Hiragino Sans, Microsoft YaHei, Yu Gothic, Malgun Gothic, DejaVu Sans, sans-serif"
)

# thousandths of the size, from the blank to the tilde
_WIDTHS: Final = (
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278,
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
    1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
    333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,
    556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
)  # fmt: skip
_BOLD: Final = 1.08
"""How much wider bold text is at most, on the average of a word."""
_UNKNOWN: Final = 700
_OTHERS: Final = {
    "–": 556,
    "—": 1000,
    "…": 1000,
    "→": 1000,
    "·": 278,
    "\u00a0": 278,
    "’": 222,
    "‘": 222,
}


@lru_cache(maxsize=4096)
def _thousandths(character: str) -> int:
    code = ord(character)
    if 32 <= code < 127:
        return _WIDTHS[code - 32]
    if character in _OTHERS:
        return _OTHERS[character]
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    if unicodedata.east_asian_width(character) in "WF":
        return 1000
    base = unicodedata.normalize("NFD", character)[0]
    return _WIDTHS[ord(base) - 32] if 32 <= ord(base) < 127 else _UNKNOWN


def width(text: str, size: float, *, bold: bool = False) -> float:
    """The width of a line of text in pixels, at a size in pixels."""
    return sum(map(_thousandths, text)) * size * (_BOLD if bold else 1) / 1000


def wrap(text: str, size: float, room: float, *, bold: bool = False) -> list[str]:
    """The text in lines of at most ``room`` pixels; what no break helps is broken anywhere."""
    lines: list[str] = []
    line = ""
    for word in clean(text).split(" "):
        glue = " " if line else ""
        whole = word.isascii() and width(word, size, bold=bold) <= room
        for piece in (word,) if whole else pieces(word):
            for part in _fitting(piece, size, room, bold):
                if line and width(line + glue + part, size, bold=bold) > room:
                    lines.append(line)
                    line, glue = "", ""
                line += glue + part
                glue = ""
    return [*lines, line]


def shorten(lines: list[str], most: int, size: float, room: float) -> list[str]:
    """At most so many lines; what is left out is an ellipsis that fits."""
    if len(lines) <= most:
        return lines
    last = lines[most - 1]
    while last and width(f"{last}…", size) > room:
        last = last[:-1]
    return [*lines[: most - 1], f"{last.rstrip()}…"]


def _fitting(word: str, size: float, room: float, bold: bool) -> list[str]:
    """The word in parts that each have room."""
    parts = [""]
    for character in word:
        if parts[-1] and width(parts[-1] + character, size, bold=bold) > room:
            parts.append("")
        parts[-1] += character
    return parts
