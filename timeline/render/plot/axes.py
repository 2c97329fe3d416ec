"""A subject on both axes: to the right when it held, upwards when that was known.

It explains the belief strip, which is what its diagonal crosses.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from msgspec import Struct

from timeline.answers.story import AxesAnswer, Patch
from timeline.language import tr
from timeline.model.dates import OPEN_END, OPEN_START
from timeline.model.kinds import claim_term_of
from timeline.model.values import ALWAYS, END_OF_TIME, Day, Instant, within
from timeline.render.coordinate import coordinate_options, coordinate_words
from timeline.render.plot.colours import Look
from timeline.render.plot.days import (
    ALL,
    Axis,
    Window,
    axis,
    day_words,
    is_open,
    near,
    stepped,
    windowed,
)
from timeline.render.plot.measure import width, wrap
from timeline.render.plot.said import (
    claim_words,
    evidence_words,
    item_title,
    known_words,
    mark_words,
    standing,
)
from timeline.render.plot.sheet import HATCH, MARGIN, SMALL, Links, Scene, Sheet
from timeline.render.question import ordinal
from timeline.render.status import GROUPS, Group, group_of, legend_words
from timeline.render.text import capital
from timeline.render.words import attribute, date, name_of

GAP: Final = 1
"""On each side of a rectangle."""
NARROW: Final = 560
"""Below it, what was learned is told under the picture."""
STEP: Final = 12
"""The fewest pixels between two turns."""
_LINE: Final = 15
_LONGEST: Final = 460
"""Pixels of an axis, unless what is told beside it needs more."""
_BESIDE: Final = 300


class _News(Struct, frozen=True):
    """What became known on a day."""

    day: str
    text: str


def axes_title(answer: AxesAnswer) -> str:
    """What the picture is called."""
    if answer.course is None:
        return answer.subject
    if claim_term_of(answer.subject) is not None:  # of which value would it be?
        terms = answer.course.terms
        period = f" ({date(terms['period'])})" if "period" in terms else ""
        of = attribute(terms["attribute"])
        return f"{name_of(terms['company'], answer.names)}: {of}{period}"
    return item_title(answer.course, None, answer.names)


def axes_alt(answer: AxesAnswer) -> str:
    """The picture in words, for whoever does not see it."""
    said = (f"{_told_on(each)}: {each.text.removesuffix('.')}" for each in _news(answer))
    news = "; ".join(said) or tr("nothing")
    text = "What was held of {subject}, by day and by when it was known."
    held, learned = tr(text, subject=answer.subject), tr("Learned: {news}.", news=news)
    return f"{held} {_at_question(answer)} {learned}"


def _told_on(news: _News) -> str:
    return tr("always") if news.day == "always" else date(news.day)


def axes_scene(
    answer: AxesAnswer, look: Look, wide: int, window: Window = ALL, links: Links | None = None
) -> Scene:
    """The picture of a subject on both axes; a ``window`` is of its days."""
    sheet = Sheet(wide, look, links)
    sheet.head(
        axes_title(answer), f"{_at_question(answer)} {tr('Right of the diagonal lies the future.')}"
    )
    _legend(sheet, answer)
    news = _news(answer)
    narrow = wide < NARROW
    x, y = _scales(sheet, answer, news, window, narrow=narrow)
    _grid(sheet, x, y)
    words = list(_patches(sheet, answer, x, y))
    _diagonal(sheet, x, y)
    for left, top, text, color in words:
        sheet.text(left, top, text, SMALL, color=color)
    _cross(sheet, answer, x, y)
    if not narrow:
        _beside(sheet, news, x, y)
    sheet.y = y.start + 34
    if narrow:
        _beneath(sheet, news)
    sheet.foot(f"{answer.subject}, {coordinate_words(answer)} · {coordinate_options(answer)}")
    return sheet.scene(axes_title(answer), axes_alt(answer))


def _at_question(answer: AxesAnswer) -> str:
    """What held at the coordinate that was asked for."""
    patch = _patch_at(answer)
    said = tr("nothing") if patch is None else standing(patch, answer.names)
    day = day_words(answer.on)
    if answer.known is None:
        return tr("On {day} (the cross): {what}.", day=day, what=said)
    text = "On {day}, as known on {known} (the cross): {what}."
    return tr(text, day=day, known=day_words(answer.known), what=said)


def _patch_at(answer: AxesAnswer) -> Patch | None:
    return _patch_of(answer, answer.on, answer.known_at)


def _patch_of(answer: AxesAnswer, day: Day, instant: Instant) -> Patch | None:
    on, known = within(day, instant)
    for patch in answer.patches:
        if patch.valid_from <= on < patch.valid_to and patch.known_from <= known < patch.known_to:
            return patch
    return None


def _news(answer: AxesAnswer) -> list[_News]:
    """What became known on each day, the first first, and what was believed from then on."""
    marks = sorted(answer.marks, key=lambda mark: (mark.known, mark.position))
    news = []
    believed = ""
    for day, some in groupby(marks, key=lambda mark: mark.known[:10]):
        group = list(some)
        types = list(dict.fromkeys(mark_words(mark) for mark in group))
        publishers = dict.fromkeys(
            answer.sources.get(slug, slug).partition(",")[0]
            for mark in group
            for slug in mark.sources
        )
        by = f" ({', '.join(publishers)})" if publishers else ""
        when = "always" if group[0].known == ALWAYS else day
        patch = _patch_of(answer, answer.on, group[-1].known)
        now = tr("nothing") if patch is None else standing(patch, answer.names)
        text = ", ".join(types) + by
        if now != believed:
            day_of = day_words(answer.on)
            text += f". {tr('Of {day} people then believed: {what}', day=day_of, what=now)}"
            believed = now
        news.append(_News(when, f"{text}."))
    return news


def _scales(
    sheet: Sheet, answer: AxesAnswer, news: Sequence[_News], window: Window, *, narrow: bool
) -> tuple[Axis, Axis]:
    """Both axes over the same days and of the same length, so that a day is as long on either.

    Every turn on one of them is at least STEP from the next, on both.
    """
    days = []
    instants = [each.day for each in news if each.day != "always"]
    if answer.known_at != END_OF_TIME:
        instants.append(answer.known_at[:10])
    for patch in answer.patches:
        days += [day for day in (patch.valid_from, patch.valid_to) if not is_open(day)]
        instants += [i[:10] for i in (patch.known_from, patch.known_to) if not is_open(i[:10])]
    turns = near(days + instants, answer.on)
    shown = windowed([*turns, *_near_turns(answer.on, turns)], window)
    left = MARGIN + 62
    right = sheet.width - MARGIN - (0 if narrow else min(_BESIDE, sheet.width * 0.36))
    lines = 0 if narrow else sum(len(_beside_lines(sheet, each)) for each in news)
    told = (lines + len(news)) * _LINE
    side = min(right - left, max(_LONGEST, told))
    sheet.y += 22
    plain = axis(shown, left, left + side, 0 if window[0] else 24, 0 if window[1] else 40)
    x = stepped(plain, days + instants, STEP)
    top, bottom = sheet.y, sheet.y + side
    y = Axis(
        x.first, x.last, bottom, top,
        tuple((day, bottom - (at - left)) for day, at in x.knots),
    )  # fmt: skip
    return x, y


def _near_turns(on: Day, turns: Sequence[Day]) -> list[Day]:
    """The day of the cross, unless it lies so far off that the turns would shrink for its sake."""
    if not turns:
        return [on]
    first, last, at = (ordinal(day) for day in (min(turns), max(turns), on))
    room = max((last - first) // 3, 60)
    return [on] if first - room <= at <= last + room else []


def _grid(sheet: Sheet, x: Axis, y: Axis) -> None:
    soft = sheet.colours.muted
    for at, text in x.ticks(SMALL):
        sheet.line(at, y.start, at, y.end, stroke=sheet.colours.line)
        middle = min(at, sheet.width - width(text, SMALL) / 2 - 4)
        sheet.text(middle, y.start + 14, text, SMALL, color=soft, align="middle")
    for at, text in y.ticks(SMALL, upright=True):
        sheet.line(x.start, at, x.end, at, stroke=sheet.colours.line)
        sheet.text(x.start - 6, at + 4, text, SMALL, color=soft, align="end")
    sheet.text(x.start, y.start + 29, tr("→ when it held"), SMALL, color=soft)
    sheet.text(MARGIN, y.end - 8, tr("↑ when it was known"), SMALL, color=soft)


def _patches(
    sheet: Sheet, answer: AxesAnswer, x: Axis, y: Axis
) -> Iterator[tuple[float, float, str, str]]:
    """The rectangles; yield what is written in them: where, the text, its colour."""
    for patch in answer.patches:
        if not x.meets(patch.valid_from, patch.valid_to):
            continue
        group = group_of(patch.status, disputed=patch.disputed)
        sure = patch.certainty == "definite"
        left, right = x.at(patch.valid_from) + GAP, x.at(patch.valid_to) - GAP
        top, bottom = y.at(patch.known_to) + GAP, y.at(patch.known_from) - GAP
        right, top = max(right, left + 1), min(top, bottom - 1)
        with sheet.about(answer.subject, _tip(answer, patch)):
            box(sheet, group, left, top, right - left, bottom - top, sure=sure)
        text = _word(answer, patch, right - left - 10)
        if text and bottom - top >= 16:
            color = sheet.colours.on_fills[group] if sure else sheet.colours.text
            yield left + 5, top + 13, text, color


def box(
    sheet: Sheet, group: Group, x: float, y: float, wide: float, high: float, *, sure: bool
) -> None:
    """A rectangle of a status; what is not certain is hollow and dotted."""
    fill = HATCH if group == "disputed" else sheet.colours.fills[group]
    dash = "1.5 3.5" if not sure else "4 2.5" if group == "rumoured" else None
    sheet.rect(
        x, y, wide, high, fill=fill if sure else sheet.colours.background,
        stroke=sheet.colours.groups[group], stroke_width=1.5, stroke_dasharray=dash,
        stroke_linecap=None if sure else "round",
    )  # fmt: skip


def _word(answer: AxesAnswer, patch: Patch, room: float) -> str:
    """The status (of a fact its value) where it has room, with an arrow when it is open."""
    status = claim_words(patch, answer.names)
    if patch.certainty == "possible":
        status = tr("perhaps {status}", status=status)
    arrow = " →" if patch.valid_to == OPEN_END else ""
    before = "← " if patch.valid_from == OPEN_START else ""
    for text in (f"{before}{status}{arrow}", status):
        if width(text, SMALL) <= room:
            return text
    return ""


def _tip(answer: AxesAnswer, patch: Patch) -> str:
    from_, until = "from {date}", "until {date}"
    first = tr("always")
    if patch.valid_from != OPEN_START:
        first = tr(from_, date=date(patch.valid_from))
    last = "" if patch.valid_to == OPEN_END else f" {tr(until, date=date(patch.valid_to))}"
    end = ""
    if patch.known_to != END_OF_TIME:
        end = f" {tr(until, date=date(patch.known_to[:10]))}"
    marks = [mark for mark in answer.marks if mark.event in patch.events]
    return (
        f"{capital(standing(patch, answer.names))}, {first}{last}, "
        f"{tr('as known from {day}', day=known_words(patch.known_from))}{end}. "
        f"{evidence_words(marks, answer.sources)}"
    )


def _diagonal(sheet: Sheet, x: Axis, y: Axis) -> None:
    """Where the day is the one on which it is known: what lies right of it was still to come."""
    first, last = max(x.first, y.first), min(x.last, y.last)
    if first >= last:
        return
    line = x.place(first), y.place(first), x.place(last), y.place(last)
    sheet.line(*line, stroke=sheet.colours.background, stroke_width=3, opacity=0.7)
    sheet.line(*line, stroke=sheet.colours.text, stroke_dasharray="2 3")


def _cross(sheet: Sheet, answer: AxesAnswer, x: Axis, y: Axis) -> None:
    at_x = x.at(answer.on)
    at_y = y.end if answer.known_at == END_OF_TIME else y.at(answer.known_at)
    lines = [(x.start, at_y, x.end, at_y)]
    if x.shows(answer.on):
        lines.append((at_x, y.end, at_x, y.start))
    for style in ({"stroke": sheet.colours.background, "stroke_width": 3},
                  {"stroke": sheet.colours.text, "stroke_dasharray": "5 3"}):  # fmt: skip
        for line in lines:
            sheet.line(*line, **style)
    sheet.mark(
        "circle", cx=at_x, cy=at_y, r=6, fill=sheet.colours.background, stroke=sheet.colours.text,
        stroke_width=2.5,
    )  # fmt: skip


def _legend(sheet: Sheet, answer: AxesAnswer) -> None:
    there = {group_of(patch.status, disputed=patch.disputed) for patch in answer.patches}
    groups = [group for group in GROUPS if group in there]
    unsure = any(patch.certainty == "possible" for patch in answer.patches)
    called = {legend_words(group): group for group in groups}
    entries = [(text, 18.0) for text in called] + ([(tr("not certain"), 18.0)] if unsure else [])
    for (text, _), (left, middle) in zip(entries, sheet.flow(entries), strict=True):
        group = called.get(text)
        box(sheet, group or "ended", left, middle - 6, 12, 12, sure=group is not None)
        sheet.text(left + 18, middle + 4, text, SMALL)


# --- what was learned -----------------------------------------------------------------------------


def _beside_lines(sheet: Sheet, news: _News) -> list[str]:
    return wrap(f"{_told_on(news)}: {news.text}", SMALL, min(_BESIDE, sheet.width * 0.36) - 22)


def _beside(sheet: Sheet, news: Sequence[_News], x: Axis, y: Axis) -> None:
    """In the margin, each as near to its instant as the others allow, from the top down."""
    told = [(each, _beside_lines(sheet, each)) for each in reversed(news)]
    ats = [y.start if each.day == "always" else y.at(each.day) for each, _ in told]
    tops = spread(
        [(at, len(lines) * _LINE + 3) for at, (_, lines) in zip(ats, told, strict=True)],
        y.end - 4, y.start + 4,
    )  # fmt: skip
    soft = sheet.colours.muted
    for at, top, (_, said) in zip(ats, tops, told, strict=True):
        sheet.line(x.end + 1, at, x.end + 14, top + len(said) * _LINE / 2, stroke=soft)
        for number, text in enumerate(said):
            sheet.text(x.end + 18, top + number * _LINE + _LINE * 0.75, text, SMALL, color=soft)


def spread(boxes: Sequence[tuple[float, float]], top: float, bottom: float) -> list[float]:
    """The tops of boxes, each a wished middle and a height, one below the other without overlapping.

    They are in the order of their middles, and stay between ``top`` and ``bottom`` where they have room.
    """
    tops: list[float] = []
    floor = top
    for middle, high in boxes:
        tops.append(max(middle - high / 2, floor))
        floor = tops[-1] + high
    ceiling = max(bottom, top + sum(high for _, high in boxes))
    for place in range(len(boxes) - 1, -1, -1):
        tops[place] = min(tops[place], ceiling - boxes[place][1])
        ceiling = tops[place]
    return tops


def _beneath(sheet: Sheet, news: Sequence[_News]) -> None:
    sheet.y += 4
    for each in news:
        sheet.paragraph(f"{_told_on(each)}: {each.text}", SMALL, color=sheet.colours.muted, gap=2)
