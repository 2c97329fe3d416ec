"""Pictures: a company's story, a subject on both axes; each with the data that it shows."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from timeline.answers.story import AxesAnswer, CoursesAnswer
from timeline.questions.course import Axes, Courses, Plot, Window
from timeline.questions.picture import Drawn
from timeline.web.addresses import company_path, subject_path, timeline_path
from timeline.web.pages.sliding import sliders
from timeline.web.replies import Page, Visit, picture_page, serves

router = APIRouter()


@serves(router, Courses, Window, Drawn, drawn=True)
def timeline(visit: Visit, asked: Courses) -> Page | str:
    """The items of a company over all days, as known at one instant."""
    picture = visit.timeline.ask(visit.made(Plot, target=asked.company))
    answer = picture.answer
    assert isinstance(answer, CoursesAnswer)
    if answer.company != asked.company:
        return visit.elsewhere(timeline_path(answer.company))

    def about() -> dict[str, Any]:
        found = sliders(visit.timeline, asked.company, answer, asked)
        return {"back": company_path(asked.company), "sliders": found}

    return picture_page(picture, answer, about)


@serves(router, Axes, Window, Drawn, drawn=True)
def axes(visit: Visit, asked: Axes) -> Page:
    """What held of a subject on any day, as known at any instant."""
    picture = visit.timeline.ask(visit.made(Plot, target=asked.subject, kind="two-axes"))
    answer = picture.answer
    assert isinstance(answer, AxesAnswer)

    def about() -> dict[str, Any]:
        found = sliders(visit.timeline, asked.subject, answer, asked)
        return {"back": subject_path(asked.subject), "sliders": found}

    return picture_page(picture, answer, about)
