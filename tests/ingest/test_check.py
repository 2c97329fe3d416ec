"""From a node or a line to a draft: what is sound, what is said of the rest, and that both ways agree."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.ingest.strategies import as_json, broken_events, events, json_values
from timeline.errors import DataError
from timeline.ingest.draft import Draft, Place, draft_of, parse_changes, parse_event
from timeline.ingest.jsonl import parse_line
from timeline.ingest.nodes import WrittenNumber, compose, node_of
from timeline.ingest.shape import Report, unstorable
from timeline.model.kinds import EVENT_TYPES
from timeline.model.values import Fields

DEAL: Fields = {
    "type": "deal_announced", "id": "announced", "subject": "deal:widgets", "occurred": "2025-01-10",
    "source": "post", "kind": "supply", "parties": {"acme": ["supplier"]},
}  # fmt: skip
FACT: Fields = {
    "type": "fact_stated", "occurred": "2025", "source": "post", "company": "acme", "attribute": "staff",
}  # fmt: skip
RIGHT: Fields = {
    "type": "right_granted", "subject": "right:r", "occurred": "2025", "source": "post",
}  # fmt: skip


def by_node(value: Any, *, lenient: bool = False) -> Draft | list[str]:
    """The draft in a value, the slow way; or the codes of its problems."""
    report = Report("a-file", lenient=lenient)
    draft = parse_event(node_of(value), report)
    assert (draft is None) == bool(report.problems)
    return draft if draft is not None else [problem.code for problem in report.problems]


def by_line(line: bytes | Fields) -> Draft | list[str]:
    """The draft in a line of JSON, or the codes of its problems."""
    found = parse_line(as_json(line) if isinstance(line, dict) else line, "a-file", 7)
    return found if isinstance(found, Draft) else [problem.code for problem in found]


def content(found: Draft | list[str]) -> Fields:
    assert isinstance(found, Draft), found
    return found.fields


def codes(found: Draft | list[str]) -> list[str]:
    assert not isinstance(found, Draft), found
    return found


def written(line: bytes) -> Any:
    """What a line says, numbers as they stand in it."""
    return msgspec.json.Decoder(float_hook=WrittenNumber).decode(line)


# --- two ways, one answer -----------------------------------------------------------------------


@pytest.mark.no_cover
@given(events())
def test_a_sound_event_is_read_alike_from_a_line_and_from_a_node(fields: Fields) -> None:
    assert content(by_line(fields)) == content(by_node(written(as_json(fields))))


@given(broken_events())
@example(DEAL | {"schema_version": 0})
@example(FACT | {"value": {"exact": "1_000", "currency": "USD"}})
@example(DEAL | {"term": {"min": 10**18, "unit": "year"}})
@example(DEAL | {"parties": {"Acme Corp": ["supplier"]}})
@example(DEAL | {"source": "A Post"})
@example({"type": "event_corrected", "target": "announced", "changes": [[]]})
@example({"type": "event_corrected", "target": "announced", "changes": None})
def test_a_slip_is_found_alike_in_a_line_and_in_a_node(fields: Fields) -> None:
    line = as_json({name: value for name, value in fields.items() if name != "origin"})
    slow, fast = by_node(written(line)), by_line(line)
    if isinstance(slow, Draft):
        assert content(fast) == slow.fields
    else:
        assert fast == slow


def by_fields(value: Any) -> Draft | list[str]:
    """The draft of an event that a program gives, or the codes of its problems."""
    try:
        return draft_of(value)
    except DataError as error:
        return [problem.code for problem in error.problems]


@pytest.mark.no_cover
@given(events(), st.booleans())
def test_a_sound_event_is_read_alike_from_fields_and_from_a_node(
    fields: Fields, plain: bool
) -> None:
    line = as_json(fields)
    given = json.loads(line) if plain else written(line)
    slow, fast = by_node(given, lenient=True), by_fields(given)
    if isinstance(slow, Draft):
        assert list(content(fast).items()) == list(slow.fields.items())
    else:  # a number that went through a float
        assert fast == slow


@pytest.mark.no_cover
@given(broken_events())
def test_a_slip_is_found_alike_in_fields_and_in_a_node(fields: Fields) -> None:
    given = written(as_json(fields))
    slow, fast = by_node(given, lenient=True), by_fields(given)
    assert fast == slow if isinstance(slow, list) else content(fast) == slow.fields


@pytest.mark.parametrize(
    "value",
    [
        None, 5, 2025, 1.5, 1e16, True, 10**30, float("nan"), Decimal("1.50"), "", "2025", "a\0b", "\ud800",
        "5 bn", "USD 5bn", "[2025, 2026]", date(2025, 1, 2), datetime(2025, 1, 2, 3, tzinfo=UTC), b"x", {},
        [], ["a"], ("a",), {"a"}, {1: "a"}, {"é": ["supplier"]}, {"acme": "supplier"}, ["A Post"], [None],
        {"exact": "5", "currency": "USD"}, {"exact": 5, "currency": "USD"}, {"exact": "5"},
        WrittenNumber("5"),
    ],
    ids=repr,
)  # fmt: skip
def test_whatever_a_program_gives_is_read_as_its_node_is(value: Any) -> None:
    for event in (DEAL, FACT, RIGHT):
        for name in (
            "title",
            "value",
            "parties",
            "source",
            "occurred",
            "id",
            "extra",
            "type",
            "no",
        ):
            given = event | {name: value}
            slow, fast = by_node(given, lenient=True), by_fields(given)
            assert fast == slow if isinstance(slow, list) else content(fast) == slow.fields


@pytest.mark.no_cover
@given(events())
def test_what_is_sound_is_as_the_types_say(fields: Fields) -> None:
    found = content(by_node(written(as_json(fields))))
    event = msgspec.convert(found, EVENT_TYPES[found["type"]])
    assert msgspec.to_builtins(event) == found
    assert unstorable(found) is None


@pytest.mark.no_cover
@given(events())
def test_to_read_what_was_written_changes_nothing(fields: Fields) -> None:
    found = content(by_line(fields))
    assert content(by_line(msgspec.json.encode(found))) == found


# --- numbers ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "number, stored",
    [
        ("5", "5"), ("5.10", "5.10"), ("-0.5", "-0.5"), ("1.5e9", "1500000000"), ("1E3", "1000"),
        ("12345678901234567890.12", "12345678901234567890.12"), ("0.1", "0.1"), ("0", "0"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("extra", [b"", b', "extra": {}', b', "origin": "a", "recorded": "b"'])
def test_no_digit_of_a_number_is_lost(number: str, stored: str, extra: bytes) -> None:
    head = json.dumps(FACT).encode()[:-1]
    money = head + b', "value": {"exact": %b, "currency": "USD"}%b}' % (number.encode(), extra)
    assert content(by_line(money))["value"]["exact"] == stored
    plain = head + b', "value": %b%b}' % (number.encode(), extra)
    assert content(by_line(plain))["value"] == stored
    right = json.dumps(RIGHT).encode()[:-1] + b', "quantity": %b%b}' % (number.encode(), extra)
    assert content(by_line(right))["quantity"] == stored
    root = compose(f'{{value: {{exact: {number}, currency: USD}}, also: "{number}"}}')
    assert root is not None


@pytest.mark.parametrize("number", ["1e999", "1e-999", "9" * 41, "1e99999999999999999999"])
def test_a_number_that_is_no_amount_is_refused(number: str) -> None:
    line = json.dumps(FACT).encode()[:-1] + b', "value": %b}' % number.encode()
    assert set(codes(by_line(line))) <= {"invalid-value", "unstorable-value", "invalid-json"}
    as_text = FACT | {"value": {"exact": number, "currency": "USD"}}
    assert set(codes(by_line(as_text))) <= {"invalid-value", "wrong-type"}


@pytest.mark.parametrize("text", ["NaN", "Infinity", "five", "0x1F", "", "1,5"])
def test_text_that_is_no_number_is_refused(text: str) -> None:
    fields = FACT | {"value": {"exact": text, "currency": "USD"}}
    assert codes(by_line(fields))[0] in ("wrong-type", "invalid-value")
    assert by_line(fields) == by_node(fields)


def test_a_fact_says_a_number_a_boolean_or_text() -> None:
    stated: list[tuple[Any, Any]] = [
        (5, "5"),
        (True, True),
        (False, False),
        ("a", "a"),
        (["a"], ["a"]),
    ]
    for value, stored in stated:
        assert content(by_line(FACT | {"value": value}))["value"] == stored
        assert content(by_node(FACT | {"value": value}))["value"] == stored


# --- lines --------------------------------------------------------------------------------------


def test_an_export_keeps_its_place_and_its_origin() -> None:
    added = {"position": 3, "recorded": "2025-01-10T00:00:00.000000Z", "hash": "ab", "origin": "o"}
    draft = by_line({"position": 3} | DEAL | added)
    assert isinstance(draft, Draft)
    assert draft.fields == DEAL
    assert (draft.position, draft.recorded, draft.hash, draft.origin) == tuple(added.values())
    slow = by_line(DEAL | {"extra": {"a": 1}} | added)
    assert isinstance(slow, Draft)
    assert (slow.position, slow.recorded, slow.hash, slow.origin) == tuple(added.values())


def test_where_it_was_recorded_before_does_not_matter_unless_verified() -> None:
    assert content(by_line(DEAL | {"position": "x", "hash": 5})) == DEAL
    assert content(by_line(DEAL | {"position": None, "recorded": [1]})) == DEAL


@pytest.mark.parametrize("origin", [5, 1.5, True, {"a": 1}, ["a"]])
def test_an_origin_is_text(origin: Any) -> None:
    assert codes(by_line(DEAL | {"origin": origin})) == ["wrong-type"]
    assert codes(by_line(DEAL | {"origin": origin, "extra": {}})) == ["wrong-type"]


def test_an_origin_can_be_stored() -> None:
    assert codes(by_line(DEAL | {"origin": "a\0b"})) == ["unstorable-value"]
    assert content(by_line(DEAL | {"origin": None})) == DEAL


@pytest.mark.parametrize(
    "line, code",
    [
        (b"", "invalid-json"), (b"{", "invalid-json"), (b"nonsense", "invalid-json"),
        (b"\xff\xfe", "invalid-json"), (b'{"type": "deal_announced", "note": "\\ud800"}', "invalid-json"),
        (b"[" * 100_000, "invalid-json"), (b"5", "wrong-type"), (b"[]", "wrong-type"),
        (b"null", "wrong-type"),
        (b"{}", "missing-field"), (b'{"type": 5}', "unknown-event-type"), (b'{"type": []}', "missing-field"),
        (b'{"type": "deal_anounced"}', "unknown-event-type"), (b'{"origin": "a"}', "missing-field"),
    ],
)  # fmt: skip
def test_a_line_that_is_no_event_says_so(line: bytes, code: str) -> None:
    assert codes(by_line(line)) == [code]


@pytest.mark.parametrize("depth", [65, 300, 900])
def test_what_is_nested_too_deep_is_refused(depth: int) -> None:
    deep = b'{"a": ' + b"[" * depth + b"]" * depth + b"}"
    line = json.dumps(DEAL).encode()[:-1] + b', "extra": ' + deep + b"}"
    assert content(by_line(line.replace(b"[" * depth, b"[" * 9).replace(b"]" * depth, b"]" * 9)))
    assert set(codes(by_line(line))) <= {"unstorable-value", "too-deep", "invalid-json"}


@pytest.mark.parametrize("depth, sound", [(31, True), (32, False), (300, False), (3000, False)])
def test_a_value_inside_itself_too_often_is_refused_at_every_door(depth: int, sound: bool) -> None:
    money = '{"exact": "5", "currency": "USD"'
    value = f'{money}, "reported_as": [' * depth + money + "}" + "]}" * depth
    line = f'{json.dumps(DEAL)[:-1]}, "value": {value}}}'
    if sound:
        assert content(by_line(line.encode())) == content(by_fields(json.loads(line)))
        return
    assert codes(by_line(line.encode()))[0] in ("too-deep", "invalid-json")
    if depth < 1000:  # what the reader of JSON in Python can hold
        assert codes(by_fields(json.loads(line))) == ["too-deep"]


def test_a_problem_names_the_file_and_the_line() -> None:
    (problem,) = parse_line(b"{}", "a-file", 7)  # type: ignore[misc]
    assert str(problem).startswith("a-file:7:1: error[missing-field]: ")


# --- values that no database keeps --------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    ["a\0b", "\ud800", 2**53, -(2**53), 1e18, 1e300, float("inf"), float("nan"), ["\0"], {"\0": 1}],
)  # fmt: skip
def test_what_cannot_be_kept_exactly_is_refused(value: Any) -> None:
    assert unstorable(value) is not None
    assert unstorable({"a": [value]}) is not None


@given(json_values)
def test_everything_else_is_kept(value: Any) -> None:
    assert unstorable(value) is None


def test_a_nul_is_refused_in_every_field() -> None:
    for fields in (
        DEAL | {"title": "a\0"},
        DEAL | {"extra": {"a": "\0"}},
        DEAL | {"speaker": "\0"},
    ):
        assert codes(by_line(fields)) == ["unstorable-value"]
        assert codes(by_node(fields)) == ["unstorable-value"]
    assert content(by_line(DEAL | {"title": "\\u0000"}))["title"] == "\\u0000"


# --- rules that span fields ---------------------------------------------------------------------


def without(fields: Fields, *names: str) -> Fields:
    return {name: value for name, value in fields.items() if name not in names}


@pytest.mark.parametrize(
    "fields, expected",
    [
        (without(DEAL, "occurred"), ["missing-field"]),
        (without(DEAL, "source"), ["missing-source"]),
        (without(DEAL, "subject"), ["missing-field"]),
        (without(DEAL, "subject", "source"), ["missing-source", "missing-field"]),
        (DEAL | {"subject": "rumour:widgets"}, ["wrong-subject"]),
        (DEAL | {"subject": "Widgets"}, ["invalid-value"]),
        (DEAL | {"subject": 5}, ["wrong-type"]),
        (DEAL | {"kind": None}, ["null-value"]),
        (DEAL | {"colour": "red"}, ["unknown-field"]),
        (DEAL | {"kind": "marriage"}, ["invalid-value"]),
        (DEAL | {"occurred": "2025-13"}, ["invalid-date"]),
        (DEAL | {"known": "yesterday"}, ["invalid-value"]),
        (DEAL | {"source": []}, ["invalid-value"]),
        (DEAL | {"parties": {"Acme Inc": ["supplier"]}}, ["invalid-value"]),
        (DEAL | {"parties": {"acme": ["boss"]}}, ["invalid-value"]),
        (DEAL | {"parties": {"acme": {"role": "supplier"}}}, ["wrong-type"]),
        (DEAL | {"value": {"exact": 1, "currency": "EURO"}}, ["invalid-value"]),
        (DEAL | {"value": {"exact": 1, "min": 1, "currency": "EUR"}}, ["invalid-value"]),
        (DEAL | {"binding": "yes"}, ["wrong-type"]),
        (DEAL | {"schema_version": 2}, ["schema-too-new"]),
        (DEAL | {"schema_version": 0}, ["invalid-value"]),
        (DEAL | {"schema_version": "1"}, ["wrong-type"]),
        (DEAL | {"schema_version": None}, ["null-value"]),
        (FACT, ["missing-field"]),
        (FACT | {"value": "x", "attribute": "Staff"}, ["invalid-value"]),
        (FACT | {"value": "x", "subject": "fact:globex/staff"}, ["wrong-subject"]),
        (FACT | {"value": "x", "subject": "deal:widgets"}, ["wrong-subject", "wrong-subject"]),
        (without(FACT, "company") | {"value": "x"}, ["missing-field"]),
        (without(FACT, "attribute") | {"value": "x"}, ["missing-field"]),
        ({"type": "event_retracted"}, ["missing-field"]),
        ({"type": "event_retracted", "target": "a", "known": "2025-01-01"}, ["known-in-mend"]),
        ({"type": "event_corrected", "target": "a", "changes": {}}, ["invalid-value"]),
        ({"type": "event_corrected", "target": "a", "changes": {"id": "b"}}, ["immutable-field"]),
        ({"type": "event_corrected", "target": "a", "changes": {"type": "b"}}, ["immutable-field"]),
        ({"type": "event_corrected", "target": "a", "changes": {"subject": "b"}}, ["immutable-field"]),
        (
            {"type": "event_corrected", "target": "a", "source": "s", "changes": {"known": "2025"}},
            ["immutable-field"],
        ),
    ],
)  # fmt: skip
def test_every_rule_has_its_code(fields: Fields, expected: list[str]) -> None:
    assert codes(by_node(fields)) == expected
    assert codes(by_line(fields)) == expected


def test_identity_needs_neither_a_day_nor_a_source() -> None:
    company = {"type": "company_registered", "subject": "company:acme", "name": "Acme"}
    assert content(by_line(company)) == company
    for name in ("source_registered", "company_registered"):
        assert EVENT_TYPES[name].always
    assert codes(by_line(company | {"type": "company_renamed"})) == [
        "missing-field",
        "missing-source",
    ]


def test_the_subject_of_a_fact_follows_from_its_terms() -> None:
    stated = FACT | {"value": "x"}
    assert content(by_line(stated))["subject"] == "fact:acme/staff"
    assert content(by_node(stated | {"period": "2025-35"}))["subject"] == "fact:acme/staff@2025-35"
    ended = {"type": "fact_ended", "occurred": "2025", "source": "s", "subject": "fact:acme/staff"}
    assert content(by_line(ended))["subject"] == "fact:acme/staff"


def test_a_bare_number_may_stand_for_text_where_people_write() -> None:
    assert content(by_node(DEAL | {"title": 2025}, lenient=True))["title"] == "2025"
    assert codes(by_node(DEAL | {"title": 2025})) == ["wrong-type"]


def test_what_is_no_event_at_all_is_refused() -> None:
    nothing: list[Any] = [[], "deal_announced", None, 5]
    for value in nothing:
        assert codes(by_node(value)) == ["wrong-type"]


# --- changes ------------------------------------------------------------------------------------


def changes(given: Fields, target: str = "deal_announced", place: Place | None = None) -> Any:
    found = parse_changes(given, target, place or Place("a-file", 7))
    return found if isinstance(found, dict) else [problem.code for problem in found]


def test_changes_are_read_by_the_type_of_their_target() -> None:
    assert changes({"value": {"exact": 5, "currency": "USD"}}) == {
        "value": {"exact": "5", "currency": "USD"}
    }
    assert changes({"title": None, "occurred": "2025"}) == {"title": None, "occurred": "2025"}
    assert changes({"value": 5}, "fact_stated") == {"value": "5"}
    assert changes({"colour": "red"}) == ["unknown-field"]
    assert changes({"occurred": "soon"}) == ["invalid-date"]
    assert changes({"title": "a\0"}) == ["unstorable-value"]
    assert changes({"value": None}, "fact_stated") == ["missing-field"]
    assert changes({"known": None}) == {"known": None}, (
        "whether a source remains, is not known here"
    )
    assert changes({"kind": "marriage", "colour": "red"}) == ["invalid-value", "unknown-field"]


def test_changes_in_a_file_are_reported_in_their_place() -> None:
    text = "type: event_corrected\ntarget: a\nchanges:\n  occurred: 2025\n  kind: marriage\n"
    report = Report("a-file", text)
    root = compose(text)
    assert root is not None
    draft = parse_event(root, report)
    assert draft is not None
    found = parse_changes(draft.fields["changes"], "deal_announced", draft.place)
    assert isinstance(found, list)
    (problem,) = found
    assert str(problem).splitlines()[:2] == [
        'a-file:5:9: error[invalid-value]: "kind" cannot be "marriage"',
        "    kind: marriage",
    ]
    assert report.problems == [], "they belong to the store, which knows the target"


# --- places -------------------------------------------------------------------------------------


def test_a_place_points_at_the_field_or_at_the_event() -> None:
    text = "a: 1\nb: 2\n"
    node, report = compose(text), Report("a-file", text)
    place = Place("a-file", 1, node, report)
    assert str(place.problem("x-y", "no", "b").location) == "a-file:2:4"
    assert str(place.problem("x-y", "no", "c").location) == "a-file:1:1"
    assert str(Place("a-file", 4).problem("x-y", "no", "b").location) == "a-file:4:1"
    assert Place().problem("x-y", "no").location is None


# --- older versions -----------------------------------------------------------------------------


@pytest.fixture
def renamed(monkeypatch: pytest.MonkeyPatch) -> None:
    """An older version of announcements: the parties were partners, without roles."""

    def upcaster(fields: Fields) -> Fields:
        partners = fields.pop("partners", {})
        fields["parties"] = {name: ["partner"] for name in partners}
        return fields

    monkeypatch.setattr(EVENT_TYPES["deal_announced"], "upcasters", (upcaster,))


OLD = without(DEAL, "parties") | {"partners": ["acme", "globex"]}


@pytest.mark.usefixtures("renamed")
def test_an_older_version_keeps_its_content_and_is_checked_as_todays() -> None:
    assert content(by_line(OLD)) == OLD
    assert content(by_line(OLD | {"schema_version": 1})) == OLD | {"schema_version": 1}
    assert content(by_line(DEAL | {"schema_version": 2})) == DEAL | {"schema_version": 2}
    assert codes(by_line(OLD | {"schema_version": 2})) == ["unknown-field"]
    assert codes(by_line(OLD | {"schema_version": 3})) == ["schema-too-new"]
    assert codes(by_line(OLD | {"kind": "marriage"})) == ["invalid-value"]
    assert codes(by_line(OLD | {"partners": ["No Slug"]})) == ["invalid-value"]


@pytest.mark.usefixtures("renamed")
def test_what_an_upcaster_leaves_alone_is_stored_as_it_was_then() -> None:
    text = (
        "{type: deal_announced, id: announced, subject: deal:widgets, occurred: 2025, source: post,\n"
        " kind: supply, partners: [acme], title: 2025, value: {exact: 5.10, currency: USD},\n"
        " extra: {share: 5.10}}"
    )
    report, root = Report("a-file", text), compose(text)
    assert root is not None
    draft = parse_event(root, report)
    assert report.problems == []
    assert draft is not None
    assert draft.fields == without(OLD, "partners") | {
        "occurred": "2025", "title": "2025", "partners": ["acme"],
        "value": {"exact": "5.10", "currency": "USD"}, "extra": {"share": 5.1},
    }  # fmt: skip


def test_a_number_of_an_older_version_is_a_decimal(monkeypatch: pytest.MonkeyPatch) -> None:
    def upcaster(fields: Fields) -> Fields:
        fields["value"] = {"exact": fields.pop("amount")["number"], "currency": "USD"}
        return fields

    monkeypatch.setattr(EVENT_TYPES["deal_announced"], "upcasters", (upcaster,))
    for given_number, stored in ((WrittenNumber("5.10"), "5.10"), (5, 5), ("5", "5")):
        found = by_node(DEAL | {"amount": {"number": given_number}})
        assert content(found)["amount"] == {"number": stored}
    assert codes(by_node(DEAL | {"amount": {"number": WrittenNumber("1e999")}}))


@given(st.binary(max_size=80))
@example(b'{"type":"deal_announced","parties":{"acme":[null]}}')
def test_any_bytes_are_an_event_or_have_problems(line: bytes) -> None:
    found = parse_line(line, "a-file", 1)
    assert isinstance(found, Draft) or found


def test_what_an_upcaster_cannot_read_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def upcaster(fields: Fields) -> Fields:
        fields["value"] = {"exact": fields.pop("amount")["number"], "currency": "USD"}
        return fields

    monkeypatch.setattr(EVENT_TYPES["deal_announced"], "upcasters", (upcaster,))
    amounts: list[Fields] = [{}, {"amount": "5"}, {"amount": {}}, {"amount": None}]
    for amount in amounts:
        assert codes(by_line(DEAL | amount)) == ["invalid-value"]


@pytest.mark.parametrize(
    "wrong", ["acme", 1, ["acme"], {"acme": 1}, {"acme": {"role": "supplier"}}, True]
)
def test_rules_read_only_what_is_of_its_type(wrong: Any) -> None:
    """A buyer that is its own seller is said beside another field that cannot be read."""
    found = by_node(DEAL | {"parties": wrong})
    assert isinstance(found, list)
    assert set(found) <= {"wrong-type", "invalid-value"}
    alone = {"kind": "acquisition", "parties": {"acme": ["acquirer", "target"]}}
    codes = by_node(DEAL | alone | {"note": {"no": "text"}})
    assert isinstance(codes, list)
    assert codes[0] == "wrong-type"
    assert "self-dealing" in codes
