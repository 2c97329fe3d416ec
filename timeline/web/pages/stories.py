"""Then and now, the belief strip and the tracker: what a reader could know, and when it turned."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import Any

from fastapi import APIRouter

from timeline.answers.story import BeliefAnswer, ThenAnswer, TrackerAnswer
from timeline.questions.belief import Beliefs, ThenAndNow
from timeline.questions.course import Plot
from timeline.questions.picture import Drawn
from timeline.questions.tracker import PlotTracker, Tracker
from timeline.render.page import HEADINGS
from timeline.render.plot.then import then_words
from timeline.render.plot.tracker import tracker_words
from timeline.render.question import verdict
from timeline.web.addresses import company_path, subject_path, then_path
from timeline.web.pages.sliding import sliders
from timeline.web.replies import Page, Visit, picture_page, serves

router = APIRouter()


@serves(router, ThenAndNow, Drawn, drawn=True)
def then(visit: Visit, asked: ThenAndNow) -> Page | str:
    """A day as it was reported by its evening and as it is known since: of a company, a subject or a list."""
    target = asked.target
    picture = visit.timeline.ask(visit.made(Plot, kind="then-and-now"))
    answer = picture.answer
    assert isinstance(answer, ThenAnswer)
    if answer.target != target:
        return visit.elsewhere(then_path(answer.target))
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


@serves(router, Beliefs, Drawn, drawn=True)
def belief(visit: Visit, asked: Beliefs) -> Page:
    """What was believed of a subject on each evening, with the headlines where it turned."""
    picture = visit.timeline.ask(visit.made(Plot, target=asked.subject, kind="belief"))
    answer = picture.answer
    assert isinstance(answer, BeliefAnswer)

    def about() -> dict[str, Any]:
        found = sliders(visit.timeline, asked.subject, answer, asked)
        return {"lead": verdict(answer), "sliders": found, "names": answer.names}

    return picture_page(picture, answer, about, "belief.html")


@serves(router, Tracker, Drawn, drawn=True)
def tracker(visit: Visit, asked: Tracker) -> Page:
    """Rumours and announced deals as questions: which came true, how long it took, who was first."""
    picture = visit.timeline.ask(visit.made(PlotTracker))
    answer = picture.answer
    assert isinstance(answer, TrackerAnswer)
    lead = tracker_words(answer)
    return picture_page(picture, answer, lambda: {"lead": lead}, "tracker.html")
