"""Differences: what changed in the world, or what was learned, between two coordinates.

One mechanism for both: the items of a company in two views, item by item, with the events that made the
difference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from msgspec import Struct

from timeline.answers.model import (
    Cause,
    Change,
    ChangeName,
    CompanyItem,
    CompanyState,
    DiffAnswer,
    Side,
)
from timeline.answers.sources import Citations
from timeline.answers.state import state
from timeline.answers.view import View, shown_order, ties_of
from timeline.errors import InvalidValue
from timeline.model.fold import is_uncertain
from timeline.model.kinds import RECORD_TYPES
from timeline.model.record import Entry, by_position, judge


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
    company = after.company(company)
    was, now = (state(view, company, group=group).companies[0] for view in (before, after))
    changes = list(_identity(was, now, before, after))
    causes = [entry for c in changes for entry in _causes(before, after, c.subject)]
    found = differing(before, after, was.items, now.items, company)
    return DiffAnswer(
        company=company,
        before=_side(before),
        after=_side(after),
        changes=[*changes, *found.changes],
        items=found.items,
        evidence=cited_causes(before, after, [*causes, *found.causes]),
    )


class Differing(Struct, frozen=True):
    """The items that differ between two views, and what made them."""

    items: list[CompanyItem]
    """As they are after; one that vanished as it was before."""
    changes: list[Change]
    causes: list[Entry]


def differing(
    before: View,
    after: View,
    was: Iterable[CompanyItem],
    now: Iterable[CompanyItem],
    company: str | None = None,
) -> Differing:
    """What differs between the items of two views; of a group, ``company`` is the one at its head."""
    first = {item.subject: item for item in was}
    last = {item.subject: item for item in now}
    different = [
        (item, compared)
        for item in sorted((first | last).values(), key=shown_order)
        if (compared := list(_compare(first.get(item.subject), last.get(item.subject))))
    ]
    for view in (before, after):
        view.keep(item.subject for item, _ in different)
    found = Differing([], [], [])
    for item, compared in different:
        did = _causes(before, after, item.subject)
        if not did and company is not None:
            did = _joined(before, after, company, item)
        elsewhere = _remarked(before, after, compared)
        found.items.append(item)
        for each in compared:
            causes = elsewhere or did if each[0] == "remarks" else did
            found.changes.append(_change(item, *each, causes))
        found.causes.extend([*did, *elsewhere])
    return found


def _remarked(
    before: View, after: View, compared: Iterable[tuple[ChangeName, Any, Any]]
) -> list[Entry]:
    """What happened elsewhere that remarks follow from which are new, or gone."""
    for name, was, became in compared:
        if name == "remarks":
            differing = [each for each in (*was, *became) if (each in was) != (each in became)]
            companies = {f"company:{each['company']}" for each in differing if "company" in each}
            subjects = companies | {each["subject"] for each in differing if "subject" in each}
            causes = [entry for s in sorted(subjects) for entry in _causes(before, after, s)]
            return sorted(causes, key=by_position)
    return []


def cited_causes(before: View, after: View, causes: Iterable[Entry]) -> list[Cause]:
    """The events that made differences, each once, by position, with their sources as people cite them."""
    each = {entry.id: entry for entry in causes}.values()
    cite = Citations(after.connection, each, max(before.at.position, after.at.position))
    return [_cause(entry, cite) for entry in sorted(each, key=by_position)]


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


def _identity(was: CompanyState, now: CompanyState, before: View, after: View) -> Iterator[Change]:
    """What differs in who the company is: its names, country, status and the like."""
    names = [name for name in CompanyState.__struct_fields__ if name != "items"]
    differing = [name for name in names if getattr(was, name) != getattr(now, name)]
    if differing:
        subject = f"company:{now.company}"
        causes = _causes(before, after, subject)
        yield Change(
            subject=subject,
            kind=None,
            change="company",
            before={name: getattr(was, name) for name in differing},
            after={name: getattr(now, name) for name in differing},
            events=[entry.id for entry in causes],
            sources=sorted({slug for entry in causes for slug in entry.sources}),
        )


def _side(view: View) -> Side:
    return Side(**view.heading)


def _change(
    item: CompanyItem, name: ChangeName, was: Any, became: Any, causes: Iterable[Entry]
) -> Change:
    return Change(
        member=item.member,
        subject=item.subject,
        kind=item.kind,
        change=name,
        before=was,
        after=became,
        events=[entry.id for entry in causes],
        sources=sorted({slug for entry in causes for slug in entry.sources}),
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
    if first.member != last.member:
        yield "member", first.member, last.member
    if first.status != last.status:
        yield "status", first.status, last.status
    was, became = _doubt(first), _doubt(last)
    if was != became:
        yield "certainty", was, became
    if first.since != last.since:
        yield "since", first.since, last.since
    yield from _parts("terms", first.terms, last.terms)
    yield from _parts("changed", first.changed, last.changed)
    for name in _LISTED:
        one, other = getattr(first, name), getattr(last, name)
        if one != other:
            yield name, one, other
    gone = [step for step in first.steps if step not in last.steps]
    new = [step for step in last.steps if step not in first.steps]
    if gone or new:
        yield "steps", gone, new
    yield from _parts("evidence", _evidence(first), _evidence(last))


_LISTED: Final[tuple[ChangeName, ...]] = (
    "disputed", "disputes", "conflicts", "irregular", "remarks",
)  # fmt: skip


def _parts(
    change: ChangeName, first: Mapping[str, Any], last: Mapping[str, Any]
) -> Iterator[tuple[ChangeName, Any, Any]]:
    """The parts of a mapping that differ, as one change."""
    names = [name for name in {**first, **last} if first.get(name) != last.get(name)]
    if names:
        yield change, {n: first.get(n) for n in names}, {n: last.get(n) for n in names}


def _evidence(item: CompanyItem) -> dict[str, Any]:
    """What the item rests on, and who is a party in which roles: what of it no other change says."""
    return {
        "events": item.events, "corrections": item.corrections, "sources": item.sources,
        "erased": item.erased, "roles": item.roles, "counterparties": item.counterparties,
        "kind": item.kind,
    }  # fmt: skip


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
    judged = judge(entries, view.at.known_at, view.lens)
    told = {entry.id: entry for entry in entries}
    found: dict[str, Entry] = {}
    for entry in judged.counting:
        if entry.earliest <= view.at.on:
            found[entry.id] = entry
        # a correction may say that it happened earlier, or later
        if min(entry.earliest, told[entry.id].earliest) <= view.at.on:
            found |= {remark.id: remark for remark in judged.remarks.get(entry.id, ())}
    return found | {entry.id: entry for said in judged.retractions.values() for entry in said}
