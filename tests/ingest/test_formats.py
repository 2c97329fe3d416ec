"""JSONL and CloudEvents out and in again, and the JSON Schema by which editors complete fixtures."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest
import yaml
from hypothesis import given

from tests.ingest.strategies import as_json, events, json_values
from timeline.errors import DataError, Location, Problem
from timeline.ingest.draft import Draft, digest
from timeline.ingest.jsonl import (
    cloudevent,
    cloudevent_line,
    content_of_cloudevent,
    export_line,
    parse_cloudevent,
    parse_line,
    read_object,
    twice_in,
)
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


@pytest.mark.no_cover
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


@pytest.mark.no_cover
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


SIGNED = {
    "specversion": "1.0",
    "id": "signed",
    "source": "/my-story",
    "type": "timeline.deal_signed.v1",
    "subject": "deal:x",
    "time": "2025-01-10T12:00:00Z",
    "recordedtime": "2025-01-11T12:00:00Z",
    "datacontenttype": "application/json",
    "data": {
        "occurred": "2025-01-10",
        "source": "post",
        "value": {"exact": 5.50, "currency": "USD"},
    },
}


def read_envelope(envelope: Any) -> Draft | list[Problem]:
    line = envelope if isinstance(envelope, bytes) else msgspec.json.encode(envelope)
    return parse_cloudevent(line, "a-file", 7)


def test_a_cloudevent_is_read_as_the_event_in_it() -> None:
    draft = read_envelope(SIGNED)
    assert isinstance(draft, Draft)
    assert draft.origin == "my-story"
    assert draft.fields == {
        "id": "signed", "type": "deal_signed", "subject": "deal:x", "occurred": "2025-01-10",
        "source": "post", "value": {"exact": "5.5", "currency": "USD"},
    }  # fmt: skip


def test_the_time_of_a_cloudevent_says_since_when_it_is_known_where_nothing_else_does() -> None:
    draft = read_envelope(SIGNED | {"source": "/", "data": {"occurred": "2025-01-10"}})
    assert isinstance(draft, Draft)
    assert (draft.fields["known"], draft.origin) == ("2025-01-10T12:00:00Z", None)
    always = {
        "type": "timeline.company_registered.v1",
        "subject": "company:a",
        "data": {"name": "A"},
    }
    draft = read_envelope(SIGNED | always)
    assert isinstance(draft, Draft)
    assert "known" not in draft.fields


@pytest.mark.parametrize(
    "envelope, code",
    [
        (b"[1]", "wrong-type"),
        (b"{", "invalid-json"),
        ({}, "wrong-type"),
        (SIGNED | {"specversion": "0.3"}, "wrong-type"),
        (SIGNED | {"id": 7}, "wrong-type"),
        (SIGNED | {"subject": None}, "wrong-type"),
        (SIGNED | {"type": "deal_signed"}, "wrong-type"),
        (SIGNED | {"type": "com.example.signed"}, "wrong-type"),
        (SIGNED | {"data": "text"}, "wrong-type"),
        (SIGNED | {"type": "timeline.deal_blocked.v1"}, "unknown-event-type"),
        (SIGNED | {"type": "timeline.deal_signed.v2"}, "schema-too-new"),
        (SIGNED | {"data": {"occurred": "soon", "source": "post"}}, "invalid-date"),
        (msgspec.json.encode(SIGNED).replace(b'"id"', b'"id":"x","id"'), "duplicate-key"),
    ],
)
def test_what_is_no_cloudevent_of_ours_is_said(envelope: Any, code: str) -> None:
    found = read_envelope(envelope)
    assert isinstance(found, list)
    assert [problem.code for problem in found] == [code]
    assert found[0].location == Location("a-file", 7, found[0].location.column)  # type: ignore[union-attr]


# --- keys that stand twice --------------------------------------------------------------------------

LINE = (
    b'{"type":"company_registered","subject":"company:acme",'
    b'"name":"A: \\"b\\": c","extra":{"a":[{"b":1}]}}'
)


@pytest.mark.parametrize(
    "old, new, paths",
    [
        (b'"name"', b'"name":"B","name"', ["name"]),
        (b'"b":1', b'"b":1,"b":1', ["extra.a.b"]),
        (b'"b":1', b'"b":1, "b" : 1', ["extra.a.b"]),
        (b'"type"', b'"type":"x","type"', ["type"]),
        (b'"name"', b'"n\\u0061me":"B","name"', ["name"]),
        (b'"a":[', b'"a":{"":1,"":2},"a":[', ["extra.a", "extra.a"]),
        (b'"extra"', b'"position":1,"position":2,"extra"', ["position"]),
    ],
)  # fmt: skip
def test_a_key_twice_is_refused_wherever_it_stands(
    old: bytes, new: bytes, paths: list[str]
) -> None:
    assert isinstance(parse_line(LINE, "a-file", 3), Draft)
    found = parse_line(LINE.replace(old, new, 1), "a-file", 3)
    assert isinstance(found, list)
    assert {problem.code for problem in found} == {"duplicate-key"}
    assert [problem.message.split('"')[1].rstrip(".") for problem in found] == paths


def test_a_key_twice_in_the_line_of_an_erased_event_and_in_a_document() -> None:
    erased = b'{"erased":true,"id":"a","id":"b"}'
    assert [p.code for p in parse_line(erased, "a-file", 3)] == ["duplicate-key"]  # type: ignore[union-attr]
    assert read_object(b'{"a": 1.50,\n "b": [1]}', "a-file") == {"a": "1.50", "b": [1]}
    assert read_object(b"[1]", "a-file") is None
    assert read_object(b"{", "a-file") is None
    with pytest.raises(DataError) as refused:
        read_object(b'{"a": 1,\n "a": 2}', "a-file")
    assert refused.value.problems[0].location == Location("a-file", 2, 2)


def test_a_line_in_an_envelope_or_in_short_form_is_told_from_a_plain_one() -> None:
    (problem,) = parse_line(msgspec.json.encode(SIGNED), "a-file", 1)  # type: ignore[misc]
    assert "--format cloudevents" in str(problem.hint)
    fact = {
        "type": "fact_stated", "company": "a", "attribute": "b", "occurred": "2025", "source": "s",
        "value": "27 %",
    }  # fmt: skip
    draft = parse_line(msgspec.json.encode(fact), "a-file", 1)
    assert isinstance(draft, Draft)
    assert draft.fields["value"] == {"exact": "27"}
    wrong = parse_line(msgspec.json.encode(fact | {"source": "Bad Slug"}), "a-file", 1)
    assert [problem.code for problem in wrong] == ["invalid-value"]  # type: ignore[union-attr]


@given(json_values)
def test_what_is_no_key_twice_is_never_taken_for_one(value: Any) -> None:
    spaced = json.dumps(value, separators=(" , ", " : "))
    for text in (json.dumps(value), json.dumps(value, indent=2), spaced):
        assert twice_in(text) == []


# --- the JSON Schema ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def validator() -> Any:
    schema = fixture_schema()
    assert schema["$id"]
    jsonschema_rs.meta.validate(schema)
    return jsonschema_rs.Draft7Validator(schema)


def fixtures() -> list[Path]:
    folders = ("fixtures", "tests/cases", "docs/examples")
    return sorted(path for folder in folders for path in ROOT.glob(f"{folder}/*.yaml"))


class Core(yaml.CSafeLoader):
    """The core schema as an editor reads it: dates stay text, and only true and false are booleans."""


Core.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in found if not tag.endswith(("timestamp", "bool"))]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Core.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), ["t", "f"])


@pytest.mark.no_cover
@pytest.mark.parametrize("path", fixtures(), ids=lambda path: path.stem)
def test_every_fixture_is_valid_to_an_editor(validator: Any, path: Path) -> None:
    value = yaml.load(path.read_text(), Loader=Core)
    errors = [
        f"{error.instance_path}: {error.message[:200]}" for error in validator.iter_errors(value)
    ]
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
        {"sources": {"a": {"publisher": "A", "kind": "news", "published": "2025", "says": [{}]}}},
        {"sources": {"a": {"publisher": "A", "says": [{"defaults": {}}]}}},
        {"sources": {"a": {"publisher": "A", "says": [{"note": "x", "says": []}]}}},
        {"sources": {"a": {"defaults": {"value": "USD 5"}}}},
        {"companies": {"acme": {"type": "company_registered"}}},
        {"expect": [{"state": {}}]},
        {"expect": [{"company": "a", "subject": "b", "state": {}}]},
    ],
)
def test_what_is_wrong_is_wrong_to_an_editor_too(validator: Any, value: Any) -> None:
    assert not validator.is_valid(value)


def test_every_event_type_is_described() -> None:
    schema = fixture_schema()
    definitions = schema["definitions"]
    required = {
        ref["$ref"].rpartition("/")[2]: needed["required"]
        for ref, needed in (
            item["allOf"] for item in schema["properties"]["events"]["items"]["anyOf"]
        )
    }
    for name, event in EVENT_TYPES.items():
        described, needed = definitions[event.__name__], required[event.__name__]
        assert described["description"] == (event.__doc__ or "").strip()
        assert described["additionalProperties"] is False
        assert ("occurred" in needed) == (name not in RECORD_TYPES and not event.always)
        subject_needed = name in KIND_OF and not event.named_by
        assert ("subject" in needed) == subject_needed
        assert not {"occurred", "subject", "source"} & set(described["required"])
