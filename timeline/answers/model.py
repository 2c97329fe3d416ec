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


class CompanyItem(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
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


class Claim(Struct, frozen=True, kw_only=True, gc=False):
    """What an event says against what was reported before it."""

    event: str
    type: str
    status: str | None
    """What it would bring about by itself, where that is of another group than the item's status."""
    occurred: str | None


class Told(Struct, frozen=True, kw_only=True, gc=False):
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


# --- lists ----------------------------------------------------------------------------------------


class Sum(Struct, frozen=True, kw_only=True):
    """Money of one group of statuses, currency, period and basis: amounts and ranges added end by end."""

    group: str
    currency: str
    per: str
    basis: str
    items: int
    min: str | None
    """Null where one of the items has no lower end."""
    max: str | None


class ListAnswer(Tabular, frozen=True, kw_only=True, omit_defaults=True):
    """The items of one kind of subject at a coordinate."""

    kind: str
    on: Day
    known: str | None
    recorded: str | int | None
    position: int
    lens: LensAsked | UnsetType = UNSET
    items: list[CompanyItem]
    sums: list[Sum]

    def rows(self) -> Iterator[CompanyItem]:
        """Every item."""
        yield from self.items

    def caption(self) -> str:
        """Which list, and at which coordinate."""
        return f"{self.kind}s {coordinate_words(self)}"


class CompanyRow(Struct, frozen=True, kw_only=True):
    """A company at a coordinate, and how many items it has."""

    company: str
    name: str
    country: str | None
    kind: str | None
    status: str | None
    items: int


class CompaniesAnswer(PlacedAnswer, frozen=True, kw_only=True, omit_defaults=True):
    """Every registered company at a coordinate."""

    companies: list[CompanyRow]

    def rows(self) -> Iterator[CompanyRow]:
        """Every company."""
        yield from self.companies

    def caption(self) -> str:
        """The coordinate."""
        return f"companies {coordinate_words(self)}"


# --- two companies, two coordinates ---------------------------------------------------------------


class CompareAnswer(PlacedAnswer, frozen=True, kw_only=True, omit_defaults=True):
    """The states of two companies at a coordinate, and what they share."""

    companies: list[CompanyState]
    """Both, in the order in which they were asked for, each with all of its items."""
    shared: list[str]
    """The subjects in which both have a part."""
    counterparties: list[str]
    """The other companies with which each of the two has something."""

    def rows(self) -> Iterator[dict[str, Any]]:
        """Every item of both, with the company in front and whether the other has a part in it."""
        shared = set(self.shared)
        for company in self.companies:
            for item in company.items:
                yield {
                    "company": company.company,
                    "shared": item.subject in shared,
                    **to_builtins(item),
                }

    def caption(self) -> str:
        """Which two, and at which coordinate."""
        one, other = (company.name for company in self.companies)
        return f"{one} and {other}: {coordinate_words(self)}"


class Cited(Struct, frozen=True, kw_only=True):
    """A source as people cite it."""

    source: str
    publisher: str | None
    title: str | None
    published: str | None
    url: str | None


ChangeName = Literal[
    "company", "appeared", "vanished", "member", "status", "certainty", "since", "terms", "changed",
    "disputed", "disputes", "conflicts", "irregular", "remarks", "steps", "evidence",
]  # fmt: skip


class Change(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that differs in one item, or in who the company is, and the events that did it."""

    member: str | UnsetType = UNSET
    """With a group: the company of the group that is the party."""
    subject: str
    kind: str | None
    change: ChangeName
    before: AnyValue
    """What was there: a status, a certainty with its alternatives, the terms that changed, the steps that
    are gone; null: absent."""
    after: AnyValue
    events: list[str]
    """What made the difference; corrections, retractions and disputes among them."""
    sources: list[str]


class Cause(Struct, frozen=True, kw_only=True):
    """An event that made a difference."""

    event: str
    type: str
    subject: str
    target: str | None
    """Of a correction, retraction or dispute: the event it is about."""
    occurred: str | None
    known: Instant
    attribution: str | None
    cited: list[Cited]


class Side(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One of the two coordinates that are compared."""

    on: Day
    known: str | None
    recorded: str | int | None
    position: int
    lens: LensAsked | UnsetType = UNSET


class DiffAnswer(Tabular, frozen=True, kw_only=True):
    """What differs for a company between two coordinates."""

    company: str
    before: Side
    after: Side
    changes: list[Change]
    items: list[CompanyItem]
    """Every item that changed, as it is after; one that vanished as it was before."""
    evidence: list[Cause]
    """Every event that a change names, by position."""

    def rows(self) -> Iterator[Change]:
        """Every change."""
        yield from self.changes

    def caption(self) -> str:
        """Whose state, and between which coordinates."""
        sides = coordinate_words(self.before), coordinate_words(self.after)
        return f"{self.company}: {sides[0]}; {sides[1]}"
