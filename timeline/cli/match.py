"""``timeline match`` and ``timeline judge``: companies that were registered twice."""

from __future__ import annotations

import click

from timeline.cli.completers import complete_company
from timeline.cli.options import ROWS, examples, tone, written
from timeline.cli.output import write_rows
from timeline.cli.session import Session


@click.command(epilog=examples("timeline match", "timeline match --format csv -o candidates.csv"))
@written(*ROWS)
@tone
@click.pass_obj
def match(session: Session, /) -> None:
    """List companies that are probably one, with the reasons, for you to decide.

    Pairs that were judged before are left out; timeline judge records a decision.
    """
    from msgspec.structs import asdict

    from timeline.answers.match import Match

    with session.open() as timeline:
        found = timeline.match()
    write_rows(session, map(asdict, found), columns=Match.__struct_fields__)
    if not found:
        session.note("no two companies look like one")


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
    from msgspec.structs import asdict

    from timeline.store.append import Outcome

    with session.open() as timeline:
        outcome = timeline.judge(company, other, same=judgement == "same", reason=reason)
    write_rows(session, [asdict(outcome)], columns=Outcome.__struct_fields__)
