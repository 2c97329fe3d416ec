"""The first page: looking for a company."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter
from msgspec.structs import asdict

from timeline.answers.model import CompanyItem, Found
from timeline.app import Timeline
from timeline.model.values import Day
from timeline.questions.find import Find
from timeline.render.plot.reports import months_of
from timeline.web.addresses import news_of_month
from timeline.web.replies import Page, Visit, serves

router = APIRouter()

NEWS = 6
"""Days of what the first page shows as new."""

EXAMPLES = 3
"""Questions that the first page shows answered."""

LOOKED_AT = 12
"""Subjects of the newest days among which examples are looked for."""


@dataclass(frozen=True, slots=True)
class Example:
    """A question that has two answers: of a day as it was known then, and with hindsight or today."""

    day: Day
    before: CompanyItem
    after: CompanyItem
    same_day: bool
    """Whether both answers are about that day."""


@serves(router, Find, path="/", optional=("text",), include_in_schema=False)
@serves(router, Find, optional=("text",))
def search(visit: Visit, asked: Find | None) -> Page:
    """Companies by any name or identifier, items, events and sources by their words."""
    matches = [] if asked is None else visit.timeline.ask(asked)

    def context() -> dict[str, object]:
        if asked is None:
            return {"q": None, "matches": matches, **_news(visit.timeline)}
        return {"q": asked.text, "matches": matches}

    return Page(
        template="search.html",
        rows=lambda: map(asdict, matches),
        columns=Found.__struct_fields__,
        context=context,
    )


def _news(timeline: Timeline) -> dict[str, object]:
    """What is new in sentences, the bar of months, and questions of this store with their answers."""
    days = timeline.news(days=NEWS, most=1)
    activity = timeline.activity()
    subjects = [entry.subject for day in timeline.news(days=40, most=3) for entry in day.entries]
    items = timeline.described(subjects)
    slugs = {slug for day in days for entry in day.entries for slug in entry.source}
    examples = _examples(timeline, list(dict.fromkeys(subjects)))
    return {
        "news": days,
        "items": items,
        "months": months_of(activity.items()),
        "first_day": min(activity, default=None),
        "last_day": max(activity, default=None),
        "subjects": timeline.counts_of_subjects(),
        "names": timeline.names_in([*items.values(), *(e.before for e in examples)]),
        "sources": timeline.source_titles(slugs),
        "examples": examples,
        "month_leads": news_of_month,
    }


def _examples(timeline: Timeline, subjects: list[str]) -> list[Example]:
    """Deals and rumours of which something else was believed of a day than is known of it today."""
    told = [each for each in subjects if each.startswith(("deal:", "rumour:"))]
    told.sort(key=lambda each: not each.startswith("rumour:"))
    found = []
    for subject in told[:LOOKED_AT]:
        days = timeline.turns(subject).on
        for day in reversed(days):
            before = timeline.described([subject], as_of=day).get(subject)
            after = timeline.described([subject], on=day).get(subject)
            now = timeline.described([subject]).get(subject)
            later = (
                now if after is None or before is None or after.status == before.status else after
            )
            if before is not None and later is not None and later.status != before.status:
                found.append(Example(day, before, later, later is after))
                break
        if len(found) == EXAMPLES:
            break
    return found
