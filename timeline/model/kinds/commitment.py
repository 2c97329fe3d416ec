"""Commitments: what one company says it will do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Literal

from msgspec import UNSET, UnsetType

from timeline.model.kinds.event import At, Event, Kind, Phase, Term, hold
from timeline.model.values import CompanyRef, Horizon, Money, Quantity, SubjectRef


class CommitmentEvent(Event, frozen=True, kw_only=True):
    """Terms of a commitment."""

    actor: CompanyRef | UnsetType = UNSET
    to: CompanyRef | list[CompanyRef] | UnsetType = UNSET
    purpose: str | UnsetType = UNSET
    amount: Money | UnsetType = UNSET
    quantity: Quantity | UnsetType = UNSET
    horizon: Horizon | UnsetType = UNSET
    firmness: Literal["aim", "plan", "approved"] | UnsetType = UNSET
    detail: str | UnsetType = UNSET
    conditions: list[str] | UnsetType = UNSET
    deal: SubjectRef | UnsetType = UNSET


class CommitmentStated(CommitmentEvent, frozen=True, kw_only=True, tag="commitment_stated"):
    """A company states an aim, a plan or a decision."""

    opens: ClassVar[bool] = True


class CommitmentDetailed(CommitmentEvent, frozen=True, kw_only=True, tag="commitment_detailed"):
    """More of it becomes known."""


class CommitmentRevised(CommitmentEvent, frozen=True, kw_only=True, tag="commitment_revised"):
    """The company changes what it said it would do."""

    amends: ClassVar[bool] = True


class CommitmentContracted(CommitmentEvent, frozen=True, kw_only=True, tag="commitment_contracted"):
    """Contracts bind the company to it."""


class CommitmentProgressed(CommitmentEvent, frozen=True, kw_only=True, tag="commitment_progressed"):
    """It is being done; ``spent`` so far."""

    step: ClassVar[str] = "{spent} spent"

    spent: Money | UnsetType = UNSET


class CommitmentFulfilled(CommitmentEvent, frozen=True, kw_only=True, tag="commitment_fulfilled"):
    """It is done."""

    step: ClassVar[str] = "fulfilled"

    follow_up: ClassVar[bool] = True

    reason: str | UnsetType = UNSET


class CommitmentWithdrawn(CommitmentEvent, frozen=True, kw_only=True, tag="commitment_withdrawn"):
    """The company will not do it."""

    step: ClassVar[str] = "withdrawn"

    follow_up: ClassVar[bool] = True

    reason: str | UnsetType = UNSET


_RANK: Final = {"noted": 0, "stated": 1, "contracted": 2, "under_way": 3, "fulfilled": 4}


def evolve(phase: Phase, event: Event) -> Phase | None:
    """Stated, contracted, under way, never backwards; then fulfilled or withdrawn."""
    match event:
        case CommitmentStated():
            reached = "stated"
        case CommitmentContracted():
            reached = "contracted"
        case CommitmentProgressed():
            reached = "under_way"
        case CommitmentFulfilled():
            reached = "fulfilled"
        case CommitmentWithdrawn():
            return None if phase.status == "fulfilled" else At("withdrawn")
        case _:
            return phase
    if phase.status == "withdrawn":
        return None
    return At(reached) if _RANK[reached] > _RANK[phase.status] else phase


def _parties(terms: Mapping[str, Any]) -> dict[str, list[str]]:
    parties: dict[str, list[str]] = {}
    if "actor" in terms:
        hold(parties, terms["actor"], "actor")
    to = terms.get("to", [])
    for company in [to] if isinstance(to, str) else to:
        hold(parties, company, "beneficiary")
    return parties


def _item_kind(terms: Mapping[str, Any]) -> str:
    return "commitment"


KIND = Kind(
    name="commitment",
    base=CommitmentEvent,
    evolve=evolve,
    plural="commitments",
    rank=5,
    summary="what companies say they will do, at a coordinate, and what it adds up to.",
    examples=("--on 2025-11-21", "--company foxconn --format json"),
    words={
        "actor": Term("actor", "id of the company that commits itself", told_apart=True),
        "to": Term("to", "ids of the companies that it is given to", column="to_company"),
        "purpose": Term("purpose", "what for", told_apart=True),
        "amount": Term("amount", "the amount", told_apart=True),
        "horizon": Term("horizon", "the time ahead", told_apart=True),
        "firmness": Term("firmness", "aim, plan or approved", told_apart=True),
        "quantity": Term("quantity", "the quantity"),
        "detail": Term("detail", "what exactly"),
        "conditions": Term("conditions", "what it depends on"),
        "deal": Term("deal", "the deal that it belongs to"),
    },
    money="amount",
    required=("actor",),
    groups={
        "stated": "live",
        "contracted": "live",
        "under_way": "live",
        "fulfilled": "done",
        "withdrawn": "over",
    },
    final=frozenset({"fulfilled", "withdrawn"}),
    parties=_parties,
    item_kind=_item_kind,
)  # fmt: skip
