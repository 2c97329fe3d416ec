"""The terms of an item that a reader cares about, and what happened besides, in words.

What the title says already is not said again. JSON has every field as it is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from timeline.answers import CompanyItem
from timeline.render import titles, words
from timeline.render.text import join
from timeline.render.words import Names, name_of, value_in_words

Row: TypeAlias = tuple[str, str]
"""A label of at most eleven letters, and text."""

_Say: TypeAlias = Callable[[Any, Names], str]


def _company(value: str, names: Names) -> str:
    return name_of(value, names)


def _money(value: Any, names: Names) -> str:
    return words.money(value)


def _share(value: Any, names: Names) -> str:
    return words.share(value)


def _date(value: Any, names: Names) -> str:
    return words.date(value)


def _horizon(value: Any, names: Names) -> str:
    return words.horizon(value)


# In the order in which they are shown: the label, and how to say the value.
LABELS: Final[dict[str, tuple[str, _Say]]] = {
    "title": ("title", value_in_words),
    "text": ("claim", value_in_words),
    "over": ("over", value_in_words),
    "value": ("value", _money),
    "stake": ("stake", _share),
    "share": ("share", _share),
    "price_per_share": ("per share", _money),
    "strike": ("price", _money),
    "quantity": ("quantity", value_in_words),
    "window": ("window", _date),
    "detail": ("detail", value_in_words),
    "scope": ("scope", value_in_words),
    "activities": ("activities", value_in_words),
    "products": ("products", value_in_words),
    "sites": ("sites", value_in_words),
    "rationale": ("rationale", value_in_words),
    "term": ("term", _horizon),
    "started": ("started", _date),
    "expected_completion": ("completion", lambda value, names: f"expected {words.expected(value)}"),
    "venture": ("venture", _company),
    "deal": ("deal", value_in_words),
    "independent_of": ("independent", lambda value, names: f"of {value_in_words(value)}"),
    "replaces": ("replaces", value_in_words),
}

FORMS: Final = {
    "loi": "letter of intent",
    "mou": "memorandum of understanding",
    "definitive": "definitive agreement",
}

# Said by the title.
_IN_TITLE: Final = frozenset({
    "kind", "parties", "form", "binding", "from", "to", "holder", "grantor", "actor", "purpose",
    "amount", "horizon", "firmness", "company", "attribute", "period", "comparison",
})  # fmt: skip


def term_rows(item: CompanyItem, names: Names) -> Iterator[Row]:
    """The terms in words, each with its label, in an order made for reading."""
    terms = item.terms
    kind = item.subject.partition(":")[0]
    yield from _others(item, names)
    if form := _form(terms):
        yield "form", form
    for term, (label, say) in LABELS.items():
        if term in terms and not (kind == "fact" and term == "value"):
            yield label, say(terms[term], names)
    for term, value in terms.items():  # of a vocabulary that is newer than these words
        if term not in LABELS and term not in _IN_TITLE:
            yield term.replace("_", " "), value_in_words(value, names)


def _others(item: CompanyItem, names: Names) -> Iterator[Row]:
    parties: Mapping[str, list[str]] = item.terms.get("parties", {})
    said = {
        other: held
        for other, held in parties.items()
        if other in item.counterparties and not titles.implied(item, other, held)
    }
    if said:
        yield (
            "others",
            "; ".join(
                f"{name_of(other, names)} as {words.roles(held)}" for other, held in said.items()
            ),
        )


def _form(terms: Mapping[str, Any]) -> str:
    form = FORMS.get(terms.get("form", ""), "")
    if "binding" not in terms:
        return form
    binding = "binding" if terms["binding"] else "not binding"
    return f"{form}, {binding}" if form else binding


# --- steps: what events carry besides the terms ---------------------------------------------------

_ENVELOPE: Final = frozenset({"event", "type", "occurred"})
_VERBS: Final = {
    "deal_completed": "completed",
    "deal_breach_alleged": "breach alleged",
    "deal_suspended": "suspended",
    "deal_withdrawn": "withdrawn",
    "deal_terminated": "terminated",
    "right_exercised": "exercised",
    "right_lapsed": "lapsed",
    "relationship_ended": "ended",
    "commitment_fulfilled": "fulfilled",
    "commitment_withdrawn": "withdrawn",
    "rumour_comment_declined": "comment declined",
    "rumour_denied": "denied",
    "rumour_lapsed": "lapsed",
}


def step_words(step: Mapping[str, Any], names: Names) -> str:
    """What happened, in a line: "2016-06-23: approval granted by Sharp's shareholders"."""
    kind = step["type"]
    rest = {name: value for name, value in step.items() if name not in _ENVELOPE}
    said = [_VERBS.get(kind, "")]
    if kind == "deal_approval_decided":
        said = [f"approval {rest.pop('outcome')} by {rest.pop('authority')}"]
    elif kind == "deal_payment_made":
        said = [f"{words.money(rest.pop('amount'))} paid"]
    elif kind == "commitment_progressed":
        said = [f"{words.money(rest.pop('spent'))} spent"]
    if rest.pop("assumed", False):
        said.append("as the source infers")
    if rest.pop("part", False):
        said.append("in part")
    if "amount" in rest:
        said.append(f"for {words.money(rest.pop('amount'))}")
    if rest.pop("extent", "full") == "partial":
        said.append("in part")
    for name in ("by", "against"):
        if name in rest:
            said.append(f"{name} {_companies(rest.pop(name), names)}")
    if rest.pop("as_party", True) is False:
        said.append("though not as a party")
    after = [value_in_words(rest.pop(name)) for name in ("reason", "alternative") if name in rest]
    if "fee" in rest:
        after.append(f"fee {words.money(rest.pop('fee'))}")
    after += [f"{name.replace('_', ' ')} {value_in_words(value)}" for name, value in rest.items()]
    sentence = " ".join(filter(None, said)) or kind.replace("_", " ")
    return (
        f"{words.date(step['occurred'])}: {' – '.join(filter(None, [sentence, '; '.join(after)]))}"
    )


def _companies(value: str | list[str], names: Names) -> str:
    return join(name_of(each, names) for each in ([value] if isinstance(value, str) else value))
