"""``timeline state``: of a company, or of every company, which a person asks for by an option."""

from __future__ import annotations

from typing import Any

import click

from timeline.cli.asking import made, options_of, write_answer
from timeline.cli.options import ROWS, examples, tone, written, zoned
from timeline.cli.session import Session
from timeline.questions.state import State


@click.command(help=State.__doc__, epilog=examples(*State.about.examples))
@options_of(State)
@click.option(
    "--all",
    "every",
    is_flag=True,
    help="Every company, a page at a time; needed on a terminal where no company is named.",
)
@written(*ROWS, *State.about.formats)
@zoned
@tone
@click.pass_obj
def state(session: Session, /, every: bool, **values: Any) -> None:
    """Ask, and write the answer."""
    asked = made(State, values)
    if every and asked.company is not None:
        raise click.UsageError("--all is every company: leave it out, or the name")
    if asked.company is None and not every and session.to_terminal:
        raise click.UsageError(
            "name a company (timeline find knows them by any name), or give --all for every one"
        )
    with session.open() as timeline, timeline.reading():
        write_answer(session, timeline, asked, paged=asked.company is None)
