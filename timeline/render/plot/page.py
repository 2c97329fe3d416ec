"""A picture as one file of HTML that opens without a network: the picture, a slider, and the data.

Without script it shows the same picture, still. Its policy allows it to load nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape
from typing import Final

from timeline.model.values import Day
from timeline.render.plot.colours import Theme, properties
from timeline.render.plot.measure import FONT
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
#days input {{ font: inherit; min-height: 28px }}
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

_SLIDER: Final = """<form id="days" hidden>
<label for="day">Day</label>
<input type="range" id="slide" min="0" max="{last}" step="1" aria-label="Day" value="{at}">
<input type="date" id="day" min="{first}" max="{end}" value="{on}">
</form>"""

_SCRIPT: Final = """<script>
const days = document.getElementById("days"), slide = document.getElementById("slide");
const day = document.getElementById("day"), first = Date.parse(day.min), long = 86400000;
const words = new Intl.DateTimeFormat("en-GB", {dateStyle: "medium", timeZone: "UTC"});
const show = iso => {
  day.value = iso;
  slide.value = Math.round((Date.parse(iso) - first) / long);
  const said = words.format(new Date(iso));
  slide.setAttribute("aria-valuetext", said);
  for (const line of document.querySelectorAll("[data-from]")) {
    const there = line.dataset.from <= iso && iso < line.dataset.to;
    if (there) line.removeAttribute("display"); else line.setAttribute("display", "none");
  }
  for (const text of document.querySelectorAll("svg .day")) text.textContent = said;
};
slide.addEventListener("input", () =>
  show(new Date(first + slide.value * long).toISOString().slice(0, 10)));
day.addEventListener("input", () => { if (day.value) show(day.value); });
days.addEventListener("submit", event => event.preventDefault());
days.hidden = false;
show(day.value);
</script>"""

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
) -> str:
    """The page of a picture, and of the one for a phone; ``days`` are the ends of a slider.

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
        slider=_slider(*days, on) if days else "",
        foot=escape(drawable(foot)),
        table=table,
        script=_SCRIPT if days else "",
    )


def _colours(theme: Theme) -> str:
    said = f":root {{ color-scheme: {theme}; {properties(theme)} }}"
    if theme == "dark":
        return said
    dark = f":root {{ color-scheme: dark; {properties('dark')} }}"
    return f"{said}\n@media (prefers-color-scheme: dark) {{ {dark} }}"


def _slider(first: Day, last: Day, on: Day) -> str:
    start = date.fromisoformat(first)
    last_day, at = ((date.fromisoformat(each) - start).days for each in (last, on))
    return _SLIDER.format(first=first, end=last, last=last_day, at=at, on=on)
