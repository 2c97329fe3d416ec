"""Rows of a sheet of an XLSX workbook, streamed, with days as days and percentages as such."""

from __future__ import annotations

import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

from timeline.errors import DataError, InvalidValue, Location, Problem
from timeline.extras import needs
from timeline.importers.cells import Cell, number_of, text_of
from timeline.nearest import did_you_mean

_DAMAGE: Final = (
    BadZipFile, zlib.error, ParseError, EOFError, KeyError, ValueError, TypeError, IndexError,
    AttributeError, OSError, NotImplementedError, RuntimeError,
)  # fmt: skip
"""What openpyxl lets out of a file that is not what it should be."""


MOST_PARTS: Final = 10_000
MOST_BYTES: Final = 1024 * 2**20
"""Of a workbook, unpacked; its rows are streamed."""
MOST_IN_MEMORY: Final = 64 * 2**20
"""Of texts and styles, which are read whole and take ten times as much memory."""
_IN_MEMORY: Final = (
    "sharedStrings.xml",
    "styles.xml",
    "workbook.xml",
    ".rels",
    "[Content_Types].xml",
)

MOST_CELLS: Final = 16_384
"""Of a row: the columns of a sheet."""


@contextmanager
def open_sheet(path: Path, sheet: str | None, notes: list[str]) -> Iterator[Iterator[list[Cell]]]:
    """The rows of a sheet (the first one unless named), from the first row of the sheet on.

    Raises DataError for a file that is no workbook, InvalidValue for a sheet that is not there.
    """
    with needs("tables"):
        from openpyxl import load_workbook

    with path.open("rb") as stream:
        _check_size(path)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                book = load_workbook(stream, read_only=True, data_only=True)
            names = [each.title for each in book.worksheets]
        except _DAMAGE as error:
            raise DataError([_damage(path, error)]) from None
        try:
            yield _rows(path, _choose(book, names, sheet, notes))
        finally:
            book.close()


def _check_size(path: Path) -> None:
    """Raise DataError for a workbook that is small as a file and unpacks to more than memory holds.

    What is unpacked is never more than the archive says of it; ``zipfile`` reads no further.
    """
    try:
        with ZipFile(path) as archive:
            parts = archive.infolist()
    except _DAMAGE:
        return  # said with what else is wrong
    strings = sum(part.file_size for part in parts if part.filename.endswith(_IN_MEMORY))
    if (
        len(parts) > MOST_PARTS
        or sum(part.file_size for part in parts) > MOST_BYTES
        or strings > MOST_IN_MEMORY
    ):
        message = (
            f"the workbook unpacks to more than {MOST_BYTES // 2**20} MB, has more than {MOST_PARTS:,} "
            f"parts, or more than {MOST_IN_MEMORY // 2**20} MB of texts and styles"
        )
        hint = "save the sheet as CSV in UTF-8"
        raise DataError([Problem("unreadable-table", message, Location(str(path)), hint)])


def _choose(book: Any, names: list[str], sheet: str | None, notes: list[str]) -> Any:
    if sheet is None:
        if not names:
            raise InvalidValue("the workbook has no sheet with cells")
        if len(names) > 1:
            others = ", ".join(names[1:6])
            notes.append(f'read the first sheet, "{names[0]}"; the others are {others}')
        return book[names[0]]
    if sheet not in names:
        hint = did_you_mean(sheet, names) or f"the sheets are {', '.join(names)}"
        raise InvalidValue(f'the workbook has no sheet "{sheet}"', hint)
    return book[sheet]


def _rows(path: Path, sheet: Any) -> Iterator[list[Cell]]:
    try:
        sheet.reset_dimensions()  # some programs write wrong ones
        rows = sheet.iter_rows()
        while True:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                some = [[_cell(cell) for cell in row[:MOST_CELLS]] for row in islice(rows, 500)]
            if not some:
                return
            yield from some
    except _DAMAGE as error:
        raise DataError([_damage(path, error)]) from None


def _cell(cell: Any) -> Cell:
    value = cell.value
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.date() if value.time() == time(0) else value
    if isinstance(value, bool):
        return text_of(value)
    if isinstance(value, int | float):
        if "%" in str(cell.number_format):  # shown as 25 %, and stored as 0.25
            return f"{number_of(value) * 100:f} %"
        return value
    return value if isinstance(value, date) else str(value)


def _damage(path: Path, error: BaseException) -> Problem:
    message = f"not a workbook that is read: {str(error) or type(error).__name__}"
    hint = "open it in a spreadsheet and save it as XLSX or as CSV in UTF-8"
    return Problem("unreadable-table", message, Location(str(path)), hint)
