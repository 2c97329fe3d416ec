"""``timeline find``: companies by any name, items, events and sources by their words."""

from __future__ import annotations

from typing import Any

import click

from timeline.cli.asking import made, options_of
from timeline.cli.options import ROWS, examples, tone, written
from timeline.cli.output import write_rows
from timeline.cli.session import Session
from timeline.errors import NothingFound
from timeline.questions.find import Find


@click.command(help=Find.__doc__, epilog=examples(*Find.about.examples))
@click.argument("text", nargs=-1, required=True)
@options_of(Find, argument=False)
@written(*ROWS)
@tone
@click.pass_obj
def find(session: Session, /, text: tuple[str, ...], **asked: Any) -> None:
    """Find what the words of the argument name."""
    question = made(Find, asked, text=" ".join(text))
    with session.open() as timeline:
        found = timeline.ask(question)
    if not found:
        raise NothingFound(question.text)
    write_rows(session, question.rows(found), columns=question.columns(found))
