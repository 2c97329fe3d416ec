"""What a cell of a table can hold, what a row is, and why one is refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from msgspec import Struct

if TYPE_CHECKING:
    from timeline.importers.paths import Alone

Cell: TypeAlias = str | int | float | Decimal | date | None
"""Text, as in CSV; from spreadsheets and Parquet also numbers, days and instants."""

ERRORS: Final = frozenset(
    {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#CALC!"}
)
"""What a spreadsheet writes where a formula failed."""

_SHOWN: Final = 60
"""Characters of a cell that a reason quotes."""


class Reason(Struct, frozen=True):
    """Why a row is refused: a stable code, a sentence, and the column."""

    code: str
    message: str
    column: str = ""

    def __str__(self) -> str:
        where = f"column {self.column}: " if self.column else ""
        return f"{self.code}: {where}{self.message}"


class Refused(Exception):
    """A cell, or what follows from it, is not taken."""

    def __init__(self, code: str, message: str, column: str = "") -> None:
        super().__init__(message)
        self.reason = Reason(code, message, column)


class Row(Struct):
    """One row of a table, as it came."""

    number: int
    """As a spreadsheet counts: the header is row 1, the first row of data row 2."""
    cells: list[Cell]
    origin: str
    """File and row, for the ``origin`` of its events; of a mended row those of the first import."""
    dated: str = ""
    """Of a mended row: the day of the file of the first import."""
    key: str = ""
    """What names it for good, where the mapping says."""
    reasons: list[Reason] = []
    """Why it could not even be read."""
    record: Any = None
    """Of a file of records: the record, in place of cells; its text where it could not be parsed."""
    item: Any = None
    """What paths begin at: the record, or one of its items, where the mapping says ``each:``."""
    alone: Alone | None = None
    """Of an item: what makes a record of it alone, to be written down where it is refused."""
    bound: Mapping[str, str] = {}
    """What the names in braces of ``each:`` stand for."""


def text_of(cell: Cell, decimal: str = ".") -> str:
    """A cell as text: days in ISO 8601, numbers in full with the mark that the table's texts have."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, datetime):
        return cell.isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, bool):
        return "true" if cell else "false"
    text = f"{number_of(cell):f}"
    return text if decimal == "." else text.replace(".", decimal)


def number_of(cell: int | float | Decimal) -> Decimal:
    """A number with the digits that a person would see, not those of its binary float."""
    number = Decimal(repr(cell)) if isinstance(cell, float) else Decimal(cell)
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number


def quoted(cell: Cell) -> str:
    """A cell as messages show it."""
    text = text_of(cell)
    return f'"{text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"}"'
