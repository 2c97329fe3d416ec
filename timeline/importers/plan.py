"""A mapping made ready for a table: which events a row tells, and where each value of them stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from msgspec import UNSET, Struct

from timeline.errors import DataError
from timeline.importers.cells import Refused, text_of
from timeline.importers.columns import MISSING, Context, Evaluate
from timeline.importers.dates import DateReader
from timeline.importers.expressions import Compiler, Constant, is_expression
from timeline.importers.mapping import FILE, SECTIONS, MappingFile, checked, columns_of, list_of
from timeline.importers.settings import Company, Condition
from timeline.ingest.nodes import Mapping, Node, Scalar
from timeline.ingest.nodes import Sequence as ListNode
from timeline.ingest.shape import INVALID, Report, fields_of, shape, type_of
from timeline.model.kinds import EVENT_TYPES, KIND_OF, RECORD_TYPES
from timeline.model.kinds.company import CompanyRegistered
from timeline.model.kinds.source import SourceRegistered
from timeline.model.values import Fields, check_slug
from timeline.nearest import did_you_mean

Test = Callable[[Context], bool]


class Entry(Struct, frozen=True):
    """A company that rows name, under the name by which events refer to it."""

    name: str
    parts: dict[str, Evaluate]
    column: str
    optional: bool


class Event(Struct, frozen=True):
    """One event that a row may tell."""

    type: str
    label: str
    """The end of its id, where rows have a key."""
    when: Test
    fields: dict[str, Evaluate]
    entries: frozenset[str]
    """The companies that it names, by their entries."""
    opens: bool
    """Whether it has what the first event of a subject must have."""


class Plan(Struct, frozen=True):
    """A mapping, made ready for a table with certain columns."""

    name: str
    columns: list[str]
    key: list[int]
    rows: Test
    source: dict[str, Evaluate] | None
    """The fields of the source that is registered, its id among them."""
    known_from_file: bool
    entries: dict[str, Entry]
    events: list[Event]
    readers: list[DateReader]
    companies: dict[str, Node]
    """Companies that are named by id, with where they stand."""
    sources: dict[str, Node]
    report: Report


def compile_mapping(mapping: MappingFile, columns: Sequence[str]) -> Plan:
    """The plan by which rows with these columns are read. Raises DataError with every problem."""
    return _Planner(mapping, columns).plan()


class _Planner:
    def __init__(self, mapping: MappingFile, columns: Sequence[str]) -> None:
        self.mapping = mapping
        self.root = mapping.root
        self.report = mapping.report
        companies = self.root.get("companies")
        names = list(companies.pairs) if isinstance(companies, Mapping) else []
        self.compiler = Compiler(self.report, columns, mapping.table, mapping.dates, names)

    def plan(self) -> Plan:
        for name, (at, _) in self.root.pairs.items():
            if name not in SECTIONS:
                hint = did_you_mean(name, SECTIONS)
                self.report.add("unknown-field", f'a mapping has no section "{name}"', at, hint)
        key = [self.compiler.index(each.text, each) for each in self._key()]
        rows = self._test(self.root.get("rows"))
        source, reference = self._source()
        known = self._known()
        entries = self._entries()
        events = self._events(reference, known)
        if self.report.problems:
            raise DataError(self.report.problems)
        return Plan(
            self.mapping.name, list(self.compiler.columns), key, rows, source, known == FILE, entries,
            events, self.compiler.readers, self.compiler.companies, self.compiler.sources, self.report,
        )  # fmt: skip

    # --- the parts of a mapping ------------------------------------------------------------------

    def _key(self) -> list[Scalar]:
        node = self.root.get("key")
        found: list[Scalar] = []
        for each in [] if node is None else list_of(node):
            if isinstance(each, Scalar):
                found.append(each)
            else:
                self.report.add("wrong-type", '"key" is a list of columns', each)
        return found

    def _test(self, node: Node | None) -> Test:
        """Whether a row fulfils a condition: a column that says something, or one of some texts."""
        if node is None:
            return lambda row: True
        if isinstance(node, ListNode):
            tests = [self._test(each) for each in node.items]
            return lambda row: all(test(row) for test in tests)
        if isinstance(node, Scalar):
            pair = Scalar(node.line, node.column, node.text, plain=False)
            node = Mapping(node.line, node.column, {"column": (pair, pair)})
        found = shape(node, type_of(Condition), self.report, "condition")
        if found is INVALID or not isinstance(node, Mapping):
            return lambda row: True
        said = msgspec.convert(found, Condition)
        place = node.pairs["column"][1]
        only = Mapping(node.line, node.column, {"column": (Scalar(0, 0, "", False), place)})
        expression = self.compiler.expression(only)
        assert expression is not None
        read = self.compiler.cell(only, expression)
        wanted = None if said.is_ is UNSET else _texts(said.is_)
        unwanted = frozenset() if said.is_not is UNSET else _texts(said.is_not)

        def test(row: Context) -> bool:
            try:
                cell = read(row)
            except Refused:
                return True  # a failed formula says something, and is refused where it is read
            text = text_of(cell).strip().casefold()
            if wanted is not None:
                return text in wanted
            return text not in unwanted if unwanted else cell is not None

        return test

    def _source(self) -> tuple[dict[str, Evaluate] | None, Evaluate | None]:
        """What registers the source of a row, and what events name as their source."""
        node = self.root.get("source")
        if node is None:
            return None, None
        if isinstance(node, Scalar):
            self.compiler.sources[node.text] = node
            checked(self.report, node, check_slug, node.text)
            return None, Constant(node.text)
        if not isinstance(node, Mapping) or is_expression(node):
            message = '"source" is the slug of a source, or the fields of one'
            hint = "source: {id: …, publisher: …, kind: data, published: …}"
            self.report.add("wrong-type", message, node, hint)
            return None, None
        known = fields_of(SourceRegistered)
        found: dict[str, Evaluate] = {}
        for name, (key, value) in node.pairs.items():
            if name == "id":
                found["id"] = self.compiler.template(value, "id")
            elif name in known and name not in ("subject", "source"):
                found[name] = self.compiler.value(value, known[name].type, name)
            else:
                near = did_you_mean(name, [*known, "id"])
                self.report.add("unknown-field", f'a source has no field "{name}"', key, near)
        for name in ("id", "publisher", "kind", "published"):
            if name not in node.pairs:
                way = "its slug, by which events name it" if name == "id" else None
                self.report.add("missing-field", f'"source" needs "{name}"', node, way)
        return found, found.get("id")

    def _known(self) -> Evaluate | str | None:
        node = self.root.get("known")
        if node is None:
            return None
        if isinstance(node, Scalar) and node.text == FILE:
            return FILE
        return self.compiler.value(node, fields_of(CompanyRegistered)["known"].type, "known")

    def _entries(self) -> dict[str, Entry]:
        node = self.root.get("companies")
        if node is None:
            return {}
        if not isinstance(node, Mapping):
            self.report.add("wrong-type", '"companies" maps a name to what tells the company', node)
            return {}
        found: dict[str, Entry] = {}
        for name, (key, value) in node.pairs.items():
            checked(self.report, key, check_slug, name.replace("_", "-"))
            found[name] = self._entry(name, value)
        return found

    def _entry(self, name: str, node: Node) -> Entry:
        if is_expression(node) or not isinstance(node, Mapping):  # a name and nothing else
            place = Scalar(node.line, node.column, "name", plain=False)
            node = Mapping(node.line, node.column, {"name": (place, node)})
        found = shape(node, type_of(Company), self.report, f'"{name}"')
        if found is INVALID:
            return Entry(name, {}, "", False)
        said = msgspec.convert(found, Company)
        fields = fields_of(CompanyRegistered)
        parts: dict[str, Evaluate] = {}
        text = type_of(str)
        for part in ("id", "name", "country", "kind", "aliases"):
            value = node.get(part)
            if value is not None:
                several = part in ("id", "name") and is_expression(value) and _separated(value)
                type_ = (
                    type_of(list[str]) if several else text if part == "id" else fields[part].type
                )
                parts[part] = self.compiler.value(value, type_, part)
        identifiers = node.get("identifiers")
        if isinstance(identifiers, Mapping):
            for scheme, (_, value) in identifiers.pairs.items():
                parts[f"identifiers.{scheme}"] = self.compiler.value(value, text, scheme)
        if "id" not in parts and "name" not in parts:
            self.report.add("missing-field", f'"{name}" needs "name" or "id"', node)
        return Entry(name, parts, _column_of(node), said.optional)

    # --- events ----------------------------------------------------------------------------------

    def _events(self, source: Evaluate | None, known: Evaluate | str | None) -> list[Event]:
        node = self.root.get("events")
        if node is None and "companies" in self.root.pairs:
            return []  # a list of companies
        if not isinstance(node, ListNode) or not node.items:
            message = 'a mapping needs "events": the list of what a row tells'
            self.report.add("missing-field", message, node or self.root)
            return []
        found: list[Event] = []
        for item in node.items:
            event = self._event(item, source, known, [each.label for each in found])
            if event is not None:
                found.append(event)
        return found

    def _event(
        self, node: Node, source: Evaluate | None, known: Evaluate | str | None, labels: list[str]
    ) -> Event | None:
        if not isinstance(node, Mapping):
            self.report.add("wrong-type", "an event is a mapping of fields", node)
            return None
        type_ = self._type(node)
        if type_ is None:
            return None
        kind, known_fields = KIND_OF[type_], fields_of(EVENT_TYPES[type_])
        self.compiler.used.clear()
        fields: dict[str, Evaluate] = {}
        for name, (key, value) in node.pairs.items():
            if name in ("type", "when"):
                continue
            if name in ("subject", "id"):
                fields[name] = self.compiler.template(value, name)
            elif name in known_fields:
                evaluate = self.compiler.value(value, known_fields[name].type, name)
                fields[name] = _needed(evaluate, value) if name == "occurred" else evaluate
            else:
                hint = did_you_mean(name, known_fields)
                self.report.add("unknown-field", f'{type_} has no field "{name}"', key, hint)
        always = EVENT_TYPES[type_].always
        if source is not None and not always:
            fields.setdefault("source", source)
        if known is not None and not isinstance(known, str) and not always:
            fields.setdefault("known", known)
        self._complete(node, type_, fields, known)
        label = base = type_.replace("_", "-")
        number = 2
        while label in labels:
            label, number = f"{base}-{number}", number + 1
        return Event(
            type_, label, self._test(node.get("when")), {"type": Constant(type_), **fields},
            frozenset(self.compiler.used), all(name in fields for name in kind.required),
        )  # fmt: skip

    def _type(self, node: Mapping) -> str | None:
        name = node.get("type")
        if not isinstance(name, Scalar):
            self.report.add("missing-field", 'an event needs a "type"', name or node)
            return None
        if name.text in RECORD_TYPES:
            message = (
                f"a table cannot tell {name.text}: it says something of an event that is in the log"
            )
            self.report.add("invalid-value", message, name, "use timeline append, or a fixture")
            return None
        if name.text not in EVENT_TYPES:
            choices = [each for each in EVENT_TYPES if each not in RECORD_TYPES]
            hint = did_you_mean(name.text, choices)
            self.report.add("unknown-event-type", f'no event type "{name.text}"', name, hint)
            return None
        return name.text

    def _complete(
        self, node: Mapping, type_: str, fields: dict[str, Evaluate], known: Evaluate | str | None
    ) -> None:
        kind, event = KIND_OF[type_], EVENT_TYPES[type_]
        for name, field in fields_of(event).items():
            if field.required and name not in fields:
                self.report.add("missing-field", f'{type_} needs "{name}"', node)
        if event.always:
            pass
        elif "occurred" not in fields:
            self.report.add("missing-field", f'{type_} needs "occurred"', node)
        elif "source" not in fields and "known" not in fields and known is None:
            hint = "name a source: for the table; without one say since when it is known:"
            self.report.add("missing-source", f"{type_} has no source", node, hint)
        if event.named_by:
            if "subject" not in fields and not set(event.named_by) <= fields.keys():
                quoted = " and ".join(f'"{name}"' for name in event.named_by)
                self.report.add("missing-field", f"{type_} needs {quoted}", node)
        elif "subject" not in fields:
            hint = f"as in {kind.name}:{{acquirer}}-{{target}}: names of companies and columns"
            self.report.add("missing-field", f'{type_} needs "subject"', node, hint)
        subject = node.get("subject")
        if isinstance(subject, Scalar) and not subject.text.startswith(f"{kind.name}:"):
            message = f'{type_} is about a {kind.name}, and "{subject.text}" is not one'
            self.report.add("wrong-subject", message, subject, f'write "{kind.name}:…"')


def _needed(evaluate: Evaluate, node: Node) -> Evaluate:
    column = _column_of(node)

    def value(row: Context) -> Any:
        found = evaluate(row)
        if found is MISSING:
            message = "there is no date (with when: the event can depend on it)"
            raise Refused("empty-cell", message, column)
        return found

    return value


def _column_of(node: Node | None) -> str:
    """The first column that a node reads, for messages."""
    return next(iter(columns_of(node)), "") if node is not None else ""


def _separated(node: Node) -> bool:
    return isinstance(node, Mapping) and "separator" in node.pairs


def _texts(said: str | list[str]) -> frozenset[str]:
    return frozenset(
        text.strip().casefold() for text in ([said] if isinstance(said, str) else said)
    )


def company_parts(entry: Entry, row: Context) -> tuple[dict[str, Any], dict[str, str]]:
    """What a row says of a company, and its identifiers. Raises Refused."""
    parts: dict[str, Any] = {}
    identifiers: dict[str, str] = {}
    for name, evaluate in entry.parts.items():
        value = evaluate(row)
        if value is MISSING:
            continue
        if name.startswith("identifiers."):
            identifiers[name.partition(".")[2]] = str(value)
        else:
            parts[name] = value
    return parts, identifiers


def source_fields(source: dict[str, Evaluate], row: Context) -> Fields:
    """The registration of a row's source. Raises Refused."""
    found = {name: value for name, each in source.items() if (value := each(row)) is not MISSING}
    slug = found.pop("id")
    return {"type": "source_registered", "subject": f"source:{slug}", **found}
