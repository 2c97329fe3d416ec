"""A folder of Parquet as a store: the answers of the store it was exported from, and nothing but reading."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from msgspec.json import encode

from tests import databases
from tests.answers.stores import FIXTURES
from tests.cli.program import run
from timeline.app import Timeline
from timeline.errors import OutOfTime, StoreUnavailable


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A store of all stories, and the same exported."""
    folder = tmp_path_factory.mktemp("parquet")
    db = str(folder / "timeline.db")
    with Timeline.open(db) as timeline:
        timeline.replay([FIXTURES])
        timeline.append({
            "type": "companies_judged", "id": "one", "companies": ["foxconn", "sharp"],
            "judgement": "same",
        })  # fmt: skip
        timeline.export_tables(folder / "tables")
    return db, f"parquet:{folder / 'tables'}"


AT = ("--on", "2025-11-22", "--known", "2025-12-01")
REPORTS = (
    "attention", "commitments", "deals-by-month", "disagreements", "news-lag", "open-rumours", "quality",
    "resolved-rumours", "suppliers",
)  # fmt: skip


@pytest.mark.parametrize(
    "asked",
    [
        *((f"report {name}", *AT) for name in REPORTS),
        ("report changes", "--on", "2025-11-22"),
        ("report concentration", "--param", "company=foxconn", *AT),
        ("report portfolio", "--param", "company=Foxconn", *AT),
        ("report revisions", "--param", "subject=fact:foxconn/revenue", *AT),
        ("state",),
        ("state foxconn", "--group", *AT),
        ("companies",),
        ("log foxconn",),
        ("find foxc",),
        ("find servers",),
        ("match",),
        ("sql", "SELECT * FROM current_company_state ORDER BY company, subject"),
        ("sql", "SELECT id, known, sources FROM event_log ORDER BY position"),
        ("anchor",),
        ("verify",),
    ],
    ids=" ".join,
)
def test_it_answers_as_the_store_does(stores: tuple[str, str], asked: tuple[str, ...]) -> None:
    command = (*asked[0].split(), *asked[1:], "--json")
    first, second = (run("--db", db, *command) for db in stores)
    assert first.exit_code == 0, first.stderr
    assert json.loads(second.stdout) == json.loads(first.stdout)
    assert (second.stdout, second.stderr) == (first.stdout, first.stderr)


@pytest.mark.parametrize(
    "query",
    [
        "COPY (SELECT 1) TO 'out.csv'",
        "SELECT 1; SELECT 2",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT content FROM read_text('/etc/hostname')",
        "SET enable_external_access = true",
        "ATTACH 'other.db'",
        "INSTALL httpfs",
        "CREATE TABLE mine (a INTEGER)",
    ],
)
def test_a_query_sees_nothing_but_the_folder(stores: tuple[str, str], query: str) -> None:
    done = run("--db", stores[1], "sql", query)
    assert (done.exit_code, "error[query-refused]" in done.stderr) == (2, True), done.stderr


def test_a_query_and_a_question_end_in_time(stores: tuple[str, str]) -> None:
    with Timeline.open(stores[1]) as timeline:
        with pytest.raises(OutOfTime):
            list(timeline.sql("SELECT count(*) FROM range(1000000000000)", timeout=0.2))
        with pytest.raises(OutOfTime), timeline.reading(seconds=0.2) as connection:
            connection.exec_driver_sql("SELECT count(*) FROM range(1000000000000)")


def test_it_is_only_read_and_must_be_an_export(stores: tuple[str, str], tmp_path: Path) -> None:
    done = run("--db", stores[1], "replay", str(FIXTURES))
    assert (done.exit_code, "is only read" in done.stderr) == (4, True), done.stderr
    for folder, said in ((tmp_path / "nowhere", "is not there"), (tmp_path, "holds no export")):
        with (
            pytest.raises(StoreUnavailable, match=said),
            Timeline.open(f"parquet:{folder}") as timeline,
        ):
            timeline.stats()


def test_what_was_exported_from_postgresql_answers_in_the_same_order(
    stores: tuple[str, str], tmp_path: Path
) -> None:
    """A jsonb has an order of keys of its own, which no text that an export writes may keep."""
    with Timeline.open(stores[0]) as here, databases.database() as url:
        here.backup(tmp_path / "backup.gz")
        expected = [encode(here.state(on=AT[1])), encode(here.courses("foxconn", on=AT[1]))]
        with Timeline.open(databases.url_text(url)) as server:
            server.restore(tmp_path / "backup.gz")
            server.export_tables(tmp_path / "tables")
            asked = [server.state(on=AT[1]), server.courses("foxconn", on=AT[1])]
    assert [*map(encode, asked)] == expected
    with Timeline.open(f"parquet:{tmp_path / 'tables'}") as there:
        asked = [there.state(on=AT[1]), there.courses("foxconn", on=AT[1])]
    assert [*map(encode, asked)] == expected
