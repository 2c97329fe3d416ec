"""A company's story as a picture: a lane an item, grouped by kind, with what is certain and what is not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, Final

from msgspec import Struct

from timeline.answers.course import Course, CoursesAnswer, Mark
from timeline.edtf import OPEN_START
from timeline.render.coordinate import coordinate_words
from timeline.render.plot import legend
from timeline.render.plot.bars import Bar, Lane, days_of, lane_of, later_bars
from timeline.render.plot.colours import Theme, fading
from timeline.render.plot.days import Axis, axis, day_words, is_open
from timeline.render.plot.measure import width, wrap
from timeline.render.plot.said import (
    MARK_TIP,
    TIP,
    item_title,
    mark_tip,
    span_tip,
    standing,
)
from timeline.render.plot.sheet import MARGIN, SMALL, TEXT, Sheet, Spec
from timeline.render.status import Group, status_words
from timeline.values import ALWAYS, Day

BAR: Final = 12
THIN: Final = 5
LEAST: Final = 3
"""The narrowest bar, so that a day is seen among years."""
ARROW: Final = 46
AFTER: Final = 0.4
"""Opacity of what is planned for after the day asked for."""
LINE: Final = 15

_SECTIONS: Final = {
    "relationship": "Relationships",
    "deal": "Deals",
    "right": "Rights",
    "commitment": "Commitments",
    "rumour": "Rumours",
    "fact": "Facts",
}


class _Placed(Struct, frozen=True):
    """A course with its lane, its label and where its bar stands."""

    course: Course
    lane: Lane
    label: str
    middle: float


def courses_title(answer: CoursesAnswer) -> str:
    """What the picture is called."""
    return f"{answer.name}: partnerships over time"


def courses_alt(answer: CoursesAnswer) -> str:
    """The picture in words, for whoever does not see it."""
    items = [
        f"{item_title(course, answer.company, answer.names)}: {standing(course, answer.names)}"
        for course in answer.courses
    ]
    count = f"{len(items)} item{'' if len(items) == 1 else 's'}" if items else "nothing known"
    said = f"Timeline of {answer.name} {coordinate_words(answer)}: {count}."
    return " ".join([said, *(f"{item}." for item in items)])


def courses_spec(answer: CoursesAnswer, theme: Theme, wide: int) -> Spec:
    """The picture of a company's story, as a Vega-Lite specification."""
    sheet = Sheet(wide, theme)
    sheet.head(courses_title(answer), _subtitle(answer))
    lanes = [(course, lane_of(course, answer.on)) for course in answer.courses]
    scale = _axis(answer, sheet)
    shown = _shown(answer, lanes, scale)
    legend.draw(sheet, shown)
    if lanes:
        _draw(sheet, answer, lanes, shown, scale)
    else:
        sheet.paragraph("Nothing is known at this coordinate.", TEXT)
    sheet.foot(coordinate_words(answer))
    return sheet.spec(courses_title(answer), courses_alt(answer))


def _draw(
    sheet: Sheet,
    answer: CoursesAnswer,
    lanes: Sequence[tuple[Course, Lane]],
    shown: legend.Shown,
    scale: Axis,
) -> None:
    sheet.y += 20
    top = sheet.y
    under, sheet.layers = sheet.layers, []
    placed = list(_place(sheet, answer, lanes, below=shown.recorded))
    bottom = sheet.y
    headings, sheet.layers = sheet.layers, under
    _grid(sheet, scale, top, bottom)
    sheet.layers += headings
    _bars(sheet, answer, placed, scale)
    _on_line(sheet, answer.on, scale, top, bottom)
    _labels(sheet, answer, placed)
    _marks(sheet, answer, placed, scale)
    sheet.y = bottom + 22


def _subtitle(answer: CoursesAnswer) -> str:
    known = "" if answer.known is None else f", as known on {day_words(answer.known)}"
    said = f"State on {day_words(answer.on)} (dashed line){known}."
    if answer.learned_later:
        more = answer.learned_later
        said += f" {more} more item{'' if more == 1 else 's'} became known later."
    return said


def _axis(answer: CoursesAnswer, sheet: Sheet) -> Axis:
    days = [answer.on]
    for course in answer.courses:
        days += days_of(course)
        days += [mark.known for mark in course.marks if _is_public(mark) and not mark.later]
    opens = any(course.spans[0].valid_from == OPEN_START for course in answer.courses)
    left = MARGIN + (ARROW if opens else 8)
    return axis(days, MARGIN, sheet.width - MARGIN, left, ARROW + 14)


def _is_public(mark: Mark) -> bool:
    return mark.known != ALWAYS and not is_open(mark.known[:10])


# --- lanes ----------------------------------------------------------------------------------------


def _place(
    sheet: Sheet,
    answer: CoursesAnswer,
    lanes: Iterable[tuple[Course, Lane]],
    *,
    below: bool,
) -> Iterator[_Placed]:
    """Where each lane goes, below its label; the headings are drawn at once."""
    for kind, some in groupby(lanes, key=lambda each: each[0].subject.partition(":")[0]):
        group = list(some)
        sheet.y += 24
        sheet.text(
            [{"x": MARGIN, "y": sheet.y - 6, "text": f"{_SECTIONS[kind]} ({len(group)})"}],
            size=13, fontWeight="bold", color=sheet.colours.muted,
        )  # fmt: skip
        for course, lane in group:
            label = item_title(course, answer.company, answer.names)
            lines = _label_lines(label, standing(course, answer.names), sheet.room)
            sheet.y += 4 + LINE * len(lines) + 9
            yield _Placed(course, lane, label, sheet.y + BAR / 2)
            sheet.y += BAR + (11 if below else 4)


def _label_lines(label: str, standing_: str, room: float) -> list[tuple[str, str]]:
    """The lines above a lane: of each what the item is, and how it stands."""
    # what does not break keeps the dash with the word after it
    lines = wrap(f"{label} –\u00a0{standing_}", TEXT, room)
    left, found = len(label), []
    for line in lines:
        found.append((line[: max(left, 0)].strip(), line[max(left, 0) :].strip()))
        left -= len(line) + 1
    return found


def _labels(sheet: Sheet, answer: CoursesAnswer, placed: Iterable[_Placed]) -> None:
    """Above each lane: what it is, and how it stands."""
    strong, weak = [], []
    for each in placed:
        lines = _label_lines(each.label, standing(each.course, answer.names), sheet.room)
        y = each.middle - BAR / 2 - 12 - LINE * (len(lines) - 1)
        for own, rest in lines:
            if own:
                strong.append({"x": MARGIN, "y": y, "text": own})
            if rest:
                after = width(f"{own} " if own else "", TEXT)
                weak.append({"x": MARGIN + round(after, 1), "y": y, "text": rest})
            y += LINE
    sheet.text(strong, halo=True)
    sheet.text(weak, halo=True, color=sheet.colours.muted)


def _grid(sheet: Sheet, scale: Axis, top: float, bottom: float) -> None:
    ticks = list(scale.ticks(SMALL))
    sheet.add(
        "rule", [{"x": x, "y": top, "y2": bottom} for x, _ in ticks],
        color=sheet.colours.line, aria=False,
    )  # fmt: skip
    rows = []
    for y in (top - 5, bottom + 14) if bottom - top > 500 else (bottom + 14,):
        for x, text in ticks:
            half = width(text, SMALL) / 2
            middle = min(max(x, half + 2), sheet.width - half - 2)
            rows.append({"x": round(middle, 1), "y": y, "text": text})
    sheet.text(rows, size=SMALL, color=sheet.colours.muted, align="center")


def _on_line(sheet: Sheet, on: Day, scale: Axis, top: float, bottom: float) -> None:
    line = [{"x": scale.at(on), "y": top, "y2": bottom}]
    sheet.add("rule", line, color=sheet.colours.background, strokeWidth=3, aria=False)
    sheet.add("rule", line, color=sheet.colours.text, strokeDash=[4, 3], aria=False)


# --- bars -----------------------------------------------------------------------------------------


def _bars(sheet: Sheet, answer: CoursesAnswer, placed: Iterable[_Placed], scale: Axis) -> None:
    rows: dict[tuple[Group, str, float], list[dict[str, Any]]] = {}
    words: dict[Group, list[dict[str, Any]]] = {}
    outlines: dict[Group, list[dict[str, Any]]] = {}
    dashed: dict[Group, list[dict[str, Any]]] = {}
    arrows: dict[Group, list[tuple[float, float]]] = {}
    for each in placed:
        for bar in each.lane.bars:
            row = _row(bar, each.middle, scale)
            tip = span_tip(each.label, each.course, bar.span, answer.names, answer.sources)
            said = f"{each.label}: {tip['status']}, {tip['days']}"
            for piece, opacity in _pieces(row, scale.at(answer.on), bar):
                key = bar.group, bar.look, opacity
                rows.setdefault(key, []).append(piece | tip | {"description": said})
            _word(words, bar, row, each.middle)
        for first, last in each.lane.uncertain:
            group = each.lane.bars[0].group
            outlines.setdefault(group, []).append(_box(first, last, each.middle, BAR, scale))
        for bar in later_bars(each.course, answer.on):
            dashed.setdefault(bar.group, []).append(
                _box(bar.first, bar.last, each.middle, BAR + 6, scale)
            )
        if each.lane.arrow is not None:
            start = scale.at(each.lane.arrow.first)
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
    for group, said_in in words.items():
        sheet.text(said_in, size=10, baseline="middle", color=sheet.colours.on_groups[group])


def _row(bar: Bar, middle: float, scale: Axis) -> dict[str, Any]:
    high = THIN if bar.over else BAR
    return _box(bar.first, bar.last, middle, high, scale) | {"from": bar.first, "to": bar.last}


def _box(first: Day, last: Day, middle: float, high: float, scale: Axis) -> dict[str, Any]:
    x, x2 = scale.at(first), scale.at(last)
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
    words: dict[Group, list[dict[str, Any]]], bar: Bar, row: dict[str, Any], middle: float
) -> None:
    """The status inside the bar, where it has room."""
    text = status_words(bar.status)
    if bar.look == "full" and not bar.over and width(text, 10) + 10 <= row["x2"] - row["x"]:
        words.setdefault(bar.group, []).append({"x": row["x"] + 5, "y": middle + 0.5, "text": text})


# --- when it was told -----------------------------------------------------------------------------


def _marks(sheet: Sheet, answer: CoursesAnswer, placed: Iterable[_Placed], scale: Axis) -> None:
    """Above each bar when its news became public, below when we recorded it."""
    public, recorded = {}, {}
    for each in placed:
        for mark in each.course.marks:
            tip = mark_tip(mark, answer.sources) | {"description": ""}
            if _is_public(mark) and not mark.later and scale.shows(mark.known):
                place = scale.at(mark.known), each.middle - BAR / 2 - 5
                public[place] = tip
            if _is_recorded(mark, answer.on, scale):
                recorded[scale.at(mark.recorded), each.middle + BAR / 2 + 5] = tip
    legend.triangles(sheet, public, MARK_TIP, down=True)
    legend.triangles(sheet, recorded, MARK_TIP, down=False)


def _is_recorded(mark: Mark, on: Day, scale: Axis) -> bool:
    """Whether it is worth a sign that we recorded it: by the day asked for."""
    return scale.shows(mark.recorded) and mark.recorded[:10] <= on


def _shown(
    answer: CoursesAnswer, lanes: Iterable[tuple[Course, Lane]], scale: Axis
) -> legend.Shown:
    lanes = list(lanes)
    bars = [bar for _, lane in lanes for bar in lane.bars]
    marks = [mark for course, _ in lanes for mark in course.marks]
    return legend.Shown(
        groups=[(bar.group, bar.over) for bar in bars],
        fades=any(lane.uncertain for _, lane in lanes),
        arrows=any(lane.arrow is not None for _, lane in lanes),
        pale=any(bar.last > answer.on and bar.first != bar.last for bar in bars),
        later=any(course.later for course, _ in lanes),
        public=any(_is_public(mark) and not mark.later for mark in marks),
        recorded=any(_is_recorded(mark, answer.on, scale) for mark in marks),
    )
