"""What an append and a question cost, in numbers that are the same on every machine."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event as sa_event
from sqlalchemy.pool import Pool

from benchmarks.generate import write_news
from tests.answers.stores import draft
from timeline import Timeline
from timeline.loading import replay_files
from timeline.model.values import Fields
from timeline.store.store import Store

FIXTURES = Path(__file__).parents[2] / "fixtures"
MORE = 5_000
"""Events of others' news beside the stories."""


class Work:
    """What a database was asked, and how many steps of its virtual machine that took."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.steps = 0

    def step(self) -> None:
        self.steps += 1

    @property
    def verbs(self) -> Counter[str]:
        """How often each kind of statement ran; of inserts into a table that is one for all rows."""
        # SQLite names a statement again where it comes back from a trigger
        told = [" ".join(text.split()) for text, _ in groupby(self.statements)]
        inserts = {text.partition(" (")[0] for text in told if text.startswith("INSERT")}
        others = [text.partition(" ")[0] for text in told if not text.startswith("INSERT")]
        return Counter(others) + Counter({"INSERT": len(inserts)})


@contextmanager
def watched() -> Iterator[Work]:
    """All that connections which are opened meanwhile do."""
    work = Work()

    def watch(connection: sqlite3.Connection, _record: object) -> None:
        connection.set_trace_callback(work.statements.append)
        connection.set_progress_handler(work.step, 1)

    sa_event.listen(Pool, "connect", watch)
    try:
        yield work
    finally:
        sa_event.remove(Pool, "connect", watch)


# --- appending ------------------------------------------------------------------------------------


def registrations() -> list[Fields]:
    source = {"id": "s", "type": "source_registered", "subject": "source:s", "publisher": "Post"}
    names = ("acme", "globex")
    return [
        source | {"kind": "news", "published": "2020-01-01"},
        *({"type": "company_registered", "subject": f"company:{n}", "name": n} for n in names),
    ]


def deal(name: str, count: int) -> list[Fields]:
    """A new deal, and ``count - 1`` events that follow."""
    fields: Fields = {"subject": f"deal:{name}", "source": "s"}
    terms = {"kind": "supply", "parties": {"acme": ["supplier"], "globex": ["customer"]}}
    first = fields | {"type": "deal_signed", "occurred": "2020-01-01"} | terms
    later = fields | {"type": "deal_terms_disclosed"}
    days = [f"2020-{n // 28 + 1:02}-{n % 28 + 1:02}" for n in range(1, count)]
    return [first, *(later | {"occurred": day, "known": day, "title": day} for day in days)]


def append(store: Store, events: list[Fields]) -> None:
    store.append([draft(fields) for fields in events])


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "timeline.db")
    store.init()
    append(store, registrations())
    append(store, deal("short", 2))
    append(store, deal("long", 300))
    store.close()  # so that the next append opens a connection that is watched
    yield store
    store.close()


def next_of(name: str, number: int) -> list[Fields]:
    return [deal(name, number)[-1]]


@pytest.mark.parametrize(
    "events, selects, inserts, updates",
    [
        pytest.param(deal("new", 1), 6, 6, 3, id="one that opens a deal"),
        pytest.param(deal("new", 4), 6, 6, 3, id="four of a new deal"),
        pytest.param(next_of("short", 3), 9, 3, 5, id="the third of a deal"),
        pytest.param(next_of("long", 301), 9, 3, 5, id="the 301st of a deal"),
    ],
)
def test_an_append_takes_so_many_statements(
    store: Store, events: list[Fields], selects: int, inserts: int, updates: int
) -> None:
    append(store, [])  # a connection's first look at the schema
    store.close()
    with watched() as work:
        append(store, events)
    store.close()
    verbs = work.verbs
    assert (verbs["BEGIN"], verbs["COMMIT"]) == (1, 1)
    assert (verbs["SELECT"], verbs["INSERT"], verbs["UPDATE"]) == (selects, inserts, updates)


@pytest.mark.parametrize(
    "events, selects, inserts, updates",
    [
        pytest.param(deal("new", 1), 2, 6, 3, id="one that opens a deal"),
        pytest.param(deal("new", 4), 2, 6, 3, id="four of a new deal"),
        pytest.param(next_of("short", 4), 2, 3, 5, id="the fourth of a deal"),
        pytest.param(next_of("long", 302), 2, 3, 5, id="the 302nd of a deal"),
    ],
)
def test_an_append_after_another_takes_fewer_statements(
    store: Store, events: list[Fields], selects: int, inserts: int, updates: int
) -> None:
    append(store, [])
    store.close()
    with watched() as work:
        append(store, [*next_of("short", 3), *next_of("long", 301)])
        work.statements.clear()
        append(store, events)
    store.close()
    verbs = work.verbs
    assert (verbs["BEGIN"], verbs["COMMIT"]) == (1, 1)
    assert (verbs["SELECT"], verbs["INSERT"], verbs["UPDATE"]) == (selects, inserts, updates)


def test_a_bulk_replay_asks_a_few_statements_for_a_thousand_events(tmp_path: Path) -> None:
    asked = []
    for count in (1_000, 5_000):
        news = tmp_path / f"{count}.jsonl"
        with news.open("wb") as stream:
            write_news(stream, count)
        store = Store(tmp_path / f"{count}.db")
        store.init()
        store.close()
        with watched() as work:
            replay_files(store, [news])
        store.close()
        asked.append(work.verbs["SELECT"])
    assert asked[0] <= 12
    assert asked[1] - asked[0] <= 4 * 4, "at most four for each thousand more"


# --- asking ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The stories alone, and the stories in much other news."""
    folder = tmp_path_factory.mktemp("counts")
    news = folder / "news.jsonl"
    with news.open("wb") as stream:
        write_news(stream, MORE)
    for name, files in (("small", [FIXTURES]), ("large", [news, FIXTURES])):
        store = Store(folder / f"{name}.db")
        replay_files(store, files)
        store.close()
    return folder / "small.db", folder / "large.db"


Question = Callable[[Timeline], Any]

QUESTIONS: dict[str, tuple[int, Question]] = {
    "state": (9, lambda t: t.state("foxconn", on="2025-11-21")),
    "state, as known": (9, lambda t: t.state("foxconn", on="2025-11-21", known="2025-11-20")),
    "diff": (18, lambda t: t.diff("foxconn", on="2024-01-01..2025-11-21")),
    "why": (9, lambda t: t.why("deal:foxconn-openai-ai-hardware")),
    "deals": (9, lambda t: t.items("deal", company="foxconn")),
    "facts": (9, lambda t: t.items("fact", company="foxconn")),
}
"""With how many statements each is answered."""


@pytest.mark.parametrize("question", QUESTIONS)
def test_what_a_question_reads_does_not_grow_with_the_news_of_others(
    stores: tuple[Path, Path], question: str
) -> None:
    statements, ask = QUESTIONS[question]
    steps, asked, answers = [], [], []
    for path in stores:
        with watched() as work, Timeline.open(path) as timeline:
            answers.append(ask(timeline))
        asked.append(work.verbs["SELECT"])
        steps.append(work.steps)
    assert len(answers[0].to_dicts()) == len(answers[1].to_dicts()) > 0
    assert asked == [statements, statements], (question, asked)
    assert steps[1] <= steps[0] * 1.05, steps


def test_the_market_on_an_early_day_reads_the_evidence_of_what_held_then(
    stores: tuple[Path, Path],
) -> None:
    steps, items = [], []
    for day in ("2015-01-01", "2026-01-01"):
        with watched() as work, Timeline.open(stores[1]) as timeline:
            answer = timeline.state(on=day)
        items.append(len({item.subject for each in answer.companies for item in each.items}))
        steps.append(work.steps)
    assert 0 < items[0] < items[1] / 4
    assert steps[0] < steps[1] / 2, "most of the log is of what came later"


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_about_a_company_looks_everything_up(
    stores: tuple[Path, Path], question: str
) -> None:
    with watched() as work, Timeline.open(stores[1]) as timeline:
        QUESTIONS[question][1](timeline)
    asked = [text for text in work.statements if text.lstrip().startswith("SELECT")]
    assert asked
    with closing(sqlite3.connect(stores[1])) as database:
        for statement in asked:
            plan = [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {statement}")]
            for table in ("event", "subject_history", "party_history", "subject_company"):
                assert not [step for step in plan if step.startswith(f"SCAN {table}")], statement
