"""Listening: a socket of this machine, and uvicorn behind it."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress

import uvicorn

from timeline.app import Timeline
from timeline.errors import CannotServe
from timeline.web.app import make_app
from timeline.web.settings import Settings, host_name

MOST_AT_ONCE = 64
"""Requests that are answered or wait; more are told to come again (503)."""


def serve(
    timeline: Timeline,
    settings: Settings,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    ready: Callable[[str], object] = lambda address: None,
) -> None:
    """Answer until interrupted; ``ready`` is told the address as soon as there is one.

    Port 0 means any that is free. Raises CannotServe where the address is taken or is not this machine's.
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
            make_app(timeline, settings),
            access_log=False,
            date_header=True,
            h11_max_incomplete_event_size=32 * 1024,
            http="h11",
            lifespan="off",
            limit_concurrency=MOST_AT_ONCE,
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
