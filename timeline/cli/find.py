"""``timeline find``: companies by any name, items, events and sources by their words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
    rows: Iterable[Mapping[str, Any]] = question.rows(found)
    if session.format in ("table", "md"):
        from timeline.render.fields import type_words

        rows = (
            {**row, "name": type_words(row["name"])} if row["what"] == "event" else row
            for row in rows
        )
    write_rows(session, rows, columns=question.columns(found))
