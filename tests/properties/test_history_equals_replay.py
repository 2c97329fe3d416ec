"""The stored rows answer every question as replay does, however they came to be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.properties.histories import entries
from timeline.model.bitemporal import (
    Change,
    Followed,
    History,
    Touched,
    content_of,
    difference,
    follow,
    history,
)
from timeline.model.fold import replay
from timeline.model.record import Entry, Lens, judge
from timeline.model.values import LAST_DAY, LAST_INSTANT, Day, Instant, format_instant

# 300 in CI, 5,000 with the profile of the long tests, more when fuzzing
_profile = settings().max_examples
MANY = settings(max_examples={50: 300, 2_000: 5_000}.get(_profile, _profile))


between = st.tuples(
    st.dates(date(2024, 11, 1), date(2025, 12, 31)), st.timedeltas(timedelta(), timedelta(240))
)
"""A day, and how long after the first of November 2024."""


def runs_of(held: History) -> list[list[Any]]:
    """The rows of the subject and of each company, as (from, to, from, to, what)."""
    companies: defaultdict[str, list[Any]] = defaultdict(list)
    for row in held.parties:
        companies[row.company].append(
            (row.valid_from, row.valid_to, row.known_from, row.known_to, row.roles)
        )
    subject = [(r.valid_from, r.valid_to, r.known_from, r.known_to, r.content) for r in held.rows]
    return [subject, *companies.values()]


def days_around(found: Iterable[Entry], held: History) -> list[Day]:
    """Every day on which something can change, the day before and the day after."""
    days = {day for entry in found for day in (entry.earliest, entry.latest)}
    days |= {day for rows in runs_of(held) for row in rows for day in row[:2]}
    around = {date.fromisoformat(day).toordinal() + step for day in days for step in (-1, 0, 1)}
    last = date.fromisoformat(LAST_DAY).toordinal()
    return sorted({date.fromordinal(min(max(day, 1), last)).isoformat() for day in around})


def instants_around(found: Iterable[Entry], held: History) -> list[Instant]:
    """Every instant at which something can become known, the microsecond before and after."""
    instants = {entry.known for entry in found}
    instants |= {at for entry in found for at in entry.published.values()}
    instants |= {at for rows in runs_of(held) for row in rows for at in row[2:4]}
    tick = timedelta(microseconds=1)
    around = set(instants)
    for instant in instants:
        moment = datetime.fromisoformat(instant)
        if moment.year > 1:
            around.add(format_instant(moment - tick))
        if moment.year < 9999:
            around.add(format_instant(moment + tick))
    return sorted({min(instant, LAST_INSTANT) for instant in around})


def check_answers(
    found: list[Entry],
    held: History,
    days: Iterable[Day],
    instants: Iterable[Instant],
    lens: Lens | None = None,
) -> None:
    days = list(days)
    for known in instants:
        rows = [row for row in held.rows if row.known_from <= known < row.known_to]
        parties = [row for row in held.parties if row.known_from <= known < row.known_to]
        for on in days:
            item = replay(found, on, known, lens)
            there = [row.content for row in rows if row.valid_from <= on < row.valid_to]
            assert there == ([content_of(item)] if item else []), (on, known)
            roles = [
                (row.company, row.roles) for row in parties if row.valid_from <= on < row.valid_to
            ]
            assert sorted(roles) == sorted(item.parties.items() if item else []), (on, known)


@given(entries(), st.randoms(use_true_random=False), between)
@MANY
def test_rows_answer_as_replay_does_at_every_boundary_and_between(
    found: list[Entry], chance: Random, at: tuple[date, timedelta]
) -> None:
    """And through a lens, too; and no two rows overlap, or could be one."""
    held = history(chance.sample(found, len(found)))
    known = list(judge(found).mended.values()) or found
    check_answers(found, held, days_around(known, held), instants_around(known, held))
    on, instant = at[0].isoformat(), format_instant(datetime(2024, 11, 1, tzinfo=UTC) + at[1])
    check_answers(found, held, [on], [instant])
    neither_overlap_nor_could_be_one(held)
    held = history(found, _every_third)
    check_answers(found, held, days_around(found, held), instants_around(found, held), _every_third)


def neither_overlap_nor_could_be_one(held: History) -> None:
    for rows in runs_of(held):
        for row in rows:
            assert row[0] < row[1]
            assert row[2] < row[3]
        for i, one in enumerate(rows):
            for other in rows[i + 1 :]:
                both_days = one[0] < other[1] and other[0] < one[1]
                both_known = one[2] < other[3] and other[2] < one[3]
                assert not (both_days and both_known), "two answers to one question"
                if both_known and one[4] == other[4]:
                    assert one[1] != other[0] != one[0], "the same on the next day"
                    assert other[1] != one[0], "the same on the next day"
                if one[:2] == other[:2] and one[4] == other[4]:
                    assert one[3] != other[2], "the same in the next instant"
                    assert other[3] != one[2], "the same in the next instant"


class Stored:
    """What a store does with rows: by key, and strict about what is there."""

    def __init__(self) -> None:
        self.rows: dict[Any, Any] = {}
        self.parties: dict[Any, Any] = {}

    def touch(self, change: Change) -> None:
        _touch(self.rows, change.rows)
        _touch(self.parties, change.parties)


def _touch(rows: dict[Any, Any], touched: Touched[Any, Any]) -> None:
    for key in touched.dropped:
        del rows[key]
    for key, known_to in touched.ended:
        assert rows[key].known_to != known_to, "touched for nothing"
        rows[key] = replace(rows[key], known_to=known_to)
    for row in touched.added:
        assert row.key not in rows
        rows[row.key] = replace(row)


@given(st.one_of(entries(in_order=True, max_size=16), entries(max_size=8)), st.data())
@MANY
def test_rows_are_the_same_however_the_events_came(found: list[Entry], data: st.DataObject) -> None:
    stored, done = Stored(), 0
    followed: Followed | None = None
    while done < len(found):
        start, done = done, done + data.draw(st.sampled_from((1, 1, 1, 2, 5)), label="batch")
        held = history(found[:done])
        change = followed.go_on(found[start:done]) if followed else None
        if change is None:
            followed = follow(found[:done])
            change = difference(stored.rows.values(), stored.parties.values(), followed.history)
            followed.settle()
        stored.touch(change)
        assert stored.rows == {row.key: row for row in held.rows}
        assert stored.parties == {row.key: row for row in held.parties}


@given(entries(), entries())
def test_a_difference_touches_only_what_differs(old: list[Entry], new: list[Entry]) -> None:
    before, after = history(old), history(new)
    stored = Stored()
    stored.touch(difference((), (), before))
    kept = [row for row in before.rows if row in after.rows]
    change = difference(before.rows, before.parties, after)
    stored.touch(change)
    assert stored.rows == {row.key: row for row in after.rows}
    assert stored.parties == {row.key: row for row in after.parties}
    touched = {*change.rows.dropped, *(key for key, _ in change.rows.ended)}
    assert not touched & {row.key for row in kept}
    assert not [row for row in change.rows.added if row in kept]


@pytest.mark.long
@given(entries(max_size=40))
@settings(max_examples=500)
def test_rows_answer_as_replay_does_for_long_histories(found: list[Entry]) -> None:
    held = history(found)
    check_answers(found, held, days_around(found, held)[::3], instants_around(found, held)[::2])


def _every_third(entry: Entry) -> Entry | None:
    """A lens: without every third event, and of every fourth only a source that reported it later."""
    if entry.position % 3 == 0:
        return None
    later = max(entry.known, "2025-01-06T00:00:00.000000Z")
    return replace(entry, known=later) if entry.position % 4 == 0 else entry
