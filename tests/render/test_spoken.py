"""Rows of reports for people: days, words and numbers that are read at a glance."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from timeline.render.spoken import spoken


@pytest.mark.parametrize(
    "column, value, said",
    [
        ("least", 2_296_500_000_000, "2,296.5 bn"),
        ("most", Decimal(3_000_000_000), "3 bn"),
        ("most", 1_234_567_890.0, "1,234,567,890"),
        ("days", 338, 338),
        ("known", "2025-04-04T23:59:59.999999Z", "4 Apr 2025"),
        ("title", "2025-01-01T24:61:00Z", "2025-01-01T24:61:00Z"),
        ("title", "0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00+14:00"),
        ("occurred", "[..2022-03-20]", "by 20 Mar 2022"),
        ("type", "deal_approval_decided", "deal approval decided"),
        ("status", "noted", "mentioned"),
        ("status_group", "live", "in force"),
        ("disputed", 0, "no"),
        ("kind", "owns_stake_in", "owns a stake in"),
        ("kind", "ipo", "IPO"),
        ("kind", "veto", "veto right"),
        ("code", "premise-over", "what it rests on is over"),
        ("code", "party-dissolved", "a party is dissolved"),
        ("code", "my-own", "my-own"),
        ("because", "outside_date", "deadline"),
        ("because", "deal:x", "deal:x"),
        ("problem", "possible", "may be otherwise"),
        ("detail", "in_force", "in force"),
        ("detail", "my_own_event", "my_own_event"),
    ],
)
def test_a_value_is_said_as_people_read_it(column: str, value: Any, said: Any) -> None:
    assert [*spoken([{column: value}], {})] == [{column: said}]
