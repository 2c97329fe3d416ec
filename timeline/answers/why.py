"""Why: the chain from the first event of a subject to the status asked for, with its evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from timeline.answers.log import check_subject_exists
from timeline.answers.sources import Citations
from timeline.answers.state import item_of, items_of_group
from timeline.answers.story import CompanyWhy, Link, WhyAnswer
from timeline.answers.view import View, with_remarks
from timeline.model.fold import Fold, is_uncertain, kind_of, main_order
from timeline.model.kinds import RECORD_TYPES
from timeline.model.kinds.event import NOTED, same_claim
from timeline.model.record import Entry, Judged, Reason, judge, replaced
from timeline.model.values import Fields, Instant, check_subject
from timeline.store.bulk import rare_collections
from timeline.store.log import read_places


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


@rare_collections()
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
