"""Deals: agreements of two or more parties, from talks to their end.

Progress follows the deal databases (talks, announced, signed, in force, completed); it never goes
backwards, and withdrawn, terminated and expired are different ends that are never mixed up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Literal

from msgspec import UNSET, UnsetType

from timeline.model.kinds.envelope import Event
from timeline.model.kinds.kind import NOTED, Kind, Phase
from timeline.model.subject import SubjectRef
from timeline.model.values import CompanyRef, EdtfText, Horizon, Money, Parties, Share

DealKind = Literal[
    "strategic_alliance", "joint_venture", "supply", "capacity", "contract_manufacturing",
    "acquisition", "merger", "investment", "licence", "research_development", "distribution",
    "divestiture", "financing", "other",
]  # fmt: skip


class DealEvent(Event, frozen=True, kw_only=True):
    """Terms of a deal."""

    kind: DealKind | UnsetType = UNSET
    parties: Parties | UnsetType = UNSET
    title: str | UnsetType = UNSET
    form: Literal["loi", "mou", "definitive", "unspecified"] | UnsetType = UNSET
    binding: bool | UnsetType = UNSET
    value: Money | UnsetType = UNSET
    stake: Share | UnsetType = UNSET
    price_per_share: Money | UnsetType = UNSET
    scope: list[str] | UnsetType = UNSET
    activities: list[str] | UnsetType = UNSET
    products: list[str] | UnsetType = UNSET
    sites: list[str] | UnsetType = UNSET
    rationale: list[str] | UnsetType = UNSET
    term: Horizon | UnsetType = UNSET
    expected_completion: EdtfText | UnsetType = UNSET
    venture: CompanyRef | UnsetType = UNSET
    independent_of: list[SubjectRef] | UnsetType = UNSET
    replaces: list[SubjectRef] | UnsetType = UNSET


class DealTalksConfirmed(DealEvent, frozen=True, kw_only=True, tag="deal_talks_confirmed"):
    """The parties confirm that they are talking."""


class DealAnnounced(DealEvent, frozen=True, kw_only=True, tag="deal_announced"):
    """The deal is made public."""

    opens: ClassVar[bool] = True


class DealSigned(DealEvent, frozen=True, kw_only=True, tag="deal_signed"):
    """The parties sign."""

    opens: ClassVar[bool] = True


class DealTookEffect(DealEvent, frozen=True, kw_only=True, tag="deal_took_effect"):
    """The agreement is in force."""


class JointVentureFormed(DealEvent, frozen=True, kw_only=True, tag="joint_venture_formed"):
    """The joint venture exists and works."""

    opens: ClassVar[bool] = True


class DealCompleted(DealEvent, frozen=True, kw_only=True, tag="deal_completed"):
    """The deal is closed; ``assumed`` when the source infers it."""

    opens: ClassVar[bool] = True

    assumed: bool | UnsetType = UNSET


class DealTermsDisclosed(DealEvent, frozen=True, kw_only=True, tag="deal_terms_disclosed"):
    """More of the terms becomes known."""


class DealAmended(DealEvent, frozen=True, kw_only=True, tag="deal_amended"):
    """The parties change the terms."""

    amends: ClassVar[bool] = True


class DealApprovalDecided(DealEvent, frozen=True, kw_only=True, tag="deal_approval_decided"):
    """An authority, or a body of a party, grants or refuses its approval."""

    authority: str
    outcome: Literal["granted", "refused"]


class DealPaymentMade(DealEvent, frozen=True, kw_only=True, tag="deal_payment_made"):
    """Money flows under the deal."""

    amount: Money
    by: CompanyRef | UnsetType = UNSET


class DealBreachAlleged(DealEvent, frozen=True, kw_only=True, tag="deal_breach_alleged"):
    """One party says that another broke the agreement."""

    by: CompanyRef | list[CompanyRef] | UnsetType = UNSET
    against: CompanyRef | list[CompanyRef] | UnsetType = UNSET


class DealSuspended(DealEvent, frozen=True, kw_only=True, tag="deal_suspended"):
    """The deal is put on hold."""

    reason: str | UnsetType = UNSET


class DealResumed(DealEvent, frozen=True, kw_only=True, tag="deal_resumed"):
    """The deal goes on where it was suspended."""

    follow_up: ClassVar[bool] = True


class DealWithdrawn(DealEvent, frozen=True, kw_only=True, tag="deal_withdrawn"):
    """The deal is given up before it was in force."""

    follow_up: ClassVar[bool] = True

    by: CompanyRef | list[CompanyRef] | UnsetType = UNSET
    reason: str | UnsetType = UNSET


class DealTerminated(DealEvent, frozen=True, kw_only=True, tag="deal_terminated"):
    """The deal is ended by a decision."""

    follow_up: ClassVar[bool] = True

    by: CompanyRef | list[CompanyRef] | UnsetType = UNSET
    reason: str | UnsetType = UNSET
    fee: Money | UnsetType = UNSET


class DealExpired(DealEvent, frozen=True, kw_only=True, tag="deal_expired"):
    """The deal ends because its time is over."""

    follow_up: ClassVar[bool] = True


_PROGRESS: Final[dict[type[Event], str]] = {
    DealTalksConfirmed: "talks",
    DealAnnounced: "announced",
    DealSigned: "signed",
    DealTookEffect: "in_force",
    JointVentureFormed: "in_force",
    DealCompleted: "completed",
}
_END: Final[dict[type[Event], str]] = {
    DealWithdrawn: "withdrawn",
    DealTerminated: "terminated",
    DealExpired: "expired",
}
_RANK: Final = {NOTED: 0, "talks": 1, "announced": 2, "signed": 3, "in_force": 4, "completed": 5}
_FINAL: Final = frozenset(_END.values())
_SUSPENDED: Final = "suspended:"


def evolve(phase: Phase, event: type[Event], fields: Mapping[str, Any]) -> Phase | None:
    """Progress only forwards, suspension and back, and three ends that nothing follows."""
    reached = _PROGRESS.get(event)
    if reached is not None:
        if phase in _FINAL:
            return None
        if phase.startswith(_SUSPENDED):
            resumes_to = phase.removeprefix(_SUSPENDED)
            return _SUSPENDED + reached if _RANK[reached] > _RANK[resumes_to] else phase
        return reached if _RANK[reached] > _RANK[phase] else phase
    end = _END.get(event)
    if end is not None:
        if phase in _FINAL:
            return phase if phase == end else None
        if event is DealWithdrawn and phase in ("in_force", "completed"):
            return None  # that would be a termination
        return end
    if event is DealSuspended:
        if phase in _FINAL:
            return None
        return phase if phase.startswith(_SUSPENDED) else _SUSPENDED + phase
    if event is DealResumed:
        return phase.removeprefix(_SUSPENDED) if phase.startswith(_SUSPENDED) else None
    return phase


KIND = Kind(
    name="deal",
    base=DealEvent,
    evolve=evolve,
    required=("kind", "parties"),
    final=_FINAL,
    over=_FINAL,
)
