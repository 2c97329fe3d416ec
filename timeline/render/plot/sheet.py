"""A sheet to draw on: marks placed in pixels from top to bottom, and the SVG that they are.

Everything is placed here and measured before (:mod:`timeline.render.plot.measure`), so nothing is cut
and nothing collides, at whatever width and in whichever program shows it. A picture in a page, in a file
and in a notebook is the same marks; only where their colours come from and where their links lead differs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from html import escape
from typing import Any, Final, Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from timeline.render.plot.colours import Colours, Look, colours_of
from timeline.render.plot.measure import FONT, shorten, width, wrap
from timeline.render.text import clean

TITLE: Final = 18
TEXT: Final = 13
SMALL: Final = 12
MARGIN: Final = 16
_LINES: Final = 40
"""Of one paragraph: a name of 100,000 characters would take half a minute to draw."""
LEAST_WIDTH: Final = 280
"""Below it no title has room."""

Links: TypeAlias = Callable[[str], str | None]
"""The address of a company or a subject."""
Value: TypeAlias = str | float | None

_UNDRAWABLE: Final = re.compile(
    "[^\t\n\r\x20-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010ffff]|["
    + "".join(
        f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000)
    )
    + "]"
)
"""What XML 1.0 does not allow, or Unicode says is no character: an SVG with one is not well-formed."""


def drawable(text: str) -> str:
    """The text with every character written out that cannot be drawn, or turns the direction of reading."""
    lines = "\n".join(map(clean, text.split("\n")))
    return _UNDRAWABLE.sub(lambda found: f"U+{ord(found[0]):04X}", lines)


class Mark(Struct):
    """An element: a shape, a text, or what holds others."""

    tag: str
    attributes: dict[str, Any]
    text: str = ""
    inside: list[Mark] = []

    def walk(self) -> Iterator[Mark]:
        """This mark, and all inside of it."""
        yield self
        for each in self.inside:
            yield from each.walk()


class Scene(Struct, frozen=True):
    """A picture: how large it is, what it says to who cannot see it, and its marks from below to above."""

    title: str
    alt: str
    width: int
    height: int
    look: Look
    marks: list[Mark]

    def walk(self) -> Iterator[Mark]:
        """Every mark."""
        for mark in self.marks:
            yield from mark.walk()

    def svg(self) -> str:
        """The picture as an SVG document, with its title and its text for who cannot see it.

        Texts are as wide as they were measured, whatever font draws them.
        """
        said = f"{self.title}\n{self.alt}\n{self.width}\n{self.look}"
        name = blake2b(said.encode(), digest_size=4).hexdigest()
        colours = colours_of(self.look)
        # what can be followed must not be hidden in an image
        role = "group" if any(mark.tag == "a" for mark in self.walk()) else "img"
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width}" height="{self.height}" '
            f'viewBox="0 0 {self.width} {self.height}" font-family="{escape(FONT)}" class="drawn" '
            f'role="{role}" aria-labelledby="title-{name} alt-{name}">'
            f'<title id="title-{name}">{escape(drawable(self.title))}</title>'
            f'<desc id="alt-{name}">{escape(drawable(self.alt))}</desc>'
            f'<defs><pattern id="hatch-{name}" width="6" height="6" patternUnits="userSpaceOnUse" '
            f'patternTransform="rotate(45)"><rect width="6" height="6" fill="{colours.fills["disputed"]}"/>'
            f'<path d="M0 0V6" stroke="{colours.groups["disputed"]}" stroke-width="2"/></pattern></defs>'
            f'<rect width="{self.width}" height="{self.height}" fill="{colours.background}"/>'
        )
        body = "".join(_written(mark, name) for mark in self.marks)
        return f"{head}{body}</svg>\n"

    def with_line(self, text: str) -> Scene:
        """The picture with one more text at its foot."""
        sheet = Sheet(self.width, self.look)
        sheet.marks, sheet.y = list(self.marks), self.height - 6
        sheet.paragraph(text, SMALL, color=sheet.colours.muted)
        sheet.y += 6
        return replace(self, marks=sheet.marks, height=round(sheet.y))


HATCH: Final = "url(#hatch)"
"""The fill of what is suspended or disputed."""


def _written(mark: Mark, name: str) -> str:
    attributes = mark.attributes
    if mark.tag == "text" and mark.text:
        bold = attributes["font-weight"] is not None
        long = width(mark.text, float(attributes["font-size"] or TEXT), bold=bold)
        attributes = {**attributes, "textLength": long, "lengthAdjust": "spacingAndGlyphs"}
    given = "".join(
        f' {key}="{_value(value, name)}"' for key, value in attributes.items() if value is not None
    )
    inner = escape(drawable(mark.text), quote=False)
    inner += "".join(_written(each, name) for each in mark.inside)
    return f"<{mark.tag}{given}>{inner}</{mark.tag}>" if inner else f"<{mark.tag}{given}/>"


def _value(value: Value, name: str) -> str:
    if isinstance(value, str):
        return f"url(#hatch-{name})" if value == HATCH else escape(drawable(value))
    return f"{value:.1f}".removesuffix(".0")


def _attributes(given: Mapping[str, Value]) -> dict[str, Any]:
    """By their names in SVG: ``stroke_width`` is stroke-width, ``class_`` class."""
    return {name.rstrip("_").replace("_", "-"): value for name, value in given.items()}


Align: TypeAlias = Literal["start", "middle", "end"]


class Sheet:
    """Marks, drawn from below to above, and where the next thing goes."""

    def __init__(self, wide: int, look: Look, links: Links | None = None) -> None:
        self.width = wide
        self.look: Look = look
        self.colours: Colours = colours_of(look)
        self.links = links
        self.marks: list[Mark] = []
        self.y: float = MARGIN

    @property
    def room(self) -> int:
        """How wide it is between the margins."""
        return self.width - 2 * MARGIN

    # --- marks ------------------------------------------------------------------------------------

    def mark(self, tag: str, **attributes: Value) -> Mark:
        """An element with its attributes."""
        made = Mark(tag, _attributes(attributes))
        self.marks.append(made)
        return made

    def rect(self, x: float, y: float, wide: float, high: float, **style: Value) -> None:
        """A rectangle, filled unless ``fill`` says otherwise."""
        self.mark("rect", x=x, y=y, width=max(wide, 0), height=max(high, 0), **style)

    def line(self, x: float, y: float, x2: float, y2: float, **style: Value) -> None:
        """A straight line, of the muted colour unless ``stroke`` says otherwise."""
        style = {"stroke": self.colours.muted, **style}
        self.mark("path", d=f"M{x:.1f} {y:.1f}L{x2:.1f} {y2:.1f}", fill="none", **style)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float = TEXT,
        *,
        color: str | None = None,
        bold: bool = False,
        align: Align = "start",
        halo: bool = False,
        **more: Value,
    ) -> None:
        """A line of text on its baseline; with a halo, what is behind stays apart from it."""
        style: dict[str, Value] = {
            "x": x, "y": y, "font_size": size, "fill": color or self.colours.text,
            "font_weight": "700" if bold else None, "text_anchor": None if align == "start" else align,
        }  # fmt: skip
        if halo:
            style |= {"stroke": self.colours.background, "stroke_width": 4, "stroke_linejoin": "round",
                      "paint_order": "stroke"}  # fmt: skip
        self.mark("text", **style, **more).text = drawable(text)

    @contextmanager
    def about(self, target: str | None, sentence: str, **more: Value) -> Iterator[None]:
        """Marks of one thing: hovering says the sentence, and where there are links it leads to its page."""
        around, self.marks = self.marks, []
        try:
            yield
        finally:
            inside, self.marks = self.marks, around
            href = self.links(target) if self.links is not None and target is not None else None
            given = _attributes(more)
            told = Mark("title", {}, sentence)
            made = Mark("g" if href is None else "a", given, "", [told, *inside])
            if href is not None:
                made.attributes = {"href": href, **given}
            self.marks.append(made)

    # --- what follows on what is there ------------------------------------------------------------

    def paragraph(
        self,
        text: str,
        size: float = TEXT,
        *,
        color: str | None = None,
        bold: bool = False,
        gap: float = 4,
        most: int = _LINES,
    ) -> None:
        """Text over the whole width, broken into at most so many lines, below what is there."""
        step = round(size * 1.3)
        for line in shorten(wrap(text, size, self.room, bold=bold), most, size, self.room):
            self.y += step
            self.text(MARGIN, self.y - step * 0.25, line, size, color=color, bold=bold)
        self.y += gap

    def head(self, title: str, subtitle: str) -> None:
        """The title, and a line below it; a page says both in words of its own."""
        if self.look == "page":
            return
        self.paragraph(title, TITLE, bold=True, most=4)
        self.paragraph(subtitle, TEXT, color=self.colours.muted, gap=8)

    def foot(self, text: str) -> None:
        """The coordinate, so that the same picture can be drawn again."""
        if self.look != "page":
            self.y += 8
            self.paragraph(text, SMALL, color=self.colours.muted, gap=0)
        self.y += MARGIN - 4

    def flow(
        self, entries: Sequence[tuple[str, float]], row: float = 20, gap: float = 16
    ) -> list[tuple[float, float]]:
        """Where the entries of a legend go: each a text with so many pixels before it; left, middle."""
        places = []
        x: float = MARGIN
        middle = self.y + row / 2
        for text, before in entries:
            taken = before + width(text, SMALL)
            if x > MARGIN and x + taken > self.width - MARGIN:
                x, middle = MARGIN, middle + row
            places.append((round(x, 1), middle))
            x += taken + gap
        self.y = middle + row / 2 if entries else self.y
        return places

    def scene(self, title: str, alt: str) -> Scene:
        """The picture, as high as what was drawn."""
        return Scene(title, alt, self.width, round(self.y), self.look, self.marks)
