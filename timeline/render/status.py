"""What a status is called, and the colour that it has in the terminal as in pictures.

A colour follows from the group of the status (its kind declares it); the words are always there too.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias, get_args

from timeline.errors import InvalidValue
from timeline.language import tr_as
from timeline.model.kinds import KINDS
from timeline.model.kinds.event import Group as Meaning
from timeline.nearest import did_you_mean

Group: TypeAlias = Literal["rumoured", "announced", "active", "disputed", "denied", "ended"]
"""What shares a colour."""

_COLOURS: Final[dict[Meaning, Group]] = {
    "noted": "rumoured",
    "claimed": "rumoured",
    "pending": "announced",
    "live": "active",
    "done": "active",
    "over": "ended",
    "denied": "denied",
}
_OF_ITS_OWN: Final[dict[str, Group]] = {
    # said and not yet done: as what is announced
    "granted": "announced",
    "stated": "announced",
    "suspended": "disputed",
    "partly_denied": "denied",
    # used up: nothing is left to come
    "exercised": "ended",
    "fulfilled": "ended",
    # of companies and sources, and of what is not there
    "registered": "active",
    "dissolved": "ended",
    "absent": "ended",
}
"""Statuses that look otherwise than their group."""

_GROUP_OF: Final[dict[str, Group]] = {
    **{status: _COLOURS[of] for kind in KINDS.values() for status, of in kind.groups.items()},
    "noted": "rumoured",
    **_OF_ITS_OWN,
}

STATUSES: Final = tuple(_GROUP_OF)
"""Every status there is."""

GROUPS: Final[dict[Group, tuple[str, ...]]] = {
    group: tuple(status for status, of in _GROUP_OF.items() if of == group)
    for group in get_args(Group)
}
"""The statuses of each colour, by how firm they are."""


GROUP_WORDS: Final[dict[str, str]] = {
    "noted": "status unknown",
    "claimed": "rumoured",
    "pending": "not yet in force",
    "live": "in force",
    "done": "done",
    "over": "ended or given up",
    "denied": "denied",
}
"""What the statuses of a group have in common, as people say it."""


def certainty_words(certainty: str) -> str:
    """How certain something is: "possible"."""
    return tr_as("certainty", certainty)


def legend_words(group: str) -> str:
    """What shares a colour, as a legend says it."""
    return tr_as("legend", group)


def group_words(group: str) -> str:
    """A group of statuses in words; what somebody calls otherwise, as it is."""
    return tr_as("group", GROUP_WORDS.get(group, group))


def group_of(status: str, *, disputed: bool = False) -> Group:
    """The group that gives a status its colour; a disputed item has one of its own."""
    return "disputed" if disputed else _GROUP_OF[status]


def statuses_of(kind: str) -> tuple[str, ...]:
    """The statuses that a kind of subject may have, in the order in which it comes by them."""
    return ("noted", *KINDS[kind].groups)


def parse_status(kind: str, text: str) -> list[str]:
    """The statuses of a kind of subject that a text means: one of them, or a group of them.

    InvalidValue with the nearest one where there is none: a status that does not exist is a slip, and its
    list would be empty for the wrong reason. Of a group that the kind has no status of, the group itself.
    """
    word = text.strip().lower().replace(" ", "_").replace("-", "_")
    groups = get_args(Meaning)
    if word in groups:
        of_kind = [status for status in statuses_of(kind) if KINDS[kind].group_of(status) == word]
        return of_kind or [word]
    if word not in STATUSES:
        listed = f"statuses are {', '.join(statuses_of(kind))}; groups of them {', '.join(groups)}"
        near = did_you_mean(word, (*statuses_of(kind), *groups))
        raise InvalidValue(f'no status "{text}"', f"{near} {listed}" if near else listed)
    return [word]


def status_words(status: str) -> str:
    """The status as people write it: "in force", "partly denied"; "mentioned" where none was reported."""
    return tr_as("status", WORDS.get(status, status.replace("_", " ")))


WORDS: Final = {"noted": "mentioned", "talks": "in talks"}
