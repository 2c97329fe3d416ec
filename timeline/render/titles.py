"""What an item is, in a line: its kind in words, the others by name, and the company's own role."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from msgspec.structs import replace

from timeline.answers import CompanyItem
from timeline.render import words
from timeline.render.text import join
from timeline.render.words import Names, name_of

_NOUNS: Final = {
    "research_development": "research and development",
    "first_refusal": "right of first refusal",
    "other": "agreement",
}

# How the other parties of a deal follow its noun, by their role; without an entry it is "with".
_PREPOSITIONS: Final[dict[str, dict[str, str]]] = {
    "supply": {"customer": "to", "supplier": "from"},
    "capacity": {"customer": "for", "supplier": "from"},
    "contract_manufacturing": {"customer": "for", "manufacturer": "by", "supplier": "by"},
    "acquisition": {"target": "of", "acquirer": "by", "seller": "from"},
    "investment": {"investee": "in", "investor": "by"},
    "licence": {"licensee": "to", "licensor": "from"},
    "divestiture": {"target": "of", "acquirer": "to", "seller": "by"},
    "financing": {"borrower": "of", "lender": "by"},
}
_ORDER: Final = ("of", "in", "to", "for", "by", "from", "with", "between")

# A relationship as its first and as its second company sees it.
_RELATIONS: Final = {
    "parent_of": ("Parent of {}", "Subsidiary of {}"),
    "supplies": ("Supplies {}", "Supplied by {}"),
    "manufactures_for": ("Manufactures for {}", "Manufacturing by {}"),
    "owns_stake_in": ("Owns a stake in {}", "Part-owned by {}"),
    "licenses_to": ("Licenses to {}", "Licensed by {}"),
    "lends_to": ("Lends to {}", "Borrows from {}"),
    "partners_with": ("Partner of {}", "Partner of {}"),
    "competes_with": ("Competes with {}", "Competes with {}"),
}

_OWNERS: Final = ("from", "holder", "actor", "company")


def noun(kind: str | None) -> str:
    """A kind of deal or right in words: "joint venture"."""
    return _NOUNS.get(kind or "other", (kind or "agreement").replace("_", " "))


def title(item: CompanyItem, company: str | None, names: Names) -> str:
    """The item in a line, as that company sees it: "Joint venture with Intrinsic, as partner".

    Without a company (in a list of all of them) it is told of whom it is.
    """
    kind = item.subject.partition(":")[0]
    if company is None:
        if kind in ("deal", "rumour"):
            return _TITLES[kind](replace(item, roles=[]), "", names)
        party = _owner(item)
        others = [other for other in item.counterparties if other != party]
        item = replace(item, counterparties=others, roles=[])
    else:
        party = item.member if isinstance(item.member, str) else company
    said = _TITLES[kind](item, party, names)
    return said if party == company else f"{name_of(party, names)}: {said}"


def _owner(item: CompanyItem) -> str:
    """The company whose relationship, right, commitment or fact it is."""
    terms = item.terms
    return next((terms[term] for term in _OWNERS if term in terms), item.subject)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _named(item: CompanyItem, names: Names) -> str:
    return join(name_of(each, names) for each in item.counterparties)


def _relationship(item: CompanyItem, party: str, names: Names) -> str:
    first, second = _RELATIONS.get(item.kind or "", ("Related to {}", "Related to {}"))
    return (first if item.terms.get("from") == party else second).format(_named(item, names))


def _agreement(item: CompanyItem, party: str, names: Names) -> str:
    held: Mapping[str, Sequence[str]] = item.terms.get("parties", {})
    sides: dict[str, list[str]] = {}
    for other in item.counterparties:
        side = _preposition(item.kind, held.get(other, ()), item.roles)
        sides.setdefault(side, []).append(name_of(other, names))
    if not party and len(sides.get("with", ())) > 1:
        sides["between"] = sides.pop("with")
    said = [f"{side} {join(sides[side])}" for side in _ORDER if side in sides]
    return " ".join([noun(item.kind), *said])


def _preposition(kind: str | None, roles: Sequence[str], own: Sequence[str]) -> str:
    sides = _PREPOSITIONS.get(kind or "", {})
    # those who take part on the same side do so together
    return "with" if len(roles) != 1 or roles[0] in own else sides.get(roles[0], "with")


def _role(item: CompanyItem) -> str:
    return f", as {words.roles(item.roles)}" if item.roles else ""


def _deal(item: CompanyItem, party: str, names: Names) -> str:
    return _capital(_agreement(item, party, names)) + _role(item)


def _rumour(item: CompanyItem, party: str, names: Names) -> str:
    return f"Rumoured {_agreement(item, party, names)}{_role(item)}"


def _right(item: CompanyItem, party: str, names: Names) -> str:
    side = "from" if party == item.terms.get("holder") else "for"
    others = f" {side} {_named(item, names)}" if item.counterparties else ""
    return _capital(noun(item.kind)) + others + _role(item)


def _commitment(item: CompanyItem, party: str, names: Names) -> str:
    terms = item.terms
    firmness = terms.get("firmness", "commitment")
    said = _capital("approved plan" if firmness == "approved" else firmness)
    if "purpose" in terms:
        said += f" for {terms['purpose']}"
    if "amount" in terms:
        return f"{said}: {words.amount(terms['amount'], terms.get('horizon'))}"
    return f"{said}, for {words.horizon(terms['horizon'])}" if "horizon" in terms else said


def _fact(item: CompanyItem, party: str, names: Names) -> str:
    terms = item.terms
    period = f" ({words.date(terms['period'])})" if "period" in terms else ""
    said = f"{item.kind}{period}: {words.value_in_words(terms.get('value'), names)}"
    compared = ", ".join(
        each for each in map(words.comparison, terms.get("comparison", ())) if each not in said
    )
    return f"{said} ({compared})" if compared else said


_TITLES: Final[dict[str, Callable[[CompanyItem, str, Names], str]]] = {
    "relationship": _relationship,
    "deal": _deal,
    "right": _right,
    "commitment": _commitment,
    "rumour": _rumour,
    "fact": _fact,
}


def implied(item: CompanyItem, other: str, held: Any) -> bool:
    """Whether the title already tells the role of another party."""
    if list(held) == ["partner"] == list(item.roles):
        return True
    return _preposition(item.kind, held, item.roles) != "with"
