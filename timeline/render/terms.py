"""The terms of an item that a reader cares about, and what happened besides, in words.

What the title says already is not said again. JSON has every field as it is stored.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final, TypeAlias

from timeline.answers import CompanyItem
from timeline.model.kinds import EVENT_TYPES, KINDS
from timeline.model.kinds.event import Kind, Shape, shape_of, shapes_of
from timeline.model.values import Subject
from timeline.render import titles, words
from timeline.render.text import join
from timeline.render.words import Names, name_of, value_in_words

Row: TypeAlias = tuple[str, str]
"""A label of at most eleven letters, and text."""


def say(shape: Shape, value: Any, names: Names) -> str:
    """A value in words, by the shape that its type gives it."""
    match shape:
        case "company" | "companies":
            return join(
                name_of(each, names) for each in ([value] if isinstance(value, str) else value)
            )
        case "date":
            return words.date(value)
        case "money":
            return words.money(value)
        case "share":
            return words.share(value)
        case "horizon":
            return words.horizon(value)
        case _:
            return value_in_words(value, names)


def term_words(kind: Kind, term: str, value: Any, names: Names) -> str:
    """The value of a term as it reads beside its label: "expected by 2027", "JPY 88 a share"."""
    told = kind.words[term]
    if term in PARTS:
        between = ", " if term == "interests" else "; "
        return between.join(PARTS[term](each, names) for each in value)
    lasting = term in ("period", "window")
    said = words.stretch(value) if lasting else say(shape_of(kind, term), value, names)
    # "expected by 2027": an open start is a deadline
    return said if said.startswith("by ") and told.form == "by {}" else told.form.format(said)


def _fee_words(fee: Mapping[str, Any], names: Names) -> str:
    """A break fee: "Twitter owes Elon Musk USD 1 bn: in cases that the agreement names"."""
    amount = words.money(fee["amount"]) if "amount" in fee else "a fee"
    debtor = name_of(fee["by"], names) if "by" in fee else ""
    creditor = f" {name_of(fee['to'], names)}" if "to" in fee and debtor else ""
    said = f"{debtor} owes{creditor} {amount}" if debtor else amount
    return f"{said}: {fee['when']}" if "when" in fee else said


_SETTLED: Final = frozenset({"done", "over", "denied"})
"""Groups in which nothing is expected any more."""

_PAID_IN: Final = {
    "cash": "in cash",
    "stock": "in stock",
    "assumed_debt": "of assumed debt",
    "earn_out": "as an earn-out",
    "asset": "in assets",
    "other": "in another form",
}


def _consideration_words(part: Mapping[str, Any], names: Names) -> str:
    """A part of what is paid: "USD 6 bn in cash", "in stock (0.745 of a share)"."""
    said = _PAID_IN[part["form"]]
    if "value" in part:
        said = f"{words.money(part['value'])} {said}"
    return f"{said} ({part['ratio']})" if "ratio" in part else said


def _tranche_words(tranche: Mapping[str, Any], names: Names) -> str:
    """An instalment: "USD 4 bn, due June 2025: first closing"."""
    parts = [words.money(tranche["amount"])] if "amount" in tranche else []
    parts += [words.quantity(tranche["quantity"])] if "quantity" in tranche else []
    said = join(parts)
    if "due" in tranche:
        said = ", ".join(filter(None, [said, f"due {words.date(tranche['due'])}"]))
    return ": ".join(filter(None, [said, tranche.get("condition", "")]))


def _interest_words(interest: str, names: Names) -> str:
    """A right that comes with a stake: "board appointment"."""
    return interest.replace("_", " ")


PARTS: Final[Mapping[str, Callable[[Any, Names], str]]] = {
    "break_fees": _fee_words,
    "consideration": _consideration_words,
    "tranches": _tranche_words,
    "interests": _interest_words,
}
"""How each part reads of a term that is a list of parts."""

FORMS: Final = {
    "loi": "letter of intent",
    "mou": "memorandum of understanding",
    "term_sheet": "term sheet",
    "definitive": "definitive agreement",
}


def term_rows(
    item: CompanyItem, names: Names, levels: Mapping[str, str] | None = None
) -> Iterator[Row]:
    """The terms in words, each with its label, in an order made for reading.

    ``levels`` are those of the events that are no facts: what was only forecast is not paid.
    """
    terms = item.terms
    kind = KINDS[Subject.of(item.subject).kind]
    yield from _others(item, names)
    if form := form_words(terms):
        if "form" in item.changed:
            form += f", {changed_words(kind, 'form', item.changed['form'], names)}"
        yield "form", form
    for term, told in kind.words.items():
        # where the title has the value, it has not the one before
        if term in terms and (not told.told_apart or (term in item.changed and term != "form")):
            said = _value_words(kind, term, terms[term], names)
            if term in item.changed:
                said += f", {changed_words(kind, term, item.changed[term], names)}"
            if term == "expected_completion" and item.group in _SETTLED:
                said = f"had been {said}"
            yield told.label, said
        if term == kind.money and (paid := paid_words(facts(item.steps, levels))):
            yield "paid", paid
    for term, value in terms.items():  # of a vocabulary that is newer than these words
        if term not in kind.words:
            yield term.replace("_", " "), value_in_words(value, names)


def changed_words(kind: Kind, term: str, changed: Mapping[str, Any], names: Names) -> str:
    """How a term came to its value: "since March 2018; 100 % before"."""
    before = _value_words(kind, term, changed["before"], names)
    since = f"since {words.since(changed['since'])}; " if changed["since"] else ""
    still = ", and perhaps still" if changed["unsettled"] else ""
    return f"{since}{before} before{still}"


def _value_words(kind: Kind, term: str, value: Any, names: Names) -> str:
    """The value of any term in words, of one that stands in the title or beside the form, too."""
    match term:
        case "kind":
            return kind.noun(value)
        case "form":
            return FORMS.get(value, str(value))
        case "binding":
            return "binding" if value else "not binding"
    return term_words(kind, term, value, names)


def facts(
    steps: Iterable[Mapping[str, Any]], levels: Mapping[str, str] | None
) -> list[Mapping[str, Any]]:
    """The steps that were told as facts."""
    return [step for step in steps if step.get("event") not in (levels or {})]


def paid_words(steps: Iterable[Mapping[str, Any]]) -> str:
    """What was paid under a deal so far: "USD 3 bn and EUR 200 mn in 4 payments".

    Amounts are added up end by end where they are alike: within one currency, period and basis.
    """
    sums: dict[tuple[str, ...], dict[str, Decimal]] = {}
    count = 0
    for step in steps:
        if step["type"] == "deal_payment_made":
            count += 1
            amount = step["amount"]
            ends = {end: amount[end] for end in ("exact", "min", "max") if end in amount}
            alike = ("exact", amount.get("basis", ""), amount.get("per", ""), amount["currency"])
            if "exact" not in ends:
                alike = (*sorted(ends), *alike[1:])
            so_far = sums.setdefault(alike, dict.fromkeys(ends, Decimal(0)))
            for end, value in ends.items():
                so_far[end] += Decimal(value)
    said = join(
        words.money(
            {end: format(total, "f") for end, total in ends.items()}
            | {"currency": currency}
            | ({"basis": basis} if basis else {})
            | ({"per": per} if per else {})
        )
        for (*_, basis, per, currency), ends in sums.items()
    )
    return f"{said} in {count} payments" if count > 1 else said


def _others(item: CompanyItem, names: Names) -> Iterator[Row]:
    parties: Mapping[str, list[str]] = item.terms.get("parties", {})
    said = {
        other: held
        for other, held in parties.items()
        if other in item.counterparties
        and not titles.implied(item, other, held)
        and list(held) != ["other"]
    }
    if said:
        yield (
            "others",
            "; ".join(
                f"{name_of(other, names)} as {words.roles(held)}" for other, held in said.items()
            ),
        )


def form_words(terms: Mapping[str, Any]) -> str:
    """The form of a deal, and whether it binds: "letter of intent, not binding"; empty where unsaid."""
    form = FORMS.get(terms.get("form", ""), "")
    if "binding" not in terms:
        return form
    binding = "binding" if terms["binding"] else "not binding"
    return f"{form}, {binding}" if form else binding


# --- steps: what events carry besides the terms ---------------------------------------------------

_ENVELOPE: Final = frozenset({"event", "type", "occurred"})
_STEP_LABELS: Final = {"terms_of": "terms"}
_FIELD: Final = re.compile(r"\{(\w+)\}")


def level_words(level: str) -> str:
    """What follows the words of an event that is no fact: " (only an opinion)"; nothing of a fact."""
    return "" if level == "fact" else f" (only {'an' if level == 'opinion' else 'a'} {level})"


def step_words(
    step: Mapping[str, Any], names: Names, levels: Mapping[str, str] | None = None
) -> str:
    """What happened, in a line: "2016-06-23: approval granted by Sharp's shareholders".

    ``levels`` are those of the events that are no facts: "13 May 2022: suspended (only an opinion)".
    """
    type_ = step["type"]
    rest = {name: value for name, value in step.items() if name not in _ENVELOPE}
    event = EVENT_TYPES.get(type_)  # none in a vocabulary that is newer than this program

    def taken_in(field: re.Match[str]) -> str:
        assert event is not None
        if field[1] == "authority":  # a text, or a company
            return name_of(rest.pop("authority"), names)
        shape = shapes_of(event)[field[1]]
        return say(shape, rest.pop(field[1]), names).replace("_", " ")

    said = ["" if event is None else _FIELD.sub(taken_in, event.step)]
    if rest.pop("assumed", False):
        said.append("as the source infers")
    if rest.pop("part", False):
        said.append("in part")
    if "amount" in rest:
        said.append(f"for {words.money(rest.pop('amount'))}")
    if rest.pop("extent", "full") == "partial":
        said.append("in part")
    said += [
        f"{name} {say('companies', rest.pop(name), names)}"
        for name in ("by", "against", "to")
        if name in rest
    ]
    if rest.pop("as_party", True) is False:
        said[-1] += ", though not as a party"
    after = [value_in_words(rest.pop(name)) for name in ("reason", "alternative") if name in rest]
    if "fee" in rest:
        after.append(f"fee {words.money(rest.pop('fee'))}")
    if (
        rest.get("outcome", step.get("outcome")) == "granted_with_conditions"
        and "conditions" in rest
    ):
        after.append(value_in_words(rest.pop("conditions")))
    after += [
        f"{_STEP_LABELS.get(name, name).replace('_', ' ')}: {value_in_words(value)}"
        for name, value in rest.items()
    ]
    sentence = " ".join(filter(None, said)) or type_.replace("_", " ")
    sentence += level_words((levels or {}).get(step.get("event", ""), "fact"))
    return (
        f"{words.date(step['occurred'])}: {' – '.join(filter(None, [sentence, '; '.join(after)]))}"
    )
