"""Listening: a socket of this machine, and uvicorn behind it."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from typing import ClassVar, Final

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from timeline.errors import CannotServe
from timeline.web.settings import host_name

MOST_CONNECTIONS: Final = 512
"""Open connections of everybody; a further one is told to come again (503)."""

MOST_OF_ONE: Final = 64
"""Open connections of one address, so that nobody keeps the others out."""

SECONDS: Final = 10.0
"""For the head of a request, and for its body: how slowly a byte comes now and then does not matter."""

SECONDS_TO_READ: Final = 60.0
"""For an answer: until the asker has read some more of it."""


class Connections(H11Protocol):
    """A connection with limits: how many there are, and how long a request and its answer may take."""

    _coming: asyncio.TimerHandle | None = None
    """The clock of a request, from its first byte to its last."""
    _going: asyncio.TimerHandle | None = None
    """The clock of an answer that nobody reads."""
    _open: ClassVar[Counter[str]] = Counter()
    _counted = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Let it in, or say that there is no room."""
        super().connection_made(transport)
        self._address = self.client[0] if self.client else ""
        if len(self.connections) > MOST_CONNECTIONS or self._open[self._address] >= MOST_OF_ONE:
            transport.write(_say(503, b"too-many-connections", b"Retry-After: 5\r\n"))
            self._close()
            return
        self._open[self._address] += 1
        self._counted = True
        self._coming = self.loop.call_later(SECONDS, self._too_slow)

    def connection_lost(self, exc: Exception | None) -> None:
        """Give its place to another."""
        self._stop_coming()
        self._stop_going()
        if self._counted:
            self._open[self._address] -= 1
            if not self._open[self._address]:
                del self._open[self._address]
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came; the clock runs until a whole request is there."""
        super().data_received(data)
        self._watch(begun=True)

    def on_response_complete(self) -> None:
        """Wait for the next request, for which the clock begins with its first byte."""
        self._stop_coming()
        super().on_response_complete()
        self._watch(begun=False)
        if self.transport.get_write_buffer_size():  # what is left is sent after it is closed, too
            self._wait_for_reader()

    def pause_writing(self) -> None:
        """Wait for the asker to read, and not for ever."""
        super().pause_writing()
        self._wait_for_reader()

    def resume_writing(self) -> None:
        """Go on: some of it was read."""
        self._stop_going()
        super().resume_writing()

    def _watch(self, *, begun: bool) -> None:
        """Run the clock of a request that has ``begun``, or whose head came with the one before it."""
        if self.conn.their_state is h11.SEND_BODY or (begun and self.conn.their_state is h11.IDLE):
            if self._coming is None:
                self._coming = self.loop.call_later(SECONDS, self._too_slow)
        else:
            self._stop_coming()

    def _wait_for_reader(self) -> None:
        self._stop_going()
        self._going = self.loop.call_later(SECONDS_TO_READ, self._unread)

    def _unread(self) -> None:
        self._going = None
        if self.transport.get_write_buffer_size():
            self.transport.abort()

    def _stop_coming(self) -> None:
        if self._coming is not None:
            self._coming.cancel()
            self._coming = None

    def _stop_going(self) -> None:
        if self._going is not None:
            self._going.cancel()
            self._going = None

    def _too_slow(self) -> None:
        self._coming = None
        if self.transport.is_closing():
            return
        if self.conn.their_state is h11.IDLE and self.conn.our_state is h11.IDLE:
            self.transport.write(_say(408, b"request-too-slow"))
        self._close()

    def _close(self) -> None:
        """Close it when what was written is read, or cannot be expected to be."""
        self.transport.close()
        self._wait_for_reader()


def _say(status: int, code: bytes, headers: bytes = b"") -> bytes:
    """A problem for who is not let in, as bytes."""
    phrase = HTTPStatus(status).phrase.encode()
    body = b'{"type":"urn:timeline:problem:%b","title":"%b","status":%d,"detail":"%b","code":"%b"}' % (
        code, phrase, status, phrase, code,
    )  # fmt: skip
    return (
        b"HTTP/1.1 %d %b\r\nContent-Type: application/problem+json\r\nCache-Control: no-store\r\n"
        b"Connection: close\r\n%bContent-Length: %d\r\n\r\n%b"
        % (status, phrase, headers, len(body), body)
    )


def serve(
    app: ASGIApp,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    lifespan: bool = False,
    ready: Callable[[str], object] = lambda address: None,
) -> None:
    """Answer with an application until interrupted; ``ready`` is told the address as soon as there is one.

    ``lifespan``: the application has something to begin and to end. Port 0 means any that is free. Raises
    CannotServe where the address is taken or is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise CannotServe(
            f"{host_name(host)}:{port} cannot be listened on: {reason}",
            "choose another with --port, or --port 0 for any that is free",
        ) from error
    with listening:
        ready(f"http://{host_name(host)}:{listening.getsockname()[1]}/")
        config = uvicorn.Config(
            app,
            access_log=False,
            date_header=True,
            h11_max_incomplete_event_size=32 * 1024,
            http=Connections,
            lifespan="on" if lifespan else "off",
            log_level="warning",
            loop="asyncio",
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=5,
            timeout_keep_alive=5,
            ws="none",
        )
        with suppress(KeyboardInterrupt):  # the way to end it
            uvicorn.Server(config).run(sockets=[listening])
