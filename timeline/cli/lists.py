"""``timeline deals``, ``rumours`` … and ``companies``: what there is at a coordinate; ``sources``."""

from __future__ import annotations

from typing import Any, Final

import click

from timeline import parameters
from timeline.cli.options import (
    ROWS,
    asked_with,
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
from timeline.model.kinds import KINDS
from timeline.model.kinds.event import Kind


def _list(described: Kind) -> click.Command:
    """The command that lists the items of one kind of subject."""
    kind = described.name
    lines = [f"timeline {described.plural} {options}" for options in described.examples]

    @click.command(described.plural, help=f"List {described.summary}", epilog=examples(*lines))
    @asked_with(parameters.STATUS, parameters.KIND, parameters.COMPANY)
    @grouped
    @filtered
    @coordinate
    @lens()
    @written(*ROWS)
    @zoned
    @tone
    @click.pass_obj
    def command(session: Session, /, **asked: Any) -> None:
        if asked["group"] and asked["company"] is None:
            raise click.UsageError("--group needs --company: the one that controls the others")
        from timeline.render.kinds import parse_kind
        from timeline.render.status import parse_status

        asked["status"] = [each for text in asked["status"] for each in parse_status(kind, text)]
        asked["item_kind"] = [parse_kind(kind, each) for each in asked["item_kind"]]
        with session.open() as timeline, timeline.reading():
            answer = timeline.items(kind, **asked)
            if session.format == "json":
                write_document(session, answer)
            elif session.format == "table":
                from timeline.render.lists import list_lines

                lines = list_lines(
                    answer,
                    width=session.width or 80,
                    color=session.colored,
                    names=timeline.names_in(answer),
                )
                with writing(session) as stream:
                    stream.writelines(f"{line}\n" for line in lines)
            else:
                from timeline.render.lists import LIST_COLUMNS
                from timeline.render.rows import answer_rows, item_columns

                columns = item_columns(answer.items, group=False)
                write_rows(session, answer_rows(answer), columns=columns, shown=LIST_COLUMNS)
            if not answer.items and session.format != "table":
                session.note(f"No {described.plural} like that had been reported by this date.")

    return command


SHOWN_OF_SOURCES: Final = (
    "source",
    "publisher",
    "kind",
    "published",
    "title",
    "events",
    "subjects",
)
"""The columns that a person can read side by side."""

for _kind in KINDS.values():
    if _kind.groups:
        globals()[_kind.plural] = _list(_kind)


@click.command(
    epilog=examples("timeline companies --on 2025-11-21", "timeline companies --format csv")
)
@coordinate
@lens()
@written(*ROWS)
@zoned
@tone
@click.pass_obj
def companies(session: Session, /, **asked: Any) -> None:
    """List the companies at a coordinate, with the number of their items."""
    with session.open() as timeline:
        answer = timeline.companies(**asked)
    if session.format == "json":
        write_document(session, answer)
    elif session.format == "table":
        from timeline.render.lists import companies_lines

        lines = companies_lines(answer, width=session.width or 80, color=session.colored)
        with writing(session) as stream:
            stream.writelines(f"{line}\n" for line in lines)
    else:
        from timeline.answers.lists import CompanyRow
        from timeline.render.rows import answer_rows

        write_rows(session, answer_rows(answer), columns=CompanyRow.__struct_fields__)


@click.command(epilog=examples("timeline sources", "timeline sources --format csv -o sources.csv"))
@click.option(
    "--recorded",
    metavar="INSTANT|POSITION",
    help="Only what our log held by then; default: everything.",
)
@written(*ROWS)
@tone
@click.pass_obj
def sources(session: Session, /, recorded: str | None) -> None:
    """List the sources, with how many events and subjects rest on each.

    Counted are the events that count; what was retracted or erased does not. timeline log --source
    lists the events of one source.
    """
    from timeline.answers.sources import CITED_COLUMNS
    from timeline.render.rows import answer_rows

    with session.open() as timeline:
        answer = timeline.sources(recorded=recorded, cited=True)
    if session.format == "json":
        write_document(session, answer)
        return
    rows = answer_rows(answer)
    if session.format in ("table", "md"):
        from timeline.render.spoken import spoken

        rows = spoken(rows, {})
    write_rows(session, rows, columns=CITED_COLUMNS, shown=SHOWN_OF_SOURCES)
    if not answer.sources:
        session.note("no source is registered")
