"""Nodes by types: every value that is not as the type wants it is said, in its place and in words."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
import pytest
from msgspec import Meta, Struct

from timeline.errors import InvalidDate, Location
from timeline.ingest.nodes import compose, node_of
from timeline.ingest.shape import INVALID, Report, shape, type_of
from timeline.model.kinds.event import fields_of
from timeline.model.kinds.fact import FactValue
from timeline.model.values import (
    CompanyRef,
    Comparison,
    EdtfText,
    Fields,
    Horizon,
    Money,
    Parties,
    Share,
    Slug,
)


def shaped(text: str, annotation: Any, *, lenient: bool = True) -> Any:
    """The value, or what is said of it: the code with the message."""
    report, node = Report("a-file", text, lenient=lenient), compose(text)
    assert node is not None
    value = shape(node, type_of(annotation), report, "it")
    assert (value is INVALID) == bool(report.problems)
    return [f"{p.code}: {p.message}" for p in report.problems] if report.problems else value


@pytest.mark.parametrize(
    "annotation, text, expected",
    [
        (str, "hello", "hello"),
        (str, "2025", "2025"),
        (str, "5.10", "5.10"),
        (str, "true", "true"),
        (str, "[a]", ['wrong-type: "it" should be text, not a list']),
        (str, "~", ['null-value: "it" has no value']),
        (bool, "TRUE", True),
        (bool, "yes", ['wrong-type: "it" should be true or false, not "yes"']),
        (bool, "'true'", ['wrong-type: "it" should be true or false, not "true"']),
        (int, "5", 5),
        (int, "5.0", ['wrong-type: "it" should be a whole number, not "5.0"']),
        (int, "true", ['wrong-type: "it" should be a whole number, not "true"']),
        (int, "{a: 1}", ['wrong-type: "it" should be a whole number, not a mapping']),
        (Annotated[int, Meta(ge=1, le=3)], "1", 1),
        (Annotated[int, Meta(ge=1, le=3)], "3", 3),
        (Annotated[int, Meta(ge=1, le=3)], "0", ['invalid-value: "it" is less than 1']),
        (Annotated[int, Meta(ge=1, le=3)], "4", ['invalid-value: "it" is more than 3']),
        (Literal["a", "b"], "a", "a"),
        (Literal["acquirer", "seller"], "aquirer", ['invalid-value: "it" cannot be "aquirer"']),
        (Literal["a", "b"], "[a]", ['wrong-type: "it" should be one of a, b, not a list']),
        (list[str], "[a, 2025]", ["a", "2025"]),
        (list[str], "[]", []),
        (list[str], "a", ['wrong-type: "it" should be a list, not "a"']),
        (list[str], "[a, ~]", ['null-value: "it" has no value']),
        (Annotated[list[str], Meta(min_length=1)], "[]", ['invalid-value: "it" is an empty list']),
        (dict[str, Any], "{a: [1, ~, 2.5]}", {"a": [1, None, 2.5]}),
        (dict[str, Any], "a", ['wrong-type: "it" should be a mapping, not "a"']),
        (Annotated[dict[str, Any], Meta(min_length=1)], "{}", ['invalid-value: "it" is empty']),
        (Parties, "{acme: [partner, other], globex: []}", {"acme": ["partner", "other"], "globex": []}),
        (Parties, "{acme: partner}", {"acme": ["partner"]}),
        (Parties, "{acme: ~}", ['null-value: "it.acme" has no value']),
        (Parties, "{acme: {a: 1}}", ['wrong-type: "it.acme" should be a list, not a mapping']),
        (Parties, "{Acme: [partner]}", [('invalid-value: "Acme" is not a slug (lower-case letters, digits, '
                                        "single hyphens)")]),
        (Slug, "a-1", "a-1"),
        (CompanyRef | list[CompanyRef], "acme", "acme"),
        (CompanyRef | list[CompanyRef], "[acme]", ["acme"]),
        (Slug | list[Slug], "{a: 1}", ['wrong-type: "it" should be text or a list, not a mapping']),
        (EdtfText, "2025", "2025"),
        (EdtfText, "2025-13", ['invalid-date: "2025-13" is not a date: there is no month 13']),
        (Money, "{exact: 5, currency: USD}", {"exact": "5", "currency": "USD"}),
        (Money, "{exact: 0x10, currency: USD}", {"exact": "16", "currency": "USD"}),
        (Money, "{exact: five, currency: USD}", ['wrong-type: "exact" should be a number, not "five"']),
        (Money, "{exact: true, currency: USD}", ['wrong-type: "exact" should be a number, not "true"']),
        (Money, "{exact: 5}", ['missing-field: "it" needs "currency"']),
        (Money, "{currency: USD}", ['invalid-value: it: give either "exact", or "min" and/or "max"']),
        (Money, "{exact: 1e50, currency: USD}", ["invalid-value: exact: a number of more than 40 digits"]),
        (Money, "5", ['invalid-value: "5" is not read as an amount of money']),
        (Money, "up to USD 5 bn", {"max": "5000000000", "currency": "USD", "basis": "up_to"}),
        (Share, "27%", {"exact": "27"}),
        (Share, "120 %", ["invalid-value: it: a share is a percentage from 0 to 100, not 120"]),
        (Money, "EURO 5", ['invalid-value: "EURO 5" is not read as an amount of money']),
        (Money, "XYZ 5", ['invalid-value: "XYZ" is not an ISO 4217 currency']),
        (FactValue, "27 %", {"exact": "27"}),
        (FactValue, "USD 5 bn", {"exact": "5000000000", "currency": "USD"}),
        (FactValue, "growing by 27 %", "growing by 27 %"),
        (EdtfText, "[2025-01-10, 2025-01-12]", "[2025-01-10,2025-01-12]"),
        (EdtfText, "[2025-09..2025-11-21]", "[2025-09..2025-11-21]"),
        (EdtfText, "[..2025-11-21]", "[..2025-11-21]"),
        (EdtfText, "[2025-11..]", "[2025-11..]"),
        (EdtfText, "[2025,2026]", "[2025,2026]"),
        (EdtfText, "[2025-13]", [('invalid-date: "[2025-13]" is not a date: there is no month 13 '
                                  '(in "2025-13")')]),
        (EdtfText, "[[2025]]", ['wrong-type: "it" should be text, not a list']),
        (EdtfText, "- 2025\n- 2026", ['wrong-type: "it" should be text, not a list']),
        (Money, "{exact: 5, currency: USD, colour: red}", ['unknown-field: "it" has no field "colour"']),
        (Money, "{exact: 5, currency: EURO}", ['invalid-value: "EURO" is not an ISO 4217 currency']),
        (Share, "{exact: 101}", ["invalid-value: it: a share is a percentage from 0 to 100, not 101"]),
        (Horizon, "{unit: year}", ['invalid-value: it: give "min", "max" or both']),
        (Horizon, "{min: 2, unit: year, from: 2025}", {"min": 2, "unit": "year", "from": "2025"}),
        (list[Comparison], "[{relation: largest}]", [{"relation": "largest"}]),
        (list[Comparison], "[{relation: 5}, x]", [
            'invalid-value: "relation" cannot be "5"',
            'invalid-value: "x" is not read as a comparison',
        ]),
        (FactValue, "5.10", "5.10"),
        (FactValue, "0x1F", "31"),
        (FactValue, "'5.10'", "5.10"),
        (FactValue, "1e3", "1000"),
        (FactValue, "1e999", ["invalid-value: it: a number of more than 40 digits"]),
        (FactValue, "1e9999999999999999999", ['invalid-value: it: "1e9999999999999999999" is not a number']),
        (FactValue, "false", False),
        (FactValue, "growing", "growing"),
        (FactValue, "[a, b]", ["a", "b"]),
        (FactValue, "{exact: 5}", {"exact": "5"}),
        (FactValue, "{exact: 5, per: year}", [
            'invalid-value: it: money needs a "currency"; a share is a percentage and has none',
        ]),
        (str | int | float, "5", "5"),
        (str | int | float, "true", "true"),
        (str | int, "[5]", ['wrong-type: "it" should be text or a whole number, not a list']),
        (Any, "{a: ~}", {"a": None}),
    ],
)  # fmt: skip
def test_a_value_is_as_the_type_wants_it_or_said(annotation: Any, text: str, expected: Any) -> None:
    found = shaped(text, annotation)
    assert found == expected
    assert type(found) is type(expected)


def test_where_machines_write_a_number_is_no_text() -> None:
    assert shaped("2025", str, lenient=False) == ['wrong-type: "it" should be text, not "2025"']
    assert shaped("'2025'", str, lenient=False) == "2025"


def test_every_problem_is_said_at_once_each_in_its_place() -> None:
    text = "exact: five\ncurrency: EURO\nper: week\nreported_as: [{exact: 1}]\ncolour: red\n"
    report, node = Report("a-file", text), compose(text)
    assert node is not None
    assert shape(node, type_of(Money), report, "value") is INVALID
    assert [(str(p.location), p.code) for p in report.problems] == [
        ("a-file:1:8", "wrong-type"),
        ("a-file:2:11", "invalid-value"),
        ("a-file:3:6", "invalid-value"),
        ("a-file:4:15", "missing-field"),
        ("a-file:5:1", "unknown-field"),
    ]
    assert report.problems[2].hint == "one of month, once, quarter, share, year"


def test_the_nearest_name_is_suggested() -> None:
    text = "{exact: 5, curency: USD}"
    report, node = Report("a-file", text), compose(text)
    assert node is not None
    shape(node, type_of(Money), report, "value")
    assert report.problems[0].hint == 'did you mean "currency"?'


def test_what_is_your_own_has_a_place() -> None:
    from timeline.ingest.shape import shape_fields
    from timeline.model.kinds import EVENT_TYPES

    report, node = Report("a-file"), node_of({"zzz": 1})
    shape_fields(node, fields_of(EVENT_TYPES["deal_announced"]), report, "deal_announced")  # type: ignore[arg-type]
    assert report.problems[0].hint == 'what is your own goes under "extra"'


def test_fields_go_by_the_names_that_stand_in_files() -> None:
    assert "from" in fields_of(Horizon)
    assert "from_" not in fields_of(Horizon)


class Inner(Struct):
    number: int

    def __post_init__(self) -> None:
        if self.number == 1:
            raise InvalidDate("1", "no such day", "write 2")
        if self.number == 2:
            raise ValueError("two is too many")


def test_the_rule_that_a_value_breaks_is_said_in_its_own_words() -> None:
    for number, said in (
        (1, ('"1" is not a date: no such day', "write 2")),
        (2, ("it: two is too many", None)),
    ):
        report = Report("a-file")
        shape(node_of({"number": number}), type_of(Inner), report, "it")
        (problem,) = report.problems
        assert (problem.message, problem.hint) == said
    report = Report("a-file")
    report.add_error(msgspec.ValidationError("Expected `int`, got `str` - at `$.a`"), None)
    assert report.problems[0].message == "Expected `int`, got `str`"


def test_a_long_value_is_cut() -> None:
    report = Report("a-file")
    report.add("x-y", "a" * 5000, None, "b" * 5000)
    (problem,) = report.problems
    assert len(problem.message) == 400
    assert problem.message.endswith("…")
    assert problem.hint is None
    assert problem.location == Location("a-file")


def test_a_report_shows_the_line_of_a_node() -> None:
    report, node = Report("a-file", "a: 1\r\nb: 2\r\n"), compose("a: 1\r\nb: 2\r\n")
    assert report.excerpt(node) == "a: 1"
    assert report.excerpt(None) is None
    assert report.excerpt(node_of(1, 9)) is None
    assert report.place(None) == Location("a-file")


def test_a_problem_may_be_a_warning() -> None:
    report = Report("a-file")
    report.add("x-y", "careful", None, warning=True)
    assert str(report.problems[0]) == "a-file: warning[x-y]: careful"


def test_fields_keep_their_order() -> None:
    found: Fields = shaped("{currency: USD, max: 2, min: 1}", Money)
    assert list(found) == ["min", "max", "currency"]
