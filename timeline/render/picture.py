"""A picture of an answer: what it shows as data, and drawn as SVG, PNG or a page of HTML."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import cached_property
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from timeline.answers.tabular import Tabular, drawn
from timeline.errors import InvalidValue, MissingExtra
from timeline.extras import needs
from timeline.language import language, tr, tr_as
from timeline.model.values import Day
from timeline.render.coordinate import coordinate_options, coordinate_words
from timeline.render.plot.colours import THEMES, Look, Theme, properties
from timeline.render.plot.days import day_words
from timeline.render.plot.measure import FONT
from timeline.render.plot.sheet import LEAST_WIDTH, Links, Scene, drawable
from timeline.render.text import capital

MOST_PIXELS: Final = 40_000_000
"""Of a PNG: a company with 600 items took 90 million at twice its width, and 1.3 GB of memory."""

PHONE: Final = 374
"""Pixels of a phone's page, within its margins."""

Draw = Callable[[Look, int, "Links | None"], Scene]
"""Draws an answer in a look and at a width; with links, what is in it leads to pages."""


# --- a picture as one file ----------------------------------------------------------------------
#
# Without script it shows the same picture, still. Its policy allows it to load nothing.


class Headline(Struct, frozen=True, kw_only=True):
    """A day on which something was reported, or happened: the first of it in a sentence."""

    day: Day
    sentence: str
    subject: str
    event: str
    sources: list[str]
    more: int
    """Events of the same day besides."""


_PAGE: Final = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; \
style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="description" content="{alt}">
<title>{title}</title>
<style>
{colours}
body {{ margin: 0; padding: 8px; font: 15px/1.45 {font}; color: var(--text); background: var(--ground) }}
main {{ max-width: {width}px; margin: 0 auto }}
h1 {{ font-size: 26px; line-height: 1.2; margin: 12px 16px }}
figure {{ margin: 0 }}
.narrow {{ display: none }}
@media (max-width: {narrow}px) {{
  h1 {{ font-size: 22px }}
  .narrow {{ display: block }}
  .narrow ~ .wide {{ display: none }}
}}
figure svg {{ max-width: 100%; height: auto; display: block }}
#days {{ display: flex; flex-wrap: wrap; gap: 4px 16px; align-items: center; margin: 4px 16px 12px }}
#days input[type=range] {{ flex: 1 1 220px; accent-color: var(--link) }}
#days input, #days button, #days select {{ font: inherit; min-height: 32px }}
ol {{ list-style: none; margin: 4px 16px; padding: 0 }}
li {{ padding: 3px 0; border-bottom: 1px solid var(--line); color: var(--soft) }}
li.now {{ color: var(--text); font-weight: 700 }}
li time {{ display: inline-block; min-width: 7em; font-weight: 400 }}
p, details {{ margin: 4px 16px; color: var(--soft) }}
details div {{ overflow-x: auto }}
table {{ border-collapse: collapse; font-size: 13px; color: var(--text) }}
caption {{ text-align: left; padding: 4px 0 }}
th, td {{ text-align: left; vertical-align: top; padding: 3px 8px 3px 0 }}
th, td {{ border-bottom: 1px solid var(--line) }}
[hidden] {{ display: none !important }}
@media print {{
  body, svg {{ print-color-adjust: exact; -webkit-print-color-adjust: exact }}
  #days, details {{ display: none }}
}}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
<figure>
{pictures}
</figure>
{slider}
<p>{foot}</p>
<details><summary>{data}</summary><div>{table}</div></details>
</main>
{script}
</body>
</html>
"""

_SLIDER: Final = """<form id="days" data-play data-stops="{stops}" hidden>
<button type="button" data-act="play" data-play="▶ {play}" data-stop="❚❚ {stop_words}">▶ {play}</button>
<label>{speed} <select><option value="0.5">½</option><option value="1" selected>1</option>\
<option value="2">2</option><option value="4">4</option></select></label>
<input type="range" id="slide" min="{first}" max="{last}" step="1" aria-label="{day}" value="{at}">
<input type="date" id="day" data-day-shown aria-label="{day}" min="{start}" max="{end}" value="{on}">
</form>
{reports}"""

PLAYER: Final = Path(__file__).parent / "plot" / "static" / "play.js"
"""The script that plays a picture of all days, in a file as on a server."""

NARROW: Final = 600
"""Pixels of a window: below it the picture for a phone is shown, where there is one."""


def page_html(
    *,
    scenes: Sequence[Scene],
    foot: str,
    table: str,
    theme: Theme,
    on: Day,
    days: tuple[Day, Day] | None = None,
    reports: Sequence[Headline] = (),
) -> str:
    """The page of a picture, and of the one for a phone; ``days`` are the ends of a slider.

    ``reports`` are what it tells while it plays, a stop a day.

    Light, it turns dark where the reader's screen is.
    """
    named = list(zip(("wide", "narrow"), scenes, strict=False))[::-1]
    return _PAGE.format(
        title=escape(drawable(scenes[0].title)),
        alt=escape(drawable(scenes[0].alt)),
        colours=_colours(theme),
        font=FONT,
        width=scenes[0].width,
        narrow=NARROW,
        pictures="\n".join(f'<div class="{name}">{scene.svg()}</div>' for name, scene in named),
        slider=_slider(*days, on, reports) if days else "",
        foot=escape(drawable(foot)),
        table=table,
        language=language(),
        data=escape(tr("The data of this picture")),
        script=f"<script>\n{PLAYER.read_text(encoding='utf-8')}</script>" if days else "",
    )


def _colours(theme: Theme) -> str:
    said = f":root {{ color-scheme: {theme}; {properties(theme)} }}"
    if theme == "dark":
        return said
    dark = f":root {{ color-scheme: dark; {properties('dark')} }}"
    return f"{said}\n@media (prefers-color-scheme: dark) {{ {dark} }}"


def _slider(first: Day, last: Day, on: Day, reports: Sequence[Headline]) -> str:
    start, end, at = (
        date.fromisoformat(each).toordinal() - date(1970, 1, 1).toordinal()
        for each in (first, last, on)
    )
    heard = [report for report in reports if report.day <= on]
    shown = heard[-5:]
    rows = "".join(_reported(report, report in shown, heard[-1:] == [report]) for report in reports)
    return _SLIDER.format(
        first=start, last=end, start=first, end=last, at=at, on=on,
        stops=" ".join(report.day for report in reports),
        reports=f"<ol>{rows}</ol>" if rows else "",
        play=escape(tr("Play")), stop_words=escape(tr("Stop")), speed=escape(tr("Speed")),
        day=escape(tr_as("field", "Day")),
    )  # fmt: skip


def _reported(report: Headline, shown: bool, now: bool) -> str:
    more = f" {tr('+ {count} more', count=report.more)}" if report.more else ""
    return (
        f'<li data-reported="{report.day}"{" class=now" if now else ""}{"" if shown else " hidden"}>'
        f"<time>{day_words(report.day)}</time> {escape(drawable(report.sentence))}{more}</li>"
    )


# --- a picture ----------------------------------------------------------------------------------


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
