"""Questions: what was recorded by then never changes, and one company's state does not read the whole log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.answers.stores import FIXTURES, memory_store
from tests.contracts.world import (
    ACME,
    DEAL,
    GLOBEX,
    IDENTITY,
    SIGNED,
    Clock,
    World,
    correction,
    retraction,
)
from timeline.ingest.draft import Draft
from timeline.ingest.fixtures import find_files, load_fixture
from timeline.model.values import Fields
from timeline.store.engine import WATCHED

COORDINATES: tuple[dict[str, Any], ...] = (
    {"on": "2025-12-31"},
    {"on": "2025-04-15"},
    {"on": "2025-11-21", "known": "2025-11-20"},
    {"on": "2025-12-31", "known": "2025-02-01"},
)


def answers(world: World, company: str, **at: Any) -> list[Any]:
    found = [world.timeline.state(company, **coordinate, **at) for coordinate in COORDINATES]
    return [[msgspec.to_builtins(c)["items"] for c in answer.companies] for answer in found]


def test_appending_never_changes_an_answer_at_an_earlier_recorded(world: World) -> None:
    drafts: list[Draft] = []
    for name in ("foxconn-openai", "foxconn-openai-later"):
        (found,) = find_files([FIXTURES / f"{name}.yaml"])
        drafts += load_fixture(found).drafts
    seen: dict[int, tuple[str, list[Any]]] = {}
    for start in range(0, len(drafts), 8):
        world.clock.forward(hours=1)
        world.store.append(drafts[start : start + 8])
        if world.row("foxconn") if "foxconn" in world.ids() else _registered(world, "foxconn"):
            seen[world.head().position] = world.head().recorded, answers(world, "foxconn")
    assert len(seen) > 4
    for position, (instant, then) in seen.items():
        assert answers(world, "foxconn", recorded=position) == then
        assert answers(world, "foxconn", recorded=instant) == then


def _registered(world: World, company: str) -> bool:
    return f"company:{company}" in {row.subject for row in world.rows()}


EVENTS: tuple[Fields, ...] = (
    DEAL, SIGNED, DEAL | {"id": "d2", "subject": "deal:d2", "occurred": "2025-03~"},
    SIGNED | {"type": "deal_terminated", "id": "ended", "occurred": "2025-04"},
    correction("announced", {"title": "news"}, id="c1", source="wire"),
    correction("announced", {"title": "mend", "known": "2025-01-02"}, id="c2"),
    correction("signed", {"occurred": "2025-01-17"}, id="c3"),
    retraction("c1", id="r1"), retraction("announced", id="r2", source="wire"), retraction("r2", id="r3"),
)  # fmt: skip


@given(st.permutations(EVENTS), st.lists(st.integers(1, 4), min_size=10, max_size=10))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_it_does_not_matter_for_the_past_what_comes_later(
    events: list[Fields], sizes: list[int]
) -> None:
    """Whatever comes in whatever portions: what was answered stays answered, and replay agrees."""
    clock = Clock()
    world = World(memory_store(Clock()), clock)
    world.append(*IDENTITY)
    there, seen = {"announced"}, {}
    rest = [DEAL, *(event for event in events if event != DEAL)]
    while rest:
        portion, rest = rest[: sizes[0]], rest[sizes[0] :]
        sizes = sizes[1:] + sizes[:1]
        sound = []
        for event in portion:
            if event.get("target", event["id"]) in there | {event["id"]} and (
                event.get("target") != event["id"]
            ):
                sound.append(event)
                there.add(event["id"])
        world.append(*sound)
        seen[world.head().position] = answers(world, "acme")
    for position, then in seen.items():
        assert answers(world, "acme", recorded=position) == then
    world.check()
    world.store.close()


# --- what is read -------------------------------------------------------------------------------


@contextmanager
def watched(world: World) -> Iterator[list[tuple[str, Any]]]:
    """The statements that are executed meanwhile, those that never change too, with their parameters."""
    seen: list[tuple[str, Any]] = []
    marked: list[dict[Any, Any]] = []

    def mark(connection: sa.Connection) -> None:
        connection.info[WATCHED] = True
        marked.append(connection.info)

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            seen.append((statement, parameters))

    sa.event.listen(sa.Engine, "begin", mark)
    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
        sa.event.remove(sa.Engine, "begin", mark)
        for info in marked:
            info.pop(WATCHED, None)


def plan(world: World, statement: str, parameters: Any) -> str:
    """What the database does for a statement."""
    with world.store.reading() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if not sqlite:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        explain = "EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN "
        rows = connection.exec_driver_sql(explain + statement, parameters).all()
        return "\n".join(str(row[-1]) for row in rows)


QUESTIONS: dict[str, dict[str, Any]] = {
    "now": {},
    "recorded by a position": {"recorded": 100},
    "recorded by an instant": {"recorded": "2026-01-02"},
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_state_of_a_company_never_reads_the_whole_log(world: World, question: str) -> None:
    world.append(*IDENTITY, DEAL, SIGNED)
    for number in range(60):
        other: Fields = ACME | {
            "id": f"o-{number}",
            "subject": f"company:o-{number}",
            "name": f"O {number}",
        }
        deal = DEAL | {"id": f"d-{number}", "subject": f"deal:d-{number}"}
        world.append(other, deal | {"parties": {f"o-{number}": ["partner"], "globex": ["partner"]}})
    with watched(world) as statements:
        item = world.item(**QUESTIONS[question])
    assert (item is not None) == (QUESTIONS[question] != {"recorded": "2025-01-01"})
    assert len(statements) > 4
    for statement, parameters in statements:
        if "event" not in statement:
            continue
        said = plan(world, statement, parameters)
        for line in said.splitlines():
            few = "SCAN event USING INDEX event_judged"  # an index of the judgements alone
            assert line == few or not line.startswith("SCAN event"), f"{statement}\n{said}"
            assert "Seq Scan on event" not in line, f"{statement}\n{said}"


def test_a_company_by_any_of_its_names(world: World) -> None:
    world.append(
        *IDENTITY,
        GLOBEX | {"id": "g2", "aliases": ["Globex Inc"], "identifiers": {"ticker": "GLX"}},
    )
    for name in ("globex", "Globex Inc", "GLX", "globex inc"):
        (company,) = world.timeline.state(name, on="2025-01-01").companies
        assert company.company == "globex"
