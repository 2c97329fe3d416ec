"""Lists: every deal, rumour, commitment … at a coordinate."""

from __future__ import annotations

from fastapi import APIRouter

from timeline.questions.items import Items
from timeline.render.page import HEADINGS
from timeline.render.rows import answer_rows
from timeline.web.replies import Page, Visit, serves

router = APIRouter()


def _page(visit: Visit, asked: Items) -> Page:
    answer, onward = visit.page(asked)
    return Page(
        template="list.html",
        document=answer,
        rows=lambda: answer_rows(answer),
        columns=asked.columns(answer),
        context=lambda: {
            "names": visit.timeline.names_in(answer),
            "told": visit.timeline.told(answer.items, **asked.placed()),
        },
        next=onward,
        fixed={"on": answer.on, "known": answer.known, "recorded": answer.position},
    )


for _kind, _heading in HEADINGS.items():
    serves(
        router,
        Items,
        path=f"/{_heading}",
        fields={"kind": _kind},
        name=_heading,
        operation_id=_heading,
        summary=_heading.capitalize(),
        description=f"The {_heading} at a coordinate, and what their amounts add up to.",
    )(_page)
