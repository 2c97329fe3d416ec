"""``timeline mcp``: the same questions as tools for agents."""

from __future__ import annotations

from pathlib import Path

import click

from timeline.cli.options import examples, tone, zoned
from timeline.cli.plugins import warn_of_broken
from timeline.cli.session import Session
from timeline.language import ENGLISH, speaking


@click.command(epilog=examples("timeline --db news.db mcp", "timeline mcp --drafts drafts"))
@click.option(
    "--drafts",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="A folder into which stories may be proposed, for a person to read and replay.",
)
@zoned
@tone
@click.pass_obj
def mcp(session: Session, /, drafts: Path | None) -> None:
    """Answer agents over standard input and output, by the Model Context Protocol; the log is only read."""
    from timeline.extras import needs

    if drafts is not None and not drafts.is_dir():
        raise click.UsageError(f"there is no folder {drafts}: make it, so that drafts have a place")

    with needs("mcp"):
        from timeline.mcp.server import serve_streams
    with session.open() as timeline, speaking(ENGLISH):  # whatever people are told in
        with timeline.reading():  # a store that cannot be read is told now, not to every agent
            pass
        warn_of_broken(session)
        serve_streams(timeline, drafts)
