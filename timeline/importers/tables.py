"""Opening a table, whatever it is stored as: its columns, its rows one by one, and how it was read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from timeline.errors import DataError, Location, Problem
from timeline.importers.cells import Cell, Reason, Row, text_of
from timeline.importers.delimited import ends_of, find_delimiter, read_lines, read_records
from timeline.importers.encodings import find_encoding
from timeline.importers.packed import is_packed, suffix_of, unpacked
from timeline.importers.paths import TEXT
from timeline.importers.records import JSONS, XMLS, Parsed, holds_records, open_records
from timeline.importers.rejected import (
    FRONT,
    ORIGIN,
    is_rejected,
    mended,
    mended_record,
    unshield,
)
from timeline.importers.settings import TableSettings, several
from timeline.streams import is_stream

TEXTS: Final = (".csv", ".tsv", ".tab", ".txt")
BOOKS: Final = (".xlsx", ".xlsm")
PARQUETS: Final = (".parquet", ".pq")
TABLES: Final = (*TEXTS, *BOOKS, *PARQUETS)
MOST_COLUMNS: Final = 16_384
"""As many as a spreadsheet has."""

_ENDS: Final = {"\r": "CR", "\r\n": "CRLF", "\n": "LF"}


class Table(Struct):
    """An open table. Its rows can be read once; ``notes`` are complete when they are."""

    columns: list[str]
    rows: Iterator[Row]
    notes: list[str]
    """What had to be found out about the file."""
    nested: bool = False
    """Whether its rows are records: columns are paths into them, and ``columns`` is empty."""


@contextmanager
def open_table(
    path: Path, settings: TableSettings, wanted: Sequence[str] = (), name: str | None = None
) -> Iterator[Table]:
    """Open a table by the end of its name.

    ``wanted`` are the columns that will be read: by them the delimiter is told. ``name`` is what origins call
    the file. Raises DataError for a file that is no table.
    """
    if is_stream(path):
        message = "it is a pipe or a device, and a table is read more than once"
        raise DataError(
            [Problem("unreadable-table", message, Location(str(path)), "write it into a file")]
        )
    path.open("rb").close()  # what cannot be read at all is said in one way
    suffix = path.suffix.lower()
    notes: list[str] = []
    called = name or path.name
    if holds_records(path):
        with open_records(path, several(settings.records), notes) as parsed:
            yield Table([], _record_rows(parsed, called), notes, nested=True)
    elif is_packed(path):
        if suffix_of(path) not in TABLES:
            raise _unread(path)
        with unpacked(path) as (inner, wrong), open_table(inner, settings, wanted, called) as table:
            if wrong is not None:
                table.rows = _then_damaged(table.rows, wrong, called)
            yield table
    elif suffix in BOOKS:
        from timeline.importers.spreadsheet import open_sheet

        with open_sheet(path, settings.sheet or None, notes) as rows:
            yield _table(path, _numbered(rows), settings, called, notes, padded=True)
    elif suffix in PARQUETS:
        from timeline.importers.columnar import open_parquet

        with open_parquet(path) as (columns, rows):
            header: list[Cell] = list(columns)
            yield _table(path, _numbered(_chain(header, rows)), settings, called, notes)
    elif suffix in TEXTS:
        with _open_text(path, settings, wanted, notes) as records:
            yield _table(path, records, settings, called, notes)
    else:
        raise _unread(path)


def _unread(path: Path) -> DataError:
    """What is said of a file that holds neither a table nor records, by its name."""
    message = (
        f"tables are read from {', '.join(TABLES)}, records from "
        f'{", ".join((*JSONS, *XMLS))}, not from "{path.name}"'
    )
    hint = "save it as XLSX, or as CSV in UTF-8"
    return DataError([Problem("unreadable-table", message, Location(str(path)), hint)])


def _record_rows(records: Iterator[Parsed], name: str) -> Iterator[Row]:
    for number, record in enumerate(records, 1):
        origin = f"{name}, record {number}"
        if record.reason is not None:
            yield Row(number, [], origin, reasons=[record.reason], record=record.text)
            continue
        value = record.value
        row = Row(number, [], origin, record=value, item=value)
        yield mended_record(row) if ORIGIN in value else row


def _then_damaged(rows: Iterator[Row], wrong: str, name: str) -> Iterator[Row]:
    """The rows, and one that is refused where what packs the table is damaged behind them."""
    number = 1
    for row in rows:
        number = row.number
        yield row
    number += 1
    yield Row(number, [], f"{name}, row {number}", reasons=[Reason("broken-record", wrong)])


_Record = tuple[int, list[Cell], Reason | None]


def _chain(header: list[Cell], rows: Iterator[list[Cell]]) -> Iterator[list[Cell]]:
    yield header
    yield from rows


def _numbered(rows: Iterator[list[Cell]]) -> Iterator[_Record]:
    for number, cells in enumerate(rows, 1):
        yield number, cells, None


@contextmanager
def _open_text(
    path: Path, settings: TableSettings, wanted: Sequence[str], notes: list[str]
) -> Iterator[Iterator[_Record]]:
    with path.open("rb") as raw:
        ours = ORIGIN.encode() in raw.read(len(ORIGIN) + 4)
    # what an earlier import refused is written in one way, however its table was
    settings = TableSettings() if ours else settings
    codec = find_encoding(path, settings.encoding or None, notes)
    escape = (
        "replace"
        if codec.startswith(("utf-16", "utf-32", "utf_16", "utf_32"))
        else "surrogateescape"
    )
    with path.open(encoding=codec, errors=escape, newline="") as stream:
        start = [line for line, _ in zip(read_lines(stream), range(20), strict=False) if line]
        stream.seek(0)
        if ends := ends_of(start) - {"\n", "\r\n"}:
            notes.append(f"its lines end with {' and '.join(_ENDS[end] for end in ends)}")
        delimiter = settings.delimiter or None
        if delimiter is None and path.suffix.lower() in (".tsv", ".tab"):
            delimiter = "\t"
        if delimiter is None:
            header = start[settings.header - 1] if len(start) >= settings.header else ""
            delimiter = find_delimiter(header, wanted)
            if delimiter != ",":
                name = {"\t": "tabs", ";": "semicolons", "|": "bars"}[delimiter]
                notes.append(f"its cells are separated by {name}")
        yield _records(read_lines(stream), delimiter, settings.header)


def _records(lines: Iterator[str | None], delimiter: str, header: int) -> Iterator[_Record]:
    width: list[int] = []  # none before the header is read
    records = read_records(lines, delimiter, lambda: width[0] if width else None)
    for number, record in enumerate(records, 1):
        if number == header:
            width.append(len(record.cells))
        yield number, list(record.cells), record.reason


def _table(
    path: Path,
    records: Iterator[_Record],
    settings: TableSettings,
    name: str,
    notes: list[str],
    *,
    padded: bool = False,
) -> Table:
    """``padded``: empty cells at the end of a row may be missing, as they are in workbooks."""
    columns: list[str] = list(settings.columns)
    for number, cells, reason in records:
        texts = [text_of(cell).strip() for cell in cells]
        ours = number == 1 and is_rejected(texts)
        if settings.columns and not ours:  # no header: this is the first row
            records = chain([(number, cells, reason)], records)
            break
        if number == settings.header or ours:
            columns = texts
            break
    while columns and not columns[-1]:
        columns.pop()
    if not columns or len(columns) > MOST_COLUMNS:
        message = f"row {settings.header} should name the columns, and names none"
        raise DataError([Problem("unreadable-table", message, Location(str(path)))])
    finish: Callable[[Row], Row] = lambda row: row  # noqa: E731 - the one that does nothing
    if is_rejected(columns):
        columns, finish = [unshield(each) for each in columns[len(FRONT) :]], mended
    rows = _rows(records, len(columns), name, finish, padded=padded)
    if settings.nested:
        return Table([], map(_nester(columns), rows), notes, nested=True)
    return Table(columns, rows, notes)


def _nester(columns: Sequence[str]) -> Callable[[Row], Row]:
    """What makes a record of a row: the names of columns are paths, as in ``Entity.LegalAddress.Country``.

    A number in a name counts items: what stands under it is a list.
    """
    paths = [[each for each in name.split(".") if each] or [name] for name in columns]

    def nested(row: Row) -> Row:
        if row.reasons:
            row.record = ",".join(map(text_of, row.cells))
            return row
        record: dict[str, Any] = {}
        for path, cell in zip(paths, row.cells, strict=True):
            if cell is None or cell == "":
                continue
            under: Any = record
            for name in path[:-1]:
                above = under.setdefault(name, {})
                if not isinstance(above, dict):  # a value, and more under it
                    above = under[name] = {TEXT: above}
                under = above
            if isinstance(under.get(path[-1]), dict):
                under[path[-1]][TEXT] = cell
            else:
                under[path[-1]] = cell
        row.record = row.item = _with_lists(record)
        return row

    return nested


def _with_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    parts = {name: _with_lists(each) for name, each in value.items()}
    if parts and all(name.isdecimal() for name in parts):
        return [parts[name] for name in sorted(parts, key=int)]
    return parts


def _rows(
    records: Iterator[_Record],
    width: int,
    name: str,
    finish: Callable[[Row], Row],
    *,
    padded: bool,
) -> Iterator[Row]:
    for number, cells, reason in records:
        row = finish(Row(number, cells, f"{name}, row {number}"))
        if reason is not None:
            row.reasons = [reason]
        elif len(row.cells) != width:
            _fit(row, width, padded=padded)
        yield row


def _fit(row: Row, width: int, *, padded: bool) -> None:
    """Give a row as many cells as there are columns, where only empty ones are missing or too many."""
    cells = row.cells
    while len(cells) > width and cells[-1] in (None, ""):
        cells.pop()
    if len(cells) < width and (padded or is_blank(row)):
        cells += [None] * (width - len(cells))
    if len(cells) == width:
        return
    message = f"{len(cells)} cells where the header has {width}"
    if len(cells) > width:
        message += ": is a delimiter inside a cell without quotation marks?"
    row.reasons = [Reason("wrong-number-of-cells", message)]


def is_blank(row: Row) -> bool:
    """Whether no cell of a row says anything."""
    if row.record is not None:
        return not row.record
    return all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in row.cells)


def refused_file_of(path: Path) -> Path:
    """Where the rows of a file go that are refused: a table beside a table, records beside records."""
    return path.with_name(f"{path.name}.rejected{'.jsonl' if holds_records(path) else '.csv'}")
