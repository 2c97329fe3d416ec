"""Which format is asked for: by the end of the path (``.json``), else by the ``Accept`` header."""

from __future__ import annotations

from functools import cache
from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from timeline.language import ENGLISH, LANGUAGES
from timeline.render import formats

DOCUMENTS: Final = {"html": "text/html", "json": "application/json"}
PICTURES: Final = {"svg": "image/svg+xml", "png": "image/png"}

_NEGOTIATED: Final = ("html", "json", "csv")
"""What an ``Accept`` header can ask for; a picture has an address of its own."""

_FILES: Final = ("/static/", "/openapi.json")
"""Paths that end in what they are, not in how they are asked for."""


@cache
def media_types() -> dict[str, str]:
    """Every format of a page: those of documents, of rows (of plug-ins too) and of pictures."""
    return DOCUMENTS | formats.media_types() | PICTURES


class Suffix:
    """Takes the format off the end of the path, so that every page has one route."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on without the end of its path."""
        if scope["type"] == "http" and not scope["path"].startswith(_FILES):
            path, _, suffix = scope["path"].rpartition(".")
            if suffix in media_types():
                state = {**scope.get("state", {}), "format": suffix}
                scope = {**scope, "path": path, "state": state}
        await self.app(scope, receive, send)


def format_of(request: Request) -> str:
    """The format that a request is answered in; HTML where it says nothing that we have."""
    suffix = getattr(request.state, "format", None)
    if suffix is None:  # a failure outside of Suffix sees the path as it was asked for
        suffix = request.scope["path"].rpartition(".")[2]
    if suffix in media_types():
        return str(suffix)
    best: float = 0
    found = "html"
    for part in request.headers.get("accept", "").split(","):
        media, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = _weight(parameters)
        for name in _NEGOTIATED:
            if media == media_types()[name] and weight > best:
                best, found = weight, name
    return found


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0


def language_of(request: Request) -> str:
    """The language of what people read: ``?lang=``, else the one that they like best (RFC 9110, 12.5.4).

    English where they name none that there is.
    """
    given = request.query_params.get("lang")
    if given in LANGUAGES:
        return str(given)
    best: float = 0
    found = ENGLISH
    for part in request.headers.get("accept-language", "").split(","):
        tag, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = _weight(parameters)
        for each in LANGUAGES:
            if weight > best and (tag == each.lower() or tag.startswith(f"{each.lower()}-")):
                best, found = weight, each
    return found


def with_format(path: str, format_: str) -> str:
    """The path of a page in a format."""
    return f"{path}.{format_}"
