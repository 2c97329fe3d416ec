"""Why: the chain from the first event of a subject to the status asked for, with its evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType, to_builtins

from timeline.answers.asked import LensAsked
from timeline.answers.cited import Citations, Cited
from timeline.answers.companies import find_company
from timeline.answers.log import check_subject_exists
from timeline.answers.model import CompanyItem
from timeline.answers.state import item_of, items_of_group
from timeline.answers.tabular import Tabular, coordinate_words
from timeline.answers.view import View
from timeline.model.fold import (
    ERASED,
    RETRACTED,
    Entry,
    Fold,
    by_position,
    effective,
    is_mend,
    is_uncertain,
    kind_of,
    main_order,
    mended,
)
from timeline.model.kinds import RECORD_TYPES
from timeline.model.kinds.event import NOTED, same_claim
from timeline.model.subject import check_subject
from timeline.model.values import Day, Fields, Instant
from timeline.store.log import read_row_at

Counts = Literal[
    "counts", "not yet known", "not yet happened", "retracted", "erased", "outside the lens"
]


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
    replaced: Fields | None
    """Of a correction of what counts: the values that it replaced."""
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


class CompanyWhy(Tabular, frozen=True, kw_only=True, omit_defaults=True):
    """Why each item of a company, or of its group, is what it is."""

    company: str
    on: Day
    known: str | None
    recorded: str | int | None
    position: int
    lens: LensAsked | UnsetType = UNSET
    answers: list[WhyAnswer]

    def rows(self) -> Iterator[dict[str, Any]]:
        """Every event of every chain, with its subject in front."""
        for answer in self.answers:
            for link in answer.chain:
                yield {"subject": answer.subject} | to_builtins(link)

    def caption(self) -> str:
        """Which company, and at which coordinate."""
        return f"{self.company} {coordinate_words(self)}"


def why_company(view: View, company: str, *, group: bool = False) -> CompanyWhy:
    """The chains behind every item of a company (by any of its names), or of all that it controls.

    Raises NotFound for an unknown company.
    """
    company = find_company(view.connection, company)
    return CompanyWhy(
        company=company,
        **view.heading,
        answers=[why(view, i.subject) for i in items_of_group(view, company, group=group)],
    )


def why(view: View, subject: str) -> WhyAnswer:
    """The chain behind a subject's state: happened events in main order, each followed by what is
    said about it; then what does not count, and why not.

    Raises InvalidValue for what is no subject, NotFound for one that the log does not know.
    """
    check_subject(subject)
    check_subject_exists(view.connection, subject)
    entries = view.entries(subject)
    item = view.item(entries)
    return WhyAnswer(
        subject=subject,
        **view.heading,
        item=item_of(item) if item else None,
        chain=list(_chain(view, subject, entries)),
    )


def _chain(view: View, subject: str, entries: list[Entry]) -> Iterator[Link]:
    cite = Citations(view.connection, entries, view.at.position)
    counting = effective(entries, view.at.known_at, view.lens)
    happened = sorted((e for e in counting.entries if e.earliest <= view.at.on), key=main_order)
    shown: set[str] = set()
    kind, state = kind_of(subject), Fold()
    raw = {entry.id: entry for entry in entries}
    for place, entry in enumerate(happened):
        phase, conflicts = state.phase, state.conflicts
        regular = state.add(kind, entry)
        shown.add(entry.id)
        yield _link(
            view,
            cite,
            entry,
            "counts",
            before=phase.claim if place else None,
            after=state.phase.claim if regular or same_claim(phase, state.phase) else None,
            irregular=not regular,
            conflicts=[name for name in state.conflicts if name not in conflicts],
        )
        remarks = counting.remarks.get(entry.id, ())
        replaced = _replaced(raw[entry.id], remarks) if remarks else {}
        for remark in remarks:
            shown.add(remark.id)
            status, old = state.phase.claim, replaced.get(remark.id)
            yield _link(view, cite, remark, "counts", before=status, after=status, replaced=old)
    rest = [entry for entry in _as_mended(entries) if entry.id not in shown]
    said: dict[str, list[Entry]] = {}
    for entry in rest:
        if "target" in entry.fields:
            said.setdefault(entry.fields["target"], []).append(entry)
    undone = _undone(view, entries)
    for entry in rest:
        if "target" in entry.fields and entry.fields["target"] not in shown:
            continue  # shown after what it is about
        for each, about in _with_remarks(entry, said):
            counts = _counts(view, each, undone)
            if counts == "counts" and about is not None and each.type not in (RETRACTED, ERASED):
                counts = _counts(
                    view, about, undone
                )  # what is said of it counts no more than it does
            yield _link(view, cite, each, counts)


def _replaced(target: Entry, remarks: Sequence[Entry]) -> dict[str, Fields]:
    """What each correction of an event replaced, by its id: mends first, then news as it came."""
    now = {**target.fields, "occurred": target.occurred, "known": target.known}
    found: dict[str, Fields] = {}
    for remark in sorted(
        remarks, key=lambda r: (not is_mend(r), is_mend(r) or r.known, r.position)
    ):
        changes = remark.fields.get("changes")
        if changes is not None:
            found[remark.id] = {name: now.get(name) for name in changes}
            now |= changes
    return found


def _as_mended(entries: list[Entry]) -> list[Entry]:
    """Every event as our mends have it, those that are retracted and the mends themselves too."""
    seen = {entry.id: entry for entry in mended(entries)}
    return [seen.get(entry.id, entry) for entry in entries]


def _with_remarks(
    entry: Entry, said: dict[str, list[Entry]], about: Entry | None = None
) -> Iterator[tuple[Entry, Entry | None]]:
    yield entry, about
    for remark in said.get(entry.id, ()):
        yield from _with_remarks(remark, said, entry)


def _visible(view: View, entry: Entry) -> Counts:
    if is_mend(entry):
        return "counts"
    seen: Entry | None = entry
    if entry.known <= view.at.known_at and view.lens is not None:
        seen = view.lens(entry)
        if seen is None:
            return "outside the lens"
    return "counts" if seen and seen.known <= view.at.known_at else "not yet known"


def _undone(view: View, entries: list[Entry]) -> set[str]:
    """What retractions that stand take back; from the highest position down, as the fold does it."""
    undone: set[str] = set()
    for entry in sorted(_as_mended(entries), key=by_position, reverse=True):
        if entry.type != RETRACTED or entry.is_erased or entry.id in undone:
            continue
        if _visible(view, entry) == "counts":
            undone.add(entry.fields["target"])
    return undone


def _counts(view: View, entry: Entry, undone: set[str]) -> Counts:
    """Whether an event counts that is not among the happened ones, and else why it does not."""
    if entry.is_erased:
        return "erased"
    visible = _visible(view, entry)
    if visible != "counts":
        return visible
    if entry.id in undone:
        return "retracted"
    ahead = entry.type not in RECORD_TYPES and entry.earliest > view.at.on
    return "not yet happened" if ahead else "counts"


def _link(
    view: View,
    cite: Citations,
    entry: Entry,
    counts: Counts,
    *,
    before: Any = None,
    after: Any = None,
    irregular: bool = False,
    conflicts: list[str] | None = None,
    replaced: Fields | None = None,
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
        replaced=replaced,
        cited=[cite(slug) for slug in entry.sources],
        origin=row.origin,
    )
