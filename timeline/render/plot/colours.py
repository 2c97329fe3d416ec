"""The colours of pictures and pages, light and dark.

Every status has an edge, a fill and a text on that fill: edges have at least 3:1 on the background, texts at
least 4.5:1. Some pairs are close for the colour-blind, so shapes and words always say the same besides.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias, get_args

from msgspec import Struct

from timeline.render.status import Group

Theme: TypeAlias = Literal["light", "dark"]
Look: TypeAlias = Literal["light", "dark", "page"]
"""A theme, or the one that a page has: its style sheet says which, by the names of :data:`PAGE`."""

THEMES: Final[tuple[Theme, ...]] = ("light", "dark")


class Colours(Struct, frozen=True):
    """What a look draws with, as ``#rrggbb`` or as a property of the page's style sheet."""

    background: str
    text: str
    muted: str
    """For what is read second: at least 4.5:1 on the background."""
    line: str
    """For grid lines, which carry nothing."""
    band: str
    """Behind every other row."""
    link: str
    groups: dict[Group, str]
    """The edge of a status, or its line."""
    fills: dict[Group, str]
    on_fills: dict[Group, str]
    """Text on a bar of the group."""


_GROUPS: Final[tuple[Group, ...]] = get_args(Group)


def _statuses(*rows: tuple[str, str, str]) -> tuple[dict[Group, str], ...]:
    edges, fills, texts = zip(*rows, strict=True)
    return tuple(dict(zip(_GROUPS, each, strict=True)) for each in (edges, fills, texts))


_LIGHT: Final = Colours(
    "#ffffff", "#1b1f24", "#59616a", "#d8dadd", "#f5f6f7", "#1a5fa8",
    *_statuses(
        ("#a86f00", "#fbefd2", "#5c3d00"),
        ("#2f86c9", "#dcecf9", "#103d63"),
        ("#173f7a", "#173f7a", "#ffffff"),
        ("#93306f", "#f6e6ef", "#6b2350"),
        ("#a8503f", "#f4deda", "#8c3a2b"),
        ("#7b828a", "#e9ebed", "#59616a"),
    ),
)  # fmt: skip
_DARK: Final = Colours(
    "#14181d", "#e4e7ea", "#a3abb4", "#333a42", "#1b2026", "#7db5f0",
    *_statuses(
        ("#d9a441", "#3a2f18", "#f3d59a"),
        ("#4590d0", "#1b3349", "#cbe3f7"),
        ("#bcd8f8", "#bcd8f8", "#10151a"),
        ("#cf7fb0", "#40283a", "#f0d0e3"),
        ("#a9695d", "#33211f", "#cf9184"),
        ("#6f7881", "#23292f", "#98a1aa"),
    ),
)  # fmt: skip


def _named(name: str) -> str:
    return f"var(--{name})"


PAGE: Final = Colours(
    _named("ground"), _named("text"), _named("soft"), _named("line"), _named("band"), _named("link"),
    *_statuses(*((_named(g), _named(f"{g}-fill"), _named(f"on-{g}")) for g in _GROUPS)),
)  # fmt: skip
"""The names of the colours in a style sheet."""

_COLOURS: Final[dict[Look, Colours]] = {"light": _LIGHT, "dark": _DARK, "page": PAGE}


def colours_of(look: Look) -> Colours:
    """The colours of a look."""
    return _COLOURS[look]


def properties(theme: Theme) -> str:
    """The colours of a theme as properties of a style sheet, by the names that a page draws with."""
    said: dict[str, str] = {}
    for field in Colours.__struct_fields__:
        name, value = getattr(PAGE, field), getattr(colours_of(theme), field)
        pairs = {name: value} if isinstance(name, str) else {name[g]: value[g] for g in _GROUPS}
        said |= {key[len("var(") : -1]: each for key, each in pairs.items()}
    return " ".join(f"{name}: {value};" for name, value in said.items())
