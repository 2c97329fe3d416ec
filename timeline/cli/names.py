"""What the companies are called that an answer mentions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from timeline.app import Timeline


def names_in(timeline: Timeline, answer: Any) -> dict[str, str]:
    """The present names of all companies whose id stands anywhere in an answer."""
    from msgspec import to_builtins

    found: set[str] = set()
    todo: list[Any] = [to_builtins(answer)]
    while todo:
        value = todo.pop()
        if isinstance(value, str):
            found.add(value)
        elif isinstance(value, list):
            todo += value
        elif isinstance(value, dict):
            todo += [*value, *value.values()]
    return timeline.names(found)
