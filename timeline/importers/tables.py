"""Opening a table, whatever it is stored as: its columns, its rows one by one, and how it was read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from msgspec import Struct

from timeline.errors import DataError, Location, Problem
from timeline.importers.cells import Cell, Reason, Row, text_of
from timeline.importers.delimited import ends_of, find_delimiter, read_lines, read_records
from timeline.importers.encodings import find_encoding
from timeline.importers.rejected import FRONT, ORIGIN, is_rejected, mended, unshield
from timeline.importers.settings import TableSettings

TEXTS: Final = (".csv", ".tsv", ".tab", ".txt")
BOOKS: Final = (".xlsx", ".xlsm")
PARQUETS: Final = (".parquet", ".pq")
MOST_COLUMNS: Final = 16_384
"""As many as a spreadsheet has."""

_ENDS: Final = {"\r": "CR", "\r\n": "CRLF", "\n": "LF"}


class Table(Struct):
    """An open table. Its rows can be read once; ``notes`` are complete when they are."""

    columns: list[str]
    rows: Iterator[Row]
    notes: list[str]
    """What had to be found out about the file."""


@contextmanager
def open_table(
    path: Path, settings: TableSettings, wanted: Sequence[str] = (), name: str | None = None
) -> Iterator[Table]:
    """Open a table by the end of its name.

    ``wanted`` are the columns that will be read: by them the delimiter is told. ``name`` is what origins call
    the file. Raises DataError for a file that is no table.
    """
    path.open("rb").close()  # what cannot be read at all is said in one way
    suffix = path.suffix.lower()
    notes: list[str] = []
    called = name or path.name
    if suffix in BOOKS:
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
        message = (
            f'tables are read from {", ".join((*TEXTS, *BOOKS, *PARQUETS))}, not from "{path.name}"'
        )
        hint = "save it as XLSX, or as CSV in UTF-8"
        raise DataError([Problem("unreadable-table", message, Location(str(path)), hint)])


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
    columns: list[str] = []
    for number, cells, _ in records:
        texts = [text_of(cell).strip() for cell in cells]
        if number == settings.header or (number == 1 and is_rejected(texts)):
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
    return Table(columns, _rows(records, len(columns), name, finish, padded=padded), notes)


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
    return all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in row.cells)
