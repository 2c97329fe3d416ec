"""A subject: the chain of events behind its state."""

from __future__ import annotations

from fastapi import APIRouter

from timeline.model.values import Subject
from timeline.parameters import COORDINATE
from timeline.questions.why import Why
from timeline.web.addresses import (
    address,
    axes_path,
    belief_path,
    company_path,
    source_path,
    then_path,
)
from timeline.web.pages.sliding import sliders
from timeline.web.replies import Page, Visit, serves

router = APIRouter()


@serves(router, Why, drawn=True)
def subject(visit: Visit, asked: Why) -> Page | str:
    """The chain of events and sources behind the state of a subject."""
    timeline, subject = visit.timeline, asked.subject
    kind, slug = Subject.of(subject).kind, Subject.of(subject).slug
    if kind == "company":  # it has a page of its own, as a source has
        at = {each.name: visit.values[each.name] for each in COORDINATE}
        return address(company_path(slug), at)
    if kind == "source":
        return address(source_path(slug), {"recorded": asked.recorded})
    answer = timeline.ask(asked)
    return Page(
        template="subject.html",
        document=answer,
        rows=lambda: asked.rows(answer),
        columns=asked.columns(answer),
        context=lambda: {
            "names": timeline.names_in(answer),
            "axes": axes_path(subject),
            "belief": belief_path(subject),
            "then": then_path(subject),
            "picture": timeline.plot(subject, kind="belief", **asked.placed()),
            "sliders": sliders(timeline, subject, answer, asked),
        },
        picture=lambda: timeline.plot(subject, kind="belief", **asked.placed()),
        fixed={"on": answer.on, "known": answer.known, "recorded": answer.position},
    )
