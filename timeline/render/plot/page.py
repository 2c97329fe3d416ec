"""A picture as one file of HTML that opens without a network: tooltips, a slider, and the data.

Without script it shows the same picture, still. Its policy allows it to load nothing.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from html import escape
from typing import Any, Final

from timeline.extras import needs
from timeline.model.values import Day
from timeline.render.plot.colours import Colours

_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; \
style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="description" content="{alt}">
<title>{title}</title>
<style>
:root {{ color-scheme: {theme} }}
body {{ margin: 0; padding: 8px; font: 15px/1.45 {font}; color: {text}; background: {background} }}
main {{ max-width: {width}px; margin: 0 auto }}
h1 {{ position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }}
figure {{ margin: 0 }}
/* !important: vega-embed gives its elements a display of its own */
.narrow {{ display: none !important }}
@media (max-width: {narrow}px) {{
  .narrow {{ display: block !important }}
  .narrow ~ .wide {{ display: none !important }}
}}
figure svg {{ max-width: 100%; height: auto; display: block }}
#days {{ display: flex; flex-wrap: wrap; gap: 4px 16px; align-items: center; margin: 4px 16px 12px }}
#days input[type=range] {{ flex: 1 1 220px; accent-color: {accent} }}
#days input {{ font: inherit; min-height: 28px }}
details {{ margin: 4px 16px; color: {muted} }}
details div {{ overflow-x: auto }}
table {{ border-collapse: collapse; font-size: 13px; color: {text} }}
caption {{ text-align: left; padding: 4px 0 }}
th, td {{ text-align: left; vertical-align: top; padding: 3px 8px 3px 0; border-bottom: 1px solid {line} }}
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
<details><summary>The data of this picture</summary><div>{table}</div></details>
</main>
{specs}
<script>{bundle}</script>
<script>{script}</script>
</body>
</html>
"""

_SLIDER: Final = """<form id="days" hidden>
<label for="day">Day</label>
<input type="range" id="slide" min="0" max="{last}" step="1" aria-label="Day" list="changes">
<input type="date" id="day" min="{first}" max="{end}">
</form>"""

_SCRIPT: Final = """
(async () => {
  const options = {ast: true, renderer: "svg", actions: false, tooltip: {theme: "%(theme)s"}};
  const pictures = await Promise.all([...document.querySelectorAll("figure > div")].map(async at => {
    const spec = JSON.parse(document.getElementById(`spec-${at.className}`).textContent);
    const {view} = await vegaEmbed(at, spec, options);
    const svg = at.querySelector("svg");
    svg.setAttribute("role", "graphics-document");
    svg.setAttribute("aria-label", spec.description);
    return {view, svg};
  }));
  const hideEmpty = svg => {
    for (const group of svg.querySelectorAll('g[role="graphics-symbol"]')) {
      if (group.childElementCount) group.removeAttribute("aria-hidden");
      else group.setAttribute("aria-hidden", "true");
    }
  };
  for (const {svg} of pictures) hideEmpty(svg);
  const days = document.getElementById("days");
  if (!days) return;
  const slide = document.getElementById("slide"), day = document.getElementById("day");
  const first = Date.parse(day.min), long = 86400000;
  const show = iso => {
    day.value = iso;
    slide.value = Math.round((Date.parse(iso) - first) / long);
    slide.setAttribute("aria-valuetext", iso);
    for (const {view, svg} of pictures)
      view.signal("day", iso).runAsync().then(() => hideEmpty(svg));
  };
  slide.addEventListener("input", () =>
    show(new Date(first + slide.value * long).toISOString().slice(0, 10)));
  day.addEventListener("input", () => { if (day.value) show(day.value); });
  days.addEventListener("submit", event => event.preventDefault());
  days.hidden = false;
  show(pictures[0].view.signal("day"));
})();
"""

NARROW: Final = 600
"""Pixels of a window: below it the picture for a phone is shown, where there is one."""


def page_html(
    *,
    title: str,
    alt: str,
    drawn: Sequence[tuple[dict[str, Any], str]],
    table: str,
    colours: Colours,
    days: tuple[Day, Day] | None = None,
) -> str:
    """The page of a picture: its specification and its SVG, and those for a phone.

    ``days`` are the ends of a slider for the parameter ``day`` of the specifications.
    """
    spec, theme = drawn[0][0], drawn[0][0]["usermeta"]["theme"]
    named = list(zip(("wide", "narrow"), drawn, strict=False))[::-1]
    return _PAGE.format(
        title=escape(title),
        alt=escape(alt),
        theme=theme,
        font=spec["config"]["font"],
        text=colours.text,
        background=colours.background,
        muted=colours.muted,
        line=colours.line,
        accent=colours.groups["active"],
        width=spec["width"],
        narrow=NARROW,
        pictures="\n".join(f'<div class="{name}">{svg}</div>' for name, (_, svg) in named),
        slider=_slider(*days) if days else "",
        table=table,
        specs="\n".join(_spec_script(name, spec) for name, (spec, _) in named),
        bundle=_bundle(),
        script=_SCRIPT % {"theme": theme},
    )


def _spec_script(name: str, spec: dict[str, Any]) -> str:
    text = json.dumps(spec, ensure_ascii=False).replace("<", "\\u003c")
    return f'<script type="application/json" id="spec-{name}">{text}</script>'


def _slider(first: Day, last: Day) -> str:
    from datetime import date

    count = (date.fromisoformat(last) - date.fromisoformat(first)).days
    return _SLIDER.format(first=first, end=last, last=count)


@cache
def _bundle() -> str:
    """Vega, Vega-Lite and vega-embed as one script; nothing in it can end the script's element."""
    with needs("plot"):
        import vl_convert
    return str(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")).replace(
        "</script", "<\\/script"
    )
