"""A picture of an answer: what it shows as data, and drawn as SVG, PNG or a page of HTML."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cached_property
from hashlib import blake2b
from html import escape
from io import BytesIO
from typing import Any, Final

import msgspec

from timeline.answers.tabular import Tabular
from timeline.errors import InvalidValue, MissingExtra
from timeline.extras import needs
from timeline.model.values import Day
from timeline.render.drawing import draw, drawable
from timeline.render.plot.colours import THEMES, Theme, colours_of
from timeline.render.plot.sheet import LEAST_WIDTH, Spec

MOST_PIXELS: Final = 40_000_000
"""Of a PNG: a company with 600 items took 90 million at twice its width, and 1.3 GB of memory."""

PHONE: Final = 374
"""Pixels of a phone's page, within its margins."""


class Picture:
    """A picture of an answer. Drawing needs the extra ``plot`` (a network ``graph`` too), its data none.

    ``title`` and ``alt`` say what it shows, ``data`` is all that it shows, as JSON. Drawing methods raise
    MissingExtra where a library is not installed. In a notebook it shows itself, or else its table.
    """

    def __init__(
        self,
        answer: Tabular,
        *,
        title: str,
        alt: str,
        draw: Callable[[int], Spec],
        width: int,
        days: tuple[Day, Day] | None = None,
    ) -> None:
        """``draw`` makes the specification of a width; ``days`` are the ends of a slider for its ``day``."""
        self.answer = answer
        self.title = title
        self.alt = alt
        self.days = days
        self.width = width
        self._draw = draw

    @cached_property
    def _spec(self) -> Spec:
        return self._spec_of(self.width)

    def _spec_of(self, width: int) -> Spec:
        made: Spec = drawable(self._draw(width))
        return made

    @property
    def data(self) -> dict[str, Any]:
        """What the picture shows, ready for JSON: the answer, after a title and a text."""
        said: dict[str, Any] = msgspec.to_builtins(self.answer)
        return {"title": self.title, "alt": self.alt, **said}

    @property
    def texts(self) -> Iterator[str]:
        """Every text in the picture."""
        for layer in self._spec["layer"]:
            for row in layer["data"]["values"]:
                if "text" in row:
                    yield row["text"]

    def vega_spec(self) -> Spec:
        """The picture as a Vega-Lite specification with its data, for vega-embed."""
        return deepcopy(self._spec)

    def chart(self) -> Any:
        """The picture as an ``altair.LayerChart``, to restyle it or to set it beside others."""
        with needs("plot"):
            import altair
        return altair.Chart.from_dict(self.vega_spec())

    def svg(self) -> str:
        """The picture as an SVG document, with its title and its text for who cannot see it."""
        return self._svg(self._spec)

    def _svg(self, spec: Spec) -> str:
        drawn = draw("svg", spec).decode()
        start = drawn.index(">", drawn.index("<svg"))
        said = f"{self.title}\n{self.alt}\n{spec['width']}"
        mark = blake2b(said.encode(), digest_size=4).hexdigest()
        told = (
            f' role="img" aria-labelledby="title-{mark} alt-{mark}">'
            f'<title id="title-{mark}">{escape(drawable(self.title))}</title>'
            f'<desc id="alt-{mark}">{escape(drawable(self.alt))}</desc>'
        )
        return drawn[:start] + told + _renamed(drawn[start + 1 :], mark) + "\n"

    def png(self, scale: float = 2) -> bytes:
        """The picture as a PNG of 256 colours, ``scale`` pixels to one of its width.

        Fewer where it would have more than 40 million of them.
        """
        with needs("plot"):
            from PIL import Image, PngImagePlugin
        most = MOST_PIXELS / (self._spec["width"] * self._spec["height"])
        scale = min(scale, most**0.5)
        drawn = draw("png", self._spec, scale=scale)
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
        """One file that opens without a network: tooltips, a slider where there are days, the data.

        A picture that is too wide for a phone is in it twice, the second time for one.
        """
        from timeline.render.plot.page import NARROW, page_html

        theme: Theme = self._spec["usermeta"]["theme"]
        specs = [self._spec]
        if self.width > NARROW:
            specs.append(self._spec_of(PHONE))
        return page_html(
            title=self.title,
            alt=self.alt,
            drawn=[(spec, self._svg(spec)) for spec in specs],
            table=self.answer._repr_html_(),
            colours=colours_of(theme),
            days=self.days,
        )

    def _repr_html_(self) -> str:
        try:
            return self.svg()
        except MissingExtra:
            return self.answer._repr_html_()


def _renamed(svg: str, mark: str) -> str:
    """Names of gradients that no other picture of a page has, and the same ones every time."""
    names = dict.fromkeys(re.findall(r'id="((?:gradient_|clip)\d+)"', svg))
    new = {name: f"{mark}-{number}" for number, name in enumerate(names)}
    return re.sub(
        r'(id="|url\(#)((?:gradient_|clip)\d+)',
        lambda found: found[1] + new.get(found[2], found[2]),
        svg,
    )


def check_look(theme: str, width: int) -> None:
    """Raise InvalidValue for a theme that does not exist, or a width in which nothing has room."""
    if theme not in THEMES:
        raise InvalidValue(f'no theme "{theme}"', f"one of {', '.join(THEMES)}")
    if not LEAST_WIDTH <= width <= 10_000:
        raise InvalidValue(
            f"a picture cannot be {width} pixels wide", f"give {LEAST_WIDTH} to 10,000"
        )
