"""Sources: all of them, and one with what it reported."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from msgspec.structs import asdict, replace

from timeline.answers.model import LogEntry
from timeline.answers.sources import SOURCE_COLUMNS
from timeline.app import Timeline
from timeline.render.rows import answer_rows
from timeline.web.addresses import source_path
from timeline.web.documented import documented
from timeline.web.formats import format_of
from timeline.web.paging import first
from timeline.web.parameters import OfPage, OfSources
from timeline.web.replies import Page, respond

router = APIRouter()


@router.get("/sources", **documented("sources", "Every source", paged=True))
def sources(request: Request, asked: Annotated[OfSources, Query()]) -> Response:
    """Every registered source, as it is by everything said of it."""

    def ask(timeline: Timeline) -> Page:
        most = asked.most(for_people=format_of(request) == "html")
        answer = timeline.sources(recorded=asked.recorded, after=asked.after or "", limit=most + 1)
        rows, more = first(answer.sources, most, lambda row: row.source)
        answer = replace(answer, sources=rows)
        return Page(
            template="sources.html",
            document=answer,
            rows=lambda: answer_rows(answer),
            columns=SOURCE_COLUMNS,
            next=more,
            fixed={"recorded": answer.position},
        )

    return respond(request, asked, "/sources", ask)


@router.get("/sources/{slug}", **documented("log", "What a source reported", paged=True))
def source(request: Request, slug: str, asked: Annotated[OfPage, Query()]) -> Response:
    """The events that name a source, by position."""

    def ask(timeline: Timeline) -> Page:
        row = timeline.source(slug, recorded=asked.recorded)
        found = timeline.log(
            source=slug, known=asked.known, recorded=asked.recorded, **asked.page()
        )
        most = asked.most(for_people=format_of(request) == "html")
        cursor = "before" if asked.order == "newest" else "after"
        entries, more = first(found, most, lambda entry: entry.position, cursor)
        return Page(
            template="source.html",
            rows=lambda: map(asdict, entries),
            columns=LogEntry.__struct_fields__,
            context=lambda: {
                "source": row,
                "entries": entries,
                "names": timeline.names_in(entries, known=asked.known, recorded=asked.recorded),
            },
            next=more,
            fixed={"recorded": asked.recorded or timeline.anchor().position},
        )

    return respond(request, asked, source_path(slug), ask)
