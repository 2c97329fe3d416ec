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
    ],
)
def test_what_is_longer_than_a_day_or_leaves_it_open_is_refused(text: str) -> None:
    # whatever today is: nothing is filled in from it
    with pytest.raises(InvalidDate):
        parse_day(text)
