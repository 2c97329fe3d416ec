"""The news: the events themselves, as pages and as feeds."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from msgspec.structs import asdict

from timeline.answers.model import LogEntry
from timeline.app import Timeline
from timeline.web.documented import documented
from timeline.web.formats import format_of
from timeline.web.paging import first
from timeline.web.parameters import OfLog
from timeline.web.replies import Page, respond

router = APIRouter()


@router.get("/log", **documented("log", "The events", paged=True))
def log(request: Request, asked: Annotated[OfLog, Query()]) -> Response:
    """The events of a company or a subject, or all of them, by position."""

    def ask(timeline: Timeline) -> Page:
        found = timeline.log(
            asked.target,
            start=asked.start,
            end=asked.end,
            types=asked.types,
            source=asked.source,
            known=asked.known,
            recorded=asked.recorded,
            **asked.page(),
        )
        most = asked.most(for_people=format_of(request) == "html")
        cursor = "before" if asked.order == "newest" else "after"
        entries, more = first(found, most, lambda entry: entry.position, cursor)
        return Page(
            template="log.html",
            rows=lambda: map(asdict, entries),
            columns=LogEntry.__struct_fields__,
            context=lambda: {
                "entries": entries,
                "names": timeline.names_in(entries, known=asked.known, recorded=asked.recorded),
            },
            next=more,
            fixed={"recorded": asked.recorded or timeline.anchor().position},
        )

    return respond(request, asked, "/log", ask)
