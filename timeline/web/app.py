"""The application: every page, behind the guard, and what a failure looks like."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from pathlib import Path
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any, Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from timeline.app import Timeline
from timeline.errors import TimelineError
from timeline.extras import needs
from timeline.language import speaking
from timeline.web.formats import Suffix, format_of, language_of
from timeline.web.guard import AGENTS, Guard, Headed
from timeline.web.html import render
from timeline.web.pages import (
    companies,
    feeds,
    lists,
    log,
    network,
    news,
    pictures,
    queries,
    search,
    service,
    sources,
    stories,
    subjects,
)
from timeline.web.pages.others import router_of
from timeline.web.problems import ProblemResponse, invalid_parameters, problem, problem_of
from timeline.web.replies import plain_context, version
from timeline.web.settings import MOST_AT_WORK, MOST_QUERIES, Settings

if TYPE_CHECKING:
    from timeline.mcp.http import HttpDoor


# --- failures -----------------------------------------------------------------------------------
#
# The one place that turns failures into responses: a problem for machines, a page for people.

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
    with speaking(language_of(request)):
        page = render("problem.html", {**plain_context(request), "problem": said})
    kept = {
        name: value
        for name, value in response.headers.items()
        if name not in ("content-type", "content-length")
    }
    return Response(page, status_code=said.status, media_type="text/html", headers=kept)


# --- the application ----------------------------------------------------------------------------

DESCRIPTION: Final = (
    "Every page is JSON, too: ask with `Accept: application/json`, or write `.json` after the path; "
    "`.csv` gives the same rows for a spreadsheet. The JSON of a page is what the command line prints "
    "with `--format json`."
)

_PAGES: Final = (
    search, companies, subjects, pictures, network, news, lists, log, queries, sources, stories,
    feeds, service,
)  # fmt: skip
_STATIC: Final = Path(__file__).parent / "static"


def make_app(timeline: Timeline, settings: Settings | None = None) -> ASGIApp:
    """The server as an ASGI application that asks ``timeline``, and nothing else."""
    settings = settings or Settings()
    agents: HttpDoor | None = None
    if settings.mcp:
        with needs("mcp"):
            from timeline.mcp.http import HttpDoor
        agents = HttpDoor(timeline, settings.seconds)
    app = FastAPI(
        lifespan=None if agents is None else agents.lifespan,
        title="partnership-timeline",
        summary="What was the state of a company's partnerships, and what could have been known?",
        description=DESCRIPTION,
        version=version(),
        openapi_url=None,  # served with the answers as the program has them, and without a CDN
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        exception_handlers=dict(HANDLERS),
    )
    app.state.timeline = timeline
    app.state.settings = settings
    app.state.at_work = BoundedSemaphore(MOST_AT_WORK)
    app.state.queries = BoundedSemaphore(MOST_QUERIES)
    for page in _PAGES:
        app.include_router(page.router)
    served = {getattr(each, "path", "") for page in _PAGES for each in page.router.routes}
    app.include_router(router_of(served))
    if agents is not None:
        app.router.routes.append(Route(AGENTS, endpoint=agents, include_in_schema=False))
    # the script that plays pictures is that of the files with one, too
    player: list[str | tuple[str, str]] = [("timeline.render.plot", "static")]
    app.mount("/static", StaticFiles(directory=_STATIC, packages=player))
    app.add_middleware(Suffix)
    hosts = TrustedHostMiddleware(
        Guard(app, settings), allowed_hosts=list(settings.allowed_hosts), www_redirect=False
    )
    return Headed(hosts, settings.embed_origins)
