"""``timeline find``: companies by any name, items, events and sources by their words."""

from __future__ import annotations

import click

from timeline.cli.options import ROWS, examples, tone, written
from timeline.cli.output import write_rows
from timeline.cli.session import Session
from timeline.errors import NothingFound


@click.command(epilog=examples('timeline find "hon hai"', "timeline find data centre --only items"))
@click.argument("text", nargs=-1, required=True)
@click.option(
    "--only",
    type=click.Choice(["companies", "items", "events", "sources"]),
    multiple=True,
    help="Only this kind; can be given several times.",
)
@written(*ROWS)
@tone
@click.pass_obj
def find(session: Session, /, text: tuple[str, ...], only: tuple[str, ...]) -> None:
    """Find companies by any name, and items, events and sources by their words.

    Exact hits come first; near misses are shown only where nothing hits.
    """
    from msgspec.structs import asdict

    from timeline.answers.model import Found

    with session.open() as timeline:
        found = timeline.find(" ".join(text), only=only)
    if not found:
        raise NothingFound(" ".join(text))
    write_rows(session, map(asdict, found), columns=Found.__struct_fields__)
