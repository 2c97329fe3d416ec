"""What a status is called and which of six groups it belongs to.

A group has one colour everywhere, in the terminal as in pictures; the words are always there too.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from timeline.errors import InvalidValue
from timeline.nearest import did_you_mean

Group: TypeAlias = Literal["rumoured", "announced", "active", "disputed", "denied", "ended"]

GROUPS: Final[dict[Group, tuple[str, ...]]] = {
    "rumoured": ("noted", "open", "talks"),
    "announced": ("announced", "signed", "granted", "stated"),
    "active": (
        "observed", "active", "in_force", "completed", "confirmed", "contracted", "under_way",
        "part_exercised", "registered",
    ),
    "disputed": ("suspended",),
    "denied": ("denied", "partly_denied"),
    "ended": (
        "ended", "expired", "terminated", "withdrawn", "lapsed", "exercised", "fulfilled",
        "dissolved", "absent",
    ),
}  # fmt: skip
"""The statuses of every kind of subject, by how firm they are."""

_GROUP_OF: Final = {status: group for group, statuses in GROUPS.items() for status in statuses}


STATUSES: Final = tuple(_GROUP_OF)
"""Every status there is."""


def group_of(status: str, *, disputed: bool = False) -> Group:
    """The group that gives a status its colour; a disputed item has one of its own."""
    return "disputed" if disputed else _GROUP_OF[status]


def parse_status(text: str) -> str:
    """The status that a text means; InvalidValue with the nearest one where there is none.

    A status that does not exist is a slip: its list would be empty for the wrong reason.
    """
    status = text.replace(" ", "_")
    if status not in STATUSES:
        raise InvalidValue(f'no status "{status}"', did_you_mean(status, STATUSES))
    return status


def status_words(status: str) -> str:
    """The status as people write it: "in force", "partly denied"."""
    return status.replace("_", " ")
