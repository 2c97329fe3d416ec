"""``timeline plot``: a picture of a company's story, or of one subject on both axes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from timeline.cli.completers import complete_target
from timeline.cli.drawing import drawn, file_name, format_of, write_picture
from timeline.cli.options import DAY, coordinate, examples, filtered, lens, tone, zoned
from timeline.cli.session import Session

FORMATS = ("svg", "png", "html", "json")


@click.command(
    epilog=examples(
        "timeline plot foxconn --on 2025-11-21 -o foxconn.html",
        "timeline plot rumour:foxconn-nissan --on 2025-04-15 --known 2025-11-20 -o rumour.png",
    )
)
@click.argument("target", metavar="COMPANY|SUBJECT", shell_complete=complete_target)
@click.option(
    "--kind",
    type=click.Choice(["timeline", "then-and-now", "belief", "two-axes", "network"]),
    help="Default: a timeline of a company, two axes of a subject. network: who is tied to it, as "
    "timeline graph draws it.",
)
@click.option(
    "--from", "start", metavar=DAY, help="The first day to show; default: the first there is."
)
@click.option("--to", "end", metavar=DAY, help="The last day to show.")
@coordinate
@filtered
@lens()
@drawn(*FORMATS)
@zoned
@tone
@click.pass_obj
def plot(
    session: Session,
    /,
    target: str,
    kind: Any,
    start: str | None,
    end: str | None,
    certainty: Any,
    open_only: bool,
    output: Path | None,
    format_: str | None,
    theme: Any,
    width: int | None,
    fonts: Path | None,
    **at: Any,
) -> None:
    """Draw a company's story, one subject as it was believed, or a day then and now.

    A picture has its data beside it as JSON. HTML is one file that opens without a network, with the
    evidence of everything it shows.
    """
    wanted = format_of(output, format_, FORMATS)
    if kind == "network":
        if ":" in target or start or end or certainty or open_only:
            raise click.UsageError(
                "a network is of a company, and of all days: leave out --from, --to, --certainty and --open"
            )
        with session.open() as timeline:
            picture = timeline.graph(target, theme=theme, width=width, **at)
        write_picture(session, picture, wanted, output, file_name(target, kind), fonts)
        return
    with session.open() as timeline:
        picture = timeline.plot(
            target,
            kind=kind,
            theme=theme,
            width=width,
            start=start,
            end=end,
            certainty=certainty,
            open_only=open_only,
            **at,
        )
    shown = kind or ("two-axes" if ":" in target else "timeline")
    write_picture(session, picture, wanted, output, file_name(target, shown), fonts)
