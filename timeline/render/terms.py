"""The terms of an item that a reader cares about, and what happened besides, in words.

What the title says already is not said again. JSON has every field as it is stored.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final, TypeAlias

from timeline.answers import CompanyItem
from timeline.language import tr, tr_as, tr_count
from timeline.model.kinds import EVENT_TYPES, KINDS
from timeline.model.kinds.event import Kind, Shape, shape_in, shape_of
from timeline.model.values import Subject
from timeline.render import titles, words
from timeline.render.text import join
from timeline.render.words import Names, name_of, value_in_words

Row: TypeAlias = tuple[str, str]
"""A label of at most eleven letters, and text. Labels are English, until :func:`label_words` shows them."""

LABELS: Final = (
    "", "beware", "because", "certainty", "conflict", "contested", "contradicts", "controls", "corrected",
    "disputed", "disputes", "erased", "event", "evidence", "form", "known", "no longer", "note", "origin",
    "others", "paid", "party", "possible", "recorded", "reports", "since", "source", "sources", "status",
    "step", "step gone", "steps", "subject", "terms", "told by", "uncertain", "word", "with", "before",
    "after",
)  # fmt: skip
"""The labels besides those of terms."""


def label_words(label: str) -> str:
    """A label as it is shown."""
    return tr_as("label", label)


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
            return tr_as("value", value) if isinstance(value, str) else value_in_words(value, names)


def term_words(kind: Kind, term: str, value: Any, names: Names) -> str:
    """The value of a term as it reads beside its label: "expected by 2027", "JPY 88 a share"."""
    told = kind.words[term]
    if term in PARTS:
        between = ", " if term == "interests" else "; "
        return between.join(PARTS[term](each, names) for each in value)
    lasting = term in ("period", "window")
    said = words.stretch(value) if lasting else say(shape_of(kind, term), value, names)
    if told.form == "by {}" and value.startswith(
        ("../", "/", "[..")
    ):  # "by 2027": a deadline already
        return said
    return tr_as("term", told.form).format(said)


def _fee_words(fee: Mapping[str, Any], names: Names) -> str:
    """A break fee: "Twitter owes Elon Musk USD 1 bn: in cases that the agreement names"."""
    said = words.money(fee["amount"]) if "amount" in fee else tr("a fee")
    debtor = name_of(fee["by"], names) if "by" in fee else ""
    if debtor and "to" in fee:
        creditor = name_of(fee["to"], names)
        said = tr(
            "{debtor} owes {creditor} {amount}", debtor=debtor, creditor=creditor, amount=said
        )
    elif debtor:
        said = tr("{debtor} owes {amount}", debtor=debtor, amount=said)
    return f"{said}: {fee['when']}" if "when" in fee else said


_SETTLED: Final = frozenset({"done", "over", "denied"})
"""Groups in which nothing is expected any more."""

PAID_IN: Final = {
    "cash": "in cash",
    "stock": "in stock",
    "assumed_debt": "of assumed debt",
    "earn_out": "as an earn-out",
    "asset": "in assets",
    "other": "in another form",
}


def _consideration_words(part: Mapping[str, Any], names: Names) -> str:
    """A part of what is paid: "USD 6 bn in cash", "in stock (0.745 of a share)"."""
    said = tr_as("paid", PAID_IN[part["form"]])
    if "value" in part:
        said = f"{words.money(part['value'])} {said}"
    return f"{said} ({part['ratio']})" if "ratio" in part else said


def _tranche_words(tranche: Mapping[str, Any], names: Names) -> str:
    """An instalment: "USD 4 bn, due June 2025: first closing"."""
    parts = [words.money(tranche["amount"])] if "amount" in tranche else []
    parts += [words.quantity(tranche["quantity"])] if "quantity" in tranche else []
    said = join(parts)
    if "due" in tranche:
        said = ", ".join(filter(None, [said, tr("due {day}", day=words.date(tranche["due"]))]))
    return ": ".join(filter(None, [said, tranche.get("condition", "")]))


def _interest_words(interest: str, names: Names) -> str:
    """A right that comes with a stake: "board appointment"."""
    return tr_as("value", interest.replace("_", " "))


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


def form_name(form: str) -> str:
    """The form of a deal: "letter of intent"."""
    return tr_as("form", FORMS.get(form, form))


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
                said = tr("had been {what}", what=said)
            yield told.label, said
        if term == kind.money and (paid := paid_words(facts(item.steps, levels))):
            yield "paid", paid
    for term, value in terms.items():  # of a vocabulary that is newer than these words
        if term not in kind.words:
            yield term.replace("_", " "), value_in_words(value, names)


def changed_words(kind: Kind, term: str, changed: Mapping[str, Any], names: Names) -> str:
    """How a term came to its value: "since March 2018; 100 % before"."""
    said = tr("{value} before", value=_value_words(kind, term, changed["before"], names))
    if changed["unsettled"]:
        said = tr("{before}, and perhaps still", before=said)
    if changed["since"]:
        return tr("since {day}; {before}", day=words.since(changed["since"]), before=said)
    return said


def _value_words(kind: Kind, term: str, value: Any, names: Names) -> str:
    """The value of any term in words, of one that stands in the title or beside the form, too."""
    match term:
        case "kind":
            return words.noun(kind, value)
        case "form":
            return form_name(str(value))
        case "binding":
            return tr("binding") if value else tr("not binding")
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
    if count < 2:
        return said
    return tr_count(
        "{amount} in {count} payment", "{amount} in {count} payments", count, amount=said
    )


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
                tr("{company} as {roles}", company=name_of(other, names), roles=words.roles(held))
                for other, held in said.items()
            ),
        )


def form_words(terms: Mapping[str, Any]) -> str:
    """The form of a deal, and whether it binds: "letter of intent, not binding"; empty where unsaid."""
    form = form_name(terms["form"]) if terms.get("form", "") in FORMS else ""
    if "binding" not in terms:
        return form
    binding = tr("binding") if terms["binding"] else tr("not binding")
    return f"{form}, {binding}" if form else binding


# --- steps: what events carry besides the terms ---------------------------------------------------

_ENVELOPE: Final = frozenset({"event", "type", "occurred"})
TOWARDS: Final = {"by": "by {companies}", "against": "against {companies}", "to": "to {companies}"}
"""How the companies follow that a step names."""

_STEP_LABELS: Final = {"terms_of": "terms"}
_FIELD: Final = re.compile(r"\{(\w+)\}")


def level_words(level: str) -> str:
    """What follows the words of an event that is no fact: " (only an opinion)"; nothing of a fact."""
    match level:
        case "fact":
            return ""
        case "opinion":
            return f" ({tr('only an opinion')})"
        case "forecast":
            return f" ({tr('only a forecast')})"
    return f" (only a {level})"


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
        shape = shape_in(event, field[1])
        value = rest.pop(field[1])
        if shape == "text" and isinstance(value, str):
            return tr_as("value", value.replace("_", " "))
        return say(shape, value, names).replace("_", " ")

    said = ["" if event is None else _FIELD.sub(taken_in, tr_as("step", event.step))]
    if rest.pop("assumed", False):
        said.append(tr("as the source infers"))
    if rest.pop("part", False):
        said.append(tr("in part"))
    if "amount" in rest:
        said.append(tr("for {amount}", amount=words.money(rest.pop("amount"))))
    if rest.pop("extent", "full") == "partial":
        said.append(tr("in part"))
    said += [
        tr_as("step", text, companies=say("companies", rest.pop(name), names))
        for name, text in TOWARDS.items()
        if name in rest
    ]
    if rest.pop("as_party", True) is False:
        said[-1] = tr("{what}, though not as a party", what=said[-1])
    after = [value_in_words(rest.pop(name)) for name in ("reason", "alternative") if name in rest]
    if "fee" in rest:
        after.append(tr("fee {amount}", amount=words.money(rest.pop("fee"))))
    if (
        rest.get("outcome", step.get("outcome")) == "granted_with_conditions"
        and "conditions" in rest
    ):
        after.append(value_in_words(rest.pop("conditions")))
    after += [
        f"{label_words(_STEP_LABELS.get(name, name).replace('_', ' '))}: {value_in_words(value)}"
        for name, value in rest.items()
    ]
    sentence = " ".join(filter(None, said)) or tr_as("event", type_.replace("_", " "))
    sentence += level_words((levels or {}).get(step.get("event", ""), "fact"))
    return (
        f"{words.date(step['occurred'])}: {' – '.join(filter(None, [sentence, '; '.join(after)]))}"
    )
