"""What is said about the record itself: corrections, retractions, disputes, erasures.

With a source it is news, visible from its own ``known`` on. Without one it mends a slip of ours, and is
applied first, whatever is asked. "It was wrong" never shares an event type with "it is no longer so".
"""

from __future__ import annotations

from typing import Annotated, Any, Final

from msgspec import UNSET, Meta, UnsetType

from timeline.model.kinds.event import Event
from timeline.model.values import EventRef, Sha256


class RecordEvent(Event, frozen=True, kw_only=True):
    """An event about another event; its subject is the target's."""

    target: EventRef
    reason: str | UnsetType = UNSET


class EventCorrected(RecordEvent, frozen=True, kw_only=True, tag="event_corrected"):
    """The named fields of the target take new values; null removes one."""

    changes: Annotated[dict[str, Any], Meta(min_length=1)]


class EventRetracted(RecordEvent, frozen=True, kw_only=True, tag="event_retracted"):
    """The target no longer counts."""


class EventDisputed(RecordEvent, frozen=True, kw_only=True, tag="event_disputed"):
    """The target counts, and its subject is marked as disputed."""

    by: str | UnsetType = UNSET


class EventErased(RecordEvent, frozen=True, kw_only=True, tag="event_erased"):
    """What the target said is gone from the record; only ``timeline erase`` appends this."""

    reason: str
    left: Sha256
    """Of what is left of the target: its dates, its subject, its origin."""


IMMUTABLE: Final = frozenset({"type", "subject", "id", "schema_version", "target"})
"""Fields that no correction may change."""
