"""Remarks: what follows for items from other subjects and from deadlines, at a view's coordinate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from timeline.answers.view import View
from timeline.model.company import (
    REMARKED,
    Around,
    Held,
    ownership_of,
    premises_of,
    remarks_of,
    sales_of,
)
from timeline.model.fold import Item, replay
from timeline.store.histories import read_contents
from timeline.store.log import chunks, read_entries

MANY = 2000
"""Items whose remarks are found together: what they refer to is read once for all of them."""


def with_remarks(view: View, items: Iterable[Item]) -> Iterator[Item]:
    """The items with their remarks, in the same order."""
    for some in chunks(items, MANY):
        remarked = [item for item in some if item.group in REMARKED]
        around = _around(view, remarked, some) if remarked else None
        for item in some:
            found = remarks_of(item, view.at.on, around) if around is not None else []
            yield replace(item, remarks=found) if found else item


def _around(view: View, items: Sequence[Item], given: Iterable[Item]) -> Around:
    """What the remarks of some items follow from; what is among those ``given`` is not read again."""
    here: dict[str, Held] = {item.subject: item for item in given}
    premises = {subject for item in items for subject in premises_of(item)}
    owned = {pair for item in items if (pair := ownership_of(item)) is not None}
    sold = _named_by_both(view, owned)
    others = view.held(sorted((premises | sold) - here.keys()))
    found = here | others
    parties = {company for item in items for company in item.parties}
    return Around(
        premises={subject: found[subject] for subject in premises if subject in found},
        dissolved=dissolved(view, parties),
        sales=sales_of(found[subject] for subject in sold if subject in found),
    )


def _named_by_both(view: View, pairs: Iterable[tuple[str, str]]) -> set[str]:
    """The deals of which any owner and any owned company are parties, those sold among them."""
    owners, owned = {one for one, _ in pairs}, {other for _, other in pairs}
    if not owners:
        return set()
    found = view.subjects_of(owners) & view.subjects_of(owned)
    return {subject for subject in found if subject.startswith("deal:")}


def dissolved(view: View, companies: Iterable[str]) -> dict[str, str | None]:
    """Since when those of some companies that are dissolved at the view's coordinate are so."""
    subjects = {f"company:{company}": company for company in sorted(companies)}
    on, known = view.at.on, view.at.known_at
    found: dict[str, str | None] = {}
    if view.stored:
        for subject, content in read_contents(view.connection, on, known, subjects).items():
            if content.status == "dissolved":
                found[subjects[subject]] = content.since
        return found
    for subject, entries in read_entries(view.connection, subjects, view.at.position):
        item = replay(entries, on, known, view.lens)
        if item is not None and item.status == "dissolved":
            found[subjects[subject]] = item.since
    return found
