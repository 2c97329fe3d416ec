"""Commitments: what one company says it will do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Literal

from msgspec import UNSET, UnsetType

from timeline.model.kinds.envelope import Event
from timeline.model.kinds.kind import NOTED, Kind, Phase
from timeline.model.subject import SubjectRef
from timeline.model.values import CompanyRef, Horizon, Money


class CommitmentEvent(Event, frozen=True, kw_only=True):
    """Terms of a commitment."""

    actor: CompanyRef | UnsetType = UNSET
    purpose: str | UnsetType = UNSET
    amount: Money | UnsetType = UNSET
    horizon: Horizon | UnsetType = UNSET
    firmness: Literal["aim", "plan", "approved"] | UnsetType = UNSET
    detail: str | UnsetType = UNSET
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

    spent: Money | UnsetType = UNSET


class CommitmentFulfilled(CommitmentEvent, frozen=True, kw_only=True, tag="commitment_fulfilled"):
    """It is done."""

    follow_up: ClassVar[bool] = True

    reason: str | UnsetType = UNSET


class CommitmentWithdrawn(CommitmentEvent, frozen=True, kw_only=True, tag="commitment_withdrawn"):
    """The company will not do it."""

    follow_up: ClassVar[bool] = True

    reason: str | UnsetType = UNSET


_PROGRESS: Final[dict[type[Event], str]] = {
    CommitmentStated: "stated",
    CommitmentContracted: "contracted",
    CommitmentProgressed: "under_way",
}
_END: Final[dict[type[Event], str]] = {
    CommitmentFulfilled: "fulfilled",
    CommitmentWithdrawn: "withdrawn",
}
_RANK: Final = {NOTED: 0, "stated": 1, "contracted": 2, "under_way": 3}
_FINAL: Final = frozenset(_END.values())


def evolve(phase: Phase, event: type[Event], fields: Mapping[str, Any]) -> Phase | None:
    """Stated, contracted, under way, never backwards; then fulfilled or withdrawn."""
    reached = _PROGRESS.get(event) or _END.get(event)
    if reached is None:
        return phase
    if phase in _FINAL:
        return phase if phase == reached else None
    return reached if reached in _FINAL or _RANK[reached] > _RANK[phase] else phase


def _parties(terms: Mapping[str, Any]) -> dict[str, list[str]]:
    return {terms["actor"]: ["actor"]} if "actor" in terms else {}


def _item_kind(terms: Mapping[str, Any]) -> str:
    return "commitment"


KIND = Kind(
    name="commitment",
    base=CommitmentEvent,
    evolve=evolve,
    required=("actor",),
    final=_FINAL,
    over=_FINAL,
    parties=_parties,
    item_kind=_item_kind,
)
