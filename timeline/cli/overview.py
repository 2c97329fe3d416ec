"""``timeline`` alone: what the store holds, and three questions that can be asked of it."""

from __future__ import annotations

from collections.abc import Iterator
from shlex import quote
from typing import TYPE_CHECKING

import click

from timeline.cli.session import Session
from timeline.errors import StoreUnavailable

if TYPE_CHECKING:
    from timeline.app import Timeline


def write_overview(session: Session) -> None:
    """Say what there is, and how to go on; where there is no store, how to make one."""
    from timeline.render.text import capital

    with session.open() as timeline:
        try:
            with timeline.reading():
                lines = list(_lines(session, timeline))
        except StoreUnavailable as error:
            lines = [
                f"{capital(error.message)}.",
                "",
                "Fill one with what you know, then ask:",
                *_table(
                    ("timeline new acme.yaml", "a story to fill in"),
                    ("timeline replay acme.yaml", "append it"),
                    ("timeline state acme", "what holds today"),
                ),
            ]
    for line in [*lines, "", "timeline --help lists every command."]:
        click.echo(line)


def _lines(session: Session, timeline: Timeline) -> Iterator[str]:
    from timeline.model.kinds import KINDS, LISTED
    from timeline.render.words import date

    counts = timeline.counts_of_subjects()
    activity = timeline.activity()
    position = timeline.anchor().position
    held = ", ".join(
        f"{counts[kind]:,} {kind if counts[kind] == 1 else KINDS[kind].plural}"
        for kind in ("company", *(each.name for each in LISTED), "source")
        if counts.get(kind)
    )
    if not position:
        yield f"{session.db} is empty: timeline replay FILE fills it."
        return
    yield f"{session.db}: {position:,} events; {held}."
    if activity:
        yield f"Reports from {date(min(activity))} to {date(max(activity))}."
    yield ""
    company, subject, day = _newest(timeline)
    examples = []
    if company:
        examples.append((f"timeline state {quote(company)} --on {day}", "what held on a day"))
        examples.append((f"timeline state {quote(company)} --as-of {day}", "as known by then"))
    if subject:
        examples.append((f"timeline why {quote(subject)}", "who reported it, and when"))
    yield from _table(*examples)


def _newest(timeline: Timeline) -> tuple[str | None, str | None, str]:
    """A company, a subject and the day that the newest reports are about."""
    for day in timeline.news(days=20, most=3):
        items = timeline.described([entry.subject for entry in day.entries])
        for item in items.values():
            if item.counterparties:
                return item.counterparties[0], item.subject, day.day
    return None, None, ""


def _table(*rows: tuple[str, str]) -> Iterator[str]:
    wide = max((len(command) for command, _ in rows), default=0)
    for command, said in rows:
        yield f"  {command.ljust(wide)}  {said}"
