"""Pictures: a company's story, a subject on both axes; each with the data that it shows."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from timeline.answers.axes import AxesAnswer
from timeline.answers.course import CoursesAnswer
from timeline.app import Timeline
from timeline.web.addresses import axes_path, company_path, subject_path, timeline_path
from timeline.web.documented import documented
from timeline.web.pages.sliding import sliders
from timeline.web.parameters import OfPicture, OfStory
from timeline.web.replies import Page, elsewhere, picture_page, respond

router = APIRouter()


@router.get(
    "/companies/{company}/timeline",
    **documented("courses", "The story of a company", drawn=True),
)
def timeline(request: Request, company: str, asked: Annotated[OfStory, Query()]) -> Response:
    """The items of a company over all days, as known at one instant."""

    def ask(timeline: Timeline) -> Page | str:
        picture = timeline.plot(company, **asked.look(), **asked.asked())
        answer = picture.answer
        assert isinstance(answer, CoursesAnswer)
        if answer.company != company:
            return elsewhere(request, timeline_path(answer.company), asked.address())

        def about() -> dict[str, Any]:
            found = sliders(timeline, company, answer, asked)
            return {"back": company_path(company), "sliders": found}

        return picture_page(picture, answer, about)

    return respond(request, asked, timeline_path(company), ask)


@router.get(
    "/axes/{subject:path}",
    **documented("axes", "A subject on both axes", drawn=True),
)
def axes(request: Request, subject: str, asked: Annotated[OfPicture, Query()]) -> Response:
    """What held of a subject on any day, as known at any instant."""

    def ask(timeline: Timeline) -> Page:
        picture = timeline.plot(subject, kind="two-axes", **asked.look(), **asked.asked())
        answer = picture.answer
        assert isinstance(answer, AxesAnswer)

        def about() -> dict[str, Any]:
            found = sliders(timeline, subject, answer, asked)
            return {"back": subject_path(subject), "sliders": found}

        return picture_page(picture, answer, about)

    return respond(request, asked, axes_path(subject), ask)
