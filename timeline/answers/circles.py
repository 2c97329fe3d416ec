"""Circles of money: companies of which each pays the next, by what ties them on a day.

One of them puts money into another (it invests, lends, or gives shares), and the money comes back as a
purchase: A invests in B, and B buys from A. Two to four companies make a circle; what is rumoured, denied or
over makes none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Literal, TypeAlias

from msgspec import Struct

from timeline.answers.course import Course
from timeline.answers.network import NetworkAnswer, company_of, is_subject, node_of
from timeline.model.bitemporal.known_axis import within
from timeline.model.kinds import KINDS
from timeline.model.subject import Subject
from timeline.model.values import END_OF_TIME, UNDISCLOSED, Day

Nature: TypeAlias = Literal["invests", "buys"]

MOST: Final = 4
"""Companies of a circle."""

_PAYS: Final[Mapping[Nature, tuple[frozenset[str], frozenset[str]]]] = {
    "invests": (
        frozenset({"investor", "acquirer", "lender"}),
        frozenset({"investee", "target", "seller", "borrower"}),
    ),
    "buys": (
        frozenset({"customer", "licensee", "actor"}),
        frozenset({"supplier", "manufacturer", "licensor", "beneficiary"}),
    ),
}
"""By the roles of a subject's parties, who pays and who is paid."""

_SHARES: Final = frozenset({"warrant", "conversion"})
"""Kinds of rights by which the one who grants them gives shares to the one who holds them."""

_LIVE: Final = frozenset({"pending", "live", "done"})
"""Groups of statuses in which money flows, or is promised."""


class Flow(Struct, frozen=True, kw_only=True):
    """That one company pays another, or gives it shares, by a subject."""

    payer: str
    payee: str
    nature: Nature
    subject: str


class Circle(Struct, frozen=True, kw_only=True):
    """Companies in the order in which each pays the next, the last one the first; and by what."""

    companies: list[str]
    flows: list[Flow]

    @property
    def pairs(self) -> set[frozenset[str]]:
        """The pairs of neighbours."""
        return {frozenset((flow.payer, flow.payee)) for flow in self.flows}


def flows_of(course: Course) -> Iterator[Flow]:
    """Who pays whom by one subject, by the roles of its parties."""
    kind = KINDS[Subject.of(course.subject).kind]
    if kind.name == "right" and course.kind in _SHARES:
        holder, grantor = course.terms.get("holder"), course.terms.get("grantor")
        if holder and grantor:
            yield _flow(course.subject, grantor, holder, "invests")
        return
    roles: Mapping[str, Iterable[str]] = kind.parties(course.terms)
    for nature, (paying, paid) in _PAYS.items():
        payers = [party for party, held in roles.items() if paying.intersection(held)]
        payees = [party for party, held in roles.items() if paid.intersection(held)]
        for payer in payers:
            for payee in payees:
                if payer != payee:
                    yield _flow(course.subject, payer, payee, nature)


def _flow(subject: str, payer: str, payee: str, nature: Nature) -> Flow:
    return Flow(
        payer=node_of(payer, subject), payee=node_of(payee, subject), nature=nature, subject=subject
    )


def circles(answer: NetworkAnswer, on: Day | None = None) -> list[Circle]:
    """The circles of a network on its day, or on another one, the smallest first.

    A circle has a part in which money is put in, and one in which something is bought.
    """
    day, _ = within(answer.on if on is None else on, END_OF_TIME)
    courses = {course.subject: course for course in answer.courses}
    held = {
        tie.subject
        for tie in answer.ties
        for span in tie.spans
        if span.valid_from <= day < span.valid_to and _is_live(tie.subject, span.status)
    }
    pays: defaultdict[str, defaultdict[str, list[Flow]]] = defaultdict(lambda: defaultdict(list))
    for subject in sorted(held):
        for flow in flows_of(courses[subject]):
            pays[flow.payer][flow.payee].append(flow)
    found = [
        Circle(companies=ring, flows=flows)
        for start in sorted(pays)
        for ring in _rings(pays, [start])
        for flows in [_told(pays, ring)]
        if len({flow.nature for flow in flows}) > 1
    ]
    return sorted(found, key=lambda each: (len(each.companies), each.companies))


def _is_live(subject: str, status: str) -> bool:
    kind = KINDS[Subject.of(subject).kind]
    return kind.name != "rumour" and kind.group_of(status) in _LIVE


def _rings(pays: Mapping[str, Mapping[str, Any]], path: list[str]) -> Iterator[list[str]]:
    """The rings that begin with a path, whose first company is the first of them by its id."""
    for payee in sorted(pays.get(path[-1], ())):
        if payee == path[0] and len(path) > 1:
            yield path
        elif payee > path[0] and payee not in path and len(path) < MOST and _is_company(payee):
            yield from _rings(pays, [*path, payee])


def _is_company(node: str) -> bool:
    return not is_subject(node) and company_of(node) != UNDISCLOSED


def _told(pays: Mapping[str, Mapping[str, list[Flow]]], ring: list[str]) -> list[Flow]:
    return [
        flow
        for payer, payee in zip(ring, [*ring[1:], ring[0]], strict=True)
        for flow in pays[payer][payee]
    ]


def days_of_circles(answer: NetworkAnswer) -> list[tuple[Day, Day, Circle]]:
    """Every circle with the days from which and before which it is closed; half-open, in order."""
    days = sorted(
        {day for tie in answer.ties for s in tie.spans for day in (s.valid_from, s.valid_to)}
    )
    found: list[tuple[Day, Day, Circle]] = []
    open_: dict[tuple[str, ...], tuple[Day, Circle]] = {}
    for day in days:
        now = {tuple(each.companies): each for each in circles(answer, day)}
        for key in [*open_]:
            if now.get(key) != open_[key][1]:
                first, circle = open_.pop(key)
                found.append((first, day, circle))
        for key, circle in now.items():
            open_.setdefault(key, (day, circle))
    found += [(first, "9999-12-31", circle) for first, circle in open_.values()]
    return sorted(found, key=lambda each: (each[0], each[2].companies))
