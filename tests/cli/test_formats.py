"""A format never changes the rows."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import run

Rows = list[dict[str, Any]]


def items(answer: Any) -> Rows:
    """The items of a state, each with its company."""
    return [
        {"company": company["company"], **item}
        for company in answer["companies"]
        for item in company["items"]
    ]


QUESTIONS: dict[str, Callable[[Any], Rows]] = {
    "state foxconn --on 2025-11-21": items,
    "state foxconn --on 2025-04-15": items,
    "state --on 2025-11-21 --open": items,
    "state foxconn --on 2025-11-21 --certainty possible": items,
    "state foxconn --as-of 1990-01-01": items,
    "log": list,
    "log foxconn --from 2025-09-01 --type deal_announced": list,
    "find foxconn": list,
    "schema": list,
}


def cell(value: Any) -> str:
    """A value as it stands in CSV."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_format_has_the_same_rows(
    question: str, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(format_: str) -> str:
        done = run(*question.split(), "--format", format_)
        assert done.exit_code == 0, done.stderr
        return done.stdout

    rows = QUESTIONS[question](json.loads(asked("json")))

    lines = [json.loads(line) for line in asked("jsonl").splitlines()]
    assert lines == rows
    assert [list(line) for line in lines] == [list(row) for row in rows]

    records = list(csv.DictReader(io.StringIO(asked("csv"))))
    assert len(records) == len(rows)
    for record, row in zip(records, rows, strict=True):
        assert list(record) == list(row)
        for column, value in row.items():
            found = record[column]
            if isinstance(value, list | dict):
                assert json.loads(found) == value
            else:
                assert found in (cell(value), "'" + cell(value))

    head, _, *body = [line for line in asked("md").splitlines() if line.startswith("| ")]
    columns = [name.strip() for name in head.strip("|").split("|")]
    assert len(body) == len(rows)
    for line, row in zip(body, rows, strict=True):
        shown = dict(zip(columns, line.strip("|").split(" | "), strict=False))
        for column in ("subject", "status", "entry", "table", "column"):
            if column in columns:
                told = str(row["position" if column == "entry" else column] or "")
                assert shown[column].strip() == (
                    told.replace("_", " ") if column == "status" else told
                )

    monkeypatch.setenv("COLUMNS", "300")  # nothing is broken in two
    text = asked("table")
    for row in rows:
        for column in ("subject", "company", "column"):
            if row.get(column) and not row[column].startswith("fact:"):  # these by attribute
                assert str(row[column]) in text


def test_the_header_of_a_state_is_the_coordinate_asked_for(store: Path) -> None:
    asked = ["--on", "2025-11-21", "--known", "2025-11-21", "--recorded", "42", "--json"]
    answer = json.loads(run("state", "foxconn", *asked).stdout)
    header = {name: value for name, value in answer.items() if name != "companies"}
    assert header == {"on": "2025-11-21", "known": "2025-11-21", "recorded": 42, "position": 42}


def test_the_last_format_wins(store: Path) -> None:
    assert run("find", "foxconn", "--format", "csv", "--json").stdout.startswith("[{")
    assert run("find", "foxconn", "--json", "--format", "csv").stdout.startswith("what,id,name,")


def test_no_row_is_a_header_alone(store: Path) -> None:
    done = run("state", "foxconn", "--as-of", "1990-01-01", "--format", "csv")
    assert done.stdout.startswith("company,subject,kind,status,")
    assert done.stdout.count("\n") == 1
