"""The JSON Schema of fixture files, from the same types that check them: editors complete by it."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from timeline.ingest.fixtures import DEFAULTS
from timeline.model.kinds import EVENT_TYPES, KIND_OF
from timeline.model.kinds.company import CompanyRegistered
from timeline.model.kinds.event import RecordEvent
from timeline.model.kinds.source import SourceRegistered
from timeline.model.short_forms import FORMS
from timeline.model.values import SLUG

SCHEMA_FILE: Final = "timeline.schema.json"
"""The file beside stories in which editors find the schema."""

SCHEMA_LINE: Final = f"# yaml-language-server: $schema={SCHEMA_FILE}"
"""How a story begins, so that editors find the schema of it."""

_REF: Final = "#/definitions/{name}"
_GROUP: Final = "Group"
_SLUGS: Final = {"pattern": f"^{SLUG}$"}


def fixture_schema() -> dict[str, Any]:
    """JSON Schema (draft-07, which editors read) of a YAML fixture, with every event type and field."""
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
    in_full: list[Any] = []  # what stands under a source may inherit the rest
    inherited = {*DEFAULTS, "source"}
    for event in types:
        schema = components[event.__name__]
        ref = {"$ref": _REF.format(name=event.__name__)}
        in_full.append({"allOf": [ref, {"required": schema["required"]}]})
        schema["required"] = [name for name in schema["required"] if name not in inherited]
    said = [{"$ref": _REF.format(name=event.__name__)} for event in types]
    _share_fields(components, [event.__name__ for event in types])
    for type_, form in FORMS.items():
        text = {"type": "string", "description": "the short form", "examples": [*form.examples]}
        components[type_.__name__] = {"anyOf": [components[type_.__name__], text]}
    sources = _section(components, SourceRegistered.__name__, "where news comes from")
    fields = components[f"{SourceRegistered.__name__}Fields"]["properties"]
    fields["says"] = {
        "type": "array",
        "description": "what the source says: events that inherit from it and its defaults",
        "items": {"anyOf": [*said, {"$ref": _REF.format(name=_GROUP)}]},
    }
    event_fields = components[SourceRegistered.__name__]["properties"]
    fields["defaults"] = {
        "type": "object",
        "description": "what the events under the source inherit where they do not say it",
        "properties": {name: event_fields[name] for name in DEFAULTS}
        | {"subject": {"type": "string", "pattern": "^[a-z]+:"}},
        "additionalProperties": False,
    }
    components[_GROUP] = {
        "type": "object",
        "description": "events of the source that have more in common",
        "properties": {"defaults": fields["defaults"], "says": fields["says"]},
        "required": ["says"],
        "additionalProperties": False,
    }
    sections = {
        "story": {"type": "string", "description": "where these events come from", **_SLUGS},
        "sources": sources,
        "companies": _section(components, CompanyRegistered.__name__, "who can be a party"),
        "events": {
            "type": "array",
            "items": {"anyOf": in_full},
        },
        "expect": {"type": "array", "items": _expectation()},
    }
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": "urn:partnership-timeline:fixture",
        "title": "Timeline fixture",
        "type": "object",
        "properties": sections,
        "additionalProperties": False,
        "definitions": _with_bare_values(dict(sorted(components.items()))),
    }


_SHORT: Final = 60
"""Characters of a field's schema that is repeated rather than named."""


def _share_fields(components: dict[str, Any], events: list[str]) -> None:
    """Name the schemas of fields that many event types have, instead of repeating them in each."""
    names: dict[bytes, str] = {}
    for event in events:
        properties = components[event]["properties"]
        for field, schema in properties.items():
            text = msgspec.json.encode(schema)
            if len(text) <= _SHORT:
                continue
            if text not in names:
                count = sum(name.startswith(f"field-{field}-") for name in names.values())
                names[text] = f"field-{field}-{count + 1}"
                components[names[text]] = schema
            properties[field] = {"$ref": _REF.format(name=names[text])}


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
    """What stands in YAML without quotes: a year, an amount, an EDTF set; and one role without a list."""
    if isinstance(schema, list):
        return [_with_bare_values(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: _with_bare_values(value) for name, value in schema.items()}
    if found.get("type") == "string" and "EDTF" in str(found.get("description", "")):
        found["type"] = ["string", "integer", "array"]
    values = found.get("additionalProperties")
    if isinstance(values, dict) and values.get("type") == "array":  # parties: {acme: partner}
        found["additionalProperties"] = {"anyOf": [values, values["items"]]}
    if found.get("format") == "decimal":
        found["type"] = ["string", "number"]
    return found
