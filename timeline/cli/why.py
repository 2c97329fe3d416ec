"""``timeline why``: the chain of events and sources behind a state."""

from __future__ import annotations

from typing import Any

import click

from timeline.cli.asking import made, options_of, write_answer
from timeline.cli.completers import complete_target
from timeline.cli.options import ROWS, examples, tone, written, zoned
from timeline.cli.session import Session
from timeline.questions.question import Question
from timeline.questions.why import Why, WhyCompany


@click.command(
    epilog=examples(
        "timeline why rumour:foxconn-nissan --on 2025-04-15",
        "timeline why alphabet --group --on 2025-11-21",
        "timeline why deal:foxconn-sharp-acquisition --format dot | dot -Tsvg -o chain.svg",
    )
)
@click.argument("target", metavar="SUBJECT|COMPANY", shell_complete=complete_target)
@options_of(WhyCompany, argument=False)
@written(*ROWS, *WhyCompany.about.formats)
@zoned
@tone
@click.pass_obj
def why(session: Session, /, target: str, group: bool, **asked: Any) -> None:
    """Show the events and sources behind a state: what each did to it, corrections included.

    Of a company, every item is explained; with --group those of every company that it controls too.
    """
    question: Question[Any]
    if ":" in target:
        if group:
            raise click.UsageError("--group is for a company: name one instead of a subject")
        question = made(Why, asked, subject=target)
    else:
        question = made(WhyCompany, asked, company=target, group=group)
    with session.open() as timeline, timeline.reading():
        write_answer(session, timeline, question)
