"""Rights: options that one party gave another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Literal

from msgspec import UNSET, UnsetType
from msgspec.structs import force_setattr

from timeline.model.kinds.envelope import Event
from timeline.model.kinds.kind import NOTED, Kind, Phase
from timeline.model.subject import SubjectRef
from timeline.model.values import CompanyRef, EdtfText, Money, exact_number


class RightEvent(Event, frozen=True, kw_only=True):
    """Terms of a right."""

    kind: (
        Literal["purchase_option", "warrant", "early_access", "first_refusal", "exclusivity"]
        | UnsetType
    ) = UNSET
    holder: CompanyRef | UnsetType = UNSET
    grantor: CompanyRef | UnsetType = UNSET
    over: str | UnsetType = UNSET
    deal: SubjectRef | UnsetType = UNSET
    strike: Money | UnsetType = UNSET
    quantity: str | int | float | UnsetType = UNSET
    window: EdtfText | UnsetType = UNSET

    def __post_init__(self) -> None:
        if isinstance(self.quantity, int | float):
            force_setattr(self, "quantity", exact_number(self.quantity))


class RightGranted(RightEvent, frozen=True, kw_only=True, tag="right_granted"):
    """A party gives another an option."""

    opens: ClassVar[bool] = True


class RightExercised(RightEvent, frozen=True, kw_only=True, tag="right_exercised"):
    """The holder makes use of it, wholly or in part."""

    follow_up: ClassVar[bool] = True

    part: bool | UnsetType = UNSET
    amount: Money | UnsetType = UNSET


class RightLapsed(RightEvent, frozen=True, kw_only=True, tag="right_lapsed"):
    """The right ends unused."""

    follow_up: ClassVar[bool] = True

    reason: Literal["expired", "revoked", "waived"]


_RANK: Final = {NOTED: 0, "granted": 1, "part_exercised": 2, "exercised": 3}
_FINAL: Final = frozenset({"exercised", "lapsed"})


def evolve(phase: Phase, event: type[Event], fields: Mapping[str, Any]) -> Phase | None:
    """Granted, exercised in part, exercised; or lapsed."""
    if event is RightGranted:
        reached = "granted"
    elif event is RightExercised:
        reached = "part_exercised" if fields.get("part") else "exercised"
    else:
        reached = "lapsed"
    if phase in _FINAL:
        return phase if phase == reached else None
    return reached if reached == "lapsed" or _RANK[reached] > _RANK[phase] else phase


def _parties(terms: Mapping[str, Any]) -> dict[str, list[str]]:
    parties: dict[str, list[str]] = {}
    for role in ("holder", "grantor"):
        if role in terms:
            parties.setdefault(terms[role], []).append(role)
    return parties


KIND = Kind(
    name="right",
    base=RightEvent,
    evolve=evolve,
    required=("kind", "holder", "grantor"),
    final=_FINAL,
    over=_FINAL,
    parties=_parties,
)
