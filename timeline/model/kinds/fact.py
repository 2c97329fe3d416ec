"""Facts: something said of one company, with a value, perhaps for a period."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import force_setattr

from timeline.model.kinds.event import At, Event, Kind, Phase, Term
from timeline.model.values import (
    Attribute,
    CompanyRef,
    Comparison,
    EdtfText,
    Measure,
    Subject,
    exact_number,
)

FactValue = str | bool | int | float | list[str] | Measure


class FactEvent(Event, frozen=True, kw_only=True):
    """Terms of a fact."""

    company: CompanyRef | UnsetType = UNSET
    attribute: Attribute | UnsetType = UNSET
    value: FactValue | UnsetType = UNSET
    period: EdtfText | UnsetType = UNSET
    comparison: list[Comparison] | UnsetType = UNSET

    named_by: ClassVar[tuple[str, ...]] = ("company", "attribute")

    @staticmethod
    def named_subject(fields: Mapping[str, Any]) -> str | None:
        """``fact:company/attribute``, with ``@period`` where it has one."""
        company, attribute = fields.get("company"), fields.get("attribute")
        if not isinstance(company, str) or not isinstance(attribute, str):
            return None
        period = fields.get("period")
        return str(Subject.of_fact(company, attribute, period if isinstance(period, str) else None))

    def __post_init__(self) -> None:
        if isinstance(self.value, int | float) and not isinstance(self.value, bool):
            force_setattr(self, "value", exact_number(self.value))


class FactStated(FactEvent, frozen=True, kw_only=True, tag="fact_stated"):
    """A source states a value; value and comparison replace what was stated before, together."""

    replaces_together: ClassVar[tuple[str, ...]] = ("value", "comparison")

    value: FactValue


class FactEnded(FactEvent, frozen=True, kw_only=True, tag="fact_ended"):
    """It is no longer so."""

    follow_up: ClassVar[bool] = True


class Stated(Phase, frozen=True, tag="stated"):
    """A value is stated, as JSON: where two accounts differ, they differ in it."""

    value: Any

    @property
    def status(self) -> str:
        """``stated``."""
        return "stated"

    @property
    def claim(self) -> Any:
        """The value."""
        return self.value

    def __hash__(self) -> int:
        return hash(msgspec.json.encode(self.value, order="sorted"))


def evolve(phase: Phase, event: Event) -> Phase | None:
    """Stated with a value, or ended."""
    match event:
        case FactStated(value=value):
            return Stated(msgspec.to_builtins(value))
        case FactEnded():
            return At("ended")
        case _:
            return phase


def _parties(terms: Mapping[str, Any]) -> dict[str, list[str]]:
    return {terms["company"]: ["about"]} if "company" in terms else {}


def _item_kind(terms: Mapping[str, Any]) -> str | None:
    return terms.get("attribute")


KIND = Kind(
    name="fact",
    base=FactEvent,
    evolve=evolve,
    plural="facts",
    rank=7,
    summary="what is said of companies, at a coordinate.",
    examples=("--company foxconn --on 2025-11-21", "--kind results --fact-level fact"),
    claim_term="value",
    words={
        "company": Term("company", "id of the company that it is said of", told_apart=True),
        "attribute": Term("attribute", "what is said of the company", told_apart=True),
        "value": Term("value", "the value", told_apart=True),
        "period": Term("period", "of which time it is said", told_apart=True),
        "comparison": Term("compared", "against whom or what", told_apart=True),
    },
    required=("company", "attribute"),
    groups={"stated": "live", "ended": "over"},
    claims=True,
    parties=_parties,
    item_kind=_item_kind,
)  # fmt: skip
