"""``timeline check``: replay files in memory, and ask what they expect."""

from __future__ import annotations

import sys

import click

from timeline.cli.options import examples, tone
from timeline.cli.replay import events, expectations
from timeline.cli.session import Session


@click.command(
    epilog=examples("timeline check fixtures/foxconn-openai.yaml", "timeline check fixtures")
)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=click.Path())
@tone
@click.pass_obj
def check(session: Session, /, paths: tuple[str, ...]) -> None:
    """Replay files in memory and ask what they expect; no store is touched."""
    from timeline.loading import check_files

    done = check_files(paths, stdin=sys.stdin.buffer)
    session.warn(done.warnings)
    files = f"{done.files:,} file{'' if done.files == 1 else 's'}"
    session.note(f"{events(done.stored)} in {files}; {expectations(done.expectations)}")
