"""Then and now, the belief strip and the tracker: what a reader could know, and when it turned."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from timeline.answers.belief import BeliefAnswer
from timeline.answers.then import ThenAnswer
from timeline.answers.tracker import TrackerAnswer
from timeline.app import Timeline
from timeline.render.page import HEADINGS
from timeline.render.plot.then import then_words
from timeline.render.plot.tracker import tracker_words
from timeline.render.question import verdict
from timeline.web.addresses import (
    belief_path,
    company_path,
    subject_path,
    then_path,
)
from timeline.web.documented import documented
from timeline.web.pages.sliding import sliders
from timeline.web.parameters import Drawn, OfTracker
from timeline.web.replies import Page, elsewhere, picture_page, respond

router = APIRouter()


@router.get("/then/{target:path}", **documented("then_and_now", "A day then and now", drawn=True))
def then(request: Request, target: str, asked: Annotated[Drawn, Query()]) -> Response:
    """A day as it was reported by its evening and as it is known since: of a company, a subject or a list."""

    def ask(timeline: Timeline) -> Page | str:
        picture = timeline.plot(target, kind="then-and-now", **asked.look(), **asked.asked())
        answer = picture.answer
        assert isinstance(answer, ThenAnswer)
        if answer.target != target:
            return elsewhere(request, then_path(answer.target), asked.address())
        if ":" in target:
            back = subject_path(target)
        else:
            back = f"/{target}" if target in HEADINGS.values() else company_path(target)
        before = answer.reports[: bisect_left(answer.reports, answer.on)]
        after = answer.reports[bisect_right(answer.reports, answer.on) :]

        def about() -> dict[str, Any]:
            return {
                "lead": then_words(answer),
                "back": back,
                "before": before[-1] if before else None,
                "after": after[0] if after else None,
            }

        return picture_page(picture, answer, about, "then.html")

    return respond(request, asked, then_path(target), ask)


@router.get("/belief/{subject:path}", **documented("belief", "What was believed", drawn=True))
def belief(request: Request, subject: str, asked: Annotated[Drawn, Query()]) -> Response:
    """What was believed of a subject on each evening, with the headlines where it turned."""

    def ask(timeline: Timeline) -> Page:
        picture = timeline.plot(subject, kind="belief", **asked.look(), **asked.asked())
        answer = picture.answer
        assert isinstance(answer, BeliefAnswer)

        def about() -> dict[str, Any]:
            found = sliders(timeline, subject, answer, asked)
            return {"lead": verdict(answer), "sliders": found, "names": answer.names}

        return picture_page(picture, answer, about, "belief.html")

    return respond(request, asked, belief_path(subject), ask)


@router.get("/tracker", **documented("tracker", "How each question was settled", drawn=True))
def tracker(request: Request, asked: Annotated[OfTracker, Query()]) -> Response:
    """Rumours and announced deals as questions: which came true, how long it took, who was first."""

    def ask(timeline: Timeline) -> Page:
        picture = timeline.plot_tracker(**asked.look(), **asked.chosen(), **asked.asked())
        answer = picture.answer
        assert isinstance(answer, TrackerAnswer)
        lead = tracker_words(answer)
        return picture_page(picture, answer, lambda: {"lead": lead}, "tracker.html")

    return respond(request, asked, "/tracker", ask)
