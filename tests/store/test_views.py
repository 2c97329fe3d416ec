"""What SQL finds in the views is what the program answers, whatever was appended, on both databases."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from sqlalchemy.engine import URL, Connection

from tests import databases
from tests.answers.stores import FIXTURES, Clock, new_store
from tests.store.test_projection_property import IDENTITY, append, batches, near_days, near_instants
from timeline import Timeline
from timeline.answers.model import Coordinate
from timeline.answers.state import state
from timeline.answers.view import View
from timeline.loading import replay_files
from timeline.model.values import LAST_DAY, LAST_INSTANT, Fields
from timeline.store.log import read_head
from timeline.store.store import Store
from timeline.store.tables import subject_history
from timeline.store.views import views

NAMED = ("company", "subject", "subject_kind", "kind", "status", "certainty", "roles",
         "counterparties", "since", "terms", "disputed", "irregular")  # fmt: skip
OTHERWISE = ("company", "subject_kind", "disputed", "irregular")
OF_A_DAY = sa.text(
    f"SELECT {', '.join(NAMED)} FROM company_state "
    "WHERE valid_from <= :on AND :on < valid_to AND known_from <= :known AND :known < known_to"
).columns(*(views.tables["company_state"].c[name] for name in NAMED))

PROCEEDINGS = FIXTURES.parent / "tests" / "cases" / "proceeding.yaml"

Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def server() -> Iterator[URL]:
    """One database for all examples, emptied for each."""
    with databases.database() as url:
        yield url


def in_order(rows: Rows) -> Rows:
    return sorted(rows, key=lambda row: (row["company"], row["subject"]))


def held(connection: Connection, on: str, known: str) -> Rows:
    bounds = views.tables["company_state"].c
    query = OF_A_DAY.bindparams(
        sa.bindparam("on", type_=bounds.valid_from.type),
        sa.bindparam("known", type_=bounds.known_from.type),
    )
    found = connection.execute(query, {"on": on, "known": known}).mappings()
    return in_order([_plain(row) for row in found])


def _plain(row: Any) -> dict[str, Any]:
    return {n: json.loads(v) if _is_json(n, v) else v for n, v in row.items()}


def _is_json(name: str, value: Any) -> bool:
    return name in ("roles", "counterparties", "terms") and isinstance(value, str)


def answered(connection: Connection, on: str, known: str) -> Rows:
    """By the fold of the log, which does not read the stored histories that the views show."""
    position = read_head(connection).position
    at = Coordinate(on=on, known=known, known_at=known, recorded=position, position=position)
    view = View(connection, at)
    assert not view.stored
    return in_order(
        [
            {
                "company": company.company,
                "subject_kind": item.subject.partition(":")[0],
                **{n: getattr(item, n) for n in NAMED if n not in OTHERWISE},
                "disputed": bool(item.disputed),
                "irregular": bool(item.irregular),
            }
            for company in state(view).companies
            for item in company.items
        ]
    )


def coordinates(connection: Connection, seed: int, count: int) -> list[tuple[str, str]]:
    """Random pairs of days and instants at which something changes, and those next to them."""
    table = subject_history.c
    days, instants = set(), set()
    for row in connection.execute(
        sa.select(table.valid_from, table.valid_to, table.known_from, table.known_to)
    ):
        days |= {str(row.valid_from), str(row.valid_to)}
        instants |= {str(row.known_from), str(row.known_to)}
    # the open ends are no coordinates
    some_days = [day for day in near_days(days) if day < LAST_DAY]
    some_instants = [instant for instant in near_instants(instants) if instant < LAST_INSTANT]
    random = Random(seed)
    return [(random.choice(some_days), random.choice(some_instants)) for _ in range(count)]


def test_the_state_of_the_real_stories_at_random_coordinates(target: str) -> None:
    with Timeline.open(target) as timeline:
        replay_files(timeline.store, [FIXTURES])
        with timeline.reading() as connection:
            found = 0
            for on, known in coordinates(connection, seed=1, count=40):
                rows = held(connection, on, known)
                assert rows == answered(connection, on, known), (on, known)
                found += len(rows)
            assert found > 100, "coordinates at which something holds"


@given(batches())
@settings(max_examples=15)
def test_the_state_of_anything_at_random_coordinates(
    server: URL, appended: list[list[Fields]]
) -> None:
    databases.clear(server)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        on_file = new_store(Path(folder))
        on_server = Store(databases.url_text(server), clock=Clock())
        for store in (on_file, on_server):
            stack.callback(store.close)
            for batch in (IDENTITY, *appended):
                append(store, [dict(fields) for fields in batch])
        with on_file.reading() as file, on_server.reading() as served:
            for on, known in coordinates(file, seed=len(appended), count=12):
                expected = answered(file, on, known)
                assert held(file, on, known) == expected, (on, known)
                assert held(served, on, known) == expected, (on, known)


def test_every_view_has_the_same_rows_on_both_databases(server: URL, tmp_path: Path) -> None:
    databases.clear(server)
    on_file = Timeline(new_store(tmp_path))
    on_server = Timeline(Store(databases.url_text(server), clock=Clock()))
    with on_file, on_server:
        for timeline in (on_file, on_server):
            replay_files(timeline.store, [FIXTURES, PROCEEDINGS])
        with on_file.reading() as file, on_server.reading() as served:
            for view in views.tables.values():
                rows = [
                    sorted(
                        json.dumps([_same(value) for value in row], sort_keys=True, default=str)
                        for row in connection.execute(sa.select(view))
                    )
                    for connection in (file, served)
                ]
                assert rows[0] == rows[1], view.name
                assert rows[0], f"{view.name} is empty"


def _same(value: Any) -> Any:
    return float(value) if hasattr(value, "quantize") else value


def test_functions_of_postgresql_take_a_day_as_its_end(server: URL) -> None:
    databases.clear(server)
    with Timeline(Store(databases.url_text(server), clock=Clock())) as timeline:
        replay_files(timeline.store, [FIXTURES])
        on, known = "2024-06-30", "2024-06-30T23:59:59.999999Z"
        with timeline.reading() as connection:
            expected = [(row["company"], row["subject"]) for row in held(connection, on, known)]
            assert expected
            for asked in ("'2024-06-30'", "date '2024-06-30'", f"timestamptz '{known}'"):
                query = f"SELECT company, subject FROM company_state_at('{on}', {asked})"
                found = connection.exec_driver_sql(query).all()
                assert sorted(map(tuple, found)) == expected, asked
            today = connection.exec_driver_sql(
                "SELECT count(*) FROM company_state_at(current_date)"
            )
            current = connection.exec_driver_sql("SELECT count(*) FROM current_company_state")
            assert today.scalar() == current.scalar()


def test_what_ends_today_is_no_longer_current(target: str) -> None:
    """Of a deal that was signed yesterday and ended today, today shows the end alone."""
    now = datetime.now(UTC)
    today, yesterday = now.date().isoformat(), (now - timedelta(days=1)).date().isoformat()
    fields: Fields = {"subject": "deal:d", "source": "s", "known": yesterday}
    terms = {"kind": "supply", "parties": {"acme": ["supplier"], "globex": ["customer"]}}
    signed = fields | {"id": "a", "type": "deal_signed", "occurred": yesterday} | terms
    ended = fields | {"id": "b", "type": "deal_terminated", "occurred": today}
    with Timeline.open(target) as timeline:
        append(timeline.store, [*(dict(each) for each in IDENTITY), signed, ended])
        with timeline.reading() as connection:
            for view in ("current_deal_history", "current_company_state"):
                query = f"SELECT DISTINCT status FROM {view} WHERE subject = 'deal:d'"
                assert list(connection.exec_driver_sql(query).scalars()) == ["terminated"], view
