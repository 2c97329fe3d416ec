"""What follows from several subjects: names, identity, remarks and control.

All of it is computed at one coordinate, from the items there, and is never part of a fold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import combinations
from typing import Any

from tests.oracle.days import bounds
from tests.oracle.evolve import NO_PHASE, evolve
from tests.oracle.fold import main_order, since_when
from tests.oracle.record import Event, Record
from tests.oracle.values import is_certainly_above_half
from tests.oracle.vocabulary import KINDS, kind_of, parties_of

Item = dict[str, Any]

UNDISCLOSED = "undisclosed"


# --- a company by itself ----------------------------------------------------------------------------


def company_at(company: str, record: Record, on: date) -> dict[str, Any]:
    """The name, aliases, country, identifiers, status of a company, and since when it has that."""
    found: dict[str, Any] = {"name": None, "aliases": [], "country": None, "identifiers": {}}
    happened = sorted(
        (
            e
            for e in record.of(f"company:{company}")
            if e.bounds[0] <= on and e.type != "companies_judged"
        ),
        key=main_order,
    )
    phase = NO_PHASE
    brought_by: Event | None = None  # the event that brought the present status
    for event in happened:
        given, old = event.fields, found["name"]
        for term in ("aliases", "country"):
            found[term] = given.get(term, found[term])
        found["identifiers"] = found["identifiers"] | given.get("identifiers", {})
        if event.type == "company_identified":
            found["identifiers"] = found["identifiers"] | {given["scheme"]: given["value"]}
        if event.type == "company_renamed" and given.get("name_kind") == "brand":
            found["aliases"] = joined(found["aliases"], [given["name"]])
        elif "name" in given:
            found["name"] = given["name"]
            if event.type == "company_renamed" and old is not None and old != given["name"]:
                found["aliases"] = joined(found["aliases"], [old])
        before = phase
        phase, _ = evolve("company", phase, event.type, given)
        if phase != before:
            brought_by = event
    status = phase.status if happened else None
    since = since_when("company", happened, phase.status, brought_by)
    if found["name"] is None:
        found["name"] = record.registrations()[company].fields["name"]
    return found | {"status": status, "since": since}


def joined(names: list[str], more: list[str]) -> list[str]:
    """The names with those of the others that are not among them."""
    return [*names, *dict.fromkeys(name for name in more if name not in names)]


# --- identity ---------------------------------------------------------------------------------------


class Identity:
    """Which companies are one: those tied by "same", through any number of steps."""

    def __init__(self, record: Record) -> None:
        self.judged: dict[frozenset[str], str] = {}
        for event in record.mended:  # by position: of one pair the later wins
            if event.type == "companies_judged":
                for pair in combinations(event.fields["companies"], 2):
                    self.judged[frozenset(pair)] = event.fields["judgement"]
        self.same = [pair for pair, judgement in self.judged.items() if judgement == "same"]
        self.by_registration = list(record.registrations())

    def one(self, company: str) -> list[str]:
        """All the ids of one company; the one registered first comes first."""
        found = {company}
        while True:
            more = {other for pair in self.same if pair & found for other in pair} - found
            if not more:
                break
            found |= more
        registered = [c for c in self.by_registration if c in found]
        return registered or [company]

    def id_of(self, company: str) -> str:
        """The id that a company is shown under."""
        return self.one(company)[0]

    def shown(self, value: Any, *, key: str = "") -> Any:
        """A value of a term or a step with the ids of companies as they are shown."""
        if key == "parties":
            merged: dict[str, list[str]] = {}
            for company, roles in value.items():
                known = merged.setdefault(self.id_of(company), [])
                known += [role for role in roles if role not in known]
            return merged
        if key in COMPANY_FIELDS:
            if isinstance(value, list):
                return list(dict.fromkeys(self.id_of(company) for company in value))
            return self.id_of(value)
        if key == "break_fees":
            return [
                {name: self.id_of(v) if name in ("by", "to") else v for name, v in fee.items()}
                for fee in value
            ]
        return value

    def shown_all(self, fields: dict[str, Any]) -> dict[str, Any]:
        return {key: self.shown(value, key=key) for key, value in fields.items()}


COMPANY_FIELDS = (
    "from", "to", "holder", "grantor", "governs", "actor", "company", "venture", "before", "disclosed_by",
    "by", "against", "authority",
)  # fmt: skip
"""Terms and fields of steps that hold a company, or a list of companies; an authority may be a mere text."""


def shown_as_one(item: Item, identity: Identity) -> Item:
    """An item with the companies that are one under their first id: terms, steps and changed."""
    changed = {
        key: entry | {"before": identity.shown(entry["before"], key=key)}
        for key, entry in item["changed"].items()
    }
    return item | {
        "terms": identity.shown_all(item["terms"]),
        "steps": [identity.shown_all(step) for step in item["steps"]],
        "changed": changed,
    }


def parties(item: Item) -> dict[str, set[str]]:
    return parties_of(kind_of(item["subject"]), item["terms"])


# --- remarks ----------------------------------------------------------------------------------------


def remarks(item: Item, items: dict[str, Item], dissolved: dict[str, str], on: date) -> list[dict]:
    """What a reader must hear about an item that is not over, from other subjects and from the calendar.

    ``items`` are all items of the coordinate, ``dissolved`` the dissolved companies with since when.
    """
    if item["group"] not in ("pending", "live", "claimed", "noted"):
        return []
    found = [
        *_premise_over(item, items),
        *_party_dissolved(item, dissolved),
        *_overdue(item, on),
        *_sold(item, items),
    ]
    return sorted(
        found,
        key=lambda r: (r["code"], r.get("subject", ""), r.get("company", ""), r.get("key", "")),
    )


def _premise_over(item: Item, items: dict[str, Item]) -> Iterator[dict]:
    kind, terms = kind_of(item["subject"]), item["terms"]
    premises: set[str] = set()
    if kind in ("right", "commitment"):
        premises.add(terms.get("deal", ""))
    if kind == "right":
        premises.add(terms.get("over", ""))
    if kind == "proceeding":
        premises.add(terms.get("about", ""))
    for subject in premises:
        premise = items.get(subject)
        if premise is not None and premise["group"] in ("over", "denied"):
            yield {
                "code": "premise-over",
                "subject": subject,
                "status": premise["status"],
                "since": premise["since"],
            }


def _party_dissolved(item: Item, dissolved: dict[str, str]) -> Iterator[dict]:
    for company in parties(item):
        if company in dissolved:
            yield {"code": "party-dissolved", "company": company, "since": dissolved[company]}


def _overdue(item: Item, on: date) -> Iterator[dict]:
    kind, group = kind_of(item["subject"]), item["group"]
    keys: tuple[str, ...] = ()
    if kind == "deal" and group == "pending":
        keys = ("expected_completion", "outside_date")
    elif kind == "right" and group == "live":
        keys = ("window",)
    for key in keys:
        if key in item["terms"]:
            latest = bounds(item["terms"][key])[1]
            if latest < on:
                yield {"code": "overdue", "key": key, "date": latest.isoformat()}


def _sold(item: Item, items: dict[str, Item]) -> Iterator[dict]:
    terms = item["terms"]
    if kind_of(item["subject"]) != "relationship" or terms.get("kind") not in TIES:
        return
    for deal in _sales(terms.get("from"), terms.get("to"), items):
        if _ends_later(deal["since"], item["since"]):
            yield {"code": "sold", "subject": deal["subject"], "since": deal["since"]}


TIES = ("parent_of", "owns_stake_in")


def _sales(seller: str | None, target: str | None, items: dict[str, Item]) -> Iterator[Item]:
    """The completed deals in which one company sold another."""
    for deal in items.values():
        if kind_of(deal["subject"]) == "deal" and deal["status"] == "completed":
            roles = parties(deal)
            if "seller" in roles.get(seller or "", ()) and "target" in roles.get(target or "", ()):
                yield deal


def _ends_later(since: str | None, other: str | None) -> bool:
    """Whether one day ends later than another; of what is not dated nothing can be said."""
    return since is not None and other is not None and bounds(since)[1] > bounds(other)[1]


# --- control ----------------------------------------------------------------------------------------


def controls(items: Iterable[Item]) -> list[tuple[str, str, str]]:
    """Who controls whom, and through which subject; ``items`` with their remarks."""
    by_subject = {item["subject"]: item for item in items}
    found = []
    for item in by_subject.values():
        kind, terms = kind_of(item["subject"]), item["terms"]
        if kind == "relationship" and item["group"] == "live" and "from" in terms and "to" in terms:
            owns = terms.get("kind") == "owns_stake_in" and is_certainly_above_half(
                terms.get("share", {})
            )
            is_sold = any(remark["code"] == "sold" for remark in item["remarks"])
            if (terms.get("kind") == "parent_of" or owns) and not is_sold:
                found.append((terms["from"], terms["to"], item["subject"]))
        if kind == "deal" and item["status"] == "completed" and terms.get("kind") in ACQUISITIONS:
            if "stake" in terms and not is_certainly_above_half(terms["stake"]):
                continue
            roles = parties(item)
            found += [
                (acquirer, target, item["subject"])
                for acquirer in roles
                for target in roles
                if acquirer != target
                and "acquirer" in roles[acquirer]
                and "target" in roles[target]
                and not any(
                    _ends_later(sale["since"], item["since"])
                    for sale in _sales(acquirer, target, by_subject)
                )
            ]
    return sorted(found)


ACQUISITIONS = ("acquisition", "merger")


def group(company: str, ties: list[tuple[str, str, str]]) -> set[str]:
    """What a company controls, through any depth; itself not among it."""
    found = {company}
    while True:
        more = {controlled for owner, controlled, _ in ties if owner in found} - found
        if not more:
            return found - {company}
        found |= more


# --- the company as a header ------------------------------------------------------------------------


def header(company: str, identity: Identity, record: Record, on: date) -> dict[str, Any]:
    """The header of a company's state; of several that are one, the union of their names."""
    first, *others = [company_at(c, record, on) for c in identity.one(company)]
    names = list(first["aliases"])
    for other in others:
        if other["status"] is not None:
            more = [other["name"], *other["aliases"]]
            names = joined(names, [name for name in more if name != first["name"]])
    return {
        "company": company,
        "name": first["name"],
        "aliases": names,
        "country": first["country"],
        "status": first["status"],
        "merged": sorted(identity.one(company)[1:]),
    }


def dissolved(identity: Identity, record: Record, on: date) -> dict[str, str]:
    """The dissolved companies, under the id that each is shown under, with since when."""
    found: dict[str, str] = {}
    for company in identity.by_registration:
        at = company_at(company, record, on)
        if at["status"] == "dissolved" and identity.id_of(company) == company:
            found[company] = at["since"]
    return found


def in_order(items: Iterable[Item]) -> list[Item]:
    return sorted(items, key=lambda i: (KINDS.index(kind_of(i["subject"])), i["subject"]))
