"""What an event of the record counts for from instant to instant, and what finding that out costs."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pytest

from timeline.model import dates
from timeline.model.record import Entry, judge, turns
from timeline.model.values import ALWAYS, Fields, Instant

SAID: Fields = {"source": "s", "kind": "supply", "parties": {"a": ["supplier"]}, "title": "One"}
SIGNED = Entry(
    1, "e1", "deal_signed", "deal:x", "2025-01-01", "2025-01-01", "2025-01-01",
    "2025-01-05T23:59:59.999999Z", SAID,
)  # fmt: skip


def at(number: int) -> Instant:
    return f"{date(2025, 1, 1) + timedelta(number)}T23:59:59.999999Z"


def about(position: int, kind: str, known: Instant, **fields: Any) -> Entry:
    """What is said about an event; by nobody else than us where ``known`` is ALWAYS."""
    told = {"target": "e1"} | ({} if known == ALWAYS else {"source": "s"}) | fields
    start = dates.OPEN_START
    return Entry(
        position, f"e{position}", f"event_{kind}", "deal:x", None, start, start, known, told
    )


def titled(position: int, known: Instant, title: str | None = "Two") -> Entry:
    return about(position, "corrected", known, changes={"title": title})


FAMILIES = {
    "corrections that add up": [titled(2, at(9)), titled(3, at(6), "Three"), titled(4, at(8), None)],
    "known before their event": [titled(2, at(1)), titled(3, at(2), "Three")],
    "at one instant": [titled(2, at(7)), titled(3, at(7), "Three"), about(4, "disputed", at(7))],
    "a dispute among them": [titled(2, at(7)), about(3, "disputed", at(8)), titled(4, at(9))],
    "disputed by us": [about(2, "disputed", ALWAYS), titled(3, at(7))],
    "of the day and the source": [
        about(2, "corrected", at(7), changes={"occurred": "2025-01-03"}),
        Entry(
            3, "e3", "event_corrected", "deal:x", None, dates.OPEN_START, dates.OPEN_START, at(8),
            {"source": "s", "target": "e1", "changes": {"source": "t"}}, {"t": at(9)},
        ),
    ],
    "mended": [titled(2, ALWAYS), titled(3, at(7), "Three")],
    "a correction that we mend": [
        titled(2, at(7)),
        about(3, "corrected", ALWAYS, target="e2", changes={"changes": {"title": "Four"}}),
    ],
    "a correction that we take back": [titled(2, at(7)), about(3, "retracted", ALWAYS, target="e2")],
    "a correction that is taken back": [titled(2, at(7)), about(3, "retracted", at(9), target="e2")],
    "an event that we take back": [titled(2, at(7)), about(3, "retracted", ALWAYS)],
    "an event that is taken back": [titled(2, at(7)), about(3, "retracted", at(9))],
}  # fmt: skip


@pytest.mark.parametrize("said", FAMILIES.values(), ids=FAMILIES.keys())
def test_at_each_instant_what_has_turned_by_then_counts(said: list[Entry]) -> None:
    entries = [SIGNED, *said]
    changes = {known: (removed, added) for known, removed, added in turns(entries)}
    counting: list[Entry] = []
    for day in range(12):
        removed, added = changes.get(at(day), ([], []))
        counting = [entry for entry in counting if entry not in removed] + added
        assert counting == judge(entries, at(day)).counting, day
    assert not changes.keys() - {at(day) for day in range(12)}


def calls(of: Iterable[object]) -> int:
    """How many functions are called to exhaust an iterable."""
    count = 0

    def profile(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        for _ in of:
            pass
    finally:
        sys.setprofile(before)
    return count


def test_an_event_that_is_corrected_over_and_over_costs_in_step_with_its_corrections() -> None:
    few, many = (
        calls(turns([SIGNED, *(titled(n, at(n), str(n)) for n in range(2, size))]))
        for size in (100, 400)
    )
    assert many < 4.4 * few
