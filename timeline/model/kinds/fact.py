"""Facts: something said of one company, with a value, perhaps for a period."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import force_setattr

from timeline.model.kinds.envelope import Event
from timeline.model.kinds.kind import Kind, Phase
from timeline.model.values import Attribute, CompanyRef, EdtfText, Measure, exact_number

FactValue = str | bool | int | float | list[str] | Measure


class Comparison(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """How a value stands to another, or to what was expected."""

    relation: Literal[
        "overtook", "above_expectations", "below_expectations", "largest", "first_time", "other"
    ]
    other: str | UnsetType = UNSET


class FactEvent(Event, frozen=True, kw_only=True):
    """Terms of a fact."""

    company: CompanyRef | UnsetType = UNSET
    attribute: Attribute | UnsetType = UNSET
    value: FactValue | UnsetType = UNSET
    period: EdtfText | UnsetType = UNSET
    comparison: list[Comparison] | UnsetType = UNSET

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


def evolve(phase: Phase, event: type[Event], fields: Mapping[str, Any]) -> Phase | None:
    """Stated with a value, or ended."""
    if event is FactStated:
        # the value is part of the phase: where two accounts differ, they differ in it
        return "stated:" + msgspec.json.encode(fields.get("value"), order="sorted").decode()
    return "ended" if event is FactEnded else phase


def fact_subject(fields: Mapping[str, Any]) -> str | None:
    """The subject that a fact's terms name, or None where they do not."""
    company, attribute = fields.get("company"), fields.get("attribute")
    if not isinstance(company, str) or not isinstance(attribute, str):
        return None
    period = fields.get("period")
    return f"fact:{company}/{attribute}" + (f"@{period}" if isinstance(period, str) else "")


def _parties(terms: Mapping[str, Any]) -> dict[str, list[str]]:
    return {terms["company"]: ["about"]} if "company" in terms else {}


def _item_kind(terms: Mapping[str, Any]) -> str | None:
    return terms.get("attribute")


KIND = Kind(
    name="fact",
    base=FactEvent,
    evolve=evolve,
    required=("company", "attribute"),
    claims=True,
    parties=_parties,
    item_kind=_item_kind,
)
