"""The same pages from PostgreSQL: the same bytes, and the same limits."""

from __future__ import annotations

import pytest
from sqlalchemy.engine import URL
from starlette.testclient import TestClient

from tests import databases
from tests.web.conftest import Serve
from tests.web.stories import FIRST, STORIES, noon
from tests.web.test_pages import SAME, formatted
from timeline.app import Timeline


@pytest.fixture
def served(serve: Serve, postgresql: URL) -> TestClient:
    """A client of a server whose store is on PostgreSQL."""
    target = databases.url_text(postgresql)
    with Timeline.open(target, clock=noon) as timeline:
        timeline.replay([FIRST, *STORIES])
    return serve(target)


def test_every_answer_is_the_same_on_both(served: TestClient, client: TestClient) -> None:
    pages = (
        "/sources", "/companies/foxconn/timeline?on=2025-11-21", "/axes/rumour:foxconn-nissan?on=2025-04-15",
        "/network?on=2025-11-21", "/log?order=newest&limit=20", "/deals?on=2025-11-21&limit=3&open=true",
        *SAME,
    )  # fmt: skip
    for path in pages:
        for suffix in ("json", "csv"):
            one, other = served.get(formatted(path, suffix)), client.get(formatted(path, suffix))
            assert one.status_code == 200, one.text
            assert one.text == other.text, path
            assert one.headers.get("link") == other.headers.get("link")


def test_every_page_is_the_same_on_both(served: TestClient, client: TestClient) -> None:
    for path in (
        "/",
        "/companies/foxconn?on=2025-11-21",
        "/subjects/rumour:foxconn-nissan",
        "/log",
    ):
        assert served.get(path).text == client.get(path).text


def test_a_question_has_a_greatest_time_there_too(
    served: TestClient, postgresql: URL, serve: Serve
) -> None:
    slow = serve(databases.url_text(postgresql), seconds=1e-9)
    answer = slow.get("/companies.json")
    assert (answer.status_code, answer.json()["code"]) == (504, "out-of-time")
    assert served.get("/companies.json").status_code == 200
