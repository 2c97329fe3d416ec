"""Rows as a spreadsheet that runs nothing: no cell is a formula, whatever stands in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from timeline.errors import TooLarge
from timeline.extras import needs
from timeline.render.csv import harmless
from timeline.render.json import encode_value

MOST_ROWS: Final = 1_048_576
MOST_SIGNS: Final = 32_767
EXACT: Final = 10**15
"""A spreadsheet keeps fifteen digits of a number; what has more stays text."""


def write_xlsx(path: Path, rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> int:
    """Write a workbook with one sheet, row by row, and return how many rows there were.

    Raises TooLarge for more rows, or more text in a cell, than a spreadsheet holds, and MissingExtra
    without openpyxl.
    """
    with needs("tables"):
        from openpyxl import Workbook
        from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    book = Workbook(write_only=True)
    sheet = book.create_sheet("rows")
    sheet.freeze_panes = "A2"

    def cell(value: Any) -> Any:
        if value is None or isinstance(value, bool | float):
            return value
        if isinstance(value, int) and abs(value) < EXACT:
            return value
        text = value if isinstance(value, str) else encode_value(value).decode().strip('"')
        if len(text) >= MOST_SIGNS:
            raise TooLarge(
                f"a text of {len(text)} signs does not fit a cell", "use csv, or parquet"
            )
        return harmless(ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", text))

    count = 0
    try:
        sheet.append([cell(name) for name in columns])
        for row in rows:
            count += 1
            if count == MOST_ROWS:
                raise TooLarge("a sheet holds 1,048,576 rows and no more", "use csv, or parquet")
            sheet.append([cell(row[name]) for name in columns])
    except BaseException:
        sheet.close()
        raise
    book.save(path)
    return count
