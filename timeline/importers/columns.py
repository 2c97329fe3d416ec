"""The columns of a table as a mapping names them, and what reads their cells."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from copy import copy
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import UNSET

from timeline.errors import DataError, InvalidValue
from timeline.importers import settings
from timeline.importers.amounts import SCALES, parse_amount, says_nothing
from timeline.importers.cells import ERRORS, Cell, Reason, Refused, Row, quoted, text_of
from timeline.importers.conversions import (
    Measured,
    is_text,
)
from timeline.importers.dates import DateReader, Publication, reader_of
from timeline.importers.paths import Listed, ListItem, leaf_of, parse_path
from timeline.importers.settings import DateSettings, Expression, Lookup, TableSettings, several
from timeline.ingest.nodes import Mapping, Node, Scalar
from timeline.ingest.nodes import Sequence as ListNode
from timeline.ingest.shape import INVALID, Report, shape, type_of
from timeline.nearest import did_you_mean

NOTHING: Final = frozenset({"null", "n/a", "n.a.", "nan", "\\n", "-", "--", "–", "—"})
"""Cells that say nothing in any table: how databases, statistics and people write that."""

_LONGEST: Final = 4096
"""Characters of a cell that a pattern is held against."""

MISSING: Final = object()
"""What an expression gives where the row says nothing."""


class Context:
    """A row while it is read: its cells or its record, and the companies that it names, by their entries."""

    __slots__ = (
        "bound", "cells", "dated", "find", "found", "item", "key", "left_out", "place", "record",
    )  # fmt: skip

    def __init__(
        self, row: Row, dated: str, find: Callable[[Context, str], list[str] | Reason]
    ) -> None:
        self.cells = row.cells
        self.record = row.record
        self.item = row.item
        """What paths begin at."""
        self.bound = row.bound
        self.place = 0
        """The number of the item of an event with ``each:``; 0 for the row itself."""
        self.dated = dated
        """The day of the file."""
        self.find = find
        """What looks up the companies of an entry in the row; it holds no row, so that none is garbage."""
        self.found: dict[tuple[str, int], list[str] | Reason] = {}
        """The companies of each entry, or why they cannot be told; by the entry and the item of the row."""
        self.key = ""
        self.left_out: list[Reason] = []
        """Why values beside the news, such as a country, were left out of the row."""

    def company(self, name: str) -> list[str]:
        """The ids of the companies of an entry. Raises Refused."""
        found = self.find(self, name)
        if isinstance(found, Reason):
            raise Refused(found.code, found.message, found.column)
        return found

    def at(self, item: ListItem, place: int) -> Context:
        """The same row, with paths that begin at one of its items."""
        found = copy(self)
        found.item, found.place = item.value, place
        if item.bound:
            found.bound = {**self.bound, **item.bound}
        return found


Evaluate = Callable[[Context], Any]
Find = Callable[[Context], Sequence[Any]]
"""The cells that a column or a path leads to in a row."""


class Columns:
    """Finds columns by their names, and makes what reads a cell; problems go to ``report``."""

    def __init__(
        self,
        report: Report,
        columns: Sequence[str],
        table: TableSettings,
        dates: DateSettings,
        *,
        nested: bool = False,
        folder: Path | None = None,
    ) -> None:
        """``nested``: what stands for columns are paths into records. ``folder``: where lookups begin."""
        self.report = report
        self.columns = columns
        self.table = table
        self.dates = dates
        self.nested = nested
        self.folder = folder
        self.bound: set[str] = set()
        """The names in braces of the lists that are gone through where the mapping is read just now."""
        self.rooted = True
        """Whether only paths from the record were read since it was set last."""
        self.readers: list[DateReader] = []
        self.publication = Publication()
        self._lookups: dict[Lookup, dict[str, str]] = {}
        self._empty = NOTHING | {each.strip().casefold() for each in table.empty}

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

    def find(self, name: str, node: Node) -> Find:
        """What finds the cells of a column: one in a table, and of a record those that a path leads to."""
        if not self.nested:
            index = self.index(name, node)
            return lambda row: (row.cells[index],)
        if name in self.bound:
            self.rooted = False
            return lambda row: (row.bound.get(name),)
        try:
            path = parse_path(name)
        except InvalidValue as error:
            self.report.add_error(error, node)
            return lambda row: ()
        if path.rooted:
            return lambda row: path.values(row.record)
        self.rooted = False
        return lambda row: path.values(row.item)

    def each(self, node: Node) -> Listed | None:
        """What ``each:`` says: the items of a list in a record; None after reporting what is wrong."""
        if isinstance(node, Scalar):
            said = settings.Each(path=node.text)
        else:
            found = shape(node, type_of(settings.Each), self.report, "each")
            if found is INVALID:
                return None
            said = msgspec.convert(found, settings.Each)
        if not self.nested:
            message = "a table has no lists to go through"
            self.report.add("wrong-type", message, node, "each: is for JSON and XML")
            return None
        try:
            return Listed(parse_path(said.path, each=True), said.side_by_side, said.reverse)
        except InvalidValue as error:
            self.report.add_error(error, node)
            return None

    def cell(self, node: Node, said: Expression) -> Callable[[Context], Cell]:
        """What reads an expression's cell, values mapped; None where it says nothing. It raises Refused.

        Of several columns, and of several values of a record, the first that says something counts.
        """
        default = said.default if said.default is not UNSET else None
        refine = self._refine(node, said)
        if said.join is not UNSET:
            joint, several_ = said.join, self._cells(node, said)
            return lambda row: joint.join(map(text_of, several_(row))) or default
        finds = self._finds(node, said)
        if len(finds) == 1 and not self.nested:  # nearly every expression of a table
            (find,) = finds

            def read(row: Context) -> Cell:
                found = refine(find(row)[0])
                return default if found is None else found

            return read

        def read_first(row: Context) -> Cell:
            for find in finds:
                for cell in find(row):
                    if (found := refine(cell)) is not None:
                        return found
            return default

        return read_first

    def cells(self, node: Node, said: Expression) -> Callable[[Context], list[Cell]]:
        """What reads every cell of an expression that says something. It raises Refused."""
        if said.join is not UNSET:
            read = self.cell(node, said)
            return lambda row: [] if (found := read(row)) is None else [found]
        several_ = self._cells(node, said)
        if said.default is UNSET:
            return several_
        default: Cell = said.default
        return lambda row: several_(row) or [default]

    def _cells(self, node: Node, said: Expression) -> Callable[[Context], list[Cell]]:
        finds, refine = self._finds(node, said), self._refine(node, said)

        def read(row: Context) -> list[Cell]:
            found = (refine(cell) for find in finds for cell in find(row))
            return [cell for cell in found if cell is not None]

        return read

    def _finds(self, node: Node, said: Expression) -> list[Find]:
        assert isinstance(node, Mapping)
        where = node.pairs["column"][1]
        names = several(said.column)
        if not names:
            self.report.add("missing-field", '"column" names none', where)
        places = where.items if isinstance(where, ListNode) else [where]
        return [self.find(name, place) for name, place in zip(names, places, strict=True)]

    def _refine(self, node: Node, said: Expression) -> Callable[[Any], Cell]:
        """What makes of a cell what it stands for; None where it says nothing. It raises Refused."""
        column = name_of(said)
        own = said.empty if said.empty is not UNSET else []
        empty = self._empty | {each.strip().casefold() for each in own}
        values = None
        if said.values is not UNSET:
            values = {key.strip().casefold(): value for key, value in said.values.items()}
        otherwise = said.otherwise if said.otherwise is not UNSET else None
        functions = self._functions(node, said, column)
        as_it_is = not functions and values is None
        longest = max(map(len, empty))

        def refine(cell: Any) -> Cell:
            if cell is None:
                return None
            if isinstance(cell, str):
                cell = cell.strip()
                if not cell:
                    return None
                if "\0" in cell or not (cell.isascii() or is_text(cell)):
                    message = "bytes that are no text in the encoding of the file"
                    raise Refused("undecodable-text", message, column)
                if cell[0] == "#" and cell in ERRORS:
                    message = f"{cell} is what a formula gives that failed"
                    raise Refused("cell-error", message, column)
                if as_it_is:  # nearly every cell
                    # a text does not become shorter where its case is folded
                    silent = len(cell) <= longest and cell.casefold() in empty
                    return None if silent else cell
            elif isinstance(cell, dict):  # of a record, where a value should stand
                cell = leaf_of(cell)
                if isinstance(cell, dict):
                    message = (
                        f"an object with {', '.join(list(cell)[:5])} where a value should stand"
                    )
                    raise Refused("wrong-shape", message, column)
                return refine(cell)
            if functions or isinstance(cell, str) or values is not None or own:
                if text_of(cell).casefold() in empty:
                    return None
                for function in functions:
                    changed = function(text_of(cell))
                    if changed is None:
                        return otherwise or None
                    cell = changed
                if values is not None:
                    given: str = text_of(cell).casefold()
                    cell = values.get(given, otherwise if otherwise is not None else cell)
            return None if cell == "" else cell

        return refine

    def _functions(
        self, node: Node, said: Expression, column: str
    ) -> list[Callable[[str], str | None]]:
        """What is done to a cell, in this order; each gives None for ``otherwise``, or raises Refused."""
        found: list[Callable[[str], str | None]] = []
        strict = said.otherwise is UNSET
        if ends := several(said.strip_prefix):
            found.append(lambda text: _without(text, ends, str.removeprefix))
        if tails := several(said.strip_suffix):
            found.append(lambda text: _without(text, tails, str.removesuffix))
        if said.pattern is not UNSET:
            try:
                found.append(_matcher(re.compile(said.pattern), column, strict=strict))
            except re.error as error:
                assert isinstance(node, Mapping)
                message = f'"{said.pattern}" is no regular expression: {error}'
                self.report.add("invalid-value", message, node.get("pattern"))
        if said.lookup is not UNSET:
            table = self._looked_up(node, said.lookup)
            file = said.lookup.file

            def look_up(text: str) -> str | None:
                value = table.get(text.strip().casefold())
                if value is None and strict:
                    raise Refused("unmapped-value", f"{quoted(text)} is not in {file}", column)
                return value

            found.append(look_up)
        return found

    def _looked_up(self, node: Node, lookup: Lookup) -> dict[str, str]:
        """What a second table says, in memory: by the cells of one column, those of another."""
        if lookup in self._lookups:
            return self._lookups[lookup]
        from timeline.importers.tables import open_table

        assert isinstance(node, Mapping)
        place = node.get("lookup")
        found = self._lookups.setdefault(lookup, {})
        path = (self.folder or Path()) / lookup.file
        try:
            with open_table(path, TableSettings(), (lookup.key, lookup.value)) as table:
                for name in (lookup.key, lookup.value):
                    if name not in table.columns:
                        message = f'{lookup.file} has no column "{name}"'
                        hint = f"the columns are {', '.join(table.columns)}"
                        self.report.add("unknown-column", message, place, hint)
                        return found
                key, value = map(table.columns.index, (lookup.key, lookup.value))
                for row in table.rows:
                    if not row.reasons and (text := text_of(row.cells[value]).strip()):
                        found.setdefault(text_of(row.cells[key]).strip().casefold(), text)
        except (DataError, OSError) as error:
            problem = error.problems[0].message if isinstance(error, DataError) else error
            self.report.add("unreadable-table", f"{lookup.file}: {problem}", place)
        return found

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
            name_of(said),
            formats,
            earliest=None if earliest is UNSET else earliest,
            latest=said.latest if said.latest is not UNSET else dates.latest,
            precision=None if precision is UNSET else precision,
            publication=self.publication,
        )
        self.readers.append(reader)
        return reader

    def amounts_of(self, node: Node, said: Expression) -> Callable[[Cell], Any]:
        """The reader of a column of numbers; MISSING where a cell says that nobody said how much."""
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
        decimal, column = self.table.decimal, name_of(said)

        def read(cell: Cell) -> Any:
            if says_nothing(cell):
                return MISSING
            return Measured(parse_amount(cell, decimal, scale, column), cell, column)

        return read


def name_of(said: Expression) -> str:
    """The columns of an expression, for messages."""
    return " or ".join(several(said.column))


def _without(text: str, ends: Sequence[str], remove: Callable[[str, str], str]) -> str:
    for end in ends:
        if (found := remove(text, end)) != text:
            return found.strip()
    return text


def _matcher(pattern: re.Pattern[str], column: str, *, strict: bool) -> Callable[[str], str | None]:
    def match(text: str) -> str | None:
        if len(text) <= _LONGEST and (found := pattern.search(text)) is not None:
            return found[1 if pattern.groups else 0]
        if strict:
            message = f"{quoted(text)} does not match {pattern.pattern}"
            raise Refused("unmapped-value", message, column)
        return None

    return match
