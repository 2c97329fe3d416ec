"""Every report answers the same on both databases, and finds what is there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from benchmarks.generate import write_news
from tests import databases
from tests.answers.stores import FIXTURES, new_store
from timeline import Timeline
from timeline.answers.report import SHIPPED, read_reports
from timeline.errors import InvalidValue, NotFound
from timeline.loading import replay_files
from timeline.store.store import Store

NAMES = [
    "attention", "changes", "commitments", "concentration", "deals-by-month", "disagreements", "news-lag",
    "open-rumours", "portfolio", "quality", "resolved-rumours", "revisions", "suppliers",
]  # fmt: skip

TIME = {"on": "2015-09-30", "known": "2015-09-30"}
"""When the generated news is in full course."""
LATE = {"on": "2020-09-15", "known": "2020-09-15"}
"""When a deal of the stories should have closed, and has not."""


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Timeline, Timeline]]:
    """The same stories in a file and on a server: the real ones, and generated ones."""
    folder = tmp_path_factory.mktemp("reports")
    news = folder / "news.jsonl"
    with news.open("wb") as file:
        write_news(file, 1500)
    with ExitStack() as stack:
        url = stack.enter_context(databases.database())
        timelines = [Timeline(new_store(folder)), Timeline(Store(databases.url_text(url)))]
        for timeline in timelines:
            stack.enter_context(timeline)
            replay_files(timeline.store, [FIXTURES, news])
        yield timelines[0], timelines[1]


def params_of(timeline: Timeline, name: str) -> dict[str, str]:
    (report,) = (report for report in timeline.reports() if report.name == name)
    asked = {p.name for p in report.params if p.default is None}
    given = {}
    if "company" in asked:
        most = "SELECT company FROM company_state GROUP BY company ORDER BY count(*) DESC, company"
        given["company"] = next(timeline.sql(most).found)["company"]
    if "subject" in asked:
        given["subject"] = "deal:foxconn-sharp-acquisition"
    return given


@pytest.mark.parametrize("name", NAMES)
def test_a_report_has_the_same_rows_on_both_databases(
    both: tuple[Timeline, Timeline], name: str
) -> None:
    found = 0
    params = params_of(both[0], name)
    for at in (TIME, {}, {"on": "2016-05-01"}, {"on": "2024-12-20", "known": "2025-01-31"}, LATE):
        rows: list[Any] = [list(t.report(name, params=params, **at)) for t in both]  # type: ignore[arg-type] # of one type
        assert rows[0] == rows[1], at
        found += len(rows[0])
    # of these stories nothing needs attention; tests/contracts/test_identity.py has some that do
    assert found > 0 or name == "attention"


def test_these_reports_are_shipped_and_explained() -> None:
    reports = read_reports()
    assert list(reports) == NAMES
    assert sorted(file.stem for file in SHIPPED.iterdir()) == NAMES
    for report in reports.values():
        assert report.title
        assert report.description.endswith(".")


def test_a_portfolio_is_the_state(both: tuple[Timeline, Timeline]) -> None:
    for timeline in both:
        at = {"on": "2025-11-21", "known": "2025-11-20"}
        (company,) = timeline.state("foxconn", **at).companies  # type: ignore[arg-type] # of one type
        rows = list(timeline.report("portfolio", params={"company": "FOXCONN"}, **at))  # type: ignore[arg-type] # of one type
        assert [row["subject"] for row in rows] == sorted(item.subject for item in company.items)


def test_own_reports_come_first(both: tuple[Timeline, Timeline], tmp_path: Path) -> None:
    own = (
        "-- title: Mine\n-- param n = 7: a number\n-- param day (day) = on - 1 days: a day\n"
        "SELECT :n AS n, :day AS day\n"
    )
    (tmp_path / "portfolio.sql").write_text(own, encoding="utf-8")
    for timeline in both:
        found = timeline.report("portfolio", reports=[tmp_path], on="2024-03-01")
        assert list(found) == [{"n": "7", "day": "2024-02-29"}]
        with pytest.raises(InvalidValue, match='no parameter "x"'):
            timeline.report("portfolio", reports=[tmp_path], params={"x": "1"})
        with pytest.raises(InvalidValue, match="needs company"):
            timeline.report("portfolio")
        with pytest.raises(NotFound, match="portfolo"):
            timeline.report("portfolo")
    (tmp_path / "bad.sql").write_text("SELECT 1", encoding="utf-8")
    with pytest.raises(InvalidValue, match="no title"):
        both[0].reports([tmp_path])
    (tmp_path / "bad.sql").write_text("-- title: x\n-- param N?: y\nSELECT 1", encoding="utf-8")
    with pytest.raises(InvalidValue, match="no parameter"):
        both[0].reports([tmp_path])
