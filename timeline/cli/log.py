"""``timeline log``: the events themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import click

from timeline.cli.asking import made, options_of, say_more
from timeline.cli.options import ROWS, examples, tone, written, zoned
from timeline.cli.output import write_rows, writing
from timeline.cli.session import Session
from timeline.questions.log import Follow, Log

if TYPE_CHECKING:
    from timeline.answers.model import LogEntry

SHOWN = ("entry", "occurred", "known", "type", "subject", "source")


@click.command(help=Log.__doc__, epilog=examples(*Log.about.examples))
@options_of(Log)
@click.option(
    "--follow",
    "-f",
    is_flag=True,
    help="Go on with every event that is appended, as JSONL, until interrupted.",
)
@written(*ROWS)
@zoned
@tone
@click.pass_obj
def log(session: Session, /, follow: bool, **asked: Any) -> None:
    """List the events, or follow them."""
    if follow:
        _follow(session, asked)
        return
    question = made(Log, asked)
    with session.open() as timeline:
        if question.limit is None:  # in constant memory
            entries = timeline.ask(question)
        else:
            entries, onward = timeline.reader.page(question)
            say_more(session, onward)
        people = session.format in ("table", "md")
        rows = _for_people(entries) if people else question.rows(entries)
        count = write_rows(
            session,
            rows,
            columns=question.columns(entries),
            shown=(*SHOWN, "id") if session.verbose else SHOWN,
        )
    if not count:
        session.note("no event is like that")


def _follow(session: Session, asked: dict[str, Any]) -> None:
    """Write each event as a line as soon as it is there."""
    taken = {each.name for each in fields(Follow)}
    for each in Log.takes():
        if each.name not in taken and asked.pop(each.name) != each.initial:
            raise click.UsageError(f"--follow has no end: leave --{each.called} out")
    if session.format not in ("table", "jsonl") or session.output is not None:
        raise click.UsageError("--follow writes JSONL to standard output")
    session.format = "jsonl"
    from timeline.render.rows import render_rows

    with session.open() as timeline, writing(session) as stream:
        try:
            for row in _rows(timeline.follow(**asked)):
                render_rows([row], "jsonl", out=stream)
                stream.flush()
        except KeyboardInterrupt:  # the way to end it
            return


def _rows(entries: Iterator[LogEntry]) -> Iterator[dict[str, Any]]:
    from msgspec.structs import asdict

    return map(asdict, entries)


def _for_people(entries: Iterator[LogEntry]) -> Iterator[dict[str, Any]]:
    """The rows with days and types as people write them."""
    from timeline.render.spoken import spoken
    from timeline.render.terms import level_words

    for row in spoken(_rows(entries), {}):
        said = f"{row['type']}{level_words(row['fact_level'])}"
        yield row | {"entry": row["position"], "type": said}
