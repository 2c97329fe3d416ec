"""The one form that identity is computed from is RFC 8785, whichever way it is made."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import msgspec
import pytest
import rfc8785
from hypothesis import example, given

from tests.ingest.strategies import as_json, events, json_values, texts
from timeline.ingest.draft import GENESIS, Draft, canonical, chain, derive_id, digest
from timeline.ingest.jsonl import parse_line
from timeline.model.values import Fields


def read(fields: Fields) -> Fields:
    draft = parse_line(as_json(fields), "a-file", 1)
    assert isinstance(draft, Draft)
    return draft.fields


@given(events())
def test_it_is_rfc_8785_for_every_event(fields: Fields) -> None:
    found = read(fields)
    assert canonical(found) == rfc8785.dumps(found)


@given(texts)
@example("\x7f\x80\u2028\u2029\ufeff\U0001f980")
@example('"\\/\b\f\n\r\t\x00\x1f')
def test_it_is_rfc_8785_for_every_text(text: str) -> None:
    fields = {"type": "deal_announced", "title": text}
    assert canonical(fields) == rfc8785.dumps(fields)


@given(json_values)
@example({"\ue000": 1, "\U0001f980": 2})
@example({"\ue000": "text alone", "\U0001f980": "is sorted like numbers"})
@example(1e-7)
@example(-0.0)
def test_it_is_rfc_8785_for_whatever_people_keep_of_their_own(value: Any) -> None:
    for name in ("extra", "changes"):
        assert canonical({name: {"a": value}}) == rfc8785.dumps({name: {"a": value}})


@pytest.mark.no_cover
@given(events())
def test_the_order_of_fields_does_not_matter(fields: Fields) -> None:
    found = read(fields)
    assert digest(dict(reversed(found.items()))) == digest(found)
    assert digest(msgspec.json.decode(canonical(found))) == digest(found)


@pytest.mark.no_cover
@given(events())
def test_an_id_is_derived_from_everything_but_the_id(fields: Fields) -> None:
    found = read(fields)
    without = {name: value for name, value in found.items() if name != "id"}
    assert derive_id(found) == derive_id(without) == "e-" + digest(without)[:16]
    assert derive_id(found | {"note": "another"}) != derive_id(found | {"note": "one"})


def test_an_amount_and_its_text_are_one_event() -> None:
    stated: Fields = {"type": "fact_stated", "company": "a", "attribute": "b", "occurred": "2025"}
    stated |= {"known": "2025-01-01"}
    assert derive_id(read(stated | {"value": 5})) == derive_id(read(stated | {"value": "5"}))
    assert derive_id(read(stated | {"value": "5.0"})) != derive_id(read(stated | {"value": "5"}))


def test_known_answers() -> None:
    """Frozen: should one of these change, every stored id and hash would be another."""
    fields = {"type": "company_registered", "id": "acme", "subject": "company:acme", "name": "Acmé"}
    assert canonical(fields) == (
        '{"id":"acme","name":"Acmé","subject":"company:acme","type":"company_registered"}'.encode()
    )
    assert digest(fields) == "2771d3da6c1758d7e46692b09650b44b744987466737dd8a5357ada46dd0df23"
    assert derive_id(fields) == "e-25d2a49c6dde6c39"
    assert chain(GENESIS, "2025-01-10T00:00:00.000000Z", digest(fields)) == (
        "20b05f45aedc52bd419a0d1f4b300715e1b27973c53837f3e6e08e1d7083a75c"
    )


def test_the_chain_is_a_hash_over_three_lines() -> None:
    lines = f"{GENESIS}\n2025-01-10T00:00:00.000000Z\n{'ab' * 32}"
    expected = sha256(lines.encode()).hexdigest()
    assert chain(GENESIS, "2025-01-10T00:00:00.000000Z", "ab" * 32) == expected


def test_what_json_cannot_carry_exactly_is_no_content() -> None:
    with pytest.raises(ValueError, match="safe"):
        canonical({"extra": {"a": 2**53}})
