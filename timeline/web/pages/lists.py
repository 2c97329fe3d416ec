"""Lists: every deal, rumour, commitment … at a coordinate."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from msgspec.structs import replace

from timeline.app import Timeline
from timeline.render.kinds import parse_kind
from timeline.render.page import HEADINGS
from timeline.render.rows import answer_rows, item_columns
from timeline.render.status import parse_status
from timeline.web.documented import documented
from timeline.web.formats import format_of
from timeline.web.paging import first
from timeline.web.parameters import OfList
from timeline.web.replies import Page, respond

router = APIRouter()


def _add(kind: str, heading: str) -> None:
    @router.get(
        f"/{heading}",
        name=heading,
        operation_id=heading,
        description=f"The {heading} at a coordinate, and what their amounts add up to.",
        **documented("items", heading.capitalize(), paged=True),
    )
    def items(request: Request, asked: Annotated[OfList, Query()]) -> Response:
        return respond(
            request, asked, f"/{heading}", lambda timeline: _page(request, timeline, kind, asked)
        )


def _page(request: Request, timeline: Timeline, kind: str, asked: OfList) -> Page:
    limit = asked.most(for_people=format_of(request) == "html")
    answer = timeline.items(
        kind,
        company=asked.company,
        status=[each for text in asked.status for each in parse_status(kind, text)],
        item_kind=[parse_kind(kind, each) for each in asked.item_kind],
        after=asked.after or "",
        limit=limit + 1,
        **asked.asked(),
        **asked.filters(),
    )
    items, more = first(answer.items, limit, lambda item: item.subject)
    if more or asked.after:  # sums of a page say nothing about the list
        answer = replace(answer, items=items, sums=[])
    return Page(
        template="list.html",
        document=answer,
        rows=lambda: answer_rows(answer),
        columns=item_columns(items, group=asked.group),
        context=lambda: {
            "names": timeline.names_in(answer),
            "told": timeline.told(items, **asked.asked()),
        },
        next=more,
        fixed={"on": answer.on, "known": answer.known, "recorded": answer.position},
    )


for _kind, _heading in HEADINGS.items():
    _add(_kind, _heading)
