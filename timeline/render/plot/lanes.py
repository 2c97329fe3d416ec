"""What is drawn in the lane of an item: what held, what is not certain, what came out later."""

from __future__ import annotations

from typing import Final

from msgspec import UNSET

from timeline.answers.story import Course
from timeline.model.kinds import claim_term_of
from timeline.model.values import Day
from timeline.render.plot.bars import Bar, Lane, later_bars
from timeline.render.plot.days import Axis
from timeline.render.plot.measure import width
from timeline.render.plot.sheet import HATCH, SMALL, Sheet
from timeline.render.status import Group, status_words
from timeline.render.words import value_in_words

BAR: Final = 18
THIN: Final = 4
"""What is over or denied."""
LEAST: Final = 3
"""The narrowest bar, so that a day is seen among years."""
POINT: Final = 6
"""How far the end of a bar points where it goes on."""
AFTER: Final = 0.4
"""Opacity of what is planned for after the day asked for."""


def draw_lane(
    sheet: Sheet, course: Course, lane: Lane, on: Day, middle: float, scale: Axis
) -> None:
    """All of one lane, around its middle."""
    fact = claim_term_of(course.subject) is not None
    end = lane.arrow.first if lane.arrow is not None else None
    for bar in lane.bars:
        if not scale.meets(bar.first, bar.last):
            continue
        x, x2 = scale.at(bar.first), max(scale.at(bar.last), scale.at(bar.first) + LEAST)
        after = AFTER if bar.first > on else None
        if bar in lane.uncertain:
            _hollow(sheet, bar.group, x, x2, middle, "1.5 3.5")
        elif bar.look in ("below", "out"):
            continue  # of two that may hold, the outline stands for both, and words say which
        elif fact:
            _dotted_line(sheet, bar.group, x, x2, middle, after)
        elif bar.status == "completed":
            _diamond(sheet, bar.group, x, x2, middle, after)
        elif bar.over:
            thin_line(sheet, bar.group, x, x2, middle, after)
        else:
            solid(sheet, bar, x, x2, middle, after, pointed=bar.last == end)
            if bar.span.value is not UNSET:
                _value(sheet, bar, x, x2, middle, begins=bar.first != lane.bars[0].first)
    for bar in lane.contested:
        if scale.meets(bar.first, bar.last):
            _contested(sheet, bar, middle, scale)
    for bar in later_bars(course, on):
        if scale.meets(bar.first, bar.last):
            x, x2 = scale.at(bar.first), max(scale.at(bar.last), scale.at(bar.first) + LEAST)
            _hollow(sheet, bar.group, x, x2, middle, "7 4")


def solid(
    sheet: Sheet,
    bar: Bar,
    x: float,
    x2: float,
    middle: float,
    opacity: float | None,
    *,
    pointed: bool,
) -> None:
    """A bar of what is not over; its end points on where nothing ended it."""
    top, bottom = middle - BAR / 2, middle + BAR / 2
    point = min(POINT, (x2 - x) / 2) if pointed else 0
    path = f"M{x:.1f} {top:.1f}H{x2 - point:.1f}L{x2:.1f} {middle:.1f}L{x2 - point:.1f} {bottom:.1f}H{x:.1f}Z"
    fill = HATCH if bar.group == "disputed" else sheet.colours.fills[bar.group]
    sheet.mark(
        "path", d=path, fill=fill, stroke=sheet.colours.groups[bar.group], stroke_width=1.5,
        stroke_dasharray="4 2.5" if bar.group == "rumoured" else None, opacity=opacity,
    )  # fmt: skip


def _value(sheet: Sheet, bar: Bar, x: float, x2: float, middle: float, *, begins: bool) -> None:
    """How large a stake is, within its bar where it fits; a gap where it became another."""
    if begins:
        ground = sheet.colours.background
        sheet.line(x, middle - BAR / 2, x, middle + BAR / 2, stroke=ground, stroke_width=2)
    said = value_in_words(bar.span.value)
    if width(said, SMALL) + 8 <= x2 - x:
        color = sheet.colours.on_fills[bar.group]
        sheet.text(x + 4, middle + 4.5, said, SMALL, color=color)


def thin_line(
    sheet: Sheet, group: Group, x: float, x2: float, middle: float, opacity: float | None = None
) -> None:
    """What is over, with a tick where it began to be; what is denied, with a cross."""
    color = sheet.colours.groups[group]
    sheet.rect(x, middle - THIN / 2, x2 - x, THIN, fill=color, opacity=opacity)
    cap = "M{0} {2}L{1} {3}M{0} {3}L{1} {2}" if group == "denied" else "M{4} {2}V{3}"
    path = cap.format(*(f"{each:.1f}" for each in (x - 4, x + 4, middle - 5, middle + 5, x)))
    sheet.mark("path", d=path, stroke=color, stroke_width=2, fill="none", opacity=opacity)


def _hollow(sheet: Sheet, group: Group, x: float, x2: float, middle: float, dash: str) -> None:
    """An outline: dotted where the day is not certain, dashed where it came out later."""
    sheet.rect(
        x, middle - BAR / 2, x2 - x, BAR, fill="none", stroke=sheet.colours.groups[group],
        stroke_width=1.5, stroke_dasharray=dash, stroke_linecap="round",
    )  # fmt: skip


def _diamond(
    sheet: Sheet, group: Group, x: float, x2: float, middle: float, opacity: float | None
) -> None:
    """What was completed on a day, and a faint tail."""
    color = sheet.colours.groups[group]
    sheet.rect(x, middle - 1.5, x2 - x, 3, fill=color, opacity=opacity)
    path = f"M{x - 8:.1f} {middle:.1f}l8-8l8 8l-8 8Z"
    sheet.mark("path", d=path, fill=color, opacity=opacity)


def _dotted_line(
    sheet: Sheet, group: Group, x: float, x2: float, middle: float, opacity: float | None
) -> None:
    """A fact: said on a day, and not said otherwise since."""
    color = sheet.colours.groups[group]
    sheet.line(x, middle, x2, middle, stroke=color, stroke_width=1.5, opacity=opacity)
    sheet.mark("circle", cx=x, cy=middle, r=4, fill=color, opacity=opacity)


def _contested(sheet: Sheet, bar: Bar, middle: float, scale: Axis) -> None:
    """What a later report says against the bar, and a sign that it does."""
    x, x2 = scale.at(bar.first), max(scale.at(bar.last), scale.at(bar.first) + LEAST)
    sheet.rect(
        x, middle + 1, x2 - x, 9, fill=sheet.colours.background, stroke=sheet.colours.groups[bar.group],
        stroke_width=1.5, stroke_dasharray="1.5 3.5", stroke_linecap="round",
    )  # fmt: skip
    triangle = (
        f"M{x - 7:.1f} {middle + 10:.1f}L{x:.1f} {middle - 3:.1f}L{x + 7:.1f} {middle + 10:.1f}Z"
    )
    sheet.mark("path", d=triangle, fill=sheet.colours.text)
    sheet.text(x, middle + 9, "!", 10, bold=True, align="middle", color=sheet.colours.background)


def pill(sheet: Sheet, group: Group, status: str, x: float, middle: float, wide: float) -> None:
    """A status as a pill: its word, and a look that no other one has."""
    colours = sheet.colours
    filled = group in ("rumoured", "announced", "active")
    sheet.rect(
        x, middle - 9, wide, 18, rx=3, stroke=colours.groups[group], stroke_width=1.5,
        fill=HATCH if group == "disputed" else colours.fills[group] if filled else colours.background,
        stroke_dasharray="4 2.5" if group == "rumoured" else None,
    )  # fmt: skip
    if group == "disputed":
        sheet.rect(x + 4, middle - 7, wide - 8, 14, fill=colours.fills[group])
    sheet.text(
        x + wide / 2, middle + 4, status_words(status), 12, bold=True, align="middle",
        color=colours.on_fills[group],
    )  # fmt: skip
