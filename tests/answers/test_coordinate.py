"""What people may write for a day, and what is refused because it is none."""

from __future__ import annotations

import pytest

from timeline.answers.coordinate import parse_day
from timeline.errors import InvalidDate


@pytest.mark.parametrize(
    "text",
    [
        "2025-11-20",
        " 2025-11-20 ",
        "20251120",
        "2025/11/20",
        "20 Nov 2025",
        "November 20, 2025",
        "Thursday 20 November 2025",
        "2025-W47-4",
        "2025W474",
        "2025-324",
        "2025-11-20T10:00",
        "20.11.2025",
        "20. Nov 2025",
        "20.11.25",
        "20/11/25",
        "20 Nov 25",
        "20-Nov-25",
        "Donnerstag, 20. November 2025",
        "le 20 novembre 2025",
        "20 de noviembre de 2025",
        "giovedì 20 novembre 2025",
        "20 november 2025",
        "2025年11月20日",
        "２０２５年１１月２０日",
    ],
)
def test_a_day_in_many_ways(text: str) -> None:
    assert parse_day(text) == "2025-11-20"


@pytest.mark.parametrize(
    "text",
    [
        "2025",
        "2025-11",
        "202511",
        "2025/11",
        "Nov 2025",
        "2025-W47",
        "2025W47",
        "Nov 20",
        "Monday",
        "20",
        "-1",
        "99",
        "1.5",
        "12:30",
        "P1D",
        "2025-11-20/2025-11-21",
        "99999-01-01",
        "next friday",
        "",
        "9" * 400,
        # two digits of a year are read at the end after a month, or not at all
        "1.12.25",
        "25.12.1",
        "25-12-31",
        "12/31/25",
        "Dec 31, 25",
        "31 Dec 65",
        "Nov 25",
        # durations
        "2025-11-20/P1D",
        "P1Y/2025-11-20",
        "2025-11-20/P1M2D",
        "PT5H",
        "three years",
        # more than the day
        "2025-01-10 2025-01-12",
        "2025-01-10--2025-01-11",
        "2025-01-10/2025-01-12T00:00",
        "-0001-01-01",
        "0010-01-10 2025",
        "2025-01-10-12",
        "20 Nov 2025 or so",
        "20 Nov 2025 10",
        "20 Nov 2025 x",
        "20 and 21 Nov 2025",
        "Friday 20 November 2025",
    ],
)
def test_what_is_longer_than_a_day_or_leaves_it_open_is_refused(text: str) -> None:
    # whatever today is: nothing is filled in from it
    with pytest.raises(InvalidDate):
        parse_day(text)
