"""The pages of questions that have none of their own: made from what a question declares."""

from __future__ import annotations

import inspect
from collections.abc import Container, Sequence
from pathlib import Path
from typing import Any, Final, get_origin

from fastapi import APIRouter

from timeline.app import Timeline
from timeline.questions import questions
from timeline.questions.question import Question
from timeline.web.replies import Page, Table, Visit, serves

_TEMPLATES: Final = Path(__file__).parent.parent / "templates"


def router_of(served: Container[str]) -> APIRouter:
    """The routes of every question with an address that is not served yet.

    Its template is the one of its name, else a page with its rows.
    """
    router = APIRouter()
    for question in questions().values():
        name, path = question.about.name, question.about.address
        if path is not None and path not in served:
            text = inspect.cleandoc(question.__doc__ or "")
            serves(router, question, name=name, operation_id=name, description=text)(_page)
    return router


def _page(visit: Visit, question: Question[Any]) -> Page:
    paged = any(each.page for each in question.takes())
    answer, onward = visit.page(question) if paged else (visit.timeline.ask(question), None)
    many = get_origin(question.answered()) is not None
    if many:
        answer = list(answer)
    columns = question.columns(answer)
    own = f"{question.about.name}.html"
    placed = all(hasattr(answer, name) for name in ("on", "known", "position"))
    at = {"on": answer.on, "known": answer.known, "recorded": answer.position} if placed else {}
    return Page(
        template=own if (_TEMPLATES / own).exists() else "question.html",
        document=None if many else answer,
        rows=lambda: question.rows(answer),
        columns=columns,
        context=lambda: {
            "answer": answer,
            "names": visit.timeline.names_in(answer),
            "heading": question.about.title,
            "table": _told(visit.timeline, question, answer, columns),
        },
        next=onward,
        fixed=at,
    )


def _told(
    timeline: Timeline, question: Question[Any], answer: Any, columns: Sequence[str]
) -> Table:
    rows = list(question.told(timeline.reader, answer))
    return Table([*rows[0]] if rows else columns, rows)
