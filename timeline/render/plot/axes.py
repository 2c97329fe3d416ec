"""A subject on both axes: to the right when it held, upwards when that was known."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any, Final

from msgspec import Struct

from timeline.answers.axes import AxesAnswer, Patch
from timeline.model.bitemporal.known_axis import within
from timeline.model.dates import OPEN_END, OPEN_START
from timeline.model.kinds import claim_term_of
from timeline.model.values import ALWAYS, END_OF_TIME
from timeline.render.coordinate import coordinate_options, coordinate_words
from timeline.render.fields import type_words
from timeline.render.plot.colours import Theme
from timeline.render.plot.days import ALL, Axis, Window, axis, day_words, is_open, near, windowed
from timeline.render.plot.measure import width, wrap
from timeline.render.plot.said import claim_words, evidence_tip, item_title, standing
from timeline.render.plot.sheet import MARGIN, SMALL, TEXT, Sheet, Spec
from timeline.render.status import GROUPS, Group, group_of
from timeline.render.words import date, name_of

GAP: Final = 1
"""On each side of a rectangle."""
NARROW: Final = 560
"""Below it, what was learned is told under the picture."""
PALE: Final = 0.35
_LINE: Final = 14

_TIP: Final = {
    "status": "status",
    "days": "held",
    "known": "as known",
    "evidence": "evidence",
    "source": "source",
}


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
        return f"{name_of(terms['company'], answer.names)}: {terms['attribute']}{period}"
    return item_title(answer.course, None, answer.names)


def axes_alt(answer: AxesAnswer) -> str:
    """The picture in words, for whoever does not see it."""
    news = "; ".join(f"{_told_on(each)}: {each.text}" for each in _news(answer)) or "nothing"
    return (
        f"What was held of {answer.subject}, by day and by when it was known. "
        f"{_at_question(answer)} Learned: {news}."
    )


def _told_on(news: _News) -> str:
    return news.day if news.day == "always" else date(news.day)


def axes_spec(answer: AxesAnswer, theme: Theme, wide: int, window: Window = ALL) -> Spec:
    """The picture of a subject on both axes, as a Vega-Lite specification; a ``window`` is of its days."""
    sheet = Sheet(wide, theme)
    sheet.head(axes_title(answer), f"{_at_question(answer)} Right of the diagonal lies the future.")
    _legend(sheet, answer)
    news = _news(answer)
    narrow = wide < NARROW
    x, y = _scales(sheet, answer, news, window, narrow=narrow)
    _grid(sheet, x, y)
    words = _patches(sheet, answer, x, y)
    _diagonal(sheet, x, y)
    _cross(sheet, answer, x, y)
    for (color, behind), some in words.items():
        sheet.text(some, size=SMALL, color=behind, stroke=behind, strokeWidth=3)
        sheet.text(some, size=SMALL, color=color)
    if not narrow:
        _beside(sheet, news, x, y)
    sheet.y = y.start + 34
    if narrow:
        _beneath(sheet, news)
    sheet.foot(f"{answer.subject}, {coordinate_words(answer)} · {coordinate_options(answer)}")
    return sheet.spec(axes_title(answer), axes_alt(answer))


def _at_question(answer: AxesAnswer) -> str:
    """What held at the coordinate that was asked for."""
    known = "" if answer.known is None else f", as known on {day_words(answer.known)}"
    patch = _patch_at(answer)
    said = "nothing" if patch is None else standing(patch, answer.names)
    return f"On {day_words(answer.on)}{known} (the cross): {said}."


def _patch_at(answer: AxesAnswer) -> Patch | None:
    on, known = within(answer.on, answer.known_at)
    for patch in answer.patches:
        if patch.valid_from <= on < patch.valid_to and patch.known_from <= known < patch.known_to:
            return patch
    return None


def _news(answer: AxesAnswer) -> list[_News]:
    """What became known on each day, the first first."""
    marks = sorted(answer.marks, key=lambda mark: (mark.known, mark.position))
    news = []
    for day, some in groupby(marks, key=lambda mark: mark.known[:10]):
        group = list(some)
        types = list(dict.fromkeys(type_words(mark.type) for mark in group))
        publishers = dict.fromkeys(
            answer.sources.get(slug, slug).partition(",")[0]
            for mark in group
            for slug in mark.sources
        )
        by = f" ({', '.join(publishers)})" if publishers else ""
        when = "always" if group[0].known == ALWAYS else day
        news.append(_News(when, ", ".join(types) + by))
    return news


def _scales(
    sheet: Sheet, answer: AxesAnswer, news: Sequence[_News], window: Window, *, narrow: bool
) -> tuple[Axis, Axis]:
    days = []
    instants = [each.day for each in news if each.day != "always"]
    if answer.known_at != END_OF_TIME:
        instants.append(answer.known_at[:10])
    for patch in answer.patches:
        days += [day for day in (patch.valid_from, patch.valid_to) if not is_open(day)]
        instants += [i[:10] for i in (patch.known_from, patch.known_to) if not is_open(i[:10])]
    if not instants:
        instants = [answer.on]
    right = sheet.width - MARGIN - (0 if narrow else min(230, sheet.width * 0.3))
    high = min(max(round(sheet.width * 0.5), 260), 440)
    lines = 0 if narrow else sum(len(_beside_lines(sheet, each)) for each in news)
    high = max(high, (lines + len(news)) * _LINE)
    sheet.y += 22
    days = windowed([answer.on, *near(days, answer.on)], window)
    x = axis(days, MARGIN + 62, right, 0 if window[0] else 24, 0 if window[1] else 40)
    y = axis(instants, sheet.y + high, sheet.y, 14, 44)
    return x, y


def _grid(sheet: Sheet, x: Axis, y: Axis) -> None:
    colours = sheet.colours
    across, up = list(x.ticks(SMALL)), list(y.ticks(SMALL, upright=True))
    sheet.add(
        "rule",
        [{"x": at, "x2": at, "y": y.start, "y2": y.end} for at, _ in across]
        + [{"x": x.start, "x2": x.end, "y": at, "y2": at} for at, _ in up],
        color=colours.line, aria=False,
    )  # fmt: skip
    sheet.text(
        [{"x": at, "y": y.start + 14, "text": text} for at, text in across],
        size=SMALL, color=colours.muted, align="center",
    )  # fmt: skip
    sheet.text(
        [{"x": x.start - 6, "y": at, "text": text} for at, text in up],
        size=SMALL, color=colours.muted, align="right", baseline="middle",
    )  # fmt: skip
    sheet.text(
        [{"x": x.start, "y": y.start + 29, "text": "→ when it held"}],
        size=SMALL, color=colours.muted,
    )  # fmt: skip
    sheet.text(
        [{"x": MARGIN, "y": y.end - 8, "text": "↑ when it was known"}],
        size=SMALL, color=colours.muted,
    )  # fmt: skip


def _patches(
    sheet: Sheet, answer: AxesAnswer, x: Axis, y: Axis
) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """The rectangles; what is written in them, by its colour and the one behind it."""
    rows: dict[tuple[Group, bool], list[dict[str, Any]]] = {}
    words: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for patch in answer.patches:
        if not x.meets(patch.valid_from, patch.valid_to):
            continue
        group = group_of(patch.status, disputed=patch.disputed)
        sure = patch.certainty == "definite"
        box = {
            "x": x.at(patch.valid_from) + GAP, "x2": x.at(patch.valid_to) - GAP,
            "y": y.at(patch.known_to) + GAP, "y2": y.at(patch.known_from) - GAP,
        }  # fmt: skip
        box["x2"], box["y"] = max(box["x2"], box["x"] + 1), min(box["y"], box["y2"] - 1)
        tip = _tip(answer, patch)
        said = f"{tip['status']}, {tip['days']}, {tip['known']}"
        rows.setdefault((group, sure), []).append(box | tip | {"description": said})
        text = _word(answer, patch, box["x2"] - box["x"] - 10)
        if text and box["y2"] - box["y"] >= 16:
            colours = sheet.colours
            color = colours.on_groups[group] if sure else colours.text
            key = color, colours.groups[group] if sure else colours.mixed(group, PALE)
            words.setdefault(key, []).append({"x": box["x"] + 5, "y": box["y"] + 13, "text": text})
    for (group, sure), some in rows.items():
        color = sheet.colours.groups[group]
        sheet.add("rect", some, tip=_TIP, color=color, opacity=1 if sure else PALE)
        if not sure:
            sheet.outline(some, color)
    return words


def _word(answer: AxesAnswer, patch: Patch, room: float) -> str:
    """The status (of a fact its value) where it has room, with an arrow when it is open."""
    status = claim_words(patch, answer.names)
    unsure = "" if patch.certainty == "definite" else "?"
    arrow = " →" if patch.valid_to == OPEN_END else ""
    before = "← " if patch.valid_from == OPEN_START else ""
    for text in (f"{before}{status}{unsure}{arrow}", f"{status}{unsure}"):
        if width(text, SMALL) <= room:
            return text
    return ""


def _tip(answer: AxesAnswer, patch: Patch) -> dict[str, str]:
    first = "always" if patch.valid_from == OPEN_START else patch.valid_from
    last = "" if patch.valid_to == OPEN_END else f" until {patch.valid_to}"
    end = "" if patch.known_to == END_OF_TIME else f" until {patch.known_to[:10]}"
    marks = [mark for mark in answer.marks if mark.event in patch.events]
    return {
        "status": standing(patch, answer.names),
        "days": f"from {first}{last}",
        "known": f"from {patch.known_from[:10]}{end}",
        **evidence_tip(marks, answer.sources),
    }


def _diagonal(sheet: Sheet, x: Axis, y: Axis) -> None:
    """Where the day is the one on which it is known: what lies right of it was still to come."""
    first, last = max(x.first, y.first), min(x.last, y.last)
    if first >= last:
        return
    line = [{"x": x.place(first), "y": y.place(first), "x2": x.place(last), "y2": y.place(last)}]
    sheet.add("rule", line, color=sheet.colours.background, strokeWidth=3, opacity=0.7, aria=False)
    sheet.add("rule", line, color=sheet.colours.text, strokeDash=[2, 3], aria=False)


def _cross(sheet: Sheet, answer: AxesAnswer, x: Axis, y: Axis) -> None:
    at_x = x.at(answer.on)
    at_y = y.end if answer.known_at == END_OF_TIME else y.at(answer.known_at)
    lines = [{"x": x.start, "x2": x.end, "y": at_y, "y2": at_y}]
    if x.shows(answer.on):
        lines.append({"x": at_x, "x2": at_x, "y": y.end, "y2": y.start})
    sheet.add("rule", lines, color=sheet.colours.background, strokeWidth=3, aria=False)
    sheet.add("rule", lines, color=sheet.colours.text, strokeDash=[5, 3], aria=False)
    sheet.add(
        "point", [{"x": at_x, "y": at_y}], shape="circle", size=110, filled=True, opacity=1,
        fill=sheet.colours.background, stroke=sheet.colours.text, strokeWidth=2.5, aria=False,
    )  # fmt: skip


def _legend(sheet: Sheet, answer: AxesAnswer) -> None:
    there = {group_of(patch.status, disputed=patch.disputed) for patch in answer.patches}
    groups = [group for group in GROUPS if group in there]
    unsure = any(patch.certainty == "possible" for patch in answer.patches)
    entries = [(group, 18.0) for group in groups] + ([("? uncertain", 18.0)] if unsure else [])
    places = sheet.flow(entries)
    for group, (left, middle) in zip(groups, places, strict=False):
        box = {"x": left, "x2": left + 12, "y": middle - 6, "y2": middle + 6}
        sheet.add("rect", [box], color=sheet.colours.groups[group], aria=False)
    if unsure:
        left, middle = places[-1]
        box = {"x": left, "x2": left + 12, "y": middle - 6, "y2": middle + 6}
        sheet.add("rect", [box], color=sheet.colours.muted, opacity=PALE, aria=False)
        sheet.outline([box], sheet.colours.muted)
    sheet.text(
        [{"x": left + 18, "y": middle, "text": text}
         for (text, _), (left, middle) in zip(entries, places, strict=True)],
        size=TEXT, baseline="middle",
    )  # fmt: skip


# --- what was learned -----------------------------------------------------------------------------


def _beside_lines(sheet: Sheet, news: _News) -> list[str]:
    return wrap(f"{_told_on(news)}: {news.text}", SMALL, min(230, sheet.width * 0.3) - 22)


def _beside(sheet: Sheet, news: Sequence[_News], x: Axis, y: Axis) -> None:
    """In the margin, each as near to its instant as the others allow, from the top down."""
    told = [(each, _beside_lines(sheet, each)) for each in reversed(news)]
    ats = [y.start if each.day == "always" else y.at(each.day) for each, _ in told]
    tops = spread(
        [(at, len(lines) * _LINE + 3) for at, (_, lines) in zip(ats, told, strict=True)],
        y.end - 4, y.start + 4,
    )  # fmt: skip
    lines, texts = [], []
    for at, top, (_, said) in zip(ats, tops, told, strict=True):
        middle = top + len(said) * _LINE / 2
        lines.append({"x": x.end + 1, "y": at, "x2": x.end + 14, "y2": middle})
        for number, text in enumerate(said):
            y_of = top + number * _LINE + _LINE * 0.75
            texts.append({"x": x.end + 18, "y": y_of, "text": text})
    sheet.add("rule", lines, color=sheet.colours.muted, aria=False)
    sheet.text(texts, size=SMALL, color=sheet.colours.muted)


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
