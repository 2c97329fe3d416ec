"""A picture of an answer: what it shows as data, and drawn as SVG, PNG or a page of HTML."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from io import BytesIO
from typing import Any, Final

import msgspec

from timeline.answers.tabular import Tabular, drawn
from timeline.errors import InvalidValue, MissingExtra
from timeline.extras import needs
from timeline.model.values import Day
from timeline.render.coordinate import coordinate_options, coordinate_words
from timeline.render.plot.colours import THEMES, Look, Theme
from timeline.render.plot.page import NARROW, page_html
from timeline.render.plot.reports import Headline
from timeline.render.plot.sheet import LEAST_WIDTH, Links, Scene
from timeline.render.text import capital

MOST_PIXELS: Final = 40_000_000
"""Of a PNG: a company with 600 items took 90 million at twice its width, and 1.3 GB of memory."""

PHONE: Final = 374
"""Pixels of a phone's page, within its margins."""

Draw = Callable[[Look, int, "Links | None"], Scene]
"""Draws an answer in a look and at a width; with links, what is in it leads to pages."""


class Picture:
    """A picture of an answer. A PNG needs the extra ``plot``, a network ``graph``; all else none.

    ``title`` and ``alt`` say what it shows, ``data`` is all that it shows, as JSON. Drawing methods raise
    MissingExtra where a library is not installed. In a notebook it shows itself, or else its table.
    """

    def __init__(
        self,
        answer: Tabular,
        *,
        title: str,
        alt: str,
        draw: Draw,
        width: int,
        theme: Theme = "light",
        days: tuple[Day, Day] | None = None,
        reports: Callable[[], Sequence[Headline]] = tuple,
    ) -> None:
        """``days`` are the ends of a slider, of a picture that has all of its days in a page.

        ``reports`` gives what it tells while it plays through them.
        """
        self.answer = answer
        self.title = title
        self.alt = alt
        self.days = days
        self.reports = reports
        self.width = width
        self.theme = theme
        self._draw = draw

    address: str | None = None
    """Where it can be seen; it stands at the foot of a file."""

    def signed(self, address: str) -> Picture:
        """The picture, with its address at the foot."""
        self.address = address
        self.__dict__.pop("scene", None)
        return self

    @cached_property
    def scene(self) -> Scene:
        """The picture as marks, each where it stands."""
        scene = self._draw(self.theme, self.width, None)
        return scene if self.address is None else scene.with_line(self.address)

    @property
    def data(self) -> dict[str, Any]:
        """What the picture shows, ready for JSON: the answer, after a title and a text."""
        said: dict[str, Any] = msgspec.to_builtins(self.document)
        return said

    @property
    def document(self) -> msgspec.Struct:
        """The same as a value of its type."""
        return drawn(self.answer, self.title, self.alt)

    @property
    def texts(self) -> Iterator[str]:
        """Every text in the picture."""
        return (mark.text for mark in self.scene.walk() if mark.tag == "text")

    def svg(self) -> str:
        """The picture as an SVG document, with its title and its text for who cannot see it."""
        return self.scene.svg()

    def inline(self, width: int, links: Links) -> str:
        """The picture as a part of a page: in its colours, and each thing leads to its own page."""
        return self._draw("page", width, links).svg()

    def png(self, scale: float = 2) -> bytes:
        """The picture as a PNG of 256 colours, ``scale`` pixels to one of its width.

        Fewer where it would have more than 40 million of them.
        """
        with needs("plot"):
            from PIL import Image, PngImagePlugin

            from timeline.render.plot.fonts import rasterised
        most = MOST_PIXELS / (self.scene.width * self.scene.height)
        drawn = rasterised(self.scene.svg(), min(scale, most**0.5))
        # a third of the bytes, and no difference that an eye finds
        image = Image.open(BytesIO(drawn)).convert("RGB")
        small = image.quantize(256, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        told = PngImagePlugin.PngInfo()
        told.add_itxt("Title", self.title)
        told.add_itxt("Description", self.alt)
        out = BytesIO()
        small.save(out, "PNG", optimize=True, pnginfo=told)
        return out.getvalue()

    def html(self) -> str:
        """One file that opens without a network: hovering tells, a slider where there are days, the data.

        A picture that is too wide for a phone is in it twice, the second time for one.
        """
        widths = (self.width, PHONE) if self.width > NARROW else (self.width,)
        answer: Any = self.answer
        return page_html(
            scenes=[self._draw("page", width, None) for width in widths],
            foot=f"{capital(coordinate_words(answer))} · {coordinate_options(answer)}",
            table=answer._repr_html_(),
            theme=self.theme,
            on=answer.on,
            days=self.days,
            reports=self.reports(),
        )

    def _repr_html_(self) -> str:
        try:
            return self.svg()
        except MissingExtra:
            return self.answer._repr_html_()


def check_look(theme: str, width: int) -> None:
    """Raise InvalidValue for a theme that does not exist, or a width in which nothing has room."""
    if theme not in THEMES:
        raise InvalidValue(f'no theme "{theme}"', f"one of {', '.join(THEMES)}")
    if not LEAST_WIDTH <= width <= 10_000:
        raise InvalidValue(
            f"a picture cannot be {width} pixels wide", f"give {LEAST_WIDTH} to 10,000"
        )
