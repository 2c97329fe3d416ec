"""Values of a mapping: constants as in a fixture, or expressions that read a row, typed by their field.

A mapping is compiled once, against the types of the vocabulary and the columns of the table; every problem
names its line and column. What comes out are small functions from a row to plain JSON values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from msgspec import UNSET, Struct, inspect, structs

from timeline.errors import TimelineError
from timeline.importers.amounts import plain
from timeline.importers.cells import Cell, Refused, text_of
from timeline.importers.columns import MISSING, Columns, Context, Evaluate, name_of
from timeline.importers.conversions import (
    Convert,
    Measured,
    as_text,
    boolean,
    checked,
    choice,
    country_of,
    measure,
    moment_of,
    whole,
)
from timeline.importers.fieldtypes import is_list, item_of, option_for, refers_to, without_unset
from timeline.importers.settings import DateSettings, Expression, TableSettings
from timeline.importers.slugs import slug_of
from timeline.ingest.nodes import Mapping, Node, Scalar, value_of
from timeline.ingest.nodes import Sequence as ListNode
from timeline.ingest.shape import INVALID, Report, shape, type_of
from timeline.model.kinds.event import fields_of
from timeline.model.values import (
    Measure,
    Share,
    check_attribute,
    check_country,
    check_edtf,
    check_moment,
    check_slug,
    check_subject,
)
from timeline.nearest import did_you_mean

FILE: Final = "file"
"""As the default of a date: the day of the file."""
KNOWN: Final = "known"
"""As the default of a date: the day on which the source of the row was published."""

_between_words: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class Constant(Struct, frozen=True):
    """A value that is the same in every row."""

    value: Any

    def __call__(self, row: Context) -> Any:
        """The value."""
        return self.value


def is_expression(node: Node | None) -> bool:
    """Whether a node reads a column."""
    return isinstance(node, Mapping) and "column" in node.pairs


class Compiler(Columns):
    """Turns nodes of a mapping into functions of a row, and keeps what it learns on the way."""

    def __init__(
        self,
        report: Report,
        columns: Sequence[str],
        table: TableSettings,
        dates: DateSettings,
        entries: Sequence[str],
        *,
        nested: bool = False,
        folder: Path | None = None,
    ) -> None:
        super().__init__(report, columns, table, dates, nested=nested, folder=folder)
        self.entries = entries
        self.companies: dict[str, Node] = {}
        """Companies that are named by their id, with where."""
        self.sources: dict[str, Node] = {}
        """Sources that are named by their slug, with where."""
        self.used: set[str] = set()
        """The entries of companies used since it was last emptied."""

    # --- values ----------------------------------------------------------------------------------

    def value(self, node: Node, type_: inspect.Type, name: str) -> Evaluate:
        """The function that gives a field its value, or MISSING."""
        type_ = without_unset(type_)
        if is_expression(node):
            return self._read(node, type_, name)
        if refers_to(type_) == "company" and isinstance(node, Scalar):
            return self._company(node, name, several=is_list(type_))
        if isinstance(type_, inspect.UnionType):
            type_ = option_for(type_, node)
        bare = type_.type if isinstance(type_, inspect.Metadata) else type_
        if isinstance(bare, inspect.AnyType):
            return self._any(node)
        if isinstance(bare, inspect.StructType) and isinstance(node, Mapping):
            return self._struct(node, bare, name)
        if isinstance(bare, inspect.ListType) and isinstance(node, ListNode):
            items = [self.value(item, bare.item_type, name) for item in node.items]
            if all(isinstance(item, Constant) for item in items):
                return self._constant(node, type_, name)
            return lambda row: _flat([item(row) for item in items]) or MISSING
        if isinstance(bare, inspect.DictType) and isinstance(node, Mapping):
            return self._dict(node, bare, type_, name)
        if refers_to(type_) == "source" and isinstance(node, Scalar):
            self.sources.setdefault(node.text, node)
        return self._constant(node, type_, name)

    def _constant(self, node: Node, type_: inspect.Type, name: str) -> Constant:
        value = shape(node, type_, self.report, name)
        return Constant(MISSING if value is INVALID else value)

    def _any(self, node: Node) -> Evaluate:
        """A value of the user's own, under ``extra``."""
        if is_expression(node):
            return self._read(node, type_of(str), "extra")
        if isinstance(node, Mapping):
            parts = {key: self._any(value) for key, (_, value) in node.pairs.items()}
            return lambda row: {
                k: v for k, part in parts.items() if (v := part(row)) is not MISSING
            }
        if isinstance(node, ListNode):
            items = [self._any(item) for item in node.items]
            return lambda row: [v for item in items if (v := item(row)) is not MISSING]
        return Constant(value_of(node))

    def _company(self, node: Scalar, name: str, *, several: bool = False) -> Evaluate:
        entry = node.text
        if entry in self.entries:
            self.used.add(entry)

            def find(row: Context) -> Any:
                found = row.company(entry)
                if len(found) > 1 and not several:
                    message = f'"{name}" is one company, and "{entry}" names {len(found)}'
                    raise Refused("ambiguous-company", message)
                return MISSING if not found else found[0] if len(found) == 1 else found

            return find
        try:
            check_slug(entry)
        except TimelineError as error:
            self.report.add_error(error, node)
        self.companies.setdefault(entry, node)
        return Constant(entry)

    def _dict(
        self, node: Mapping, bare: inspect.DictType, type_: inspect.Type, name: str
    ) -> Evaluate:
        by_company = refers_to(bare.key_type) == "company"
        parts: list[tuple[str, Evaluate]] = []
        for key, (at, value) in node.pairs.items():
            if by_company and key not in self.entries:
                self.companies.setdefault(key, at)
            elif by_company:
                self.used.add(key)
            parts.append((key, self.value(value, bare.value_type, name)))
        dynamic = [key for key, _ in parts if by_company and key in self.entries]
        if not dynamic and all(isinstance(part, Constant) for _, part in parts):
            return self._constant(node, type_, name)

        def build(row: Context) -> Any:
            found: dict[str, Any] = {}
            for key, part in parts:
                value = part(row)
                if value is MISSING:
                    continue
                for company in row.company(key) if key in dynamic else [key]:
                    held = found.get(company) if by_company else None
                    found[company] = held + [v for v in value if v not in held] if held else value
            return found or MISSING

        return build

    def _struct(self, node: Mapping, type_: inspect.StructType, name: str) -> Evaluate:
        fields = fields_of(type_.cls)
        before = len(self.report.problems)
        parts: dict[str, Evaluate] = {}
        for key, (at, value) in node.pairs.items():
            if key in fields:
                parts[key] = self.value(value, fields[key].type, key)
            else:
                hint = did_you_mean(key, fields)
                self.report.add("unknown-field", f'"{name}" has no field "{key}"', at, hint)
        if all(isinstance(part, Constant) for part in parts.values()):
            if len(self.report.problems) > before:
                return Constant(MISSING)
            return self._constant(node, type_, name)
        measured = {"exact", "min", "max"} & fields.keys()
        money = "currency" in fields
        percent = type_.cls is Share
        signed = type_.cls is Measure
        default = isinstance(parts.get("currency"), Constant)

        def build(row: Context) -> Any:
            found: dict[str, Any] = {}
            for key, part in parts.items():
                value = part(row)
                if value is not MISSING:
                    found[key] = value
            if measured and not measured & found.keys():
                return MISSING  # a currency or a period of nothing
            if "exact" in found:  # bounds are for where nothing exact is said
                found.pop("min", None)
                found.pop("max", None)
            for key in measured & found.keys():
                value = found[key]
                if isinstance(value, Measured):
                    measure(
                        found,
                        key,
                        value,
                        percent=percent,
                        money=money,
                        default=default,
                        signed=signed,
                    )
            if money and "currency" not in found and type_.cls.__name__ == "Money":
                raise Refused("missing-currency", f'"{name}" has an amount without a currency')
            return found

        return build

    # --- expressions -----------------------------------------------------------------------------

    def _read(self, node: Node, type_: inspect.Type, name: str) -> Evaluate:
        said = self.expression(node)
        if said is None:
            return Constant(MISSING)
        refers = refers_to(type_)
        if refers is not None:
            section = {"company": "companies", "source": "source"}.get(refers, "")
            hint = f"describe it under {section}: and name that here" if section else None
            self.report.add("wrong-type", f'"{name}" names a {refers}, not a column', node, hint)
            return Constant(MISSING)
        items = item_of(type_)
        if items is not None:
            return self._list(node, said, items, name)
        return self._leaf(node, said, type_, name)

    def _list(self, node: Node, said: Expression, item: inspect.Type, name: str) -> Evaluate:
        separator = said.separator if said.separator is not UNSET else None
        convert, read = self._conversion(node, said, item, name), self.cells(node, said)

        def build(row: Context) -> Any:
            found: list[Any] = []
            for cell in read(row):
                parts = text_of(cell).split(separator) if separator else [text_of(cell)]
                found += [convert(part.strip()) for part in parts if part.strip()]
            return (list(dict.fromkeys(found)) if self.nested else found) or MISSING

        return build

    def _leaf(self, node: Node, said: Expression, type_: inspect.Type, name: str) -> Evaluate:
        check = (type_.extra or {}).get("check") if isinstance(type_, inspect.Metadata) else None
        if check in (check_edtf, check_moment) and said.default in (FILE, KNOWN):
            known = said.default == KNOWN
            read_day = self._leaf(node, structs.replace(said, default=UNSET), type_, name)

            def day(row: Context) -> Any:
                found = read_day(row)
                if found is MISSING:
                    published = self.publication.day
                    return published.isoformat() if known and published else row.dated
                return found

            return day
        convert, read = self._conversion(node, said, type_, name), self.cell(node, said)

        def build(row: Context) -> Any:
            cell = read(row)
            return MISSING if cell is None else convert(cell)

        return build

    def _conversion(self, node: Node, said: Expression, type_: inspect.Type, name: str) -> Convert:
        """What makes the value of a field out of a cell that says something."""
        column = name_of(said)
        check = (type_.extra or {}).get("check") if isinstance(type_, inspect.Metadata) else None
        bare = type_.type if isinstance(type_, inspect.Metadata) else type_
        if check is check_edtf:
            return self.dates_of(node, said)
        if check is check_moment:
            return moment_of(self.dates_of(node, said))
        if isinstance(bare, inspect.DecimalType):
            return self.amounts_of(node, said)
        if isinstance(bare, inspect.UnionType):
            if said.formats is not UNSET:
                return self.dates_of(node, said)
            if said.scale is not UNSET:
                amounts = self.amounts_of(node, said)
                return lambda cell: plain(amounts(cell).amount.number)
            return as_text
        if isinstance(bare, inspect.LiteralType):
            return choice([str(value) for value in bare.values], column)
        if isinstance(bare, inspect.BoolType):
            return boolean(column)
        if isinstance(bare, inspect.IntType):
            return whole(column)
        if isinstance(bare, inspect.StructType):
            hint = "write {exact: {column: …}, …}"
            self.report.add("wrong-type", f'"{name}" is made of several fields', node, hint)
            return as_text
        if check is check_country:
            return lambda cell: country_of(text_of(cell), column)
        if name == "currency":
            return lambda cell: text_of(cell).upper()
        return checked(check, column)

    # --- texts made of companies and columns -----------------------------------------------------

    def template(self, node: Node, name: str) -> Evaluate:
        """A subject or a slug with companies and columns in braces: deal:{acquirer}-{target}."""
        if not isinstance(node, Scalar):
            self.report.add("wrong-type", f'"{name}" is a text with {{columns}} in it', node)
            return Constant(MISSING)
        parts = re.split(r"\{([^{}]+)\}", node.text)
        names = parts[1::2]
        readers: list[Callable[[Context], str]] = []
        for each in names:
            if each in self.entries:
                self.used.add(each)
                readers.append(_companies_in(each))
            elif each == "key":
                readers.append(lambda row: row.key)
            else:  # {a|b} is the first of them that says something
                place = Scalar(node.line, node.column, each, plain=False)
                columns: Node = place
                said = Expression(column=each)
                if self.nested and "|" in each:
                    names_ = each.split("|")
                    items: list[Node] = [
                        Scalar(node.line, node.column, one, plain=False) for one in names_
                    ]
                    columns = ListNode(node.line, node.column, items)
                    said = Expression(column=names_)
                pairs: dict[str, tuple[Scalar, Node]] = {"column": (place, columns)}
                read = self.cell(Mapping(node.line, node.column, pairs), said)
                readers.append(_slug_in(read, each, words=name == "attribute"))
        texts = parts[0::2]
        sample = "".join(f"{text}x" for text in texts[:-1]) + texts[-1]
        try:
            _CHECKS.get(name, check_slug)(sample)
        except TimelineError as error:
            self.report.add_error(error, node)
            return Constant(MISSING)

        def build(row: Context) -> str:
            found = texts[0]
            for text, read in zip(texts[1:], readers, strict=True):
                found += read(row) + text
            return found

        return Constant(node.text) if not names else build


def _companies_in(entry: str) -> Callable[[Context], str]:
    def read(row: Context) -> str:
        return "-".join(row.company(entry)) or "none"

    return read


_CHECKS: Final[dict[str, Callable[[str], object]]] = {
    "subject": check_subject,
    "attribute": check_attribute,
}


def _slug_in(
    read: Callable[[Context], Cell], column: str, *, words: bool
) -> Callable[[Context], str]:
    """``words``: NetIncomeLoss becomes net-income-loss."""

    def slug(row: Context) -> str:
        cell = read(row)
        text = "" if cell is None else text_of(cell)
        found = slug_of(_between_words.sub("-", text) if words else text)
        if not found:
            raise Refused("empty-cell", "nothing to make an id of", column)
        return found

    return slug


def _flat(values: Sequence[Any]) -> list[Any]:
    found: list[Any] = []
    for value in values:
        if value is not MISSING:
            found += value if isinstance(value, list) else [value]
    return found
