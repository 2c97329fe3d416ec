"""What a form lets people choose from: the words of the vocabulary."""

from __future__ import annotations

from typing import Final

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
