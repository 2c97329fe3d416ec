"""A company's story as a picture: a lane an item, grouped by kind, with what is certain and what is not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final

from timeline.answers.course import Course, CoursesAnswer
from timeline.model.dates import OPEN_START
from timeline.model.values import Day
from timeline.render.coordinate import coordinate_options, coordinate_words
from timeline.render.page import HEADINGS, kind_of
from timeline.render.plot import legend
from timeline.render.plot.bars import Lane, days_of, lane_of
from timeline.render.plot.colours import Theme
from timeline.render.plot.days import ALL, Axis, Window, axis, day_words, near, windowed
from timeline.render.plot.lanes import (
    ARROW,
    BAR,
    Placed,
    draw_bars,
    draw_marks,
    is_public,
    is_recorded,
)
from timeline.render.plot.measure import width, wrap
from timeline.render.plot.said import (
    item_title,
    standing,
)
from timeline.render.plot.sheet import MARGIN, SMALL, TEXT, Sheet, Spec
from timeline.render.text import capital

LINE: Final = 15


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
    said = f"Timeline of {answer.name}, {coordinate_words(answer)}: {count}."
    return " ".join([said, *(f"{item}." for item in items)])


def courses_spec(answer: CoursesAnswer, theme: Theme, wide: int, window: Window = ALL) -> Spec:
    """The picture of a company's story, as a Vega-Lite specification.

    A ``window`` shows some days of it, and only the items that have a part in them.
    """
    sheet = Sheet(wide, theme)
    courses = [course for course in answer.courses if _is_in(course, window)]
    sheet.head(courses_title(answer), _subtitle(answer, len(answer.courses) - len(courses)))
    lanes = [(course, lane_of(course, answer.on)) for course in courses]
    scale = _axis(answer, courses, sheet, window)
    shown = _shown(answer, lanes, scale)
    legend.draw(sheet, shown)
    if lanes:
        _draw(sheet, answer, lanes, shown, scale)
    else:
        sheet.paragraph("Nothing had been reported by this date.", TEXT)
    sheet.foot(f"{capital(coordinate_words(answer))} · {coordinate_options(answer)}")
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
    draw_bars(sheet, answer, placed, scale)
    _on_line(sheet, answer.on, scale, top, bottom)
    _labels(sheet, answer, placed)
    draw_marks(sheet, answer, placed, scale)
    sheet.y = bottom + 22


def _is_in(course: Course, window: Window) -> bool:
    ends = course.spans[0].valid_from, course.spans[-1].valid_to
    return (window[1] is None or ends[0] <= window[1]) and (
        window[0] is None or ends[1] > window[0]
    )


def _subtitle(answer: CoursesAnswer, outside: int) -> str:
    known = "" if answer.known is None else f", as known on {day_words(answer.known)}"
    said = f"State on {day_words(answer.on)} (dashed line){known}."
    if answer.learned_later:
        more = answer.learned_later
        said += f" {more} more item{'' if more == 1 else 's'} became known later."
    if outside:
        said += f" {outside} item{'' if outside == 1 else 's'} outside of these days."
    return said


def _axis(answer: CoursesAnswer, courses: Iterable[Course], sheet: Sheet, window: Window) -> Axis:
    days: list[Day] = []
    opens = False
    for course in courses:
        days += days_of(course)
        days += [mark.known for mark in course.marks if is_public(mark) and not mark.later]
        opens |= course.spans[0].valid_from == OPEN_START
    left = ARROW if opens else 8
    return axis(
        windowed([answer.on, *near(days, answer.on)], window),
        MARGIN, sheet.width - MARGIN, 0 if window[0] else left, 0 if window[1] else ARROW + 14,
    )  # fmt: skip


# --- lanes ----------------------------------------------------------------------------------------


def _place(
    sheet: Sheet,
    answer: CoursesAnswer,
    lanes: Iterable[tuple[Course, Lane]],
    *,
    below: bool,
) -> Iterator[Placed]:
    """Where each lane goes, below its label; the headings are drawn at once."""
    for kind, some in groupby(lanes, key=lambda each: kind_of(each[0].subject)):
        group = list(some)
        sheet.y += 24
        sheet.text(
            [{"x": MARGIN, "y": sheet.y - 6, "text": f"{HEADINGS[kind].capitalize()} ({len(group)})"}],
            size=13, fontWeight="bold", color=sheet.colours.muted,
        )  # fmt: skip
        for course, lane in group:
            label = item_title(course, answer.company, answer.names)
            lines = _label_lines(label, standing(course, answer.names), sheet.room)
            sheet.y += 4 + LINE * len(lines) + 9
            yield Placed(course, lane, label, sheet.y + BAR / 2)
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


def _labels(sheet: Sheet, answer: CoursesAnswer, placed: Iterable[Placed]) -> None:
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
    if scale.shows(on):
        sheet.add("rule", line, color=sheet.colours.background, strokeWidth=3, aria=False)
        sheet.add("rule", line, color=sheet.colours.text, strokeDash=[4, 3], aria=False)


def _shown(
    answer: CoursesAnswer, lanes: Iterable[tuple[Course, Lane]], scale: Axis
) -> legend.Shown:
    lanes = list(lanes)
    bars = [b for _, lane in lanes for b in lane.bars if scale.meets(b.first, b.last)]
    marks = [mark for course, _ in lanes for mark in course.marks]
    return legend.Shown(
        groups=[(bar.group, bar.over) for bar in bars],
        fades=any(lane.uncertain for _, lane in lanes),
        arrows=any(lane.arrow is not None for _, lane in lanes),
        pale=any(bar.last > answer.on and bar.first != bar.last for bar in bars),
        contested=any(lane.contested for _, lane in lanes),
        later=any(course.later for course, _ in lanes),
        public=any(is_public(mark) and not mark.later for mark in marks),
        recorded=any(is_recorded(mark, answer.on, scale) for mark in marks),
    )
