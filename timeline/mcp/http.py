"""The door for agents over HTTP, as an ASGI application that the page mounts behind its guard."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.types import Receive, Scope, Send

from timeline.app import Timeline
from timeline.mcp.server import make_server
from timeline.mcp.tools import LONGEST_STORY


class HttpDoor:
    """Streamable HTTP without sessions: every request is a question of its own, answered as JSON."""

    def __init__(self, timeline: Timeline, seconds: float) -> None:
        self._manager = StreamableHTTPSessionManager(
            make_server(timeline, seconds=seconds),
            json_response=True,
            stateless=True,
            max_request_body_size=8 * LONGEST_STORY,  # of JSON that escapes every character
        )

    @asynccontextmanager
    async def lifespan(self, _: Any) -> AsyncIterator[None]:
        """Answer for as long as the server runs."""
        async with self._manager.run():
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self._manager.handle_request(scope, receive, send)
