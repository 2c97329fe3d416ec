"""The fold on Spark with one executor core and with two, and beside it the embedded replay.

``python -m benchmarks.spark 1000000`` measures any number of events: seconds by the clock after start-up, and
seconds of processor time of all processes, which other work on the machine changes less. It compares every
row with those of the embedded store, and fails where one differs.

Spark's "core" is a number of tasks at once, not a processor: an executor of one core hands rows between a
Java and a Python process, and takes a processor and a half where it finds them. So each executor is kept on
one processor of its own, as a cluster keeps it by its quota.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import psutil

from benchmarks.claim import Claim
from benchmarks.generate import News
from timeline.app import Timeline
from timeline.render.folder import RELATIONS
from timeline.spark.replay import replay
from timeline.spark.session import session
from timeline.store.export import files_of
from timeline.store.sql_duckdb import version_of


class Taken(NamedTuple):
    """How long something took."""

    clock: float
    processor: float


def measure(quick: bool) -> list[Claim]:
    """One core against two, after start-up."""
    count = 20_000 if quick else 200_000
    with tempfile.TemporaryDirectory() as name:
        log, embedded = prepared(Path(name), count)
        one, two = (fold(log, Path(name), cores) for cores in (1, 2))
    detail = (
        f"{count / two.clock:,.0f} events/s, {count / one.clock:,.0f} events/s, "
        f"{count / embedded.clock:,.0f} events/s by the embedded replay"
    )
    what = f"fold of {count:,} events on Spark, two executors of one processor each, after start-up"
    return [Claim(what, "one such executor", one.clock / two.clock, 1.6, False, detail)]


def prepared(folder: Path, count: int) -> tuple[Path, Taken]:
    """An exported log of generated news, and how long the embedded replay of it took."""
    lines = b"".join(msgspec.json.encode(fields) + b"\n" for fields in News(count).lines())
    (folder / "news.jsonl").write_bytes(lines)
    before, start = _processor(), time.perf_counter()
    with Timeline.open(folder / "timeline.db") as timeline:
        timeline.replay([folder / "news.jsonl"])
        taken = Taken(time.perf_counter() - start, _processor() - before)
        timeline.export_tables(folder / "tables")
    return folder / "tables", taken


def fold(log: Path, folder: Path, cores: int) -> Taken:
    """One whole run on so many executor cores, each a process; a small one goes first, to start all up."""
    small = folder / f"small-{cores}"
    with Timeline.open(folder / f"small-{cores}.db") as timeline:
        lines = b"".join(msgspec.json.encode(fields) + b"\n" for fields in News(500).lines())
        timeline.append_lines(io.BytesIO(lines))
        timeline.export_tables(small)
    settings = {"spark.executor.memory": "2g", "spark.sql.shuffle.partitions": "4"}
    with session(f"local-cluster[{cores},1,2048]", settings) as spark:
        replay(spark, str(small), folder / f"warm-{cores}")
        _keep_apart(cores)
        before, start = _processor(), time.perf_counter()
        replay(spark, str(log), folder / f"to-{cores}", partitions=8)
        return Taken(time.perf_counter() - start, _processor() - before)


def _keep_apart(cores: int) -> None:
    """Keep each executor, with the Python processes that it has, on one processor of its own.

    Raises RuntimeError where there are not as many executors as there should be.
    """
    children = psutil.Process().children(recursive=True)
    executors = [c for c in children if any(_EXECUTOR in word for word in _command(c))]
    if len(executors) != cores:
        raise RuntimeError(f"{len(executors)} executors, {cores} wanted")
    if not hasattr(os, "sched_setaffinity"):  # not on every system
        return
    for executor, processor in zip(executors, sorted(os.sched_getaffinity(0)), strict=False):
        for process in [executor, *executor.children(recursive=True)]:
            for thread in process.threads():
                with suppress(ProcessLookupError):
                    os.sched_setaffinity(thread.id, {processor})


_EXECUTOR: Final = "CoarseGrainedExecutorBackend"


def _command(process: psutil.Process) -> list[str]:
    """How a process was started; nothing of one that has ended, as what starts an executor has."""
    try:
        words: list[str] = process.cmdline()
    except psutil.Error:
        return []
    return words


def _processor() -> float:
    """Seconds of processor time of this process and of all below it that still run."""
    own = psutil.Process()
    found: list[Any] = [own, *own.children(recursive=True)]
    total = 0.0
    for process in found:
        try:
            times = process.cpu_times()
        except psutil.Error:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


def differences(one: Path, other: Path) -> list[str]:
    """The relations of two folders of Parquet whose rows are not the same, with how many each has alone."""
    import duckdb

    found = []
    with duckdb.connect() as database:
        database.execute("SET TimeZone = 'UTC'")
        for table in RELATIONS:
            names = ", ".join(f'CAST("{c.name}" AS VARCHAR)' for c in table.columns)
            sides = [
                f"SELECT {names} FROM read_parquet({[str(p) for p in files]})"
                for files in (files_of(version_of(folder), table.name) for folder in (one, other))
            ]
            alone = [
                database.execute(f"SELECT count(*) FROM ({a} EXCEPT ALL {b})").fetchall()[0][0]
                for a, b in (sides, reversed(sides))
            ]
            if any(alone):
                found.append(f"{table.name}: {alone[0]:,} and {alone[1]:,} rows that only one has")
    return found


def main(arguments: list[str]) -> int:
    """Measure, and print a line each; 1 where rows differ from those of the embedded store."""
    count = int(arguments[0])
    cores = [int(word) for word in arguments[1:]] or [1, 2]
    with tempfile.TemporaryDirectory() as name:
        log, taken = prepared(Path(name), count)
        print(f"{count:,} events, embedded: {taken.clock:.1f} s, processor {taken.processor:.1f} s")
        clocks, unlike = [], []
        for number in cores:
            taken = fold(log, Path(name), number)
            clocks.append(taken.clock)
            print(f"Spark, {number} cores: {taken.clock:.1f} s, processor {taken.processor:.1f} s")
            unlike += differences(log, Path(name) / f"to-{number}")
    if len(clocks) > 1:
        print(f"from {cores[0]} to {cores[-1]} cores: {clocks[0] / clocks[-1]:.2f} times as fast")
    print("\n".join(unlike) or "every row is that of the embedded store")
    return int(bool(unlike))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
