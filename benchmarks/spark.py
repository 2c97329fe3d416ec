"""The fold on Spark with one executor core and with two, and beside it the embedded replay.

``python -m benchmarks.spark 1000000`` measures any number of events: seconds by the clock after start-up, and
seconds of processor time of all processes, which other work on the machine changes less.
"""

from __future__ import annotations

import io
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import psutil

from benchmarks.claim import Claim
from benchmarks.generate import News
from timeline.app import Timeline
from timeline.spark.replay import replay
from timeline.spark.session import session


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
    what = f"fold of {count:,} events on Spark, two executor cores, after start-up"
    return [Claim(what, "one executor core", one.clock / two.clock, 1.6, False, detail)]


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
        before, start = _processor(), time.perf_counter()
        replay(spark, str(log), folder / f"to-{cores}", partitions=8)
        return Taken(time.perf_counter() - start, _processor() - before)


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


def main(arguments: list[str]) -> None:
    """Measure, and print a line each."""
    count = int(arguments[0])
    cores = [int(word) for word in arguments[1:]] or [1, 2]
    with tempfile.TemporaryDirectory() as name:
        log, taken = prepared(Path(name), count)
        print(f"{count:,} events, embedded: {taken.clock:.1f} s, processor {taken.processor:.1f} s")
        for number in cores:
            taken = fold(log, Path(name), number)
            print(f"Spark, {number} cores: {taken.clock:.1f} s, processor {taken.processor:.1f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
