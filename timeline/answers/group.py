"""Groups: a company with all that it controls at a coordinate, through any depth."""

from __future__ import annotations

from timeline.answers.view import View
from timeline.model.values import UNDISCLOSED

_HOLDS = ("observed", "active")
"""The statuses of a relationship that is there: neither ended nor only talked about."""


def group_of(view: View, company: str) -> list[str]:
    """The company and everything it controls through ``parent_of``, the company first.

    Breadth first; a company that owns its owner is met once. Companies that nobody named are not
    one company, so they are in no group.
    """
    return list(ties_of(view, company))


def ties_of(view: View, company: str) -> dict[str, list[str]]:
    """The members of a company's group, each with the relationships that lead to it, from the top."""
    ties: dict[str, list[str]] = {company: []}
    members = [company]
    for member in members:  # grows while it is walked
        for item in view.items_of(member):
            terms = item.terms
            if not item.subject.startswith("relationship:") or item.status not in _HOLDS:
                continue
            if terms.get("kind") == "parent_of" and terms.get("from") == member:
                subsidiary = terms.get("to")
                if subsidiary is not None and subsidiary not in (UNDISCLOSED, *ties):
                    ties[subsidiary] = [*ties[member], item.subject]
                    members.append(subsidiary)
    return ties
