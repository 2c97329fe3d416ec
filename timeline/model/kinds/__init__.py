"""The vocabulary: subjects, events, and how each kind evolves."""

from timeline.model.kinds.envelope import Event
from timeline.model.kinds.kind import NOTED, Kind, Phase, status_of
from timeline.model.kinds.registry import EVENT_TYPES, KIND_OF, KINDS, RECORD_TYPES, STEPS_OF

__all__ = [
    "EVENT_TYPES",
    "KINDS",
    "KIND_OF",
    "NOTED",
    "RECORD_TYPES",
    "STEPS_OF",
    "Event",
    "Kind",
    "Phase",
    "status_of",
]
