"""A sheet to draw on: layers of a Vega-Lite specification, placed in pixels from top to bottom.

Everything is placed here and measured before (:mod:`timeline.render.plot.measure`), so nothing is cut
and nothing collides, at whatever width and in whichever program draws it. Scales and axes of Vega-Lite
are left out: they would place labels that nobody has measured. What a mark stands for is in its data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from timeline.render.plot.colours import Colours, Theme, colours_of
from timeline.render.plot.measure import FONT, width, wrap

Spec: TypeAlias = dict[str, Any]
Rows: TypeAlias = Iterable[Mapping[str, Any]]

SCHEMA: Final = "https://vega.github.io/schema/vega-lite/v6.json"
TITLE: Final = 18
TEXT: Final = 12
SMALL: Final = 11
MARGIN: Final = 16
LEAST_WIDTH: Final = 280
"""Below it no title has room."""


class Sheet:
    """Layers, drawn from below to above, and where the next thing goes."""

    def __init__(self, wide: int, theme: Theme) -> None:
        self.width = wide
        self.theme: Theme = theme
        self.colours: Colours = colours_of(theme)
        self.layers: list[Spec] = []
        self.y: float = MARGIN
        self.params: list[Spec] = []

    @property
    def room(self) -> int:
        """How wide it is between the margins."""
        return self.width - 2 * MARGIN

    def add(
        self,
        mark: str,
        rows: Rows,
        *,
        tip: Mapping[str, str] | None = None,
        encoding: Mapping[str, Any] | None = None,
        transform: Sequence[Spec] = (),
        **style: Any,
    ) -> None:
        """A layer of marks, one a row, each with its places; nothing without rows.

        ``tip`` are the fields of the tooltip with what they are called; ``style`` holds for all marks.
        """
        values = list(rows)
        if not values:
            return
        there = values[0].keys()
        channels: Spec = {
            name: {"field": name, "type": "quantitative", "scale": None, "axis": None}
            for name in ("x", "y")
            if name in there
        }
        channels |= {name: {"field": name} for name in ("x2", "y2") if name in there}
        for name in ("text", "description"):
            if name in there:
                channels[name] = {"field": name, "type": "nominal"}
        if tip:
            channels["tooltip"] = [
                {"field": field, "type": "nominal", "title": title} for field, title in tip.items()
            ]
        layer: Spec = {
            "mark": {"type": mark, **style},
            "data": {"values": values},
            "encoding": channels | dict(encoding or {}),
        }
        if not tip:
            layer["mark"]["tooltip"] = None
        if transform:
            layer["transform"] = list(transform)
        self.layers.append(layer)

    def outline(self, boxes: Rows, color: str, *, later: bool = False) -> None:
        """Dotted outlines, of what is not certain; dashed ones of what was learned later."""
        self.add(
            "rect", boxes, filled=False, stroke=color, aria=False,
            strokeDash=[5, 3] if later else [1, 2], strokeWidth=1.5 if later else 1,
        )  # fmt: skip

    def text(
        self,
        rows: Rows,
        *,
        size: float = TEXT,
        color: str | None = None,
        halo: bool = False,
        **style: Any,
    ) -> None:
        """A layer of texts; with a halo, what is behind stays apart from them."""
        style = {
            "fontSize": size,
            "align": "left",
            "baseline": "alphabetic",
            "aria": False,
            **style,
        }
        values = list(rows)
        if halo:
            paper = self.colours.background
            self.add(
                "text", values, **style | {"stroke": paper, "strokeWidth": 3, "color": paper,
                                           "strokeJoin": "round"},
            )  # fmt: skip
        self.add("text", values, color=color or self.colours.text, **style)

    def paragraph(
        self,
        text: str,
        size: float = TEXT,
        *,
        color: str | None = None,
        bold: bool = False,
        gap: float = 4,
    ) -> None:
        """Text over the whole width, broken into lines, below what is there."""
        step = round(size * 1.3)
        rows = []
        for line in wrap(text, size, self.room, bold=bold):
            self.y += step
            rows.append({"x": MARGIN, "y": self.y - step * 0.25, "text": line})
        self.text(rows, size=size, color=color, fontWeight="bold" if bold else "normal")
        self.y += gap

    def head(self, title: str, subtitle: str) -> None:
        """The title, and a line below it."""
        self.paragraph(title, TITLE, bold=True)
        self.paragraph(subtitle, TEXT, color=self.colours.muted, gap=8)

    def foot(self, text: str) -> None:
        """The coordinate, so that the same picture can be drawn again."""
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
            taken = before + width(text, TEXT)
            if x > MARGIN and x + taken > self.width - MARGIN:
                x, middle = MARGIN, middle + row
            places.append((round(x, 1), middle))
            x += taken + gap
        self.y = middle + row / 2 if entries else self.y
        return places

    def spec(self, title: str, alt: str) -> Spec:
        """The specification, as high as what was drawn."""
        spec: Spec = {
            "$schema": SCHEMA,
            "description": alt,
            "width": self.width,
            "height": round(self.y),
            "padding": 0,
            "autosize": {"type": "none"},
            "background": self.colours.background,
            "config": {"font": FONT, "view": {"stroke": None}},
            "usermeta": {"title": title, "theme": self.theme},
            "layer": self.layers,
        }
        if self.params:
            spec["params"] = self.params
        return spec
