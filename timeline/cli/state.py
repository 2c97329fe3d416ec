"""``timeline state``: the state of companies at a coordinate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from timeline.cli.completers import complete_company
from timeline.cli.lens import grouped, lens
from timeline.cli.names import names_in
from timeline.cli.options import ROWS, coordinate, examples, filtered, tone, written, zoned
from timeline.cli.output import write_document, write_rows, writing
from timeline.cli.session import Session

if TYPE_CHECKING:
    from timeline.answers.model import StateAnswer
    from timeline.app import Timeline


@click.command(
    epilog=examples(
        "timeline state foxconn --on 2025-11-21",
        "timeline state foxconn --as-of 2025-11-20 --format json",
        "timeline state alphabet --group --on 2025-11-21",
    )
)
@click.argument("company", required=False, shell_complete=complete_company)
@grouped
@coordinate
@filtered
@lens()
@written(*ROWS)
@zoned
@tone
@click.pass_obj
def state(
    session: Session,
    /,
    company: str | None,
    group: bool,
    certainty: Any,
    open_only: bool,
    **at: Any,
) -> None:
    """Show the state of a company, by any of its names, or of every company."""
    if group and company is None:
        raise click.UsageError("--group is for one company: name it")
    with session.open() as timeline, timeline.reading():
        answer = timeline.state(
            company, group=group, certainty=certainty, open_only=open_only, **at
        )
        since: dict[str, Any] = {}
        if company is not None and not answer.companies[0].items:
            filters = [
                *([f"--certainty {certainty}"] if certainty else []),
                *["--open"] * open_only,
            ]
            left_out = 0
            if filters:
                every = timeline.state(company, group=group, **at)
                left_out = len(every.companies[0].items)
            if left_out:
                session.note(_left_out(answer, left_out, filters))
                if session.format == "table":
                    return
            else:
                since = _since(session, timeline, company, at)
                if session.format != "table":
                    session.note(_nothing(answer, since))
        _write(session, timeline, answer, since, group=group)


def _write(
    session: Session, timeline: Timeline, answer: StateAnswer, since: dict[str, Any], *, group: bool
) -> None:
    if session.format == "json":
        write_document(session, answer)
    elif session.format == "table":
        from timeline.render.state import state_lines

        lines = state_lines(
            answer,
            width=session.width or 80,
            color=session.colored,
            names=names_in(timeline, answer),
            sources=timeline.source_titles(_sources(answer)) if session.verbose else None,
            verbose=session.verbose,
            **since,
        )
        with writing(session) as stream:
            stream.writelines(f"{line}\n" for line in lines)
    else:
        from timeline.answers.model import CompanyItem
        from timeline.render.rows import STATE_COLUMNS, state_rows

        fields = [n for n in CompanyItem.__struct_fields__ if n != "member" or group]
        rows = state_rows(answer)
        write_rows(session, rows, columns=["company", *fields], shown=STATE_COLUMNS)


def _sources(answer: StateAnswer) -> set[str]:
    return {s for company in answer.companies for item in company.items for s in item.sources}


def _since(
    session: Session, timeline: Timeline, company: str, at: dict[str, Any]
) -> dict[str, str]:
    """From when on there is something, in days."""
    from timeline.answers.first import day_of

    found = timeline.first(company, **at)
    since = {} if found.day is None else {"first_day": found.day}
    if found.known is not None:
        since["first_known"] = day_of(found.known, session.timezone)
    return since


def _nothing(answer: StateAnswer, since: dict[str, Any]) -> str:
    said = [f"nothing of {answer.companies[0].name} is known at this coordinate"]
    if "first_known" in since:
        said.append(f"something of this day is known from {since['first_known']} on")
    if "first_day" in since:
        said.append(f"the first day of which anything is known is {since['first_day']}")
    return "; ".join(said)


def _left_out(answer: StateAnswer, count: int, filters: list[str]) -> str:
    items = "the only item" if count == 1 else f"all {count:,} items"
    return f"{items} of {answer.companies[0].name} left out by {' and '.join(filters)}"
