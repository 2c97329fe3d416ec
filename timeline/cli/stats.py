"""``timeline stats``: counts and sizes."""

from __future__ import annotations

from pathlib import Path

import click

from timeline.cli.asking import write_answer
from timeline.cli.options import ROWS, examples, tone, written
from timeline.cli.session import Session
from timeline.questions.stats import Counted


@click.command(
    epilog=examples("timeline stats", "timeline stats --archive texts", "timeline stats --json")
)
@click.option(
    "--archive",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Count the quotes that the texts of their sources, which lie there, say.",
)
@written(*ROWS)
@tone
@click.pass_obj
def stats(session: Session, /, archive: Path | None) -> None:
    """Count the events, subjects and bytes of the store."""
    with session.open() as timeline:
        write_answer(session, timeline, Counted(archive=archive))
