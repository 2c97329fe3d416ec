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
    fonts: Path | None,
    **asked: Any,
) -> None:
    """Draw a company's story, one subject as it was believed, or a day then and now.

    A picture has its data beside it as JSON. HTML is one file that opens without a network, with the
    evidence of everything it shows.
    """
    wanted = format_of(output, format_, FORMATS)
    question = made(Plot, asked)
    with session.open() as timeline:
        picture = timeline.ask(question)
    write_picture(
        session, picture, wanted, output, file_name(question.target, question.kind_shown), fonts
    )
