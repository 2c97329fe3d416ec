"""How time, size and latency grow with the log: ``python -m benchmarks.growth [SIZE...]``.

Each size is replayed once into a new store, by a process of its own. Questions are those of
:class:`timeline.Timeline`, each a session of its own, and warm: every one of them is asked once before. What
is found is written beside this file as JSON; ``python -m benchmarks.plots`` draws it.
"""

from __future__ import annotations

import json
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from benchmarks import peer
from benchmarks.append import long_subject
from benchmarks.questions import draw_questions
from benchmarks.stores import news, raw, remove, seconds
from timeline import Timeline
from timeline.store.log import read_all_entries
from timeline.store.store import Store
from timeline.store.tables import event, subject_company

FOUND = Path(__file__).with_name("growth.json")
SIZES = (10_000, 100_000, 1_000_000)
QUESTIONS = 200
WHOLE = 1_000_000
"""Events up to which the whole market is asked for: it is read from the log."""

LONG = 10_000
"""Events of the subject that is long."""

GROUPS = {
    "log": ("event", "event_id_key", "event_subject_version_key", "log_head"),
    "index of companies": ("subject_company",),
    "history": ("subject_history", "party_history", "subject_evidence", "projection"),
}
"""What the parts of a store are for; the indexes of a table are of its part."""

Times = dict[str, tuple[float, float]]
"""The median and the 99th percentile in milliseconds, by question."""


def measure_growth(folder: Path, sizes: Iterable[int] = SIZES) -> dict[str, Any]:
    """Everything, by size; and the questions about a subject of many events."""
    return {
        "sizes": {str(size): _at(folder, size) for size in sizes},
        "long": _long(folder),
    }


def _at(folder: Path, size: int) -> dict[str, Any]:
    path = folder / f"store-{size}.db"
    remove(path)
    replayed = _replay(news(folder, size), path)
    found: dict[str, Any] = {
        "replay_us": replayed["seconds"] / size * 1e6,
        "peak_mb": replayed["peak_mb"],
        "bytes": _bytes(path, size),
        "peer_bytes": _peer_bytes(folder, path) if size <= 100_000 else None,
    }
    found["latencies"] = _latencies(path, size)
    return found


def _replay(lines: Path, path: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.bulk", str(lines), str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout))


def _bytes(path: Path, size: int) -> dict[str, float]:
    """Bytes an event of each part of the file, once it is checkpointed."""
    with raw(path) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        pages = database.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name").fetchall()
        owner = dict(database.execute("SELECT name, tbl_name FROM sqlite_master").fetchall())
    parts = dict.fromkeys([*GROUPS, "other"], 0.0)
    for name, taken in pages:
        table = owner.get(name, name)
        part = next((part for part, tables in GROUPS.items() if table in tables), "other")
        parts[part] += taken / size
    return parts


def _peer_bytes(folder: Path, path: Path) -> float:
    """Bytes an event of the file in which ``eventsourcing`` keeps the same deals."""
    kept = folder / "peer.db"
    remove(kept)
    app, count = peer.application(kept), 0
    with Store(path).reading() as connection:
        for subject, entries in read_all_entries(connection, 2**62, ["deal"]):
            count += len(entries)
            told = [{"type": e.type, "occurred": e.occurred, **e.fields} for e in entries]
            app.save(peer.told(subject, told))
    app.close()
    with raw(kept) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return kept.stat().st_size / count


# --- questions ------------------------------------------------------------------------------------


def _latencies(path: Path, size: int) -> Times:
    drawn = draw_questions(path, QUESTIONS, named=True)
    with Store(path).reading() as connection:
        statement = sa.select(event.c.subject).where(
            event.c.version == 1, event.c.subject.between("deal:", "deal;")
        )
        deals = random.Random(3).choices(list(connection.scalars(statement)), k=QUESTIONS)
        statement = (
            sa.select(subject_company.c.company)
            .group_by(subject_company.c.company)
            .order_by(sa.func.count(), subject_company.c.company)
        )
        ranked = list(connection.scalars(statement))
        few = sa.select(subject_company.c.company).group_by(subject_company.c.company)
        with_three = connection.scalar(few.having(sa.func.count() == 3).limit(1)) or ranked[0]
    with Timeline.open(path) as t:
        found = {
            "state": _times(lambda q: t.state(q[0], on=q[1], known=q[2]), drawn),
            "diff": _times(lambda q: t.diff(q[0], on=(q[1], q[2])), drawn),
            "why": _times(t.why, deals),
            "deals of a company": _times(lambda q: t.items("deal", company=q[0], on=q[1]), drawn),
            "state of a company with 3 subjects": _times(
                lambda q: t.state(with_three, on=q[1]), drawn
            ),
            "state of the largest hub": _times(lambda q: t.state(ranked[-1], on=q[1]), drawn[:20]),
        }
        if size <= WHOLE:
            found["the market on a day"] = _times(lambda q: t.state(on=q[1]), drawn[:2])
        return found


def _times(ask: Callable[[Any], object], questions: list[Any]) -> tuple[float, float]:
    for question in questions:
        ask(question)
    taken = sorted(seconds(partial(ask, question)) * 1e3 for question in questions)
    return statistics.median(taken), taken[min(len(taken) - 1, int(len(taken) * 0.99))]


def _long(folder: Path) -> dict[str, Any]:
    path = folder / "long.db"
    subject = long_subject(path, LONG)
    with Timeline.open(path) as t:
        return {
            "events": LONG,
            "latencies": {
                "state of a party": _times(lambda _: t.state("c-1"), [None] * 5),
                "why": _times(lambda _: t.why(subject), [None] * 5),
            },
        }


# --- what is written --------------------------------------------------------------------------


def tables(found: dict[str, Any]) -> str:
    """The findings as Markdown."""
    sizes = {int(size): at for size, at in found["sizes"].items()}
    head = [f"{size:,}" for size in sizes]
    replay = [
        ["replay, µs an event", *(f"{at['replay_us']:.0f}" for at in sizes.values())],
        ["most memory of the replay, MB", *(f"{at['peak_mb']:.0f}" for at in sizes.values())],
        *(
            [f"bytes an event: {part}", *(f"{at['bytes'][part]:,.0f}" for at in sizes.values())]
            for part in next(iter(sizes.values()))["bytes"]
        ),
        [
            "bytes an event: `eventsourcing`, of a deal",
            *(f"{at['peer_bytes']:,.0f}" if at["peer_bytes"] else "" for at in sizes.values()),
        ],
    ]
    asked = [
        [question, *(_both(at["latencies"].get(question)) for at in sizes.values())]
        for question in next(iter(sizes.values()))["latencies"]
    ]
    long = [[question, _both(took)] for question, took in found["long"]["latencies"].items()]
    return "\n\n".join(
        [
            _table(["events", *head], replay),
            "Milliseconds of a question, the median and the 99th percentile:",
            _table(["events", *head], asked),
            f"The same of a subject of {found['long']['events']:,} events:",
            _table(["question", "ms"], long),
        ]
    )


def _both(times: tuple[float, float] | None) -> str:
    if times is None:
        return ""
    return " / ".join(f"{value:,.2f}" if value < 100 else f"{value:,.0f}" for value in times)


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main(arguments: list[str]) -> None:
    """Measure at the sizes given, or at all of them, and keep what was found."""
    with tempfile.TemporaryDirectory() as name:
        found = measure_growth(Path(name), map(int, arguments or map(str, SIZES)))
    keep(found)
    print(tables(kept()))


def kept() -> dict[str, Any]:
    """What was found so far."""
    found: dict[str, Any] = {"sizes": {}}
    if FOUND.exists():
        found = json.loads(FOUND.read_text())
    return found


def keep(found: dict[str, Any]) -> None:
    """Keep what was found; of another size what was found before stays."""
    sizes = kept()["sizes"] | found["sizes"]
    found = found | {"sizes": {size: sizes[size] for size in sorted(sizes, key=int)}}
    FOUND.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
