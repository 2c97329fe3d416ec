"""A reader that follows the log by position never misses an event, however transactions overlap."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import URL

from tests import databases
from tests.answers.stores import draft
from tests.store.interleaving import COMMIT, ROLLBACK, NaiveLog, Step, StoreLog, play
from timeline import Timeline
from timeline.answers.model import LogEntry
from timeline.store.store import Store

SCHEDULES: dict[str, list[Step]] = {
    "one after the other": [
        ("a", "a1"), ("a", COMMIT), ("b", "b1"), ("b", COMMIT),
    ],
    "the first commits first": [
        ("a", "a1"), ("b", "b1"), ("a", COMMIT), ("b", COMMIT),
    ],
    "the second commits first": [
        ("a", "a1"), ("b", "b1"), ("b", COMMIT), ("a", COMMIT),
    ],
    "a rollback between them": [
        ("a", "a1"), ("b", "b1"), ("c", "c1"), ("b", ROLLBACK), ("c", COMMIT), ("a", COMMIT),
    ],
    "the first is rolled back": [
        ("a", "a1"), ("b", "b1"), ("b", COMMIT), ("a", ROLLBACK), ("c", "c1"), ("c", COMMIT),
    ],
    "batches that cross": [
        ("a", "a1"), ("b", "b1"), ("a", "a2"), ("b", "b2"), ("b", COMMIT), ("a", "a3"), ("a", COMMIT),
    ],
    "one held in flight while others come and go": [
        ("a", "a1"), ("b", "b1"), ("b", COMMIT), ("c", "c1"), ("c", COMMIT), ("a", COMMIT),
    ],
}  # fmt: skip


@pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=SCHEDULES)
def test_no_event_is_missed(target: str, schedule: list[Step]) -> None:
    play(StoreLog(target), schedule, patience=0.2)


@st.composite
def schedules(draw: st.DrawFn) -> list[Step]:
    """Two to four transactions of one to three events, their steps shuffled together."""
    names = "abcd"[: draw(st.integers(2, 4))]
    left = {
        name: [f"{name}{n}" for n in range(draw(st.integers(1, 3)))]
        + [draw(st.sampled_from([COMMIT, COMMIT, ROLLBACK]))]
        for name in names
    }
    turns = draw(st.permutations([name for name, steps in left.items() for _ in steps]))
    return [(name, left[name].pop(0)) for name in turns]


@pytest.mark.long
@given(schedules())
@settings(max_examples=30)
def test_no_event_is_missed_in_any_order(schedule: list[Step]) -> None:
    with databases.database() as url:
        play(StoreLog(databases.url_text(url)), schedule, patience=0.1)


NAIVE = {
    "a sequence": (
        "nextval('naive_position')",
        {"one after the other", "the first commits first"},
    ),
    "one more than the last": (
        "(SELECT coalesce(max(position), 0) + 1 FROM naive)",
        {"one after the other", "the first is rolled back"},
    ),
}
"""How others give out positions, and the schedules in which they get away with it."""


@pytest.mark.parametrize("position, lucky", NAIVE.values(), ids=NAIVE)
def test_positions_given_out_without_a_lock_are_caught(
    postgresql: URL, position: str, lucky: set[str]
) -> None:
    """The bug, planted: the same check finds it wherever transactions overlap."""
    naive = NaiveLog(postgresql, position)
    for name, schedule in SCHEDULES.items():
        naive.clear()
        if name in lucky:
            play(naive, schedule, patience=10)
            continue
        with pytest.raises(AssertionError, match=r"missed|twice|dense|changed"):
            play(naive, schedule, patience=10)


def test_the_database_takes_the_lock_for_programs_that_do_not(postgresql: URL) -> None:
    insert = (
        "INSERT INTO event SELECT %(position)s, %(id)s, 'company:' || %(id)s, 1,"
        " 'company_registered', 1, NULL, '0001-01-01', '0001-01-01', now(), NULL, now(), 'fact', NULL,"
        " '{\"name\": \"A\"}', NULL, 'd', 'h'"
    )
    url = databases.url_text(postgresql)
    with psycopg.connect(url) as first, psycopg.connect(url) as second:
        first.execute(insert, {"position": 1, "id": "a"})
        second.execute("SET lock_timeout = 100")
        # at a position of its own, so that no index makes it wait
        with pytest.raises(psycopg.errors.LockNotAvailable):
            second.execute(insert, {"position": 2, "id": "b"})
        second.rollback()
        first.commit()
        second.execute(insert, {"position": 2, "id": "b"})


def test_an_event_held_up_by_a_slow_trigger_holds_up_those_behind_it(postgresql: URL) -> None:
    target = databases.url_text(postgresql)
    with databases.connect(postgresql) as gate, ThreadPoolExecutor(2) as pool:
        gate.execute("CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                     " PERFORM pg_advisory_xact_lock(1); RETURN NULL; END $$")  # fmt: skip
        gate.execute("CREATE TRIGGER slow AFTER INSERT ON event FOR EACH ROW"
                     " WHEN (NEW.id = 'slow') EXECUTE FUNCTION slow()")  # fmt: skip
        gate.execute("SELECT pg_advisory_lock(1)")
        slow = pool.submit(append, target, "slow")
        wait_for_waiters(gate, 1)
        quick = pool.submit(append, target, "quick")
        wait_for_waiters(gate, 2)
        assert StoreLog(target).read(0) == []
        gate.execute("SELECT pg_advisory_unlock(1)")
        slow.result(timeout=60)
        quick.result(timeout=60)
    assert StoreLog(target).read(0) == [(1, "slow"), (2, "quick")]


def wait_for_waiters(connection: psycopg.Connection, count: int) -> None:
    """Until this many sessions of the database wait for a lock."""
    waiting = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    deadline = time.monotonic() + 60
    while connection.execute(waiting).fetchone() != (count,):
        assert time.monotonic() < deadline, f"{count} sessions should wait, and do not"
        connection.execute("SELECT pg_sleep(0.01)")


def append(target: str, *ids: str) -> None:
    store = Store(target)
    for id_ in ids:
        fields = {"type": "company_registered", "id": id_, "subject": f"company:{id_}", "name": "A"}
        store.append([draft(fields)])
    store.close()


class Over(Exception):
    """Ends the following."""


def collected(
    timeline: Timeline, over: Callable[[list[LogEntry]], bool], after: int = 0
) -> list[LogEntry]:
    """What following gives until it is over."""
    seen: list[LogEntry] = []

    def wait() -> None:
        if over(seen):
            raise Over
        pause.wait(0.002)

    pause = threading.Event()
    with contextlib.suppress(Over):
        seen.extend(timeline.follow(after=after, wait=wait))
    return seen


def test_a_reader_that_follows_throughout_sees_all_that_many_writers_append(target: str) -> None:
    writers, each = 4, 12
    done = threading.Event()
    with Timeline.open(target) as timeline, ThreadPoolExecutor(writers + 1) as pool:
        reader = pool.submit(collected, timeline, lambda seen: done.is_set())
        writing = [
            pool.submit(append, target, *(f"w{writer}-{n}" for n in range(each)))
            for writer in range(writers)
        ]
        for future in writing:
            future.result(timeout=60)
        last = len(StoreLog(target).read(0))
        done.set()
        seen = reader.result(timeout=60)
    if len(seen) < last:  # it was over before the last poll
        with Timeline.open(target) as timeline:
            seen += collected(timeline, lambda seen: True, after=len(seen))
    assert [entry.position for entry in seen] == list(range(1, writers * each + 1))
    assert {e.id for e in seen} == {f"w{w}-{n}" for w in range(writers) for n in range(each)}


def test_following_goes_on_where_it_ended(target: str) -> None:
    append(target, "a", "b", "c")
    with Timeline.open(target) as timeline:
        first = next(iter(timeline.follow()))
        assert first.id == "a"
        rest = collected(timeline, lambda seen: True, after=first.position)
        assert [entry.id for entry in rest] == ["b", "c"]
