"""Drawing: a hub against its words, and the network of a market."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.claim import Claim
from benchmarks.stores import empty_store, seconds, spread, store_of
from timeline import Timeline
from timeline.loading import replay_files
from timeline.questions.state import State


def measure(quick: bool) -> list[Claim]:
    """The picture of a company of 400 deals, and the network of all companies in some news."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return [_hub(folder, 400), _market(folder, 10_000 if quick else 100_000)]


def _hub(folder: Path, count: int) -> Claim:
    names = ["hub", *(f"p-{number}" for number in range(count))]
    lines: list[dict[str, Any]] = [
        {"type": "company_registered", "subject": f"company:{name}", "name": f"Company {name}"}
        for name in names
    ]
    lines += [
        {"type": "deal_announced", "subject": f"deal:d-{number}", "kind": "supply", "known": day,
         "occurred": day, "parties": {"hub": ["supplier"], f"p-{number}": ["customer"]}}
        for number in range(count)
        if (day := f"20{10 + number % 10}-{number % 12 + 1:02}-05")
    ]  # fmt: skip
    file = folder / "hub.jsonl"
    file.write_bytes(b"\n".join(map(msgspec.json.encode, lines)))
    store = empty_store(folder / "hub.db")
    replay_files(store, [file])
    store.close()
    asked = State("hub")
    with Timeline.open(folder / "hub.db") as t:
        drawn = [seconds(lambda: t.plot("hub").svg()) * 1e3 for _ in range(11)]
        words = [seconds(lambda: list(asked.told(t.reader, t.ask(asked)))) * 1e3 for _ in range(11)]
    ratio = statistics.median(drawn) / statistics.median(words)
    detail = f"{spread(drawn)} ms, {spread(words)} ms"
    return Claim(f"`plot` of a hub of {count} items", "its words", ratio, 2, True, detail)


def _market(folder: Path, count: int) -> Claim:
    with Timeline.open(store_of(folder, count)) as t:
        took = [seconds(lambda: t.graph().svg()) for _ in range(3)]
    detail = f"{spread([each * 1e3 for each in took])} ms"
    what = f"`graph` of all companies in {count:,} events"
    return Claim(what, "2 seconds", statistics.median(took) / 2, 1, True, detail)
