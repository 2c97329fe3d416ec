"""``timeline verify``: prove that the log is what was appended."""

from __future__ import annotations

import click

from timeline.cli.options import examples, tone, written
from timeline.cli.output import write_document, writing
from timeline.cli.progress import Bar
from timeline.cli.replay import events
from timeline.cli.session import Session


@click.command(
    epilog=examples("timeline verify", "timeline --db restored.db verify --format json")
)
@written("table", "json")
@tone
@click.pass_obj
def verify(session: Session, /) -> None:
    """Prove that nothing in the log was altered, dropped or moved since it was appended."""
    with session.open() as timeline, Bar("verify", quiet=session.quiet) as progress:
        proved = timeline.verify(progress=progress)
    if session.format == "json":
        write_document(session, proved)
        return
    with writing(session) as stream:
        stream.write(f"{events(proved.position)} as appended, up to position {proved.position}\n")
        if proved.recorded is not None:
            stream.write(f"last recorded {proved.recorded}\n")
        stream.write(f"hash {proved.hash}\n")
