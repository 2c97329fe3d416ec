"""``timeline report``: the reports that there are, and what one of them finds."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from timeline.cli.asking import made, options_of
from timeline.cli.options import FILES, ROWS, Decorator, examples, tone, written, zoned
from timeline.cli.output import write_rows, writing
from timeline.cli.session import Session
from timeline.cli.sql import Cut, write_limited
from timeline.language import tr
from timeline.language import written as number
from timeline.questions.report import RunReport

if TYPE_CHECKING:
    from timeline.answers.query import Rows
    from timeline.app import Timeline


def _folders(
    ctx: click.Context, param: click.Parameter, given: tuple[Path, ...]
) -> tuple[Path, ...]:
    more = os.environ.get("TIMELINE_REPORTS", "")
    return (*given, *(Path(folder) for folder in more.split(os.pathsep) if folder))


folders: Final[Decorator] = click.option(
    "--reports", metavar="DIR", multiple=True, callback=_folders,
    type=click.Path(path_type=Path, file_okay=False),
    help="A folder with reports of your own; also TIMELINE_REPORTS.",
)  # fmt: skip
"""``--reports``: where else reports are."""


@click.command(
    epilog=examples(
        "timeline report",
        "timeline report portfolio --on 2025-11-21 --param company=foxconn",
    )
)
@click.argument("name", required=False)
@options_of(RunReport, argument=False)
@folders
@written(*ROWS, *FILES)
@zoned
@tone
@click.pass_obj
def report(
    session: Session,
    /,
    name: str | None,
    reports: tuple[Path, ...],
    limit: int | None,
    **asked: Any,
) -> None:
    """List the reports, or run one: a query in a file, with a title and parameters."""
    if name is None:
        from timeline.answers.report import read_reports

        there = read_reports(reports).values()
        if session.format in ("json", "jsonl"):
            from msgspec.structs import asdict

            write_rows(session, (asdict(each.row) for each in there), columns=())
            return
        rows = [
            {
                "report": each.name,
                "title": each.title,
                "parameters": ", ".join(
                    p.name if p.default is None else f"{p.name}={p.default}" for p in each.params
                ),
                "description": each.description,
                "path": each.path,
            }
            for each in there
        ]
        write_rows(session, rows, columns=tuple(rows[0]), shown=("report", "parameters", "title"))
        return
    most = None if limit is None else limit + 1
    question = made(RunReport, asked, name=name, reports=reports, limit=most)
    with session.open() as timeline, timeline.ask(question) as found:
        if session.format in ("table", "md"):
            _write_spoken(session, timeline, found, limit, asked)
        else:
            write_limited(session, found, limit)


def _write_spoken(
    session: Session, timeline: Timeline, found: Rows, limit: int | None, asked: Mapping[str, Any]
) -> None:
    """Write the rows for people: with names, and days as people write them."""
    from timeline.render.coordinate import coordinate_words
    from timeline.render.rows import render_rows
    from timeline.render.spoken import companies_in, heading, spoken
    from timeline.render.text import capital

    cut = Cut(found, limit)
    rows = list(cut)
    at = {name: asked.get(name) for name in ("on", "known")}
    names = timeline.names(companies_in(rows), **at)
    said = ({heading(name): v for name, v in row.items()} for row in spoken(rows, names))
    with writing(session) as stream:
        if found.at is not None:
            stream.write(f"{capital(coordinate_words(found.at))}\n\n")
        render_rows(
            said,
            "md" if session.format == "md" else "table",
            out=stream,
            columns=[*map(heading, found.columns)],
            width=session.width,
            color=session.colored,
        )
        if found.at is not None:
            ended = tr("The record ended at entry {entry}.", entry=number(found.at.position))
            stream.write(f"\n{ended}\n")
    if cut.more:
        session.note(f"there are more than {limit} rows")
