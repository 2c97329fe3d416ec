"""Two companies beside each other at one coordinate: what both have a part in, and what one of them has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct, to_builtins

from timeline.answers.model import CompanyState, PlacedAnswer
from timeline.answers.state import state
from timeline.answers.tabular import coordinate_words
from timeline.answers.view import View
from timeline.errors import InvalidValue
from timeline.model.values import UNDISCLOSED


class CompareAnswer(PlacedAnswer, frozen=True, kw_only=True, omit_defaults=True):
    """The states of two companies at a coordinate, and what they share."""

    companies: list[CompanyState]
    """Both, in the order in which they were asked for, each with all of its items."""
    shared: list[str]
    """The subjects in which both have a part."""
    counterparties: list[str]
    """The other companies with which each of the two has something."""

    def rows(self) -> Iterator[dict[str, Any]]:
        """Every item of both, with the company in front and whether the other has a part in it."""
        shared = set(self.shared)
        for company in self.companies:
            for item in company.items:
                yield {
                    "company": company.company,
                    "shared": item.subject in shared,
                    **to_builtins(item),
                }

    def caption(self) -> str:
        """Which two, and at which coordinate."""
        one, other = (company.name for company in self.companies)
        return f"{one} and {other}: {coordinate_words(self)}"


class _Parts(Struct, frozen=True):
    """What a company has a part in, and with whom."""

    subjects: set[str]
    others: set[str]


def compare(view: View, company: str, other: str) -> CompareAnswer:
    """The states of two companies (by any of their names) in a view.

    Raises NotFound for an unknown company, InvalidValue where both are the same.
    """
    ids = [view.company(name) for name in (company, other)]
    if ids[0] == ids[1]:
        raise InvalidValue(f'"{company}" and "{other}" are one company', "name two companies")
    companies = [state(view, each).companies[0] for each in ids]
    one, two = map(_parts, companies)
    return CompareAnswer(
        **view.heading,
        companies=companies,
        shared=[item.subject for item in companies[0].items if item.subject in two.subjects],
        counterparties=sorted(one.others & two.others - {*ids, UNDISCLOSED}),
    )


def _parts(company: CompanyState) -> _Parts:
    return _Parts(
        subjects={item.subject for item in company.items},
        others={other for item in company.items for other in item.counterparties},
    )
