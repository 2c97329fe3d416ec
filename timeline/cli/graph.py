"""``timeline graph``: who is tied to whom."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from timeline.cli.asking import made, options_of
from timeline.cli.drawing import drawn, file_name, format_of, write_picture, write_text
from timeline.cli.options import examples, tone, zoned
from timeline.cli.session import Session
from timeline.questions.network import Graph, Network

FORMATS = ("svg", "png", "html", "graphml", "dot", "mermaid", "json")


@click.command(
    epilog=examples(
        "timeline graph openai --then --as-of 2025-11-21 -o network.html",
        "timeline graph --on 2025-11-21 --format dot -o - | dot -Tsvg -o network.svg",
    )
)
@options_of(Graph)
@drawn(*FORMATS)
@zoned
@tone
@click.pass_obj
def graph(
    session: Session,
    /,
    output: Path | None,
    format_: str | None,
    fonts: Path | None,
    **asked: Any,
) -> None:
    """Draw who is tied to whom on a day: every company, or those around one.

    Companies stand where the ties of all days put them; in HTML the network plays through its days. With
    --then each day is as it was known by its own evening. GraphML, DOT and Mermaid hold the ties of the day
    asked for.
    """
    shown = made(Graph, asked)
    wanted = format_of(output, format_, FORMATS)
    name = file_name(shown.company or "", "network")
    with session.open() as timeline:
        if wanted in ("graphml", "dot", "mermaid"):
            taken = {each.name for each in Network.takes()}
            question = made(Network, {n: value for n, value in asked.items() if n in taken})
            answer = timeline.ask(question)
            write_text(session, _text(answer, wanted), wanted, output, name)
            return
        picture = timeline.ask(shown)
    write_picture(session, picture, wanted, output, name, fonts)


def _text(answer: Any, format_: str) -> str:
    from timeline.render.exchange.graphml import graphml_lines
    from timeline.render.graph.text import dot_lines, mermaid_lines

    write = {"graphml": graphml_lines, "dot": dot_lines, "mermaid": mermaid_lines}[format_]
    lines = write(answer)
    return "".join(f"{line}\n" for line in lines)
