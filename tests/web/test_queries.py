"""Reports and the box for SQL: the rows of the command line, read only, and closed unless opened."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.cli.program import run
from tests.web.conftest import Serve

REPORTS = {
    "/reports/open-rumours?on=2025-01-02": "report open-rumours --on 2025-01-02",
    "/reports/portfolio?on=2025-11-21&company=Foxconn":
        "report portfolio --on 2025-11-21 --param company=Foxconn",
    "/reports/news-lag?known=2025-11-21": "report news-lag --known 2025-11-21",
}  # fmt: skip


@pytest.fixture
def boxed(serve: Serve, stories: Path) -> TestClient:
    """A client of a server with the box."""
    return serve(stories, sql=True)


def formatted(path: str, suffix: str) -> str:
    before, mark, after = path.partition("?")
    return f"{before}.{suffix}{mark}{after}"


@pytest.mark.parametrize("path", REPORTS)
@pytest.mark.parametrize("suffix", ["json", "csv"])
def test_a_report_has_the_rows_of_the_command_line(
    client: TestClient, stories: Path, path: str, suffix: str
) -> None:
    told = run("--db", str(stories), *REPORTS[path].split(), "--format", suffix)
    assert told.exit_code == 0, told.stderr
    assert client.get(formatted(path, suffix)).text == told.stdout


def test_every_report_has_a_page_with_its_query(client: TestClient) -> None:
    reports = client.get("/reports.json").json()
    assert len(reports) >= 12
    assert "path" not in reports[0]
    for each in reports:
        page = client.get(f"/reports/{each['name']}")
        assert page.status_code == 200
        assert "SELECT" in page.text or "-- computed: " in each["sql"], each["name"]
        needed = [p for p in each["params"] if p["default"] is None]
        assert ("Say first" in page.text) == bool(needed)


def test_a_report_is_in_words_on_its_page(client: TestClient) -> None:
    page = client.get("/reports/portfolio?company=foxconn&on=2025-11-21").text
    row = client.get("/reports/portfolio.json?company=foxconn&on=2025-11-21").json()[0]
    assert row["since"] == "2025-11"
    assert "November 2025" in page
    assert "[&#34;" not in page
    assert "strategic_alliance</td>" not in page


def test_what_a_report_needs_or_does_not_have_is_said(client: TestClient) -> None:
    missing = client.get("/reports/portfolio.json")
    assert (missing.status_code, missing.json()["code"]) == (400, "invalid-value")
    unknown = client.get("/reports/open-rumours.json?colour=red")
    assert (unknown.status_code, unknown.json()["code"]) == (400, "invalid-value")
    nowhere = client.get("/reports/open-rumors.json")
    assert nowhere.status_code == 404
    assert "open-rumours" in nowhere.json()["nearest"]


def test_more_rows_than_a_page_has_are_said(client: TestClient) -> None:
    page = client.get("/reports/portfolio?company=foxconn&on=2025-11-21&limit=2")
    assert "2 rows – there are more" in page.text


def test_own_reports_are_served_and_say_no_paths(
    serve: Serve, stories: Path, tmp_path: Path
) -> None:
    (tmp_path / "mine.sql").write_text("-- title: <b>Mine</b>\nSELECT 1 AS one\n")
    client = serve(stories, reports=(str(tmp_path),))
    page = client.get("/reports/mine")
    assert "&lt;b&gt;Mine" in page.text
    assert str(tmp_path) not in page.text
    assert client.get("/reports/mine.json").json() == [{"one": 1}]


def test_the_box_is_closed_unless_it_was_opened(client: TestClient, boxed: TestClient) -> None:
    assert client.get("/sql").status_code == 404
    assert client.get("/sql.json?q=SELECT 1").status_code == 404
    assert "/sql" not in client.get("/reports").text
    assert "/sql" in boxed.get("/reports").text
    assert "<textarea" in boxed.get("/sql").text


def test_the_box_answers_as_the_command_line(boxed: TestClient, stories: Path) -> None:
    query = (
        "SELECT subject, status FROM company_state WHERE company = 'foxconn' AND valid_from <= :on "
        "AND :on < valid_to AND known_from <= :known AND :known < known_to ORDER BY subject"
    )
    told = run("--db", str(stories), "sql", query, "--param", "on=2025-11-21", "--format", "json")
    assert told.exit_code == 0, told.stderr
    answer = boxed.get("/sql.json", params={"q": query, "on": "2025-11-21"})
    assert answer.text == told.stdout
    page = boxed.get("/sql", params={"q": query, "on": "2025-11-21"}).text
    assert 'href="/subjects/rumour:foxconn-nissan' in page


@pytest.mark.parametrize(
    "query, status",
    [
        ("DELETE FROM event", 403),
        ("SELECT 1; SELECT 2", 403),
        ("ATTACH 'x.db' AS x", 403),
        ("PRAGMA query_only = 0", 403),
        ("SELECT load_extension('x')", 403),
        ("SELECT * FROM nowhere", 400),
        ("SELEC 1", 400),
    ],
)
def test_the_box_only_reads(boxed: TestClient, query: str, status: int) -> None:
    answer = boxed.get("/sql.json", params={"q": query})
    code = "query-refused" if status == 403 else "query-failed"
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_query_that_takes_too_long_is_ended(serve: Serve, stories: Path) -> None:
    client = serve(stories, sql=True, seconds=0.2)
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS c FROM n"
    assert client.get("/sql.json", params={"q": endless}).status_code == 504


def test_what_a_query_finds_is_escaped(boxed: TestClient) -> None:
    page = boxed.get("/sql", params={"q": "SELECT '<img src=x onerror=alert(1)>' AS \"<b>\""})
    assert "<img" not in page.text
    assert "<b>" not in page.text.replace("<body>", "")


LONG = "SELECT instr(zeroblob(9000000), CAST(zeroblob(4000000) || x'01' AS blob)) AS x"
"""One instruction of SQLite that takes hours."""


def test_a_hundred_queries_that_never_end_leave_the_page_alive(serve: Serve, stories: Path) -> None:
    client = serve(stories, sql=True, seconds=1.0)
    healthy: list[float] = []

    def look() -> None:
        while not over.wait(0.1):
            begun = time.monotonic()
            assert client.get("/healthz").status_code == 200
            healthy.append(time.monotonic() - begun)

    over = threading.Event()
    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        with ThreadPoolExecutor(100) as pool:
            asked = [pool.submit(client.get, "/sql.json", params={"q": LONG}) for _ in range(100)]
            answers = [each.result(120) for each in asked]
    finally:
        over.set()
    watcher.join(60)
    assert not watcher.is_alive()
    assert {each.status_code for each in answers} <= {503, 504}
    assert all("retry-after" in each.headers for each in answers if each.status_code == 503)
    assert 504 in {each.status_code for each in answers}
    assert healthy
    assert max(healthy) < 3
    assert client.get("/sql.json", params={"q": "SELECT 1 AS one"}).json() == [{"one": 1}]
    assert client.get("/companies.json").status_code == 200


def test_an_answer_to_a_query_has_a_greatest_size(boxed: TestClient) -> None:
    query = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100) "
        "SELECT hex(zeroblob(100000)) AS x FROM n"
    )
    answer = boxed.get("/sql.json", params={"q": query})
    assert (answer.status_code, answer.json()["code"]) == (400, "query-failed")
    assert "larger than 8 MB" in answer.json()["detail"]


def test_an_own_report_that_was_edited_is_another_answer(
    serve: Serve, stories: Path, tmp_path: Path
) -> None:
    report = tmp_path / "mine.sql"
    report.write_text("-- title: Mine\nSELECT 1 AS one\n")
    client = serve(stories, reports=(str(tmp_path),))
    tags = {path: client.get(path).headers["etag"] for path in ("/reports", "/reports/mine.json")}
    for path, tag in tags.items():
        assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
    report.write_text("-- title: Mine\nSELECT 2 AS one\n")
    for path, tag in tags.items():
        assert client.get(path, headers={"If-None-Match": tag}).status_code == 200
