"""Files as they come: encodings, ends of lines, quotes gone wrong, workbooks, Parquet."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.importers.tables import MAPPING, Desk, codes
from timeline.errors import DataError, InvalidValue
from timeline.importers.cells import Row
from timeline.importers.rejected import RejectedRows, shield, unshield

HEAD = "date,buyer,target,price\n"
ROW = "2019-05-02,Müller GmbH,Quillwork Ltd,5\n"


def names(desk: Desk) -> list[str]:
    return [event["name"] for event in desk.events("company")]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_is_read_whatever_its_form(desk: Desk, codec: str) -> None:
    assert desk.take((HEAD + ROW).encode(codec)).taken == 1
    assert names(desk)[0] == "Müller GmbH"


def test_another_encoding_is_found_and_said(desk: Desk) -> None:
    rows = "".join(f"2019-05-02,Müller & Söhne {n} für Glück,Größe {n},5\n" for n in range(20))
    done = desk.take((HEAD + rows).encode("cp1252"))
    assert done.taken == 20
    assert any("not UTF-8: detected as" in note for note in done.notes)
    assert "Müller & Söhne 0 für Glück" in names(desk)


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
@pytest.mark.parametrize("codec", ["cp1252", "mac_roman"])
@pytest.mark.parametrize(
    "name", ["Condé Nast", "L’Oréal", "Müller Söhne", "Société Générale", "Citroën"]
)
def test_western_encodings_are_told_apart(desk: Desk, name: str, codec: str, end: str) -> None:
    table = f"date,buyer,target,price{end}2019-05-02,{name},Quillwork,5{end}"
    assert desk.take(table.encode(codec)).taken == 1
    assert name in {event["name"] for event in desk.events("company")}


def test_an_encoding_that_the_mapping_names_is_not_questioned(desk: Desk) -> None:
    mapping = "table: {encoding: windows-1252}\n" + MAPPING
    assert desk.take((HEAD + ROW).encode("cp1252"), mapping).notes == []
    assert names(desk)[0] == "Müller GmbH"
    with pytest.raises(DataError):
        desk.take(HEAD + ROW, "table: {encoding: klingon}\n" + MAPPING)


def test_a_few_bytes_that_are_not_utf8_cost_their_rows_only(desk: Desk) -> None:
    good = "".join(f"2019-05-02,Müller {n} AG,Größe {n},5\n" for n in range(5)).encode()
    done = desk.take(HEAD.encode() + good + b"2019-05-02,M\xfcller,Other,5\n")
    assert (done.taken, done.rejected) == (5, 1)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_may_end_in_any_way(desk: Desk, end: str) -> None:
    done = desk.take((HEAD + ROW + ROW.replace("Quill", "Pebble")).replace("\n", end))
    assert done.taken == 2
    assert any("end with CR" in note for note in done.notes) == (end == "\r")


def test_quotes_gone_wrong_cost_their_line_only(desk: Desk) -> None:
    table = (
        HEAD + '2019-05-02,"Acme, Inc.",B Co,5\n2019-05-02,"Acme,C Co,5\n2019-05-02,D Co,E Co,5\n'
    )
    table += '2019-05-02,"Two\nlines",F Co,5\n2019-05-02,G"H,I Co,5\n'
    done = desk.take(table)
    assert (done.rows, done.taken) == (5, 4)
    assert list(codes(done)) == ["broken-quotes"]


def test_rows_of_another_length_are_refused(desk: Desk) -> None:
    done = desk.take(
        HEAD + "2019-05-02,A Co,B Co,1,000\n2019-05-02,A Co\n2019-05-02,A Co,B Co,1\n\n"
    )
    assert (done.taken, done.left_out) == (1, 1)
    assert list(codes(done)) == ["wrong-number-of-cells"] * 2


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_the_delimiter_is_found_by_the_columns_that_are_wanted(desk: Desk, delimiter: str) -> None:
    assert desk.take((HEAD + ROW).replace(",", delimiter)).taken == 1


def test_a_tsv_is_separated_by_tabs(desk: Desk) -> None:
    assert desk.take((HEAD + ROW).replace(",", "\t"), name="deals.tsv").taken == 1


def test_a_workbook_is_read_by_its_cells(desk: Desk) -> None:
    book = openpyxl.Workbook()
    book.create_sheet("Deals")
    sheet = book["Deals"]
    sheet.append(["date", "buyer", "target", "price"])
    sheet.append([datetime(2019, 5, 2), "Müller GmbH", "Quillwork", 0.1])  # noqa: DTZ001
    sheet.append(["Q3 2019", "Müller GmbH", "#REF!", 5])
    path = desk.folder / "deals.xlsx"
    book.save(path)
    done = desk.take(path, "table: {sheet: Deals}\n" + MAPPING)
    assert (done.taken, done.rejected) == (1, 1)
    (event,) = desk.events()
    assert (event["occurred"], event["value"]["exact"]) == ("2019-05-02", "0.1")
    assert event["origin"] == "deals.xlsx, row 2"
    with pytest.raises(InvalidValue) as caught:
        desk.take(path, "table: {sheet: Deal}\n" + MAPPING)
    assert "Deals" in str(caught.value.hint)


def test_parquet_is_read_by_its_types(desk: Desk) -> None:
    path = desk.folder / "deals.parquet"
    columns = {
        "date": pa.array([datetime(2019, 5, 2), None], pa.date32()),  # noqa: DTZ001
        "buyer": ["Müller GmbH", "A Co"],
        "target": ["Quillwork", "B Co"],
        "price": pa.array([5, 6], pa.int64()),
    }
    pq.write_table(pa.table(columns), path)
    done = desk.take(path)
    assert (done.taken, list(codes(done))) == (1, ["empty-cell"])


@pytest.mark.parametrize("name", ["deals.xlsx", "deals.parquet", "deals.pdf", "deals.csv"])
def test_a_file_that_is_no_table_is_refused_whole(desk: Desk, name: str) -> None:
    with pytest.raises(DataError):
        desk.take(b"\n\n\n", name=name)


# --- the file of rejected rows ----------------------------------------------------------------------


def test_rejected_rows_are_mended_and_imported_again(desk: Desk) -> None:
    done = desk.rows("28/06/1905,Harbour,Quillwork,5", "2019-05-02,Harbour,Pebble,5")
    assert (done.taken, done.rejected) == (1, 1)
    assert done.rejected_file is not None
    rejected = Path(done.rejected_file)
    text = rejected.read_text("utf-8-sig")
    assert "damaged-date" in text
    rejected.write_text(text.replace("28/06/1905", "2006"))
    again = desk.take(rejected)
    assert (again.taken, again.rejected) == (1, 0)
    assert desk.events()[1]["origin"] == "deals.csv, row 2", "where the row was at first"
    whole = desk.rows("2006,Harbour,Quillwork,5", "2019-05-02,Harbour,Pebble,5")
    assert (whole.taken, whole.already_there) == (0, 2)


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "'=1", "''=1", "＝1", "plain", "'plain", ""]


@pytest.mark.parametrize("cell", FORMULAS)
def test_no_spreadsheet_runs_a_rejected_cell_and_it_comes_back_as_it_was(cell: str) -> None:
    assert not shield(cell).lstrip().startswith(("=", "+", "-", "@", "＝"))
    assert unshield(shield(cell)) == cell


def test_the_file_of_rejected_rows_holds_every_cell_shielded(tmp_path: Path) -> None:
    refused = RejectedRows(tmp_path / "r.csv")
    refused.add(Row(2, ["=cmd"], "t.csv, row 2"), "2020-01-01", [], ["=name"], ".")
    kept = refused.keep()
    assert kept is not None
    head, row = csv.reader(io.StringIO(kept.read_text("utf-8-sig")))
    assert (head[3], row[3]) == ("'=name", "'=cmd")


def test_a_file_of_rejected_rows_that_somebody_mends_is_not_written_over(desk: Desk) -> None:
    first = desk.rows("bad,A,B,5").rejected_file
    second = desk.rows("bad,A,C,5").rejected_file
    assert first != second
