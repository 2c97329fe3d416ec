"""Feeds of what was recorded last."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from timeline.app import Timeline
from timeline.language import tr
from timeline.web.addresses import address, company_path
from timeline.web.documented import failed
from timeline.web.feed import render_feed
from timeline.web.parameters import Asked
from timeline.web.replies import File, respond

router = APIRouter()

MOST = 50
"""Events of a feed."""

_ATOM = "application/atom+xml"
_DOCUMENTED: Any = {
    "response_class": Response,
    "responses": {
        200: {"description": "The feed.", "content": {_ATOM: {"schema": {"type": "string"}}}},
        304: {"description": "You have it already: nothing was appended since."},
        "default": failed(),
    },
}


@router.get("/feed.atom", summary="What was recorded last", **_DOCUMENTED)
def feed(request: Request, asked: Annotated[Asked, Query()]) -> Response:
    """The newest events as an Atom feed."""
    return respond(request, asked, "/feed.atom", lambda timeline: _feed(request, timeline, None))


@router.get(
    "/companies/{company}/feed.atom", summary="What was recorded last of a company", **_DOCUMENTED
)
def company_feed(request: Request, company: str, asked: Annotated[Asked, Query()]) -> Response:
    """The newest events of a company, by any of its names, as an Atom feed."""
    path = f"{company_path(company)}/feed.atom"
    return respond(request, asked, path, lambda timeline: _feed(request, timeline, company))


def _title(company: str | None) -> str:
    return tr("New events") if company is None else tr("{company}: new events", company=company)


def _feed(request: Request, timeline: Timeline, company: str | None) -> File:
    entries = list(timeline.log(company, order="newest", limit=MOST))
    names = timeline.names_in([entries, company])
    base = str(request.base_url).rstrip("/")
    content = render_feed(
        entries,
        names,
        title=_title(names.get(company, company) if company else None),
        own=f"{base}{request.url.path}",
        page=base + (address(company_path(company)) if company else "/log?order=newest"),
        base=base,
    )
    return File(content, _ATOM)
