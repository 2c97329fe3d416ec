"""``timeline plot``: a picture of a company's story, or of one subject on both axes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from timeline.cli.asking import made, options_of
from timeline.cli.drawing import drawn, file_name, format_of, write_picture
from timeline.cli.options import examples, tone, zoned
from timeline.cli.session import Session
from timeline.questions.course import Plot
from timeline.questions.network import Graph
from timeline.questions.question import Question

FORMATS = ("svg", "png", "html", "json")


@click.command(
    epilog=examples(
        "timeline plot foxconn --on 2025-11-21 -o foxconn.html",
        "timeline plot rumour:foxconn-nissan --on 2025-04-15 --known 2025-11-20 -o rumour.png",
    )
)
@options_of(Plot)
@drawn(*FORMATS)
@zoned
@tone
@click.pass_obj
def plot(
    session: Session,
    /,
    output: Path | None,
    format_: str | None,
    theme: Any,
    width: int | None,
    fonts: Path | None,
    **asked: Any,
) -> None:
    """Draw a company's story, one subject as it was believed, or a day then and now.

    A picture has its data beside it as JSON. HTML is one file that opens without a network, with the
    evidence of everything it shows.
    """
    wanted = format_of(output, format_, FORMATS)
    plotted = made(Plot, asked, theme=theme, width=width)
    question: Question[Any] = plotted
    target = plotted.target
    shown: str = plotted.kind or ("two-axes" if ":" in target else "timeline")
    if shown == "network":
        only = (plotted.start, plotted.end, plotted.certainty)
        if ":" in target or any(only) or plotted.open_only:
            raise click.UsageError(
                "a network is of a company, and of all days: leave out --from, --to, --certainty and --open"
            )
        question = Graph(target, theme=theme, width=width, **plotted.placed())
    with session.open() as timeline:
        picture = timeline.ask(question)
    write_picture(session, picture, wanted, output, file_name(target, shown), fonts)
