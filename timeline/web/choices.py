"""What a form lets people choose from: the words of the vocabulary."""

from __future__ import annotations

from functools import cache
from typing import Any, Final, get_args, get_type_hints

from timeline.events.registry import KINDS

_STATUSES: Final[dict[str, tuple[str, ...]]] = {
    "relationship": ("noted", "observed", "active", "ended"),
    "deal": (
        "noted", "talks", "announced", "signed", "in_force", "completed", "suspended", "withdrawn",
        "terminated", "expired",
    ),
    "right": ("noted", "granted", "part_exercised", "exercised", "lapsed"),
    "commitment": ("noted", "stated", "contracted", "under_way", "fulfilled", "withdrawn"),
    "rumour": ("noted", "open", "partly_denied", "denied", "lapsed", "confirmed"),
    "fact": ("noted", "stated", "ended"),
}  # fmt: skip


def statuses_of(kind: str) -> tuple[str, ...]:
    """The statuses that a kind of subject may have, in the order in which it comes by them."""
    return _STATUSES[kind]


@cache
def kinds_of(kind: str) -> tuple[str, ...]:
    """The kinds of deal, right … that there are; none where any word may be one."""
    hint = get_type_hints(KINDS[kind].base).get("kind")
    return tuple(word for part in get_args(hint) for word in _words(part))


def _words(part: Any) -> tuple[str, ...]:
    return tuple(each for each in get_args(part) if isinstance(each, str))
