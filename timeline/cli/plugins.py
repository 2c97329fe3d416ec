"""``timeline plugins``: what installed packages add to the program."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import click

from timeline.cli.options import ROWS, examples, tone, written
from timeline.cli.output import write_rows
from timeline.cli.session import Session
from timeline.errors import BrokenPlugin

if TYPE_CHECKING:
    from timeline.plugins import Plugs

_COLUMNS: Final = ("package", "version", "adds", "name", "from", "problem")


@click.command(epilog=examples("timeline plugins", "timeline plugins --json"))
@written(*ROWS)
@tone
@click.pass_obj
def plugins(session: Session, /) -> None:
    """List what installed packages add: questions, output formats, mappings and reports."""
    rows = list(_rows())
    if not rows:
        session.note("no installed package adds anything (docs/plugins.md shows how one does)")
    write_rows(session, rows, columns=_COLUMNS)


def warn_of_broken(session: Session) -> None:
    """Say what is missing from a server because a package cannot add it."""
    for row in _rows():
        if row["problem"] is not None:
            session.note(
                f'warning: the {row["adds"]} "{row["name"]}" of {row["package"]} is left out: '
                f"{row['problem']}"
            )


def _rows() -> Iterator[dict[str, Any]]:
    for plugs in _kinds():
        for plug in plugs.all():
            problem = None
            try:
                plugs.load(plug)
            except BrokenPlugin as error:
                problem = error.reason
            yield {
                "package": plug.package, "version": plug.version, "adds": plug.kind, "name": plug.name,
                "from": plug.entry.value, "problem": problem,
            }  # fmt: skip


def _kinds() -> list[Plugs[Any]]:
    from timeline import questions
    from timeline.answers import report
    from timeline.importers import shipped
    from timeline.render import formats

    return [questions.PLUGGED, formats.PLUGGED, shipped.PLUGGED, report.PLUGGED]
