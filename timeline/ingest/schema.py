"""The JSON Schema of fixture files, from the same types that check them: editors complete by it."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from timeline.model.kinds import EVENT_TYPES, KIND_OF
from timeline.model.kinds.about_record import RecordEvent
from timeline.model.kinds.company import CompanyRegistered
from timeline.model.kinds.source import SourceRegistered
from timeline.model.values import SLUG

_REF: Final = "#/$defs/{name}"
_SLUGS: Final = {"pattern": f"^{SLUG}$"}


def fixture_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a YAML fixture, with every event type and field."""
    types = tuple(EVENT_TYPES.values())
    _, components = msgspec.json.schema_components(types, ref_template=_REF)
    for name, event in EVENT_TYPES.items():
        schema = components[event.__name__]
        schema["description"] = (event.__doc__ or "").strip()
        required = {"type", *schema.get("required", [])}
        if not issubclass(event, RecordEvent):
            kind = KIND_OF[name].name
            if not event.named_by:
                required.add("subject")
                schema["properties"]["subject"] = {"type": "string", "pattern": f"^{kind}:"}
            if not event.always:
                required.add("occurred")
        schema["required"] = sorted(required)
    sections = {
        "story": {"type": "string", "description": "where these events come from", **_SLUGS},
        "sources": _section(components, SourceRegistered.__name__, "where news comes from"),
        "companies": _section(components, CompanyRegistered.__name__, "who can be a party"),
        "events": {
            "type": "array",
            "items": {"anyOf": [{"$ref": _REF.format(name=t.__name__)} for t in types]},
        },
        "expect": {"type": "array", "items": _expectation()},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Timeline fixture",
        "type": "object",
        "properties": sections,
        "additionalProperties": False,
        "$defs": _with_bare_values(dict(sorted(components.items()))),
    }


def _section(components: dict[str, Any], name: str, description: str) -> dict[str, Any]:
    given = {"type", "subject"}
    schema = components[name]
    entry = schema | {
        "properties": {k: v for k, v in schema["properties"].items() if k not in given},
        "required": [field for field in schema.get("required", []) if field not in given],
    }
    components[f"{name}Fields"] = entry
    return {
        "type": "object",
        "description": description,
        "propertyNames": _SLUGS,
        "additionalProperties": {"$ref": _REF.format(name=f"{name}Fields")},
    }


def _expectation() -> dict[str, Any]:
    date = {"type": ["string", "integer"], "description": "a day"}
    return {
        "type": "object",
        "properties": {
            "company": {"type": "string"},
            "subject": {"type": "string"},
            "on": date,
            "known": date,
            "recorded": {"type": ["string", "integer"]},
            "certainty": {"enum": ["definite", "possible", "contested"]},
            "state": {"type": ["object", "string"]},
            "only": {"type": "boolean"},
        },
        "required": ["state"],
        "oneOf": [{"required": ["company"]}, {"required": ["subject"]}],
        "additionalProperties": False,
    }


def _with_bare_values(schema: Any) -> Any:
    """A year stands in YAML without quotes and is text all the same, and so does an amount."""
    if isinstance(schema, list):
        return [_with_bare_values(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: _with_bare_values(value) for name, value in schema.items()}
    if found.get("type") == "string" and "EDTF" in str(found.get("description", "")):
        found["type"] = ["string", "integer"]
    if found.get("format") == "decimal":
        found["type"] = ["string", "number"]
    return found
