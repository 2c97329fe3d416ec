"""Groups: a company with all that it controls at a coordinate, through any depth."""

from __future__ import annotations

from timeline.answers.view import View

_ENDED = "ended"


def group_of(view: View, company: str) -> list[str]:
    """The company and everything it controls through ``parent_of``, the company first.

    Breadth first; a company that owns its owner is met once.
    """
    members = [company]
    for member in members:  # grows while it is walked
        for item in view.items_of(member):
            terms = item.terms
            if not item.subject.startswith("relationship:") or item.status == _ENDED:
                continue
            if terms.get("kind") == "parent_of" and terms.get("from") == member:
                subsidiary = terms.get("to")
                if subsidiary is not None and subsidiary not in members:
                    members.append(subsidiary)
    return members
