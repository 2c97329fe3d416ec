"""What every request must pass before anything is asked, and what every response carries.

Plain ASGI, so that it holds for files, errors and pages alike. The host is checked outside of it, by
Starlette's TrustedHostMiddleware.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from timeline.web.problems import problem
from timeline.web.settings import LONGEST_ADDRESS, Settings

POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""Scripts, styles and pictures are files of this server: nothing inline, nothing from elsewhere."""

PICTURE_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
)
"""A picture that is opened by itself: its own styles, no script, and nothing from anywhere."""

HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

OPEN: Final = "/healthz"
"""What is answered without a token: whether the server lives."""


AGENTS: Final = "/mcp"
"""Where agents ask by a protocol of their own, which posts questions; nothing there changes the log."""


EMBED: Final = "/embed"
"""Before the path of a page: its picture alone, for the frames of sites that the operator allows."""


class Headed:
    """Adds the headers of security to every response; knows what may be framed, and by whom."""

    def __init__(self, app: ASGIApp, embed_origins: Sequence[str] = ()) -> None:
        self.app = app
        self.framed = {
            "Content-Security-Policy": POLICY.replace(
                "frame-ancestors 'none'", f"frame-ancestors {' '.join(embed_origins)}"
            ),
            "Cross-Origin-Resource-Policy": "cross-origin",
        }
        self.embeds = bool(embed_origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and the response back with its headers."""
        embedded = self.embeds and scope["type"] == "http" and scope["path"].startswith(f"{EMBED}/")
        if embedded:
            state = {**scope.get("state", {}), "embedded": True}
            scope = {**scope, "path": scope["path"].removeprefix(EMBED), "state": state}

        async def headed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                if headers.get("content-type", "").startswith("image/svg"):
                    headers["Content-Security-Policy"] = PICTURE_POLICY
                elif embedded:
                    headers.update(self.framed)
                    del headers["X-Frame-Options"]
            await send(message)

        await self.app(scope, receive, headed)


class Guard:
    """Refuses what is no question: other methods, endless addresses, other sites, strangers."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.token = settings.token
        self.methods = {AGENTS: ("POST",)} if settings.mcp else {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a question, or say why not."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, send)
        elif scope["method"] == "HEAD":  # the same question; only the headers are sent
            await self.app({**scope, "method": "GET"}, receive, _without_body(send))
        else:
            await self.app(scope, receive, send)

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        headers = Headers(scope=scope)
        allowed = self.methods.get(scope["path"], ("GET", "HEAD"))
        if scope["method"] not in allowed:
            return problem(
                HTTPStatus.METHOD_NOT_ALLOWED,
                "method-not-allowed",
                f"{scope['method']} changes things, and here is nothing to be changed",
                hint=f"ask with {' or '.join(allowed)}; events are appended with the command line",
                headers={"Allow": ", ".join(allowed)},
            )
        if len(scope["raw_path"]) + len(scope["query_string"]) > LONGEST_ADDRESS:
            return problem(
                HTTPStatus.REQUEST_URI_TOO_LONG,
                "address-too-long",
                f"the address is longer than {LONGEST_ADDRESS:,} bytes",
                hint="ask for less at once",
            )
        embedded = scope.get("state", {}).get("embedded", False)
        if _from_elsewhere(headers, framed=embedded):
            return problem(
                HTTPStatus.FORBIDDEN,
                "cross-site-request",
                "a page of another site asked for this",
                hint="open the address yourself",
            )
        if self.token is None or scope["path"] == OPEN or self._knows(headers):
            return None
        return problem(
            HTTPStatus.UNAUTHORIZED,
            "token-required",
            "this server answers only those who have its token",
            hint="send it as a bearer token, or as the password (any user name)",
            headers={"WWW-Authenticate": 'Basic realm="timeline", charset="UTF-8"'},
        )

    def _knows(self, headers: Headers) -> bool:
        assert self.token is not None
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic":
            try:
                given = base64.b64decode(given, validate=True).decode().partition(":")[2]
            except ValueError:  # no base64, or no text
                return False
        elif scheme.lower() != "bearer":
            return False
        return secrets.compare_digest(given.encode(), self.token.encode())


def _from_elsewhere(headers: Headers, *, framed: bool) -> bool:
    """Whether another site's page fetches or embeds this, instead of a person opening it.

    What may be framed may be: the browser itself asks the policy by whom.

    Browsers say so themselves (https://www.w3.org/TR/fetch-metadata/); what says nothing is no browser.
    """
    if headers.get("sec-fetch-site", "none") in ("none", "same-origin"):
        return False
    allowed = ("document", "iframe") if framed else ("document",)
    return (
        headers.get("sec-fetch-mode") != "navigate" or headers.get("sec-fetch-dest") not in allowed
    )


def _without_body(send: Send) -> Send:
    async def headers_only(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return headers_only
