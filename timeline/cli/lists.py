"""``timeline deals``, ``rumours`` … and ``companies``: what there is at a coordinate."""

from __future__ import annotations

from typing import Any

import click

from timeline.cli.completers import complete_company
from timeline.cli.lens import grouped, lens
from timeline.cli.options import ROWS, coordinate, examples, filtered, tone, written, zoned
from timeline.cli.output import write_document, write_rows, writing
from timeline.cli.session import Session


def _list(kind: str, sentence: str, *lines: str) -> click.Command:
    """The command that lists the items of one kind of subject."""

    @click.command(kind + "s", help=sentence, epilog=examples(*lines))
    @click.option(
        "--status",
        multiple=True,
        help="Only with this status, or of this group: pending, live, claimed, done, over, denied, noted; "
        "may be repeated.",
    )
    @click.option("--kind", "item_kind", multiple=True, help="Only of this kind; may be repeated.")
    @click.option(
        "--company",
        shell_complete=complete_company,
        help="Only those of which this company is a party, by any of its names.",
    )
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
                session.note(f"there are no {kind}s like that at this coordinate")

    return command


deals = _list(
    "deal",
    "List the agreements between companies at a coordinate.",
    "timeline deals --company openai --on 2025-11-21",
    "timeline deals --kind joint_venture --open --format csv",
)
rumours = _list(
    "rumour",
    "List the claims that nobody has confirmed, at a coordinate.",
    "timeline rumours --open --as-of 2025-01-31",
    "timeline rumours --status denied --status partly_denied",
)
commitments = _list(
    "commitment",
    "List what companies say they will do, at a coordinate, and what it adds up to.",
    "timeline commitments --on 2025-11-21",
    "timeline commitments --company foxconn --format json",
)
relationships = _list(
    "relationship",
    "List what stands between two companies, at a coordinate.",
    "timeline relationships --kind parent_of",
    "timeline relationships --company alphabet --group --on 2026-02-25",
)
proceedings = _list(
    "proceeding",
    "List the reviews, cases and inquiries before authorities and courts, at a coordinate.",
    "timeline proceedings --status pending --as-of 2025-01-31",
    "timeline proceedings --kind merger_review --company foxconn",
)
rights = _list(
    "right",
    "List the options that one company gave another, at a coordinate.",
    "timeline rights --company openai",
    "timeline rights --kind purchase_option --open",
)
facts = _list(
    "fact",
    "List what is said of companies, at a coordinate.",
    "timeline facts --company foxconn --on 2025-11-21",
    "timeline facts --kind results --fact-level fact",
)


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
