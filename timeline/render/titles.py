"""What an item is, in a line: its kind in words, the others by name, and the company's own role."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from msgspec.structs import replace

from timeline.answers import CompanyItem
from timeline.language import tr, tr_as
from timeline.model.kinds import KINDS
from timeline.model.kinds.event import Kind
from timeline.model.values import Subject
from timeline.render import words
from timeline.render.text import capital, join
from timeline.render.words import Names, name_of

SIDES: Final = {
    "of": "of {names}",
    "between": "between {names}",
    "into": "into {names}",
    "in": "in {names}",
    "to": "to {names}",
    "for": "for {names}",
    "by": "by {names}",
    "against": "against {names}",
    "before": "before {names}",
    "from": "from {names}",
    "with": "with {names}",
}
"""How parties follow the noun, in this order."""

_OWNERS: Final = ("from", "holder", "actor", "company")


def _kind_of(item: CompanyItem) -> Kind:
    return KINDS[Subject.of(item.subject).kind]


def title(item: CompanyItem, company: str | None, names: Names) -> str:
    """The item in a line, as that company sees it: "Joint venture with Intrinsic, as partner".

    Without a company (in a list of all of them) it is told of whom it is.
    """
    say = _TITLES.get(_kind_of(item).name, _agreed)
    if company is None:
        if "parties" in item.terms:
            return say(replace(item, roles=[]), "", names)
        party = _owner(item)
        others = [other for other in item.counterparties if other != party]
        item = replace(item, counterparties=others, roles=[])
    else:
        party = item.member if isinstance(item.member, str) else company
    said = say(item, party, names)
    return said if party == company else tr("{who}: {what}", who=name_of(party, names), what=said)


def _owner(item: CompanyItem) -> str:
    """The company whose relationship, right, commitment or fact it is."""
    terms = item.terms
    return next((terms[term] for term in _OWNERS if term in terms), item.subject)


def _named(item: CompanyItem, names: Names) -> str:
    return join(name_of(each, names) for each in item.counterparties)


def _relationship(item: CompanyItem, party: str, names: Names) -> str:
    phrases = _kind_of(item).phrases
    first, second = phrases.get(item.kind or "", ("Related to {}", "Related to {}"))
    said = tr_as("title", first if item.terms.get("from") == party else second)
    return said.format(_named(item, names))


def _agreement(item: CompanyItem, party: str, names: Names) -> tuple[str, list[str]]:
    """The noun with the other sides, and who stands on the company's own side."""
    held = _kind_of(item).parties(item.terms)
    sides: dict[str, list[str]] = {}
    beside: list[str] = []
    for other in item.counterparties:
        side = _preposition(item, held.get(other, ()))
        (beside if side is None else sides.setdefault(side, [])).append(name_of(other, names))
    joined, met = sides.pop("between", []), sides.pop("with", [])
    if not party:  # seen from nobody's side
        joined, met = (joined + met, []) if len(joined + met) > 1 else ([], joined + met)
    elif len(joined) == 1:
        joined, met = [], joined + met
    sides |= {"between": joined, "with": met}
    said = [
        tr_as("title", text, names=join(sides[side]))
        for side, text in SIDES.items()
        if sides.get(side)
    ]
    return " ".join([words.noun(_kind_of(item), item.kind), *said]), beside


def _preposition(item: CompanyItem, roles: Sequence[str]) -> str | None:
    """How a party follows the noun; None for one on the company's own side."""
    kind = _kind_of(item)
    sides = {**kind.sides.get("", {}), **kind.sides.get(item.kind or "", {})}
    known = [role for role in roles if role in sides]
    if len(known) != 1:
        return "with"
    side = sides[known[0]]
    if known[0] in item.roles:
        # who sells together stands together; partners meet each other
        return "with" if side == "between" else None
    return side


def _role(item: CompanyItem, beside: Sequence[str] = ()) -> str:
    told = [role for role in item.roles if role != "other"]
    if told and beside:
        return tr(", as {roles} with {names}", roles=words.roles(told), names=join(beside))
    if told:
        return tr(", as {roles}", roles=words.roles(told))
    return f" {tr_as('title', SIDES['with'], names=join(beside))}" if beside else ""


def _agreed(item: CompanyItem, party: str, names: Names) -> str:
    said, beside = _agreement(item, party, names)
    return capital(said) + _role(item, beside)


def _rumour(item: CompanyItem, party: str, names: Names) -> str:
    said, beside = _agreement(item, party, names)
    what = RUMOURED[item.terms.get("of", "begin")]
    return tr_as("title", what, what=f"{said}{_role(item, beside)}")


RUMOURED: Final = {
    "begin": "Rumoured {what}",
    "decision": "Rumoured decision on {what}",
    "change": "Rumoured change of {what}",
    "delay": "Rumoured delay of {what}",
    "end": "Rumoured end of {what}",
}
"""What is rumoured of a deal."""


def _right(item: CompanyItem, party: str, names: Names) -> str:
    noun = capital(words.noun(_kind_of(item), item.kind))
    if not item.counterparties:
        return noun
    others = _named(item, names)
    if party == item.terms.get("holder"):
        return tr_as("title", "{right} from {names}", right=noun, names=others)
    if item.roles == ["grantor"]:
        return tr_as("title", "Gave {names} {a_right}", names=others, a_right=a_right(item.kind))
    said = tr_as("title", "{right} for {names}", right=noun, names=others)
    return f"{said}{_role(item)}"


_UNCOUNTED: Final = frozenset({"early_access", "exclusivity"})


def with_article(noun: str, kind: str | None) -> str:
    """An English noun as an object: "a board seat", "early access"."""
    if kind in _UNCOUNTED:
        return noun
    return f"{'an' if noun[0] in 'aeio' else 'a'} {noun}"


def a_right(kind: str | None) -> str:
    """A kind of right as an object: "a board seat"."""
    return tr_as("object", with_article(KINDS["right"].noun(kind), kind))


def _commitment(item: CompanyItem, party: str, names: Names) -> str:
    terms = item.terms
    firmness = terms.get("firmness", "commitment")
    said = capital(tr_as("value", "approved plan" if firmness == "approved" else firmness))
    if "purpose" in terms:
        said = tr_as("title", "{plan} for {purpose}", plan=said, purpose=terms["purpose"])
    if "amount" in terms:
        return f"{said}: {words.amount(terms['amount'], terms.get('horizon'))}"
    if "horizon" in terms:
        return tr("{what}, for {span}", what=said, span=words.horizon(terms["horizon"]))
    return said


def _fact(item: CompanyItem, party: str, names: Names) -> str:
    terms = item.terms
    period = f" ({words.stretch(terms['period'])})" if "period" in terms else ""
    of = words.attribute(item.kind or "")
    said = f"{of}{period}{' –' if ': ' in of else ':'} {words.value_in_words(terms.get('value'), names)}"
    compared = ", ".join(
        each for each in map(words.comparison, terms.get("comparison", ())) if each not in said
    )
    return f"{said} ({compared})" if compared else said


_TITLES: Final[dict[str, Callable[[CompanyItem, str, Names], str]]] = {
    "relationship": _relationship,
    "right": _right,
    "commitment": _commitment,
    "rumour": _rumour,
    "fact": _fact,
}


def implied(item: CompanyItem, other: str, held: Any) -> bool:
    """Whether the title already tells the role of another party."""
    if list(held) == ["partner"] == list(item.roles):
        return True
    return len(held) == 1 and _preposition(item, held) != "with"
