"""The state of a company, or of every company, at a coordinate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from sqlalchemy.engine import Connection

from timeline.answers.companies import company_entries, find_company, latest_name
from timeline.answers.model import CompanyItem, CompanyState, Coordinate, StateAnswer
from timeline.events.company import UNDISCLOSED
from timeline.events.registry import KINDS
from timeline.replay import Entry, Item, kind_of, replay
from timeline.store.log import read_all_entries, read_entries, subjects_of

SHOWN: tuple[str, ...] = tuple(name for name in KINDS if name not in ("source", "company"))
"""The kinds of subject that are items of a company's state, in the order they are shown."""

_ORDER = {name: place for place, name in enumerate(SHOWN)}


def state(
    connection: Connection,
    at: Coordinate,
    company: str | None = None,
    *,
    certainty: str | None = None,
    open_only: bool = False,
) -> StateAnswer:
    """The state at a coordinate of one company (by any of its names), or of every company.

    ``certainty`` keeps only definite or only possible items; ``open_only`` leaves out final and
    denied ones. Raises NotFound for an unknown company.
    """
    if company is None:
        companies = list(_every_company(connection, at))
    else:
        companies = [_one_company(connection, at, find_company(connection, company))]
    if certainty is not None or open_only:
        companies = [_filtered(found, certainty, open_only) for found in companies]
    return StateAnswer(
        on=at.on,
        known=at.known,
        recorded=at.recorded,
        position=at.position,
        companies=companies,
    )


def item_of(item: Item, company: str | None = None, *, member: bool = False) -> CompanyItem:
    """A subject's state as an item of a company; of no company, with every role and party."""
    parties = item.parties
    roles = parties.get(company, []) if company else {r for held in parties.values() for r in held}
    fields = {name: getattr(item, name) for name in _SHARED}
    if member:
        fields["member"] = company
    return CompanyItem(
        roles=sorted(set(roles)),
        counterparties=sorted(name for name in parties if name != company),
        **fields,
    )


_SHARED = (
    "subject", "kind", "status", "certainty", "alternatives", "since", "disputed", "irregular",
    "conflicts", "terms", "steps", "events", "corrections", "sources",
)  # fmt: skip


def is_open(item: CompanyItem) -> bool:
    """Whether an item is neither final nor denied."""
    return item.status not in kind_of(item.subject).over


def _one_company(connection: Connection, at: Coordinate, company: str) -> CompanyState:
    subjects = subjects_of(connection, company)
    found = (
        item
        for _, entries in read_entries(connection, subjects, at.position)
        if (item := replay(entries, at.on, at.known_at)) is not None and company in item.parties
    )
    entries = company_entries(connection, company, at.position) or company_entries(
        connection, company, 2**62
    )
    return _company_state(company, entries, at, (item_of(item, company) for item in found))


def _every_company(connection: Connection, at: Coordinate) -> Iterator[CompanyState]:
    items: defaultdict[str, list[CompanyItem]] = defaultdict(list)
    for _, entries in read_all_entries(connection, at.position, SHOWN):
        item = replay(entries, at.on, at.known_at)
        for company in item.parties if item else ():
            if company != UNDISCLOSED:
                assert item is not None
                items[company].append(item_of(item, company))
    for subject, entries in read_all_entries(connection, at.position, ["company"]):
        company = subject.partition(":")[2]
        yield _company_state(company, entries, at, items.pop(company, ()))


def _company_state(
    company: str, entries: list[Entry], at: Coordinate, items: Iterable[CompanyItem]
) -> CompanyState:
    seen = replay(entries, at.on, at.known_at)
    terms = seen.terms if seen else {}
    return CompanyState(
        company=company,
        name=terms.get("name") or latest_name(company, entries),
        aliases=terms.get("aliases", []),
        country=terms.get("country"),
        status=seen.status if seen else None,
        items=sorted(items, key=shown_order),
    )


def shown_order(item: CompanyItem) -> tuple[int, str]:
    """By kind of subject, then by subject."""
    return _ORDER[item.subject.partition(":")[0]], item.subject


def _filtered(company: CompanyState, certainty: str | None, open_only: bool) -> CompanyState:
    items = [
        item
        for item in company.items
        if certainty in (None, item.certainty) and (not open_only or is_open(item))
    ]
    return CompanyState(
        company=company.company,
        name=company.name,
        aliases=company.aliases,
        country=company.country,
        status=company.status,
        items=items,
    )
