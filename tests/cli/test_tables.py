"""Tables for other tools: Parquet and spreadsheets, typed, harmless, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from tests.answers.stores import EVERY, target_with
from tests.cli.program import run
from timeline.app import Timeline
from timeline.render.folder import FILES

db = target_with(EVERY)


def test_a_folder_holds_every_view_with_types_and_meanings(db: str, tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    for _ in range(2):  # the second takes the place of the first
        done = run("--db", db, "export", "--format", "parquet", "--to", str(folder))
        assert (done.exit_code, done.stdout) == (0, ""), done.stderr
    assert {path.name for path in folder.iterdir()} == FILES - {"event.parquet"}
    assert [path for path in tmp_path.iterdir() if path.name.startswith(".tables")] == []
    with Timeline.open(db) as timeline:
        for path in folder.iterdir():
            table = pq.read_table(path)
            if path.stem == "event_words":  # an index, which can be asked but not read
                continue
            rows = list(timeline.sql(f"SELECT * FROM {path.stem}"))
            assert table.num_rows == len(rows)
            assert not rows or set(table.column_names) <= {*rows[0]}
    schema = pq.read_schema(folder / "company_state.parquet")
    kinds = {field.name: str(field.type) for field in schema}
    assert kinds["valid_from"] == "date32[day]"
    assert kinds["known_to"] == "timestamp[us, tz=UTC]"
    assert kinds["disputed"] == "bool"
    assert schema.field("valid_from").metadata[b"meaning"] == b"first day of which it holds"
    money = pq.read_table(folder / "deal_history.parquet")["value_min"]
    assert str(money.type) == "double"
    assert max(value.as_py() or 0 for value in money) > 1e9


def test_a_folder_with_something_else_is_left_alone(db: str, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "letter.txt").write_text("mine", encoding="utf-8")
    done = run("--db", db, "export", "--format", "parquet", "--to", str(folder))
    assert (done.exit_code, "something else" in done.stderr) == (2, True)
    assert [path.name for path in folder.iterdir()] == ["letter.txt"]
    assert run("--db", db, "export", "--format", "parquet").exit_code == 2
    assert run("--db", db, "export", "--to", str(folder)).exit_code == 2


QUERY = (
    "SELECT 1 AS whole, 1.5 AS part, '=1+1' AS text, NULL AS empty, 7 AS mixed "
    "UNION ALL SELECT 2, 2, '@x', NULL, 7.5"
)


def test_rows_of_a_query_as_parquet(db: str, tmp_path: Path) -> None:
    file = tmp_path / "rows.parquet"
    done = run("--db", db, "sql", QUERY, "--format", "parquet", "-o", str(file))
    assert done.exit_code == 0, done.stderr
    table = pq.read_table(file)
    assert [str(kind) for kind in table.schema.types] == [
        "int64", "double", "string", "string", "double",
    ]  # fmt: skip
    assert table.to_pylist()[0] == {
        "whole": 1, "part": 1.5, "text": "=1+1", "empty": None, "mixed": 7,
    }  # fmt: skip


def test_rows_of_a_query_as_a_spreadsheet_without_formulas(db: str, tmp_path: Path) -> None:
    file = tmp_path / "rows.xlsx"
    query = QUERY.replace("'@x'", "'-2+3'")
    done = run("--db", db, "sql", query, "--format", "xlsx", "-o", str(file))
    assert done.exit_code == 0, done.stderr
    rows = list(openpyxl.load_workbook(file)["rows"].iter_rows())
    assert [cell.value for cell in rows[0]] == ["whole", "part", "text", "empty", "mixed"]
    assert [cell.value for cell in rows[1]] == [1, 1.5, "'=1+1", None, 7]
    assert rows[2][2].value == "'-2+3"
    assert {cell.data_type for row in rows for cell in row} <= {"s", "n"}


def test_what_does_not_fit_leaves_no_file(db: str, tmp_path: Path) -> None:
    file = tmp_path / "rows.xlsx"
    file.write_text("before", encoding="utf-8")
    query = "SELECT replace(:x, 'x', 'yyyyyyyyyy') AS x"
    asked = ("--param", f"x={'x' * 4000}", "--format", "xlsx", "-o", str(file))
    done = run("--db", db, "sql", query, *asked)
    assert (done.exit_code, "too-large" in done.stderr) == (2, True)
    assert file.read_text(encoding="utf-8") == "before"
    assert len(list(tmp_path.glob(".rows*"))) == 0


def test_an_exported_folder_is_replayed_as_it_was(
    db: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("timeline.render.folder.PART", 100)
    folder, copy = tmp_path / "tables", str(tmp_path / "copy.db")
    erased = run("--db", db, "erase", "foxconn-nissan-speculation-reported", "--reason", "asked")
    assert erased.exit_code == 0, erased.stderr
    assert run("--db", db, "export", "--format", "parquet", "--to", str(folder)).exit_code == 0
    assert [path.name for path in sorted((folder / "event").iterdir())] == [
        "000000000001.parquet", "000000000101.parquet", "000000000201.parquet",
    ]  # fmt: skip
    assert run("--db", copy, "replay", "--verify", str(folder)).exit_code == 0
    assert run("--db", copy, "export").stdout == run("--db", db, "export").stdout
    # without --verify what was erased is refused, as from lines of JSON
    again = run("--db", copy, "replay", str(folder))
    assert (again.exit_code, "000000000001.parquet:60:1: error[event-erased]" in again.stderr) == (
        1, True,
    )  # fmt: skip


def test_a_broken_row_of_an_exported_log_is_named_by_its_position(db: str, tmp_path: Path) -> None:
    folder, copy = tmp_path / "tables", tmp_path / "copy.db"
    assert run("--db", db, "export", "--format", "parquet", "--to", str(folder)).exit_code == 0
    (file,) = (folder / "event").iterdir()
    rows = pq.read_table(file)
    payload = rows["payload"].to_pylist()
    payload[41] = payload[41].replace('"', "'", 1)
    place = rows.column_names.index("payload")
    pq.write_table(rows.set_column(place, "payload", [payload]), file)
    done = run("--db", str(copy), "replay", "--verify", str(folder))
    assert done.exit_code != 0
    assert "position 42" in done.stderr
    assert not copy.exists()


def test_the_same_relations_as_tables_of_delta_lake(db: str, tmp_path: Path) -> None:
    folder = tmp_path / "lake"
    for _ in range(2):  # the second is another version
        done = run("--db", db, "export", "--format", "delta", "--to", str(folder))
        assert done.exit_code == 0, done.stderr
    with Timeline.open(db) as timeline:
        for name in ("event", "company_state"):
            table = DeltaTable(folder / name)
            assert table.version() == 1
            found = len(list(timeline.sql(f"SELECT * FROM {name}")))
            assert len(pq.read_table(table.file_uris()[0])) == found
