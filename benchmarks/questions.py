"""Reading: the whole log folded again, and the state of a company at a coordinate drawn at random.

Companies are drawn evenly, of which half have no more than a few items, and as the news names them, as people
do when they ask.

The peer folds the same deals, nothing else: what it is asked for is the deals of the company, one by one. The
window query is what one would write by hand over the ``event`` table alone: the last event of each of the
company's subjects at that coordinate, found by the parties in the payload. Neither knows of corrections,
doubts or evidence.
"""

from __future__ import annotations

import random
import sqlite3
import statistics
import tempfile
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from benchmarks import peer
from benchmarks.claim import Claim
from benchmarks.stores import raw, seconds, spread, store_of
from timeline.answers.coordinate import coordinate
from timeline.answers.state import state
from timeline.answers.view import View
from timeline.model.dates import OPEN_END
from timeline.model.fold import replay
from timeline.store.log import read_all_entries, read_entries, read_head
from timeline.store.store import Store
from timeline.store.tables import event, subject_company

Question = tuple[str, str, str]

WINDOW = """
SELECT subject, type, payload FROM (
  SELECT subject, type, payload, row_number() OVER (
    PARTITION BY subject ORDER BY latest DESC, known DESC, position DESC) AS place
  FROM event WHERE earliest <= :on AND known <= :known AND subject IN (
    SELECT subject FROM event AS first WHERE first.version = 1 AND first.subject LIKE 'deal:%'
    AND EXISTS (SELECT 1 FROM json_each(first.payload, '$.parties') WHERE key = :company)))
WHERE place = 1
"""


def measure(quick: bool) -> list[Claim]:
    """Everything on one store; at full size also against a small one."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small, size = 10_000, 100_000 if quick else 1_000_000
        app = peer.application(folder / "peer.db")
        store = store_of(folder, size)
        claims = [_replay(store_of(folder, small), app, 3 if quick else 7)]
        for named in (False, True):
            claims += _states(store, app, size, 20 if quick else 100, named=named)
        at_small = _ours(store_of(folder, small), draw_questions(store_of(folder, small), 200))
        at_large = _ours(store, draw_questions(store, 200))
        claims.append(
            Claim(
                what=f"state of a company at a random (on, known), {size:,} events stored, median",
                against=f"{small:,} events stored",
                ratio=statistics.median(at_large) / statistics.median(at_small),
                bound=1.5,
                at_most=True,
                detail=f"{spread(at_large)} µs, {spread(at_small)} µs",
            )
        )
        app.close()
        return claims


def _replay(path: Path, app: Any, rounds: int) -> Claim:
    deals: list[str] = []
    count = 0
    with Store(path).reading() as connection:
        head = read_head(connection).position
        for subject, entries in read_all_entries(connection, head, ["deal"]):
            count += len(entries)
            deals.append(subject)
            news = [{"type": e.type, "occurred": e.occurred, **e.fields} for e in entries]
            app.save(peer.told(subject, news))
        mine, theirs, ratios = [], [], []
        for _ in range(rounds):
            ours = seconds(
                lambda: [
                    replay(entries, OPEN_END)
                    for _, entries in read_all_entries(connection, head, ["deal"])
                ]
            )
            other = seconds(partial(_all, app, [peer.deal_id(deal) for deal in deals]))
            mine.append(count / ours)
            theirs.append(count / other)
            ratios.append(other / ours)
    return Claim(
        what="replay from the log: read, decode and fold every deal",
        against="`eventsourcing`: every deal from its repository",
        ratio=statistics.median(ratios),
        bound=5,
        at_most=False,
        detail=f"{spread(mine)} events/s, {spread(theirs)} events/s",
    )


def draw_questions(target: Path | str, count: int, *, named: bool = False) -> list[Question]:
    """Days drawn evenly from the years of the news; companies too, or as often as deals name them."""
    rnd = random.Random(2)
    with Store(target).reading() as connection:
        statement = sa.select(subject_company.c.company).order_by(subject_company.c.company)
        companies = list(connection.scalars(statement if named else statement.distinct()))
        last = connection.scalar(sa.select(sa.func.max(event.c.known))) or ""
    start = date(2015, 1, 1)
    days = (date.fromisoformat(last[:10]) - start).days
    drawn = []
    for _ in range(count):
        on, known = sorted(start + timedelta(days=rnd.randrange(days)) for _ in range(2))
        drawn.append((rnd.choice(companies), on.isoformat(), known.isoformat()))
    return drawn


def _ours(path: Path, questions: list[Question]) -> list[float]:
    """Microseconds of each answer, in one session."""
    with Store(path).reading() as connection:

        def ask(company: str, on: str, known: str) -> None:
            at = coordinate(connection, timezone="UTC", on=on, known=known)
            state(View(connection, at), company)

        ask(*questions[0])
        return [seconds(partial(ask, *question)) * 1e6 for question in questions]


def _states(path: Path, app: Any, size: int, count: int, *, named: bool) -> list[Claim]:
    questions = draw_questions(path, count, named=named)
    mine = _ours(path, questions)
    folded = []
    with Store(path).reading() as connection, raw(path) as database:
        head = read_head(connection).position
        for company, *_ in questions:
            statement = sa.text(
                "SELECT subject FROM subject_company WHERE company = :company AND subject LIKE 'deal:%'"
            )
            deals = list(connection.scalars(statement, {"company": company}))
            for subject, entries in read_entries(connection, deals, head):
                if peer.deal_id(f"{size}{subject}") not in app.repository:
                    news = [{"type": e.type, "occurred": e.occurred, **e.fields} for e in entries]
                    app.save(peer.told(f"{size}{subject}", news))
            ids = [peer.deal_id(f"{size}{subject}") for subject in deals]
            folded.append(seconds(partial(_all, app, ids)) * 1e6)
        few = questions[: max(5, count // 10)]  # each scans the log
        queried = [seconds(partial(_window, database, q)) * 1e6 for q in few]
    what = f"state of a company at a random (on, known), {size:,} events stored"
    what += ", companies as the news names them" if named else ", companies drawn evenly"
    claims = []
    for against, values, bound in (
        ("folding the same deals with `eventsourcing`", folded, 10),
        ("a window query over the log, written by hand", queried, 20),
    ):
        ratio = statistics.median(values) / statistics.median(mine)
        detail = f"{spread(mine)} µs, {spread(values)} µs"
        claims.append(Claim(what, against, ratio, bound, False, detail))
    return claims


def _all(app: Any, ids: list[UUID]) -> None:
    for id_ in ids:
        app.repository.get(id_)


def _window(database: sqlite3.Connection, question: Question) -> list[Any]:
    company, on, known = question
    asked = {"company": company, "on": on, "known": f"{known}T23:59:59.999999Z"}
    return database.execute(WINDOW, asked).fetchall()
