"""Why: the chain from the first event of a subject to the status asked for, with its evidence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType

from timeline.answers.asked import LensAsked
from timeline.answers.log import check_subject_exists
from timeline.answers.model import CompanyItem
from timeline.answers.state import item_of
from timeline.answers.tabular import Tabular, coordinate_words
from timeline.answers.view import View
from timeline.events.kind import NOTED, claim_of, same_claim
from timeline.events.registry import RECORD_TYPES
from timeline.replay import (
    RETRACTED,
    Entry,
    Fold,
    effective,
    is_mend,
    is_uncertain,
    kind_of,
    main_order,
)
from timeline.store.log import read_row_at, source_terms
from timeline.values import Day, Fields, Instant, check_subject

Counts = Literal["counts", "not yet known", "not yet happened", "retracted", "outside the lens"]


class Cited(Struct, frozen=True, kw_only=True):
    """A source as people cite it."""

    source: str
    publisher: str | None
    title: str | None
    published: str | None
    url: str | None


class Link(Struct, frozen=True, kw_only=True):
    """One event of the chain: what it says, on whose word, and what it did to the status."""

    position: int
    event: str
    type: str
    counts: Counts
    occurred: str | None
    """As it counts: corrected, where a correction stands."""
    known: Instant
    recorded: Instant
    before: Any
    """The status before (of a stated fact, its value); null: nothing had happened."""
    after: Any
    irregular: bool
    uncertain: bool
    """It may not have happened yet on the day asked for."""
    conflicts: list[str]
    """Terms to which it gave another value than an event with overlapping bounds."""
    target: str | None
    """Of a correction, retraction or dispute: the event it is about."""
    attribution: str | None
    speaker: str | None
    fact_level: str
    note: str | None
    fields: Fields
    cited: list[Cited]
    origin: str | None


class WhyAnswer(Tabular, frozen=True, kw_only=True, omit_defaults=True):
    """The state of a subject, and every event that led to it, in its order."""

    subject: str
    on: Day
    known: str | None
    recorded: str | int | None
    position: int
    lens: LensAsked | UnsetType = UNSET
    item: CompanyItem | None
    chain: list[Link]

    def rows(self) -> Iterator[Link]:
        """Every event of the chain."""
        yield from self.chain

    def caption(self) -> str:
        """Which subject, and at which coordinate."""
        return f"{self.subject} {coordinate_words(self)}"


def why(view: View, subject: str) -> WhyAnswer:
    """The chain behind a subject's state: happened events in main order, each followed by what is
    said about it; then what does not count, and why not.

    Raises InvalidValue for what is no subject, NotFound for one that the log does not know.
    """
    check_subject(subject)
    check_subject_exists(view.connection, subject)
    entries = view.entries(subject)
    item = view.item(entries)
    at = view.at
    return WhyAnswer(
        subject=subject,
        on=at.on,
        known=at.known,
        recorded=at.recorded,
        position=at.position,
        lens=view.asked or UNSET,
        item=item_of(item) if item else None,
        chain=list(_chain(view, subject, entries)),
    )


def _chain(view: View, subject: str, entries: list[Entry]) -> Iterator[Link]:
    counting = effective(entries, view.at.known_at, view.lens)
    happened = sorted((e for e in counting.entries if e.earliest <= view.at.on), key=main_order)
    shown: set[str] = set()
    kind, state = kind_of(subject), Fold()
    for place, entry in enumerate(happened):
        phase, conflicts = state.phase, state.conflicts
        regular = state.add(kind, entry)
        shown.add(entry.id)
        yield _link(
            view,
            entry,
            "counts",
            before=claim_of(phase) if place else None,
            after=claim_of(state.phase) if regular or same_claim(phase, state.phase) else None,
            irregular=not regular,
            conflicts=sorted(state.conflicts - conflicts),
        )
        for remark in counting.remarks.get(entry.id, ()):
            shown.add(remark.id)
            status = claim_of(state.phase)
            yield _link(view, remark, "counts", before=status, after=status)
    retracted = _retractions(entries)
    for entry in entries:
        if entry.id in shown:
            continue
        counts: Counts = "counts"
        if entry.known > view.at.known_at and not is_mend(entry):
            counts = "not yet known"
        elif entry.id in retracted:
            counts = "retracted"
        elif view.lens is not None and not is_mend(entry) and view.lens(entry) is None:
            counts = "outside the lens"
        elif entry.type not in RECORD_TYPES and entry.earliest > view.at.on:
            counts = "not yet happened"
        yield _link(view, entry, counts)


def _retractions(entries: list[Entry]) -> set[str]:
    return {entry.fields["target"] for entry in entries if entry.type == RETRACTED}


def _link(
    view: View,
    entry: Entry,
    counts: Counts,
    *,
    before: Any = None,
    after: Any = None,
    irregular: bool = False,
    conflicts: list[str] | None = None,
) -> Link:
    row = read_row_at(view.connection, entry.position)
    fields = dict(entry.fields)
    for name in ("source", "known", "schema_version"):
        fields.pop(name, None)
    return Link(
        position=entry.position,
        event=entry.id,
        type=entry.type,
        counts=counts,
        occurred=entry.occurred,
        known=entry.known,
        recorded=row.recorded,
        before=None if before == NOTED else before,
        after=None if after == NOTED else after,
        irregular=irregular,
        uncertain=counts == "counts"
        and entry.type not in RECORD_TYPES
        and is_uncertain(entry, view.at.on),
        conflicts=conflicts or [],
        target=fields.pop("target", None),
        attribution=fields.pop("attribution", None),
        speaker=fields.pop("speaker", None),
        fact_level=fields.pop("fact_level", "fact"),
        note=fields.pop("note", None),
        fields=fields,
        cited=[_cited(view, slug) for slug in entry.sources],
        origin=row.origin,
    )


def _cited(view: View, slug: str) -> Cited:
    terms = source_terms(view.connection, slug, view.at.position)
    return Cited(
        source=slug,
        publisher=terms.get("publisher"),
        title=terms.get("title"),
        published=terms.get("published"),
        url=terms.get("url"),
    )
