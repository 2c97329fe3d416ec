"""Appending as news comes in: four events a transaction, durable, with the history; and a long subject.

``eventsourcing`` saves a deal with four events in one transaction, and keeps no projection. Ours begins with
lines of JSON and so validates, looks up, chains, and folds. Both sync to disk at every commit.
"""

from __future__ import annotations

import statistics
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from benchmarks import peer
from benchmarks.claim import Claim
from benchmarks.stores import empty_store, seconds, spread
from timeline.ingest.draft import Draft
from timeline.ingest.jsonl import parse_line
from timeline.store.store import Store

_encode = msgspec.json.Encoder().encode
_TYPES = ("deal_announced", "deal_signed", "deal_took_effect", "deal_terms_disclosed")


def measure(quick: bool) -> list[Claim]:
    """Rounds of both in turn; then two subjects in one store in turn."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return [
            _transactions(folder, 3 if quick else 7),
            _long_subject(folder, 20 if quick else 100),
        ]


def _drafts(events: list[dict[str, Any]]) -> list[Draft]:
    drafts = []
    for fields in events:
        draft = parse_line(_encode(fields), "feed", 1)
        assert isinstance(draft, Draft)
        drafts.append(draft)
    return drafts


def _registrations() -> list[dict[str, Any]]:
    companies = [
        {"type": "company_registered", "subject": f"company:c-{n}", "name": f"Company {n}"}
        for n in range(100)
    ]
    source = {"type": "source_registered", "subject": "source:wire", "publisher": "Wire"}
    return [*companies, source | {"kind": "news", "published": "2025-01-01"}]


def _deal(number: int) -> list[dict[str, Any]]:
    terms = {"kind": "supply", "value": {"exact": str(number * 1000), "currency": "USD"}}
    terms["parties"] = {f"c-{number % 100}": ["supplier"], f"c-{(number + 7) % 100}": ["customer"]}
    return [
        {
            "type": type_,
            "id": f"deal-{number}-{step}",
            "subject": f"deal:deal-{number}",
            "occurred": f"2025-01-{step + 1:02}",
            "source": "wire",
            **(terms if step == 0 else {}),
        }
        for step, type_ in enumerate(_TYPES)
    ]


def _transactions(folder: Path, rounds: int) -> Claim:
    store = empty_store(folder / "append.db")
    app = peer.application(folder / "peer.db")
    try:
        return appends(
            store, app, rounds, "append, 4 events a transaction, durable, with history",
            "`eventsourcing` on SQLite, without any projection",
        )  # fmt: skip
    finally:
        app.close()


def appends(
    store: Store,
    app: Any,
    rounds: int,
    what: str,
    against: str,
    size: int = 100,
    bound: float = 1,
) -> Claim:
    """Append the same deals to an empty store and to the peer, in turn."""
    store.append(_drafts(_registrations()))
    mine, theirs, ratios = [], [], []
    for turn in range(rounds + 1):
        deals = [_deal(turn * size + number) for number in range(size)]
        ours = seconds(partial(_append_all, store, deals))
        other = seconds(partial(_save_all, app, deals))
        if turn:  # the first warms up
            mine.append(4 * size / ours)
            theirs.append(4 * size / other)
            ratios.append(other / ours)
    return Claim(
        what=what,
        against=against,
        ratio=statistics.median(ratios),
        bound=bound,
        at_most=False,
        detail=f"{spread(mine)} events/s, {spread(theirs)} events/s",
    )


def long_subject(path: Path, count: int) -> str:
    """A new store with a subject of so many events; the subject."""
    store = empty_store(path)
    store.append(_drafts(_registrations()))
    store.append(_drafts([_news("deal:long", number) for number in range(count)]))
    store.close()
    return "deal:long"


def _append_all(store: Store, deals: list[list[dict[str, Any]]]) -> None:
    for deal in deals:
        store.append(_drafts(deal))


def _save_all(app: Any, deals: list[list[dict[str, Any]]]) -> None:
    for deal in deals:
        app.save(peer.told(deal[0]["subject"], deal))


def _long_subject(folder: Path, rounds: int) -> Claim:
    long, short = (
        long_subject(folder / "long.db", 10_000),
        [f"deal:short-{n}" for n in range(rounds)],
    )
    store = Store(folder / "long.db")
    store.append(_drafts([_news(subject, number) for subject in short for number in range(10)]))
    eleventh, later = [], []
    for number, subject in enumerate(short):
        eleventh.append(_append_one(store, _news(subject, 10)))
        later.append(_append_one(store, _news(long, 10_000 + number)))
    micro = [[value * 1e6 for value in values] for values in (later, eleventh)]
    return Claim(
        what="the 10,001st event of a subject, appended alone",
        against="the 11th",
        ratio=statistics.median(later) / statistics.median(eleventh),
        bound=5,
        at_most=True,
        detail=f"{spread(micro[0])} µs, {spread(micro[1])} µs",
    )


def _append_one(store: Store, fields: dict[str, Any]) -> float:
    return seconds(lambda: store.append(_drafts([fields])))


def _news(subject: str, number: int) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "type": "deal_terms_disclosed" if number else "deal_announced",
        "id": f"{subject.partition(':')[2]}-{number}",
        "subject": subject,
        "occurred": f"{2000 + number // 336}-{number // 28 % 12 + 1:02}-{number % 28 + 1:02}",
        "known": f"{2000 + number // 336}-{number // 28 % 12 + 1:02}-{number % 28 + 1:02}",
        "value": {"exact": str(1000 + number), "currency": "USD"},
    }
    if not number:
        fields |= {"kind": "supply", "parties": {"c-1": ["supplier"], "c-2": ["customer"]}}
    return fields
