"""The tables of docs/events.md: what there is to say, and what it counts as.

Only what decides an answer is here; how values are written is the business of whoever reads files.
"""

from __future__ import annotations

KINDS = ("relationship", "deal", "proceeding", "right", "commitment", "rumour", "fact")
"""The kinds whose subjects are items of a company's state, in the order of an answer."""

TERMS: dict[str, tuple[str, ...]] = {
    "source": (
        "publisher", "kind", "published", "title", "url", "language", "timezone", "archived_sha256",
    ),
    "company": ("name", "kind", "aliases", "country", "identifiers"),
    "fact": ("company", "attribute", "value", "period", "comparison"),
    "relationship": (
        "kind", "from", "to", "products", "started", "share", "revenue_share", "disclosed_by",
        "interests", "direct", "deal",
    ),
    "deal": (
        "kind", "parties", "title", "form", "binding", "value", "equity_value", "enterprise_value",
        "consideration", "stake", "price_per_share", "quantity", "scope", "activities", "products",
        "sites", "rationale", "conditions", "tranches", "break_fees", "term", "expected_completion",
        "outside_date", "venture", "independent_of", "replaces",
    ),
    "right": (
        "kind", "holder", "grantor", "over", "deal", "governs", "strike", "quantity", "window",
        "conditions", "replaces",
    ),
    "commitment": (
        "actor", "to", "purpose", "amount", "quantity", "horizon", "firmness", "detail",
        "conditions", "deal",
    ),
    "rumour": (
        "kind", "parties", "of", "value", "stake", "quantity", "text", "about", "deal",
    ),
    "proceeding": (
        "kind", "before", "parties", "about", "title", "deadline", "stage", "remedies",
    ),
}  # fmt: skip
"""The fields that may stand on every event of a kind, and describe its subject."""

EVENTS: dict[str, dict[str, tuple[str, ...]]] = {
    "company": {
        "company_registered": (),
        "company_renamed ‡": ("name_kind",),
        "company_identified": ("scheme", "value"),
        "company_dissolved †": ("successor", "reason"),
        "companies_judged": ("companies", "judgement", "reason"),
    },
    "fact": {"fact_stated": (), "fact_ended †": ()},
    "relationship": {
        "relationship_observed": (),
        "relationship_established": (),
        "relationship_changed ‡": (),
        "relationship_ended †": ("reason",),
    },
    "deal": {
        "deal_talks_confirmed": (),
        "deal_announced": (),
        "deal_agreed_in_principle": (),
        "deal_signed": (),
        "deal_took_effect": (),
        "joint_venture_formed": (),
        "deal_completed": ("assumed",),
        "deal_terms_disclosed": (),
        "deal_amended ‡": (),
        "deal_approval_decided": ("authority", "outcome", "conditions"),
        "deal_bid_rejected": ("by", "reason"),
        "deal_payment_made": ("amount", "by", "to"),
        "deal_milestone_reached": ("milestone", "quantity", "amount"),
        "deal_breach_alleged": ("by", "against"),
        "deal_suspended": ("reason",),
        "deal_resumed †": (),
        "deal_revived †": ("reason",),
        "deal_withdrawn †": ("by", "reason"),
        "deal_terminated †": ("by", "reason", "fee"),
        "deal_expired †": (),
    },
    "right": {
        "right_granted": (),
        "right_exercised †": ("part", "amount"),
        "right_lapsed †": ("reason",),
    },
    "commitment": {
        "commitment_stated": (),
        "commitment_detailed": (),
        "commitment_revised ‡": (),
        "commitment_contracted": (),
        "commitment_progressed": ("spent",),
        "commitment_fulfilled †": ("reason",),
        "commitment_withdrawn †": ("reason",),
    },
    "rumour": {
        "rumour_reported": (),
        "rumour_corroborated": (),
        "rumour_comment_declined": ("by",),
        "rumour_denied †": ("by", "as_party", "extent", "alternative"),
        "rumour_revived †": (),
        "rumour_lapsed †": ("reason",),
        "rumour_confirmed †": (),
    },
    "proceeding": {
        "proceeding_opened": (),
        "proceeding_advanced": (),
        "proceeding_decided †": ("outcome", "conditions"),
        "proceeding_appealed †": ("by",),
        "proceeding_settled †": ("terms_of", "amount"),
        "proceeding_closed †": ("reason",),
    },
}
"""The events of a kind, marked as a follow-up (†) or an amendment (‡), with what each carries besides terms.

A field besides is the step's, even where the kind has a term of the same name. ``form`` and ``stage``, which
the page names under "besides" too, are terms and therefore not here.
"""

BESIDES = {name.split()[0]: fields for events in EVENTS.values() for name, fields in events.items()}
FOLLOW_UPS = {name.split()[0] for events in EVENTS.values() for name in events if "†" in name}
AMENDMENTS = {name.split()[0] for events in EVENTS.values() for name in events if "‡" in name}

SAID_ONCE = {
    "deal_announced", "deal_agreed_in_principle", "deal_signed", "deal_completed",
    "joint_venture_formed", "right_granted", "commitment_stated",
}  # fmt: skip
"""Events that happen on one day: said again of another day, ``occurred`` is in conflict."""

ONLY_FACTS_MOVE = {"deal", "relationship", "right", "commitment", "proceeding"}
"""Kinds in which a forecast or an opinion sets no status."""

GROUPS: dict[str, dict[str, tuple[str, ...]]] = {
    "deal": {
        "pending": ("talks", "announced", "agreed_in_principle", "signed", "suspended"),
        "live": ("in_force",),
        "done": ("completed",),
        "over": ("withdrawn", "terminated", "expired"),
    },
    "relationship": {"live": ("observed", "active"), "over": ("ended",)},
    "right": {"live": ("granted", "part_exercised"), "done": ("exercised",), "over": ("lapsed",)},
    "commitment": {
        "live": ("stated", "contracted", "under_way"),
        "done": ("fulfilled",),
        "over": ("withdrawn",),
    },
    "rumour": {
        "claimed": ("open", "partly_denied"),
        "done": ("confirmed",),
        "over": ("lapsed",),
        "denied": ("denied",),
    },
    "fact": {"live": ("stated",), "over": ("ended",)},
    "proceeding": {
        "pending": ("opened", "appealed"),
        "done": ("decided", "settled"),
        "over": ("closed",),
    },
}


def group_of(kind: str, status: str) -> str:
    """What a status means to somebody who does not know the kind."""
    if status == "noted":
        return "noted"
    return next(group for group, statuses in GROUPS[kind].items() if status in statuses)


ROLES_OF_KIND = {
    "parent_of": ("parent", "subsidiary"),
    "manages": ("parent", "subsidiary"),
    "supplies": ("supplier", "customer"),
    "manufactures_for": ("supplier", "customer"),
    "owns_stake_in": ("investor", "investee"),
    "licenses_to": ("licensor", "licensee"),
    "lends_to": ("lender", "borrower"),
    "partners_with": ("partner", "partner"),
    "competes_with": ("other", "other"),
}
"""The roles of the two ends of a relationship."""


def kind_of(subject: str) -> str:
    return subject.partition(":")[0]


def parties_of(kind: str, terms: dict) -> dict[str, set[str]]:
    """The companies that have a part in a subject with these terms, each with its roles."""
    found: dict[str, set[str]] = {}

    def add(companies: str | list[str] | None, *roles: str) -> None:
        for company in [companies] if isinstance(companies, str) else companies or []:
            found.setdefault(company, set()).update(roles)

    for company, roles in (terms.get("parties") or {}).items():
        add(company, *roles)
    if kind == "deal":
        add(terms.get("venture"), "venture")
    elif kind == "proceeding":
        add(terms.get("before"), "authority")
    elif kind == "relationship":
        one, other = ROLES_OF_KIND.get(terms.get("kind", ""), ("other", "other"))
        add(terms.get("from"), one)
        add(terms.get("to"), other)
    elif kind == "right":
        add(terms.get("holder"), "holder")
        add(terms.get("grantor"), "grantor")
    elif kind == "commitment":
        add(terms.get("actor"), "actor")
        add(terms.get("to"), "beneficiary")
    elif kind == "fact":
        add(terms.get("company"), "about")
    return found
