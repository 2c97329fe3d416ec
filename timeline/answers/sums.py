"""Sums of money that mean something: only what is alike is added."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from timeline.answers.model import CompanyItem, Sum
from timeline.model.kinds import KINDS
from timeline.model.values import Subject


def sums(items: Iterable[CompanyItem]) -> list[Sum]:
    """Sums within one group, currency, period and basis; ranges stay ranges, open ends stay open.

    What a reporter converted (``reported_as``) is the same money again, and is not added; nor is what an
    option costs, or what a company is worth.
    """
    groups: dict[tuple[str, str, str, str], list[tuple[Decimal | None, Decimal | None]]] = {}
    for item in items:
        money = item.terms.get(KINDS[Subject.of(item.subject).kind].money or "")
        if money is None:
            continue
        basis = money.get("basis", "exact")
        exact = money.get("exact")
        low, high = money.get("min", exact), money.get("max", exact)
        if basis == "up_to" and exact is not None:
            low = None
        if basis == "at_least" and exact is not None:
            high = None
        key = item.group, money["currency"], money.get("per", "once"), basis
        ends = tuple(None if end is None else Decimal(end) for end in (low, high))
        groups.setdefault(key, []).append((ends[0], ends[1]))
    return [
        Sum(
            group=group,
            currency=currency,
            per=per,
            basis=basis,
            items=len(ranges),
            min=_total([low for low, _ in ranges]),
            max=_total([high for _, high in ranges]),
        )
        for (group, currency, per, basis), ranges in sorted(groups.items())
    ]


def _total(ends: list[Decimal | None]) -> str | None:
    known = [end for end in ends if end is not None]
    return f"{sum(known, Decimal(0)):f}" if len(known) == len(ends) else None
