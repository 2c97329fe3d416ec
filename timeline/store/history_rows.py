"""What the stored history holds of a subject, as rows for its tables."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

import msgspec
from msgspec import Struct

from timeline.model.bitemporal.history import SubjectRow
from timeline.model.bitemporal.known_axis import PartyRow
from timeline.model.fold import kind_of

Values: TypeAlias = tuple[Any, ...]
"""A value for every column of a table, in their order."""


class State(Struct, omit_defaults=True):
    """What the ``state`` column holds: bounded, and what SQL asks for."""

    terms: dict[str, Any]
    parties: dict[str, list[str]] = {}
    alternatives: list[Any] = []
    conflicts: list[str] = []
    changed: dict[str, dict[str, Any]] = {}


_encode: Final = msgspec.json.Encoder(order="sorted").encode


def row_values(subject: str, row: SubjectRow) -> Values:
    """A row of ``subject_history``."""
    held = row.content
    state = State(held.terms, held.parties, held.alternatives, held.conflicts, held.changed)
    group = kind_of(subject).group_of(held.status)
    return (
        subject, row.valid_from, row.known_from, row.valid_to, row.known_to, held.kind, held.status, group,
        held.certainty, held.since, held.disputed, held.irregular, _encode(state).decode(),
    )  # fmt: skip


def party_values(subject: str, party: PartyRow) -> Values:
    """A row of ``party_history``."""
    return (
        party.company, subject, party.valid_from, party.known_from, party.valid_to, party.known_to,
        _encode(party.roles).decode(),
    )  # fmt: skip
