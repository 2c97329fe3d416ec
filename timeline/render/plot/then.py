"""Then and now side by side: cards of what a day read like, and the same on a line with a divider.

Left of the divider stands what had been reported, drawn full; right of it what came out later, dashed, with
an arrow to the report that told it and how many days it came late.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date as calendar
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from timeline.answers.model import Change, Cited, CompanyItem
from timeline.answers.story import Course, Pair, Span, ThenAnswer
from timeline.language import tr, tr_as, tr_count, written
from timeline.model.kinds import KINDS
from timeline.model.values import Subject
from timeline.render.coordinate import coordinate_options, nothing_of
from timeline.render.doubts import deciding_words, standing_words
from timeline.render.fields import label_of
from timeline.render.plot.bars import lane_of
from timeline.render.plot.colours import Look
from timeline.render.plot.days import Axis, axis, day_words, is_open, near
from timeline.render.plot.lanes import draw_lane, pill
from timeline.render.plot.measure import shorten, width, wrap
from timeline.render.plot.sheet import MARGIN, SMALL, TEXT, Links, Scene, Sheet
from timeline.render.question import days_words, held_words, ordinal
from timeline.render.status import Group, group_of, status_words
from timeline.render.terms import label_words, step_words, term_words
from timeline.render.text import capital, join
from timeline.render.titles import title
from timeline.render.words import date, since

NARROW: Final = 700
"""Below it the sides stand below each other, and the lanes are left to the list."""
GAP: Final = 124
"""Between the cards: room for the arrow and what it says."""
MOST: Final = 12
"""Entries without a difference that are drawn one by one; the data has them all."""
_PAD: Final = 14
_STEP: Final = 18
"""From line to line of a card."""
_LINES: Final = 5
"""Lines of a card below its title."""
_NAMES: Final = 240
_LANE: Final = 28


def then_title(answer: ThenAnswer) -> str:
    """What the picture is called."""
    today = answer.until <= answer.on
    if ":" in answer.target:
        item = next((pair.now or pair.then for pair in answer.pairs), None)
        said = title(item, None, answer.names) if item is not None else answer.target
        if today:
            return tr("{what}: what a reader can know today", what=said)
        now = tr("today") if answer.known is None else tr("by {day}", day=day_words(answer.until))
        return tr(
            "{what}: what a reader could know on {day}, and what is known {now}",
            what=said, day=day_words(answer.on), now=now,
        )  # fmt: skip
    if today:
        return tr("What a reader can know about {company} today", company=answer.name)
    now = tr("today") if answer.known is None else tr("by {day}", day=day_words(answer.until))
    return tr(
        "What a reader could know about {company} on {day}, and what is known {now}",
        company=answer.name, day=day_words(answer.on), now=now,
    )  # fmt: skip


def then_words(answer: ThenAnswer) -> str:
    """How many entries read differently, and how late the news came."""
    different = answer.different
    count = len(answer.pairs)
    if not count:
        text = "{nothing} had been reported about this day."
        return tr(text, nothing=nothing_of(answer.lens))
    if not different:
        one, many = (
            "It reads the same on both sides.",
            "All {count} entries read the same on both sides.",
        )
        return tr_count(one, many, count, count=count)
    if count == 1:
        said = tr("It reads differently now.")
    else:
        said = tr_count(
            "{count} of {entries} entries reads differently now.",
            "{count} of {entries} entries read differently now.",
            len(different), count=len(different), entries=count,
        )  # fmt: skip
    days = sorted({pair.days for pair in different if pair.days is not None})
    if not days:
        return said
    if len(days) <= 3:
        told = join(map(written, days))
    else:
        told = tr("{low} to {high}", low=written(days[0]), high=written(days[-1]))
    waited = tr_count(
        "Whoever asked on that day had to wait {count} day for the news.",
        "Whoever asked on that day had to wait {count} days for the news.",
        1 if days == [1] else 2, count=told,
    )  # fmt: skip
    return f"{said} {waited}"


def then_alt(answer: ThenAnswer) -> str:
    """The picture in words, for whoever does not see it."""
    said = [f"{then_title(answer)}. {then_words(answer)}"]
    for pair in answer.different:
        late = f", {later_words(pair.days)}" if pair.days is not None else ""
        said.append(
            tr(
                "{what}: then {then}, now {now}{late}.",
                what=_name(pair, answer),
                then=_status(pair.then),
                now=_status(pair.now),
                late=late,
            )
        )
    return " ".join(said)


def later_words(days: int) -> str:
    """How many days later something came: "12 days later"."""
    return tr_count("{count} day later", "{count} days later", days)


def _status(item: CompanyItem | None) -> str:
    return tr("not reported yet") if item is None else status_words(item.status)


def _name(pair: Pair, answer: ThenAnswer) -> str:
    item = pair.now or pair.then
    assert item is not None
    company = answer.target if ":" not in answer.target and answer.target in answer.names else None
    return title(item, company, answer.names)


def then_scene(answer: ThenAnswer, look: Look, wide: int, links: Links | None = None) -> Scene:
    """The picture of a day then and now."""
    sheet = Sheet(wide, look, links)
    sheet.head(then_title(answer), then_words(answer))
    notes = _Notes(answer)
    if wide >= NARROW:
        _beside(sheet, answer, notes)
        if answer.courses:
            _on_a_line(sheet, answer)
    else:
        _below(sheet, answer, notes)
    _foot(sheet, answer, notes)
    return sheet.scene(then_title(answer), then_alt(answer))


class _Notes:
    """The sources of a picture, numbered as they are met."""

    def __init__(self, answer: ThenAnswer) -> None:
        self.answer = answer
        self.numbers: dict[str, int] = {}

    def cite(self, slugs: Sequence[str]) -> str:
        """Who said it, when, with the number of the note: "Reuters, 22 Nov 2025 [4]"."""
        said = []
        for slug in slugs:
            number = self.numbers.setdefault(slug, len(self.numbers) + 1)
            said.append(f"{cited_words(self.answer.cited.get(slug), slug)} [{number}]")
        return " · ".join(said)

    def rows(self) -> Iterator[str]:
        """Each source with its number and its title."""
        for slug, number in self.numbers.items():
            cited = self.answer.cited.get(slug)
            name = f": {cited.title}" if cited is not None and cited.title else ""
            yield f"[{number}] {cited_words(cited, slug)}{name}."


def cited_words(cited: Cited | None, slug: str) -> str:
    """Who published a source, and when."""
    if cited is None:
        return slug
    day = date(cited.published[:10]).replace(" ", "\u00a0") if cited.published else ""
    when = f", {day}" if day else ""
    return f"{cited.publisher or slug}{when}"


# --- cards ----------------------------------------------------------------------------------------


class _Card(Struct, frozen=True):
    """One side of a pair, ready to be drawn."""

    pill: str
    status: str | None
    """None: not reported yet, or gone."""
    disputed: bool
    name: list[str]
    lines: list[str]
    cited: list[str]
    strong: bool
    high: float


def _card(
    pair: Pair,
    side: CompanyItem | None,
    answer: ThenAnswer,
    notes: _Notes,
    wide: float,
    *,
    now: bool,
) -> _Card:
    room = wide - 2 * _PAD
    if side is None:
        word = tr("no longer so") if now else tr("not reported yet")
        rule = tr("What was reported then counts no longer.")
        if not now:
            text = "{nothing} had been reported about this by {day}."
            rule = tr(text, nothing=nothing_of(answer.lens), day=day_words(answer.on))
        lines = wrap(rule, TEXT, room)
        return _Card(word, None, False, [], lines, [], now, 52.0 + _STEP * len(lines))
    word = status_words(side.status)
    beside = room - width(word, SMALL, bold=True) - 14 - 10
    name = shorten(wrap(_name(pair, answer), TEXT, beside, bold=True), 3, TEXT, beside)
    lines = [line for text in _said(pair, side, answer, now=now) for line in wrap(text, TEXT, room)]
    lines = shorten(lines, _LINES, TEXT, room)
    told = notes.cite(_sources(pair, side, answer, now=now))
    cited = shorten(wrap(told, SMALL, room), 2, SMALL, room) if told else []
    high = 24 + _STEP * max(len(name), 1) + _STEP * len(lines) + 17 * len(cited)
    return _Card(word, side.status, side.disputed, name, lines, cited, now, high)


def _said(pair: Pair, side: CompanyItem, answer: ThenAnswer, *, now: bool) -> Iterator[str]:
    """What a card tells of its side: since when, and of what differs what stands on this side."""
    decided = "".join(f"; {each}" for each in deciding_words(side, answer.names, answer.levels))
    yield f"{capital(standing_words(side))}{decided}."
    kind = KINDS[Subject.of(side.subject).kind]
    changes = [each for each in answer.changes if each.subject == pair.subject]
    if side.steps and "steps" in {each.change for each in changes} and not now:
        yield f"{capital(step_words(side.steps[-1], answer.names, answer.levels))}."
    for change in changes:
        yield from _differing(change, kind.name, answer, now=now)


def _differing(change: Change, kind: str, answer: ThenAnswer, *, now: bool) -> Iterator[str]:
    value = change.after if now else change.before
    if change.change == "terms":
        for term, each in value.items():
            if each is not None and term in KINDS[kind].words and term != "parties":
                label = capital(label_words(label_of(term)))
                yield f"{label}: {term_words(KINDS[kind], term, each, answer.names)}."
    elif change.change == "steps":
        for step in value:
            yield f"{capital(step_words(step, answer.names, answer.levels))}."


def _sources(pair: Pair, side: CompanyItem, answer: ThenAnswer, *, now: bool) -> list[str]:
    """Whom a card cites: on the later side who told the difference, else the last that told of it."""
    if now:
        late = [
            cited.source
            for cause in answer.evidence
            if cause.subject == pair.subject and cause.known[:10] > answer.on
            for cited in cause.cited
        ]
        if late:
            return list(dict.fromkeys(late))[:2]

    def published(slug: str) -> str:
        cited = answer.cited.get(slug)
        return (cited.published or "") if cited is not None else ""

    return sorted(side.sources, key=published, reverse=True)[:2]


def _draw_card(sheet: Sheet, card: _Card, x: float, y: float, wide: float, high: float) -> None:
    colours = sheet.colours
    edge = colours.text if card.strong else colours.line
    absent = card.status is None
    sheet.rect(
        x, y, wide, high, rx=4, fill=colours.background, stroke=colours.muted if absent else edge,
        stroke_width=1.5, stroke_dasharray="1.5 3.5" if absent else None,
        stroke_linecap="round" if absent else None,
    )  # fmt: skip
    left = x + _PAD
    taken = width(card.pill, SMALL, bold=True) + 14
    if absent:
        sheet.rect(left, y + 13, taken, 18, rx=3, fill="none", stroke=colours.muted, stroke_width=1.5,
                   stroke_dasharray="7 4")  # fmt: skip
        sheet.text(
            left + taken / 2,
            y + 26,
            card.pill,
            SMALL,
            bold=True,
            align="middle",
            color=colours.muted,
        )
        at = y + 38.0
    else:
        group = group_of(card.status or "", disputed=card.disputed)
        pill(sheet, group, card.status or "", left, y + 22, taken)
        for number, line in enumerate(card.name):
            sheet.text(left + taken + 10, y + 26 + number * _STEP, line, TEXT, bold=True)
        at = y + 14 + _STEP * max(len(card.name), 1)
    for line in card.lines:
        at += _STEP
        sheet.text(left, at, line, TEXT, color=colours.muted if absent else None)
    for line in card.cited:
        at += 17
        sheet.text(left, at, line, SMALL, color=colours.muted)


DIFFERENCES: Final = ("new", "changed", "gone")
"""What became of an entry, in a word."""


def _beside(sheet: Sheet, answer: ThenAnswer, notes: _Notes) -> None:
    colours = sheet.colours
    wide = (sheet.room - GAP) / 2
    right = MARGIN + wide + GAP
    heads = (
        (MARGIN, tr("As it was reported by the evening of {day}", day=day_words(answer.on))),
        (right, _heading(answer)),
    )
    if answer.pairs:
        said = [(x, wrap(text, 14, wide, bold=True)) for x, text in heads]
        top = sheet.y + 18
        sheet.y = top + _STEP * (max(len(lines) for _, lines in said) - 1)
        for x, lines in said:
            for number, line in enumerate(lines):
                sheet.text(x, top + _STEP * number, line, 14, bold=True)
            sheet.line(x, sheet.y + 9, x + wide, sheet.y + 9, stroke=colours.text, stroke_width=1.5)
        sheet.y += 20
    for pair in answer.different:
        cards = [
            _card(pair, side, answer, notes, wide, now=now)
            for now, side in ((False, pair.then), (True, pair.now))
        ]
        high = max(card.high for card in cards)
        with sheet.about(pair.subject, _sentence(pair, answer)):
            for card, x in zip(cards, (MARGIN, right), strict=True):
                _draw_card(sheet, card, x, sheet.y, wide, high)
            _arrow(sheet, pair, MARGIN + wide, sheet.y + high / 2)
        sheet.y += high + 10
    _same(sheet, answer)


def _heading(answer: ThenAnswer) -> str:
    if answer.known is None:
        return tr("As we know it today, {day}", day=day_words(answer.until))
    return tr("As it was known by {day}", day=day_words(answer.until))


def _arrow(sheet: Sheet, pair: Pair, x: float, middle: float) -> None:
    colours = sheet.colours
    centre = x + GAP / 2
    sheet.text(
        centre,
        middle - 16,
        tr_as("change", pair.difference),
        TEXT,
        color=colours.muted,
        align="middle",
    )
    if pair.days is not None:
        sheet.text(centre, middle + 3, days_words(pair.days), 14, bold=True, align="middle")
    sheet.line(
        x + 12, middle + 12, x + GAP - 20, middle + 12, stroke=colours.text, stroke_width=1.5
    )
    head = f"M{x + GAP - 20:.1f} {middle + 8:.1f}l8 4l-8 4Z"
    sheet.mark("path", d=head, fill=colours.text)


def _sentence(pair: Pair, answer: ThenAnswer) -> str:
    parts = {"what": _name(pair, answer), "then": _status(pair.then), "now": _status(pair.now)}
    if pair.reported is None or pair.days is None:
        return tr("{what}: {then} then, {now} now", **parts)
    return tr(
        "{what}: {then} then, {now} now, first reported on {day}, {later}",
        day=day_words(pair.reported), later=later_words(pair.days), **parts,
    )  # fmt: skip


def _same(sheet: Sheet, answer: ThenAnswer) -> None:
    """A row for each entry that reads the same."""
    colours = sheet.colours
    same = [pair for pair in answer.pairs if pair.difference == "same"]
    narrow = sheet.width < NARROW
    for pair in same[:MOST]:
        item = pair.now or pair.then
        assert item is not None
        word = status_words(item.status)
        taken = width(word, SMALL, bold=True) + 14
        began = tr("since {day}", day=since(item.since)) if item.since is not None else ""
        with sheet.about(pair.subject, _sentence(pair, answer)):
            sheet.line(MARGIN, sheet.y, sheet.width - MARGIN, sheet.y, stroke=colours.line)
            if narrow:
                lines = wrap(_name(pair, answer), TEXT, sheet.room, bold=True)
                for line in lines:
                    sheet.y += _STEP
                    sheet.text(MARGIN, sheet.y, line, TEXT, bold=True)
                middle = sheet.y + 18
                pill(sheet, _group(item), item.status, MARGIN, middle, taken)
                room = sheet.room - taken - 8
                told = shorten(
                    wrap(f"{began} · {tr('no difference')}", SMALL, room), 1, SMALL, room
                )[0]
                sheet.text(MARGIN + taken + 8, middle + 4, told, SMALL, color=colours.muted)
                sheet.y = middle + 16
                continue
            middle = sheet.y + 15
            room = sheet.width * 0.46 - MARGIN
            name = shorten(wrap(_name(pair, answer), TEXT, room, bold=True), 1, TEXT, room - 20)[0]
            sheet.text(MARGIN + _PAD, middle + 4, name, TEXT, bold=True)
            left = sheet.width * 0.5
            pill(sheet, _group(item), item.status, left, middle, taken)
            room = sheet.width - MARGIN - 100 - left - taken - 8
            told = shorten(wrap(began, TEXT, room), 1, TEXT, room)[0]
            sheet.text(left + taken + 8, middle + 4, told, TEXT)
            sheet.text(
                sheet.width - MARGIN, middle + 4, tr("no difference"), SMALL, color=colours.muted, align="end"
            )  # fmt: skip
            sheet.y += 30
    if same:
        sheet.line(MARGIN, sheet.y, sheet.width - MARGIN, sheet.y, stroke=colours.line)
        sheet.y += 8
    if len(same) > MOST:
        sheet.paragraph(
            tr("and {count} more without a difference", count=len(same) - MOST), TEXT, bold=True
        )


def _group(item: CompanyItem) -> Group:
    return group_of(item.status, disputed=item.disputed)


def _below(sheet: Sheet, answer: ThenAnswer, notes: _Notes) -> None:
    """For a phone: then, how late the news came, and now, below each other."""
    for pair in answer.different:
        with sheet.about(pair.subject, _sentence(pair, answer)):
            for now, side in ((False, pair.then), (True, pair.now)):
                head = (
                    _heading(answer)
                    if now
                    else tr("As reported by {day}", day=day_words(answer.on))
                )
                sheet.y += 22
                sheet.text(MARGIN, sheet.y, head, SMALL, bold=True, color=sheet.colours.muted)
                sheet.y += 7
                card = _card(pair, side, answer, notes, sheet.room, now=now)
                _draw_card(sheet, card, MARGIN, sheet.y, sheet.room, card.high)
                sheet.y += card.high
                if not now:
                    late = "" if pair.days is None else f", {later_words(pair.days)}"
                    sheet.y += 24
                    sheet.text(
                        MARGIN + _PAD,
                        sheet.y,
                        f"{tr_as('change', pair.difference)}{late} ↓",
                        14,
                        bold=True,
                    )
        sheet.y += 14
    _same(sheet, answer)


# --- the same on a line ---------------------------------------------------------------------------


def _on_a_line(sheet: Sheet, answer: ThenAnswer) -> None:
    colours = sheet.colours
    pairs = {pair.subject: pair for pair in answer.pairs}
    courses = [c for c in answer.courses if pairs[c.subject].difference != "same"]
    courses += [c for c in answer.courses if pairs[c.subject].difference == "same"][:MOST]
    sheet.y += 30
    sheet.text(MARGIN, sheet.y, tr("The same on a line"), 16, bold=True)
    left, right = MARGIN + min(_NAMES, sheet.width * 0.24), float(sheet.width - MARGIN)
    scale = _line_axis(answer, courses, left, right)
    sheet.y += 34
    _legend(sheet, answer, scale)
    top = sheet.y + 20
    highs = [_high(pairs[course.subject]) for course in courses]
    bottom = top + sum(highs)
    at = scale.at(answer.on)
    sheet.rect(at, top - 8, right - at, bottom - top + 8, fill=colours.band)
    for x, text in scale.ticks(SMALL):
        sheet.line(x, top - 8, x, bottom, stroke=colours.line)
        if x + width(text, SMALL) + 3 <= sheet.width - 4:
            sheet.text(x + 3, bottom + 16, text, SMALL, color=colours.muted)
    sheet.line(left, bottom, right, bottom)
    sheet.y = top
    for course, high in zip(courses, highs, strict=True):
        _lane_row(sheet, answer, pairs[course.subject], course, scale, high)
        sheet.y += high
    _divider(sheet, answer, scale, top - 20, bottom)
    sheet.y = bottom + 24


def _line_axis(answer: ThenAnswer, courses: Sequence[Course], left: float, right: float) -> Axis:
    """The days around the divider on which something differs, and up to the last report of it."""
    pairs = {pair.subject: pair for pair in answer.pairs}
    days = [answer.on, *(pair.reported for pair in answer.pairs if pair.reported is not None)]
    late = [course for course in courses if pairs[course.subject].difference != "same"]
    for course in late or courses:
        for span in (*course.spans, *course.later):
            days += [day for day in (span.valid_from, span.valid_to) if not is_open(day)]
    kept = [day for day in near(days, answer.on) if day <= max(answer.until, answer.on)]
    recent = calendar.fromordinal(ordinal(answer.on) - 731).isoformat()
    if late:  # what is older begins at the edge
        kept = [day for day in kept if day >= recent] or kept
    return axis(kept or [answer.on], left, right, 16, 92 if late else 16)


def _legend(sheet: Sheet, answer: ThenAnswer, scale: Axis) -> None:
    at, word = scale.at(answer.on), day_words(answer.on)
    half = width(word, TEXT, bold=True) / 2 + 12
    soft = sheet.colours.muted
    left = tr("reported by then: drawn full")
    right = tr("came out later: dashed; dots: day not certain")
    if at - half - 10 - width(left, SMALL) > MARGIN:
        sheet.text(at - half - 10, sheet.y, left, SMALL, color=soft, align="end")
    if at + half + 10 + width(right, SMALL) < sheet.width - MARGIN:
        sheet.text(at + half + 10, sheet.y, right, SMALL, color=soft)


def _high(pair: Pair) -> float:
    return (
        _LANE
        if pair.difference == "same"
        else 2 * _LANE + 40
        if pair.then is not None
        else _LANE + 26
    )


def _lane_row(
    sheet: Sheet, answer: ThenAnswer, pair: Pair, course: Course, scale: Axis, high: float
) -> None:
    room = scale.start - MARGIN - 12
    with sheet.about(course.subject, _sentence(pair, answer)):
        sheet.rect(MARGIN, sheet.y, sheet.room, high, fill="none", pointer_events="all")
        lines = shorten(
            wrap(_name(pair, answer), TEXT, room), 1 if high <= _LANE else 3, TEXT, room
        )
        color = sheet.colours.link if sheet.links else sheet.colours.text
        for number, line in enumerate(lines):
            sheet.text(MARGIN, sheet.y + 18 + number * 17, line, TEXT, color=color)
        if pair.difference == "same":
            _known(sheet, answer, course, sheet.y + _LANE / 2, scale)
            return
        _late(sheet, answer, pair, sheet.y + 12, scale)
        middle = sheet.y + 26 + _LANE / 2
        if pair.then is not None:
            middle += 12
            _known(sheet, answer, course, middle, scale)
            _worded(sheet, answer, course, middle, scale)
            middle += _LANE
        for span in _merged(course.later):
            if scale.meets(span.valid_from, span.valid_to):
                later_bar(sheet, span, middle, scale, answer)


def _known(sheet: Sheet, answer: ThenAnswer, course: Course, middle: float, scale: Axis) -> None:
    """What had been reported by then; it goes on past the divider where nothing later says otherwise."""
    if not course.spans:
        return
    end = answer.on if course.later else calendar.fromordinal(scale.last).isoformat()
    known = replace(course, later=[])
    draw_lane(sheet, known, lane_of(known, end), end, middle, scale)
    if course.later and not any(span.valid_from <= answer.on for span in course.later):
        for span in _merged(course.later):
            if scale.meets(span.valid_from, span.valid_to):
                later_bar(sheet, span, middle, scale, answer)


def _worded(sheet: Sheet, answer: ThenAnswer, course: Course, middle: float, scale: Axis) -> None:
    """The words of what had been reported, above it."""
    for span in _merged(course.spans):
        first, last = scale.at(span.valid_from), scale.at(min(span.valid_to, answer.on))
        word = held_words(span, answer.names)
        if scale.meets(span.valid_from, span.valid_to) and width(word, SMALL) <= last - first - 4:
            group = group_of(span.status, disputed=span.disputed)
            ink = sheet.colours.on_fills[group]
            ink = sheet.colours.groups[group] if group == "active" else ink
            thin = group in ("denied", "ended")
            sheet.text(first + 4, middle - (7 if thin else 12), word, SMALL, color=ink)


def _merged(spans: Sequence[Span]) -> list[Span]:
    """Neighbours that show as the same, as one."""
    found: list[Span] = []
    for span in spans:
        last = found[-1] if found else None
        if (
            last is not None
            and last.valid_to == span.valid_from
            and (last.status, last.certainty) == (span.status, span.certainty)
        ):
            found[-1] = replace(last, valid_to=span.valid_to)
        else:
            found.append(span)
    return found


def later_bar(sheet: Sheet, span: Span, middle: float, scale: Axis, answer: ThenAnswer) -> None:
    """A span that came out later: dashed, or dotted where its days are not certain; with its word."""
    colours = sheet.colours
    group = group_of(span.status, disputed=span.disputed)
    x, x2 = scale.at(span.valid_from), max(scale.at(span.valid_to), scale.at(span.valid_from) + 3)
    dash = "7 4" if span.certainty == "definite" else "1.5 3.5"
    word = held_words(span, answer.names)
    word = word if span.certainty == "definite" else tr("perhaps {status}", status=word)
    room = x2 - x - 12
    if group in ("denied", "ended"):
        sheet.line(x, middle + 5, x2, middle + 5, stroke=colours.groups[group], stroke_width=4,
                   stroke_dasharray=dash, stroke_linecap=None if dash == "7 4" else "round")  # fmt: skip
        y = middle - 2
    else:
        sheet.rect(x, middle - 9, x2 - x, 18, fill=colours.background, stroke=colours.groups[group],
                   stroke_width=1.5, stroke_dasharray=dash, stroke_linecap="round")  # fmt: skip
        y = middle + 4
    if width(word, SMALL) <= room:
        ink = colours.on_fills[group] if group != "active" else colours.groups["active"]
        sheet.text(x + 6, y, word, SMALL, color=ink, halo=group in ("denied", "ended"))


def _late(sheet: Sheet, answer: ThenAnswer, pair: Pair, y: float, scale: Axis) -> None:
    """An arrow from the divider to the report, with how many days it is."""
    if pair.reported is None or pair.days is None or not scale.shows(pair.reported):
        return
    colours = sheet.colours
    x, x2 = scale.at(answer.on), scale.at(pair.reported)
    sheet.line(x, y, x2 - 6, y, stroke=colours.text, stroke_width=1.5)
    sheet.mark("path", d=f"M{x2 - 8:.1f} {y - 4:.1f}l8 4l-8 4Z", fill=colours.text)
    word = later_words(pair.days)
    wide = width(word, SMALL, bold=True) + 18
    if x2 - x > wide + 24:
        middle = (x + x2) / 2
        sheet.rect(middle - wide / 2, y - 10, wide, 20, rx=10, fill=colours.text)
        sheet.text(middle, y + 4, word, SMALL, bold=True, align="middle", color=colours.background)
    told = day_words(pair.reported)
    if x2 + 6 + width(told, SMALL) <= sheet.width - 4:
        sheet.text(x2 + 6, y + 4, told, SMALL, halo=True)


def _divider(sheet: Sheet, answer: ThenAnswer, scale: Axis, top: float, bottom: float) -> None:
    """The evening of the day asked for. A page can drag it: it has the days of the axis with it."""
    colours = sheet.colours
    at, word = scale.at(answer.on), day_words(answer.on)
    wide = width(word, TEXT, bold=True) + 24
    around, sheet.marks = sheet.marks, []
    sheet.line(at, top + 8, at, bottom + 6, stroke=colours.text, stroke_width=2)
    middle = min(max(at, MARGIN + wide / 2), sheet.width - MARGIN - wide / 2)
    sheet.rect(middle - wide / 2, top - 14, wide, 26, rx=4, fill=colours.text)
    sheet.text(middle, top + 4, word, TEXT, bold=True, align="middle", color=colours.background)
    sheet.mark("circle", cx=at, cy=bottom - 4, r=12, fill=colours.background, stroke=colours.text,
               stroke_width=2)  # fmt: skip
    for side in (-1, 1):
        path = f"M{at + side * 3:.1f} {bottom - 8:.1f}l{side * 4} 4l{side * -4} 4"
        sheet.mark("path", d=path, fill="none", stroke=colours.text, stroke_width=2)
    inside, sheet.marks = sheet.marks, around
    count = len(answer.different)
    made = sheet.mark(
        "g", class_="divider", data_first=scale.first, data_last=scale.last, data_start=scale.start,
        data_end=scale.end, data_at=at, data_on=answer.on,
        data_words=f"{word}, {tr_count('{count} difference', '{count} differences', count)}",
    )  # fmt: skip
    made.inside = inside


# --- below ----------------------------------------------------------------------------------------


def _foot(sheet: Sheet, answer: ThenAnswer, notes: _Notes) -> None:
    soft = sheet.colours.muted
    sheet.y += 8
    how = []
    if answer.different:
        how.append(
            tr(
                "Days count from {day} to the first report of the difference.",
                day=day_words(answer.on),
            )
        )
    if answer.began_later:
        count = answer.began_later
        how.append(
            tr_count(
                "{count} entry that began only after that day is left out.",
                "{count} entries that began only after that day are left out.",
                count,
            )
        )
    if how:
        sheet.paragraph(tr("How to read it. {how}", how=" ".join(how)), SMALL, color=soft)
    rows = list(notes.rows())
    if rows:
        sheet.paragraph(tr("Sources. {sources}", sources=" ".join(rows)), SMALL, color=soft)
    sheet.foot(f"{answer.target} · {coordinate_options(answer)}")
