"""How an answer is cited: as a line of text, as BibTeX, and as a frame in another site's page."""

from __future__ import annotations

import re
from html import escape
from typing import Final

from markupsafe import Markup

from timeline.language import tr, written
from timeline.render.text import clean

NAME: Final = "partnership-timeline"
FRAMED: Final = 640
"""Pixels: how high the frame is that others put into their pages."""

_SPECIAL: Final = re.compile(r"[\\{}$&#%_~^]")
_WRITTEN: Final = {
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip


def plain(title: str) -> str:
    """The title of a page as text on one line."""
    said = title.unescape() if isinstance(title, Markup) else title
    return " ".join(clean(said).split())


def cite_text(title: str, coordinate: str, position: int, address: str) -> str:
    """An answer in a line, with where it is."""
    when = f" ({coordinate})" if coordinate else ""
    entry = tr("entry {entry}", entry=written(position))
    return f"{plain(title)}{when}. {NAME}, {entry}. {address}"


def bibtex(title: str, coordinate: str, position: int, address: str) -> str:
    """An answer as an entry of BibTeX; what TeX would take for a command is written out."""
    entry = tr("entry {entry}", entry=written(position))
    note = f"{coordinate}, {entry}" if coordinate else entry
    return (
        f"@misc{{timeline-{position},\n"
        f"  title = {{{{{_tex(plain(title))}}}}},\n"
        f"  howpublished = {{{NAME}}},\n"
        f"  note = {{{_tex(note)}}},\n"
        f"  url = {{{address}}}\n"
        "}"
    )


def _tex(text: str) -> str:
    return _SPECIAL.sub(lambda found: _WRITTEN.get(found[0], f"\\{found[0]}"), text)


def frame(title: str, address: str) -> str:
    """The element that shows an answer in a page of another site."""
    return (
        f'<iframe src="{escape(address)}" title="{escape(plain(title))}" width="100%" height="{FRAMED}" '
        'loading="lazy" style="border:0"></iframe>'
    )
