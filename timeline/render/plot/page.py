"""A picture as one file of HTML that opens without a network: the picture, what plays it, and the data.

Without script it shows the same picture, still. Its policy allows it to load nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape
from pathlib import Path
from typing import Final

from timeline.model.values import Day
from timeline.render.plot.colours import Theme, properties
from timeline.render.plot.days import day_words
from timeline.render.plot.measure import FONT
from timeline.render.plot.reports import Headline
from timeline.render.plot.sheet import Scene, drawable

_PAGE: Final = """<!doctype html>
<html lang="en">
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
<details><summary>The data of this picture</summary><div>{table}</div></details>
</main>
{script}
</body>
</html>
"""

_SLIDER: Final = """<form id="days" data-play data-stops="{stops}" hidden>
<button type="button" data-act="play">▶ Play</button>
<label>Speed <select><option value="0.5">½</option><option value="1" selected>1</option>\
<option value="2">2</option><option value="4">4</option></select></label>
<input type="range" id="slide" min="{first}" max="{last}" step="1" aria-label="Day" value="{at}">
<input type="date" id="day" data-day-shown aria-label="Day" min="{start}" max="{end}" value="{on}">
</form>
{reports}"""

PLAYER: Final = Path(__file__).parent / "static" / "play.js"
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
    )  # fmt: skip


def _reported(report: Headline, shown: bool, now: bool) -> str:
    more = f" + {report.more} more" if report.more else ""
    return (
        f'<li data-reported="{report.day}"{" class=now" if now else ""}{"" if shown else " hidden"}>'
        f"<time>{day_words(report.day)}</time> {escape(drawable(report.sentence))}{more}</li>"
    )
