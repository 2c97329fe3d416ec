"""What a shell may complete from the store: silent where there is none, and quick."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from timeline.answers.sources import SourceRow
    from timeline.app import Timeline

MOST = 200
FEW = 20
"""How many are looked up by their names."""


def complete_company(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Company ids, with what they are called."""
    return _completed(ctx, "company:", incomplete)


def complete_target(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Company ids, and subjects once a kind is typed."""
    return _completed(ctx, "" if ":" in incomplete else "company:", incomplete)


def complete_subject(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Subjects, also by the name of a company that takes part: ``deal:Hon``."""
    return _completed(ctx, "", incomplete)


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


COMPLETERS: Final = {
    "company": complete_company,
    "source": complete_source,
    "target": complete_target,
    "event type": complete_event_type,
}
"""How the values of a declared parameter are completed."""


def _completed(ctx: click.Context, kind: str, incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    try:
        with _store(ctx) as timeline:
            subjects = timeline.subjects(kind + incomplete, MOST)
            ids = [each.removeprefix(kind) for each in subjects]
            names = _names(timeline, kind, ids)
            if incomplete and kind:  # by what it is called as well
                names |= _called(timeline, kind, incomplete)
            elif ":" in incomplete:
                names |= _having(timeline, incomplete)
            ids = list(dict.fromkeys([*ids, *(id_ for id_ in names if id_ not in ids)]))
    except Exception:  # noqa: BLE001 - a traceback in the middle of a command line helps nobody
        return []
    return [CompletionItem(each, help=names.get(each)) for each in ids]


def _names(timeline: Timeline, kind: str, ids: list[str]) -> dict[str, str]:
    """What companies are called, or who published sources and when; nothing of other subjects."""
    if kind == "company:":
        return timeline.names(ids)
    if kind == "source:":
        return {slug: _publication(timeline.source(slug)) for slug in ids[:FEW]}
    return {}


def _called(timeline: Timeline, kind: str, text: str) -> dict[str, str]:
    """The companies or sources that a name begins with, by id."""
    text = text.casefold()
    if kind == "company:":
        found = timeline.find(text, limit=FEW, only=["companies"])
        return {
            match.id: match.name or match.id
            for match in found
            if any(name.casefold().startswith(text) for name in (match.name or "", match.value))
        }
    rows = timeline.sources(limit=MOST).sources
    return {
        row.source: _publication(row)
        for row in rows
        if any((name or "").casefold().startswith(text) for name in (row.publisher, row.title))
    }


def _having(timeline: Timeline, text: str) -> dict[str, str]:
    """The subjects of a kind in which a company takes part that is called so, with its name."""
    kind, _, name = text.partition(":")
    called = _called(timeline, "company:", name) if name else {}
    return {
        item.subject: called[company]
        for company in called
        for item in timeline.state(company).companies[0].items
        if item.subject.startswith(f"{kind}:")
    }


def _publication(row: SourceRow) -> str:
    return ", ".join(filter(None, (row.publisher, row.published)))


def _store(ctx: click.Context) -> Timeline:
    from timeline.app import Timeline

    return Timeline.open(ctx.find_root().params["db"])
