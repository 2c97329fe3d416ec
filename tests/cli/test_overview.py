"""What the program says when nothing is asked of it, and how wide what it says is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.program import run
from timeline.render.table import table_lines
from timeline.render.text import cells


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = str(tmp_path_factory.mktemp("overview") / "timeline.db")
    fixtures = Path(__file__).resolve().parents[2] / "fixtures"
    assert run("--db", path, "replay", str(fixtures / "foxconn-openai.yaml"), "-q").exit_code == 0
    return path


def test_alone_it_says_what_the_store_holds_and_three_questions_that_work(store: str) -> None:
    told = run("--db", store)
    assert told.exit_code == 0
    assert "events; 6 companies" in told.stdout or "companies" in told.stdout
    assert "Reports from" in told.stdout
    examples = [
        line.split("  ")[1] for line in told.stdout.splitlines() if line.startswith("  timeline")
    ]
    assert len(examples) == 3
    for example in examples:
        assert run("--db", store, *example.split()[1:]).exit_code == 0, example


def test_without_a_store_it_says_how_to_make_one(tmp_path: Path) -> None:
    told = run("--db", str(tmp_path / "none.db"))
    assert told.exit_code == 0
    assert "timeline replay" in told.stdout
    assert not (tmp_path / "none.db").exists()


def test_a_state_is_of_a_company_or_of_all(store: str) -> None:
    every = run("--db", store, "state", "--all", "--format", "json")
    assert every.exit_code == 0
    assert every.stdout.count('"company": ') > 3
    assert run("--db", store, "state", "--json").stdout == every.stdout, "as programs ask"
    assert run("--db", store, "state", "foxconn", "--all").exit_code == 2


ROWS = [
    {
        "position": 12,
        "subject": "deal:foxconn-openai-ai-hardware",
        "status": "announced",
        "note": "",
    },
    {
        "position": 3,
        "subject": "rumour:foxconn-nissan",
        "status": "partly_denied",
        "note": "so they say",
    },
]
COLUMNS = ("position", "subject", "status", "note")


@pytest.mark.parametrize("width", [32, 40, 60, 120])
def test_no_line_is_wider_than_the_terminal_as_long_as_a_word_fits(width: int) -> None:
    lines = "".join(table_lines(ROWS, COLUMNS, width)).splitlines()
    longest = max(cells(word) for row in ROWS for word in str(row["subject"]).split("-"))
    assert max(map(cells, lines)) <= max(width, longest + 12)
    assert "".join(lines).count("deal") == 1


def test_what_does_not_fit_side_by_side_is_a_record_a_row() -> None:
    lines = "".join(table_lines(ROWS, COLUMNS, 32)).split("\n\n")
    assert len(lines) == 2
    assert [line.split("  ")[0] for line in lines[0].splitlines() if line[0] != " "] == [
        "position", "subject", "status",
    ]  # fmt: skip
    assert "partly denied" in lines[1]
