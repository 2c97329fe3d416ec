"""The answer to ``state``, as JSON (docs/formats.md), and what differs between two answers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from tests.oracle.companies import (
    UNDISCLOSED,
    Identity,
    Item,
    controls,
    dissolved,
    group,
    header,
    in_order,
    parties,
    remarks,
    shown_as_one,
)
from tests.oracle.days import LATEST
from tests.oracle.fold import item
from tests.oracle.record import Lens, Log
from tests.oracle.vocabulary import KINDS, kind_of


def items(
    log: Log,
    on: str,
    known: datetime = LATEST,
    position: int | None = None,
    lens: Lens | None = None,
) -> dict[str, Item]:
    """The item of every subject that is there at a coordinate, by subject, with its remarks."""
    record = log.at(known, position, lens)
    identity = Identity(record)
    day = date.fromisoformat(on)
    found: dict[str, Item] = {}
    for subject in record.subjects():
        if kind_of(subject) in KINDS:
            folded = item(subject, record.of(subject), day, known)
            if folded is not None:
                found[subject] = shown_as_one(folded, identity)
    gone = dissolved(identity, record, day)
    return {s: i | {"remarks": remarks(i, found, gone, day)} for s, i in found.items()}


def state(
    log: Log,
    on: str,
    known: datetime = LATEST,
    position: int | None = None,
    lens: Lens | None = None,
) -> list[dict[str, Any]]:
    """The companies of ``state --format json`` without a company: all registered, each with its items."""
    # a company is called what it is called at the coordinate; that is bookkeeping and no news, and so no
    # lens takes it away
    record = log.at(known, position)
    identity = Identity(record)
    day = date.fromisoformat(on)
    found = in_order(items(log, on, known, position, lens).values())
    companies = sorted({identity.id_of(c) for c in identity.by_registration} - {UNDISCLOSED})
    answer = []
    for company in companies:
        own = [
            i
            | {
                "roles": sorted(roles[company]),
                "counterparties": sorted(roles.keys() - {company}),
            }
            for i in found
            if company in (roles := parties(i))
        ]
        answer.append(header(company, identity, record, day) | {"items": own})
    return answer


def members(all_items: dict[str, Item], company: str) -> set[str]:
    """What a company controls at the coordinate of the items."""
    return group(company, controls(all_items.values()))


def subjects_that_differ(one: list[dict], other: list[dict], company: str) -> set[str]:
    """The subjects of a company's items that are not the same in two answers."""
    before, after = (
        {i["subject"]: i for c in answer if c["company"] == company for i in c["items"]}
        for answer in (one, other)
    )
    return {s for s in before.keys() | after.keys() if before.get(s) != after.get(s)}
