"""The state of a company, of its group, or of every company, at a coordinate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Protocol

from msgspec import UNSET
from msgspec.structs import replace

from timeline.answers.companies import company_named, latest_name
from timeline.answers.group import group_of
from timeline.answers.model import CompanyItem, CompanyState, StateAnswer
from timeline.answers.view import SHOWN, View
from timeline.model.fold import Item, kind_of, replay
from timeline.model.record import Entry
from timeline.model.values import UNDISCLOSED
from timeline.store.bulk import rare_collections
from timeline.store.log import read_all_entries

_ORDER = {name: place for place, name in enumerate(SHOWN)}


def state(
    view: View,
    company: str | None = None,
    *,
    group: bool = False,
    certainty: str | None = None,
    open_only: bool = False,
) -> StateAnswer:
    """The state at a view's coordinate of one company (by any of its names), or of every company.

    With ``group`` the items of every company it controls then are its own, each naming the member.
    ``certainty`` keeps only definite or only possible items; ``open_only`` leaves out final and
    denied ones. Raises NotFound for an unknown company.
    """
    if company is None:
        with rare_collections():  # of what is kept, none is garbage: looking took half of the time
            companies = list(_every_company(view))
    else:
        named, entries = company_named(view.connection, company)
        items = items_of_group(view, named, group=group)
        companies = [_company_state(named, entries, view, items)]
    if certainty is not None or open_only:
        companies = [_filtered(found, certainty, open_only) for found in companies]
    return StateAnswer(
        **view.heading,
        companies=companies,
    )


def item_of(item: Item, company: str | None = None, *, member: bool = False) -> CompanyItem:
    """A subject's state as an item of a company; of no company, with every role and party."""
    parties = item.parties
    roles = parties.get(company, []) if company else {r for held in parties.values() for r in held}
    return CompanyItem(
        member=company if member and company else UNSET,
        subject=item.subject,
        kind=item.kind,
        status=item.status,
        group=item.group,
        certainty=item.certainty,
        alternatives=item.alternatives,
        roles=sorted(set(roles)),
        counterparties=sorted(name for name in parties if name != company),
        since=item.since,
        disputed=item.disputed,
        disputes=item.disputes,
        irregular=item.irregular,
        conflicts=item.conflicts,
        changed=item.changed,
        remarks=item.remarks,
        terms=item.terms,
        steps=item.steps,
        events=item.events,
        corrections=item.corrections,
        sources=item.sources,
        erased=item.erased,
    )


def is_open(item: CompanyItem) -> bool:
    """Whether an item is neither final nor denied."""
    return not kind_of(item.subject).is_closed(item.status)


class OfSubject(Protocol):
    """Anything that is about one subject."""

    @property
    def subject(self) -> str: ...  # noqa: D102


def shown_order(item: OfSubject) -> tuple[int, str]:
    """By kind of subject, then by subject."""
    return _ORDER[item.subject.partition(":")[0]], item.subject


def items_of_group(view: View, company: str, *, group: bool) -> list[CompanyItem]:
    """The items of a company, or of it and all that it controls, as they are shown."""
    items: dict[str, CompanyItem] = {}
    for member in group_of(view, company) if group else [company]:
        for item in view.items_of(member):
            # what ties two members together is shown once, as the item of the nearer one
            items.setdefault(item.subject, item_of(item, member, member=group))
    return sorted(items.values(), key=shown_order)


def _every_company(view: View) -> Iterator[CompanyState]:
    items: defaultdict[str, list[CompanyItem]] = defaultdict(list)
    for item in view.every_item():
        for company in item.parties:
            if company != UNDISCLOSED:
                items[company].append(item_of(item, company))
    for subject, entries in read_all_entries(view.connection, view.at.position, ["company"]):
        company = subject.partition(":")[2]
        own = sorted(items.pop(company, ()), key=shown_order)
        yield _company_state(company, entries, view, own)


def _company_state(
    company: str, entries: list[Entry], view: View, items: Iterable[CompanyItem]
) -> CompanyState:
    recorded = [entry for entry in entries if entry.position <= view.at.position]
    seen = replay(recorded, view.at.on, view.at.known_at)
    terms = seen.terms if seen else {}
    return CompanyState(
        company=company,
        # what was recorded later only names it, and says no more
        name=terms.get("name") or latest_name(company, recorded or entries),
        aliases=terms.get("aliases", []),
        country=terms.get("country"),
        status=seen.status if seen else None,
        items=list(items),
    )


def _filtered(company: CompanyState, certainty: str | None, open_only: bool) -> CompanyState:
    kept = [
        item
        for item in company.items
        if certainty in (None, item.certainty) and (not open_only or is_open(item))
    ]
    return replace(company, items=kept)
