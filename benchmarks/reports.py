"""SQL over everything: the whole market on a day, and every report that is shipped.

The market is the view ``company_state`` with all its columns, through Python's ``sqlite3`` and the page cache
that our read-only connections and other people's tools have, which is SQLite's own: as everything is known
now against a plain SELECT of the same rows from a table that holds just them, and as known on that day
against one scan of the history. ``timeline state`` without a company also reads the evidence of every item
from the log; it is measured against a plain SELECT of the same rows, evidence included, from a table that
holds just them. Every row is fetched; processor time, since nothing is waited for.
"""

from __future__ import annotations

import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.claim import Claim
from benchmarks.stores import spread, store_of
from timeline import Timeline
from timeline.answers.model import StateAnswer
from timeline.answers.report import Report
from timeline.render.json import encode_value
from timeline.render.rows import item_columns, state_rows

ON = "2017-06-01"
"""A day in the middle of the news."""

LIMIT = 2.0
"""Seconds that a report may take on a million events."""

HOLDS = f"SELECT * FROM company_state WHERE valid_from <= '{ON}' AND '{ON}' < valid_to"
NOW = f"{HOLDS} AND known_to = '9999-12-31T23:59:59.999999Z'"
THEN = f"{HOLDS} AND known_from <= '{ON}T23:59:59.999999Z' AND '{ON}T23:59:59.999999Z' < known_to"


def measure(quick: bool) -> list[Claim]:
    """The market by SQL and by the program, then every report with its default parameters."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        size = 20_000 if quick else 1_000_000
        path, rounds = store_of(folder, size), 1 if quick else 5
        return [*_market(folder, path, size, rounds), _reports(path, size, rounds)]


def _market(folder: Path, path: Path, size: int, rounds: int) -> list[Claim]:
    now: list[float] = []
    then: list[float] = []
    flat: list[float] = []
    scan: list[float] = []
    states: list[float] = []
    items: list[float] = []
    with closing(sqlite3.connect(path)) as database, Timeline.open(path) as timeline:
        database.execute("ATTACH ? AS beside", [str(folder / "flat.db")])
        database.execute(f"CREATE TABLE beside.flat AS {NOW}")
        _keep_items(database, timeline.state(on=ON))
        for place in range(rounds):
            flat.append(_rows(database, "SELECT * FROM beside.flat"))
            now.append(_rows(database, NOW))
            scan.append(_rows(database, "SELECT * FROM subject_history"))
            then.append(_rows(database, THEN))
            if place < 3:  # each reads much of the log
                items.append(_rows(database, "SELECT * FROM beside.item"))
                states.append(_processor(lambda: timeline.state(on=ON)))
    what, plain = f"the market on a day, {size:,} events", "a table with just its rows"
    return [
        _times(f"{what}, as known now, in SQL", plain, now, flat),
        _times(f"{what}, as known that day, in SQL", "one scan of the history", then, scan),
        _times(f"{what}, by `state` with all evidence", plain, states, items, bound=6),
    ]


def _keep_items(database: sqlite3.Connection, answer: StateAnswer) -> None:
    """A table ``item`` with the rows that the program gives, lists and objects as JSON."""
    names = ["company", *item_columns([], group=False)]
    columns = ", ".join(f'"{name}"' for name in names)  # one of them is called group
    database.execute(f"CREATE TABLE beside.item ({columns})")
    values = ([_plain(row[name]) for name in names] for row in state_rows(answer))
    marks = ", ".join("?" * len(names))
    database.executemany(f"INSERT INTO beside.item VALUES ({marks})", values)


def _plain(value: Any) -> Any:
    return encode_value(value).decode() if isinstance(value, dict | list) else value


def _times(
    what: str, against: str, mine: list[float], theirs: list[float], bound: float = 3
) -> Claim:
    ratio = statistics.median(a / b for a, b in zip(mine, theirs, strict=False))
    detail = f"{_milliseconds(mine)} ms, {_milliseconds(theirs)} ms"
    return Claim(what, against, ratio, bound, at_most=True, detail=detail)


def _reports(path: Path, size: int, rounds: int) -> Claim:
    with Timeline.open(path) as timeline:
        took = {
            report.name: [_processor(partial(_whole, timeline, report)) for _ in range(rounds)]
            for report in timeline.reports()
        }
    ranked = sorted(took, key=lambda name: statistics.median(took[name]), reverse=True)
    return Claim(
        what=f"the slowest report on {size:,} events",
        against=f"{LIMIT:g} seconds",
        ratio=statistics.median(took[ranked[0]]) / LIMIT,
        bound=1,
        at_most=True,
        detail=", ".join(f"`{name}` {_milliseconds(took[name])} ms" for name in ranked[:3]),
    )


def _whole(timeline: Timeline, report: Report) -> None:
    """Every row of a report; what it must be told is the first that there is."""
    given = {}
    for parameter in report.params:
        if parameter.default is None:
            table = "party_history" if parameter.kind == "company" else "subject_history"
            query = f"SELECT min({parameter.name}) AS first FROM {table}"
            given[parameter.name] = next(timeline.sql(query).found)["first"]
    for _ in timeline.report(report.name, params=given):
        pass


def _rows(database: sqlite3.Connection, query: str) -> float:
    return _processor(lambda: database.execute(query).fetchall())


def _processor(action: Callable[[], object]) -> float:
    """Seconds of this process's time that something takes."""
    start = time.process_time()
    action()
    return time.process_time() - start


def _milliseconds(values: list[float]) -> str:
    return spread([value * 1000 for value in values])
