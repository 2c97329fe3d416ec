"""The pages of questions that have none of their own: made from what a question declares."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Container, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, get_origin

from fastapi import APIRouter, Query, Request, Response

from timeline.app import Timeline
from timeline.questions import questions
from timeline.questions.question import Question
from timeline.web.documented import documented
from timeline.web.parameters import asked_of
from timeline.web.replies import Page, Table, respond

_TEMPLATES: Final = Path(__file__).parent.parent / "templates"
_FIELD: Final = re.compile(r"{(\w+)(?::path)?}")


def router_of(served: Container[str]) -> APIRouter:
    """The routes of every question with an address that is not served yet.

    Its template is the one of its name, else a page with its rows.
    """
    router = APIRouter()
    for question in questions().values():
        path = question.about.address
        if path is not None and path not in served:
            router.get(
                path,
                name=question.about.name,
                operation_id=question.about.name,
                description=inspect.cleandoc(question.__doc__ or ""),
                **documented(question.about.name, question.about.title),
            )(_page_of(question, path))
    return router


def _page_of(question: type[Question[Any]], path: str) -> Callable[..., Response]:
    in_path = _FIELD.findall(path)
    asked_with = asked_of(question, without=in_path)

    def page(request: Request, asked: Any, **fields: str) -> Response:
        named = {name: getattr(asked, name) for name in asked_with.model_fields}
        here = _FIELD.sub(lambda found: fields[found[1]], path)

        def ask(timeline: Timeline) -> Page:
            return _page(timeline, question.of({**named, **fields}))

        return respond(request, asked, here, ask)

    keyword = inspect.Parameter.KEYWORD_ONLY
    page.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # what FastAPI reads
        [
            inspect.Parameter("request", keyword, annotation=Request),
            inspect.Parameter("asked", keyword, annotation=Annotated[asked_with, Query()]),
            *(inspect.Parameter(name, keyword, annotation=str) for name in in_path),
        ]
    )
    return page


def _page(timeline: Timeline, question: Question[Any]) -> Page:
    answer = timeline.ask(question)
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
            "names": timeline.names_in(answer),
            "heading": question.about.title,
            "table": _told(timeline, question, answer, columns),
        },
        fixed=at,
    )


def _told(
    timeline: Timeline, question: Question[Any], answer: Any, columns: Sequence[str]
) -> Table:
    rows = list(question.told(timeline.reader, answer))
    return Table([*rows[0]] if rows else columns, rows)
