"""``timeline why``: the chain of events and sources behind a state."""

from __future__ import annotations

from typing import Any

import click

from timeline.cli.completers import complete_target
from timeline.cli.options import ROWS, coordinate, examples, grouped, lens, tone, written, zoned
from timeline.cli.output import write_document, write_rows, writing
from timeline.cli.session import Session

SHOWN = ("subject", "counts", "occurred", "known", "type", "before", "after", "event", "cited")


@click.command(
    epilog=examples(
        "timeline why rumour:foxconn-nissan --on 2025-04-15",
        "timeline why alphabet --group --on 2025-11-21",
        "timeline why deal:foxconn-sharp-acquisition --format dot | dot -Tsvg -o chain.svg",
    )
)
@click.argument("target", metavar="SUBJECT|COMPANY", shell_complete=complete_target)
@coordinate
@grouped
@lens()
@written(*ROWS, "dot", "mermaid")
@zoned
@tone
@click.pass_obj
def why(session: Session, /, target: str, group: bool, **at: Any) -> None:
    """Show the events and sources behind a state: what each did to it, corrections included.

    Of a company, every item is explained; with --group those of every company that it controls too.
    """
    with session.open() as timeline, timeline.reading():
        answer: Any
        if ":" in target:
            if group:
                raise click.UsageError("--group is for a company: name one instead of a subject")
            answer = timeline.why(target, **at)
            answers = [answer]
        else:
            answer = timeline.why_company(target, group=group, **at)
            answers = answer.answers
        if session.format == "json":
            write_document(session, answer)
        elif session.format in ("table", "dot", "mermaid"):
            names = timeline.names_in(answer)
            if not answers:
                session.note(
                    f"Nothing had been reported about {names.get(target, target)} by this date."
                )
            with writing(session) as stream:
                stream.writelines(f"{line}\n" for line in _lines(session, answers, names))
        else:
            write_rows(session, _rows(answers), columns=_columns(), shown=SHOWN)


def _lines(session: Session, answers: Any, names: dict[str, str]) -> Any:
    if session.format == "table":
        from timeline.render.why import why_company_lines

        width = session.width or 80
        return why_company_lines(answers, width=width, color=session.colored, names=names)
    from timeline.render.chain import dot_lines, mermaid_lines

    return (dot_lines if session.format == "dot" else mermaid_lines)(answers, names)


def _columns() -> tuple[str, ...]:
    from timeline.answers.why import Link

    return "subject", *Link.__struct_fields__


def _rows(answers: Any) -> Any:
    from timeline.render.rows import answer_rows

    for answer in answers:
        for row in answer_rows(answer):
            yield {"subject": answer.subject, **row}
