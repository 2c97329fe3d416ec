"""The state of a company, of its group, or of every company, at a coordinate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import UNSET
from msgspec.structs import replace

from timeline.answers.model import CompanyItem, CompanyState, Member, StateAnswer
from timeline.answers.view import View, shown_order, ties_of, with_remarks
from timeline.model.company import is_registered, registered_name
from timeline.model.fold import Item, kind_of, replay
from timeline.model.identity import JUDGED
from timeline.model.record import Entry
from timeline.model.values import UNDISCLOSED
from timeline.store.bulk import rare_collections
from timeline.store.log import chunks, read_companies, read_entries


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
        named = view.company(company)
        ties = ties_of(view, named) if group else {}
        items = items_of(view, ties or [named], group=group)
        headers = _headers(view, view.identity.ids(named))
        found = _company_state(view, headers, named, items)
        companies = [replace(found, members=members_of(ties)) if group else found]
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


def items_of_group(view: View, company: str, *, group: bool) -> list[CompanyItem]:
    """The items of a company, or of it and all that it controls, as they are shown."""
    return items_of(view, ties_of(view, company) if group else [company], group=group)


def items_of(view: View, members: Iterable[str], *, group: bool) -> list[CompanyItem]:
    """The items of the members of a group, or of one company, as they are shown."""
    whose: dict[str, str] = {}
    items: list[Item] = []
    for member in members:
        # what ties two members together is shown once, as the item of the nearer one
        new = [item for item in view.items_of(member) if item.subject not in whose]
        whose |= dict.fromkeys((item.subject for item in new), member)
        items += new
    found = with_remarks(view, items)
    return sorted(
        (item_of(item, whose[item.subject], member=group) for item in found), key=shown_order
    )


def members_of(ties: Mapping[str, list[str]]) -> list[Member]:
    """The companies of a group but the first, each with the subject that brought it in."""
    return [
        Member(company=company, subject=path[-1]) for company, path in sorted(ties.items()) if path
    ]


def _every_company(view: View) -> Iterator[CompanyState]:
    items: defaultdict[str, list[CompanyItem]] = defaultdict(list)
    for item in with_remarks(view, view.every_item()):
        for company in item.parties:
            if company != UNDISCLOSED:
                items[company].append(item_of(item, company))
    for companies in chunks(_registered(view)):
        headers = _headers(view, [i for company in companies for i in view.identity.ids(company)])
        for company in companies:
            own = sorted(items.pop(company, ()), key=shown_order)
            yield _company_state(view, headers, company, own)


def _registered(view: View) -> Iterator[str]:
    """Every company that is registered at the view's position and shown, in the order of their ids."""
    position = view.at.position
    for some in chunks(read_companies(view.connection, position)):
        # of one event it is the registration; of more, that may have been retracted
        more = [f"company:{company}" for company, count in some if count > 1]
        entries = dict(read_entries(view.connection, more, position))
        for company, count in some:
            if view.identity.of(company) == company and (
                count == 1 or is_registered(entries[f"company:{company}"])
            ):
                yield company


def _headers(view: View, ids: Sequence[str]) -> dict[str, CompanyState]:
    """Some companies at the view's coordinate, each by itself, by id; without items."""
    own = view.own(ids)
    found = {
        id_: CompanyState(
            company=id_,
            name=held.terms["name"],
            aliases=held.terms.get("aliases", []),
            country=held.terms.get("country"),
            status=held.status,
            merged=[],
            items=[],
        )
        for id_, held in own.items()
        if "name" in held.terms  # else nothing registers it then, and what does must be looked for
    }
    others = [id_ for id_ in ids if id_ not in found]
    entries = dict(read_entries(view.connection, [f"company:{id_}" for id_ in others]))
    return found | {id_: _header(view, id_, entries.get(f"company:{id_}", [])) for id_ in others}


def _company_state(
    view: View,
    headers: Mapping[str, CompanyState],
    company: str,
    items: Iterable[CompanyItem],
) -> CompanyState:
    first, *others = [headers[id_] for id_ in view.identity.ids(company)]
    names = [name for other in others if other.status for name in (other.name, *other.aliases)]
    more = [name for name in names if name not in (first.name, *first.aliases)]
    return replace(
        first,
        aliases=[*first.aliases, *dict.fromkeys(more)],
        merged=[other.company for other in others],
        items=list(items),
    )


def _header(view: View, company: str, entries: list[Entry]) -> CompanyState:
    """One id of a company at the view's coordinate, by itself."""
    # a judgement is bookkeeping about a company: it makes none visible
    entries = [entry for entry in entries if entry.type != JUDGED]
    recorded = [entry for entry in entries if entry.position <= view.at.position]
    seen = replay(recorded, view.at.on, view.at.known_at)
    terms = seen.terms if seen else {}
    return CompanyState(
        company=company,
        # what was recorded later only names it, and says no more
        name=terms.get("name") or registered_name(company, recorded or entries),
        aliases=terms.get("aliases", []),
        country=terms.get("country"),
        status=seen.status if seen else None,
        merged=[],
        items=[],
    )


def _filtered(company: CompanyState, certainty: str | None, open_only: bool) -> CompanyState:
    kept = [
        item
        for item in company.items
        if certainty in (None, item.certainty) and (not open_only or is_open(item))
    ]
    return replace(company, items=kept)
