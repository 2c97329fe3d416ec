"""Bulk replay of JSONL into an empty store, against the raw insert of the same rows.

The replay is the real one: parse, validate, look up, chain, log, history, in one transaction. The raw
insert is one ``sqlite3.executemany`` of the rows that it stored, as tuples in memory, into the program's own
``event`` table with its indexes and triggers, committed. Both find an empty store that exists already.
"""

from __future__ import annotations

import json
import re
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.claim import Claim
from benchmarks.stores import empty_store, news, raw, seconds, spread
from timeline.loading import replay_files


def measure(quick: bool) -> list[Claim]:
    """The rate, and how memory grows."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        claims = [_rate(folder, 100_000, 1 if quick else 5)]
        if not quick:
            claims += _memory(folder)
    return claims


def _rate(folder: Path, count: int, rounds: int) -> Claim:
    path = news(folder, count)

    def replay() -> float:
        store = empty_store(folder / "bulk.db")
        return seconds(lambda: replay_files(store, [path]))

    return in_turn(
        f"bulk replay of {count:,} events: parse, validate, chain, log, history",
        "`sqlite3.executemany` of the same rows into the same table",
        count, rounds, replay, lambda: _raw_insert(folder),
    )  # fmt: skip


def in_turn(
    what: str,
    against: str,
    count: int,
    rounds: int,
    replay: Callable[[], float],
    insert: Callable[[], float],
    bound: float = 0.3,
) -> Claim:
    """How the rates compare of a replay and of the raw insert of its rows; both give seconds.

    They alternate, so that both see the same machine, and each pair is compared.
    """
    pairs = [(replay(), insert()) for _ in range(rounds)]
    mine, theirs = ([count / took for took in each] for each in zip(*pairs, strict=True))
    return Claim(
        what=what,
        against=against,
        ratio=statistics.median(inserted / replayed for replayed, inserted in pairs),
        bound=bound,
        at_most=False,
        detail=f"{spread(mine)} events/s, {spread(theirs)} rows/s",
    )


def _raw_insert(folder: Path) -> float:
    with raw(folder / "bulk.db") as source:
        rows = source.execute("SELECT * FROM event ORDER BY position").fetchall()
    empty_store(folder / "raw.db").close()
    marks = ", ".join("?" * len(rows[0]))
    with raw(folder / "raw.db") as target:

        def insert() -> None:
            target.execute("BEGIN IMMEDIATE")
            target.executemany(f"INSERT INTO event VALUES ({marks})", rows)
            target.execute("COMMIT")

        return seconds(insert)


def _memory(folder: Path) -> list[Claim]:
    small, large = (_peak(folder, count) for count in (100_000, 1_000_000))
    detail = f"{small:.0f} MB, {large:.0f} MB"
    return [
        Claim(
            "memory of a bulk replay of 1,000,000 events",
            "100,000",
            large / small,
            1.3,
            True,
            detail,
        ),
        Claim("the same", "300 MB", large / 300, 1.0, True, detail),
    ]


def _peak(folder: Path, count: int) -> float:
    """The most memory in MB that a process of its own takes."""
    command = [
        sys.executable,
        "-m",
        "benchmarks.bulk",
        str(news(folder, count)),
        str(folder / "m.db"),
    ]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(json.loads(done.stdout)["peak_mb"])


def peak() -> float:
    """The most memory that this process has taken, in MB.

    Of Linux not what ``getrusage`` says: there it begins with what the parent had.
    """
    status = Path("/proc/self/status")
    if status.exists():
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
        if found:
            return int(found[1]) / 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1024 * 1024 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    store = empty_store(Path(sys.argv[2]))
    took = seconds(lambda: replay_files(store, [sys.argv[1]]))
    print(json.dumps({"seconds": took, "peak_mb": peak()}))
