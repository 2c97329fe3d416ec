"""``timeline state``: the state of companies at a coordinate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import click

from timeline.cli.completers import complete_company
from timeline.cli.options import (
    ROWS,
    coordinate,
    examples,
    filtered,
    grouped,
    lens,
    tone,
    written,
    zoned,
)
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
@click.option("--all", "every", is_flag=True, help="Every company, a page at a time on a terminal.")
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
    every: bool,
    group: bool,
    certainty: Any,
    open_only: bool,
    **at: Any,
) -> None:
    """Show the state of a company, by any of its names, or of every company with --all."""
    if group and company is None:
        raise click.UsageError("--group is for one company: name it")
    if every == (company is not None):
        raise click.UsageError(
            "--all is every company: leave it out, or the name"
            if every
            else "name a company (timeline find knows them by any name), or give --all for every one"
        )
    with session.open() as timeline, timeline.reading():
        answer = timeline.state(
            company, group=group, certainty=certainty, open_only=open_only, **at
        )
        said, since = "", {}
        if company is not None and not answer.companies[0].items:
            said = _left_out(timeline, answer, company, group, certainty, open_only, at)
            since = {} if said else _since(session, timeline, company, at)
        if session.format == "table":
            write_state(session, timeline, answer, said, since, at)
            return
        if company is not None and not answer.companies[0].items:
            from timeline.render.state import nothing_words

            session.note(said or nothing_words(answer.companies[0].name, **since))
        if session.format == "json":
            write_document(session, answer)
        else:
            _write_rows(session, answer, group=group)


def write_state(
    session: Session,
    timeline: Timeline,
    answer: StateAnswer,
    said: str = "",
    since: Mapping[str, Any] | None = None,
    at: Mapping[str, Any] | None = None,
) -> None:
    """Write a state for people.

    ``said`` is why nothing is shown, ``since`` from when on there is something, ``at`` the coordinate as
    it was asked.
    """
    from timeline.render.state import state_lines

    items = [item for company in answer.companies for item in company.items]
    lines: Iterable[str] = state_lines(
        answer,
        width=session.width or 80,
        color=session.colored,
        names=timeline.names_in(answer),
        told=timeline.told(items, **(at or {})),
        sources=timeline.source_titles(_sources(answer)) if session.verbose else None,
        verbose=session.verbose,
        **(since or {}),
    )
    if said:  # there is something, so only the header is right
        lines = [*takewhile(str, lines), "", said]
    written = (f"{line}\n" for line in lines)
    if session.to_terminal and len(answer.companies) > 1:
        click.echo_via_pager(written, color=session.colored)
        return
    with writing(session) as stream:
        stream.writelines(written)


def _write_rows(session: Session, answer: StateAnswer, *, group: bool) -> None:
    from timeline.render.rows import STATE_COLUMNS, item_columns, state_rows

    items = (item for company in answer.companies for item in company.items)
    fields = item_columns(items, group=group)
    write_rows(session, state_rows(answer), columns=["company", *fields], shown=STATE_COLUMNS)


def _sources(answer: StateAnswer) -> set[str]:
    return {s for company in answer.companies for item in company.items for s in item.sources}


def _since(
    session: Session, timeline: Timeline, company: str, at: dict[str, Any]
) -> dict[str, str]:
    """From when on there is something, in days."""
    from timeline.answers.first import day_of

    found = timeline.first(company, **at)
    if found.day is None and at["recorded"] is not None:
        found = timeline.first(company, **at | {"recorded": None})
        if found.day is not None:
            session.note("Our record had nothing about it by then; it has now.")
    since = {} if found.day is None else {"first_day": found.day}
    if found.known is not None:
        since["first_known"] = day_of(found.known, session.timezone)
    return since


def _left_out(
    timeline: Timeline,
    answer: StateAnswer,
    company: str,
    group: bool,
    certainty: str | None,
    open_only: bool,
    at: dict[str, Any],
) -> str:
    """That the filters leave out everything there is; empty where there is nothing."""
    filters = [f"--certainty {certainty}"] if certainty else []
    filters += ["--open"] if open_only else []
    every = timeline.state(company, group=group, **at) if filters else answer
    count = len(every.companies[0].items)
    if not count:
        return ""
    items = "The only item" if count == 1 else f"All {count:,} items"
    verb = "is" if count == 1 else "are"
    return f"{items} about {answer.companies[0].name} {verb} left out by {' and '.join(filters)}."
