"""The tracker as a picture: a strip a question, all on one scale of days after the first report."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from timeline.answers.story import OPEN, TRUE, Settled, Settlement, Tracked, TrackerAnswer
from timeline.language import tr, tr_as, tr_count, written
from timeline.model.dates import OPEN_END
from timeline.render.coordinate import coordinate_options
from timeline.render.plot.belief import belief_box
from timeline.render.plot.colours import Look
from timeline.render.plot.days import day_words
from timeline.render.plot.measure import shorten, width, wrap
from timeline.render.plot.sheet import MARGIN, SMALL, TEXT, Links, Scene, Sheet
from timeline.render.question import after_days, days_words, ordinal, outcome_words, question
from timeline.render.status import Group, group_of
from timeline.render.text import capital, join
from timeline.render.words import name_of

NARROW: Final = 760
"""Below it what a question is, its strip and its answer stand below each other."""
STEP: Final = 3
"""The fewest pixels of a belief."""
BAR: Final = 18
ROW: Final = 42
_SCALES: Final = (7, 14, 30, 60, 90, 180, 365, 730, 1825, 3650)
_YEARS: Final = {365: 1, 730: 2, 1825: 5, 3650: 10}


def tracker_title(answer: TrackerAnswer) -> str:
    """What the picture is called."""
    if answer.company:
        return tr(
            "Rumours and announced deals of {company}: how each question was settled",
            company=name_of(answer.company, answer.names),
        )
    return tr("Rumours and announced deals: how each question was settled")


def tracker_words(answer: TrackerAnswer) -> str:
    """How many came true, and how long that took: "12 settled, 8 came true after 183 days (median)"."""
    if not answer.groups:
        return tr("No question had been reported by this date.")
    return f"{capital('; '.join(map(group_words, answer.groups)))}."


def group_words(group: Settled) -> str:
    """How many questions have an outcome, and how many days they took."""
    said = tr_as(
        "summary",
        "{items} {status}",
        items=written(group.questions),
        status=outcome_words(_outcome(group.outcome)),
    )
    if group.median is None:
        return said
    if group.questions == 1:
        return after_days(said, round(group.median))
    median = written(round(group.median))
    if group.lower is not None and group.upper is not None and group.questions > 3:
        return tr(
            "{what} (median {median} days, half of them {lower} to {upper})",
            what=said, median=median, lower=written(round(group.lower)),
            upper=written(round(group.upper)),
        )  # fmt: skip
    return tr("{what} (median {median} days)", what=said, median=median)


def _outcome(name: str) -> Settlement:
    return Settlement(outcome=name, first="", settled=None, days=None)


def tracker_alt(answer: TrackerAnswer) -> str:
    """The picture in words, for whoever does not see it."""
    said = " ".join(f"{_asked(each, answer)} {_after(each, answer)}." for each in answer.questions)
    return f"{tracker_title(answer)}. {tracker_words(answer)} {said}".rstrip()


def _after(each: Tracked, answer: TrackerAnswer) -> str:
    outcome = capital(outcome_words(each.outcome))
    return tr("{what} after {count} days", what=outcome, count=_days(each, answer))


def _asked(each: Tracked, answer: TrackerAnswer) -> str:
    return question(each.subject, each.kind, each.terms, answer.names)


def tracker_scene(
    answer: TrackerAnswer, look: Look, wide: int, links: Links | None = None
) -> Scene:
    """The picture of some questions."""
    sheet = Sheet(wide, look, links)
    sheet.head(tracker_title(answer), tracker_words(answer))
    if answer.questions:
        if wide >= NARROW:
            _table(sheet, answer)
        else:
            _list(sheet, answer)
        if answer.more:
            sheet.paragraph(tr("and {count} more", count=written(answer.more)), TEXT, bold=True)
        sheet.paragraph(
            tr(
                "Each strip begins with the first report and shows what was believed on each evening. Days: "
                "from the first report to the one that settled it; “+” is still open on {day}.",
                day=day_words(answer.until),
            ),
            SMALL, color=sheet.colours.muted,
        )  # fmt: skip
    sheet.foot(coordinate_options(answer))
    return sheet.scene(tracker_title(answer), tracker_alt(answer))


def _days(each: Tracked, answer: TrackerAnswer) -> str:
    """How long it took; "372+" while it is open."""
    if each.outcome.days is not None:
        return written(each.outcome.days)
    return f"{written(ordinal(answer.until) - ordinal(each.outcome.first))}+"


def _by(each: Tracked, answer: TrackerAnswer) -> str:
    cited = [answer.cited.get(slug) for slug in each.first_by]
    names = dict.fromkeys(one.publisher or one.source for one in cited if one is not None)
    return join(names) or tr("no source is named")


def _longest(answer: TrackerAnswer) -> int:
    """The days that the scale shows: all of what is settled; of what is open at most twice that."""
    settled = [each.outcome.days for each in answer.questions if each.outcome.days is not None]
    still = [
        ordinal(answer.until) - ordinal(each.outcome.first)
        for each in answer.questions
        if each.outcome.days is None
    ]
    longest = max(settled, default=0)
    return max(longest, min(max(still, default=0), 2 * longest if settled else 10**6), 14)


def _ticks(longest: int, room: float) -> Iterator[tuple[int, str]]:
    step = next((each for each in _SCALES if each / longest * room >= 84), _SCALES[-1])
    for number in range(1, longest // step + 1):
        days = number * step
        years = _YEARS.get(days)
        yield days, days_words(days) if years is None else years_words(years)


def years_words(years: int) -> str:
    """``2 years``."""
    return tr_count("{count} year", "{count} years", years)


def _pill(sheet: Sheet, each: Tracked, x: float, middle: float) -> float:
    """The outcome; how wide it is."""
    colours, word = sheet.colours, outcome_words(each.outcome)
    wide = width(word, SMALL, bold=True) + 14
    group: Group = (
        "active" if each.outcome.outcome == TRUE
        else group_of(each.strip[-1].status or "absent") if each.outcome.outcome == OPEN
        else group_of(each.outcome.outcome)
    )  # fmt: skip
    filled = group in ("rumoured", "announced", "active")
    sheet.rect(
        x, middle - 9, wide, 18, rx=3, fill=colours.fills[group] if filled else colours.background,
        stroke=colours.groups[group], stroke_width=1.5,
        stroke_dasharray="4 2.5" if group == "rumoured" else None,
    )  # fmt: skip
    sheet.text(
        x + wide / 2,
        middle + 4,
        word,
        SMALL,
        bold=True,
        align="middle",
        color=colours.on_fills[group],
    )
    return wide


def _strip(
    sheet: Sheet, each: Tracked, answer: TrackerAnswer, x: float, room: float, middle: float
) -> None:
    """What was believed, from the first report on; what is open ends in a point."""
    first, longest = ordinal(each.outcome.first), _longest(answer)
    end = x + room
    room -= 12  # for how the longest was settled
    at = x
    ended = each.outcome.settled is not None
    for part in each.strip:
        if part.status is None or at >= end:
            break
        start = max(x + (ordinal(part.first) - first) / longest * room, at)
        settled = ended and each.outcome.settled is not None and part.first >= each.outcome.settled
        last = answer.until if part.last == OPEN_END else part.last
        stop = x + (ordinal(last) - first) / longest * room
        if settled or (ended and part.last == OPEN_END):
            stop = start + 10  # how it went on is no part of the question
        stop = min(max(stop, start + STEP), end)
        if part.last == OPEN_END and not ended:
            belief_box(sheet, part, start, middle - BAR / 2, max(stop - start - 6, STEP), BAR)
            color = sheet.colours.groups[group_of(part.status, disputed=part.disputed)]
            path = f"M{stop - 6:.1f} {middle - BAR / 2:.1f}l6 {BAR / 2}l-6 {BAR / 2}Z"
            sheet.mark("path", d=path, fill=color)
        else:
            belief_box(sheet, part, start, middle - BAR / 2, stop - start, BAR)
        at = stop + 1
        if settled:
            break


def _tip(each: Tracked, answer: TrackerAnswer) -> str:
    return f"{_asked(each, answer)} {_after(each, answer)}. " + tr(
        "First reported on {day} by {who}.",
        day=day_words(each.outcome.first),
        who=_by(each, answer),
    )


def _table(sheet: Sheet, answer: TrackerAnswer) -> None:
    soft, wide = sheet.colours.muted, sheet.width
    left = MARGIN + wide * 0.3
    by = wide - MARGIN - wide * 0.18
    days = by - 16
    pill = days - 56 - 96
    room = pill - 18 - left
    sheet.y += 18
    heads = ((MARGIN, tr("Question")), (pill, tr("Outcome")), (by, tr("First reported by")))
    for x, text in heads:
        sheet.text(x, sheet.y, text, SMALL, color=soft)
    sheet.text(days, sheet.y, tr("Days"), SMALL, color=soft, align="end")
    sheet.text(left, sheet.y, tr("first report"), SMALL, color=soft)
    top = sheet.y + 8
    bottom = top + ROW * len(answer.questions)
    longest = _longest(answer)
    for at, text in _ticks(longest, room - 12):
        x = left + at / longest * (room - 12)
        sheet.line(x, top, x, bottom, stroke=sheet.colours.line)
        if x - width(text, SMALL) / 2 > left + 70 and x + width(text, SMALL) / 2 < pill - 4:
            sheet.text(x, sheet.y, text, SMALL, color=soft, align="middle")
    sheet.line(MARGIN, top, wide - MARGIN, top, stroke=sheet.colours.text, stroke_width=1.5)
    sheet.line(left, top, left, bottom, stroke=sheet.colours.line)
    before: Tracked | None = None
    for number, each in enumerate(answer.questions):
        y = top + number * ROW
        parted = before is not None and (before.outcome.settled is None) != (
            each.outcome.settled is None
        )
        if number:
            sheet.line(MARGIN, y, wide - MARGIN, y, stroke=soft if parted else sheet.colours.line)
        with sheet.about(each.subject, _tip(each, answer)):
            sheet.rect(MARGIN, y, sheet.room, ROW, fill="none", pointer_events="all")
            color = sheet.colours.link if sheet.links else sheet.colours.text
            asked = wrap(_asked(each, answer), TEXT, left - MARGIN - 14, bold=True)
            for line, text in enumerate(shorten(asked, 2, TEXT, left - MARGIN - 20)):
                y1 = y + ROW / 2 + (5 if len(asked) == 1 else -3 + 16 * line)
                sheet.text(MARGIN, y1, text, TEXT, bold=True, color=color)
            _strip(sheet, each, answer, left, room, y + ROW / 2)
            _pill(sheet, each, pill, y + ROW / 2)
            bold = each.outcome.days is not None
            sheet.text(days, y + ROW / 2 + 5, _days(each, answer), TEXT, bold=bold, align="end")
            lines = wrap(_by(each, answer), SMALL, wide - MARGIN - by)
            sheet.text(by, y + ROW / 2 - 3, shorten(lines, 1, SMALL, wide - MARGIN - by)[0], SMALL)
            sheet.text(by, y + ROW / 2 + 13, day_words(each.outcome.first), SMALL, color=soft)
        before = each
    sheet.line(MARGIN, bottom, wide - MARGIN, bottom, stroke=sheet.colours.line)
    sheet.y = bottom + 8


def _list(sheet: Sheet, answer: TrackerAnswer) -> None:
    """For a phone: the question, its strip, its answer."""
    for each in answer.questions:
        lines = wrap(_asked(each, answer), TEXT, sheet.room, bold=True)
        by = f"{_by(each, answer)}, {day_words(each.outcome.first)}"
        with sheet.about(each.subject, _tip(each, answer)):
            sheet.line(MARGIN, sheet.y, sheet.width - MARGIN, sheet.y, stroke=sheet.colours.line)
            color = sheet.colours.link if sheet.links else sheet.colours.text
            for line in lines:
                sheet.y += 18
                sheet.text(MARGIN, sheet.y, line, TEXT, bold=True, color=color)
            sheet.y += 8
            _strip(sheet, each, answer, MARGIN, sheet.room, sheet.y + BAR / 2)
            sheet.y += BAR + 14
            taken = _pill(sheet, each, MARGIN, sheet.y)
            said = tr_as("so long", "{count} days", count=_days(each, answer))
            sheet.text(
                MARGIN + taken + 8, sheet.y + 5, said, TEXT, bold=each.outcome.days is not None
            )
            sheet.y += 18
            room = sheet.room
            for line in wrap(tr("first: {who}", who=by), SMALL, room):
                sheet.text(MARGIN, sheet.y + 5, line, SMALL, color=sheet.colours.muted)
                sheet.y += 16
            sheet.y += 2
    sheet.y += 6
