"""What machines ask first: whether it lives, and what can be asked."""

from __future__ import annotations

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from timeline.app import Timeline
from timeline.language import speaking
from timeline.render.json import encode_line
from timeline.web.documented import failed, openapi
from timeline.web.formats import language_of
from timeline.web.html import render
from timeline.web.replies import CACHED, plain_context

router = APIRouter()


@router.get(
    "/healthz",
    summary="Whether the store can be read",
    response_class=Response,
    responses={
        200: {
            "description": "It can.",
            "content": {"application/json": {"schema": {"type": "object"}}},
        },
        "default": failed(),
    },
)
async def healthz(request: Request) -> Response:
    """``{"status": "ok"}`` while the store can be read, a problem with status 503 while it cannot."""
    timeline: Timeline = request.app.state.timeline
    # in a thread of its own: those of the questions may all be busy
    await run_sync(timeline.anchor, limiter=CapacityLimiter(1))
    return Response(
        encode_line({"status": "ok"}),
        media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


@router.get("/favicon.ico", include_in_schema=False)
def favicon() -> Response:
    """Where browsers look for an icon of what is no page: a picture that is opened by itself."""
    return RedirectResponse("/static/icon.svg", status_code=301)


@router.get("/openapi.json", include_in_schema=False)
def document(request: Request) -> Response:
    """The OpenAPI 3.1 document of this server."""
    return Response(
        encode_line(openapi(request.app)),
        media_type="application/json",
        headers={"Cache-Control": CACHED},
    )


@router.get("/docs", include_in_schema=False)
def docs(request: Request) -> Response:
    """The same document for people."""
    with speaking(language_of(request)):
        page = render("docs.html", {**plain_context(request), "document": openapi(request.app)})
    headers = {"Cache-Control": CACHED, "Vary": "Accept-Language"}
    return Response(page, media_type="text/html", headers=headers)
