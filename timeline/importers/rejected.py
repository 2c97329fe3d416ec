"""The rows that were refused, as CSV: safe to open, ready to be mended, the same when read again.

Two columns stand in front: from where a row came and why it was refused. A spreadsheet runs a cell that
begins like a formula, so such a cell gets an apostrophe, by which every spreadsheet takes it as text
(OWASP, CSV injection); reading takes it off again. Both are exact: whatever a cell held comes back.

Refused records are lines of JSON that begin with the same; an item of a record that is a row by itself comes
as the record with this item alone.
"""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Sequence
from decimal import Decimal
from filecmp import cmp
from pathlib import Path
from typing import Any, Final, TextIO

from timeline.importers.cells import Cell, Reason, Row, text_of

ORIGIN: Final = "import:origin"
DATED: Final = "import:file_date"
REASONS: Final = "import:reasons"
RECORD: Final = "record"
TEXT: Final = "text"
"""In place of the record, where its text could not be parsed."""
FRONT: Final = (ORIGIN, DATED, REASONS)

# the apostrophes of cells that had some already are counted in, so that one more is always the one to take
_begins_a_formula = re.compile(r"'*\s*[=+\-@\t\r\n＝＋－＠]").match
_is_shielded = re.compile(r"''*\s*[=+\-@\t\r\n＝＋－＠]").match


def shield(text: str) -> str:
    """A cell as it is written, so that no spreadsheet takes it for a formula."""
    return "'" + text if _begins_a_formula(text) else text


def unshield(text: str) -> str:
    """The cell that :func:`shield` was given."""
    return text[1:] if _is_shielded(text) else text


def is_rejected(columns: Sequence[str]) -> bool:
    """Whether a table is what an earlier import refused."""
    return tuple(columns[: len(FRONT)]) == FRONT


def mended(row: Row) -> Row:
    """The row of a table of refused rows as a row of the table that it came from."""
    origin, dated, _, *cells = [*row.cells, *[None] * len(FRONT)][: max(len(row.cells), 3)]
    row.origin = text_of(origin) or row.origin
    row.dated = text_of(dated)
    row.cells = [unshield(cell) if isinstance(cell, str) else cell for cell in cells]
    return row


def mended_record(row: Row) -> Row:
    """The record of a file of refused records as a record of the file that it came from."""
    written = row.record
    row.origin = text_of(written[ORIGIN]) or row.origin
    row.dated = text_of(written.get(DATED))
    row.record = row.item = written.get(RECORD)
    if not isinstance(row.record, dict):
        what = "is as it was refused" if TEXT in written else "has no record"
        message = f'it {what}: mend it, and write it as an object under "{RECORD}"'
        row.record = str(written.get(TEXT, ""))
        row.reasons = [Reason("broken-record", message)]
    return row


class RejectedRows:
    """Writes refused rows beside the file, which takes its name when :meth:`keep` is called."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self._part = target.with_name(f".{target.name}.{os.getpid()}.part")
        self._stream: TextIO | None = None
        self._columns: list[str] | None = None

    def add(
        self, row: Row, dated: str, reasons: Sequence[Reason], table: Sequence[str], decimal: str
    ) -> None:
        """Write one row of a table with these columns, or one record, with all its reasons."""
        if self._stream is None:
            self._stream = self._part.open("w", encoding="utf-8", newline="", errors="replace")
        if row.record is not None:
            self._write_record(row, dated, reasons)
            return
        if self._columns is None:
            self._columns = list(table)
            # the mark by which spreadsheets know UTF-8
            self._stream.write("\ufeff")
            self._write([*FRONT, *map(shield, self._columns)])
        cells: list[Cell] = row.cells
        said = "; ".join(map(str, reasons))
        texts = [text_of(cell, decimal) for cell in cells]
        self._write([shield(row.origin), dated, said, *map(shield, texts)])

    def _write_record(self, row: Row, dated: str, reasons: Sequence[Reason]) -> None:
        assert self._stream is not None
        written: dict[str, Any] = {ORIGIN: row.origin, DATED: dated, REASONS: [*map(str, reasons)]}
        if isinstance(row.record, str):
            written[TEXT] = row.record
        else:
            written[RECORD] = row.record if row.alone is None else row.alone.value()
        # as ASCII: bytes that are no text come back as they were
        self._stream.write(json.dumps(written, default=_plain) + "\n")

    def _write(self, cells: Sequence[str]) -> None:
        assert self._stream is not None
        csv.writer(self._stream).writerow(cells)

    def keep(self) -> Path | None:
        """Give the file its name, and return it; None where no row was refused.

        A file of that name that says something else may have been mended by hand meanwhile: it stays,
        and the new one gets a number.
        """
        if self._stream is None:
            return None
        self._stream.close()
        target, number = self.target, 2
        while target.exists() and not cmp(target, self._part, shallow=False):
            target = self.target.with_suffix(f".{number}{self.target.suffix}")
            number += 1
        self._part.replace(target)
        return target

    def drop(self) -> None:
        """Leave nothing behind."""
        if self._stream is not None:
            self._stream.close()
        self._part.unlink(missing_ok=True)


def _plain(value: Any) -> Any:
    """A value of a record that JSON does not have."""
    if isinstance(value, Decimal):
        return float(value) if Decimal(repr(float(value))) == value else str(value)
    return text_of(value)
