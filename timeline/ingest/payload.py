"""The part of an event's content that is stored as JSON: what no column of its own gives back as written."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from timeline.ingest.canonical import canonical
from timeline.model.values import Fields

_HEAD: Final = frozenset({"id", "type", "subject", "occurred"})
_IN_COLUMNS: Final = {"attribution": None, "fact_level": "fact", "schema_version": 1}
"""Fields that a column gives back as they were written, unless they are what the column has anyway."""

_decode: Final = msgspec.json.Decoder(dict[str, Any]).decode


def body_of(fields: Fields) -> Fields:
    """The fields of an event but for those that every event has: id, type, subject, occurred."""
    return {name: value for name, value in fields.items() if name not in _HEAD}


def payload_of(body: Fields) -> str:
    """The JSON of what of a body other columns do not give back."""
    left = [name for name, usual in _IN_COLUMNS.items() if body.get(name, usual) != usual]
    if left:
        body = {name: value for name, value in body.items() if name not in left}
    return canonical(body).decode()


def body_from(
    payload: str, fact_level: str, attribution: str | None, schema_version: int
) -> Fields:
    """The body again. Raises msgspec.DecodeError for a payload that is no JSON object any more."""
    body: Fields = _decode(payload)
    if attribution is not None:
        body["attribution"] = attribution
    if fact_level != "fact":
        body["fact_level"] = fact_level
    if schema_version != 1:
        body["schema_version"] = schema_version
    return body
