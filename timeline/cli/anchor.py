"""``timeline anchor``: where the log ends, to keep elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from timeline.cli.options import examples, tone, written
from timeline.cli.output import write_document, writing
from timeline.cli.session import Session

if TYPE_CHECKING:
    from timeline.store.anchor import Anchor


@click.command(
    epilog=examples("timeline anchor -o anchor.txt", "timeline verify --anchor anchor.txt")
)
@written("table", "json")
@tone
@click.pass_obj
def anchor(session: Session, /) -> None:
    """Print where the log ends; kept elsewhere, it proves later that nothing before it changed."""
    with session.open() as timeline:
        found = timeline.anchor()
    write_anchor(session, found)


def write_anchor(session: Session, anchor: Anchor) -> None:
    """Write an anchor in the format that was asked for."""
    if session.format == "json":
        write_document(session, anchor)
        return
    with writing(session) as stream:
        stream.write(anchor.text)
