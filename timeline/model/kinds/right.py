"""Rights: options that one party gave another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Literal

from msgspec import UNSET, UnsetType
from msgspec.structs import force_setattr

from timeline.model.kinds.event import At, Event, Kind, Phase, Term, hold
from timeline.model.values import CompanyRef, EdtfText, Money, Quantity, SubjectRef, exact_number


class RightEvent(Event, frozen=True, kw_only=True):
    """Terms of a right."""

    kind: (
        Literal[
            "purchase_option", "put_option", "warrant", "conversion", "early_access", "first_refusal",
            "exclusivity", "golden_share", "veto", "board_seat", "board_observer", "information",
            "royalty", "other",
        ]
        | UnsetType
    ) = UNSET  # fmt: skip
    holder: CompanyRef | UnsetType = UNSET
    grantor: CompanyRef | UnsetType = UNSET
    over: str | UnsetType = UNSET
    deal: SubjectRef | UnsetType = UNSET
    governs: CompanyRef | UnsetType = UNSET
    strike: Money | UnsetType = UNSET
    quantity: str | int | float | Quantity | UnsetType = UNSET
    window: EdtfText | UnsetType = UNSET
    conditions: list[str] | UnsetType = UNSET
    replaces: list[SubjectRef] | UnsetType = UNSET

    def __post_init__(self) -> None:
        if isinstance(self.quantity, int | float):
            force_setattr(self, "quantity", exact_number(self.quantity))


class RightGranted(RightEvent, frozen=True, kw_only=True, tag="right_granted"):
    """A party gives another an option."""

    opens: ClassVar[bool] = True


class RightExercised(RightEvent, frozen=True, kw_only=True, tag="right_exercised"):
    """The holder makes use of it, wholly or in part."""

    step: ClassVar[str] = "exercised"

    follow_up: ClassVar[bool] = True

    part: bool | UnsetType = UNSET
    amount: Money | UnsetType = UNSET


class RightLapsed(RightEvent, frozen=True, kw_only=True, tag="right_lapsed"):
    """The right ends unused."""

    step: ClassVar[str] = "lapsed"

    follow_up: ClassVar[bool] = True

    reason: Literal["expired", "revoked", "waived"]


_RANK: Final = {"noted": 0, "granted": 1, "part_exercised": 2, "exercised": 3}


def evolve(phase: Phase, event: Event) -> Phase | None:
    """Granted, exercised in part, exercised; or lapsed. What comes late after the exercise is evidence."""
    match event:
        case RightGranted():
            reached = "granted"
        case RightExercised(part=True):
            reached = "part_exercised"
        case RightExercised():
            reached = "exercised"
        case RightLapsed():
            return None if phase.status == "exercised" else At("lapsed")
        case _:
            return phase
    if phase.status == "lapsed":
        return None
    return At(reached) if _RANK[reached] > _RANK[phase.status] else phase


def _parties(terms: Mapping[str, Any]) -> dict[str, list[str]]:
    parties: dict[str, list[str]] = {}
    for role in ("holder", "grantor"):
        if role in terms:
            hold(parties, terms[role], role)
    return parties


KIND = Kind(
    name="right",
    base=RightEvent,
    evolve=evolve,
    plural="rights",
    rank=4,
    summary="the options that one company gave another, at a coordinate.",
    examples=("--company openai", "--kind purchase_option --open"),
    words={
        "kind": Term("kind", "kind of right", told_apart=True),
        "holder": Term("holder", "id of the company that has the right", told_apart=True),
        "grantor": Term("given by", "id of the company that gave it", told_apart=True),
        "over": Term("over", "what the right is over: text or a subject", column="over_what"),
        "governs": Term("governs", "id of the company that it is a say in"),
        "strike": Term("price", "the price"),
        "quantity": Term("quantity", "the quantity"),
        "window": Term("window", "when it can be exercised", column="exercise_window"),
        "conditions": Term("conditions", "what it depends on"),
        "deal": Term("deal", "the deal that it belongs to"),
        "replaces": Term("replaces", "subjects whose place it takes"),
    },
    nouns={
        "conversion": "conversion right",
        "first_refusal": "right of first refusal",
        "veto": "veto right",
        "board_observer": "board observer's seat",
        "information": "information right",
        "other": "right",
    },
    required=("kind", "holder", "grantor"),
    groups={
        "granted": "live",
        "part_exercised": "live",
        "exercised": "done",
        "lapsed": "over",
    },
    final=frozenset({"exercised", "lapsed"}),
    parties=_parties,
)  # fmt: skip
