"""``timeline state``: the state of companies at a coordinate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TextIO

import click

from timeline.cli.options import ROWS, coordinate, examples, filtered, tone, written, zoned
from timeline.cli.output import writing
from timeline.cli.session import Session

if TYPE_CHECKING:
    from timeline.answers.model import StateAnswer
    from timeline.app import Timeline


@click.command(
    epilog=examples(
        "timeline state foxconn --on 2025-11-21",
        "timeline state foxconn --as-of 2025-11-20 --format json",
    )
)
@click.argument("company", required=False)
@coordinate
@filtered
@written(*ROWS)
@zoned
@tone
@click.pass_obj
def state(session: Session, company: str | None, **asked: Any) -> None:
    """Show the state of a company, by any of its names, or of every company."""
    with session.open() as timeline:
        answer = timeline.state(company, **asked)
        with writing(session) as stream:
            _write(session, timeline, answer, stream)


def _write(session: Session, timeline: Timeline, answer: StateAnswer, stream: TextIO) -> None:
    if session.format == "table":
        from timeline.render.state import state_lines

        for line in state_lines(
            answer,
            width=session.width or 80,
            color=session.colored,
            names=timeline.names(),
            verbose=session.verbose,
        ):
            stream.write(line + "\n")
    elif session.format == "json":
        from timeline.render.json import encode_json

        stream.write(encode_json(answer).decode())
    else:
        from timeline.render.rows import STATE_COLUMNS, render_rows, state_rows

        columns = STATE_COLUMNS if session.format == "md" else None
        render_rows(state_rows(answer), session.format, out=stream, columns=columns)
