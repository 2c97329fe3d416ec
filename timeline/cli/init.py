"""``timeline init``: create or upgrade a store."""

from __future__ import annotations

import click

from timeline.cli.options import examples, tone
from timeline.cli.session import Session


@click.command(epilog=examples("timeline init", "timeline --db stories.db init"))
@tone
@click.pass_obj
def init(session: Session, /) -> None:
    """Create the store, or upgrade it to the schema of this program."""
    with session.open() as timeline:
        before, after = timeline.init()
        done = "created" if before is None else f"upgraded from {before}"
        if before == after:
            done = "nothing to do"
        session.note(f"{timeline.store.name}: schema {after}, {done}")
