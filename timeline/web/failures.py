"""The one place that turns failures into responses: a problem for machines, a page for people."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any, Final

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from timeline.errors import TimelineError
from timeline.web.formats import format_of
from timeline.web.html import render
from timeline.web.problems import ProblemResponse, invalid_parameters, problem, problem_of
from timeline.web.replies import plain_context

Handler = Callable[[Request, Any], Coroutine[Any, Any, Response]]


async def _failed(request: Request, error: TimelineError) -> Response:
    return _answer(request, problem_of(error))


async def _misasked(request: Request, error: RequestValidationError) -> Response:
    return _answer(request, invalid_parameters(error.errors(), _parameters(request)))


async def _not_there(request: Request, error: HTTPException) -> Response:
    status = HTTPStatus(error.status_code)
    said = problem(
        status, "unknown-page", f"there is no page {request.url.path}", hint="begin at /"
    )
    return _answer(request, said)


async def _bug(request: Request, _: Exception) -> Response:
    # what went wrong is in the log of the server, and is nobody else's business
    said = problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "bug",
        "this server has a bug",
        hint="please report it, with the address and what the server logged",
    )
    return _answer(request, said)


HANDLERS: Final[dict[int | type[Exception], Handler]] = {
    TimelineError: _failed,
    RequestValidationError: _misasked,
    HTTPException: _not_there,
    Exception: _bug,
}


def _parameters(request: Request) -> list[str]:
    """The parameters that the question has."""
    route = request.scope.get("route")
    found: list[str] = []
    for field in getattr(getattr(route, "dependant", None), "query_params", ()):
        model = getattr(field.field_info, "annotation", None)
        for name, info in getattr(model, "model_fields", {}).items():
            found.append(info.alias or name)
    return found


def _answer(request: Request, response: ProblemResponse) -> Response:
    if format_of(request) != "html":
        return response
    said = response.problem
    page = render("problem.html", {**plain_context(request), "problem": said})
    kept = {
        name: value
        for name, value in response.headers.items()
        if name not in ("content-type", "content-length")
    }
    return Response(page, status_code=said.status, media_type="text/html", headers=kept)
