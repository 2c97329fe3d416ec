"""Relationships: standing states of affairs between two companies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Final, Literal

from msgspec import UNSET, UnsetType, field

from timeline.model.kinds.event import At, Event, Flaw, Kind, Phase, Term, hold, with_itself
from timeline.model.values import UNDISCLOSED, CompanyRef, EdtfText, Share, SubjectRef

RelationshipKind = Literal[
    "parent_of", "manages", "supplies", "manufactures_for", "owns_stake_in", "licenses_to", "lends_to",
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
    revenue_share: Share | UnsetType = UNSET
    disclosed_by: CompanyRef | UnsetType = UNSET
    interests: list[str] | UnsetType = UNSET
    direct: bool | UnsetType = UNSET
    deal: SubjectRef | UnsetType = UNSET

    @staticmethod
    def rules(fields: Mapping[str, Any]) -> Iterable[Flaw]:
        """No company is both ends; two that nobody named may be two."""
        end = fields.get("from")
        if end is not None and end == fields.get("to") and end != UNDISCLOSED:
            yield with_itself(end, '"from"', '"to"', "to")


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

    step: ClassVar[str] = "ended"

    follow_up: ClassVar[bool] = True

    reason: str | UnsetType = UNSET


_ROLES: Final[dict[str, tuple[str, str]]] = {
    "parent_of": ("parent", "subsidiary"),
    "manages": ("parent", "subsidiary"),
    "supplies": ("supplier", "customer"),
    "manufactures_for": ("supplier", "customer"),
    "owns_stake_in": ("investor", "investee"),
    "licenses_to": ("licensor", "licensee"),
    "lends_to": ("lender", "borrower"),
    "partners_with": ("partner", "partner"),
    "competes_with": ("other", "other"),
}


def evolve(phase: Phase, event: Event) -> Phase | None:
    """Observed or active, then ended, and back."""
    match event:
        case RelationshipObserved():
            return At("observed") if phase.status in ("noted", "ended") else phase
        case RelationshipEstablished():
            return At("active")
        case RelationshipEnded():
            return At("ended")
        case _:
            return phase


def _parties(terms: Mapping[str, Any]) -> dict[str, list[str]]:
    roles = _ROLES.get(terms.get("kind", ""), ("other", "other"))
    parties: dict[str, list[str]] = {}
    for side, role in zip(("from", "to"), roles, strict=True):
        if side in terms:
            hold(parties, terms[side], role)
    return parties


KIND = Kind(
    name="relationship",
    base=RelationshipEvent,
    evolve=evolve,
    plural="relationships",
    rank=3,
    summary="what stands between two companies, at a coordinate.",
    examples=("--kind parent_of", "--company alphabet --group --on 2026-02-25"),
    phrases={
        "parent_of": ("Parent of {}", "Subsidiary of {}"),
        "manages": ("Manages {}", "Managed by {}"),
        "supplies": ("Supplies {}", "Supplied by {}"),
        "manufactures_for": ("Manufactures for {}", "Manufacturing by {}"),
        "owns_stake_in": ("Owns a stake in {}", "Part-owned by {}"),
        "licenses_to": ("Licenses to {}", "Licensed by {}"),
        "lends_to": ("Lends to {}", "Borrows from {}"),
        "partners_with": ("Partner of {}", "Partner of {}"),
        "competes_with": ("Competes with {}", "Competes with {}"),
    },
    words={
        "kind": Term("kind", "kind of relationship", told_apart=True),
        "from": Term(
            "from", "id of the company from which it goes", told_apart=True, column="from_company"
        ),
        "to": Term("to", "id of the company to which it goes", told_apart=True, column="to_company"),
        "share": Term("share", "the share"),
        "revenue_share": Term("of revenue", "the share of the first company's revenue"),
        "interests": Term("interests", "what the share gives: voting_rights, board_appointment …"),
        "direct": Term("direct", "whether it is held directly"),
        "products": Term("products", "which products"),
        "started": Term("started", "when it began"),
        "disclosed_by": Term("told by", "id of the company that disclosed it"),
        "deal": Term("deal", "the deal that it belongs to"),
    },
    required=("kind", "from", "to"),
    groups={"observed": "live", "active": "live", "ended": "over"},
    parties=_parties,
)  # fmt: skip
