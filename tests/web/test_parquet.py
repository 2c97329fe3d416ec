"""A folder of Parquet behind the page: it answers as the store does that it was exported from."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.web.conftest import Serve
from timeline.app import Timeline

ADDRESSES = [
    "/",
    "/companies.json",
    "/companies/foxconn",
    "/companies/foxconn.json?on=2025-11-21&known=2025-11-22",
    "/companies/foxconn.json?group=true",
    "/subjects/deal:foxconn-openai-ai-hardware.json",
    "/subjects/rumour:foxconn-nissan",
    "/deals.json?on=2025-11-21",
    "/search.json?q=foxc",
    "/log.json?after=5&limit=7",
    "/network.json",
    "/network.svg",
    "/sources.json",
    "/reports.json",
    "/reports/portfolio.json?company=foxconn&on=2025-11-21",
    "/reports/attention.csv?on=2025-11-21",
    "/companies/nobody.json",
    "/sql.json?q=SELECT+subject,+status+FROM+company_state+ORDER+BY+1,+2+LIMIT+9",
    "/openapi.json",
]


@pytest.fixture(scope="module")
def folder(stories: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The stories as Parquet."""
    tables = tmp_path_factory.mktemp("parquet") / "tables"
    with Timeline.open(stories) as timeline:
        timeline.export_tables(tables)
    return f"parquet:{tables}"


@pytest.fixture
def clients(serve: Serve, stories: Path, folder: str) -> tuple[TestClient, TestClient]:
    return serve(stories, sql=True), serve(folder, sql=True)


def test_the_page_answers_from_a_folder_as_from_the_store(
    clients: tuple[TestClient, TestClient],
) -> None:
    for address in ADDRESSES:
        expected, found = (client.get(address) for client in clients)
        assert expected.status_code == (404 if "nobody" in address else 200), address
        assert found.status_code == expected.status_code, (address, found.text)
        assert found.text == expected.text, address


@pytest.mark.parametrize(
    "query",
    ["SELECT * FROM read_csv('/etc/passwd')", "COPY event TO 'x.csv'", "SELECT 1; SELECT 2"],
)
def test_the_box_sees_nothing_but_the_folder(
    clients: tuple[TestClient, TestClient], query: str
) -> None:
    answer = clients[1].get("/sql.json", params={"q": query})
    assert (answer.status_code, answer.json()["code"]) == (403, "query-refused")
    assert clients[1].get("/healthz").status_code == 200
