"""A subject: the chain of events behind its state."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from timeline.answers.why import Link
from timeline.app import Timeline
from timeline.model.values import Subject
from timeline.render.rows import answer_rows
from timeline.web.addresses import (
    address,
    axes_path,
    belief_path,
    company_path,
    source_path,
    subject_path,
    then_path,
)
from timeline.web.documented import documented
from timeline.web.pages.sliding import sliders
from timeline.web.parameters import Lensed
from timeline.web.replies import Page, respond

router = APIRouter()


@router.get(
    "/subjects/{subject:path}", **documented("why", "Why a subject is what it is", drawn=True)
)
def subject(request: Request, subject: str, asked: Annotated[Lensed, Query()]) -> Response:
    """The chain of events and sources behind the state of a subject."""

    def ask(timeline: Timeline) -> Page | str:
        kind, slug = Subject.of(subject).kind, Subject.of(subject).slug
        if kind in ("company", "source"):  # they have pages of their own
            path = company_path(slug) if kind == "company" else source_path(slug)
            return address(path, asked.at() if kind == "company" else {"recorded": asked.recorded})
        answer = timeline.why(subject, **asked.asked())
        return Page(
            template="subject.html",
            document=answer,
            rows=lambda: ({"subject": subject, **row} for row in answer_rows(answer)),
            columns=("subject", *Link.__struct_fields__),
            context=lambda: {
                "names": timeline.names_in(answer),
                "axes": axes_path(subject),
                "belief": belief_path(subject),
                "then": then_path(subject),
                "picture": timeline.plot(subject, kind="belief", **asked.asked()),
                "sliders": sliders(timeline, subject, answer, asked),
            },
            picture=lambda: timeline.plot(subject, kind="belief", **asked.asked()),
            fixed={"on": answer.on, "known": answer.known, "recorded": answer.position},
        )

    return respond(request, asked, subject_path(subject), ask)
