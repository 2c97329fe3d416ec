"""Proceedings: a review, a case or an inquiry before an authority or a court."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from msgspec import UNSET, UnsetType

from timeline.model.kinds.event import At, Event, Kind, Phase, Term, given_parties, hold
from timeline.model.values import CompanyRef, EdtfText, Money, SubjectRef

ProceedingKind = Literal[
    "merger_review", "foreign_investment_review", "antitrust_case", "lawsuit", "arbitration",
    "inquiry", "other",
]  # fmt: skip

ProceedingRole = Literal["applicant", "claimant", "respondent", "other"]


class ProceedingEvent(Event, frozen=True, kw_only=True):
    """Terms of a proceeding."""

    kind: ProceedingKind | UnsetType = UNSET
    before: CompanyRef | UnsetType = UNSET
    parties: dict[CompanyRef, list[ProceedingRole]] | UnsetType = UNSET
    about: SubjectRef | UnsetType = UNSET
    title: str | UnsetType = UNSET
    deadline: EdtfText | UnsetType = UNSET
    stage: str | UnsetType = UNSET
    remedies: list[str] | UnsetType = UNSET


class ProceedingOpened(ProceedingEvent, frozen=True, kw_only=True, tag="proceeding_opened"):
    """The review begins, or the case is brought."""


class ProceedingAdvanced(ProceedingEvent, frozen=True, kw_only=True, tag="proceeding_advanced"):
    """It comes to another stage: phase 2, a hearing, provisional findings."""

    stage: str


class ProceedingDecided(ProceedingEvent, frozen=True, kw_only=True, tag="proceeding_decided"):
    """The authority or the court decides."""

    step: ClassVar[str] = "decided: {outcome}"

    follow_up: ClassVar[bool] = True

    outcome: Literal[
        "granted", "granted_with_conditions", "refused", "for_claimant", "for_respondent",
        "dismissed", "other",
    ]  # fmt: skip
    conditions: list[str] | UnsetType = UNSET


class ProceedingAppealed(ProceedingEvent, frozen=True, kw_only=True, tag="proceeding_appealed"):
    """Somebody takes the decision to the next instance."""

    step: ClassVar[str] = "appealed"

    follow_up: ClassVar[bool] = True

    by: CompanyRef | UnsetType = UNSET


class ProceedingSettled(ProceedingEvent, frozen=True, kw_only=True, tag="proceeding_settled"):
    """The parties settle."""

    step: ClassVar[str] = "settled"

    follow_up: ClassVar[bool] = True

    terms_of: str | UnsetType = UNSET
    amount: Money | UnsetType = UNSET


class ProceedingClosed(ProceedingEvent, frozen=True, kw_only=True, tag="proceeding_closed"):
    """It ends without a decision, or is over for good."""

    step: ClassVar[str] = "closed"

    follow_up: ClassVar[bool] = True

    reason: str | UnsetType = UNSET


def evolve(phase: Phase, event: Event) -> Phase | None:
    """Opened, decided, appealed and decided again; settled or closed, which only a settlement follows."""
    status = phase.status
    match event:
        case ProceedingOpened():
            return At("opened") if status == "noted" else phase
        case ProceedingDecided():
            return None if status in ("settled", "closed") else At("decided")
        case ProceedingAppealed():
            return At("appealed") if status in ("decided", "appealed") else None
        case ProceedingSettled():
            return At("settled")
        case ProceedingClosed():
            return phase if status == "settled" else At("closed")
        case _:
            return phase


def _parties(terms: Mapping[str, Any]) -> dict[str, list[str]]:
    parties = given_parties(terms)
    if "before" in terms:
        hold(parties, terms["before"], "authority")
    return parties


KIND = Kind(
    name="proceeding",
    base=ProceedingEvent,
    evolve=evolve,
    plural="proceedings",
    rank=6,
    summary="the reviews, cases and inquiries before authorities and courts, at a coordinate.",
    examples=("--status pending --as-of 2025-01-31", "--kind merger_review --company foxconn"),
    nouns={"other": "proceeding"},
    sides={
        "": {"authority": "before", "claimant": "by", "applicant": "by", "respondent": "against"},
    },
    words={
        "kind": Term("kind", "kind of proceeding", told_apart=True),
        "before": Term(
            "before", "id of the authority or the court", told_apart=True, column="before_company"
        ),
        "parties": Term("parties", "the companies and what each is in it", told_apart=True),
        "title": Term("title", "its title"),
        "about": Term("about", "what it is about"),
        "stage": Term("stage", "how far it has come"),
        "deadline": Term("deadline", "until when there should be a decision", "by {}"),
        "remedies": Term("remedies", "what is offered or imposed"),
    },
    required=("kind", "before", "parties"),
    groups={
        "opened": "pending",
        "appealed": "pending",
        "decided": "done",
        "settled": "done",
        "closed": "over",
    },
    final=frozenset({"settled", "closed"}),
    parties=_parties,
)  # fmt: skip
