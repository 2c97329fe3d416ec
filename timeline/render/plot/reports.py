"""What was reported of a network, day by day: the lines below it while it plays, and its bar of months."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date as calendar
from math import sqrt
from typing import Final

from timeline.answers.story import Course, Mark, NetworkAnswer, kind_of_tie
from timeline.language import tr, tr_count, written
from timeline.model.values import ALWAYS, Day, day_of
from timeline.render.headlines import headline
from timeline.render.picture import Headline
from timeline.render.plot.colours import Look
from timeline.render.plot.days import label_of_day
from timeline.render.plot.measure import width
from timeline.render.plot.said import item_of_course, mark_level_words
from timeline.render.plot.sheet import SMALL, Links, Scene, Sheet

_BARS: Final = 34
"""Pixels of the highest bar of months."""

_WIDEST: Final = 18
"""Pixels of the widest one."""


def reports_of(
    answer: NetworkAnswer, kinds: Collection[str] = (), timezone: str = "UTC"
) -> list[Headline]:
    """What was reported of the ties of a network, a row a day, oldest first.

    ``kinds`` are sorts of ties as :func:`kind_of_tie` names them; none: every one. With ``then`` by the day
    on which it became public, else by the day by which it had happened.
    """
    days: dict[Day, list[tuple[Course, Mark]]] = {}
    for course in answer.courses:
        if kinds and kind_of_tie(course) not in kinds:
            continue
        for mark in course.marks:
            day = day_of(mark.known, timezone) if answer.then else mark.latest
            if mark.known != ALWAYS and "0001" < day[:4] < "9999":
                days.setdefault(day, []).append((course, mark))
    return [
        Headline(
            day=day,
            sentence=headline(item_of_course(course), mark.type, answer.names)
            + mark_level_words(mark),
            subject=course.subject,
            event=mark.event,
            sources=mark.sources,
            more=len(marks) - 1,
        )
        for day, marks in sorted(days.items())
        for course, mark in [min(marks, key=lambda each: each[1].position)]
    ]


def months_of(days: Iterable[tuple[Day, int]]) -> Counter[str]:
    """How many events fell into each month, by ``2025-11``."""
    months: Counter[str] = Counter()
    for day, count in days:
        months[day[:7]] += count
    return months


def activity_scene(
    months: Mapping[str, int],
    look: Look,
    wide: int,
    links: Links | None = None,
    *,
    on: Day | None = None,
) -> Scene:
    """A bar a month, as high as the square root of what it counts; those after a day are hollow.

    ``links`` gives the address of ``month:2025-11``.
    """
    sheet = Sheet(wide, look, links)
    first, last = min(months, default="2000-01"), max(months, default="2000-01")
    start = 12 * int(first[:4])
    count = 12 * (int(last[:4]) + 1) - start
    step = wide / count
    most = sqrt(max(months.values(), default=1))
    base = 18 + _BARS
    for month, number in sorted(months.items()):
        left = (_number(month) - start) * step
        high = max(_BARS * sqrt(number) / most, 3)
        many = tr_count("{count} report", "{count} reports", number)
        said = f"{_words(month)}: {many}"
        later = on is not None and month > on[:7]
        with sheet.about(f"month:{month}", said):
            sheet.rect(left, 18, max(step, 6), _BARS, fill=sheet.colours.background)
            sheet.rect(
                left, base - high, min(max(step - 0.5, 2), _WIDEST), high,
                fill=sheet.colours.background if later else sheet.colours.groups["active"],
                stroke=sheet.colours.groups["active"], stroke_width=0.75,
            )  # fmt: skip
    sheet.line(0, base, wide, base)
    _years(sheet, range(int(first[:4]), int(last[:4]) + 1), step * 12, base)
    peak = max(sorted(months), key=lambda each: months[each], default=None)
    if peak is not None:
        said = tr("{count} in {month}", count=written(months[peak]), month=_words(peak))
        middle = (_number(peak) - start) * step
        room = width(said, SMALL) + 8
        sheet.text(
            middle - 4 if middle > room else middle + min(step, _WIDEST) + 4, 14, said, SMALL,
            align="end" if middle > room else "start", color=sheet.colours.muted,
        )  # fmt: skip
    sheet.y = base + 18
    title = tr("Reports by month")
    alt = tr("{title}, {first} to {last}.", title=title, first=_words(first), last=_words(last))
    return sheet.scene(title, alt)


def _years(sheet: Sheet, years: Sequence[int], step: float, base: float) -> None:
    every = next(n for n in (1, 2, 5, 10, 20, 50, 100, 1000, 10_000) if n * step >= 44)
    for place, year in enumerate(years):
        x = place * step
        sheet.line(x, base, x, base + 4)
        if year % every == 0 and x + 30 <= sheet.width:
            sheet.text(x + 3, base + 15, str(year), SMALL, color=sheet.colours.muted)


def _number(month: str) -> int:
    return 12 * int(month[:4]) + int(month[5:7]) - 1


def _words(month: str) -> str:
    return label_of_day(calendar.fromisoformat(f"{month[:7]}-01"), "month")
