"""``timeline sources``: where the news comes from."""

from __future__ import annotations

from typing import Any

import click

from timeline.cli.asking import made, options_of
from timeline.cli.options import ROWS, examples, tone, written
from timeline.cli.output import write_document, write_rows
from timeline.cli.session import Session
from timeline.questions.sources import Sources


@click.command(help=Sources.__doc__, epilog=examples(*Sources.about.examples))
@options_of(Sources)
@written(*ROWS)
@tone
@click.pass_obj
def sources(session: Session, /, **asked: Any) -> None:
    """List the sources, cited as often as they are."""
    question = made(Sources, asked, cited=True)
    with session.open() as timeline:
        answer = timeline.ask(question)
    if session.format == "json":
        write_document(session, answer)
        return
    rows = question.rows(answer)
    if session.format in ("table", "md"):
        from timeline.render.spoken import spoken

        rows = spoken(rows, {})
    write_rows(session, rows, columns=question.columns(answer), shown=question.shown(answer))
    if not answer.sources:
        session.note("no source is registered")
