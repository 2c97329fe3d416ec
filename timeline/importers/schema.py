"""The JSON Schema of mappings, from the types of fixtures: editors complete by it."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from timeline.importers.settings import (
    Company,
    Condition,
    DateSettings,
    Each,
    Expression,
    TableSettings,
)
from timeline.ingest.schema import fixture_schema
from timeline.model.kinds import EVENT_TYPES
from timeline.model.kinds.event import Event, RecordEvent
from timeline.model.kinds.source import SourceRegistered

_REF: Final = "#/definitions/{name}"
_SETTINGS: Final = (TableSettings, DateSettings, Expression, Condition, Company, Each)
_EXPRESSION: Final = {"$ref": _REF.format(name=Expression.__name__)}
_CONDITION: Final = {
    "anyOf": [
        {"type": "string", "description": "a column that says something"},
        {"$ref": _REF.format(name=Condition.__name__)},
        {
            "type": "array",
            "items": {
                "anyOf": [{"type": "string"}, {"$ref": _REF.format(name=Condition.__name__)}]
            },
        },
    ]
}

_EACH: Final = {
    "anyOf": [{"type": "string"}, {"$ref": _REF.format(name=Each.__name__)}],
    "description": "the path to a list in a record: for each of its items once more",
}
_KEY_ITEM: Final = {"anyOf": [{"type": "string"}, _EXPRESSION]}
_KEY: Final = {"anyOf": [*_KEY_ITEM["anyOf"], {"type": "array", "items": _KEY_ITEM}]}


def mapping_schema() -> dict[str, Any]:
    """JSON Schema (draft-07) of a mapping: fields as in a fixture, each of which a column may tell."""
    told = {
        name: _or_expression(schema) for name, schema in fixture_schema()["definitions"].items()
    }
    _, settings = msgspec.json.schema_components(_SETTINGS, ref_template=_REF)
    types = [t for t in EVENT_TYPES.values() if not issubclass(t, RecordEvent)]
    for event in types:
        schema = told[event.__name__]
        schema["properties"]["type"] = {"const": event.__struct_config__.tag}
        schema["properties"]["when"] = _CONDITION
        schema["properties"]["each"] = _EACH
        schema["properties"]["key"] = _KEY | {"description": "what names an item of each: for good"}
        schema["properties"]["unless_known"] = {
            "type": "boolean",
            "description": "it is told only where nothing is known of its subject",
        }
        schema["properties"]["retracted"] = _CONDITION | {
            "description": "the list itself says that it is wrong: it is told, and taken back"
        }
        for name in {"id", "subject", "attribute"} & schema["properties"].keys():
            schema["properties"][name] = {"type": "string", "description": "may hold {columns}"}
    source = told[f"{SourceRegistered.__name__}Fields"]
    source["properties"]["id"] = {"type": "string"}
    sections = {
        "title": {"type": "string", "description": "what it is for"},
        "name": {"type": "string", "description": "begins the ids of events; default: the file's"},
        "questions": {
            "type": "array",
            "items": {"type": "string"},
            "description": "what a guess could not tell: answer it, then delete it",
        },
        "table": {"$ref": _REF.format(name=TableSettings.__name__)},
        "dates": {"$ref": _REF.format(name=DateSettings.__name__)},
        "each": _EACH,
        "key": _KEY | {"description": "the columns that name a row for good"},
        "rows": _CONDITION | {"description": "which rows are taken; default: all"},
        "source": {
            "anyOf": [
                {"type": "string"},
                {"$ref": _REF.format(name=f"{SourceRegistered.__name__}Fields")},
            ]
        },
        "known": {
            "anyOf": [{"type": ["string", "integer"]}, _EXPRESSION],
            "description": "since when it is public; file: the day of the file",
        },
        "companies": {
            "type": "object",
            "additionalProperties": {
                "anyOf": [
                    {"type": "string"},
                    _EXPRESSION,
                    {"$ref": _REF.format(name=Company.__name__)},
                ]
            },
        },
        "events": {"type": "array", "items": {"anyOf": [_event(told, event) for event in types]}},
    }
    own = {name: each for name, each in sections.items() if name not in ("table", "title")}
    sections["parts"] = {
        "type": "array",
        "items": {"type": "object", "properties": own, "additionalProperties": False},
        "description": "readings of the same files one after the other, each with sections of its own",
    }
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Timeline mapping of a table",
        "type": "object",
        "properties": sections,
        "additionalProperties": False,
        "definitions": dict(sorted((told | settings).items())),
    }


def _event(told: dict[str, Any], event: type[Event]) -> dict[str, Any]:
    """An event of a mapping: as under a source in a fixture, and when it happened."""
    needed = [*told[event.__name__].get("required", ()), *(() if event.always else ("occurred",))]
    return {"allOf": [{"$ref": _REF.format(name=event.__name__)}, {"required": sorted(needed)}]}


def _or_expression(schema: Any) -> Any:
    """The schema with an expression allowed wherever a value stands."""
    if not isinstance(schema, dict):
        return schema
    found = dict(schema)
    if "properties" in found:
        found["properties"] = {key: _value(value) for key, value in found["properties"].items()}
    for name in ("items", "additionalProperties"):
        if isinstance(found.get(name), dict):
            found[name] = _value(found[name])
    if "anyOf" in found:
        found["anyOf"] = [_or_expression(each) for each in found["anyOf"]]
    return found


def _value(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [_or_expression(schema), _EXPRESSION]}
