"""The vocabulary: every event type and every subject kind by the names that are stored."""

from __future__ import annotations

from copy import deepcopy
from importlib import import_module
from typing import Final

import msgspec

from timeline.model.kinds.event import (
    NOTED,
    Event,
    Kind,
    Phase,
    RecordEvent,
    besides,
    same_claim,
)
from timeline.model.values import SUBJECT_KINDS, Fields, Subject

__all__ = [
    "EVENT_TYPES",
    "KINDS",
    "KIND_OF",
    "LISTED",
    "NOTED",
    "RECORD_TYPES",
    "SHOWN",
    "STEPS_OF",
    "Event",
    "Kind",
    "Phase",
    "claim_term_of",
    "same_claim",
    "upcast",
]

KINDS: Final[dict[str, Kind]] = {
    name: import_module(f"{__name__}.{name}").KIND for name in SUBJECT_KINDS
}
"""Every subject kind, in the order in which a company's items are shown; each has a module of its name."""

SHOWN: tuple[str, ...] = tuple(name for name in KINDS if name not in ("source", "company"))
"""The kinds of subject that are items of a company's state, in the order they are shown."""

LISTED: Final = tuple(sorted((KINDS[name] for name in SHOWN), key=lambda kind: kind.rank))
"""The same kinds, in the order in which their lists are offered and counted."""

_BASES: Final[list[type[Event]]] = [*(k.base for k in KINDS.values()), RecordEvent]

EVENT_TYPES: Final[dict[str, type[Event]]] = {
    str(event.__struct_config__.tag): event for base in _BASES for event in base.__subclasses__()
}

RECORD_TYPES: Final = frozenset(
    name for name, event in EVENT_TYPES.items() if issubclass(event, RecordEvent)
)

KIND_OF: Final[dict[str, Kind]] = {
    name: kind
    for name, event in EVENT_TYPES.items()
    for kind in KINDS.values()
    if issubclass(event, kind.base)
}
"""The subject kind that an event type belongs to; events about the record belong to any."""

STEPS_OF: Final[dict[str, tuple[str, ...]]] = {
    name: besides(EVENT_TYPES[name], kind) for name, kind in KIND_OF.items()
}
"""The fields of an event type that make a step, in the order of its declaration."""


def claim_term_of(subject: str) -> str | None:
    """The term whose value stands in for the status of a subject, where its kind has one."""
    return KINDS[Subject.of(subject).kind].claim_term


def upcast(fields: Fields, *, sound: bool = True) -> Fields:
    """An event's fields in today's form, whatever version they are of; ``fields`` stays as it was.

    ``sound``: they were checked, so that numbers can be made the decimals of today's types.
    """
    event = EVENT_TYPES[fields["type"]]
    if not event.upcasters:
        return fields
    version = fields.get("schema_version", 1)
    if version > len(event.upcasters):
        return fields
    fields = deepcopy(fields)
    for upcaster in event.upcasters[version - 1 :]:
        fields = upcaster(fields)
    fields = fields | {"schema_version": 1 + len(event.upcasters)}
    if not sound:
        return fields
    today: Fields = msgspec.to_builtins(msgspec.convert(fields, event))
    return today
