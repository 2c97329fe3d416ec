"""A run in which everything fails that can: ``make chaos``.

Eight writers append to one store while readers ask, and a director kills writers and readers, fills the disk
(for SQLite), stops and kills the server (of PostgreSQL), and proves the log all the while. A writer notes
every event whose append was confirmed. At the end the log must be sound and hold each of these exactly once.

The director's choices follow a seed; when they fall is the machine's affair.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from timeline import Timeline
from timeline.errors import TimelineError

WRITERS = 8
READERS = 3

GONE = 60.0
"""Seconds in which a program that was killed must be gone."""

PROOF = 1800.0
"""Seconds in which one proof, or the last look at a store, must be over; no wait is longer."""


@dataclass
class Run:
    """One store under attack."""

    name: str
    target: str
    folder: Path
    seconds: float
    chance: random.Random
    restart: object = None
    counted: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def notes(self, number: int) -> Path:
        """What a writer was told is stored."""
        return self.folder / f"{self.name}-{number}.ids"

    def start(self, role: str, number: int, *, most_bytes: int = 0) -> subprocess.Popen[bytes]:
        """A writer or a reader as a process of its own; ``most_bytes`` of a file are its disk."""
        self.counted[f"{role}s started"] += 1
        return subprocess.Popen(
            [
                sys.executable, "-m", "tests.crashes.chaos", role, self.target,
                "--number", str(number), "--notes", str(self.notes(number)), "--most", str(most_bytes),
            ],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=(self.folder / f"{self.name}-{role}-{number}.err").open("ab"),
            start_new_session=True,
        )  # fmt: skip


# --- writers and readers --------------------------------------------------------------------------


def write(target: str, number: int, notes: Path, most: int) -> None:
    """Append event after event, each again until it is confirmed, and note those that were."""
    if most:
        import resource

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
    done = len(notes.read_bytes().splitlines()) if notes.exists() else 0
    with Timeline.open(target) as timeline, notes.open("ab", buffering=0) as confirmed:
        while True:
            id_ = f"w{number}-{done}"
            subject = (
                f"company:w{number}-{done}" if done % 2 == 0 else f"company:w{number}-{done - 1}"
            )
            fields = {
                "type": "company_registered",
                "id": id_,
                "subject": subject,
                "name": f"Name {id_}",
            }
            if done % 2:
                fields = {
                    "type": "company_renamed", "id": id_, "subject": subject, "name": f"New {id_}",
                    "occurred": "2025-01-10", "known": "2025-01-10",
                }  # fmt: skip
            try:
                timeline.append(fields)
            except TimelineError as error:
                print(error, file=sys.stderr, flush=True)
                time.sleep(0.05)
                continue
            confirmed.write(f"{id_}\n".encode())
            done += 1


def read(target: str, number: int) -> None:
    """Ask, and let the answers go."""
    chance = random.Random(number)
    with Timeline.open(target) as timeline:
        while True:
            try:
                with timeline.reading():
                    position = timeline.anchor().position
                    entries = sum(1 for _ in timeline.log(after=max(0, position - 50)))
                    assert entries == min(position, 50), "a reader missed an event"
                    if chance.random() < 0.2:
                        timeline.state(on="2025-02-01")
                if chance.random() < 0.2 and "://" not in target:
                    list(timeline.sql("SELECT count(*) AS n FROM event_log", timeout=30))
            except TimelineError as error:
                print(error, file=sys.stderr, flush=True)
                time.sleep(0.05)


# --- the director ---------------------------------------------------------------------------------


def direct(run: Run) -> None:
    """Attack one store until its time is over, then look what is left of it."""
    with Timeline.open(run.target) as timeline:
        timeline.init()
    end = time.monotonic() + run.seconds
    over = threading.Event()
    prover = threading.Thread(target=prove, args=(run, over), daemon=True)
    programs = {("writer", n): run.start("writer", n) for n in range(WRITERS)}
    programs |= {("reader", n): run.start("reader", n) for n in range(READERS)}
    prover.start()
    try:
        while time.monotonic() < end:
            time.sleep(run.chance.uniform(0.2, 1.5))
            attack(run, programs)
            for (role, number), program in programs.items():
                if program.poll() is not None:
                    if program.returncode != -signal.SIGKILL:
                        run.failures.append(f"{role} {number} ended with {program.returncode}")
                    programs[role, number] = run.start(role, number)
    finally:
        for program in programs.values():
            _kill(program)
        over.set()
        prover.join(PROOF + GONE)
        if prover.is_alive():
            run.failures.append("the proofs did not end")
    judge(run)


def attack(run: Run, programs: dict[tuple[str, int], subprocess.Popen[bytes]]) -> None:
    """One thing that goes wrong."""
    kind = run.chance.choice(["kill"] * 5 + ["reader", "disk", "server"])
    number = run.chance.randrange(WRITERS)
    if kind == "kill":
        run.counted["writers killed"] += 1
        _kill(programs["writer", number])
    elif kind == "reader":
        run.counted["readers killed"] += 1
        _kill(programs["reader", number % READERS])
    elif kind == "disk" and "://" not in run.target:
        run.counted["full disks"] += 1
        _kill(programs["writer", number])
        size = max(Path(f"{run.target}{end}").stat().st_size for end in ("", "-wal") if
                   Path(f"{run.target}{end}").exists())  # fmt: skip
        full = run.start("writer", number, most_bytes=size + run.chance.randrange(200_000))
        with contextlib.suppress(subprocess.TimeoutExpired):
            full.wait(run.chance.uniform(0.5, 2))
        _kill(full)
    elif kind == "server" and run.restart is not None:
        run.counted["servers restarted"] += 1
        run.restart(run.chance.choice(["fast", "immediate", "kill"]))  # type: ignore[operator]


def _kill(program: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(program.pid, signal.SIGKILL)
    program.wait(GONE)


def prove(run: Run, over: threading.Event) -> None:
    """Prove the log in a loop; whatever is found but a store that is away is a failure."""
    command = [sys.executable, "-m", "timeline", "--db", run.target, "verify", "-q"]
    while not over.is_set():
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=PROOF)
        except subprocess.TimeoutExpired:
            run.failures.append(f"verify took longer than {PROOF:g} s")
            continue
        run.counted["proofs"] += done.returncode == 0
        if done.returncode not in (0, 4):
            run.failures.append(f"verify ended with {done.returncode}: {done.stderr[-500:]}")


def judge(run: Run) -> None:
    """The log is sound, and holds what was confirmed, once."""
    with Timeline.open(run.target) as timeline:
        timeline.verify()
        stored = Counter(entry.id for entry in timeline.log())
    confirmed = [
        id_
        for number in range(WRITERS)
        if run.notes(number).exists()
        for id_ in run.notes(number).read_text().split()
    ]
    lost = [id_ for id_ in confirmed if id_ not in stored]
    twice = [id_ for id_, times in stored.items() if times > 1]
    found = {"stored": stored, "confirmed": confirmed, "lost": lost, "stored twice": twice}
    for what, ids in found.items():
        run.counted[what] = len(ids)
    if lost or twice:
        run.failures.append(f"lost {lost[:5]}, twice {twice[:5]}")


@contextlib.contextmanager
def runs(seconds: float, seed: int, folder: Path) -> Iterator[list[Run]]:
    """A run on each database."""
    from tests import databases

    os.environ.setdefault(databases.RUN, str(folder))
    folder.chmod(0o755)
    with databases.own_server() as server:

        def restart(how: str) -> None:
            if how == "kill":
                server.kill()
                time.sleep(0.5)
            else:
                server.stop(how)
            for _ in range(60):
                with contextlib.suppress(subprocess.CalledProcessError):
                    server.start()
                    return
                time.sleep(1)

        databases.server_url.cache_clear()
        url = databases.url_text(server.url.set(database="postgres"))
        yield [
            Run("sqlite", str(folder / "timeline.db"), folder, seconds, random.Random(seed)),
            Run("postgresql", url, folder, seconds, random.Random(seed), restart),
        ]


def main() -> int:
    """Run both databases at the same time; 0 where nothing was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("role", nargs="?", default="direct")
    parser.add_argument("target", nargs="?", default="")
    parser.add_argument("--number", type=int, default=0)
    parser.add_argument("--notes", type=Path)
    parser.add_argument("--most", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=3600.0)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    if asked.role == "writer":
        write(asked.target, asked.number, asked.notes, asked.most)
    if asked.role == "reader":
        read(asked.target, asked.number)
    with tempfile.TemporaryDirectory(prefix="timeline-chaos-") as name:
        with runs(asked.seconds, asked.seed, Path(name)) as both:
            threads = [threading.Thread(target=direct, args=(run,), daemon=True) for run in both]
            for thread in threads:
                thread.start()
            end = time.monotonic() + asked.seconds + 3 * PROOF
            for run, thread in zip(both, threads, strict=True):
                thread.join(max(0.0, end - time.monotonic()))
                if thread.is_alive():
                    run.failures.append("the run did not end")
        for run in both:
            figures = ", ".join(f"{what} {count:,}" for what, count in run.counted.items())
            print(f"{run.name}, seed {asked.seed}, {asked.seconds:g} s: {figures}")
            for failure in run.failures:
                print(f"  FAILED: {failure}")
    return int(any(run.failures or "stored" not in run.counted for run in both))


if __name__ == "__main__":
    sys.exit(main())
