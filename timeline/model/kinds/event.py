"""What every event and every kind of subject is made of: the envelope, phases, ``Kind``, shapes of terms.

Events about the record stand here, too: they belong to a subject of any kind. So does what deals and rumours
have in common.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from inspect import get_annotations
from typing import Annotated, Any, ClassVar, Final, Literal, NamedTuple, TypeAlias, get_type_hints

from msgspec import UNSET, Meta, Struct, UnsetType, inspect

from timeline.model import values
from timeline.model.values import (
    EdtfText,
    EventRef,
    Fields,
    MomentText,
    Quote,
    Sha256,
    Slug,
    SourceRef,
    SubjectRef,
    same_value,
)

Attribution = Literal[
    "company_statement", "named_person", "anonymous_sources", "media_report", "filing", "background"
]
FactLevel = Literal["fact", "forecast", "opinion"]


class Flaw(NamedTuple):
    """What is wrong with an event as a whole, and the field to point at."""

    code: str
    message: str
    field: str | None = None
    hint: str | None = None


class Event(
    Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
    tag_field="type",
):
    """What happened to one subject, when, and who said so. Absent fields are ``UNSET``.

    The class variables tell the fold what an event of the type does; the fold never asks for names.
    """

    follow_up: ClassVar[bool] = False
    """Taken at its latest day, not its earliest: an ending, a denial, a resumption (†)."""

    opens: ClassVar[bool] = False
    """There again with bounds that do not overlap, it is a conflict about when."""

    amends: ClassVar[bool] = False
    """Says that terms have changed (‡): another value is no conflict."""

    always: ClassVar[bool] = False
    """Needs neither ``occurred`` nor ``known``: identity is bookkeeping, not news."""

    replaces_together: ClassVar[tuple[str, ...]] = ()
    """Terms that this event gives as one: those it leaves out are gone."""

    step_fields: ClassVar[tuple[str, ...]] = ()
    """Fields with the name of a term that are the event's own: they make a step and are not merged."""

    named_by: ClassVar[tuple[str, ...]] = ()
    """The fields from which its subject follows (``named_subject``); none where it must be given."""

    step: ClassVar[str] = ""
    """What happened, in words, with the fields in braces that it takes in; of what makes a step."""

    upcasters: ClassVar[tuple[Callable[[Fields], Fields], ...]] = ()
    """From each older ``schema_version`` to the next; today's is one more than there are."""

    id: Slug | UnsetType = UNSET
    subject: SubjectRef | UnsetType = UNSET
    occurred: EdtfText | UnsetType = UNSET
    known: MomentText | UnsetType = UNSET
    source: SourceRef | Annotated[list[SourceRef], Meta(min_length=1)] | UnsetType = UNSET
    attribution: Attribution | UnsetType = UNSET
    speaker: str | UnsetType = UNSET
    fact_level: FactLevel | UnsetType = UNSET
    note: str | UnsetType = UNSET
    quote: Quote | Annotated[list[Quote], Meta(min_length=1)] | UnsetType = UNSET
    schema_version: Annotated[int, Meta(ge=1)] | UnsetType = UNSET
    extra: dict[str, Any] | UnsetType = UNSET

    @staticmethod
    def named_subject(fields: Mapping[str, Any]) -> str | None:
        """The subject that follows from the event's other fields; None where it must be given."""
        return None

    @staticmethod
    def rules(fields: Mapping[str, Any]) -> Iterable[Flaw]:
        """What is wrong by the rules of the kind that span fields."""
        return ()


ENVELOPE: Final = frozenset(Event.__struct_encode_fields__)


# --- phases -------------------------------------------------------------------------------------


class Phase(Struct, frozen=True, tag_field="phase"):
    """Where a subject stands: all of its past that decides about its future.

    Two subjects in the same phase have the same future. Phases are tagged, so that JSON tells them apart.
    """

    @property
    def status(self) -> str:
        """The status that people read."""
        raise NotImplementedError

    @property
    def claim(self) -> Any:
        """What stands for the phase among alternatives: the status; of a stated fact, its value."""
        return self.status


class Noted(Phase, frozen=True, tag="noted"):
    """No event has set a status yet. To every transition this counts as none."""

    @property
    def status(self) -> str:
        """``noted``."""
        return "noted"


class At(Phase, frozen=True, tag="at"):
    """A status that says all there is to say."""

    at: str

    @property
    def status(self) -> str:
        """The status itself."""
        return self.at


NOTED: Final = Noted()

Evolve: TypeAlias = Callable[[Phase, Event], Phase | None]
"""The phase after an event, from the phase before; pure.

``None`` says that the event is irregular: it cannot follow, and the phase stays.
"""


def same_claim(one: Phase, other: Phase) -> bool:
    """Whether two phases show as the same: equal statuses, and for stated facts equal values."""
    if one == other:
        return True
    return one.status == other.status and same_value(one.claim, other.claim)


# --- kinds --------------------------------------------------------------------------------------

Group = Literal["pending", "live", "claimed", "done", "over", "denied", "noted"]
"""What a status means to somebody who does not know the kind."""

CLOSED: Final = frozenset({"done", "over", "denied"})
"""The groups that ``--open`` leaves out."""


def no_parties(terms: Mapping[str, Any]) -> dict[str, list[str]]:
    """Of identity: a source and a company are in no company's state."""
    return {}


def given_parties(terms: Mapping[str, Any]) -> dict[str, list[str]]:
    """The parties that the terms name, with their roles; a list of its own, to be added to."""
    return {company: list(roles) for company, roles in terms.get("parties", {}).items()}


def with_itself(company: str, one: str, other: str, field: str) -> Flaw:
    """The flaw of a company that would deal with itself."""
    return Flaw(
        "self-dealing",
        f'"{company}" cannot be both {one} and {other}: no company deals with itself',
        field,
        "is one of them another company of its group?",
    )


def hold(parties: dict[str, list[str]], company: str, role: str) -> None:
    """Give a company a role, unless it has it."""
    roles = parties.setdefault(company, [])
    if role not in roles:
        roles.append(role)


def _kind_term(terms: Mapping[str, Any]) -> str | None:
    return terms.get("kind")


class Term(NamedTuple):
    """What people read of a term: beside its value, in SQL and in the docs."""

    label: str
    """Of at most eleven letters."""
    meaning: str
    """A phrase that goes on from "what this is:"."""
    form: str = "{}"
    """How the value reads beside the label."""
    told_apart: bool = False
    """The title tells it, or a row of its own."""
    column: str = ""
    """Its name in SQL, where the term's own is a word of the language."""


@dataclass(frozen=True)
class Kind:
    """One kind of subject: its events' base class, how it evolves, and how it reads."""

    name: str
    base: type[Event]
    """The class whose own fields are the term fields of the kind."""
    evolve: Evolve
    required: tuple[str, ...]
    """Terms that the first event of a subject in the log must give."""
    groups: Mapping[str, Group] = field(default_factory=dict)
    """The group of each status, in the order in which a subject goes through them."""
    plural: str = ""
    """What many of them are called: the heading of a list, the name of its command and its page."""
    rank: int = 100
    """The place of the list among those of other kinds, the lowest first; 100 comes last."""
    summary: str = ""
    """What a list of them holds, after "List"."""
    examples: tuple[str, ...] = ()
    """Options for the command that lists them, worth an example."""
    words: Mapping[str, Term] = field(default_factory=dict)
    """What people read of each term, in the order in which it is shown."""
    nouns: Mapping[str, str] = field(default_factory=dict)
    """What an item of each kind is called, where that is not the kind's own name in words."""
    sides: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By the kind of item ("": every one), how other parties follow its noun, by their role."""
    phrases: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """By the kind of item, the whole title as its first and as its second company sees it."""
    claim_term: str | None = None
    """The term whose value stands in for the status where accounts differ; its title tells the value."""
    money: str | None = None
    """The term that says what the whole thing is worth, as stated: it is summed."""
    final: frozenset[str] = frozenset()
    """Statuses that no other event moves, but for what ``evolve`` says."""
    claims: bool = False
    """A claim anyway: a forecast or an opinion moves the status like a fact."""
    parties: Callable[[Mapping[str, Any]], dict[str, list[str]]] = given_parties
    item_kind: Callable[[Mapping[str, Any]], str | None] = _kind_term
    merge: Callable[[Fields, Event], None] | None = None
    """How an event changes terms beyond the plain merge of its own terms."""
    terms: tuple[str, ...] = field(init=False)
    term_set: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        names = self.base.__struct_encode_fields__
        object.__setattr__(self, "terms", tuple(n for n in names if n not in ENVELOPE))
        object.__setattr__(self, "term_set", frozenset(self.terms))

    def group_of(self, status: str) -> str:
        """The group of a status: ``noted`` of its own; identity has none but its status."""
        return self.groups.get(status, status)

    def noun(self, item_kind: str | None) -> str:
        """A kind of item in words: "joint venture"."""
        kind = item_kind or "other"
        return self.nouns.get(kind, kind.replace("_", " "))

    @property
    def closed(self) -> list[str]:
        """The statuses that ``--open`` leaves out: done, over or denied."""
        return sorted(status for status, group in self.groups.items() if group in CLOSED)

    def is_closed(self, status: str) -> bool:
        """Whether ``--open`` leaves it out."""
        return self.group_of(status) in CLOSED


def besides(event: type[Event], kind: Kind) -> tuple[str, ...]:
    """The fields of an event type that are neither envelope nor terms: they become steps."""
    own = event.__struct_encode_fields__
    terms = kind.term_set.difference(event.step_fields)
    return tuple(name for name in own if name not in ENVELOPE and name not in terms)


# --- what deals and the rumours of them have in common -------------------------------------------

DealKind = Literal[
    "strategic_alliance", "joint_venture", "supply", "capacity", "contract_manufacturing",
    "acquisition", "merger", "asset_purchase", "investment", "ipo", "spin_off", "licence",
    "research_development", "distribution", "divestiture", "financing", "other",
]  # fmt: skip

DEAL_NOUNS: Final = {
    "research_development": "research and development",
    "ipo": "IPO",
    "spin_off": "spin-off",
    "other": "agreement",
}
"""What a deal of a kind is called, where that is not the kind in words."""

_SALE: Final = {"target": "of", "acquirer": "by", "seller": "from"}

DEAL_SIDES: Final[dict[str, dict[str, str]]] = {
    "joint_venture": {"venture": "in", "partner": "between"},
    "supply": {"customer": "to", "supplier": "from"},
    "capacity": {"customer": "for", "supplier": "from"},
    "contract_manufacturing": {"customer": "for", "manufacturer": "by", "supplier": "by"},
    "acquisition": _SALE,
    "merger": _SALE | {"partner": "between", "venture": "into"},
    "asset_purchase": _SALE,
    "investment": {"investee": "in", "investor": "by"},
    "ipo": {"investee": "of", "target": "of", "other": "of", "investor": "by", "seller": "by"},
    "spin_off": {"subsidiary": "of", "target": "of", "parent": "from", "seller": "from"},
    "licence": {"licensee": "to", "licensor": "from"},
    "divestiture": {"target": "of", "acquirer": "to", "seller": "by"},
    "financing": {"borrower": "of", "lender": "by"},
}
"""How the other parties of a deal follow its noun, by its kind and their role; else it is "with"."""


# --- events about the record -----------------------------------------------------------------------


class RecordEvent(Event, frozen=True, kw_only=True):
    """What is said about the record itself: corrections, retractions, disputes, erasures.

    With a source it is news, visible from its own ``known`` on. Without one it mends a slip of ours, and is
    applied first, whatever is asked. "It was wrong" never shares an event type with "it is no longer so".
    """

    target: EventRef
    """The event that it is about, whose subject it has."""
    reason: str | UnsetType = UNSET


class EventCorrected(RecordEvent, frozen=True, kw_only=True, tag="event_corrected"):
    """The named fields of the target take new values; null removes one."""

    changes: Annotated[dict[str, Any], Meta(min_length=1)]


class EventRetracted(RecordEvent, frozen=True, kw_only=True, tag="event_retracted"):
    """The target no longer counts."""


class EventDisputed(RecordEvent, frozen=True, kw_only=True, tag="event_disputed"):
    """The target counts, and its subject is marked as disputed."""

    by: str | UnsetType = UNSET


class EventErased(RecordEvent, frozen=True, kw_only=True, tag="event_erased"):
    """What the target said is gone from the record; only ``timeline erase`` appends this."""

    reason: str
    left: Sha256
    """Of what is left of the target: its dates, its subject, its origin."""


IMMUTABLE: Final = frozenset({"type", "subject", "id", "schema_version", "target"})
"""Fields that no correction may change."""


# --- the shapes of terms and fields ----------------------------------------------------------------

Shape: TypeAlias = Literal[
    "text", "boolean", "date", "company", "companies", "money", "share", "quantity", "horizon",
    "measure", "list", "mapping",
]  # fmt: skip

_OF_STRUCT: dict[type, Shape] = {
    values.Money: "money",
    values.Share: "share",
    values.Quantity: "quantity",
    values.Horizon: "horizon",
    values.Measure: "measure",
}


@cache
def fields_of(struct: Any) -> dict[str, inspect.Field]:
    """The fields of a struct type by the names that stand in files."""
    described = inspect.type_info(struct)
    assert isinstance(described, inspect.StructType)
    return {field.encode_name: field for field in described.fields}


@cache
def shapes_of(struct: type[Struct]) -> dict[str, Shape]:
    """The shape of each field of an event type or of a kind's base, by the name that stands in files."""
    return {name: _shape(field.type) for name, field in fields_of(struct).items()}


@cache
def shape_in(struct: type[Struct], name: str) -> Shape:
    """The shape of one field, without those of the others: most answers need a few fields of a few types."""
    named = dict(zip(struct.__struct_encode_fields__, struct.__struct_fields__, strict=True))
    owner = next(each for each in struct.__mro__ if named[name] in get_annotations(each))
    alone = {"__annotations__": {name: get_annotations(owner)[named[name]]}}
    hints = get_type_hints(
        type(name, (), alone), vars(sys.modules[owner.__module__]), include_extras=True
    )
    return _shape(inspect.type_info(hints[name]))


def shape_of(kind: Kind, term: str) -> Shape:
    """The shape of a kind's term."""
    return shape_in(kind.base, term)


def _shape(type_: inspect.Type) -> Shape:
    if isinstance(type_, inspect.UnionType):
        shapes = {_shape(option) for option in type_.types if not _is_unset(option)}
        for richest in ("measure", "quantity", "companies"):
            if richest in shapes:
                return richest
        return "companies" if shapes == {"company", "list"} else min(shapes, default="text")
    if isinstance(type_, inspect.Metadata):
        extra = type_.extra or {}
        if extra.get("refers") == "company":
            return "company"
        if extra.get("check") in (values.check_edtf, values.check_moment):
            return "date"
        return _shape(type_.type)
    if isinstance(type_, inspect.StructType):
        return _OF_STRUCT.get(type_.cls, "mapping")
    if isinstance(type_, inspect.ListType):
        return "companies" if _shape(type_.item_type) == "company" else "list"
    if isinstance(type_, inspect.DictType):
        return "mapping"
    return "boolean" if isinstance(type_, inspect.BoolType) else "text"


def _is_unset(type_: inspect.Type) -> bool:
    return isinstance(type_, inspect.CustomType) and type_.cls is UnsetType
