"""What one event does to the status of its subject: the tables of docs/transitions.md, row by row.

``evolve`` never raises: late and contradictory news is normal. It returns the phase after the event and
whether the event was irregular (the status stays then). A forecast never comes here; ``fold`` sees to it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

NOTED = "noted"


@dataclass(frozen=True)
class Phase:
    """A status, with what must be remembered to come back from it."""

    status: str = NOTED
    resumes_to: str = NOTED
    """Of a suspended deal: the status before the suspension, or what progress has made of it since."""
    before_the_end: str = NOTED
    """Of a deal that ended: what ``deal_revived`` brings back."""


NO_PHASE = Phase()
Outcome = tuple[Phase, bool]


def evolve(kind: str, phase: Phase, type_: str, fields: dict[str, Any]) -> Outcome:
    """The phase after an event, and whether the event is irregular."""
    if kind == "deal":
        return _deal(phase, type_)
    found = _OTHERS[kind](phase.status, type_, fields)
    return (phase, True) if found is None else (Phase(found), False)


# --- deals ----------------------------------------------------------------------------------------

PROGRESS = ("talks", "announced", "agreed_in_principle", "signed", "in_force", "completed")
"""Progress never goes backwards."""

_PROGRESS_OF = {
    "deal_talks_confirmed": "talks",
    "deal_announced": "announced",
    "deal_agreed_in_principle": "agreed_in_principle",
    "deal_signed": "signed",
    "deal_took_effect": "in_force",
    "joint_venture_formed": "in_force",
    "deal_completed": "completed",
}
_ENDING_OF = {
    "deal_withdrawn": "withdrawn",
    "deal_terminated": "terminated",
    "deal_expired": "expired",
}
_ENDED = tuple(_ENDING_OF.values())


def _further(status: str, progress: str) -> str:
    """The further of the two; anything is further than noted."""
    if status == NOTED:
        return progress
    return max(status, progress, key=PROGRESS.index)


def _deal(phase: Phase, type_: str) -> Outcome:
    status = phase.status
    if type_ in _PROGRESS_OF:
        reached = _PROGRESS_OF[type_]
        if status in _ENDED:
            return phase, True
        if status == "suspended":
            return replace(phase, resumes_to=_further(phase.resumes_to, reached)), False
        return Phase(_further(status, reached)), False
    if type_ == "deal_suspended":
        if status in _ENDED:
            return phase, True
        if status == "suspended":
            return phase, False
        return Phase("suspended", resumes_to=status), False
    if type_ == "deal_resumed":
        if status != "suspended":
            return phase, True
        return Phase(phase.resumes_to), False
    if type_ == "deal_revived":
        if status == NOTED:
            return phase, True
        if status not in _ENDED:
            return phase, False
        before = phase.before_the_end
        return Phase("announced" if before == NOTED else before), False
    if type_ in _ENDING_OF:
        ending = _ENDING_OF[type_]
        if status in _ENDED:
            return phase, ending != status
        before = phase.resumes_to if status == "suspended" else status
        if ending == "withdrawn" and before in ("in_force", "completed"):
            return phase, True
        return Phase(ending, before_the_end=before), False
    return phase, False


# --- the other kinds: a status, or None where the event is irregular ---------------------------------


def _fact(status: str, type_: str, fields: dict) -> str | None:
    return {"fact_stated": "stated", "fact_ended": "ended"}[type_]


def _relationship(status: str, type_: str, fields: dict) -> str | None:
    if type_ == "relationship_observed":
        return "observed" if status in (NOTED, "ended") else status
    if type_ == "relationship_established":
        return "active"
    if type_ == "relationship_ended":
        return "ended"
    return status


def _right(status: str, type_: str, fields: dict) -> str | None:
    if type_ == "right_granted":
        sets = "granted"
    elif type_ == "right_lapsed":
        sets = "lapsed"
    else:
        sets = "part_exercised" if fields.get("part", False) else "exercised"
    if status == "lapsed":
        return status if sets == "lapsed" else None
    if sets == "lapsed":
        return None if status == "exercised" else "lapsed"
    order = (NOTED, "granted", "part_exercised", "exercised")
    return max(status, sets, key=order.index)


def _commitment(status: str, type_: str, fields: dict) -> str | None:
    sets = {
        "commitment_stated": "stated",
        "commitment_contracted": "contracted",
        "commitment_progressed": "under_way",
        "commitment_fulfilled": "fulfilled",
        "commitment_withdrawn": "withdrawn",
    }.get(type_)
    if sets is None:
        return status
    if status == "withdrawn":
        return status if sets == "withdrawn" else None
    if status == "fulfilled":
        return None if sets == "withdrawn" else status
    if sets in ("fulfilled", "withdrawn"):
        return sets
    order = (NOTED, "stated", "contracted", "under_way")
    return max(status, sets, key=order.index)


def _rumour(status: str, type_: str, fields: dict) -> str | None:
    if type_ == "rumour_reported":
        return "open" if status == NOTED else status
    if type_ == "rumour_denied":
        if not fields.get("as_party", True):
            return status
        if status == "confirmed":
            return None
        if status == "denied" or fields.get("extent", "full") == "full":
            return "denied"
        return "partly_denied"
    if type_ == "rumour_revived":
        return None if status in (NOTED, "confirmed") else "open"
    if type_ == "rumour_lapsed":
        if status == "confirmed":
            return None
        return "denied" if status == "denied" else "lapsed"
    if type_ == "rumour_confirmed":
        return "confirmed"
    return status


def _proceeding(status: str, type_: str, fields: dict) -> str | None:
    if type_ == "proceeding_opened":
        return "opened" if status == NOTED else status
    if type_ == "proceeding_decided":
        return None if status in ("settled", "closed") else "decided"
    if type_ == "proceeding_appealed":
        return "appealed" if status in ("decided", "appealed") else None
    if type_ == "proceeding_settled":
        return "settled"
    if type_ == "proceeding_closed":
        return "settled" if status == "settled" else "closed"
    return status


def _company(status: str, type_: str, fields: dict) -> str | None:
    return {"company_registered": "active", "company_dissolved": "dissolved"}.get(type_, status)


_OTHERS = {
    "fact": _fact,
    "relationship": _relationship,
    "right": _right,
    "commitment": _commitment,
    "rumour": _rumour,
    "proceeding": _proceeding,
    "company": _company,
}
