"""Letters that no font has are found before they are boxes, and drawn with a font that has them."""

from __future__ import annotations

from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from timeline.errors import InvalidValue
from timeline.render.plot.fonts import undrawn, use_fonts

RARE = "\U0002ceb1"
"""A letter of CJK extension F: hardly any machine has a font with it."""


def make_font(path: Path, letter: str) -> None:
    """A font of one letter, which is a triangle."""
    pen = TTGlyphPen(None)
    pen.moveTo((100, 0))
    pen.lineTo((500, 800))
    pen.lineTo((900, 0))
    pen.closePath()
    triangle, empty = pen.glyph(), TTGlyphPen(None).glyph()
    font = FontBuilder(1000, isTTF=True)
    font.setupGlyphOrder([".notdef", "letter"])
    font.setupCharacterMap({ord(letter): "letter"})
    font.setupGlyf({".notdef": empty, "letter": triangle})
    font.setupHorizontalMetrics({".notdef": (1000, 0), "letter": (1000, 100)})
    font.setupHorizontalHeader(ascent=800, descent=-200)
    font.setupNameTable({"familyName": "One Letter", "styleName": "Regular", "psName": "OneLetter"})
    font.setupOS2(sTypoAscender=800, sTypoDescender=-200, usWinAscent=800, usWinDescent=200)
    font.setupPost()
    font.save(path)


def test_what_every_machine_draws_is_not_missing() -> None:
    assert undrawn(["Acme – Straße, “quoted” → 12 %", "Ωmega"]) in ("", "Ω")


def test_a_letter_that_no_font_has_is_named_until_one_has_it(tmp_path: Path) -> None:
    if not undrawn([RARE]):
        pytest.skip("a font of this machine has even this letter")
    assert undrawn([f"one {RARE}", RARE * 2]) == RARE
    (tmp_path / "fonts").mkdir()
    make_font(tmp_path / "fonts" / "one.ttf", RARE)
    use_fonts(tmp_path)
    assert undrawn([RARE]) == ""


def test_a_folder_without_fonts_is_refused(tmp_path: Path) -> None:
    (tmp_path / "readme.txt").write_text("no font")
    with pytest.raises(InvalidValue, match="holds no fonts"):
        use_fonts(tmp_path)
