"""Machines as they should not be: file systems without a WAL, clocks that jump, copies of what is written."""

from __future__ import annotations

import io
import os
import shutil
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL

from benchmarks.generate import write_news
from tests import databases
from tests.crashes.wire import wire_to
from timeline import Timeline
from timeline.errors import StoreUnavailable, TimelineError

WAIT = 60
"""Seconds for a thread to end."""

BULK = 3_000
"""Events of a replay that is one transaction."""

MOST = 40
"""Transactions of a writer beside what is tested."""


def company(number: int | str) -> dict[str, str]:
    return {"type": "company_registered", "subject": f"company:c{number}", "name": f"C{number}"}


def append(timeline: Timeline, *numbers: int | str) -> None:
    lines = [msgspec.json.encode(company(number)) for number in numbers]
    timeline.append_lines(io.BytesIO(b"\n".join(lines)))


# --- file systems ---------------------------------------------------------------------------------


@pytest.fixture
def without_shared_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite with locks that are files and no shared memory, as on network shares: there it has no WAL."""
    real: Callable[..., Any] = sqlite3.connect

    def connect(database: Any, *args: Any, **options: Any) -> Any:
        text = str(database)
        if text.startswith("file:"):
            text += ("&" if "?" in text else "?") + "vfs=unix-dotfile"
        elif text != ":memory:":
            text = f"file:{text}?vfs=unix-dotfile"
        return real(text, *args, **options | {"uri": True})

    monkeypatch.setattr(sqlite3, "connect", connect)


@pytest.mark.usefixtures("without_shared_memory")
def test_a_file_system_without_a_write_ahead_log_serves(tmp_path: Path) -> None:
    path = tmp_path / "timeline.db"
    with Timeline.open(path) as timeline:
        append(timeline, 1)
        append(timeline, 2)
        with timeline.reading() as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "delete"
        assert timeline.verify().position == 2
    assert [each.name for each in tmp_path.iterdir()] == ["timeline.db"]


# --- clocks ---------------------------------------------------------------------------------------

START = datetime.now(UTC).replace(microsecond=0)


@pytest.mark.parametrize(
    "jumps",
    [
        pytest.param([0, -60, 60, -3600, 3600], id="back and forth by minutes and hours"),
        pytest.param([0, -366 * 86_400], id="a year back"),
        pytest.param([0, 0, 0], id="a clock that stands"),
        pytest.param([72_000, 0, -72_000], id="nearly a day ahead, and back"),
        pytest.param([0.000001, 0.0, 0.000002], id="by microseconds"),
    ],
)
def test_recorded_never_goes_back_where_a_clock_jumps(target: str, jumps: list[float]) -> None:
    turns = cycle(jumps)
    with Timeline.open(target, clock=lambda: START + timedelta(seconds=next(turns))) as timeline:
        for number in range(2 * len(jumps)):
            append(timeline, number)
        recorded = [row.recorded for row in timeline.log()]
        assert recorded == sorted(recorded)
        for position, instant in enumerate(recorded, 1):
            at = timeline.state(company="c0", recorded=instant)
            assert at.position >= position
        timeline.verify()


def test_two_machines_with_clocks_apart_write_one_order(target: str) -> None:
    late = Timeline.open(target, clock=lambda: START - timedelta(hours=9))
    early = Timeline.open(target, clock=lambda: START + timedelta(hours=9))
    with late, early:
        for number in range(6):
            append((late, early)[number % 2], number)
        rows = list(late.log())
        assert [row.position for row in rows] == list(range(1, 7))
        recorded = [row.recorded for row in rows]
        assert recorded == sorted(recorded)
        assert [row.id for row in early.log()] == [row.id for row in rows]
        late.verify()


# --- readers, copies and backups beside a writer ---------------------------------------------------


def test_the_write_ahead_log_is_emptied_once_a_long_reader_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "timeline.db"
    log = Path(f"{path}-wal")
    with Timeline.open(path) as timeline:
        append(timeline, "first")
        with timeline.reading() as connection:
            before = connection.execute(sa.text("SELECT count(*) FROM event")).scalar()
            for number in range(45):
                append(timeline, *(f"{number}-{each}" for each in range(20)))
            grown = log.stat().st_size
            after = connection.execute(sa.text("SELECT count(*) FROM event")).scalar()
            assert before == after == 1  # it read one state all the while
        for number in range(45):
            append(timeline, *(f"more-{number}-{each}" for each in range(20)))
        assert log.stat().st_size < 1.5 * grown  # written over from its beginning
        assert timeline.verify().position == 1 + 2 * 45 * 20
    assert not log.exists()


@pytest.fixture
def written_to(target: str) -> Iterator[Timeline]:
    """A timeline into which another thread appends in small and large transactions all the while."""
    done = threading.Event()
    failed: list[TimelineError] = []

    def write() -> None:
        with Timeline.open(target) as own:
            for number in range(MOST):
                size = (1, 20)[number % 2]
                try:
                    append(own, *(f"{number}-{each}" for each in range(size)))
                except TimelineError as error:
                    failed.append(error)
                if done.is_set() or failed:
                    break

    with Timeline.open(target) as timeline:
        append(timeline, "first")
        writer = threading.Thread(target=write)
        writer.start()
        try:
            yield timeline
        finally:
            done.set()
            writer.join(timeout=WAIT)
        assert (writer.is_alive(), failed) == (False, [])
        timeline.verify()


def test_a_backup_that_is_taken_while_it_is_written_is_one_state(
    written_to: Timeline, tmp_path: Path
) -> None:
    for number in range(3):
        file = tmp_path / f"{number}.backup"
        written_to.backup(file)
        restored = tmp_path / f"{number}.db"
        with Timeline.open(restored) as copy:
            copy.restore(file)
            copy.verify()
            ids = [row.id for row in copy.log()]
        assert ids
        assert [row.id for row in written_to.log()][: len(ids)] == ids


def test_a_backup_beside_a_bulk_replay_has_all_of_it_or_nothing(
    target: str, tmp_path: Path
) -> None:
    news = tmp_path / "news.jsonl"
    with news.open("wb") as stream:
        write_news(stream, BULK)
    with (
        Timeline.open(target) as timeline,
        Timeline.open(target) as other,
        ThreadPoolExecutor(1) as pool,
    ):
        append(timeline, "first")
        replaying = pool.submit(other.replay, [news])
        files: list[Path] = []
        while not files or not (replaying.done() or len(files) == 3):
            files.append(tmp_path / f"{len(files)}.backup")
            timeline.backup(files[-1])
        whole = replaying.result(timeout=10 * WAIT).position
        for file in files:
            with Timeline.open(tmp_path / f"{file.stem}.db") as copy:
                copy.restore(file)
                assert copy.verify().position in (1, whole)


def test_a_file_that_is_copied_while_it_is_written_is_sound_or_refused(tmp_path: Path) -> None:
    """``cp`` is no backup: what it makes may be of no one moment, and then it is not taken for a store."""
    path = tmp_path / "timeline.db"
    answers: set[str] = set()
    done = threading.Event()

    def write() -> None:
        with Timeline.open(path) as own:
            for number in range(MOST):
                append(own, *(f"{number}-{each}" for each in range(20)))
                if done.is_set():
                    break

    with Timeline.open(path) as timeline:
        append(timeline, "first")
        writer = threading.Thread(target=write)
        writer.start()
        try:
            for number in range(6):
                copy = tmp_path / f"copy-{number}.db"
                for ending in ("", "-wal"):
                    with suppress(FileNotFoundError):  # no log beside it yet
                        shutil.copyfile(f"{path}{ending}", f"{copy}{ending}")
                try:
                    with Timeline.open(copy) as copied:
                        assert copied.verify().position >= 1
                    answers.add("sound")
                except TimelineError as error:
                    answers.add(error.code)
        finally:
            done.set()
            writer.join(timeout=WAIT)
        timeline.verify()
    assert answers <= {
        "sound",
        "store-unavailable",
        "store-damaged",
        "history-damaged",
        "log-damaged",
    }


# --- connections ----------------------------------------------------------------------------------


WRITERS = 3


@contextmanager
def writers(target: str) -> Iterator[list[list[str]]]:
    """Writers that append one company after another until the block ends, and what was confirmed to each.

    At the end everything that was confirmed must be in the log, once.
    """
    confirmed: list[list[str]] = [[] for _ in range(WRITERS)]
    done = threading.Event()

    def write(mine: list[str], name: int) -> None:
        with Timeline.open(target) as own:
            number = 0
            while not done.is_set():
                try:
                    append(own, f"{name}-{number}")
                except StoreUnavailable:
                    continue  # the same again: what was stored is found, and not stored twice
                mine.append(f"company:c{name}-{number}")
                number += 1

    with Timeline.open(target) as timeline:
        append(timeline, "first")
    with ThreadPoolExecutor(WRITERS) as pool:
        writing = [pool.submit(write, mine, name) for name, mine in enumerate(confirmed)]
        try:
            yield confirmed
        finally:
            done.set()
        for each in writing:
            each.result(timeout=WAIT)
    with Timeline.open(target) as timeline:
        stored = [row.subject for row in timeline.log()]
        timeline.verify()
    assert len(stored) == len(set(stored))
    assert {subject for mine in confirmed for subject in mine} <= set(stored)


def test_a_server_that_ends_connections_under_load_loses_and_doubles_nothing(
    postgresql: URL,
) -> None:
    with (
        writers(databases.url_text(postgresql)),
        databases.connect(postgresql) as admin,
    ):
        for _ in range(25):
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'timeline' AND datname = current_database()"
                " ORDER BY random() LIMIT 1"
            )
            time.sleep(0.05)


@pytest.mark.skipif(databases.GIVEN in os.environ, reason="the server that is given has no socket")
def test_a_wire_that_is_cut_inside_a_commit_under_load_loses_and_doubles_nothing(
    postgresql: URL,
) -> None:
    with wire_to(postgresql) as (wire, through), writers(databases.url_text(through)) as confirmed:
        wire.share = 0.4
        end = time.monotonic() + WAIT
        while min(wire.cuts["before"], wire.cuts["after"]) < 5 and time.monotonic() < end:
            time.sleep(0.05)
        wire.share = 0.0
        assert min(wire.cuts["before"], wire.cuts["after"]) >= 5
        assert any(confirmed)


@pytest.mark.skipif(databases.GIVEN in os.environ, reason="the server that is given has no socket")
@pytest.mark.parametrize("how", ["asking", "writing"])
def test_a_wire_that_went_dead_is_noticed_within_a_minute(postgresql: URL, how: str) -> None:
    """No test takes a minute: the socket must have been told, by a session of either kind."""
    databases.init(databases.url_text(postgresql))
    with (
        wire_to(postgresql) as (_, through),
        Timeline.open(databases.url_text(through)) as timeline,
    ):
        session = timeline.reading() if how == "asking" else timeline.store.writing()
        with session as connection:
            driver: Any = connection.connection.driver_connection
            with socket.socket(fileno=os.dup(driver.fileno())) as own:
                assert own.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
                idle = own.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE)
                between = own.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL)
                probes = own.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT)
                assert idle + between * probes <= 60
                assert own.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 60_000
