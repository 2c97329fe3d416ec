"""What decides about an item, in words: remarks, and what a list must not leave out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from timeline.answers import CompanyItem
from timeline.render import words
from timeline.render.words import Names, name_of

_DEADLINES = {
    "expected_completion": "was expected to be completed by {}",
    "outside_date": "was to be completed by {}",
    "window": "could be exercised until {}",
}


def remark_words(remark: dict[str, Any], names: Names) -> str:
    """A remark as a sentence without its full stop."""
    code = remark["code"]
    if code == "overdue":
        return _DEADLINES[remark["key"]].format(words.date(remark["date"]))
    since = f" since {words.since(remark['since'])}" if remark["since"] else ""
    if code == "premise-over":
        return f"rests on {remark['subject']}, which is {remark['status'].replace('_', ' ')}{since}"
    if code == "party-dissolved":
        return f"{name_of(remark['company'], names)} is dissolved{since}"
    return f"sold by {remark['subject']}{since}"


def deciding_words(item: CompanyItem, names: Names) -> Iterator[str]:
    """What a reader of one line must know besides the status: form, share, quantity, refusals, doubts."""
    kind, terms = item.subject.partition(":")[0], item.terms
    if kind == "deal":
        form = terms.get("form")
        if terms.get("binding") is False or form in ("loi", "mou", "term_sheet"):
            what = {"loi": "letter of intent", "mou": "memorandum", "term_sheet": "term sheet"}
            yield f"not binding ({what[form]})" if form in what else "not binding"
        for step in item.steps:
            if step["type"] == "deal_approval_decided" and step.get("outcome") == "refused":
                yield f"refused by {name_of(step['authority'], names)}"
        if paid := paid_words(item):
            yield paid
    if kind == "relationship" and "share" in terms:
        yield words.share(terms["share"])
    if kind == "right":
        quantity = terms.get("quantity")
        if quantity is not None:
            yield quantity if isinstance(quantity, str) else words.quantity(quantity)
        if "window" in terms:
            yield f"to be exercised {words.date(terms['window'])}"
    if item.certainty == "contested":
        yield "contested"
    if item.irregular:
        yield (
            "contradicted by later reports"
            if len(item.irregular) > 1
            else "contradicted by a report"
        )
    if item.conflicts:
        yield f"sources differ on {', '.join(name.replace('_', ' ') for name in item.conflicts)}"
    if item.disputed:
        yield "disputed"
    yield from (remark_words(remark, names) for remark in item.remarks)


def paid_words(item: CompanyItem) -> str | None:
    """What was paid under a deal, added up within each currency, beside its value: "paid USD 2 bn"."""
    paid: defaultdict[str, Decimal] = defaultdict(Decimal)
    for step in item.steps:
        amount = step.get("amount") if step["type"] == "deal_payment_made" else None
        if amount is not None and "exact" in amount:
            paid[amount["currency"]] += Decimal(amount["exact"])
    said = [
        words.money({"exact": f"{total:f}", "currency": currency})
        for currency, total in sorted(paid.items())
    ]
    return f"paid {' and '.join(said)}" if said else None
