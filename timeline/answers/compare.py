"""Two companies beside each other at one coordinate: what both have a part in, and what one of them has."""

from __future__ import annotations

from msgspec import Struct

from timeline.answers.model import CompanyState, CompareAnswer
from timeline.answers.state import state
from timeline.answers.view import View
from timeline.errors import InvalidValue
from timeline.model.values import UNDISCLOSED


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
