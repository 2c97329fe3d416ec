"""The first page: looking for a company."""

from __future__ import annotations

from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from msgspec.structs import asdict

from timeline.answers.model import Found, LogEntry
from timeline.app import Timeline
from timeline.render.page import kind_of
from timeline.web.documented import documented
from timeline.web.parameters import Search
from timeline.web.replies import Page, respond

router = APIRouter()

NEWS = 8
"""What the first page shows as new."""

LOOKED_AT = 200
"""Events among which it looks for them: registrations are no news."""


@router.get("/", include_in_schema=False)
@router.get(
    "/search",
    **documented("find", "Companies by any name; items, events and sources by their words"),
)
def search(request: Request, asked: Annotated[Search, Query()]) -> Response:
    """Companies by any name or identifier, items, events and sources by their words."""

    def ask(timeline: Timeline) -> Page:
        matches = timeline.find(asked.q, asked.limit) if asked.q else []

        def context() -> dict[str, object]:
            return {"q": asked.q, "matches": matches, **({} if asked.q else _news(timeline))}

        return Page(
            template="search.html",
            rows=lambda: map(asdict, matches),
            columns=Found.__struct_fields__,
            context=context,
        )

    return respond(request, asked, "/search", ask)


def _news(timeline: Timeline) -> dict[str, object]:
    """What was recorded last of deals, rumours and the like: one event a subject, with what it is."""
    last: dict[str, LogEntry] = {}
    for entry in islice(timeline.log(newest_first=True), LOOKED_AT):
        if kind_of(entry.subject) not in ("company", "source"):
            last.setdefault(entry.subject, entry)
        if len(last) == NEWS:
            break
    found = [(entry, timeline.why(subject).item) for subject, entry in last.items()]
    news = sorted(found, key=lambda each: each[0].known, reverse=True)
    slugs = {slug for entry, _ in news for slug in entry.source}
    return {
        "news": news,
        "names": timeline.names_in([item for _, item in news]),
        "sources": timeline.source_titles(slugs),
    }
