"""What users ask, and the plain data that answers it.

Every answer carries the coordinate it was computed at, with the position, so that it can be computed
again. The structs are the contract of the JSON output: field for field, in this order.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType, to_builtins

from timeline.answers.asked import Certainty, LensAsked
from timeline.answers.tabular import Tabular, coordinate_words
from timeline.model.values import Day, Fields, Instant

_TYPES: Final = ("string", "number", "boolean", "null", "object", "array")
# clients that take one type a schema refuse {} and a list of types
AnyValue: TypeAlias = Annotated[
    Any,
    Meta(extra_json_schema={"anyOf": [{"type": each} for each in _TYPES]}),
]
"""Any value of JSON: a text, a status, terms."""


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


class Claim(Struct, frozen=True, kw_only=True):
    """What an event says against what was reported before it."""

    event: str
    type: str
    status: str | None
    """What it would bring about by itself, where that is of another group than the item's status."""
    occurred: str | None


class Told(Struct, frozen=True, kw_only=True):
    """The evidence of an item in short."""

    reports: int
    last: Day | None
    """When the last report was published."""
    claims: list[Claim] = []
    disputers: list[str] = []
    """Who denies part of it: an id of a company, or words."""
    levels: dict[str, str] = {}
    """The fact level of each event that is no fact: forecast or opinion."""


class Member(Struct, frozen=True, kw_only=True):
    """A company of a group, and the subject that brought it in."""

    company: str
    subject: str


class CompanyState(Struct, frozen=True, kw_only=True):
    """A company at a coordinate: who it was, and its items."""

    company: str
    name: str
    aliases: list[str]
    country: str | None
    status: str | None
    merged: list[str]
    """The other ids of the company: it was registered more than once."""
    members: list[Member] | UnsetType = UNSET
    """With a group: the companies that it controls, by id."""
    items: list[CompanyItem]


class PlacedAnswer(Tabular, frozen=True, kw_only=True, omit_defaults=True):
    """An answer of which the JSON begins with the coordinate that it was computed at."""

    on: Day
    known: str | None
    recorded: str | int | None
    position: int
    lens: LensAsked | UnsetType = UNSET


class StateAnswer(PlacedAnswer, frozen=True, kw_only=True, omit_defaults=True):
    """The state of one company, or of every company, at a coordinate."""

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


class Found(Struct, frozen=True, kw_only=True):
    """What a search found: a company, an item, an event or a source, and what of it matched."""

    what: Literal["company", "item", "event", "source"]
    id: str
    """Of an item its subject."""
    name: str | None
    """Of a company its present name; an item's title, an event's type, a source's publisher."""
    matched: str
    """Of a company: id, name, alias, former name or the scheme of an identifier; else the field."""
    value: str
    """What matched: the name, or the text around the words."""
    score: int
    """100: exactly as asked. Less: words of it, or something like it."""


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
