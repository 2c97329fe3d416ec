"""Many readers and one writer: ``python -m benchmarks.concurrency``.

Eight processes ask the states of companies at random, each with connections of its own, while a ninth replays
news in batches; against the same readers without the writer, and the writer without readers. On SQLite and on
PostgreSQL.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.postgresql import new_database, server_for
from benchmarks.questions import draw_questions
from benchmarks.stores import news
from tests.databases import url_text
from timeline import Timeline
from timeline.loading import replay_files, replay_in_batches
from timeline.store.store import Store

READERS = 8
BATCH = 1_000
SECONDS = 5.0
"""How long readers ask when nobody writes."""

CAPTION = f"""\
{READERS} processes ask states while one replays in batches of {BATCH:,}; all of them share the processors."""


def measure_concurrency(folder: Path, size: int = 20_000, more: int = 20_000) -> dict[str, Any]:
    """Of each database: the writer's events a second and the readers' milliseconds, alone and together.

    ``size`` events are there before, ``more`` are written.
    """
    found = {"sqlite": _both(folder, [str(folder / f"{name}.db") for name in "ab"], size, more)}
    with server_for(folder) as server:
        targets = [url_text(new_database(server.url, name)) for name in ("one", "two")]
        found["postgresql"] = _both(folder, targets, size, more)
    return found


def _both(folder: Path, targets: list[str], size: int, more: int) -> dict[str, Any]:
    all_of_it, there = news(folder, size + more), folder / "there.jsonl"
    lines = all_of_it.read_bytes().splitlines(keepends=True)
    there.write_bytes(b"".join(lines[:size]))
    for target in targets:
        store = Store(target)
        store.init()
        replay_files(store, [there])
        store.close()
    asked = _asked(folder, targets[0])
    written_alone = _write(targets[0], all_of_it)
    readers = [_reader(targets[1], asked, SECONDS) for _ in range(READERS)]
    read_alone = _read(readers)
    readers = [_reader(targets[1], asked, 0) for _ in range(READERS)]
    time.sleep(1)  # until they have imported what they need
    written = _write(targets[1], all_of_it)
    read = _read(readers, stop=True)
    return {
        "writer": {"alone": written_alone, "with readers": written},
        "readers": {"alone": read_alone, "with a writer": read},
    }


def _asked(folder: Path, target: str) -> Path:
    path = folder / "asked.json"
    path.write_text(json.dumps(draw_questions(target, 500, named=True)))
    return path


def _write(target: str, lines: Path) -> float:
    store = Store(target)
    began = time.perf_counter()
    stored = replay_in_batches(store, [lines], BATCH).stored
    took = time.perf_counter() - began
    store.close()
    return stored / took


def _reader(target: str, asked: Path, seconds: float) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "benchmarks.concurrency", target, str(asked), str(seconds)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _read(readers: list[subprocess.Popen[str]], *, stop: bool = False) -> dict[str, float]:
    """Questions a second of all readers, and the median and 99th percentile of one, in milliseconds."""
    if stop:
        for reader in readers:
            assert reader.stdin is not None
            reader.stdin.close()
    told = []
    for reader in readers:
        assert reader.stdout is not None
        told.append(json.loads(reader.stdout.read()))
        if reader.wait():
            raise RuntimeError("a reader failed")
    taken = sorted(one for reader in told for one in reader["ms"])
    return {
        "per_second": sum(len(reader["ms"]) / reader["seconds"] for reader in told),
        "p50_ms": taken[len(taken) // 2],
        "p99_ms": taken[int(len(taken) * 0.99)],
    }


def ask(target: str, asked: Path, seconds: float) -> None:
    """Ask for so long, or until standard input ends; what each took goes to standard output."""
    import select

    questions = json.loads(asked.read_text())
    random.shuffle(questions)
    taken: list[float] = []
    with Timeline.open(target) as timeline:
        timeline.state(questions[0][0])
        began = time.perf_counter()

        def is_over() -> bool:
            if seconds:
                return time.perf_counter() - began > seconds
            return bool(select.select([sys.stdin], [], [], 0)[0])

        while not is_over():
            company, on, known = questions[len(taken) % len(questions)]
            start = time.perf_counter()
            timeline.state(company, on=on, known=known)
            taken.append((time.perf_counter() - start) * 1e3)
        took = time.perf_counter() - began
    print(json.dumps({"ms": taken, "seconds": took}))


def table(found: dict[str, Any]) -> str:
    """The findings as Markdown."""
    lines = [
        "| | writer, events/s | readers, questions/s | p50, ms | p99, ms |",
        "|---|---|---|---|---|",
    ]
    for database, at in found.items():
        for how, write, read in (
            ("alone", "alone", "alone"),
            ("together", "with readers", "with a writer"),
        ):
            reading = at["readers"][read]
            lines.append(
                f"| {database}, {how} | {at['writer'][write]:,.0f} | {reading['per_second']:,.0f} "
                f"| {reading['p50_ms']:.1f} | {reading['p99_ms']:.1f} |"
            )
    return "\n".join(lines)


def main(arguments: list[str]) -> None:
    """Be a reader, or measure all."""
    if arguments:
        ask(arguments[0], Path(arguments[1]), float(arguments[2]))
        return
    with tempfile.TemporaryDirectory() as name:
        print(table(measure_concurrency(Path(name))))


if __name__ == "__main__":
    main(sys.argv[1:])
