"""Lists at a coordinate: every deal, rumour, commitment …, with sums that mean something."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import get_args

from timeline.answers.model import CompaniesAnswer, CompanyItem, CompanyRow, ListAnswer
from timeline.answers.state import is_open, item_of, items_of_group
from timeline.answers.sums import sums
from timeline.answers.view import View, with_remarks
from timeline.errors import InvalidValue
from timeline.model.company import registered_name
from timeline.model.fold import replay
from timeline.model.identity import JUDGED
from timeline.model.kinds import KINDS, SHOWN
from timeline.model.kinds.event import Group
from timeline.store.histories import read_subjects_of_kind
from timeline.store.log import read_all_entries


def list_items(
    view: View,
    kind: str,
    *,
    company: str | None = None,
    group: bool = False,
    statuses: Sequence[str] = (),
    item_kinds: Sequence[str] = (),
    certainty: str | None = None,
    open_only: bool = False,
    after: str = "",
    limit: int | None = None,
) -> ListAnswer:
    """The items of a kind of subject, those without parties too, by subject.

    ``statuses`` (or groups of them) and ``item_kinds`` keep the named ones. With ``company`` the roles are
    its own, and with ``group`` each item names the member. Raises NotFound for an unknown company,
    InvalidValue for what is no kind of item, and no status of the kind. Of a page (the first ``limit``
    items after a subject) the sums are those of its items.
    """
    if kind not in SHOWN:
        raise InvalidValue(f'no list of "{kind}"', f"one of {', '.join(SHOWN)}")
    statuses = statuses_meant(kind, statuses)
    found: Iterable[CompanyItem]
    if company is not None:
        found = items_of_group(view, view.company(company), group=group)
        found = sorted(found, key=lambda item: item.subject)
    elif view.stored and limit is not None:
        subjects = read_subjects_of_kind(
            view.connection, kind, view.at.on, view.at.known_at, after=after, limit=limit,
            statuses=statuses, without=KINDS[kind].closed if open_only else (),
            item_kinds=item_kinds, certainty=certainty,
        )  # fmt: skip
        found = map(item_of, with_remarks(view, view.items(subjects)))
    else:
        found = map(item_of, with_remarks(view, view.every_item([kind])))
    fitting = (
        item
        for item in found
        if item.subject.startswith(kind + ":")
        and item.subject > after
        and (not statuses or item.status in statuses)
        and (not item_kinds or item.kind in item_kinds)
        and certainty in (None, item.certainty)
        and (is_open(item) or not open_only)
    )
    items = list(islice(fitting, limit))
    return ListAnswer(
        kind=kind,
        **view.heading,
        items=items,
        sums=sums(items),
    )


def statuses_meant(kind: str, named: Iterable[str]) -> list[str]:
    """The statuses of a kind that are named, by themselves or by their group.

    Raises InvalidValue, with all that there are, for what is neither.
    """
    groups = {**KINDS[kind].groups, "noted": "noted"}
    found: list[str] = []
    for name in named:
        meant = [status for status, group in groups.items() if name in (status, group)]
        if not meant and name in get_args(Group):
            meant = [name]  # a group that the kind has no status of: nothing is like that
        if not meant:
            statuses, of = ", ".join(groups), ", ".join(sorted(set(groups.values())))
            message = f'no {kind} is ever "{name}"'
            raise InvalidValue(message, f"statuses: {statuses}; groups of them: {of}")
        found += meant
    return list(dict.fromkeys(found))


def list_companies(view: View) -> CompaniesAnswer:
    """Every registered company at a coordinate, by id, with the number of its items."""
    counts = view.counts()
    rows = []
    at = view.at
    for subject, entries in read_all_entries(view.connection, at.position, ["company"]):
        company = subject.partition(":")[2]
        if view.identity.of(company) != company:
            continue
        seen = replay([e for e in entries if e.type != JUDGED], at.on, at.known_at)
        terms = seen.terms if seen else {}
        rows.append(
            CompanyRow(
                company=company,
                name=terms.get("name") or registered_name(company, entries),
                country=terms.get("country"),
                kind=terms.get("kind"),
                status=seen.status if seen else None,
                items=counts[company],
            )
        )
    return CompaniesAnswer(
        **view.heading,
        companies=rows,
    )
