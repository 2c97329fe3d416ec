"""What users ask, and the plain data that answers it.

Every answer carries the coordinate it was computed at, with the position, so that it can be computed
again. The structs are the contract of the JSON output: field for field, in this order.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import UNSET, Struct, UnsetType, to_builtins

from timeline.answers.asked import Certainty, LensAsked
from timeline.answers.tabular import Tabular, coordinate_words
from timeline.model.values import Day, Fields, Instant


class Coordinate(Struct, frozen=True, kw_only=True):
    """Which state is asked for: on a day, as known at an instant, as recorded up to a position.

    ``known`` and ``recorded`` are what was asked (None: the latest); ``known_at`` and ``position`` are what
    that means.
    """

    on: Day
    known: str | None = None
    recorded: str | int | None = None
    known_at: Instant
    position: int


class CompanyItem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One item of a company's state: a subject of which it is a party, with its evidence."""

    member: str | UnsetType = UNSET
    """With a group: the company of the group that is the party."""
    subject: str
    kind: str | None
    status: str
    group: str
    certainty: Certainty
    alternatives: list[Any]
    roles: list[str]
    counterparties: list[str]
    since: str | None
    disputed: bool
    disputes: list[str]
    irregular: list[str]
    conflicts: list[str]
    changed: dict[str, Fields]
    remarks: list[Fields]
    terms: Fields
    steps: list[Fields]
    events: list[str]
    corrections: list[str]
    sources: list[str]
    erased: list[str] = []
    """Events that would stand here, and of which the record no longer says what they told."""


class CompanyState(Struct, frozen=True, kw_only=True):
    """A company at a coordinate: who it was, and its items."""

    company: str
    name: str
    aliases: list[str]
    country: str | None
    status: str | None
    items: list[CompanyItem]


class StateAnswer(Tabular, frozen=True, kw_only=True, omit_defaults=True):
    """The state of one company, or of every company, at a coordinate."""

    on: Day
    known: str | None
    recorded: str | int | None
    position: int
    lens: LensAsked | UnsetType = UNSET
    companies: list[CompanyState]

    def rows(self) -> Iterator[dict[str, Any]]:
        """Every item of every company, with the company in front."""
        for company in self.companies:
            for item in company.items:
                yield {"company": company.company} | to_builtins(item)

    def caption(self) -> str:
        """Whose state, and at which coordinate."""
        names = ", ".join(company.name for company in self.companies[:3])
        return f"{names}: {coordinate_words(self)}"


class CompanyMatch(Struct, frozen=True, kw_only=True):
    """A company that a search found: what matched, and how well (100 is exact)."""

    company: str
    name: str
    country: str | None
    matched: str
    """What of the company matched: id, name, alias, former name, or an identifier scheme."""
    value: str
    score: int


class LogEntry(Struct, frozen=True, kw_only=True):
    """An event as the log holds it, for people: the three clocks, the source, and what it says."""

    position: int
    id: str
    type: str
    subject: str
    version: int
    occurred: str | None
    known: Instant
    recorded: Instant
    source: list[str]
    attribution: str | None
    fact_level: str
    origin: str | None
    fields: Fields
