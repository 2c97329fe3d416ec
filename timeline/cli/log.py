"""``timeline log``: the events themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from timeline.cli.completers import complete_event_type, complete_source, complete_target
from timeline.cli.options import DAY, ROWS, examples, horizon, tone, written, zoned
from timeline.cli.output import write_rows
from timeline.cli.session import Session

if TYPE_CHECKING:
    from timeline.answers.model import LogEntry

SHOWN = ("position", "occurred", "known", "type", "subject", "source")


@click.command(
    epilog=examples(
        "timeline log rumour:foxconn-nissan",
        "timeline log foxconn --from 2025-09-01 --type deal_announced --format csv",
    )
)
@click.argument(
    "target", required=False, metavar="[COMPANY|SUBJECT]", shell_complete=complete_target
)
@click.option("--from", "start", metavar=DAY, help="What may have happened on that day or later.")
@click.option("--to", "end", metavar=DAY, help="What may have happened on that day or earlier.")
@click.option(
    "--type", "types", multiple=True, metavar="TYPE", shell_complete=complete_event_type,
    help="Only events of this type; may be repeated.",
)  # fmt: skip
@click.option(
    "--source", metavar="SLUG", shell_complete=complete_source, help="Only what it reported."
)
@horizon
@written(*ROWS)
@zoned
@tone
@click.pass_obj
def log(session: Session, /, target: str | None, **asked: Any) -> None:
    """List the events of a company or a subject, or all of them, newest last."""
    from timeline.answers.model import LogEntry

    with session.open() as timeline:
        entries = timeline.log(target, **asked)
        people = session.format in ("table", "md")
        rows = _for_people(entries) if people else _rows(entries)
        count = write_rows(
            session,
            rows,
            columns=LogEntry.__struct_fields__,
            shown=(*SHOWN, "id") if session.verbose else SHOWN,
        )
    if not count:
        session.note("no event is like that")


def _rows(entries: Iterator[LogEntry]) -> Iterator[dict[str, Any]]:
    from msgspec.structs import asdict

    return map(asdict, entries)


def _for_people(entries: Iterator[LogEntry]) -> Iterator[dict[str, Any]]:
    """The rows with what is always known called so, and days instead of instants."""
    from timeline.values import ALWAYS

    for row in _rows(entries):
        known = "always" if row["known"] == ALWAYS else row["known"][:10]
        yield row | {"known": known}
