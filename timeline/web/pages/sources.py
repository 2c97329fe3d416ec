"""Sources: all of them, and one with what it reported."""

from __future__ import annotations

from fastapi import APIRouter

from timeline.questions.log import Log
from timeline.questions.sources import Sources
from timeline.render.rows import answer_rows
from timeline.web.pages.log import log_page
from timeline.web.replies import Page
from timeline.web.routes import Visit, serves

router = APIRouter()


@serves(router, Sources)
def sources(visit: Visit, asked: Sources) -> Page:
    """Every registered source, as it is by everything said of it."""
    answer, onward = visit.page(asked)
    return Page(
        template="sources.html",
        document=answer,
        rows=lambda: answer_rows(answer),
        columns=asked.columns(answer),
        next=onward,
        fixed={"recorded": answer.position},
    )


@serves(router, Log, path="/sources/{source}", summary="What a source reported")
def source(visit: Visit, asked: Log) -> Page:
    """The events that name a source, by position."""
    assert asked.source is not None
    row = visit.timeline.source(asked.source, recorded=asked.recorded)
    return log_page(visit, asked, "source.html", lambda: {"source": row})
