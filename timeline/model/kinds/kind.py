"""What the fold needs to know of a subject kind, in one value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import msgspec

from timeline.model.kinds.envelope import Event
from timeline.model.values import Fields, same_value

Phase: TypeAlias = str
"""Where a subject stands: its status, and after a colon what else decides about the next one.

A suspended deal carries the status it resumes to (``suspended:signed``), a stated fact its value as
JSON (``stated:"growing"``). Two subjects in the same phase have the same future.
"""

NOTED: Final[Phase] = "noted"

Evolve: TypeAlias = Callable[[Phase, type[Event], Mapping[str, Any]], Phase | None]
"""The phase after an event, from the phase before, the event's type and its fields; pure.

``None`` says that the event is irregular: it cannot follow, and the phase stays.
"""


def status_of(phase: Phase) -> str:
    """The status that a phase stands for."""
    return phase.partition(":")[0]


def claim_of(phase: Phase) -> Any:
    """What stands for the phase among alternatives: the status; of a stated fact, its value."""
    status, _, detail = phase.partition(":")
    return msgspec.json.decode(detail) if status == "stated" and detail else status


def same_claim(one: Phase, other: Phase) -> bool:
    """Whether two phases show as the same: equal statuses, and for stated facts equal values."""
    if one == other:
        return True
    if status_of(one) != status_of(other):
        return False
    return same_value(claim_of(one), claim_of(other))


def no_parties(terms: Mapping[str, Any]) -> dict[str, list[str]]:
    """Of identity: a source and a company are in no company's state."""
    return {}


def _given_parties(terms: Mapping[str, Any]) -> dict[str, list[str]]:
    parties: dict[str, list[str]] = terms.get("parties", {})
    return parties


def _kind_term(terms: Mapping[str, Any]) -> str | None:
    return terms.get("kind")


@dataclass(frozen=True)
class Kind:
    """One kind of subject: its events' base class, how it evolves, and how it reads."""

    name: str
    base: type[Event]
    """The class whose own fields are the term fields of the kind."""
    evolve: Evolve
    required: tuple[str, ...]
    """Terms that the first event of a subject in the log must give."""
    final: frozenset[str] = frozenset()
    over: frozenset[str] = frozenset()
    """Statuses that ``--open`` leaves out: final ones and denials."""
    claims: bool = False
    """A claim anyway: a forecast or an opinion moves the status like a fact."""
    parties: Callable[[Mapping[str, Any]], dict[str, list[str]]] = _given_parties
    item_kind: Callable[[Mapping[str, Any]], str | None] = _kind_term
    merge: Callable[[Fields, type[Event], Mapping[str, Any]], None] | None = None
    """How an event changes terms beyond the plain merge of its own terms."""
    terms: tuple[str, ...] = field(init=False)
    term_set: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        names = self.base.__struct_encode_fields__
        object.__setattr__(self, "terms", tuple(n for n in names if n not in ENVELOPE))
        object.__setattr__(self, "term_set", frozenset(self.terms))


ENVELOPE: Final = frozenset(Event.__struct_encode_fields__)


def besides(event: type[Event], kind: Kind) -> tuple[str, ...]:
    """The fields of an event type that are neither envelope nor terms: they become steps."""
    own = event.__struct_encode_fields__
    terms = kind.term_set.difference(event.merges_itself)
    return tuple(name for name in own if name not in ENVELOPE and name not in terms)
