"""``timeline graph``: who is tied to whom."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from timeline.cli.completers import complete_company
from timeline.cli.drawing import drawn, file_name, format_of, write_picture, write_text
from timeline.cli.options import coordinate, examples, lens, network, tone, zoned
from timeline.cli.session import Session

FORMATS = ("svg", "png", "html", "graphml", "dot", "mermaid", "json")


@click.command(
    epilog=examples(
        "timeline graph openai --then --as-of 2025-11-21 -o network.html",
        "timeline graph --on 2025-11-21 --format dot -o - | dot -Tsvg -o network.svg",
    )
)
@click.argument("company", required=False, shell_complete=complete_company)
@click.option(
    "--depth",
    type=click.IntRange(min=1),
    metavar="N",
    help="Companies at most so many ties away; default: 1.",
)
@network
@coordinate
@lens()
@drawn(*FORMATS)
@zoned
@tone
@click.pass_obj
def graph(
    session: Session,
    /,
    company: str | None,
    depth: int | None,
    then: bool,
    kinds: tuple[str, ...],
    over: bool,
    matrix: bool,
    output: Path | None,
    format_: str | None,
    theme: Any,
    width: int | None,
    fonts: Path | None,
    **at: Any,
) -> None:
    """Draw who is tied to whom on a day: every company, or those around one.

    Companies stand where the ties of all days put them; in HTML the network plays through its days. With
    --then each day is as it was known by its own evening. GraphML, DOT and Mermaid hold the ties of the day
    asked for.
    """
    if depth is not None and company is None:
        raise click.UsageError("--depth counts from a company: name it")
    wanted = format_of(output, format_, FORMATS)
    name = file_name(company or "", "network")
    with session.open() as timeline:
        if wanted in ("graphml", "dot", "mermaid"):
            answer = timeline.network(company, depth=depth, then=then, **at)
            write_text(session, _text(answer, wanted), wanted, output, name)
            return
        picture = timeline.graph(
            company, depth=depth, then=then, kinds=kinds, over=over, matrix=matrix, theme=theme,
            width=width, **at,
        )  # fmt: skip
    write_picture(session, picture, wanted, output, name, fonts)


def _text(answer: Any, format_: str) -> str:
    from timeline.render.exchange.graphml import graphml_lines
    from timeline.render.graph.text import dot_lines, mermaid_lines

    write = {"graphml": graphml_lines, "dot": dot_lines, "mermaid": mermaid_lines}[format_]
    lines = write(answer)
    return "".join(f"{line}\n" for line in lines)
