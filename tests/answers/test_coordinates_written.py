"""The instant and the position that are meant; days as they are seen from today; time zones."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from tests.answers.stores import new_timeline
from timeline.answers.coordinate import coordinate, parse_day, parse_known
from timeline.errors import InvalidDate, InvalidValue
from timeline.model.values import END_OF_TIME

TAIPEI = timezone(timedelta(hours=8))
TODAY = datetime.now(UTC).date()


@pytest.mark.parametrize(
    "text, day",
    [
        ("2025-11-20", "2025-11-20"),
        (" 2025-11-20 ", "2025-11-20"),
        ("2024-02-29", "2024-02-29"),
        ("0001-01-01", "0001-01-01"),
        ("9999-12-31", "9999-12-31"),
        ("20 November 2025", "2025-11-20"),
        ("[2025-11-20]", "2025-11-20"),
        (date(2025, 11, 20), "2025-11-20"),
        (datetime(2025, 11, 20, 23, tzinfo=UTC), "2025-11-20"),
    ],
)
def test_a_day_in_its_forms(text: Any, day: str) -> None:
    assert parse_day(text) == day


@pytest.mark.parametrize(
    "text, back",
    [
        ("today", 0), ("TODAY", 0), ("now", 0), ("yesterday", 1), ("tomorrow", -1), ("1 day ago", 1),
        ("a week ago", 7), ("10 days ago", 10), ("  3  weeks  ago ", 21),
    ],
)  # fmt: skip
def test_a_day_seen_from_today(text: str, back: int) -> None:
    days = {(TODAY - timedelta(days=back + passed)).isoformat() for passed in (0, -1)}
    assert parse_day(text) in days  # midnight may pass while the test runs


def test_months_and_years_ago_end_on_the_last_day_where_theirs_is_missing() -> None:
    for text, months in (("3 months ago", 3), ("a year ago", 12), ("2 years ago", 24)):
        day = date.fromisoformat(parse_day(text))
        assert (TODAY.year - day.year) * 12 + TODAY.month - day.month in (months, months - 1)
        assert day.day in (TODAY.day, (TODAY + timedelta(days=1)).day) or day.day >= 28


@pytest.mark.parametrize(
    "text",
    [
        "2025-11", "2025", "2025-21", "2025-11-20~", "[2025-11-20,2025-11-21]", "2025-11-20/2025-11-22",
        "2025-11-XX", "../2025-11-20",
    ],
)  # fmt: skip
def test_what_is_longer_than_a_day_is_refused_with_a_hint(text: str) -> None:
    with pytest.raises(InvalidDate, match="longer than a day") as refused:
        parse_day(text)
    assert "a coordinate is a day" in str(refused.value.hint)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "2025-02-29", "2025-13-01", "2025-11-31", "soon", "99999 years ago", "0 fortnights ago",
        "November 2025", "12:30", "Monday", "20 November", "0000-01-01", "-1", "2025-1-1-1",
    ],
)  # fmt: skip
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(InvalidDate):
        parse_day(text)


@pytest.mark.parametrize(
    "text, zone, asked, instant",
    [
        ("2025-11-20", "UTC", "2025-11-20", "2025-11-20T23:59:59.999999Z"),
        ("2025-11-20", "Europe/Vienna", None, "2025-11-20T22:59:59.999999Z"),
        ("2025-07-20", "Europe/Vienna", None, "2025-07-20T21:59:59.999999Z"),
        ("2025-11-20", "Asia/Taipei", None, "2025-11-20T15:59:59.999999Z"),
        ("2025-11-20", "America/New_York", None, "2025-11-21T04:59:59.999999Z"),
        ("2025-11-20T09:30:00+01:00", "UTC", None, "2025-11-20T08:30:00.000000Z"),
        ("2025-11-20 09:30:00Z", "Asia/Taipei", None, "2025-11-20T09:30:00.000000Z"),
        ("9999-12-31", "UTC", "9999-12-31", END_OF_TIME),
        (datetime(2025, 11, 20, 9, tzinfo=TAIPEI), "UTC", None, "2025-11-20T01:00:00.000000Z"),
        (date(2025, 11, 20), "UTC", "2025-11-20", "2025-11-20T23:59:59.999999Z"),
    ],
)  # fmt: skip
def test_known_is_the_end_of_a_day_or_an_instant(
    text: Any, zone: str, asked: str | None, instant: str
) -> None:
    assert parse_known(text, zone) == (asked or instant, instant)


@pytest.mark.parametrize(
    "text",
    ["2025-11-20T09:30:00", datetime(2025, 11, 20, 9), "2025-11-20T25:00:00Z", "2025-11-20 x"],  # noqa: DTZ001
)
def test_an_instant_without_its_offset_is_refused(text: Any) -> None:
    with pytest.raises(InvalidValue):
        parse_known(text)


def test_an_unknown_time_zone_is_refused() -> None:
    with pytest.raises(InvalidValue, match="time zone"):
        parse_day("today", "Mars/Olympus")


def test_the_position_that_recorded_means(tmp_path: Path) -> None:
    timeline = new_timeline(tmp_path, "foxconn-openai", "foxconn-openai-later")
    with timeline.reading() as connection:
        head = timeline.stats().position
        first = next(entry.recorded for entry in timeline.log())
        count = sum(entry.recorded == first for entry in timeline.log())
        for recorded, position in (
            (None, head),
            (5, 5),
            ("5", 5),
            (0, 0),
            (head + 100, head),
            ("2025-12-31", 0),
            ("2026-01-01", count),
            (first, count),
            ("2026-01-01T11:59:59.999999Z", 0),
            (datetime(2026, 1, 1, 12, tzinfo=UTC), count),
            (date(2026, 1, 2), head),
        ):
            assert coordinate(connection, recorded=recorded).position == position, recorded
        for recorded in (-1, "-1", "soon", "2026-01"):
            with pytest.raises(InvalidValue):
                coordinate(connection, recorded=recorded)


def test_what_is_not_said_is_today_and_everything(tmp_path: Path) -> None:
    timeline = new_timeline(tmp_path, "volkswagen-rivian")
    with timeline.reading() as connection:
        at = coordinate(connection)
        assert date.fromisoformat(at.on) - TODAY <= timedelta(days=1)
        assert (at.known, at.recorded, at.known_at) == (None, None, END_OF_TIME)
        as_of = coordinate(connection, as_of="2024-11-12")
        assert as_of == coordinate(connection, on="2024-11-12", known="2024-11-12")
        with pytest.raises(InvalidValue, match="as-of"):
            coordinate(connection, as_of="2024-11-12", known="2024-11-13")


@pytest.mark.parametrize("text", ["03/04/2025", "03.04.2025", "3-4-2025"])
def test_a_day_that_may_be_another_one_is_refused(text: str) -> None:
    with pytest.raises(InvalidDate, match="it may be 2025-03-04 or 2025-04-03"):
        parse_day(text)


@pytest.mark.parametrize(
    "text, day",
    [
        ("21.11.2025", "2025-11-21"),
        ("11/21/2025", "2025-11-21"),
        ("3 April 2025", "2025-04-03"),
        ("Apr 3, 2025", "2025-04-03"),
        ("2025/04/03", "2025-04-03"),
        ("05/05/2025", "2025-05-05"),
    ],
)
def test_a_day_that_can_be_one_only_is_taken(text: str, day: str) -> None:
    assert parse_day(text) == day
