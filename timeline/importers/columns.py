"""The columns of a table as a mapping names them, and what reads their cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final

import msgspec
from msgspec import UNSET

from timeline.errors import InvalidValue
from timeline.importers.amounts import SCALES, parse_amount
from timeline.importers.cells import ERRORS, Cell, Refused, text_of
from timeline.importers.conversions import (
    Measured,
    is_text,
)
from timeline.importers.dates import DateReader, Publication, reader_of
from timeline.importers.settings import DateSettings, Expression, TableSettings
from timeline.ingest.nodes import Mapping, Node
from timeline.ingest.shape import INVALID, Report, shape, type_of
from timeline.nearest import did_you_mean

MISSING: Final = object()
"""What an expression gives where the row says nothing."""


class Context:
    """A row while it is read: its cells, and the companies that it names, by their entries."""

    __slots__ = ("cells", "company", "key")

    def __init__(self, cells: Sequence[Cell], company: Callable[[str], list[str]]) -> None:
        self.cells = cells
        self.company = company
        self.key = ""


Evaluate = Callable[[Context], Any]


class Columns:
    """Finds columns by their names, and makes what reads a cell; problems go to ``report``."""

    def __init__(
        self, report: Report, columns: Sequence[str], table: TableSettings, dates: DateSettings
    ) -> None:
        self.report = report
        self.columns = columns
        self.table = table
        self.dates = dates
        self.readers: list[DateReader] = []
        self.publication = Publication()
        self._empty = frozenset(each.strip().casefold() for each in table.empty)

    def index(self, name: str, node: Node) -> int:
        """Where a column stands; a problem (and the first column) where there is none, or several."""
        count = self.columns.count(name)
        if count == 1:
            return self.columns.index(name)
        if count:
            message = f'the table has {count} columns "{name}"'
            self.report.add("ambiguous-column", message, node, "give them different names")
        else:
            given = [each for each in self.columns if each]
            hint = did_you_mean(name, given) or f"the columns are {', '.join(given)}"
            self.report.add("unknown-column", f'the table has no column "{name}"', node, hint)
        return 0

    def expression(self, node: Node) -> Expression | None:
        """An expression as it is written; None after reporting why it is none."""
        found = shape(node, type_of(Expression), self.report, "expression")
        return None if found is INVALID else msgspec.convert(found, Expression)

    def cell(self, node: Node, said: Expression) -> Callable[[Context], Cell]:
        """What reads an expression's cell, values mapped; None where it says nothing. It raises Refused."""
        assert isinstance(node, Mapping)
        index = self.index(said.column, node.pairs["column"][1])
        column = said.column
        own = said.empty if said.empty is not UNSET else []
        empty = self._empty | {each.strip().casefold() for each in own}
        values = None
        if said.values is not UNSET:
            values = {key.strip().casefold(): value for key, value in said.values.items()}
        otherwise = said.otherwise if said.otherwise is not UNSET else None
        default = said.default if said.default is not UNSET else None

        def read(row: Context) -> Cell:
            cell = row.cells[index]
            if cell is None:
                return default
            if isinstance(cell, str):
                cell = cell.strip()
                if not cell:
                    return default
                if "\0" in cell or not (cell.isascii() or is_text(cell)):
                    message = "bytes that are no text in the encoding of the file"
                    raise Refused("undecodable-text", message, column)
                if cell in ERRORS:
                    message = f"{cell} is what a formula gives that failed"
                    raise Refused("cell-error", message, column)
            if empty or values is not None:
                key = text_of(cell).casefold()
                if key in empty:
                    return default
                if values is not None:
                    cell = values.get(key, otherwise if otherwise is not None else cell)
            return cell

        return read

    def dates_of(self, node: Node, said: Expression) -> DateReader:
        """The reader of a column of dates."""
        dates = self.dates
        formats = said.formats if said.formats is not UNSET else dates.formats
        for each in formats:
            try:
                reader_of(each)
            except InvalidValue as error:
                assert isinstance(node, Mapping)
                self.report.add_error(error, node.get("formats") or node)
                formats = DateSettings().formats
                break
        earliest = said.earliest if said.earliest is not UNSET else dates.earliest
        precision = said.precision if said.precision is not UNSET else dates.precision
        reader = DateReader(
            said.column,
            formats,
            earliest=None if earliest is UNSET else earliest,
            latest=said.latest if said.latest is not UNSET else dates.latest,
            precision=None if precision is UNSET else precision,
            publication=self.publication,
        )
        self.readers.append(reader)
        return reader

    def amounts_of(self, node: Node, said: Expression) -> Callable[[Cell], Measured]:
        """The reader of a column of numbers."""
        scale: Decimal | None = None
        if said.scale is not UNSET:
            scale = SCALES.get(said.scale)
            if scale is None:
                try:
                    scale = Decimal(said.scale)
                    assert scale > 0
                except (ArithmeticError, AssertionError):
                    assert isinstance(node, Mapping)
                    hint = f"{', '.join(SCALES)}, or a number such as 0.001"
                    message = f'"{said.scale}" is not a scale'
                    self.report.add("invalid-value", message, node.get("scale"), hint)
        decimal, column = self.table.decimal, said.column

        def read(cell: Cell) -> Measured:
            return Measured(parse_amount(cell, decimal, scale, column), cell, column)

        return read
