"""Transactions that overlap in a chosen order, and a reader that polls by position throughout."""

from __future__ import annotations

import queue
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Protocol

import psycopg
from sqlalchemy.engine import URL

from tests import databases
from tests.answers.stores import draft
from timeline import Timeline
from timeline.store.append import Appender
from timeline.store.store import Store

Step = tuple[str, str]
"""A transaction's name, and what it does: the id of an event that it appends, COMMIT or ROLLBACK."""

COMMIT, ROLLBACK = "commit", "rollback"


class Log(Protocol):
    """What is put to the test."""

    def transaction(self, take: Callable[[], str]) -> None:
        """Append the ids that ``take`` gives, one by one, until it gives COMMIT or ROLLBACK."""

    def read(self, after: int) -> list[tuple[int, str]]:
        """The positions and ids of the events after a position."""


class _Undo(Exception):
    pass


class StoreLog:
    """The store, as every program uses it."""

    def __init__(self, target: str) -> None:
        self.target = target

    def transaction(self, take: Callable[[], str]) -> None:
        store = Store(self.target)
        try:
            with store.writing() as connection:
                appender = Appender(connection)
                while (step := take()) not in (COMMIT, ROLLBACK):
                    fields = {"type": "company_registered", "name": "Acme"}
                    fields |= {"id": step, "subject": f"company:{step}"}
                    appender.extend([draft(fields)])
                if step == ROLLBACK:
                    raise _Undo
                appender.finish()
        except _Undo:
            pass
        finally:
            store.close()

    def read(self, after: int) -> list[tuple[int, str]]:
        with Timeline.open(self.target) as timeline:
            return [(entry.position, entry.id) for entry in timeline.log(after=after)]


class NaiveLog:
    """What other stores do: the position is the next number of a sequence, or one more than the last."""

    def __init__(self, url: URL, position: str) -> None:
        self.url = url
        self.insert = f"INSERT INTO naive SELECT {position}, %s".encode()
        with databases.connect(url) as connection:
            connection.execute("CREATE TABLE naive (position bigint, id text)")
            connection.execute("CREATE SEQUENCE naive_position")

    def clear(self) -> None:
        """Begin anew."""
        with databases.connect(self.url) as connection:
            connection.execute("TRUNCATE naive")
            connection.execute("ALTER SEQUENCE naive_position RESTART")

    def transaction(self, take: Callable[[], str]) -> None:
        with psycopg.connect(databases.url_text(self.url)) as connection:
            while (step := take()) not in (COMMIT, ROLLBACK):
                connection.execute(self.insert, [step])
            if step == ROLLBACK:
                connection.rollback()

    def read(self, after: int) -> list[tuple[int, str]]:
        with databases.connect(self.url) as connection:
            found = connection.execute(
                "SELECT position, id FROM naive WHERE position > %s ORDER BY position", [after]
            )
            return [(position, id_) for position, id_ in found]


class Reader:
    """Follows a log by position, and remembers what it was given."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.seen: list[tuple[int, str]] = []

    def poll(self) -> None:
        after = self.seen[-1][0] if self.seen else 0
        self.seen += self.log.read(after)


def play(log: Log, steps: Sequence[Step], *, patience: float) -> None:
    """Do the steps in this order, polling after each; AssertionError where the reader was deceived.

    A step that waits for another transaction is left waiting after ``patience`` seconds, and those behind
    it wait in their turn.
    """
    reader = Reader(log)
    names = list(dict.fromkeys(name for name, _ in steps))
    todo: dict[str, queue.Queue[tuple[str, Future[None]]]] = {name: queue.Queue() for name in names}

    def run(name: str) -> None:
        before: list[Future[None]] = []

        def take() -> str:
            for done in before:
                done.set_result(None)
            step, future = todo[name].get(timeout=60)
            before[:] = [future]
            return step

        try:
            log.transaction(take)
        finally:
            for done in before:
                done.set_result(None)

    with ThreadPoolExecutor(len(names)) as pool:
        running: dict[str, Future[None]] = {}
        for name, step in steps:
            if name not in running:
                running[name] = pool.submit(run, name)
            done: Future[None] = Future()
            todo[name].put((step, done))
            wait([done], timeout=patience)
            reader.poll()
        for future in running.values():
            future.result(timeout=60)
    reader.poll()
    check(reader, steps)


def check(reader: Reader, steps: Sequence[Step]) -> None:
    """The reader saw every committed event once, in the order of dense positions, and nothing else."""
    committed = {name for name, step in steps if step == COMMIT}
    expected = {step for name, step in steps if name in committed and step != COMMIT}
    seen = [id_ for _, id_ in reader.seen]
    assert set(seen) == expected, "an event was missed, or one that never was has been seen"
    assert len(seen) == len(set(seen)), "an event was seen twice"
    positions = [position for position, _ in reader.seen]
    assert positions == list(range(1, len(seen) + 1)), "the positions are not dense and in order"
    assert reader.log.read(0) == reader.seen, "the order has changed since it was read"
