"""Why: the chain from the first event of a subject to the status asked for, with its evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType, to_builtins

from timeline.answers.asked import LensAsked
from timeline.answers.log import check_subject_exists
from timeline.answers.model import AnyValue, CompanyItem
from timeline.answers.sources import Citations, Cited
from timeline.answers.state import item_of, items_of_group
from timeline.answers.tabular import Tabular, coordinate_words
from timeline.answers.view import View, with_remarks
from timeline.model.fold import Fold, is_uncertain, kind_of, main_order
from timeline.model.kinds import RECORD_TYPES
from timeline.model.kinds.event import NOTED, same_claim
from timeline.model.record import Entry, Judged, Reason, judge, replaced
from timeline.model.record import Why as WhyNot
from timeline.model.values import Day, Fields, Instant, check_subject
from timeline.store.log import read_places

Counts = Literal["counts"] | WhyNot


class Link(Struct, frozen=True, kw_only=True):
    """One event of the chain: what it says, on whose word, and what it did to the status."""

    position: int
    event: str
    type: str
    counts: Counts
    retracted_by: str | None
    """Of a retracted event: the retraction that stands against it."""
    occurred: str | None
    """As it counts: corrected, where a correction stands."""
    known: Instant
    recorded: Instant
    before: AnyValue
    """The status before (of a stated fact, its value); null: nothing had happened."""
    after: AnyValue
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
    company = view.company(company)
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
        item=next(map(item_of, with_remarks(view, [item])), None) if item else None,
        chain=list(_chain(view, subject, entries)),
    )


def _chain(view: View, subject: str, entries: list[Entry]) -> Iterator[Link]:
    cite = Citations(view.connection, entries, view.at.position)
    places = read_places(view.connection, subject)
    judged = judge(entries, view.at.known_at, view.lens, view.at.on)
    shown: set[str] = set()
    kind, state = kind_of(subject), Fold()
    told = {entry.id: entry for entry in entries}
    for place, entry in enumerate(sorted(judged.counting, key=main_order)):
        phase, conflicts = state.phase, state.conflicts
        regular = state.add(kind, entry)
        shown.add(entry.id)
        yield _link(
            view,
            cite,
            places,
            entry,
            None,
            before=phase.claim if place else None,
            after=state.phase.claim if regular or same_claim(phase, state.phase) else None,
            irregular=not regular,
            conflicts=[name for name in state.conflicts if name not in conflicts],
        )
        remarks = judged.remarks.get(entry.id, ())
        old = replaced(told[entry.id], remarks) if remarks else {}
        for remark in remarks:
            shown.add(remark.id)
            status = state.phase.claim
            yield _link(
                view,
                cite,
                places,
                remark,
                None,
                before=status,
                after=status,
                replaced=old.get(remark.id),
            )
    for entry in _rest(judged, entries, shown):
        yield _link(view, cite, places, entry, judged.reasons.get(entry.id))


def _rest(judged: Judged, entries: list[Entry], shown: set[str]) -> Iterator[Entry]:
    """What is not shown yet, each event followed by all that is said about it, by position."""
    said: dict[str | None, list[Entry]] = {}
    for each in entries:
        if each.id in shown:
            continue
        entry = judged.mended.get(each.id, each)
        target = entry.fields.get("target")
        said.setdefault(None if target in shown else target, []).append(entry)
    todo = said.get(None, [])[::-1]
    while todo:
        entry = todo.pop()
        yield entry
        todo += said.get(entry.id, [])[::-1]


def _link(
    view: View,
    cite: Citations,
    places: Mapping[int, tuple[Instant, str | None]],
    entry: Entry,
    reason: Reason | None,
    *,
    before: Any = None,
    after: Any = None,
    irregular: bool = False,
    conflicts: list[str] | None = None,
    replaced: Fields | None = None,
) -> Link:
    recorded, origin = places[entry.position]
    fields = dict(entry.fields)
    for name in ("source", "known", "schema_version"):
        fields.pop(name, None)
    return Link(
        position=entry.position,
        event=entry.id,
        type=entry.type,
        counts="counts" if reason is None else reason.why,
        retracted_by=None if reason is None else reason.by,
        occurred=entry.occurred,
        known=entry.known,
        recorded=recorded,
        before=None if before == NOTED else before,
        after=None if after == NOTED else after,
        irregular=irregular,
        uncertain=reason is None
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
        origin=origin,
    )
