"""The news: what became public, newest first, day by day, in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter
from msgspec.structs import asdict, replace

from timeline.answers.coordinate import parse_day
from timeline.answers.model import LogEntry
from timeline.answers.news import DayOfNews
from timeline.app import Timeline
from timeline.parameters import Parameter
from timeline.questions.news import DailyNews
from timeline.questions.question import Declared, given
from timeline.render.plot.reports import months_of
from timeline.web.addresses import news_of_month
from timeline.web.replies import Page, Visit, serves

router = APIRouter()

DAYS: Final = 15
"""Days of news on a page."""

OF_A_DAY: Final = 4
"""Events of a day, where others stand below it."""

OF_ONE: Final = 60
"""Events of a day that stands alone."""


@dataclass(frozen=True, kw_only=True)
class OneDay(Declared):
    """The day of news that stands alone."""

    day: str | None = given(Parameter("day", "All news of one day", "DAY"))


@serves(router, DailyNews, OneDay)
def news(visit: Visit, asked: DailyNews) -> Page:
    """What became public, newest first, by day: registrations are no news."""
    timeline, day = visit.timeline, visit.made(OneDay).day
    if day is not None:
        days, more = _of_one(timeline, day, asked.after)
    else:
        days = timeline.news(days=DAYS + 1, until=asked.until, most=OF_A_DAY)
        more = None if len(days) <= DAYS else {"until": days[DAYS].day}
        days = days[:DAYS]
    return Page(
        template="news.html",
        document=days,
        rows=lambda: _rows(days),
        columns=["day", *LogEntry.__struct_fields__],
        context=lambda: _about(timeline, days),
        next=more,
    )


def _of_one(
    timeline: Timeline, day: str, after: int | None
) -> tuple[list[DayOfNews], dict[str, Any] | None]:
    """The news of one day, and the next page of them: of a large day they come in the order of the log."""
    days = [
        each
        for each in timeline.news(days=1, until=day, most=OF_ONE + 1, after=after)
        if each.day == parse_day(day, timeline.timezone)
    ]
    if after is None and days and len(days[0].entries) > OF_ONE:
        days = timeline.news(days=1, until=day, most=OF_ONE + 1, after=0)
    shown, more = [], None
    for each in days:
        entries = each.entries[:OF_ONE]
        if len(each.entries) > OF_ONE:
            more = {"day": each.day, "after": entries[-1].position}
        shown.append(replace(each, entries=entries))
    return shown, more


def _rows(days: list[DayOfNews]) -> Iterator[dict[str, Any]]:
    for day in days:
        for entry in day.entries:
            yield {"day": day.day, **asdict(entry)}


def _about(timeline: Timeline, days: list[DayOfNews]) -> dict[str, Any]:
    entries = [entry for day in days for entry in day.entries]
    items = timeline.described({entry.subject for entry in entries})
    return {
        "days": days,
        "items": items,
        "names": timeline.names_in(list(items.values())),
        "sources": timeline.source_titles({slug for entry in entries for slug in entry.source}),
        "months": months_of(timeline.activity().items()),
        "month_leads": news_of_month,
    }
