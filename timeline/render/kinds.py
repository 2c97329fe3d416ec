"""The kinds of deal, right … that there are, and the one that a person means."""

from __future__ import annotations

from functools import cache
from typing import get_args, get_type_hints

from timeline.errors import InvalidValue
from timeline.model.kinds import KINDS
from timeline.nearest import did_you_mean


@cache
def kinds_of(kind: str) -> tuple[str, ...]:
    """The kinds of a kind of subject; none where any word may be one."""
    hint = get_type_hints(KINDS[kind].base).get("kind")
    literals = (get_args(part) for part in get_args(hint))
    return tuple(word for words in literals for word in words if isinstance(word, str))


def parse_kind(kind: str, text: str) -> str:
    """The kind that a text means; InvalidValue with the nearest one where there is none.

    Spaces and hyphens are as good as underscores, and capitals as small letters.
    """
    known = kinds_of(kind)
    if not known:
        return text
    meant = "_".join(text.lower().replace("-", " ").split())
    if meant not in known:
        hint = did_you_mean(meant, known) or f"one of {', '.join(known)}"
        raise InvalidValue(f'no kind of {kind} is called "{text}"', hint)
    return meant
