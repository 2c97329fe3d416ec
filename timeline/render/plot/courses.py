"""A company's story as a picture: a lane an item, with how it stands beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date as calendar
from typing import Final

from msgspec import UNSET, Struct

from timeline.answers.story import Course, CoursesAnswer, Span
from timeline.language import tr, tr_as, tr_count
from timeline.model.dates import OPEN_START
from timeline.model.kinds import claim_term_of
from timeline.model.values import Day
from timeline.render.coordinate import coordinate_options, coordinate_words, nothing_of
from timeline.render.plot.bars import Lane, days_of, lane_of
from timeline.render.plot.colours import Look
from timeline.render.plot.days import ALL, Axis, Window, axis, broken, day_words, near, windowed
from timeline.render.plot.lanes import draw_lane, pill
from timeline.render.plot.measure import shorten, width, wrap
from timeline.render.plot.said import item_title, others_words, span_words, standing
from timeline.render.plot.sheet import MARGIN, SMALL, TEXT, Links, Scene, Sheet
from timeline.render.status import group_of, status_words
from timeline.render.text import capital
from timeline.render.words import date

PITCH: Final = 24
MOST: Final = 40
"""Lanes of a picture; the data has them all."""
NARROW: Final = 620
"""Below it, what an item is and how it stands goes above its lane."""
REMARKED: Final = 1000
"""From this width on there is room for a remark."""
STATUS: Final = 118
SINCE: Final = 128
_YEARS: Final = 731
"""Days to which a broken scale gives most of the room: about two years."""


def courses_title(answer: CoursesAnswer) -> str:
    """What the picture is called."""
    return tr("{company}: partnerships over time", company=answer.name)


def courses_alt(answer: CoursesAnswer) -> str:
    """The picture in words, for whoever does not see it."""
    items = [
        f"{item_title(course, answer.company, answer.names)}: {standing(course, answer.names)}"
        for course in answer.courses
    ]
    count = tr_count("{count} item", "{count} items", len(items)) if items else tr("nothing known")
    said = tr(
        "Timeline of {company}, {when}: {what}.",
        company=answer.name,
        when=coordinate_words(answer),
        what=count,
    )
    return " ".join([said, *(f"{item}." for item in items)])


class _Columns(Struct, frozen=True):
    """Where the parts of a row begin; None where they have no room."""

    label: float
    lanes: float
    lanes_end: float
    status: float | None
    since: float | None
    remark: float | None


def courses_scene(
    answer: CoursesAnswer,
    look: Look,
    wide: int,
    window: Window = ALL,
    links: Links | None = None,
    most: int = MOST,
) -> Scene:
    """The picture of a company's story: at most so many lanes, by their first days.

    A ``window`` shows some days of it, and only the items that have a part in them.
    """
    sheet = Sheet(wide, look, links)
    courses = [course for course in answer.courses if _is_in(course, window)]
    shown = sorted(_chosen(courses, most), key=_place)
    sheet.head(courses_title(answer), _subtitle(answer, len(answer.courses) - len(courses)))
    if shown:
        columns = _columns(sheet)
        scale = _axis(answer, shown, columns, window)
        lanes = [lane_of(course, answer.on) for course in shown]
        _draw(sheet, answer, list(zip(shown, lanes, strict=True)), columns, scale)
        sheet.paragraph(_signs(answer, lanes, shown, scale), SMALL, color=sheet.colours.muted)
        if len(courses) > len(shown):
            sheet.paragraph(
                tr("and {count} more", count=len(courses) - len(shown)), TEXT, bold=True
            )
    else:
        text = "{nothing} had been reported by this date."
        sheet.paragraph(tr(text, nothing=nothing_of(answer.lens)), TEXT)
    sheet.foot(f"{capital(coordinate_words(answer))} · {coordinate_options(answer)}")
    return sheet.scene(courses_title(answer), courses_alt(answer))


def _chosen(courses: Sequence[Course], most: int) -> Sequence[Course]:
    """So many of them: what is current before what is over, what is no fact before facts."""
    if len(courses) <= most:
        return courses
    rank = {"active": 0, "announced": 1, "disputed": 2, "rumoured": 3, "denied": 4, "ended": 5}
    return sorted(courses, key=lambda c: (_is_fact(c), rank[group_of(_shown(c))], c.subject))[:most]


def _is_fact(course: Course) -> bool:
    return claim_term_of(course.subject) is not None


def _place(course: Course) -> tuple[bool, Day, str]:
    return _is_fact(course), course.spans[0].valid_from, course.subject


def _shown(course: Course) -> str:
    """Its status on the day asked for; before it holds, the one that it will have."""
    return course.status or course.spans[0].status


def _is_in(course: Course, window: Window) -> bool:
    ends = course.spans[0].valid_from, course.spans[-1].valid_to
    return (window[1] is None or ends[0] <= window[1]) and (
        window[0] is None or ends[1] > window[0]
    )


def _subtitle(answer: CoursesAnswer, outside: int) -> str:
    said = [tr("State on {day}.", day=day_words(answer.on))]
    if answer.known is not None:
        known = day_words(answer.known)
        said = [tr("State on {day}, as known on {known}.", day=day_words(answer.on), known=known)]
    if answer.learned_later:
        one, many = (
            "{count} more item became known later.",
            "{count} more items became known later.",
        )
        said.append(tr_count(one, many, answer.learned_later))
    if outside:
        one, many = "{count} item outside of these days.", "{count} items outside of these days."
        said.append(tr_count(one, many, outside))
    return " ".join(said)


# --- where everything is --------------------------------------------------------------------------


def _columns(sheet: Sheet) -> _Columns:
    left, right = float(MARGIN), float(sheet.width - MARGIN)
    if sheet.width < NARROW:
        return _Columns(left, left, right, None, None, None)
    label = min(270.0, sheet.width * 0.28)
    remark = sheet.width * 0.2 if sheet.width >= REMARKED else 0
    beside = right - remark
    return _Columns(
        left, left + label, beside - STATUS - SINCE - 16, beside - STATUS - SINCE, beside - SINCE,
        beside if remark else None,
    )  # fmt: skip


def _axis(
    answer: CoursesAnswer, courses: Iterable[Course], columns: _Columns, window: Window
) -> Axis:
    days: list[Day] = []
    firsts: list[Day] = []
    opens = False
    for course in courses:
        days += days_of(course)
        firsts.append(course.spans[0].valid_from)
        opens |= course.spans[0].valid_from == OPEN_START
    scale = axis(
        windowed([answer.on, *near(days, answer.on)], window), columns.lanes, columns.lanes_end,
        0 if window[0] else 24 if opens else 10, 0 if window[1] else 12,
    )  # fmt: skip
    cut = calendar.fromisoformat(answer.on).toordinal() - _YEARS
    recent = sum(first > calendar.fromordinal(max(cut, 1)).isoformat() for first in firsts)
    if 2 * recent > len(firsts) and 4 * (scale.last - cut) < scale.last - scale.first:
        return broken(scale, cut)
    return scale


def _draw(
    sheet: Sheet,
    answer: CoursesAnswer,
    lanes: Sequence[tuple[Course, Lane]],
    columns: _Columns,
    scale: Axis,
) -> None:
    sheet.y += 18
    top = sheet.y
    pitch = PITCH if columns.status is not None else PITCH + 22
    soft = sheet.colours.muted
    for x, text in (
        (columns.status, tr_as("column", "Status")),
        (columns.since, tr_as("column", "Since")),
        (columns.remark, tr_as("column", "Remark")),
    ):
        if x is not None:
            sheet.text(x, top - 5, text, SMALL, color=soft)
    for place in range(0, len(lanes), 2):
        sheet.rect(MARGIN, top + place * pitch, sheet.room, pitch, fill=sheet.colours.band)
    bottom = top + len(lanes) * pitch
    _grid(sheet, scale, top, bottom)
    if scale.shows(answer.on):
        at = scale.at(answer.on)
        sheet.line(at, top, at, bottom, stroke=sheet.colours.text, stroke_width=1.5)
    for place, (course, lane) in enumerate(lanes):
        _row(sheet, answer, course, lane, top + place * pitch, columns, scale)
    sheet.y = bottom + 4


def _row(
    sheet: Sheet,
    answer: CoursesAnswer,
    course: Course,
    lane: Lane,
    top: float,
    columns: _Columns,
    scale: Axis,
) -> None:
    """One item: its name, its lane, how it stands."""
    span = _span_on(course, answer.on)
    label = item_title(course, answer.company, answer.names)
    status = _shown(course)
    group = group_of(status, disputed=course.disputed)
    beside = columns.status is not None
    wide = width(status_words(status), SMALL, bold=True) + 14
    room = columns.lanes - columns.label - 12 if beside else sheet.room - wide - 8
    middle = top + (PITCH / 2 if beside else 22 + PITCH / 2)
    with sheet.about(course.subject, span_words(label, course, span, answer.names, answer.sources)):
        sheet.rect(
            MARGIN,
            top,
            sheet.room,
            PITCH if beside else PITCH + 22,
            fill="none",
            pointer_events="all",
        )
        color = sheet.colours.link if sheet.links else sheet.colours.text
        name = shorten(wrap(label, TEXT, room), 1, TEXT, room)[0]
        sheet.text(columns.label + 4, top + 16, name, TEXT, color=color)
        draw_lane(sheet, course, lane, answer.on, middle, scale)
        x = columns.status if columns.status is not None else sheet.width - MARGIN - wide
        pill(sheet, group, status, x, top + 12, wide)
        soft = sheet.colours.muted
        if columns.since is not None and span.since is not None and course.status is not None:
            told = shorten(wrap(date(span.since), SMALL, SINCE - 6), 1, SMALL, SINCE - 6)[0]
            sheet.text(columns.since, top + 16, told, SMALL)
        if columns.remark is not None:
            room = sheet.width - MARGIN - columns.remark
            text = _remark(course, answer)
            sheet.text(
                columns.remark, top + 16, shorten(wrap(text, SMALL, room), 1, SMALL, room)[0], SMALL,
                color=soft,
            )  # fmt: skip


def _remark(course: Course, answer: CoursesAnswer) -> str:
    """What a reader should know besides: what else may hold, what later reports say, or how much."""
    if course.status is None:
        return tr("not on this day")
    if course.certainty == "contested":
        others = others_words(course.alternatives, answer.names)
        return tr("later reports say {others}", others=others)
    if course.certainty == "possible":
        others = others_words(course.alternatives, answer.names)
        return tr("uncertain: may also be {others}", others=others)
    if course.later:
        return tr("came out later: {status}", status=status_words(course.later[0].status))
    counted = [mark for mark in course.marks if mark.counts]
    last = max((mark.known[:10] for mark in counted), default="")
    many = tr_count("{count} report", "{count} reports", len(counted))
    return f"{many}, {date(last)}" if len(counted) == 1 and last else many


def _span_on(course: Course, on: Day) -> Span:
    """The span that holds on a day, or the nearest one before it."""
    before = [span for span in course.spans if span.valid_from <= on]
    return before[-1] if before else course.spans[0]


def _grid(sheet: Sheet, scale: Axis, top: float, bottom: float) -> None:
    soft, line = sheet.colours.muted, sheet.colours.line
    beyond = -1.0
    for x, text in scale.ticks(SMALL):
        sheet.line(x, top, x, bottom, stroke=line)
        half = width(text, SMALL) / 2
        middle = min(max(x, half + 2), scale.end - half)
        if middle - half > beyond:
            sheet.text(middle, top - 5, text, SMALL, color=soft, align="middle")
            beyond = middle + half + 6
    if scale.cut is not None:
        at = scale.place(scale.cut)
        sheet.text(at, top - 5, "//", TEXT, bold=True, align="middle", halo=True)
        sheet.line(at, top, at, bottom, stroke=line, stroke_dasharray="2 4")


def _has_changed(course: Course) -> bool:
    values = [span.value for span in course.spans if span.value is not UNSET]
    return not _is_fact(course) and any(value != values[0] for value in values)


def _signs(
    answer: CoursesAnswer, lanes: Sequence[Lane], courses: Sequence[Course], scale: Axis
) -> str:
    """What the signs mean: only those that are there."""
    bars = [bar for lane in lanes for bar in lane.bars]
    cut = scale.cut
    said = (
        (tr("dots: day not certain"), any(lane.uncertain for lane in lanes)),
        (tr("dashes: came out later"), any(course.later for course in courses)),
        (tr("!: later reports say otherwise"), any(lane.contested for lane in lanes)),
        (tr("◆ completed"), any(bar.status == "completed" for bar in bars)),
        (tr("thin: over or denied"), any(bar.over for bar in bars)),
        (tr("hatched: suspended or disputed"), any(bar.group == "disputed" for bar in bars)),
        (tr("pale: after that day"), any(bar.first > answer.on for bar in bars)),
        (tr("gap in a bar: the share changed"), any(map(_has_changed, courses))),
        (tr("arrow: goes on"), any(lane.arrow is not None for lane in lanes)),
        (tr("● a fact, as it was said"), any(map(_is_fact, courses))),
        (
            tr(
                "the scale changes on {day} (//)",
                day=date(calendar.fromordinal(cut).isoformat()),
            )
            if cut
            else "",
            cut is not None,
        ),
    )
    return capital(" · ".join(text for text, there in said if there))
