"""Circles of money: companies of which each pays the next, by what ties them on a day.

One of them puts money into another (it invests, lends, or gives shares), and the money comes back as a
purchase: A invests in B, and B buys from A. Two to four companies make a circle; what is rumoured, denied or
over makes none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final, Literal, TypeAlias

from msgspec import Struct

from timeline.answers.story import Course, NetworkAnswer, Span, company_of, is_subject, node_of
from timeline.model.kinds import KINDS
from timeline.model.values import END_OF_TIME, UNDISCLOSED, Day, Subject, within

Nature: TypeAlias = Literal["invests", "buys"]

MOST: Final = 4
"""Companies of a circle."""

LOOKED_AT: Final = 200
"""Rings in which circles are looked for: where everybody deals with everybody there is no end of them."""

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


class _Money:
    """Who pays whom by the ties of a network, and on which days; among some companies, or all."""

    def __init__(self, answer: NetworkAnswer, among: Collection[str] | None) -> None:
        spans: dict[str, list[Span]] = {tie.subject: [] for tie in answer.ties}
        for tie in answer.ties:
            spans[tie.subject] += tie.spans
        self.pays: dict[str, dict[str, list[tuple[Flow, Day, Day]]]] = {}
        for course in answer.courses:
            live = [s for s in spans[course.subject] if _is_live(course.subject, s.status)]
            for flow in flows_of(course) if live else ():
                if among is None or {flow.payer, flow.payee} <= set(among):
                    told = self.pays.setdefault(flow.payer, {}).setdefault(flow.payee, [])
                    told += dict.fromkeys((flow, s.valid_from, s.valid_to) for s in live)

    def rings(self) -> list[list[str]]:
        """The rings that are closed if all is taken together, the smallest first."""
        found = (ring for start in sorted(self.pays) for ring in _rings(self.pays, [start]))
        return sorted(islice(found, LOOKED_AT), key=lambda ring: (len(ring), ring))

    def legs(self, ring: Sequence[str]) -> list[list[tuple[Flow, Day, Day]]]:
        """What each company of a ring pays the next by."""
        return [
            self.pays[payer][payee] for payer, payee in zip(ring, [*ring[1:], ring[0]], strict=True)
        ]


def _closed(legs: Sequence[Sequence[tuple[Flow, Day, Day]]], day: Day) -> list[Flow]:
    """The flows of a ring on a day, where there is one of each leg, and both natures; else none."""
    flows = [[flow for flow, first, last in leg if first <= day < last] for leg in legs]
    natures = {flow.nature for leg in flows for flow in leg}
    return [flow for leg in flows for flow in leg] if all(flows) and len(natures) > 1 else []


def circles(
    answer: NetworkAnswer, on: Day | None = None, among: Collection[str] | None = None
) -> list[Circle]:
    """The circles of a network on its day, or on another one, the smallest first.

    A circle has a part in which money is put in, and one in which something is bought.
    """
    day, _ = within(answer.on if on is None else on, END_OF_TIME)
    money = _Money(answer, among)
    return [
        Circle(companies=ring, flows=flows)
        for ring in money.rings()
        if (flows := _closed(money.legs(ring), day))
    ]


def _is_live(subject: str, status: str) -> bool:
    kind = KINDS[Subject.of(subject).kind]
    return kind.name != "rumour" and kind.group_of(status) in _LIVE


def _rings(pays: Mapping[str, Collection[str]], path: list[str]) -> Iterator[list[str]]:
    """The rings that begin with a path, whose first company is the first of them by its id."""
    for payee in sorted(pays.get(path[-1], ())):
        if payee == path[0] and len(path) > 1:
            yield path
        elif payee > path[0] and payee not in path and len(path) < MOST and _is_company(payee):
            yield from _rings(pays, [*path, payee])


def _is_company(node: str) -> bool:
    return not is_subject(node) and company_of(node) != UNDISCLOSED


def days_of_circles(
    answer: NetworkAnswer, among: Collection[str] | None = None
) -> list[tuple[Day, Day, list[str]]]:
    """The companies of every circle with the days from which and before which it is closed, in order."""
    money = _Money(answer, among)
    found = []
    for ring in money.rings():
        legs = money.legs(ring)
        days = sorted({day for leg in legs for _, first, last in leg for day in (first, last)})
        begun: Day | None = None
        for day in days:
            closed = bool(_closed(legs, day))
            if closed and begun is None:
                begun = day
            elif not closed and begun is not None:
                found.append((begun, day, ring))
                begun = None
    return sorted(found, key=lambda each: (each[0], each[2]))
