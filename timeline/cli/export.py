"""``timeline export``: the log as lines of JSON."""

from __future__ import annotations

import click

from timeline.cli.options import examples, tone, written
from timeline.cli.output import writing
from timeline.cli.session import Session


@click.command(
    epilog=examples("timeline export -o log.jsonl", "timeline export --format cloudevents")
)
@written("jsonl", "cloudevents")
@tone
@click.pass_obj
def export(session: Session, /) -> None:
    """Write the whole log as lines of JSON, lossless, one event a line."""
    with session.open() as timeline, writing(session) as stream:
        lines = timeline.export(cloudevents=session.format == "cloudevents")
        stream.writelines(line.decode() for line in lines)
