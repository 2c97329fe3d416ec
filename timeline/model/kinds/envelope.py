"""The envelope that every event wears, whatever it tells."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, ClassVar, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from timeline.model.subject import SubjectRef
from timeline.model.values import EdtfText, Fields, MomentText, Slug, SourceRef

Attribution = Literal[
    "company_statement", "named_person", "anonymous_sources", "media_report", "filing", "background"
]
FactLevel = Literal["fact", "forecast", "opinion"]


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
    """Says that terms have changed, so another value is no conflict."""

    always: ClassVar[bool] = False
    """Needs neither ``occurred`` nor ``known``: identity is bookkeeping, not news."""

    replaces_together: ClassVar[tuple[str, ...]] = ()
    """Terms that this event gives as one: those it leaves out are gone."""

    merges_itself: ClassVar[tuple[str, ...]] = ()
    """Fields with the name of a term that ``Kind.merge`` takes care of."""

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
    schema_version: Annotated[int, Meta(ge=1)] | UnsetType = UNSET
    extra: dict[str, Any] | UnsetType = UNSET
