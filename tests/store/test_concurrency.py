"""Many processes append at once; what fails in passing is tried again, and nothing is stored twice."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.engine import Connection

from tests import databases
from tests.answers.stores import draft
from timeline import Timeline
from timeline.errors import Passing, StoreUnavailable, VersionConflict
from timeline.store import postgresql
from timeline.store.append import Outcome
from timeline.store.store import Patience, Store, persist

BRIEF = Patience(lock=0.05, seconds=20, attempts=3, first=0.001, longest=0.002)


def company(id_: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "company_registered",
        "id": id_,
        "subject": f"company:{id_}",
        "name": "A",
    } | more


def append(target: str, *ids: str, patience: Patience = BRIEF) -> list[Outcome]:
    store = Store(target, patience=patience)
    try:
        return store.append([draft(company(id_)) for id_ in ids])
    finally:
        store.close()


def ids_of(target: str) -> list[str]:
    with Timeline.open(target) as timeline:
        timeline.verify()
        return [entry.id for entry in timeline.log()]


# --- processes ------------------------------------------------------------------------------------

PROGRAM = """
import json, os, random, sys, traceback
import timeline.loading, timeline.store.append
from timeline import Timeline

target, count, folder = sys.argv[1], int(sys.argv[2]), sys.argv[3]
if "://" in target:
    import timeline.store.postgresql
start, go = os.pipe()

def work(number):
    os.close(go)
    os.read(start, 1)  # all begin together, when the other end is closed
    events = [f"shared-{n}" for n in range(3)] + [f"own-{number}-{n}" for n in range(3)]
    random.Random(number).shuffle(events)
    done = []
    with Timeline.open(target) as timeline:
        for name in events * 2:  # every one again, as after a lost answer
            fields = {"type": "company_registered", "id": name, "subject": f"company:{name}"}
            outcome = timeline.append(fields | {"name": name})
            done.append([outcome.id, outcome.position, outcome.new])
    with open(f"{folder}/{number}.json", "w") as file:
        json.dump(done, file)

for number in range(count):
    if os.fork() == 0:
        try:
            work(number)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(0)
os.close(go)
for _ in range(count):
    os.wait()
"""
"""One program that imports once and forks: eight that import keep two processors busy for long."""


def in_processes(count: int, target: str, folder: Path) -> list[list[tuple[str, int, bool]]]:
    """What many processes, begun together, say that they appended."""
    folder.mkdir()
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, target, str(count), str(folder)],
        capture_output=True, text=True, timeout=300, check=True,
    )  # fmt: skip
    assert ran.stderr == ""
    answers = [json.loads((folder / f"{number}.json").read_text()) for number in range(count)]
    return [[tuple(outcome) for outcome in answer] for answer in answers]


def each_event_is_there_once(target: str, answers: list[list[tuple[str, int, bool]]]) -> None:
    positions: dict[str, int] = {}
    for outcome in answers:
        for id_, position, _ in outcome:
            assert positions.setdefault(id_, position) == position, "a retry got another result"
    assert sorted(positions.values()) == list(range(1, len(positions) + 1))
    assert ids_of(target) == sorted(positions, key=lambda id_: positions[id_])
    new = [id_ for outcome in answers for id_, _, is_new in outcome if is_new]
    assert sorted(new) == sorted(positions), "each is new to one process, once"


def test_eight_processes_append_the_same_and_other_events(target: str, tmp_path: Path) -> None:
    answers = in_processes(8, target, tmp_path / "answers")
    assert len(ids_of(target)) == 3 + 8 * 3
    each_event_is_there_once(target, answers)


def test_eight_processes_make_one_store(tmp_path: Path) -> None:
    target = str(tmp_path / "new.db")
    each_event_is_there_once(target, in_processes(8, target, tmp_path / "answers"))
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_four_processes_make_one_schema(tmp_path: Path) -> None:
    with databases.database(empty=True) as url:
        target = databases.url_text(url)
        each_event_is_there_once(target, in_processes(4, target, tmp_path / "answers"))


def test_of_many_that_expect_one_version_one_wins(target: str) -> None:
    append(target, "acme", "globex")
    first: dict[str, Any] = {
        "type": "deal_announced",
        "subject": "deal:d",
        "kind": "supply",
        "occurred": "2025",
    }
    first |= {"parties": {"acme": ["partner"]}, "known": "2025-01-01"}

    def decide(number: int) -> int | None:
        store = Store(target)
        try:
            outcomes = store.append([draft(first | {"id": f"d{number}"})], expected_version=0)
        except VersionConflict:
            return None
        finally:
            store.close()
        return outcomes[0].position

    with ThreadPoolExecutor(8) as pool:
        positions = list(pool.map(decide, range(8)))
    assert sorted(filter(None, positions)) == [3]


# --- what fails in passing ------------------------------------------------------------------------


@contextmanager
def held(target: str) -> Iterator[None]:
    """The append lock, taken by another program."""
    store = Store(target)
    with store.writing():
        yield
    store.close()


def test_a_busy_store_ends_in_a_clear_word(target: str) -> None:
    with held(target), pytest.raises(StoreUnavailable, match="is busy") as caught:
        append(target, "a")
    assert "(tried 3 times)" in caught.value.message
    assert caught.value.hint == "nothing was stored; try again when it is done"
    assert append(target, "a") == [Outcome("a", 1, new=True)]


def test_a_store_that_is_busy_for_a_while_is_waited_for(target: str) -> None:
    holding, release = threading.Event(), threading.Event()

    def hold() -> None:
        with held(target):
            holding.set()
            release.wait(60)

    with ThreadPoolExecutor(2) as pool:
        other = pool.submit(hold)
        assert holding.wait(60)
        waiting = pool.submit(append, target, "a", patience=Patience())
        release.set()
        other.result(60)
        assert waiting.result(60) == [Outcome("a", 1, new=True)]


class Saboteur(Store):
    """A store whose sessions come to grief at a chosen point, a number of times."""

    def __init__(self, target: str, times: int, break_it: Callable[[Connection], None]) -> None:
        super().__init__(target, patience=BRIEF)
        self.times = times
        self.break_it = break_it

    @contextmanager
    def writing(self, *, create: bool = False) -> Iterator[Connection]:
        with super().writing(create=create) as connection:
            yield connection
            if self.times:
                self.times -= 1
                self.break_it(connection)


def lose_connection_before_commit(connection: Connection) -> None:
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    with psycopg.connect(driver.info.dsn, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [driver.info.backend_pid])


def lose_connection_after_commit(connection: Connection) -> None:
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    postgresql.send(connection)
    driver.commit()
    driver.execute("SELECT 1")  # something that the program's own commit has to confirm
    lose_connection_before_commit(connection)


def lose_answer_on_a_file(connection: Connection) -> None:
    connection.commit()
    raise StoreUnavailable("the answer was lost", "try again", passing=Passing.YES)


@pytest.mark.parametrize("loss", [lose_connection_before_commit, lose_connection_after_commit])
def test_a_connection_that_is_lost_around_the_commit(
    target: str, loss: Callable[[Connection], None]
) -> None:
    if "://" not in target:
        loss = lose_answer_on_a_file
    store = Saboteur(target, 1, loss)
    assert store.append([draft(company("a"))]) == [Outcome("a", 1, new=True)]
    assert store.append([draft(company("a"))]) == [Outcome("a", 1, new=False)]
    store.close()
    assert ids_of(target) == ["a"]


def test_a_connection_that_is_lost_every_time(target: str) -> None:
    loss = lose_connection_before_commit if "://" in target else lose_answer_on_a_file
    store = Saboteur(target, 99, loss)
    with pytest.raises(StoreUnavailable, match=r"lost|going down.*tried 3 times"):
        store.append([draft(company("a"))])
    store.close()


def test_a_lost_commit_does_not_look_like_a_version_conflict(target: str) -> None:
    loss = lose_connection_after_commit if "://" in target else lose_answer_on_a_file
    store = Saboteur(target, 1, loss)
    outcomes = store.append([draft(company("a"))], expected_version=0)
    assert outcomes == [Outcome("a", 1, new=True)]
    store.close()


@pytest.mark.parametrize("state", ["40001", "40P01"])
def test_a_deadlock_and_a_failed_order_are_tried_again(state: str) -> None:
    raising = f"DO $$ BEGIN RAISE EXCEPTION 'planted' USING ERRCODE = '{state}'; END $$"

    def fail(connection: Connection) -> None:
        connection.exec_driver_sql(raising)

    with databases.database() as url:
        store = Saboteur(databases.url_text(url), 2, fail)
        assert store.append([draft(company("a"))]) == [Outcome("a", 1, new=True)]
        assert store.times == 0
        store.close()


def test_a_server_that_restarts(tmp_path_factory: pytest.TempPathFactory) -> None:
    with databases.own_server() as server:
        target = databases.url_text(server.url.set(database="postgres"))
        store = Store(target, patience=Patience(first=0.05))
        store.init()
        store.append([draft(company("a"))])
        server.stop("fast")
        starting = threading.Thread(target=server.start, daemon=True)
        starting.start()
        assert store.append([draft(company("b"))]) == [Outcome("b", 2, new=True)]
        starting.join(60)
        store.close()
        assert ids_of(target) == ["a", "b"]


def test_a_replay_is_tried_again_as_a_whole(target: str, tmp_path: Path) -> None:
    story = tmp_path / "story.yaml"
    story.write_text("companies: {acme: {name: Acme}, globex: {name: Globex}}\n")
    loss = lose_connection_after_commit if "://" in target else lose_answer_on_a_file
    timeline = Timeline(Saboteur(target, 1, loss))
    replayed = timeline.replay([story])
    assert (replayed.stored, replayed.found, replayed.position) == (0, 2, 2)
    timeline.close()
    assert len(ids_of(target)) == 2


def test_what_does_not_pass_is_not_tried_again() -> None:
    tries = []

    def fail() -> None:
        tries.append(1)
        raise StoreUnavailable("the disk is full")

    with pytest.raises(StoreUnavailable, match="full"):
        persist(fail, lambda error: error.passing is Passing.YES, BRIEF)
    assert len(tries) == 1


# --- a file that is made --------------------------------------------------------------------------


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "new.db"
    store = Store(target)
    with store.writing(create=True) as connection:
        assert not target.exists()
        assert connection.exec_driver_sql("SELECT position FROM log_head").scalar() == 0
    assert target.exists()
    with closing(sqlite3.connect(target)) as connection_:
        assert connection_.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new.db"]
    store.close()


def test_a_failure_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), Store(tmp_path / "new.db").writing(create=True):
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_another_made_meanwhile_is_kept(tmp_path: Path) -> None:
    target = tmp_path / "new.db"
    other = Store(target)
    with (
        pytest.raises(StoreUnavailable, match="made by another program"),
        Store(target).writing(create=True),
    ):
        other.append([draft(company("a"))], create=True)
    other.close()
    assert ids_of(str(target)) == ["a"]
