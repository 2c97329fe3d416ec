"""The colours of pictures, light and dark.

Each group of statuses has at least 3:1 on the background and text in bars at least 4.5:1; the smallest
difference between two groups is ΔE 28 over normal, protan, deutan and tritan vision. Words or dashes
always say the same besides.
"""

from __future__ import annotations

from typing import Any, Final, Literal, TypeAlias

from msgspec import Struct

from timeline.render.status import Group

Theme: TypeAlias = Literal["light", "dark"]

THEMES: Final[tuple[Theme, ...]] = ("light", "dark")


class Colours(Struct, frozen=True):
    """What a theme draws with, as ``#rrggbb``."""

    background: str
    text: str
    muted: str
    """For what is read second: at least 4.5:1 on the background."""
    line: str
    """For grid lines, which carry nothing."""
    node: str
    groups: dict[Group, str]
    on_groups: dict[Group, str]
    """Text on a bar of the group."""

    def mixed(self, group: Group, opacity: float) -> str:
        """What the colour of a group looks like on the background, at some opacity."""
        over, under = channels(self.groups[group]), channels(self.background)
        mixed = (round(o * opacity + u * (1 - opacity)) for o, u in zip(over, under, strict=True))
        return "#" + "".join(f"{channel:02x}" for channel in mixed)


def channels(color: str) -> tuple[int, int, int]:
    """Red, green and blue of ``#rrggbb``, from 0 to 255."""
    red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    return red, green, blue


def fading(color: str, *, out: bool = False) -> dict[str, Any]:
    """A colour from 6 % to full from left to right, or the other way round, as Vega-Lite has it."""
    faint = "rgba({},{},{},0.06)".format(*channels(color))
    stops = (color, faint) if out else (faint, color)
    return {
        "gradient": "linear", "x1": 0, "x2": 1, "y1": 0, "y2": 0,
        "stops": [{"offset": at, "color": stop} for at, stop in enumerate(stops)],
    }  # fmt: skip


_DARK_TEXT: Final = "#12161c"
_LIGHT: Final = Colours(
    background="#ffffff",
    text="#1b1f27",
    muted="#555d6b",
    line="#e3e6ea",
    node="#555d6b",
    groups={
        "rumoured": "#C28625",
        "announced": "#119AF2",
        "active": "#0038DE",
        "disputed": "#7B2C85",
        "denied": "#850D00",
        "ended": "#8F8F8F",
    },
    on_groups={
        "rumoured": _DARK_TEXT,
        "announced": _DARK_TEXT,
        "active": "#ffffff",
        "disputed": "#ffffff",
        "denied": "#ffffff",
        "ended": _DARK_TEXT,
    },
)
_DARK: Final = Colours(
    background="#12161c",
    text="#e8ebf0",
    muted="#a3acba",
    line="#2a313b",
    node="#a3acba",
    groups={
        "rumoured": "#F7B31F",
        "announced": "#15BFF7",
        "active": "#3D6DF0",
        "disputed": "#B0598C",
        "denied": "#E0563E",
        "ended": "#E6E6E6",
    },
    on_groups={
        "rumoured": _DARK_TEXT,
        "announced": _DARK_TEXT,
        "active": "#ffffff",
        "disputed": "#ffffff",
        "denied": _DARK_TEXT,
        "ended": _DARK_TEXT,
    },
)

_COLOURS: Final[dict[Theme, Colours]] = {"light": _LIGHT, "dark": _DARK}


def colours_of(theme: Theme) -> Colours:
    """The colours of a theme."""
    return _COLOURS[theme]
