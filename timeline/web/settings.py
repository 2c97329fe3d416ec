"""How a server behaves: who may ask, and how much."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

LOOPBACK: Final = ("localhost", "127.0.0.1", "[::1]")
"""The names by which a browser on this machine reaches a server on this machine."""

LONGEST_ADDRESS: Final = 8192
"""Bytes of a path with its query: what servers on the way commonly let pass, too."""

SHORTEST_TOKEN: Final = 16
"""Characters; what is shorter can be guessed."""


MOST_BYTES: Final = 8 * 2**20
"""Bytes of all values that a query which somebody wrote may bring to a page."""

MOST_QUERIES: Final = 4
"""Queries that people wrote which run at the same time; more are told to come again."""

FOR_PEOPLE: Final = 50
"""Rows of a page that people read, unless they ask for more; programs get more at a time."""

MOST_AT_WORK: Final = 10
"""Requests that ask the store at the same time: fewer than there are connections to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Who may ask what of a server.

    ``allowed_hosts`` are the names that a request may address, exactly (an IPv6 address in brackets);
    ``token`` is asked for with every question, where there is one; ``sql`` opens the box for queries;
    ``mcp`` opens the door for agents at /mcp;
    ``embed_origins`` are those of sites that may show pictures in frames of their own;
    ``seconds`` is how long the database may work on one question; ``reports`` are folders with more reports.
    """

    allowed_hosts: tuple[str, ...] = LOOPBACK
    token: str | None = None
    sql: bool = False
    mcp: bool = False
    embed_origins: tuple[str, ...] = ()
    seconds: float = 10.0
    reports: tuple[str, ...] = ()


def is_loopback(host: str) -> bool:
    """Whether a host to listen on is this machine alone."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def host_name(host: str) -> str:
    """A host as it stands in addresses and ``Host`` headers: an IPv6 address in brackets."""
    try:
        return f"[{host}]" if ip_address(host).version == 6 else host
    except ValueError:
        return host.lower()
