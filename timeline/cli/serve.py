"""``timeline serve``: the same questions in a browser, and as JSON over HTTP."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from timeline.cli.options import Seconds, examples, tone, zoned
from timeline.cli.plugins import warn_of_broken
from timeline.cli.report import folders
from timeline.cli.session import Session
from timeline.language import ENGLISH, speaking

if TYPE_CHECKING:
    from timeline.web.settings import Settings


@click.command(
    epilog=examples(
        "timeline serve",
        "timeline --db news.db serve --port 8080",
        "TIMELINE_TOKEN=$(openssl rand -hex 32) timeline serve --host 0.0.0.0 --allowed-host news.example",
    )
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="The address to listen on; one that others reach needs --allowed-host and TIMELINE_TOKEN.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="The port to listen on; 0: any that is free.",
)
@click.option(
    "--allowed-host",
    "allowed_hosts",
    multiple=True,
    metavar="NAME",
    help="A name by which browsers may address the server, exactly; may be repeated.",
)
@click.option(
    "--timeout",
    "seconds",
    type=Seconds(),
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="How long the database may work on one question.",
)
@click.option("--sql", is_flag=True, help="Open a page that asks in SQL, which can change nothing.")
@click.option("--mcp", is_flag=True, help="Answer agents at /mcp, by the Model Context Protocol.")
@click.option(
    "--embed-origin",
    "embed_origins",
    multiple=True,
    metavar="ORIGIN",
    help="A site that may show pictures in frames of its pages, as https://news.example; may be repeated.",
)
@folders
@zoned
@tone
@click.pass_obj
def serve(
    session: Session,
    /,
    host: str,
    port: int,
    allowed_hosts: tuple[str, ...],
    seconds: float,
    sql: bool,
    mcp: bool,
    embed_origins: tuple[str, ...],
    reports: tuple[Path, ...],
) -> None:
    """Show the store in a browser and answer as JSON over HTTP, read-only, until interrupted."""
    from timeline.extras import needs

    with needs("web"):
        from timeline.web.app import make_app
        from timeline.web.server import serve as listen
    settings = replace(
        _settings(host, allowed_hosts, seconds),
        sql=sql,
        mcp=mcp,
        reports=tuple(map(str, reports)),
        embed_origins=tuple(map(_origin, embed_origins)),
    )
    with session.open() as timeline, speaking(ENGLISH):  # a page speaks its reader's language
        with timeline.reading():  # a store that cannot be read is told now, not to every visitor
            pass
        warn_of_broken(session)
        listen(
            make_app(timeline, settings),
            host=host,
            port=port,
            lifespan=mcp,
            ready=lambda address: session.note(f"read-only at {address} (Ctrl-C ends)"),
        )


def _origin(text: str) -> str:
    """An origin as a policy takes it: scheme and host, with the port where it is another one."""
    from urllib.parse import urlsplit

    parts = urlsplit(text.strip())
    plain = parts.scheme in ("http", "https") and re.fullmatch(r"[a-z0-9.-]+(:\d+)?", parts.netloc)
    if not plain or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise click.UsageError(
            f"{text} is no origin: write a scheme and an exact host, as in https://news.example"
        )
    return f"{parts.scheme}://{parts.netloc}"


def _settings(host: str, allowed_hosts: tuple[str, ...], seconds: float) -> Settings:
    """Who may ask; a server that others reach is open to nobody by accident."""
    from timeline.web.settings import LOOPBACK, SHORTEST_TOKEN, Settings, host_name, is_loopback

    token = os.environ.get("TIMELINE_TOKEN") or None
    if token is not None and len(token) < SHORTEST_TOKEN:
        raise click.UsageError(
            f"TIMELINE_TOKEN has fewer than {SHORTEST_TOKEN} characters and can be guessed; "
            "make one with: openssl rand -hex 32"
        )
    wildcards = [name for name in allowed_hosts if "*" in name]
    if wildcards:
        raise click.UsageError(f"{wildcards[0]}: a host is allowed by its exact name")
    names = tuple(host_name(name.strip("[]")) for name in allowed_hosts)
    if not is_loopback(host):
        if not names:
            raise click.UsageError(
                f"others reach {host}: say by which name browsers address it, with --allowed-host"
            )
        if token is None:
            raise click.UsageError(
                f"others reach {host}: set TIMELINE_TOKEN, which everybody who asks must know"
            )
        return Settings(allowed_hosts=names, token=token, seconds=seconds)
    return Settings(allowed_hosts=(*LOOPBACK, *names), token=token, seconds=seconds)
