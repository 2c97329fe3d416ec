"""``timeline stats``: counts and sizes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from timeline.cli.options import ROWS, examples, tone, written
from timeline.cli.output import write_document, write_rows
from timeline.cli.session import Session

if TYPE_CHECKING:
    from timeline.answers.stats import Stats


@click.command(
    epilog=examples("timeline stats", "timeline stats --archive texts", "timeline stats --json")
)
@click.option(
    "--archive",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Count the quotes that the texts of their sources, which lie there, say.",
)
@written(*ROWS)
@tone
@click.pass_obj
def stats(session: Session, /, archive: Path | None) -> None:
    """Count the events, subjects and bytes of the store."""
    with session.open() as timeline:
        counted = timeline.stats(archive=archive)
    if session.format == "json":
        write_document(session, counted)
    else:
        write_rows(session, _rows(counted), columns=("of", "name", "value"))


def _rows(counted: Stats) -> Iterator[dict[str, Any]]:
    from msgspec.structs import asdict

    for name, value in asdict(counted).items():
        if isinstance(value, dict):
            for each, count in value.items():
                yield {"of": name, "name": each, "value": count}
        else:
            yield {"of": "store", "name": name, "value": value}
