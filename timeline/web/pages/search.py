"""The first page: looking for a company."""

from __future__ import annotations

from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from msgspec.structs import asdict

from timeline.answers.model import Found
from timeline.app import Timeline
from timeline.web.documented import documented
from timeline.web.parameters import Search
from timeline.web.replies import Page, respond

router = APIRouter()

NEWS = 10
"""Events that the first page shows, newest first."""


@router.get("/", include_in_schema=False)
@router.get(
    "/search",
    **documented(
        Found, "Companies by any name; items, events and sources by their words", many=True
    ),
)
def search(request: Request, asked: Annotated[Search, Query()]) -> Response:
    """Companies by any name or identifier, items, events and sources by their words."""

    def ask(timeline: Timeline) -> Page:
        matches = timeline.find(asked.q, asked.limit) if asked.q else []

        def context() -> dict[str, object]:
            news = [] if asked.q else list(islice(timeline.log(newest_first=True), NEWS))
            return {"q": asked.q, "matches": matches, "news": news}

        return Page(
            template="search.html",
            rows=lambda: map(asdict, matches),
            columns=Found.__struct_fields__,
            context=context,
        )

    return respond(request, asked, "/search", ask)
