"""``timeline check``: replay files in memory, and ask what they expect."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from timeline.cli.asking import write_answer
from timeline.cli.options import coordinate, examples, tone, zoned
from timeline.cli.replay import events, expectations
from timeline.cli.session import Session
from timeline.questions.state import State

if TYPE_CHECKING:
    from timeline.store.store import Store


@click.command(
    epilog=examples(
        "timeline check fixtures/foxconn-openai.yaml",
        "timeline check fixtures --state foxconn --as-of 2025-11-21",
        "timeline check stories --archive texts",
        "timeline check fixtures/foxconn-sharp.yaml --suggest",
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
    "--suggest",
    is_flag=True,
    help="Print events that usually follow and are missing, as YAML to paste.",
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
    suggest: bool,
    **at: Any,
) -> None:
    """Replay files in memory and ask what they expect; no store is touched."""
    from timeline.app import Timeline
    from timeline.loading import checked

    if company and not paths and Path(company).exists():
        company, paths = "", (company,)  # --state is of all companies, and this is the file
    if not paths:
        raise click.UsageError("name the files to check")
    if company is None and any(at.values()):
        raise click.UsageError("a coordinate is for --state: expectations have their own")
    with checked(paths, archive=archive, stdin=sys.stdin.buffer) as found:
        session.warn(found.done.warnings)
        timeline = Timeline(found.store, session.timezone)
        if company is not None:
            write_answer(session, timeline, State(company or None, **at))
        if suggest:
            _suggest(session, found.store)
        if found.failed is not None:
            raise found.failed
        done = found.done
    files = f"{done.files:,} file{'' if done.files == 1 else 's'}"
    session.note(f"{events(done.stored)} in {files}; {expectations(done.expectations)}")


def _suggest(session: Session, store: Store) -> None:
    """Print what usually follows from what is there and is missing."""
    from timeline.render.template import suggested
    from timeline.review import suggestions

    with store.reading() as connection:
        found = suggestions(connection)
    if found:
        click.echo(suggested((each.reason, each.event) for each in found), nl=False)
    else:
        session.note("nothing that usually follows is missing")
