"""``timeline judge``: companies that were registered twice."""

from __future__ import annotations

import click

from timeline.cli.completers import complete_company
from timeline.cli.options import ROWS, examples, tone, written
from timeline.cli.output import write_outcomes
from timeline.cli.session import Session


@click.command(
    epilog=examples(
        'timeline judge foxconn hon-hai same --reason "the same LEI"',
        "timeline judge delta-air delta-electronics different",
    )
)
@click.argument("company", shell_complete=complete_company)
@click.argument("other", shell_complete=complete_company)
@click.argument("judgement", type=click.Choice(["same", "different"]))
@click.option("--reason", help="Why: who reads the log later will want to know.")
@written(*ROWS)
@tone
@click.pass_obj
def judge(
    session: Session, /, company: str, other: str, judgement: str, reason: str | None
) -> None:
    """Record that two companies are the same, or are different ones.

    Every answer then shows the same company under the id registered first. To undo it, retract the event
    whose id this prints, or judge again: the later judgement wins.
    """
    with session.open() as timeline:
        outcome = timeline.judge(company, other, same=judgement == "same", reason=reason)
    write_outcomes(session, [outcome])
