"""``timeline check``: replay files in memory, and ask what they expect."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from timeline.cli.options import coordinate, examples, tone, zoned
from timeline.cli.replay import events, expectations
from timeline.cli.session import Session
from timeline.cli.state import write_state


@click.command(
    epilog=examples(
        "timeline check fixtures/foxconn-openai.yaml",
        "timeline check fixtures --state foxconn --as-of 2025-11-21",
        "timeline check stories --archive texts",
    )
)
@click.argument("paths", nargs=-1, metavar="PATH...", type=click.Path())
@click.option(
    "--state",
    "company",
    is_flag=False,
    flag_value="",
    metavar="[COMPANY]",
    help="Print the state that follows, of a company or of all.",
)
@click.option(
    "--archive",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Look quotes up in the texts of their sources, which lie there.",
)
@coordinate
@zoned
@tone
@click.pass_obj
def check(
    session: Session,
    /,
    paths: tuple[str, ...],
    company: str | None,
    archive: Path | None,
    **at: Any,
) -> None:
    """Replay files in memory and ask what they expect; no store is touched."""
    from timeline.app import Timeline
    from timeline.cli.contradictions import check_contradictions
    from timeline.loading import checked, drafts_of

    if company and not paths and Path(company).exists():
        company, paths = "", (company,)  # --state is of all companies, and this is the file
    if not paths:
        raise click.UsageError("name the files to check")
    if company is None and any(at.values()):
        raise click.UsageError("a coordinate is for --state: expectations have their own")
    with checked(paths, archive=archive, stdin=sys.stdin.buffer) as found:
        session.warn(found.done.warnings)
        timeline = Timeline(found.store, session.timezone)
        session.warn(check_contradictions(timeline, lambda: drafts_of(paths)))
        if company is not None:
            write_state(session, timeline, timeline.state(company or None, **at), at=at)
        if found.failed is not None:
            raise found.failed
        done = found.done
    files = f"{done.files:,} file{'' if done.files == 1 else 's'}"
    session.note(f"{events(done.stored)} in {files}; {expectations(done.expectations)}")
