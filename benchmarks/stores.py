"""What several benchmarks need: news of a size, stores of it, the raw insert."""

from __future__ import annotations

import resource
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.generate import write_news
from timeline.loading import replay_files
from timeline.store.sqlite import CACHE
from timeline.store.store import Store

PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", CACHE)
"""What the program sets: whatever it is measured against gets the same."""


def news(folder: Path, count: int) -> Path:
    """A file with as many lines of news, made once."""
    path = folder / f"news-{count}.jsonl"
    if not path.exists():
        with path.open("wb") as stream:
            write_news(stream, count)
    return path


def store_of(folder: Path, count: int) -> Path:
    """A store with as many events, made once."""
    path = folder / f"store-{count}.db"
    if not path.exists():
        replay_files(Store(path), [news(folder, count)])
    return path


def remove(path: Path) -> None:
    """Remove a store with all its files."""
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)


def empty_store(path: Path) -> Store:
    """A new store with nothing in it."""
    remove(path)
    store = Store(path)
    store.init()
    return store


@contextmanager
def raw(path: Path) -> Iterator[sqlite3.Connection]:
    """A store's database without this program, with the same pragmas."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        yield connection
    finally:
        connection.close()


def seconds(action: Callable[[], object]) -> float:
    """How long something takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def processor_time() -> float:
    """Seconds of processor time that this process and those that it waited for have taken."""
    used = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


def spread(values: list[float]) -> str:
    """The median, and how far the values lie apart."""
    return f"{statistics.median(values):,.0f} ({min(values):,.0f} to {max(values):,.0f})"
