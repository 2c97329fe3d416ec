"""Fonts for pictures of pixels: others to use, and what no installed font can draw.

A missing letter is an empty box, and nothing says so. Here it is found by drawing: a letter that looks
like one that no font has is missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from timeline.errors import InvalidValue
from timeline.extras import needs
from timeline.render.drawing import add_fonts

_SUFFIXES: Final = {".ttf", ".otf", ".ttc", ".otc"}
_NO_LETTER: Final = "\U0010fffd"
"""The last private character: in no font."""
_SAMPLE: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="28" height="28">'
    '<text x="4" y="22" font-size="20" font-family="sans-serif">{}</text></svg>'
)


def use_fonts(directory: Path) -> None:
    """Draw with the fonts of a folder too. Raises InvalidValue where it holds none, MissingExtra."""
    if not any(path.suffix.lower() in _SUFFIXES for path in directory.rglob("*")):
        raise InvalidValue(
            f"{directory} holds no fonts",
            f"name a folder with {', '.join(sorted(_SUFFIXES))} files",
        )
    with needs("plot"):
        import vl_convert
    vl_convert.register_font_directory(str(directory))
    add_fonts(str(directory.absolute()))
    _is_drawn.cache_clear()


def undrawn(texts: Iterable[str]) -> str:
    """The letters of some texts that no installed font has, each once. Raises MissingExtra."""
    letters = sorted({letter for text in texts for letter in text if ord(letter) > 0x24F})
    return "".join(letter for letter in letters if letter.isalnum() and not _is_drawn(letter))


@lru_cache(maxsize=4096)
def _is_drawn(letter: str) -> bool:
    return _drawn(letter) not in (_drawn(_NO_LETTER), _drawn(" "))


def _drawn(letter: str) -> Any:
    with needs("plot"):
        import vl_convert
    return vl_convert.svg_to_png(_SAMPLE.format(letter))
