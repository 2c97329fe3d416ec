"""The application: every page, behind the guard."""

from __future__ import annotations

from pathlib import Path
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Final

from fastapi import FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from timeline.app import Timeline
from timeline.extras import needs
from timeline.web.failures import HANDLERS
from timeline.web.formats import Suffix
from timeline.web.guard import AGENTS, Guard, Headed
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
from timeline.web.replies import version
from timeline.web.settings import MOST_AT_WORK, MOST_QUERIES, Settings

if TYPE_CHECKING:
    from timeline.mcp.http import HttpDoor

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
