"""``timeline find``: companies by any name."""

from __future__ import annotations

import click

from timeline.cli.options import ROWS, examples, tone, written
from timeline.cli.output import write_rows
from timeline.cli.session import Session
from timeline.errors import NotFound


@click.command(epilog=examples('timeline find "hon hai"', "timeline find 2317 --format json"))
@click.argument("text")
@written(*ROWS)
@tone
@click.pass_obj
def find(session: Session, /, text: str) -> None:
    """Find companies by name, alias, former name or identifier; near misses are ranked."""
    from msgspec.structs import asdict

    from timeline.answers.model import CompanyMatch

    with session.open() as timeline:
        matches = timeline.find(text)
    if not matches:
        raise NotFound("company", text)
    write_rows(session, map(asdict, matches), columns=CompanyMatch.__struct_fields__)
