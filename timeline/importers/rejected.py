"""The rows that were refused, as CSV: safe to open, ready to be mended, the same when read again.

Two columns stand in front: from where a row came and why it was refused. A spreadsheet runs a cell that
begins like a formula, so such a cell gets an apostrophe, by which every spreadsheet takes it as text
(OWASP, CSV injection); reading takes it off again. Both are exact: whatever a cell held comes back.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Sequence
from filecmp import cmp
from pathlib import Path
from typing import Final, TextIO

from timeline.importers.cells import Cell, Reason, Row, text_of

ORIGIN: Final = "import:origin"
DATED: Final = "import:file_date"
REASONS: Final = "import:reasons"
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


class RejectedRows:
    """Writes refused rows beside the file, which takes its name when :meth:`keep` is called."""

    def __init__(self, target: Path, columns: Sequence[str], decimal: str) -> None:
        self.target = target
        self.columns = columns
        self.decimal = decimal
        self._part = target.with_name(f".{target.name}.{os.getpid()}.part")
        self._stream: TextIO | None = None

    def add(self, row: Row, dated: str, reasons: Sequence[Reason]) -> None:
        """Write one row, with all its reasons."""
        if self._stream is None:
            self._stream = self._part.open("w", encoding="utf-8", newline="", errors="replace")
            # the mark by which spreadsheets know UTF-8
            self._stream.write("\ufeff")
            self._write([*FRONT, *map(shield, self.columns)])
        cells: list[Cell] = row.cells
        said = "; ".join(map(str, reasons))
        texts = [text_of(cell, self.decimal) for cell in cells]
        self._write([shield(row.origin), dated, said, *map(shield, texts)])

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
