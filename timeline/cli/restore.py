"""``timeline restore``: a backup into a new store."""

from __future__ import annotations

from pathlib import Path

import click

from timeline.cli.options import examples, tone
from timeline.cli.progress import Bar
from timeline.cli.replay import events
from timeline.cli.session import Session


@click.command(
    epilog=examples(
        "timeline --db restored.db restore timeline-2025-11-21.db",
        "timeline --db postgresql:///timeline restore timeline-2025-11-21.jsonl.gz",
    )
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@tone
@click.pass_obj
def restore(session: Session, /, file: Path) -> None:
    """Restore a backup into a missing or empty store, checking every hash; all of it, or nothing."""
    with session.open() as timeline, Bar("restore", quiet=session.quiet) as progress:
        at = timeline.restore(file, progress)
        session.note(f"{timeline.store.name}: {events(at.position)} restored, hash {at.hash}")
