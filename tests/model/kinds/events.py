"""Events of every type, with what they cannot do without."""

from __future__ import annotations

from typing import Any

import msgspec

from timeline.model.kinds import EVENT_TYPES, Event

NEEDED: dict[str, dict[str, Any]] = {
    "deal_approval_decided": {"authority": "A", "outcome": "granted"},
    "deal_payment_made": {"amount": {"exact": "1", "currency": "USD"}},
    "deal_milestone_reached": {"milestone": "m"},
    "right_lapsed": {"reason": "waived"},
    "rumour_denied": {"by": "a"},
    "fact_stated": {"value": "a"},
    "company_renamed": {"name": "N"},
    "company_identified": {"scheme": "ticker", "value": "T"},
    "companies_judged": {"companies": ["a", "b"], "judgement": "same"},
    "proceeding_advanced": {"stage": "phase 2"},
    "proceeding_decided": {"outcome": "granted"},
}
"""The fields that an event of each type must have."""

_DECISIVE: dict[str, list[dict[str, Any]]] = {
    "right_exercised": [{"part": True}],
    "rumour_denied": [{"extent": "partial"}, {"as_party": False}],
    "fact_stated": [{"value": "b"}],
}
"""What more of an event decides about the phase after it."""


def event_of(type_: str, **fields: Any) -> Event:
    """An event of the type, with what it cannot do without."""
    event: Event = msgspec.convert(NEEDED.get(type_, {}) | fields, EVENT_TYPES[type_])
    return event


def events_of(type_: str) -> list[Event]:
    """Events of a type, one for each way in which it can move a status."""
    return [event_of(type_), *(event_of(type_, **more) for more in _DECISIVE.get(type_, ()))]
