"""The belief strip: one band over the days, coloured by what was believed on the evening of each.

Where it turns a headline is pinned, with the day, how long after the first report, and who said so. Below it
lies a thin band of what is known of the same days at the coordinate that was asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date as calendar
from typing import Final, Protocol

from msgspec import Struct

from timeline.answers.model import Cited
from timeline.answers.story import Belief, BeliefAnswer, Mark, Span
from timeline.language import tr, tr_as, tr_count, written
from timeline.model.dates import OPEN_END
from timeline.model.kinds import EVENT_TYPES
from timeline.model.values import Day
from timeline.render.coordinate import coordinate_options, coordinate_words
from timeline.render.plot.colours import Look
from timeline.render.plot.days import Axis, axis, day_words, spaced, stepped
from timeline.render.plot.measure import shorten, width, wrap
from timeline.render.plot.said import mark_level_words, mark_words, others_words
from timeline.render.plot.sheet import HATCH, MARGIN, SMALL, TEXT, Align, Links, Scene, Sheet
from timeline.render.question import belief_question, belief_words, held_words, ordinal, verdict
from timeline.render.status import Group, group_of
from timeline.render.terms import step_words
from timeline.render.text import capital, join
from timeline.render.words import date

BAND: Final = 42
THIN: Final = 20
EDGE: Final = 4
"""The line on top of a belief that is denied in part, or over."""
STEP: Final = 12
"""The fewest pixels between two turns."""
NARROW: Final = 620
"""Below it time runs downwards, with the headlines beside it."""
HEADLINE: Final = 15
_TAIL: Final = 122
"""What says until when nothing has changed."""
_WIDEST: Final = 420
_AFTER: Final = 40
"""Days that the strip goes on after its last turn; then nothing more is to be seen."""


def belief_alt(answer: BeliefAnswer) -> str:
    """The picture in words, for whoever does not see it."""
    said = "; ".join(
        tr(
            "from {day} {what} ({headline})",
            day=day_words(each.first),
            what=belief_words(each, answer.names),
            headline=_headline(each, answer),
        )
        for each in answer.beliefs
    )
    then = f" {tr('Believed: {what}.', what=said)}" if said else ""
    return f"{belief_question(answer)} {verdict(answer)}{then}"


def belief_scene(answer: BeliefAnswer, look: Look, wide: int, links: Links | None = None) -> Scene:
    """The strip of a subject: lying on a wide picture, standing on a narrow one."""
    sheet = Sheet(wide, look, links)
    sheet.head(belief_question(answer), verdict(answer))
    if answer.beliefs and wide >= NARROW:
        _lying(sheet, answer)
    elif answer.beliefs:
        _standing(sheet, answer)
    if answer.beliefs:
        _how_to_read(sheet, answer)
    sheet.foot(f"{answer.subject}, {coordinate_words(answer)} · {coordinate_options(answer)}")
    return sheet.scene(belief_question(answer), belief_alt(answer))


def _how_to_read(sheet: Sheet, answer: BeliefAnswer) -> None:
    held: list[Belief | Span] = [*answer.beliefs, *answer.hindsight]
    dots = any(each.certainty != "definite" for each in held)
    sheet.paragraph(
        tr("Each day has the colour of what was believed on its evening. Days count from the first report.")
        + (f" {tr('Dots: not certain.')}" if dots else ""),
        SMALL, color=sheet.colours.muted,
    )  # fmt: skip


# --- what is believed, as a box -------------------------------------------------------------------


class Believed(Protocol):
    """What may be held of a subject."""

    @property
    def status(self) -> str | None: ...  # noqa: D102
    @property
    def certainty(self) -> str: ...  # noqa: D102
    @property
    def disputed(self) -> bool: ...  # noqa: D102


def belief_box(
    sheet: Sheet,
    belief: Believed,
    x: float,
    y: float,
    wide: float,
    high: float,
    *,
    edge: float = EDGE,
) -> str:
    """A piece of a band; the colour for a text on it."""
    colours = sheet.colours
    if belief.status is None:
        sheet.rect(x, y, wide, high, fill="none", stroke=colours.muted, stroke_width=1.5,
                   stroke_dasharray="1.5 3.5", stroke_linecap="round")  # fmt: skip
        return colours.muted
    group = group_of(belief.status, disputed=belief.disputed)
    if belief.certainty != "definite":
        sheet.rect(x + 0.75, y + 0.75, wide - 1.5, high - 1.5, fill=colours.background,
                   stroke=colours.groups[group], stroke_width=1.5, stroke_dasharray="1.5 3.5",
                   stroke_linecap="round")  # fmt: skip
        return colours.on_fills[group] if group != "active" else colours.text
    solid = group == "active" or belief.status == "denied"
    if solid:
        sheet.rect(x, y, wide, high, fill=colours.groups[group])
        return colours.on_fills[group] if group == "active" else colours.background
    if group in ("denied", "ended"):
        sheet.rect(x, y, wide, high, fill=colours.fills[group])
        sheet.rect(x, y, wide, min(edge, high), fill=colours.groups[group])
        return colours.on_fills[group]
    sheet.rect(
        x + 0.75, y + 0.75, wide - 1.5, high - 1.5, stroke=colours.groups[group], stroke_width=1.5,
        fill=HATCH if group == "disputed" else colours.fills[group],
        stroke_dasharray="4 2.5" if group == "rumoured" else None,
    )  # fmt: skip
    return colours.on_fills[group]


def group_color(sheet: Sheet, belief: Belief) -> str:
    """The colour of a word that stands for a belief on the ground."""
    if belief.status is None:
        return sheet.colours.muted
    group: Group = group_of(belief.status, disputed=belief.disputed)
    return sheet.colours.groups["active"] if group == "active" else sheet.colours.on_fills[group]


# --- headlines ------------------------------------------------------------------------------------


class _Pin(Struct, frozen=True):
    """What is pinned where a belief begins."""

    belief: Belief
    x: float
    left: bool
    """Whether its text stands on the left of the pin."""
    headline: list[str]
    by: list[str]
    wide: float
    high: float

    @property
    def span(self) -> tuple[float, float]:
        """From where to where its text reaches."""
        return (self.x - self.wide - 10, self.x) if self.left else (self.x, self.x + self.wide + 10)


def _headline(belief: Belief, answer: BeliefAnswer) -> str:
    """The title of the report that turned the belief; where it is about much else, what it told."""
    turned = _turned(belief)
    if turned is None:
        return tr("As it had been told ahead")
    if (step := answer.steps.get(turned.event)) is not None:
        if not EVENT_TYPES[turned.type].step:
            return capital(mark_words(turned))
        day, _, said = step_words(step, answer.names).partition(": ")
        return f"{capital(said)}{mark_level_words(turned)}, {day}"
    titles = [answer.cited[slug].title for slug in turned.sources if slug in answer.cited]
    return next(filter(None, titles), None) or capital(mark_words(turned))


def _turned(belief: Belief) -> Mark | None:
    first = belief.reports[0] if belief.reports else None
    return first if first is not None and first.known[:10] <= belief.first else None


def _by(belief: Belief, answer: BeliefAnswer) -> str:
    """Who reported it, and what else was reported of the same within days."""
    turned = _turned(belief)
    if turned is None:
        return ""
    said = publishers(turned.sources, answer) or tr("no source is named")
    others = [mark for mark in belief.reports if mark is not turned]
    at_once = [m for m in others if m.known[:10] == turned.known[:10] and m.type == turned.type]
    for mark in at_once:
        who = publishers(mark.sources, answer)
        if who and mark.occurred != turned.occurred:
            said += f"; {tr('{who} gives the day as {day}', who=who, day=_occurred(mark))}"
        elif who:
            said += f"; {tr('{who} too', who=who)}"
    rest = sorted({mark.known[:10] for mark in others} - {turned.known[:10]})
    near = [day for day in rest if ordinal(day) - ordinal(belief.first) <= 3]
    if near:
        said += f"; {tr('more on {days}', days=_days_joined(near))}"
    elif rest:
        count = len([mark for mark in others if mark.known[:10] in rest])
        later = tr_count("{count} more report later", "{count} more reports later", count)
        said += f"; {later}"
    return said


def _days_joined(days: Sequence[Day]) -> str:
    """``19 and 20 Dec 2024``: the month is told once."""
    if len({day[:7] for day in days}) == 1:
        ordinals = (tr_as("day", "{day}", day=int(day[8:])) for day in days[:-1])
        return join([*ordinals, day_words(days[-1])])
    return join(map(day_words, days))


def _occurred(mark: Mark) -> str:
    return date(mark.occurred) if mark.occurred else tr("unknown")


def publishers(slugs: Iterable[str], answer: BeliefAnswer) -> str:
    """Who published some sources."""
    cited = [answer.cited.get(slug) for slug in slugs]
    return join(dict.fromkeys(publisher(each) for each in cited if each is not None))


def publisher(cited: Cited) -> str:
    """Who published a source."""
    return cited.publisher or cited.source


# --- lying: time runs to the right ------------------------------------------------------------------


def _lying(sheet: Sheet, answer: BeliefAnswer) -> None:
    scale, last = _scale(sheet, answer)
    pins = _rows(_pins(sheet, answer, scale))
    top = sheet.y = sheet.y + 6
    for pin, above in pins:
        base = top + above
        _pin(sheet, answer, pin, base, top + _height(pins))
    sheet.y = top + _height(pins)
    _band(sheet, answer, scale, last)
    _ticks(sheet, scale)
    _second(sheet, answer, scale, tr("What is known today of the same days"), answer.hindsight)
    if answer.of_day and scale.shows(answer.on) and answer.on < answer.until:
        title = tr("What was believed of {day}, as news came", day=day_words(answer.on))
        _second(sheet, answer, scale, title, answer.of_day)
    sheet.y += 8


def _scale(sheet: Sheet, answer: BeliefAnswer) -> tuple[Axis, Day]:
    """The days of the strip, and the day on which it is cut: some time after the last turn."""
    first, turned = answer.beliefs[0].first, answer.beliefs[-1].first
    long = ordinal(turned) - ordinal(first)
    shown = max(_AFTER, round(long * 0.12))
    last = calendar.fromordinal(min(ordinal(turned) + shown, max(ordinal(answer.until), 1)))
    days = [first, max(last.isoformat(), turned)]
    end = sheet.width - MARGIN - _TAIL
    plain = axis(days, MARGIN, end, 0, 0)
    start = ordinal(first)
    plain = Axis(start, max(plain.last, start + 1), MARGIN, end)
    inner = [each.first for each in answer.beliefs]
    inner += [s.valid_from for s in answer.hindsight] + [b.first for b in answer.of_day]
    return stepped(plain, inner, STEP), calendar.fromordinal(plain.last).isoformat()


def _pins(sheet: Sheet, answer: BeliefAnswer, scale: Axis) -> list[_Pin]:
    found = []
    for place, belief in enumerate(answer.beliefs):
        x = scale.at(belief.first)
        following = [scale.at(each.first) for each in answer.beliefs[place + 1 :]]
        next_x = following[0] if following else sheet.width
        # past the middle a text would lie across the pins that follow
        dated = _dated(belief, answer)
        left = x > sheet.width * (0.7 if next_x - x > _WIDEST / 2 else 0.5)
        left = left or x + dated > sheet.width - MARGIN - 10
        room = min(_WIDEST, (x if left else sheet.width - x) - MARGIN - 10)
        head = shorten(
            wrap(_headline(belief, answer), HEADLINE, room, bold=True), 2, HEADLINE, room
        )
        said = _by(belief, answer)
        by = shorten(wrap(said, SMALL, room), 2, SMALL, room) if said else []
        wide = max(
            *(width(line, HEADLINE, bold=True) for line in head),
            *(width(line, SMALL) for line in by),
            dated,
        )  # fmt: skip
        high = 18 + 19 * len(head) + 16 * len(by) + 10
        found.append(_Pin(belief, x, left, head, by, wide, high))
    return found


def _rows(pins: Sequence[_Pin]) -> list[tuple[_Pin, float]]:
    """Each pin with how far from the top its text begins: as low as those on its right allow."""
    rows: list[list[_Pin]] = []
    for pin in sorted(pins, key=lambda each: (each.left, -each.x if not each.left else each.x)):
        row = 0
        for number, others in enumerate(rows):
            if any(_meets(pin, other) for other in others):
                row = number + 1
        while len(rows) <= row:
            rows.append([])
        rows[row].append(pin)
    tops: dict[int, float] = {}
    y = 0.0
    for number in range(len(rows) - 1, -1, -1):
        tops[number] = y
        y += max(pin.high for pin in rows[number])
    return [(pin, tops[number]) for number, row in enumerate(rows) for pin in row]


def _meets(pin: _Pin, other: _Pin) -> bool:
    return pin.span[0] < other.span[1] and other.span[0] < pin.span[1]


def _height(pins: Sequence[tuple[_Pin, float]]) -> float:
    return max(above + pin.high for pin, above in pins) + 6


def _dated(belief: Belief, answer: BeliefAnswer) -> float:
    """How wide the line with the day and the turn is."""
    return sum(
        width(text, TEXT, bold=bold) + 10
        for text, bold in (
            (day_words(belief.first), True), (days_after(belief, answer), False),
            (f"→ {belief_words(belief, answer.names)}", True),
        )
    )  # fmt: skip


def days_after(belief: Belief, answer: BeliefAnswer) -> str:
    """How long after the first report: "day 56"."""
    number = ordinal(belief.first) - ordinal(answer.beliefs[0].first)
    return tr("day {number}", number=written(number))


def _pin(sheet: Sheet, answer: BeliefAnswer, pin: _Pin, top: float, bottom: float) -> None:
    colours = sheet.colours
    with sheet.about(answer.subject, _tip(pin.belief, answer)):
        sheet.line(pin.x, top, pin.x, bottom, stroke=colours.text, stroke_width=1.5)
        side = -8 if pin.left else 8
        align: Align = "end" if pin.left else "start"
        y = top + 13
        parts = [
            (day_words(pin.belief.first), colours.muted, True),
            (days_after(pin.belief, answer), colours.muted, False),
            (f"→ {belief_words(pin.belief, answer.names)}", group_color(sheet, pin.belief), True),
        ]
        at = pin.x + side
        for text, color, bold in parts[::-1] if pin.left else parts:
            wide = width(text, TEXT, bold=bold)
            sheet.text(at, y, text, TEXT, color=color, bold=bold, align=align, halo=True)
            at += (wide + 10) * (-1 if pin.left else 1)
        for line in pin.headline:
            y += 19
            sheet.text(pin.x + side, y, line, HEADLINE, bold=True, align=align, halo=True)
        for line in pin.by:
            y += 16
            sheet.text(pin.x + side, y, line, SMALL, color=colours.muted, align=align, halo=True)


def _tip(belief: Belief, answer: BeliefAnswer) -> str:
    by = _by(belief, answer)
    first, said = day_words(belief.first), belief_words(belief, answer.names)
    if belief.last == OPEN_END:
        told = tr("Believed from the evening of {first}: {what}.", first=first, what=said)
    else:
        text = "Believed from the evening of {first} until {last}: {what}."
        told = tr(text, first=first, last=day_words(belief.last), what=said)
    return f"{told} {_headline(belief, answer)}{f' ({by})' if by else ''}."


def _band(sheet: Sheet, answer: BeliefAnswer, scale: Axis, last: Day) -> None:
    top, colours = sheet.y, sheet.colours
    for belief in answer.beliefs:
        x, x2 = scale.at(belief.first), scale.at(min(belief.last, last))
        with sheet.about(answer.subject, _tip(belief, answer)):
            color = belief_box(sheet, belief, x + 1, top, x2 - x - 2, BAND)
            word = belief_words(belief, answer.names)
            for size in (HEADLINE, SMALL):
                if width(word, size, bold=size > SMALL) <= x2 - x - 14:
                    _word(sheet, belief, x + 8, top + BAND / 2 + 6, word, color, size)
                    break
    for belief in answer.beliefs:
        sheet.mark("circle", cx=scale.at(belief.first), cy=top, r=5, fill=colours.background,
                   stroke=colours.text, stroke_width=2)  # fmt: skip
    if answer.on != answer.until and scale.first < ordinal(answer.on) < scale.last:
        at = scale.at(answer.on)
        sheet.line(at, top - 4, at, top + BAND + 4, stroke=colours.text, stroke_width=1.5,
                   stroke_dasharray="4 3")  # fmt: skip
    if answer.until > last:
        at = scale.end + 8
        color = belief_box(sheet, answer.beliefs[-1], at, top, _TAIL - 8, BAND)
        sheet.text(at + 8, top + 18, tr("no change until"), SMALL, color=color)
        sheet.text(at + 8, top + 34, day_words(answer.until), SMALL, color=color, bold=True)
    sheet.y = top + BAND + 6


def _word(
    sheet: Sheet, held: Belief | Span, x: float, y: float, word: str, color: str, size: float
) -> None:
    """A word on a band; on hatching it has a ground of its own."""
    bold = size > SMALL
    hatched = held.status is not None and held.certainty == "definite"
    if hatched and group_of(held.status or "", disputed=held.disputed) == "disputed":
        wide = width(word, size, bold=bold)
        sheet.rect(x - 3, y - size, wide + 6, size * 1.35, fill=sheet.colours.fills["disputed"])
    sheet.text(x, y, word, size, bold=bold, color=color)


def _ticks(sheet: Sheet, scale: Axis) -> None:
    soft = sheet.colours.muted
    sheet.line(scale.start, sheet.y, scale.end, sheet.y, stroke=soft)
    for x, text in scale.ticks(SMALL):
        if x + width(text, SMALL) + 4 <= sheet.width - MARGIN:
            sheet.line(x, sheet.y, x, sheet.y + 5, stroke=soft)
            sheet.text(x + 3, sheet.y + 16, text, SMALL, color=soft)
    sheet.y += 22


def _second(
    sheet: Sheet, answer: BeliefAnswer, scale: Axis, title: str, held: Sequence[Belief | Span]
) -> None:
    """A thin band of the same days, under its title."""
    sheet.y += 20
    sheet.text(MARGIN, sheet.y, title, TEXT, bold=True)
    sheet.y += 7
    for each in held:
        first, end = (
            (each.valid_from, each.valid_to) if isinstance(each, Span) else (each.first, each.last)
        )
        if ordinal(first) > scale.last:
            continue
        x, x2 = scale.at(first), scale.at(end)
        said = may_be(each, answer)
        with sheet.about(
            answer.subject,
            tr("{title}: {what}, from {day}.", title=title, what=said, day=day_words(first)),
        ):
            color = belief_box(sheet, each, x + 1, sheet.y, max(x2 - x - 2, 1), THIN, edge=3)
            for word in (said, belief_words(each, answer.names)):
                if width(word, SMALL) <= x2 - x - 12:
                    _word(sheet, each, x + 7, sheet.y + 14, word, color, SMALL)
                    break
    sheet.y += THIN


def may_be(each: Belief | Span, answer: BeliefAnswer) -> str:
    """What was believed, and what else might have been: "partly denied or denied"."""
    if each.status is None:
        return tr("nothing")
    others = [other for other in each.alternatives if other != each.status]
    if not others:
        return belief_words(each, answer.names)
    held = held_words(each, answer.names)
    return tr("{others} or {last}", others=held, last=others_words(others, answer.names))


# --- standing: time runs downwards ----------------------------------------------------------------


def _standing(sheet: Sheet, answer: BeliefAnswer) -> None:
    """For a phone: a band on the left, and the headlines beside it."""
    colours, wide = sheet.colours, 56
    left = MARGIN + wide + 14
    room = sheet.width - MARGIN - left
    heads = [wrap(_headline(each, answer), HEADLINE, room, bold=True) for each in answer.beliefs]
    bys = [wrap(by, SMALL, room) if (by := _by(each, answer)) else [] for each in answer.beliefs]
    floors = [
        18 + 19 * len(head) + 16 * len(by) + 26.0 for head, by in zip(heads, bys, strict=True)
    ]
    days = [ordinal(each.first) for each in answer.beliefs]
    last = min(ordinal(answer.until), days[-1] + _AFTER)
    lengths = [
        float(b - a) for a, b in zip(days, [*days[1:], max(last, days[-1] + 1)], strict=True)
    ]
    high = spaced(lengths, floors, max(sum(floors), 420.0))
    for belief, head, told, tall in zip(answer.beliefs, heads, bys, high, strict=True):
        top = sheet.y
        with sheet.about(answer.subject, _tip(belief, answer)):
            belief_box(sheet, belief, MARGIN, top + 1, wide, tall - 2)
            sheet.line(
                MARGIN, top, sheet.width - MARGIN, top, stroke=colours.text, stroke_width=1.5
            )
            y = top + 17
            dated = f"{day_words(belief.first)} · {days_after(belief, answer)}"
            sheet.text(left, y, dated, TEXT, color=colours.muted, bold=True)
            for line in head:
                y += 19
                sheet.text(left, y, line, HEADLINE, bold=True)
            for line in told:
                y += 16
                sheet.text(left, y, line, SMALL, color=colours.muted)
            word = f"→ {belief_words(belief, answer.names)}"
            sheet.text(left, y + 18, word, TEXT, color=group_color(sheet, belief), bold=True)
        sheet.y = top + tall
    sheet.y += 4
    if ordinal(answer.until) > days[-1]:
        sheet.paragraph(tr("No change until {day}.", day=day_words(answer.until)), TEXT, bold=True)
    said = "; ".join(
        tr("from {day} {what}", day=day_words(each.valid_from), what=may_be(each, answer))
        for each in answer.hindsight
    )
    sheet.paragraph(tr("What is known today of the same days: {what}.", what=said), SMALL)
