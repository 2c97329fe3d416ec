"""``timeline backup``: the whole log in one file."""

from __future__ import annotations

from pathlib import Path

import click

from timeline.cli.options import examples, tone
from timeline.cli.progress import Bar
from timeline.cli.replay import events
from timeline.cli.session import Session


@click.command(
    epilog=examples(
        "timeline backup timeline-2025-11-21.db", "timeline backup timeline-2025-11-21.jsonl.gz"
    )
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@tone
@click.pass_obj
def backup(session: Session, /, file: Path) -> None:
    """Write the whole log into a file, while others go on reading and writing.

    A copy of a SQLite database; of PostgreSQL, and where the name ends in .gz, the compressed export.
    """
    with session.open() as timeline, Bar("backup", quiet=session.quiet) as progress:
        made = timeline.backup(file, progress)
    at = made.anchor
    recorded = f", recorded {at.recorded}" if at.recorded else ""
    session.note(f"{file}: {events(at.position)}, {made.bytes:,} bytes{recorded}, hash {at.hash}")
