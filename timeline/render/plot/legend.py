"""What the signs of a timeline mean: only those that are there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from timeline.render.plot.colours import fading
from timeline.render.plot.sheet import TEXT, Sheet
from timeline.render.status import GROUPS, Group


class Shown(Struct, frozen=True, kw_only=True):
    """Which signs a picture has."""

    groups: list[tuple[Group, bool]]
    """Each with whether it is drawn thin."""
    fades: bool
    arrows: bool
    pale: bool
    contested: bool
    later: bool
    public: bool
    recorded: bool


def draw(sheet: Sheet, shown: Shown) -> None:
    """The legend, in as many rows as it takes."""
    groups = [group for group in GROUPS if group in {g for g, _ in shown.groups}]
    entries: list[tuple[str, float]] = [(group, 18.0) for group in groups]
    signs = [
        (sign, text, wide)
        for sign, text, wide, there in (
            ("fades", "imprecise or uncertain", 34.0, shown.fades),
            ("arrows", "still open", 34.0, shown.arrows),
            ("pale", "after that day", 34.0, shown.pale),
            ("contested", "later reports say otherwise", 34.0, shown.contested),
            ("later", "learned later", 34.0, shown.later),
            ("public", "became public", 16.0, shown.public),
            ("recorded", "recorded by us", 16.0, shown.recorded),
        )
        if there
    ]
    entries += [(text, wide) for _, text, wide in signs]
    places = sheet.flow(entries)
    thin = {group for group, over in shown.groups if over}
    for group, (x, y) in zip(groups, places, strict=False):
        half = 2.5 if group in thin else 6
        box = {"x": x, "x2": x + 12, "y": y - half, "y2": y + half}
        sheet.add("rect", [box], color=sheet.colours.groups[group], aria=False)
    for (sign, _, _), place in zip(signs, places[len(groups) :], strict=True):
        _sign(sheet, sign, *place)
    sheet.text(
        [
            {"x": round(x + before, 1), "y": y, "text": text}
            for (text, before), (x, y) in zip(entries, places, strict=True)
        ],
        size=TEXT, baseline="middle",
    )  # fmt: skip


def _sign(sheet: Sheet, sign: str, x: float, y: float) -> None:
    color = sheet.colours.muted
    box = {"x": x, "x2": x + 28, "y": y - 6, "y2": y + 6}
    if sign == "fades":
        sheet.add("rect", [box], color=fading(color), aria=False)
        sheet.outline([box], color)
    elif sign == "arrows":
        arrows(sheet, [(x, y)], 28, color)
    elif sign == "pale":
        sheet.add("rect", [box], color=color, opacity=0.4, aria=False)
    elif sign == "contested":
        sheet.outline([box], color)
        warnings(sheet, [{"x": x, "y": y}])
    elif sign == "later":
        sheet.outline([box], color, later=True)
    else:
        triangles(sheet, {(x + 5, y): {}}, None, down=sign == "public")


def warnings(sheet: Sheet, places: Iterable[Mapping[str, float]]) -> None:
    """Where a later report says otherwise: an exclamation mark at the left end of its outline."""
    rows = [{"x": each["x"] + 5, "y": each["y"] + 0.5, "text": "!"} for each in places]
    sheet.text(rows, size=12, halo=True, fontWeight="bold", align="center", baseline="middle")


def arrows(sheet: Sheet, starts: Iterable[tuple[float, float]], long: float, color: str) -> None:
    """Dotted arrows to the right: what is still open."""
    places = list(starts)
    sheet.add(
        "rule", [{"x": x + 3, "x2": x + long - 6, "y": y} for x, y in places],
        color=color, strokeWidth=2, strokeDash=[2, 3], aria=False,
    )  # fmt: skip
    sheet.add(
        "point", [{"x": x + long - 4, "y": y} for x, y in places],
        shape="triangle-right", size=50, filled=True, opacity=1, color=color, aria=False,
    )  # fmt: skip


def triangles(
    sheet: Sheet,
    places: Mapping[tuple[float, float], Mapping[str, Any]],
    tip: Mapping[str, str] | None,
    *,
    down: bool,
) -> None:
    """Full and downwards: it became public. Hollow and upwards: we recorded it."""
    sheet.add(
        "point",
        [{"x": x, "y": y, **told} for (x, y), told in places.items()],
        tip=tip,
        shape="triangle-down" if down else "triangle-up",
        size=45,
        filled=True,
        opacity=1,
        fill=sheet.colours.text if down else sheet.colours.background,
        stroke=sheet.colours.text,
        strokeWidth=1,
        aria=False,
    )
