"""All sources, as a page; what one of them reported is a page of the log."""

from __future__ import annotations

from fastapi import APIRouter

from timeline.questions.sources import Sources
from timeline.render.rows import answer_rows
from timeline.web.replies import Page, Visit, serves

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
