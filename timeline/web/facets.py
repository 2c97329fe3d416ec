"""Facets: by what a reader narrows a company's items, each choice with how many it would leave.

Within one facet every choice is counted with the other facets applied, so that no choice leads to nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from msgspec import Struct

from timeline.answers.model import CompanyItem
from timeline.language import tr_as
from timeline.model.fold import kind_of
from timeline.render.fields import kind_words
from timeline.render.page import kind_of as subject_kind
from timeline.render.status import group_words
from timeline.render.titles import title
from timeline.render.words import Names, name_of

OFFERED: Final = 30
"""Choices of a facet: the most frequent ones."""


class Choice(Struct, frozen=True):
    """One value of a facet."""

    value: str
    words: str
    count: int


class Facet(Struct, frozen=True, kw_only=True):
    """What items can be narrowed by; ``chosen`` is the value that they are, if any."""

    name: str
    label: str
    chosen: Choice | None
    choices: list[Choice]
    left_out: int
    """Choices beyond those that are offered."""


_Values = Callable[[CompanyItem], Iterable[str]]


def _years(item: CompanyItem) -> Iterable[str]:
    return [item.since[:4]] if item.since and item.since[:4].isdigit() else []


FACETS: Final[Mapping[str, tuple[str, _Values]]] = {
    "kind": ("Kind", lambda item: [item.kind] if item.kind else []),
    # nobody knows how it stands: it is neither among what ended nor among what goes on
    "status": (
        "Status",
        lambda item: ["contested" if item.certainty == "contested" else item.group],
    ),
    "with": ("With", lambda item: item.counterparties),
    "year": ("Since", _years),
}

SORTS: Final[Mapping[str, str]] = {
    "newest": "newest first",
    "oldest": "oldest first",
    "status": "status",
    "name": "name",
    "amount": "largest amount",
}
"""The orders in which items can stand, in words."""

_RANK: Final = {
    group: place
    for place, group in enumerate(("live", "pending", "claimed", "done", "denied", "over", "noted"))
}


def narrowed(
    items: Iterable[CompanyItem], chosen: Mapping[str, str | None], *, but: str = ""
) -> list[CompanyItem]:
    """The items that have every chosen value, those of one facet not asked."""
    wanted = [(FACETS[name][1], value) for name, value in chosen.items() if value and name != but]
    return [item for item in items if all(value in values(item) for values, value in wanted)]


def facets(
    items: Sequence[CompanyItem], chosen: Mapping[str, str | None], names: Names
) -> list[Facet]:
    """The facets of some items; one with a single choice narrows nothing, and is left out."""
    found = []
    for name, (label, values) in FACETS.items():
        counts = Counter(
            each for item in narrowed(items, chosen, but=name) for each in values(item)
        )
        value = chosen.get(name)
        if len(counts) < 2 and not value:
            continue
        order: Callable[[str], Any] = (lambda each: each) if name == "year" else counts.__getitem__
        ranked = sorted(sorted(counts), key=order, reverse=True)
        choices = [Choice(each, _words(name, each, names), counts[each]) for each in ranked]
        found.append(
            Facet(
                name=name,
                label=tr_as("field", label),
                chosen=Choice(value, _words(name, value, names), counts[value]) if value else None,
                choices=choices[:OFFERED],
                left_out=max(len(choices) - OFFERED, 0),
            )
        )
    return found


def _words(facet: str, value: str, names: Names) -> str:
    if facet == "with":
        return name_of(value, names)
    if facet == "status":
        return group_words(value)
    return kind_words(value)


def in_order(
    items: Iterable[CompanyItem], sort: str, company: str, names: Names
) -> list[CompanyItem]:
    """The items in one of the orders that there are; what has no day, or no amount, comes last."""
    every = sorted(items, key=lambda item: item.subject)
    if sort == "name":
        return sorted(every, key=lambda item: title(item, company, names).casefold())
    if sort == "status":
        return sorted(every, key=lambda item: _RANK.get(item.group, len(_RANK)))
    if sort == "amount":
        return sorted(every, key=_amount, reverse=True)
    dated = [item for item in every if item.since]
    dated.sort(key=lambda item: item.since or "", reverse=sort == "newest")
    return [*dated, *(item for item in every if not item.since)]


def _amount(item: CompanyItem) -> Decimal:
    """How much it is worth, whatever the currency: an order, and no sum."""
    money = item.terms.get(kind_of(item.subject).money or "") or {}
    stated = money.get("max") or money.get("exact") or money.get("min")
    return Decimal(stated) if stated else Decimal(-1)


def counted(items: Iterable[CompanyItem]) -> Counter[str]:
    """How many items there are of each kind of subject."""
    return Counter(subject_kind(item.subject) for item in items)
