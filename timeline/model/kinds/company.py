"""Companies: identity under every name they have had."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from msgspec import UNSET, UnsetType

from timeline.model.kinds.envelope import Event
from timeline.model.kinds.kind import Kind, Phase, no_parties
from timeline.model.values import CompanyRef, Country, Fields

Scheme = Literal["lei", "wikidata", "isin", "ticker", "cik", "permid", "other"]

UNDISCLOSED = "undisclosed"
"""Always registered: a party that nobody named. It has no state of its own and is never merged."""


class CompanyEvent(Event, frozen=True, kw_only=True):
    """Terms of a company."""

    name: str | UnsetType = UNSET
    kind: Literal["company", "government", "fund", "university", "person", "other"] | UnsetType = (
        UNSET
    )
    aliases: list[str] | UnsetType = UNSET
    country: Country | UnsetType = UNSET
    identifiers: dict[Scheme, str] | UnsetType = UNSET


class CompanyRegistered(CompanyEvent, frozen=True, kw_only=True, tag="company_registered"):
    """A company that events can name as a party."""

    always: ClassVar[bool] = True


class CompanyRenamed(CompanyEvent, frozen=True, kw_only=True, tag="company_renamed"):
    """A new legal name (the old one joins the aliases), or one more brand (an alias)."""

    merges_itself: ClassVar[tuple[str, ...]] = ("name",)

    name: str
    name_kind: Literal["legal", "brand"] | UnsetType = UNSET


class CompanyIdentified(CompanyEvent, frozen=True, kw_only=True, tag="company_identified"):
    """One more identifier of a company."""

    scheme: Scheme
    value: str


class CompanyDissolved(CompanyEvent, frozen=True, kw_only=True, tag="company_dissolved"):
    """A company that is no more, perhaps with a successor."""

    follow_up: ClassVar[bool] = True

    successor: CompanyRef | UnsetType = UNSET


def evolve(phase: Phase, event: type[Event], fields: Mapping[str, Any]) -> Phase | None:
    """Registration makes a company active, dissolution ends it; names change nothing."""
    if event is CompanyRegistered:
        return "active"
    if event is CompanyDissolved:
        return "dissolved"
    return phase


def _merge(terms: Fields, event: type[Event], fields: Mapping[str, Any]) -> None:
    if event is CompanyIdentified:
        terms["identifiers"] = terms.get("identifiers", {}) | {fields["scheme"]: fields["value"]}
    if event is not CompanyRenamed:
        return
    name, old = fields["name"], terms.get("name")
    brand = fields.get("name_kind") == "brand"
    alias = name if brand else old
    aliases = [a for a in terms.get("aliases", []) if brand or a != name]
    if alias is not None and alias not in aliases and (brand or alias != name):
        aliases.append(alias)
    if aliases:
        terms["aliases"] = aliases
    else:
        terms.pop("aliases", None)
    if not brand:
        terms["name"] = name


KIND = Kind(
    name="company",
    base=CompanyEvent,
    evolve=evolve,
    required=("name",),
    claims=True,
    parties=no_parties,
    merge=_merge,
)
