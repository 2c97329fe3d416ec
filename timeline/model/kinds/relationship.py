"""Relationships: standing states of affairs between two companies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Literal

from msgspec import UNSET, UnsetType, field

from timeline.model.kinds.envelope import Event
from timeline.model.kinds.kind import NOTED, Kind, Phase
from timeline.model.values import CompanyRef, EdtfText, Share

RelationshipKind = Literal[
    "parent_of", "supplies", "manufactures_for", "owns_stake_in", "licenses_to", "lends_to",
    "partners_with", "competes_with",
]  # fmt: skip


class RelationshipEvent(Event, frozen=True, kw_only=True):
    """Terms of a relationship."""

    kind: RelationshipKind | UnsetType = UNSET
    from_: CompanyRef | UnsetType = field(default=UNSET, name="from")
    to: CompanyRef | UnsetType = UNSET
    products: list[str] | UnsetType = UNSET
    started: EdtfText | UnsetType = UNSET
    share: Share | UnsetType = UNSET


class RelationshipObserved(
    RelationshipEvent, frozen=True, kw_only=True, tag="relationship_observed"
):
    """A source says that it is so; since when, nobody said."""


class RelationshipEstablished(
    RelationshipEvent, frozen=True, kw_only=True, tag="relationship_established"
):
    """It begins."""


class RelationshipChanged(RelationshipEvent, frozen=True, kw_only=True, tag="relationship_changed"):
    """Its terms change."""

    amends: ClassVar[bool] = True


class RelationshipEnded(RelationshipEvent, frozen=True, kw_only=True, tag="relationship_ended"):
    """It is over."""

    follow_up: ClassVar[bool] = True

    reason: str | UnsetType = UNSET


_ROLES: Final[dict[str, tuple[str, str]]] = {
    "parent_of": ("parent", "subsidiary"),
    "supplies": ("supplier", "customer"),
    "manufactures_for": ("supplier", "customer"),
    "owns_stake_in": ("investor", "investee"),
    "licenses_to": ("licensor", "licensee"),
    "lends_to": ("lender", "borrower"),
    "partners_with": ("partner", "partner"),
    "competes_with": ("other", "other"),
}


def evolve(phase: Phase, event: type[Event], fields: Mapping[str, Any]) -> Phase | None:
    """Observed or active, then ended, and back."""
    if event is RelationshipObserved:
        return "observed" if phase in (NOTED, "ended") else phase
    if event is RelationshipEstablished:
        return "active"
    if event is RelationshipEnded:
        return "ended"
    return phase


def _parties(terms: Mapping[str, Any]) -> dict[str, list[str]]:
    roles = _ROLES.get(terms.get("kind", ""), ("other", "other"))
    parties: dict[str, list[str]] = {}
    for side, role in zip(("from", "to"), roles, strict=True):
        if side in terms:
            held = parties.setdefault(terms[side], [])
            if role not in held:
                held.append(role)
    return parties


KIND = Kind(
    name="relationship",
    base=RelationshipEvent,
    evolve=evolve,
    required=("kind", "from", "to"),
    parties=_parties,
)
