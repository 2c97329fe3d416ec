"""Asking in SQL at the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.answers.stores import FIXTURES
from tests.cli.program import run


@pytest.fixture
def db(tmp_path: Path) -> str:
    path = str(tmp_path / "timeline.db")
    assert run("--db", path, "replay", str(FIXTURES / "foxconn-openai.yaml")).exit_code == 0
    return path


COUNT = "SELECT count(*) AS n FROM event WHERE type = :type"


def test_a_query_is_an_argument_a_file_or_standard_input(db: str, tmp_path: Path) -> None:
    file = tmp_path / "query.sql"
    file.write_text(COUNT, encoding="utf-8")
    given = ("--param", "type=deal_announced", "--json")
    said = [
        run("--db", db, "sql", COUNT, *given),
        run("--db", db, "sql", str(file), *given),
        run("--db", db, "sql", "-", *given, stdin=COUNT.encode()),
    ]
    assert [json.loads(done.stdout) for done in said] == [[{"n": 6}]] * 3


@pytest.mark.parametrize("format_", ["table", "json", "jsonl", "csv", "md"])
def test_a_limit_leaves_out_rows_and_says_so(db: str, format_: str) -> None:
    query = "SELECT position FROM event ORDER BY position"
    done = run("--db", db, "sql", query, "--limit", "2", "--format", format_)
    assert done.exit_code == 0
    assert "1" in done.stdout
    assert "3" not in done.stdout
    assert "more than 2 rows" in done.stderr
    assert "more than" not in run("--db", db, "sql", "SELECT 1 AS x", "--limit", "1").stderr


def test_what_a_spreadsheet_would_run_is_harmless(db: str) -> None:
    query = "SELECT '=1+1' AS a, '@x' AS b, -1 AS c"
    assert run("--db", db, "sql", query, "--format", "csv").stdout == "a,b,c\n'=1+1,'@x,-1\n"


@pytest.mark.parametrize(
    "arguments, code, said",
    [
        (("DELETE FROM event",), 2, "error[query-refused]"),
        (("SELECT 1 AS x FROM nowhere",), 2, "error[query-failed]"),
        (("SELECT :x AS x",), 2, "--param x=VALUE"),
        (("SELECT 1 AS x", "--param", "x"), 2, "NAME=VALUE"),
        (("nothing.sql",), 1, "error[cannot-read]"),
        (("/dev/zero",), 2, "longer than 1 MB"),
        (("SELECT 1 AS x", "--timeout", "0"), 2, "--timeout"),
    ],
)
def test_what_goes_wrong_is_said(db: str, arguments: tuple[str, ...], code: int, said: str) -> None:
    done = run("--db", db, "sql", *arguments)
    assert (done.exit_code, done.stdout) == (code, "")
    assert said in done.stderr


def test_a_query_without_an_end_is_refused(db: str) -> None:
    done = run("--db", db, "sql", "-", stdin=("é" * 2**20).encode())
    assert (done.exit_code, done.stdout) == (2, "")
    assert "longer than 1 MB" in done.stderr


def test_what_fails_writes_no_file(db: str, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("before", encoding="utf-8")
    done = run("--db", db, "sql", "DELETE FROM event", "--format", "csv", "-o", str(file))
    assert done.exit_code == 2
    assert file.read_text(encoding="utf-8") == "before"


def test_reports_are_listed_and_run(
    db: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own.sql").write_text("-- title: Mine\nSELECT 1 AS one\n", encoding="utf-8")
    listed = json.loads(run("report", "--json").stdout)
    assert "own" not in [row["name"] for row in listed]
    monkeypatch.setenv("TIMELINE_REPORTS", str(tmp_path))
    listed = json.loads(run("report", "--json").stdout)
    assert "own" in [row["name"] for row in listed]
    assert json.loads(run("--db", db, "report", "own", "--json").stdout) == [{"one": 1}]
    asked = ("portfolio", "--on", "2025-11-21", "--param", "company=Foxconn", "--limit", "1")
    done = run("--db", db, "report", *asked, "--format", "csv")
    assert len(done.stdout.splitlines()) == 2
    assert "more than 1 rows" in done.stderr
    done = run("--db", db, "report", "portfolo")
    assert (done.exit_code, "portfolio" in done.stderr) == (1, True)
