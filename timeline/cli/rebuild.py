"""``timeline rebuild``: write the stored history anew from the log."""

from __future__ import annotations

import click

from timeline.cli.options import examples, tone
from timeline.cli.progress import Bar
from timeline.cli.session import Session


@click.command(epilog=examples("timeline rebuild", "timeline rebuild && timeline verify"))
@tone
@click.pass_obj
def rebuild(session: Session, /) -> None:
    """Write the stored history anew from the log; readers go on with the old one until it is done."""
    bar = Bar("rebuild", unit="subjects", quiet=session.quiet)
    with session.open() as timeline, bar as progress:
        count = timeline.rebuild(progress=progress)
    session.note(f"the history of {count:,} subject{'' if count == 1 else 's'} is written anew")
