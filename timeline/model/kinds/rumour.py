"""Rumours: claims that nobody has confirmed, and what becomes of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Literal

from msgspec import UNSET, UnsetType

from timeline.model.kinds.deal import DealKind
from timeline.model.kinds.envelope import Event
from timeline.model.kinds.kind import NOTED, Kind, Phase
from timeline.model.subject import SubjectRef
from timeline.model.values import CompanyRef, Money, Parties, Share


class RumourEvent(Event, frozen=True, kw_only=True):
    """Terms of a rumour: the claim."""

    kind: DealKind | UnsetType = UNSET
    parties: Parties | UnsetType = UNSET
    value: Money | UnsetType = UNSET
    stake: Share | UnsetType = UNSET
    text: str | UnsetType = UNSET
    deal: SubjectRef | UnsetType = UNSET


class RumourReported(RumourEvent, frozen=True, kw_only=True, tag="rumour_reported"):
    """Somebody reports the claim, for the first time or once more."""


class RumourCorroborated(RumourEvent, frozen=True, kw_only=True, tag="rumour_corroborated"):
    """Another source supports the claim."""


class RumourCommentDeclined(RumourEvent, frozen=True, kw_only=True, tag="rumour_comment_declined"):
    """A company was asked and would not say."""

    by: CompanyRef | UnsetType = UNSET


class RumourDenied(RumourEvent, frozen=True, kw_only=True, tag="rumour_denied"):
    """A company denies the claim, wholly or in part."""

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

    follow_up: ClassVar[bool] = True

    reason: str | UnsetType = UNSET


class RumourConfirmed(RumourEvent, frozen=True, kw_only=True, tag="rumour_confirmed"):
    """It was true."""

    follow_up: ClassVar[bool] = True


_CONFIRMED: Final = "confirmed"


def evolve(phase: Phase, event: type[Event], fields: Mapping[str, Any]) -> Phase | None:
    """Open, denied, lapsed, revived; confirmed once and for all."""
    if event is RumourReported:
        return "open" if phase == NOTED else phase
    if event is RumourConfirmed:
        return _CONFIRMED
    if event is RumourDenied:
        if fields.get("as_party") is False:
            return phase
        if phase == _CONFIRMED:
            return None
        partial = fields.get("extent") == "partial"
        return "partly_denied" if partial and phase != "denied" else "denied"
    if event is RumourRevived:
        return None if phase in (NOTED, _CONFIRMED) else "open"
    if event is RumourLapsed:
        if phase == _CONFIRMED:
            return None
        return phase if phase == "denied" else "lapsed"
    return phase


KIND = Kind(
    name="rumour",
    base=RumourEvent,
    evolve=evolve,
    required=("kind", "parties"),
    final=frozenset({_CONFIRMED}),
    over=frozenset({_CONFIRMED, "denied"}),
    claims=True,
)
