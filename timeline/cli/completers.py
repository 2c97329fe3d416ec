"""What a shell may complete from the store: silent where there is none, and quick."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from timeline.app import Timeline

MOST = 200


def complete_company(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Company ids, with what they are called."""
    return _completed(ctx, "company:", incomplete)


def complete_subject(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Subjects."""
    return _completed(ctx, "", incomplete)


def complete_target(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Company ids, and subjects once a kind is typed."""
    return _completed(ctx, "" if ":" in incomplete else "company:", incomplete)


def complete_source(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Slugs of sources."""
    return _completed(ctx, "source:", incomplete)


def complete_event_type(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Event types, with their sentence."""
    from click.shell_completion import CompletionItem

    from timeline.model.kinds import EVENT_TYPES

    return [
        CompletionItem(name, help=event.__doc__)
        for name, event in EVENT_TYPES.items()
        if name.startswith(incomplete)
    ]


def _completed(ctx: click.Context, kind: str, incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    try:
        with _store(ctx) as timeline:
            subjects = timeline.subjects(kind + incomplete, MOST)
            names = timeline.names(each.removeprefix(kind) for each in subjects) if kind else {}
    except Exception:  # noqa: BLE001 - a traceback in the middle of a command line helps nobody
        return []
    ids = [each.removeprefix(kind) for each in subjects]
    return [CompletionItem(each, help=names.get(each)) for each in ids]


def _store(ctx: click.Context) -> Timeline:
    from timeline.app import Timeline

    return Timeline.open(ctx.find_root().params["db"])
