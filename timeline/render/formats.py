"""The formats in which rows are written as text: those that are shipped, and those of plug-ins."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import Any, Final, NamedTuple

from timeline.plugins import Plug, Plugs

Lines = Callable[[Iterable[Mapping[str, Any]], Sequence[str]], Iterator[str]]


class RowFormat(NamedTuple):
    """How rows are written as text, in a format that no other code knows of."""

    lines: Lines
    """The text of rows with these columns, piece by piece; a value may be whatever JSON has, and Decimal."""
    media_type: str | None = None
    """What pages call it, which have it at ``.NAME``; None: they do not."""


SHIPPED: Final = {
    "csv": ("timeline.render.csv:csv_lines", "text/csv"),
    "md": ("timeline.render.markdown:markdown_lines", None),
}
"""Where the lines of a format are made, and its media type on pages."""

RESERVED: Final = {
    "cloudevents", "delta", "dot", "followthemoney", "gexf", "graphml", "html", "json", "jsonl",
    "mermaid", "parquet", "png", "svg", "table", "xlsx",
}  # fmt: skip
"""Formats that are more than lines of rows: no plug-in can call one so."""


def format_names() -> tuple[str, ...]:
    """The names of the formats, those of plug-ins last; none of them is imported."""
    return (*SHIPPED, *(plug.name for plug in PLUGGED.all() if plug.name in PLUGGED))


@cache
def find_format(name: str) -> RowFormat:
    """The format of a name that is there. Raises BrokenPlugin."""
    if name not in SHIPPED:
        return PLUGGED.find(name)
    place, media_type = SHIPPED[name]
    module, _, function = place.partition(":")
    return RowFormat(getattr(import_module(module), function), media_type)


@cache
def media_types() -> dict[str, str]:
    """The formats that pages have, with what they call them."""
    found = {name: find_format(name) for name in SHIPPED} | dict(PLUGGED.usable())
    return {name: each.media_type for name, each in found.items() if each.media_type is not None}


def _read(plug: Plug) -> RowFormat:
    found = plug.entry.load()
    if not isinstance(found, RowFormat):
        raise TypeError(f"{plug.entry.value} is no RowFormat")
    if not plug.name.isalnum() or not plug.name.islower():
        raise ValueError("its name has other characters than small letters and digits")
    return found


PLUGGED: Final = Plugs("format", _read, lambda: {*SHIPPED, *RESERVED})
"""The formats of plug-ins."""
