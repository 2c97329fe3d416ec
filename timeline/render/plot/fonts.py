"""Pixels from a picture, and the fonts for them: others to use, and what no installed font can draw.

A missing letter is an empty place, and nothing says so. Here it is found by drawing: a letter that looks
like one that no font has is missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Final

from timeline.errors import CannotDraw, InvalidValue
from timeline.extras import needs
from timeline.render.plot.measure import FONT

_SUFFIXES: Final = {".ttf", ".otf", ".ttc", ".otc"}
_NO_LETTER: Final = "\U0010fffd"
"""The last private character: in no font."""
_SAMPLE: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="28" height="28">'
    f'<text x="4" y="22" font-size="20" font-family="{FONT}">{{}}</text></svg>'
)

_folders: list[str] = []


def rasterised(svg: str, scale: float = 1.0) -> bytes:
    """An SVG as PNG, drawn with the fonts of this machine. Raises CannotDraw, MissingExtra."""
    with needs("plot"):
        import resvg_py
    try:
        return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=scale, font_dirs=_folders or None))
    except ValueError as error:
        raise CannotDraw(str(error).partition("\n")[0]) from None


def use_fonts(directory: Path) -> None:
    """Draw with the fonts of a folder too. Raises InvalidValue where it holds none."""
    if not any(path.suffix.lower() in _SUFFIXES for path in directory.rglob("*")):
        raise InvalidValue(
            f"{directory} holds no fonts",
            f"name a folder with {', '.join(sorted(_SUFFIXES))} files",
        )
    if str(directory.absolute()) not in _folders:
        _folders.append(str(directory.absolute()))
    _is_drawn.cache_clear()


def undrawn(texts: Iterable[str]) -> str:
    """The letters of some texts that no installed font has, each once. Raises MissingExtra."""
    letters = sorted({letter for text in texts for letter in text if letter.isalnum()})
    if _is_drawn("A"):  # a font that has it has what Europe writes
        letters = [letter for letter in letters if ord(letter) > 0x24F]
    return "".join(letter for letter in letters if not _is_drawn(letter))


@lru_cache(maxsize=4096)
def _is_drawn(letter: str) -> bool:
    drawn = rasterised(_SAMPLE.format(letter))
    return drawn not in (rasterised(_SAMPLE.format(_NO_LETTER)), rasterised(_SAMPLE.format(" ")))
