"""``timeline diff``: what changed in the world, what was learned, what one source told."""

from __future__ import annotations

from typing import Any

import click

from timeline import parameters
from timeline.cli.completers import complete_company
from timeline.cli.options import ROWS, asked_with, examples, lens, tone, written, zoned
from timeline.cli.output import write_document, write_rows, writing
from timeline.cli.session import Session

SHOWN = ("subject", "change", "before", "after", "events", "sources")


@click.command(
    epilog=examples(
        "timeline diff foxconn --on 2025-11-19..2025-11-21",
        "timeline diff foxconn --on 2025-04-15 --known 2025-11-21..2025-11-22",
        "timeline diff foxconn --source reuters-2025-11-22",
    )
)
@click.argument("company", shell_complete=complete_company)
@asked_with(*parameters.DIFF)
@lens(source=False)
@written(*ROWS)
@zoned
@tone
@click.pass_obj
def diff(session: Session, /, company: str, **asked: Any) -> None:
    """Show what differs for a company between two coordinates: item by item, and what told it.

    Give one of --on A..B (what changed in the world), --known A..B (what was learned about the same
    day) and --source (what this source told that no other did).
    """
    with session.open() as timeline, timeline.reading():
        answer = timeline.diff(company, **asked)
        if session.format == "json":
            write_document(session, answer)
        elif session.format == "table":
            from timeline.render.diff import diff_lines

            lines = diff_lines(
                answer,
                width=session.width or 80,
                color=session.colored,
                names=timeline.names_in(answer),
                verbose=session.verbose,
            )
            with writing(session) as stream:
                stream.writelines(f"{line}\n" for line in lines)
        else:
            from timeline.render.rows import answer_rows

            columns = ["subject", "kind", "change", "before", "after", "events", "sources"]
            if asked["group"]:
                columns.insert(0, "member")
            write_rows(session, answer_rows(answer), columns=columns, shown=SHOWN)
