"""What is drawn in the lanes of a timeline: bars, what else may hold, arrows, words, and when it was told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from msgspec import Struct

from timeline.answers.course import Course, CoursesAnswer, Mark
from timeline.model.values import ALWAYS, Day
from timeline.render.plot import legend
from timeline.render.plot.bars import Bar, Lane, later_bars
from timeline.render.plot.colours import fading
from timeline.render.plot.days import Axis, is_open
from timeline.render.plot.measure import width
from timeline.render.plot.said import MARK_TIP, TIP, claim_words, mark_tip, span_tip
from timeline.render.plot.sheet import Sheet
from timeline.render.status import Group, status_words
from timeline.render.words import Names

BAR: Final = 12
THIN: Final = 5
LEAST: Final = 3
"""The narrowest bar, so that a day is seen among years."""
BETWEEN: Final = 1
"""Between a bar and the next one, so that two of a colour are two."""
ARROW: Final = 46
AFTER: Final = 0.4
"""Opacity of what is planned for after the day asked for."""


class Placed(Struct, frozen=True):
    """A course with its lane, its label and where its bar stands."""

    course: Course
    lane: Lane
    label: str
    middle: float


def draw_bars(sheet: Sheet, answer: CoursesAnswer, placed: Iterable[Placed], scale: Axis) -> None:
    """The bars of every lane, from the least certain to what is certain, and what stands on them."""
    rows: dict[tuple[Group, str, float], list[dict[str, Any]]] = {}
    words: dict[Group, list[dict[str, Any]]] = {}
    outlines: dict[Group, list[dict[str, Any]]] = {}
    dashed: dict[Group, list[dict[str, Any]]] = {}
    arrows: dict[Group, list[tuple[float, float]]] = {}
    warned: list[dict[str, float]] = []
    for each in placed:
        for bar in each.lane.bars:
            if not scale.meets(bar.first, bar.last):
                continue
            row = _row(bar, each.middle, scale)
            tip = span_tip(each.label, each.course, bar.span, answer.names, answer.sources)
            said = f"{each.label}: {tip['status']}, {tip['days']}"
            for piece, opacity in _pieces(row, scale.at(answer.on), bar):
                key = bar.group, bar.look, opacity
                rows.setdefault(key, []).append(piece | tip | {"description": said})
            _word(words, bar, row, each.middle, answer.names)
        for bar in each.lane.uncertain:
            if scale.meets(bar.first, bar.last):
                box = _box(bar.first, bar.last, each.middle, BAR, scale)
                outlines.setdefault(bar.group, []).append(box)
        for bar in each.lane.contested:
            if scale.meets(bar.first, bar.last):
                box = _box(bar.first, bar.last, each.middle, BAR, scale)
                outlines.setdefault(bar.group, []).append(box)
                warned.append({"x": box["x"], "y": each.middle})
        for bar in later_bars(each.course, answer.on):
            dashed.setdefault(bar.group, []).append(
                _box(bar.first, bar.last, each.middle, BAR + 6, scale)
            )
        if each.lane.arrow is not None:
            start = min(scale.at(each.lane.arrow.first), scale.end - ARROW)
            arrows.setdefault(each.lane.arrow.group, []).append((start, each.middle))
    order = {"below": 0, "out": 1, "pale": 2, "in": 3, "full": 4}
    for (group, look, opacity), some in sorted(rows.items(), key=lambda e: order[e[0][1]]):
        sheet.add("rect", some, tip=TIP, opacity=opacity, color=_fill(sheet, group, look))
    for group, boxes in outlines.items():
        sheet.outline(boxes, sheet.colours.groups[group])
    for group, boxes in dashed.items():
        sheet.outline(boxes, sheet.colours.groups[group], later=True)
    for group, starts in arrows.items():
        color = sheet.colours.groups[group]
        legend.arrows(sheet, starts, ARROW, color)
    legend.warnings(sheet, warned)
    for group, said_in in words.items():
        sheet.text(said_in, size=10, baseline="middle", color=sheet.colours.on_groups[group])


def _row(bar: Bar, middle: float, scale: Axis) -> dict[str, Any]:
    high = THIN if bar.over else BAR
    return _box(bar.first, bar.last, middle, high, scale) | {"from": bar.first, "to": bar.last}


def _box(first: Day, last: Day, middle: float, high: float, scale: Axis) -> dict[str, Any]:
    x, x2 = scale.at(first), scale.at(last) - BETWEEN
    x2 = max(x2, x + LEAST)
    return {"x": x, "x2": x2, "y": middle - high / 2, "y2": middle + high / 2}


def _pieces(row: dict[str, Any], on: float, bar: Bar) -> Iterator[tuple[dict[str, Any], float]]:
    """The bar, pale after the day asked for; what fades is not cut, so that it fades once."""
    faint = {"below": 0.35, "pale": 0.45}.get(bar.look, 1.0)
    if row["x2"] <= on + LEAST or bar.look in ("in", "out"):
        yield row, faint
    elif row["x"] >= on:
        yield row, min(AFTER, faint)
    else:
        yield row | {"x2": on}, faint
        yield row | {"x": on}, min(AFTER, faint)


def _fill(sheet: Sheet, group: Group, look: str) -> Any:
    if look not in ("in", "out"):
        return sheet.colours.groups[group]
    return fading(sheet.colours.groups[group], out=look == "out")


def _word(
    words: dict[Group, list[dict[str, Any]]],
    bar: Bar,
    row: dict[str, Any],
    middle: float,
    names: Names,
) -> None:
    """The status inside the bar, of a fact its value, where it has room."""
    own = bar.status == bar.span.status
    text = claim_words(bar.span, names) if own else status_words(bar.status)
    if bar.look == "full" and not bar.over and width(text, 10) + 10 <= row["x2"] - row["x"]:
        words.setdefault(bar.group, []).append({"x": row["x"] + 5, "y": middle + 0.5, "text": text})


# --- when it was told -----------------------------------------------------------------------------


def draw_marks(sheet: Sheet, answer: CoursesAnswer, placed: Iterable[Placed], scale: Axis) -> None:
    """Above each bar when its news became public, below when we recorded it."""
    public, recorded = {}, {}
    for each in placed:
        for mark in each.course.marks:
            tip = mark_tip(mark, answer.sources) | {"description": ""}
            if is_public(mark) and not mark.later and scale.shows(mark.known):
                place = scale.at(mark.known), each.middle - BAR / 2 - 5
                public[place] = tip
            if is_recorded(mark, answer.on, scale):
                recorded[scale.at(mark.recorded), each.middle + BAR / 2 + 5] = tip
    legend.triangles(sheet, public, MARK_TIP, down=True)
    legend.triangles(sheet, recorded, MARK_TIP, down=False)


def is_public(mark: Mark) -> bool:
    """Whether it became public on a day that can be shown."""
    return mark.known != ALWAYS and not is_open(mark.known[:10])


def is_recorded(mark: Mark, on: Day, scale: Axis) -> bool:
    """Whether it is worth a sign that we recorded it: by the day asked for."""
    return scale.shows(mark.recorded) and mark.recorded[:10] <= on
