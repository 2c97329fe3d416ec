"""Money, shares, horizons, and the rules of marked text; moments as instants in UTC."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from timeline.errors import InvalidDate, InvalidValue
from timeline.model import values
from timeline.model.kinds.fact import FactStated
from timeline.model.kinds.right import RightGranted
from timeline.model.values import (
    ALWAYS,
    END_OF_TIME,
    BreakFee,
    Consideration,
    Horizon,
    Measure,
    Money,
    Quantity,
    Share,
    Tranche,
    day_of,
    exact_number,
    format_instant,
    is_instant,
    parse_moment,
    plain_decimal,
    plain_number,
    same_value,
    zone,
)

# --- marked text --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "check, good, bad",
    [
        (values.check_slug, ["a", "1", "a-1", "foxconn-openai"],
         ["", "-a", "a-", "a--b", "A", "a b", "a_b", "ä", "a\n", "٣", "a/b"]),
        (values.check_subject,
         ["deal:a", "company:a-1", "source:a", "rumour:a", "right:a", "commitment:a", "relationship:a",
          "proceeding:a",
          "fact:a/b", "fact:a/b.c-d@2025", "fact:a/b@2025-01/2025-06", "fact:a/b@[2025-01..2025-03]"],
         ["deal", "deal:", "deal:A", "deals:a", ":a", "deal:a:b", "fact:a", "fact:a/", "fact:a/b@",
          "fact:a/b c", "deal:a@2025", "deal:a\n", "event:a"]),
        (values.check_attribute, ["a", "a.b", "segments.largest-revenue"], ["", "a.", ".a", "a..b", "A"]),
        (values.check_country, ["US", "TW"], ["us", "UK", "USA", "", "XX"]),
        (values.check_currency, ["USD", "EUR", "TWD"], ["usd", "EURO", "", "XXY"]),
        (values.check_timezone, ["UTC", "Asia/Taipei", "Europe/Vienna"],
         ["", "Mars/Olympus", "../UTC", "Europe", "/etc/passwd", "a\0b", "x" * 5000, "UTC\n", "\ud800"]),
        (values.check_language, ["en", "de-AT", "zh-Hant-TW"], ["", "e", "english-", "EN", "de_AT"]),
        (values.check_sha256, ["0" * 64, "ab" * 32], ["", "0" * 63, "0" * 65, "AB" * 32, "g" * 64]),
        (values.check_moment, ["2025-01-10", "2025-01-10T09:30:00+01:00"], ["", "2025", "2025-01"]),
        (values.check_quote, ["", "x" * 1000, "ä" * 1000], ["x" * 1001, "ä" * 1001]),
    ],
)  # fmt: skip
def test_a_text_obeys_its_rule(
    check: Callable[[str], None], good: list[str], bad: list[str]
) -> None:
    for text in good:
        check(text)
    for text in bad:
        with pytest.raises(InvalidValue) as caught:
            check(text)
        assert caught.value.code == "invalid-value"


@pytest.mark.parametrize("text, code", [("us", "US"), ("Germany", "DE"), ("South Korea", "KR")])
def test_the_hint_of_a_country_is_its_code(text: str, code: str) -> None:
    with pytest.raises(InvalidValue, match="ISO 3166") as refused:
        values.check_country(text)
    assert refused.value.hint == f'write "{code}"'


def test_a_date_obeys_edtf() -> None:
    values.check_edtf("2025-21~")
    for wrong in ("2025-13", "soon"):
        with pytest.raises(InvalidDate):
            values.check_edtf(wrong)
    with pytest.raises(InvalidDate):
        values.check_subject("fact:a/b@2025-13")


@pytest.mark.parametrize(
    "check, text, hint",
    [
        (values.check_slug, "Acme & Co.", 'write "acme-co"'),
        (values.check_slug, "!", None),
        (values.check_currency, "usd", 'write "USD"'),
        (values.check_currency, "xxy", 'write a code such as "USD" or "EUR"'),
        (values.check_country, "tw", 'write "TW"'),
        (values.check_country, "UK", 'write a code such as "TW" or "US"'),
        (values.parse_moment, "2025-01-10T09:30", 'write "2025-01-10T09:30Z" if it is in UTC'),
    ],
)
def test_a_refusal_says_what_to_write(
    check: Callable[[str], None], text: str, hint: str | None
) -> None:
    with pytest.raises(InvalidValue) as caught:
        check(text)
    assert caught.value.hint == hint


@given(st.text(max_size=30))
def test_any_text_is_accepted_or_refused(text: str) -> None:
    for check in (
        values.check_slug, values.check_subject, values.check_attribute, values.check_country,
        values.check_currency, values.check_timezone, values.check_language, values.check_sha256,
        values.check_moment, values.check_edtf,
    ):  # fmt: skip
        try:
            assert check(text) is None
        except (InvalidValue, InvalidDate) as error:
            assert error.message  # noqa: PT017


# --- moments ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, name, instant",
    [
        ("2025-01-10", "UTC", "2025-01-10T23:59:59.999999Z"),
        ("2025-01-10", "Asia/Taipei", "2025-01-10T15:59:59.999999Z"),
        ("2025-01-10", "America/New_York", "2025-01-11T04:59:59.999999Z"),
        ("2025-07-10", "America/New_York", "2025-07-11T03:59:59.999999Z"),
        # clocks go forward at midnight: that day ends when the next begins, at one o'clock
        ("2018-11-03", "America/Sao_Paulo", "2018-11-04T02:59:59.999999Z"),
        # clocks go back at one o'clock to midnight: the day before ended at the first midnight
        ("2024-11-02", "America/Havana", "2024-11-03T03:59:59.999999Z"),
        ("2025-01-10T09:30:00+01:00", "Asia/Taipei", "2025-01-10T08:30:00.000000Z"),
        ("2025-01-10 09:30Z", "UTC", "2025-01-10T09:30:00.000000Z"),
        ("2025-01-10T09:30:00.1234567-05:30", "UTC", "2025-01-10T15:00:00.123456Z"),
        ("2025-01-10T00:00:00+14:00", "UTC", "2025-01-09T10:00:00.000000Z"),
        ("9999-12-31", "UTC", END_OF_TIME),
        ("9999-12-31", "America/New_York", END_OF_TIME),
        ("0001-01-01", "Asia/Tokyo", "0001-01-01T14:41:00.999999Z"),
        ("0001-01-01T00:00:00Z", "UTC", ALWAYS),
    ],
)
def test_a_day_ends_and_an_instant_is_in_utc(text: str, name: str, instant: str) -> None:
    assert parse_moment(text, name) == instant


@pytest.mark.parametrize(
    "text",
    [
        "", "2025", "2025-01", "2025-02-30", "2025-01-10T09:30", "2025-01-10T25:00:00Z", "20250110",
        "2025-W02-5", "2025-W02-5T10:00Z", "20250110T093000Z", "2025-01-10T", "2025-01-10X09:30Z",
        "yesterday", "2025/01/10", " 2025-01-10", "2025-01-10~", "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:00:00-05:00", "٢٠٢٥-01-10", "0000-01-01",
    ],
)  # fmt: skip
def test_anything_else_is_no_moment(text: str) -> None:
    with pytest.raises(InvalidValue):
        parse_moment(text)


def test_a_moment_needs_a_zone_that_exists() -> None:
    with pytest.raises(InvalidValue, match="is not a time zone"):
        parse_moment("2025-01-10", "Mars/Olympus")
    assert zone("Asia/Taipei") == ZoneInfo("Asia/Taipei")


@given(
    st.dates(date(2, 1, 1), date(9999, 12, 30)),
    st.sampled_from(["UTC", "Asia/Taipei", "America/Lima"]),
)
@example(date(2024, 2, 29), "UTC")
def test_no_question_of_a_day_sees_the_next(day: date, name: str) -> None:
    end = datetime.fromisoformat(parse_moment(day.isoformat(), name))
    assert (end.astimezone(ZoneInfo(name)).date(), end.microsecond) == (day, 999999)
    assert (end + timedelta(microseconds=1)).astimezone(ZoneInfo(name)).date() > day


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)))
def test_instants_are_ordered_as_text(one: datetime, other: datetime) -> None:
    first, second = format_instant(one), format_instant(other)
    assert (first < second) == (one < other)
    assert len(first) == 27
    assert is_instant(first)
    assert parse_moment(first) == first
    assert first[:10] == one.date().isoformat() < first


@given(
    st.datetimes(timezones=st.just(UTC)).filter(lambda moment: 1 < moment.year < 9999),
    st.integers(-720, 840),
)
def test_an_instant_is_the_same_wherever_it_was_written(moment: datetime, minutes: int) -> None:
    aware = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert parse_moment(aware.isoformat()) == format_instant(aware)


@pytest.mark.parametrize(
    "text",
    [
        "2025-01-10T00:00:00.000000+00:00", "2025-01-10T00:00:00Z", "2025-01-10 00:00:00.000000Z",
        "2025-13-10T00:00:00.000000Z", "2025-01-10T00:00:00.000000z", "x" * 27, "", 5, None,
        "9999-12-31T23:59:59.9999+1200", "2025-01-10T24:00:00.000000Z", "2025-01-10T23:59:60.000000Z",
        "2025-02-30T00:00:00.000000Z", "0000-01-01T00:00:00.000000Z", "2025-01-1\u0660T00:00:00.000000Z",
    ],
)  # fmt: skip
def test_only_the_one_form_is_an_instant(text: object) -> None:
    assert not is_instant(text)


# --- numbers ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given_number, plain",
    [("5", "5"), ("5.10", "5.10"), ("1.5e9", "1500000000"), ("1E+3", "1000"), (7, "7"), ("-0.5", "-0.5"),
     ("1e-7", "0.0000001"), ("+5", "5"), ("9" * 40, "9" * 40), ("0." + "1" * 40, "0." + "1" * 40)],
)  # fmt: skip
def test_a_number_is_plain_digits(given_number: int | str, plain: str) -> None:
    assert plain_number(given_number) == plain


@pytest.mark.parametrize(
    "text", ["", "five", "NaN", "sNaN", "Infinity", "-Infinity", "1e999", "9" * 41, "0." + "1" * 41, "1e40",
             "1e99999999999999999999", "0x10"]
)  # fmt: skip
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="number"):
        plain_number(text)


def test_a_plain_decimal_is_left_as_it_is() -> None:
    number = Decimal("5.10")
    assert plain_decimal(number) is number
    assert str(plain_decimal(Decimal("1E+3"))) == "1000"


def test_digits_that_a_binary_float_lost_are_not_made_up() -> None:
    assert exact_number(5) == "5"
    with pytest.raises(ValueError, match="binary float"):
        exact_number(5.1)
    with pytest.raises(ValueError, match="binary float"):
        FactStated(value=5.1)
    with pytest.raises(ValueError, match="binary float"):
        RightGranted(quantity=5.1)
    assert (FactStated(value=5).value, FactStated(value=True).value) == ("5", True)
    assert (RightGranted(quantity=5).quantity, RightGranted(quantity="5.1").quantity) == (
        "5",
        "5.1",
    )


# --- structs ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "type_, given_fields, stored",
    [
        (Money, {"exact": 5, "currency": "USD"}, {"exact": "5", "currency": "USD"}),
        (Money, {"exact": "1e3", "currency": "USD"}, {"exact": "1000", "currency": "USD"}),
        (Money, {"min": "1", "max": "1", "currency": "USD"}, {"min": "1", "max": "1", "currency": "USD"}),
        (Money, {"max": "2", "currency": "USD", "per": "year", "basis": "about",
                 "reported_as": [{"exact": "1", "currency": "EUR"}]},
         {"max": "2", "currency": "USD", "per": "year", "basis": "about",
          "reported_as": [{"exact": "1", "currency": "EUR"}]}),
        (Money, {"exact": "55", "currency": "USD", "per": "share"},
         {"exact": "55", "currency": "USD", "per": "share"}),
        (Share, {"exact": "0"}, {"exact": "0"}),
        (Share, {"exact": 27, "basis": "about"}, {"exact": "27", "basis": "about"}),
        (Share, {"min": 75, "max": 76}, {"min": "75", "max": "76"}),
        (Share, {"min": 75, "basis": "at_least"}, {"min": "75", "basis": "at_least"}),
        (Share, {"basis": "majority"}, {"basis": "majority"}),
        (Measure, {"basis": "majority"}, {"basis": "majority"}),
        (Measure, {"exact": "5", "basis": "about"}, {"exact": "5", "basis": "about"}),
        (Quantity, {"exact": 44300000, "unit": "shares"}, {"exact": "44300000", "unit": "shares"}),
        (Quantity, {"max": "10", "unit": "GW", "basis": "up_to"},
         {"max": "10", "unit": "GW", "basis": "up_to"}),
        (Consideration, {"form": "cash", "value": {"exact": 5, "currency": "USD"}},
         {"form": "cash", "value": {"exact": "5", "currency": "USD"}}),
        (Consideration, {"form": "stock", "ratio": "0.745 of a share"},
         {"form": "stock", "ratio": "0.745 of a share"}),
        (Tranche, {"quantity": {"exact": 5, "unit": "MW"}, "due": "2026-33"},
         {"quantity": {"exact": "5", "unit": "MW"}, "due": "2026-33"}),
        (BreakFee, {"by": "acme", "to": "globex", "when": "the buyer walks away"},
         {"by": "acme", "to": "globex", "when": "the buyer walks away"}),
        (Share, {"min": "0", "max": "100"}, {"min": "0", "max": "100"}),
        (Measure, {"exact": "101", "currency": "USD"}, {"exact": "101", "currency": "USD"}),
        (Measure, {"exact": "100"}, {"exact": "100"}),
        (Horizon, {"min": 0, "unit": "day"}, {"min": 0, "unit": "day"}),
        (Horizon, {"max": 5, "unit": "year", "from": "2025"}, {"max": 5, "unit": "year", "from": "2025"}),
        (Horizon, {"min": 9999, "max": 9999, "unit": "day"}, {"min": 9999, "max": 9999, "unit": "day"}),
    ],
)  # fmt: skip
def test_a_sound_value_is_stored_as_plain_json(type_: Any, given_fields: Any, stored: Any) -> None:
    assert msgspec.to_builtins(msgspec.convert(given_fields, type_)) == stored


@pytest.mark.parametrize(
    "type_, fields",
    [
        (Money, {"exact": "5"}),
        (Money, {"currency": "USD"}),
        (Money, {"exact": "5", "min": "1", "currency": "USD"}),
        (Money, {"exact": "5", "max": "9", "currency": "USD"}),
        (Money, {"min": "2", "max": "1", "currency": "USD"}),
        (Money, {"exact": "5", "currency": "usd"}),
        (Money, {"exact": "NaN", "currency": "USD"}),
        (Money, {"exact": "1e99", "currency": "USD"}),
        (Money, {"exact": "5", "currency": "USD", "per": "week"}),
        (Money, {"exact": "5", "currency": "USD", "reported_as": [{"exact": "5"}]}),
        (Share, {"exact": "-0.1"}),
        (Share, {"max": "100.1"}),
        (Share, {"exact": "5", "currency": "USD"}),
        (Measure, {"exact": "101"}),
        (Measure, {"exact": "5", "per": "year"}),
        (Measure, {"exact": "5", "reported_as": []}),
        (Measure, {"exact": "5", "basis": "majority"}),
        (Measure, {"basis": "about"}),
        (Measure, {"basis": "majority", "currency": "USD"}),
        (Money, {"exact": "5", "currency": "USD", "basis": "majority"}),
        (Share, {}),
        (Share, {"basis": "about"}),
        (Share, {"exact": "51", "basis": "majority"}),
        (Share, {"min": "50", "basis": "majority"}),
        (Quantity, {"exact": "5"}),
        (Quantity, {"exact": "5", "unit": " "}),
        (Quantity, {"unit": "shares"}),
        (Quantity, {"exact": "5", "unit": "shares", "basis": "majority"}),
        (Consideration, {"ratio": "1"}),
        (Consideration, {"form": "gold"}),
        (Tranche, {"amount": {"exact": "5"}}),
        (BreakFee, {"amount": {"exact": "5", "currency": "usd"}}),
        (Measure, {"exact": "5", "currency": "EURO"}),
        (Horizon, {"unit": "year"}),
        (Horizon, {"min": 3, "max": 2, "unit": "year"}),
        (Horizon, {"min": -1, "unit": "year"}),
        (Horizon, {"max": 10_000, "unit": "year"}),
        (Horizon, {"min": 1, "unit": "week"}),
        (Horizon, {"min": 1, "unit": "year", "from": "soon"}),
        (Horizon, {"min": 1}),
    ],
)
def test_an_unsound_value_is_refused(type_: Any, fields: Any) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(fields, type_)


# --- equality -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "one, other",
    [
        ("5", "5.0"), ("5", "5.00"), ("-0", "0"), ("a", "a"), (True, True), (None, None),
        ({"exact": "5", "currency": "USD"}, {"currency": "USD", "exact": "5.0"}),
        (["5", {"a": "1"}], ["5.0", {"a": "1.0"}]), ([], []), ({}, {}),
    ],
)  # fmt: skip
def test_values_say_the_same(one: Any, other: Any) -> None:
    assert same_value(one, other)
    assert same_value(other, one)


@pytest.mark.parametrize(
    "one, other",
    [
        ("5", "6"), ("a", "b"), ("a", "5"), ("NaN", "nan"), ("5", 5), ("5", None), (["a", "b"], ["b", "a"]),
        (["a"], ["a", "b"]), ({"a": "1"}, {"b": "1"}), ({"a": "1"}, {"a": "2"}),
        ({"a": "1"}, {"a": "1", "b": "2"}),
        ("007", "7"), ("1 ", "1"), ("True", True), ([], {}),
    ],
)  # fmt: skip
def test_values_differ(one: Any, other: Any) -> None:
    assert not same_value(one, other)
    assert not same_value(other, one)


def test_a_day_by_whose_end_an_instant_is_over() -> None:
    assert day_of("2025-11-21T23:59:59.999999Z") == "2025-11-21"
    assert day_of("2025-11-21T23:59:59.999999Z", "Asia/Tokyo") == "2025-11-22"
    assert day_of("2025-11-21T03:00:00.000000Z", "America/New_York") == "2025-11-20"
    assert day_of("9999-12-31T23:59:59.999999Z", "Asia/Tokyo") == "9999-12-31"
    assert day_of("0001-01-01T00:00:00.000000Z", "America/New_York") == "0001-01-01"
