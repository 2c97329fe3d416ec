"""Rumours: claims that nobody has confirmed, and what becomes of them."""

from __future__ import annotations

from typing import ClassVar, Literal

from msgspec import UNSET, UnsetType

from timeline.model.kinds.event import (
    DEAL_NOUNS,
    DEAL_SIDES,
    At,
    DealKind,
    Event,
    Kind,
    Phase,
    Term,
)
from timeline.model.values import CompanyRef, Money, Parties, Quantity, Share, SubjectRef


class RumourEvent(Event, frozen=True, kw_only=True):
    """Terms of a rumour: the claim."""

    kind: DealKind | UnsetType = UNSET
    parties: Parties | UnsetType = UNSET
    of: Literal["begin", "change", "delay", "end", "decision"] | UnsetType = UNSET
    value: Money | UnsetType = UNSET
    stake: Share | UnsetType = UNSET
    quantity: Quantity | UnsetType = UNSET
    text: str | UnsetType = UNSET
    about: SubjectRef | UnsetType = UNSET
    deal: SubjectRef | UnsetType = UNSET


class RumourReported(RumourEvent, frozen=True, kw_only=True, tag="rumour_reported"):
    """Somebody reports the claim, for the first time or once more."""


class RumourCorroborated(RumourEvent, frozen=True, kw_only=True, tag="rumour_corroborated"):
    """Another source supports the claim."""


class RumourCommentDeclined(RumourEvent, frozen=True, kw_only=True, tag="rumour_comment_declined"):
    """A company was asked and would not say."""

    step: ClassVar[str] = "comment declined"

    by: CompanyRef | UnsetType = UNSET


class RumourDenied(RumourEvent, frozen=True, kw_only=True, tag="rumour_denied"):
    """A company denies the claim, wholly or in part."""

    step: ClassVar[str] = "denied"

    follow_up: ClassVar[bool] = True

    by: CompanyRef
    as_party: bool | UnsetType = UNSET
    extent: Literal["full", "partial"] | UnsetType = UNSET
    alternative: str | UnsetType = UNSET


class RumourRevived(RumourEvent, frozen=True, kw_only=True, tag="rumour_revived"):
    """The claim is back after it was denied or had lapsed."""

    follow_up: ClassVar[bool] = True


class RumourLapsed(RumourEvent, frozen=True, kw_only=True, tag="rumour_lapsed"):
    """Nothing came of it."""

    step: ClassVar[str] = "lapsed"

    follow_up: ClassVar[bool] = True

    reason: str | UnsetType = UNSET


class RumourConfirmed(RumourEvent, frozen=True, kw_only=True, tag="rumour_confirmed"):
    """It was true."""

    follow_up: ClassVar[bool] = True


def evolve(phase: Phase, event: Event) -> Phase | None:
    """Open, denied, lapsed, revived; confirmed once and for all."""
    status = phase.status
    match event:
        case RumourReported():
            return At("open") if status == "noted" else phase
        case RumourConfirmed():
            return At("confirmed")
        case RumourDenied(as_party=False):
            return phase  # a bystander's word
        case RumourDenied() | RumourRevived() | RumourLapsed() if status == "confirmed":
            return None
        case RumourDenied(extent="partial"):
            return phase if status == "denied" else At("partly_denied")
        case RumourDenied():
            return At("denied")
        case RumourRevived():
            return None if status == "noted" else At("open")
        case RumourLapsed():
            return phase if status == "denied" else At("lapsed")
        case _:
            return phase


KIND = Kind(
    name="rumour",
    base=RumourEvent,
    evolve=evolve,
    plural="rumours",
    rank=2,
    summary="the claims that nobody has confirmed, at a coordinate.",
    examples=("--open --as-of 2025-01-31", "--status denied --status partly_denied"),
    words={
        "kind": Term("kind", "kind of deal that is rumoured", told_apart=True),
        "parties": Term("parties", "the companies and what each is in it", told_apart=True),
        "of": Term(
            "of", "what is rumoured of it: begin, change, delay, end or decision", told_apart=True,
            column="rumoured",
        ),
        "text": Term("claim", "the claim in words"),
        "value": Term("value", "the value"),
        "stake": Term("stake", "the stake"),
        "quantity": Term("quantity", "the quantity"),
        "about": Term("about", "what it is about"),
        "deal": Term("deal", "the deal that it turned out to be"),
    },
    money="value",
    nouns=DEAL_NOUNS,
    sides=DEAL_SIDES,
    required=("kind", "parties"),
    groups={
        "open": "claimed",
        "partly_denied": "claimed",
        "denied": "denied",
        "lapsed": "over",
        "confirmed": "done",
    },
    final=frozenset({"confirmed"}),
    claims=True,
)  # fmt: skip
