"""What the stored history holds of a subject, as rows for its tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

import msgspec
from msgspec import Struct

from timeline.model.bitemporal import history as fold
from timeline.model.bitemporal.history import Checkpoint, PartyRow, SubjectRow
from timeline.model.record import Entry

SHORT: Final = 16
"""Events up to which a subject is folded anew rather than kept in a checkpoint of its own: that is
cheaper than writing a kilobyte with each event, and bounded."""

Values: TypeAlias = tuple[Any, ...]
"""A value for every column of a table, in their order."""


class State(Struct, omit_defaults=True):
    """What the ``state`` column holds: bounded, and what SQL asks for."""

    terms: dict[str, Any]
    parties: dict[str, list[str]] = {}
    alternatives: list[Any] = []
    conflicts: list[str] = []


class Folded(NamedTuple):
    """Rows of subjects that had none, for each of the tables."""

    rows: list[Values]
    parties: list[Values]
    checkpoints: list[Values]


_encode: Final = msgspec.json.Encoder(order="sorted").encode


def folded(subjects: Iterable[Sequence[Entry]]) -> Folded:
    """The rows of some subjects, from all the events of each."""
    made = Folded([], [], [])
    for entries in subjects:
        subject, new = entries[0].subject, fold.history(entries)
        made.rows.extend([row_values(subject, row) for row in new.rows])
        made.parties.extend([party_values(subject, party) for party in new.parties])
        if len(entries) > SHORT:
            made.checkpoints.extend(checkpoint_values(subject, new.checkpoint()))
    return made


def row_values(subject: str, row: SubjectRow) -> Values:
    """A row of ``subject_history``."""
    held = row.content
    state = State(held.terms, held.parties, held.alternatives, held.conflicts)
    return (
        subject, row.valid_from, row.known_from, row.valid_to, row.known_to, held.kind, held.status,
        held.certainty, held.since, held.disputed, held.irregular, _encode(state).decode(),
    )  # fmt: skip


def party_values(subject: str, party: PartyRow) -> Values:
    """A row of ``party_history``."""
    return (
        party.company, subject, party.valid_from, party.known_from, party.valid_to, party.known_to,
        _encode(party.roles).decode(),
    )  # fmt: skip


def checkpoint_values(subject: str, checkpoint: Checkpoint | None) -> list[Values]:
    """The row of ``subject_checkpoint``, if there is one."""
    return [] if checkpoint is None else [(subject, checkpoint.encode().decode())]
