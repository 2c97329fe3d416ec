"""Differences: what changed in the world, or what was learned, between two coordinates.

One mechanism for both: the items of a company in two views, item by item, with the events that made the
difference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType

from timeline.answers.asked import LensAsked
from timeline.answers.cited import Citations, Cited
from timeline.answers.companies import find_company
from timeline.answers.group import ties_of
from timeline.answers.model import CompanyItem
from timeline.answers.state import items_of_group, shown_order
from timeline.answers.tabular import Tabular, coordinate_words
from timeline.answers.view import View
from timeline.errors import InvalidValue
from timeline.model.fold import RETRACTED, Entry, by_position, effective, is_mend, is_uncertain
from timeline.model.kinds import RECORD_TYPES, claim_term_of
from timeline.model.values import Day, Instant, same_value

ChangeName = Literal["appeared", "vanished", "status", "since", "terms", "certainty", "disputed"]


class Change(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that differs in one item, and the events that did it."""

    member: str | UnsetType = UNSET
    """With a group: the company of the group that is the party."""
    subject: str
    kind: str | None
    change: ChangeName
    before: Any
    """The status, since when it holds (where only that became another), the certainty with its
    alternatives, or the terms that changed; null: absent."""
    after: Any
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


def split_range(text: str) -> tuple[str, str]:
    """The two ends of ``A..B``; InvalidValue for anything else."""
    first, dots, last = text.partition("..")
    if not dots or not first.strip() or not last.strip():
        raise InvalidValue(
            f'"{text}" is not a range of two days', "write A..B, as in 2025-01-01..2025-06-30"
        )
    return first.strip(), last.strip()


def diff(before: View, after: View, company: str, *, group: bool = False) -> DiffAnswer:
    """What differs between two views of a company (by any of its names).

    Raises NotFound for an unknown company.
    """
    company = find_company(after.connection, company)
    first = {i.subject: i for i in items_of_group(before, company, group=group)}
    last = {i.subject: i for i in items_of_group(after, company, group=group)}
    changes: list[Change] = []
    items: list[CompanyItem] = []
    causes: list[Entry] = []
    different = [
        (item, compared)
        for item in sorted((first | last).values(), key=shown_order)
        if (compared := list(_compare(first.get(item.subject), last.get(item.subject))))
    ]
    for view in (before, after):
        view.keep(item.subject for item, _ in different)
    for item, compared in different:
        did = _causes(before, after, item.subject) or _joined(before, after, company, item)
        items.append(item)
        causes += did
        changes += _changes(item, compared, did)
    each = {entry.id: entry for entry in causes}.values()
    cite = Citations(after.connection, each, max(before.at.position, after.at.position))
    return DiffAnswer(
        company=company,
        before=_side(before),
        after=_side(after),
        changes=changes,
        items=items,
        evidence=[_cause(entry, cite) for entry in sorted(each, key=by_position)],
    )


def _cause(entry: Entry, cite: Citations) -> Cause:
    return Cause(
        event=entry.id,
        type=entry.type,
        subject=entry.subject,
        target=entry.fields.get("target"),
        occurred=entry.occurred,
        known=entry.known,
        attribution=entry.fields.get("attribution"),
        cited=[cite(slug) for slug in entry.sources],
    )


def _side(view: View) -> Side:
    return Side(**view.heading)


def _changes(
    item: CompanyItem, compared: list[tuple[ChangeName, Any, Any]], causes: list[Entry]
) -> Iterator[Change]:
    events = [entry.id for entry in causes]
    sources = sorted({slug for entry in causes for slug in entry.sources})
    for name, was, became in compared:
        yield Change(
            member=item.member,
            subject=item.subject,
            kind=item.kind,
            change=name,
            before=was,
            after=became,
            events=events,
            sources=sources,
        )


def _compare(
    first: CompanyItem | None, last: CompanyItem | None
) -> Iterator[tuple[ChangeName, Any, Any]]:
    if first is None or last is None:
        if last is not None:
            yield "appeared", None, last.status
        elif first is not None:
            yield "vanished", first.status, None
        return
    if first.status != last.status:
        yield "status", first.status, last.status
    elif first.since != last.since and same_value(_value(first), _value(last)):
        yield "since", first.since, last.since
    names = [
        name
        for name in {**first.terms, **last.terms}
        if not same_value(first.terms.get(name), last.terms.get(name))
    ]
    if names:
        yield (
            "terms",
            {name: first.terms.get(name) for name in names},
            {name: last.terms.get(name) for name in names},
        )
    was, became = _doubt(first), _doubt(last)
    if was != became:
        yield "certainty", was, became
    if first.disputed != last.disputed:
        yield "disputed", first.disputed, last.disputed


def _value(item: CompanyItem) -> Any:
    """What dates a fact anew: its value; of all else, only the status does."""
    claimed = claim_term_of(item.subject)
    return None if claimed is None else item.terms.get(claimed)


def _doubt(item: CompanyItem) -> dict[str, Any]:
    return {"certainty": item.certainty, "alternatives": item.alternatives}


def _causes(before: View, after: View, subject: str) -> list[Entry]:
    """The events of a subject that count on one side only, or otherwise, by position.

    Where the same events count, time itself made the difference: those that became certain, or were so
    no longer.
    """
    first, last = _counting(before, subject), _counting(after, subject)
    # through a lens an event may lose a source, and say the same
    found = _differing(first, last, _said) or _differing(first, last, lambda entry: entry)
    # of an event that was corrected, the correction made the difference
    for remark in [entry for entry in found.values() if entry.type in RECORD_TYPES]:
        target = remark.fields["target"]
        if target in first and target in last and first[target].known == last[target].known:
            found.pop(target, None)
    if not found:
        found = {
            id_: entry
            for id_, entry in last.items()
            if entry.type not in RECORD_TYPES
            and is_uncertain(entry, before.at.on) != is_uncertain(entry, after.at.on)
        }
    return sorted(found.values(), key=lambda entry: entry.position)


def _differing(
    first: dict[str, Entry], last: dict[str, Entry], says: Callable[[Entry | None], Any]
) -> dict[str, Entry]:
    return {
        id_: last.get(id_) or first[id_]
        for id_ in first.keys() | last.keys()
        if says(first.get(id_)) != says(last.get(id_))
    }


def _said(entry: Entry | None) -> Any:
    if entry is None:
        return None
    fields = {name: value for name, value in entry.fields.items() if name != "source"}
    return entry.occurred, fields


def _joined(before: View, after: View, company: str, item: CompanyItem) -> list[Entry]:
    """Of a group: what made the member that is the party a part of it, or no longer."""
    if not isinstance(item.member, str):
        return []
    ties = {
        *ties_of(before, company).get(item.member, ()),
        *ties_of(after, company).get(item.member, ()),
    }
    found = [entry for tie in sorted(ties) for entry in _causes(before, after, tie)]
    return sorted(found, key=by_position)


def _counting(view: View, subject: str) -> dict[str, Entry]:
    """What counts in a view: happened events as corrected, what is said of them, retractions."""
    entries = view.entries(subject)
    counting = effective(entries, view.at.known_at, view.lens)
    told = {entry.id: entry for entry in entries}
    found: dict[str, Entry] = {}
    for entry in counting.entries:
        if entry.earliest <= view.at.on:
            found[entry.id] = entry
        # a correction may say that it happened earlier, or later
        if min(entry.earliest, told[entry.id].earliest) <= view.at.on:
            found |= {remark.id: remark for remark in counting.remarks.get(entry.id, ())}
    for entry in entries:
        if (
            entry.type == RETRACTED
            and not entry.is_erased
            and (is_mend(entry) or entry.known <= view.at.known_at)
        ):
            seen = entry if view.lens is None or is_mend(entry) else view.lens(entry)
            if seen is not None:
                found[entry.id] = seen
    return found
