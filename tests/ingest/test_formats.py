"""JSONL and CloudEvents out and in again, and the JSON Schema by which editors complete fixtures."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
import yaml
from hypothesis import given

from tests.ingest.strategies import as_json, events
from timeline.ingest.canonical import digest
from timeline.ingest.cloudevents import cloudevent, cloudevent_line, content_of_cloudevent
from timeline.ingest.draft import Draft
from timeline.ingest.jsonl import export_line, parse_line
from timeline.ingest.schema import fixture_schema
from timeline.model.kinds import EVENT_TYPES, KIND_OF, RECORD_TYPES
from timeline.model.values import Fields

ROOT = Path(__file__).parent.parent.parent
INSTANT = "2025-01-10T23:59:59.999999Z"


def read(line: bytes) -> Draft:
    draft = parse_line(line, "a-file", 1)
    assert isinstance(draft, Draft)
    return draft


def stored(fields: Fields) -> Fields:
    """The content of an event as a store keeps it: with an id, a subject, and a target's subject."""
    return {"id": "given", "subject": "deal:a"} | read(as_json(fields)).fields


@given(events())
def test_an_exported_line_is_the_same_event_in_the_same_place(fields: Fields) -> None:
    content = stored(fields)
    line = export_line(content, position=7, recorded=INSTANT, hash_="ab" * 32, origin="a-story")
    draft = read(line)
    assert draft.fields == content
    assert digest(draft.fields) == digest(content)
    assert (draft.position, draft.recorded, draft.hash) == (7, INSTANT, "ab" * 32)
    assert draft.origin == "a-story"
    again = export_line(
        draft.fields, position=7, recorded=INSTANT, hash_="ab" * 32, origin=draft.origin
    )
    assert again.count(b"\n") == 1
    assert msgspec.json.decode(again) == msgspec.json.decode(line)


def test_a_line_without_origin_has_none() -> None:
    line = export_line({"id": "a"}, position=1, recorded=INSTANT, hash_="x", origin=None)
    assert list(msgspec.json.decode(line)) == ["position", "id", "recorded", "hash"]


@given(events())
def test_a_cloudevent_holds_the_same_event(fields: Fields) -> None:
    content = stored(fields)
    envelope = cloudevent(content, known=INSTANT, recorded=INSTANT, origin="a-story")
    line = cloudevent_line(content, known=INSTANT, recorded=INSTANT, origin="a-story")
    assert msgspec.json.decode(line) == msgspec.json.decode(msgspec.json.encode(envelope))
    assert content_of_cloudevent(msgspec.json.decode(line)) == msgspec.json.decode(
        msgspec.json.encode(content)
    )


def test_a_cloudevent_is_in_the_standard_envelope() -> None:
    content = {
        "id": "a", "type": "deal_signed", "subject": "deal:a", "occurred": "2025", "source": "post",
    }  # fmt: skip
    assert cloudevent(content, known=INSTANT, recorded=INSTANT, origin="my-story") == {
        "specversion": "1.0",
        "id": "a",
        "source": "/my-story",
        "type": "timeline.deal_signed.v1",
        "subject": "deal:a",
        "time": INSTANT,
        "recordedtime": INSTANT,
        "datacontenttype": "application/json",
        "data": {"occurred": "2025", "source": "post"},
    }
    other = cloudevent(
        content | {"schema_version": 3}, known=INSTANT, recorded=INSTANT, origin=None
    )
    assert (other["source"], other["type"]) == ("/", "timeline.deal_signed.v3")


def test_an_envelope_with_nothing_in_it_is_no_event() -> None:
    assert content_of_cloudevent({}) == {"id": None, "type": "", "subject": None}
    assert content_of_cloudevent({"type": "x", "data": [1]})["type"] == ""


# --- the JSON Schema ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def validator() -> Any:
    schema = fixture_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def fixtures() -> list[Path]:
    return sorted([*ROOT.glob("fixtures/*.yaml"), *ROOT.glob("tests/cases/*.yaml")])


class Core(yaml.SafeLoader):
    """The core schema as an editor reads it: dates stay text, and only true and false are booleans."""


Core.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in found if not tag.endswith(("timestamp", "bool"))]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Core.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), ["t", "f"])


@pytest.mark.parametrize("path", fixtures(), ids=lambda path: path.stem)
def test_every_fixture_is_valid_to_an_editor(validator: Any, path: Path) -> None:
    value = yaml.load(path.read_text(), Loader=Core)
    errors = [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(value)]
    assert errors == []


@pytest.mark.parametrize(
    "value",
    [
        {"evnts": []},
        {"events": [{"type": "deal_anounced", "subject": "deal:a", "occurred": "2025"}]},
        {"events": [{"type": "deal_announced", "subject": "rumour:a", "occurred": "2025"}]},
        {"events": [{"type": "deal_announced", "subject": "deal:a"}]},
        {"events": [{"type": "deal_announced", "subject": "deal:a", "occurred": "2025", "x": 1}]},
        {"events": [{"type": "fact_stated", "occurred": "2025"}]},
        {"companies": {"Acme Inc": {"name": "A"}}},
        {"companies": {"acme": {"type": "company_registered"}}},
        {"expect": [{"state": {}}]},
        {"expect": [{"company": "a", "subject": "b", "state": {}}]},
    ],
)
def test_what_is_wrong_is_wrong_to_an_editor_too(validator: Any, value: Any) -> None:
    assert not validator.is_valid(value)


def test_every_event_type_is_described() -> None:
    definitions = fixture_schema()["$defs"]
    for name, event in EVENT_TYPES.items():
        schema = definitions[event.__name__]
        assert schema["description"] == (event.__doc__ or "").strip()
        assert schema["additionalProperties"] is False
        assert ("occurred" in schema["required"]) == (name not in RECORD_TYPES and not event.always)
        subject_needed = name in KIND_OF and not event.named_by
        assert ("subject" in schema["required"]) == subject_needed
