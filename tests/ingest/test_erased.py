"""Lines of erased events: what an export writes of them is read back, and nothing else is."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from timeline.ingest.draft import Draft
from timeline.ingest.jsonl import parse_line

LINE: dict[str, Any] = {
    "position": 7,
    "id": "a",
    "type": "deal_announced",
    "subject": "deal:a",
    "occurred": "2025-01-10",
    "fact_level": "fact",
    "schema_version": 1,
    "erased": True,
    "digest": "0" * 64,
    "known": "2025-01-10T23:59:59.999999Z",
    "earliest": "2025-01-10",
    "latest": "2025-01-10",
    "recorded": "2026-01-01T12:00:00.000000Z",
    "hash": "1" * 64,
}


def read(line: bytes) -> Any:
    return parse_line(line, "log.jsonl", 1)


def test_the_line_of_an_erased_event_is_read_back() -> None:
    for fields in (LINE, {n: v for n, v in LINE.items() if n not in ("fact_level", "occurred")}):
        draft = read(msgspec.json.encode(fields))
        assert isinstance(draft, Draft)
        assert draft.erased is not None
        assert (draft.position, draft.erased.known) == (7, LINE["known"])
        assert "fact_level" not in draft.fields


@pytest.mark.parametrize(
    "change",
    [
        {"id": "No Slug"},
        {"digest": "short"},
        {"title": "still here"},
        {"occurred": "soon"},
        {"type": "deal_forgotten"},
        {"known": "2025-01-10"},
        {"latest": "20250110"},
        {"schema_version": 9},
    ],
)
def test_any_other_line_of_the_kind_is_refused(change: dict[str, Any]) -> None:
    (problem,) = read(msgspec.json.encode(LINE | change))
    assert problem.code == "invalid-value"


def test_what_only_looks_like_one_is_read_as_what_it_is() -> None:
    (problem,) = read(b'{"position":7,"erased":tru')
    assert problem.code == "invalid-json"
    found = read(msgspec.json.encode(LINE | {"erased": "no"}))
    assert {problem.code for problem in found} >= {"unknown-field"}
    assert isinstance(read(b'{"position":1,"note":"\\"erased\\""}'), list)
