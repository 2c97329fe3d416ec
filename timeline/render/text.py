"""Plain text for terminals: made harmless, measured in cells, wrapped, coloured.

Nothing here imports rich or click: ``timeline state`` must start fast, and the library is not a
command line.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import Final, Literal

from timeline.language import tr

_COLOURS: Final = {
    # of the 256 colours, those with a contrast of at least 3:1 on white and on black
    "rumoured": "38;5;136",
    "announced": "38;5;33",
    "active": "1;38;5;27",
    "disputed": "38;5;133",
    "denied": "38;5;160",
    "ended": "38;5;244",
    "strong": "1",
    "faint": "2",
}

_BLANKS: Final = dict.fromkeys((*range(9, 14), 0x85, 0x2028, 0x2029), " ")
_STEERING: Final = {
    code: f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
    for code in (
        *(code for code in range(32) if code not in _BLANKS),
        *(code for code in range(127, 160) if code not in _BLANKS),
        *(0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)),  # bidi
    )
}
_CLEAN: Final = _BLANKS | _STEERING

# A space where a line may break: not between a currency and its number, nor a number and its unit, nor
# within a day ("21 Nov 2025").
_MONTHS: Final = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_BREAK: Final = re.compile(
    r" +(?!(?<=\b[A-Z]{3} )[-−\d])(?!(?<=\d )(?:%|(?:tn|bn|mn)\b))"
    rf"(?!(?<=\d )(?:{_MONTHS})\b)(?!(?<=\b(?:{_MONTHS}) )\d{{4}}\b)"
)

# Inside an id a line may break where a word begins, which keeps dates whole.
_INSIDE: Final = re.compile(r"(?<=[-:/.@_])(?=[^\W\d_])|(?<=,)(?=\S)")


def clean(text: str) -> str:
    """The text on one line, with everything that could steer a terminal written out as an escape.

    Sources are quoted as they are; none may move the cursor, change colours or reverse the reading.
    """
    return text if text.isascii() and text.isprintable() else text.translate(_CLEAN)


def paint(text: str, style: str, color: bool) -> str:
    """The text in a style (a group of statuses, ``strong``, ``faint``), where colour is wanted."""
    return f"\x1b[{_COLOURS[style]}m{text}\x1b[0m" if color and text else text


def cells(text: str) -> int:
    """How many columns of a terminal the text takes: a wide character (鴻) two, a mark none."""
    return len(text) if text.isascii() else sum(map(_cells, text))


def _cells(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def wrap(text: str, width: int, *, tight: bool = False) -> list[str]:
    """The text in lines of at most that many columns; nothing is cut or lost.

    A word that is longer stays whole on a line of its own, so that an id or address can be copied;
    in a ``tight`` place it breaks after its hyphens. Chinese, Japanese and Korean break between
    characters.
    """
    lines: list[str] = []
    line, used = "", 0
    for word in _BREAK.split(text):
        parts = pieces(word) if tight or not word.isascii() else (word,)
        for index, piece in enumerate(parts):
            space = " " if line and not index else ""
            taken = cells(piece)
            if line and used + len(space) + taken > width:
                lines.append(line)
                line, used = piece, taken
            else:
                line, used = line + space + piece, used + len(space) + taken
    return [*lines, line]


def unbroken(text: str) -> Iterator[str]:
    """What stays whole in a text that is wrapped in a tight place: a day, a part of an id."""
    for word in _BREAK.split(text):
        yield from pieces(word)


def pieces(word: str) -> Iterator[str]:
    """The parts of a word that stay whole: of an id between hyphens, of wide characters each."""
    for part in _INSIDE.split(word):
        yield from (part,) if part.isascii() else _characters(part)


def _characters(word: str) -> Iterator[str]:
    piece, was_wide = "", False
    for character in word:
        wide = _cells(character) == 2
        closing = unicodedata.category(character) in ("Pe", "Pf", "Po", "Mn", "Me", "Cf")
        if piece and (wide or was_wide) and not closing:
            yield piece
            piece = ""
        piece += character
        was_wide = wide or (was_wide and closing)
    yield piece


def block(text: str, width: int, *, first: str = "", indent: int = 0) -> Iterator[str]:
    """The lines of a paragraph: ``first`` (already as wide as the indent) before the first one."""
    for number, line in enumerate(wrap(text, max(width - indent, 1))):
        yield (" " * indent if number or not first else first) + line


def capital(text: str) -> str:
    """The text with a capital at its start, and the rest as it is."""
    return text[:1].upper() + text[1:]


def join(words: Iterable[str], last: Literal["and", "or"] = "and") -> str:
    """``a, b and c``."""
    *others, final = list(words) or [""]
    if not others:
        return final
    parts = {"others": ", ".join(others), "last": final}
    return tr("{others} or {last}", **parts) if last == "or" else tr("{others} and {last}", **parts)


def listing(words: Iterable[str]) -> str:
    """``a, b, c``; with semicolons where a part has a comma of its own."""
    parts = list(words)
    return ("; " if any("," in part for part in parts) else ", ").join(parts)


# --- labels of other drawing programs -----------------------------------------------------------


def _lines(text: str | list[str], escape: Callable[[str], str], end: str) -> str:
    lines = [text] if isinstance(text, str) else text
    return f'"{end.join(escape(clean(line)) for line in lines)}"'


def dot_text(text: str | list[str]) -> str:
    """A text, or lines of it, as a quoted string of DOT."""
    return _lines(text, lambda line: line.replace("\\", "\\\\").replace('"', '\\"'), "\\n")


def mermaid_text(text: str | list[str]) -> str:
    """A text, or lines of it, as a quoted string of Mermaid."""
    return _lines(text, lambda line: line.translate(_ENTITIES), "<br>")


# by their numbers: "#" begins an entity, and what is between quotes may hold markup and Markdown
_ENTITIES: Final = {ord(each): f"#{ord(each)};" for each in '#"<>&`*_[]{}()|\\'}
