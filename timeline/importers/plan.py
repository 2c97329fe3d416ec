"""A mapping made ready for a table: which events a row tells, and where each value of them stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import msgspec
from msgspec import UNSET, Struct

from timeline.errors import DataError
from timeline.importers.cells import Cell, Refused, text_of
from timeline.importers.columns import MISSING, Context, Evaluate, name_of
from timeline.importers.dates import DateReader, Publication
from timeline.importers.expressions import FILE, Compiler, Constant, is_expression
from timeline.importers.mapping import SECTIONS, MappingFile, checked, columns_of, list_of
from timeline.importers.paths import Listed
from timeline.importers.settings import Company, Condition, Expression
from timeline.ingest.nodes import Mapping, Node, Scalar
from timeline.ingest.nodes import Sequence as ListNode
from timeline.ingest.shape import INVALID, Report, shape, type_of
from timeline.model.kinds import EVENT_TYPES, KIND_OF, RECORD_TYPES
from timeline.model.kinds.company import CompanyRegistered, flaw_of_identifier
from timeline.model.kinds.event import fields_of
from timeline.model.kinds.source import SourceRegistered
from timeline.model.values import Fields, check_slug
from timeline.nearest import did_you_mean

PUBLISHED: Final = "published"

Test = Callable[[Context], bool]
Key = tuple[str, Callable[[Context], Cell]]
"""A column and what reads it, or a path."""


class Entry(Struct, frozen=True):
    """A company that rows name, under the name by which events refer to it."""

    name: str
    parts: dict[str, Evaluate]
    column: str
    optional: bool
    each: Listed | None
    """Where several companies stand in a record."""
    rooted: bool
    """Whether it is the same for every item of a row."""


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
    each: Listed | None
    """The items of a record, each of which may tell it."""
    key: list[Key]
    """What names an item for good."""
    retracted: Test | None
    """Whether a row says of what it tells that it is wrong."""
    unless_known: bool
    """Whether it is told only where nothing is known of its subject."""


class Plan(Struct, frozen=True):
    """A mapping, made ready for a table with certain columns."""

    name: str
    columns: list[str]
    nested: bool
    each: Listed | None
    """The items of a record, each of which is a row."""
    key: list[Key]
    rows: Test
    source: dict[str, Evaluate] | None
    """The fields of the source that is registered, its id among them."""
    known_from_file: bool
    entries: dict[str, Entry]
    events: list[Event]
    readers: list[DateReader]
    publication: Publication
    """Where the readers look up the day of a row's source."""
    companies: dict[str, Node]
    """Companies that are named by id, with where they stand."""
    sources: dict[str, Node]
    report: Report


def compile_mapping(
    mapping: MappingFile, columns: Sequence[str], *, nested: bool = False
) -> Plan | None:
    """The plan by which rows with these columns are read, or records (``nested``).

    None for a part of a mapping that is not for a table with these columns. Raises DataError with every
    problem.
    """
    return _Planner(mapping, columns, nested=nested).plan()


class _Planner:
    def __init__(self, mapping: MappingFile, columns: Sequence[str], *, nested: bool) -> None:
        self.mapping = mapping
        self.root = mapping.root
        self.report = mapping.report
        companies = self.root.get("companies")
        names = list(companies.pairs) if isinstance(companies, Mapping) else []
        self.compiler = Compiler(
            self.report, columns, mapping.table, mapping.dates, names, nested=nested,
            folder=mapping.folder,
        )  # fmt: skip
        self.compiler.bound |= set(_bound_in(self.root))

    def plan(self) -> Plan | None:
        rows_node = self.root.get("rows")
        if self.mapping.part and not self.compiler.nested:
            missing = set(_columns_in(rows_node)).difference(self.compiler.columns)
            if missing:
                return None
        for name, (at, _) in self.root.pairs.items():
            if name not in SECTIONS or (name == "parts" and self.mapping.part):
                hint = did_you_mean(name, SECTIONS)
                self.report.add("unknown-field", f'a mapping has no section "{name}"', at, hint)
        self._refuse_questions()
        each = self._each(self.root)
        key = self._key(self.root)
        rows = self._test(rows_node)
        source, reference = self._source()
        known = self._known()
        entries = self._entries()
        events = self._events(reference, known)
        if self.report.problems:
            raise DataError(self.report.problems)
        return Plan(
            self.mapping.name, list(self.compiler.columns), self.compiler.nested, each, key, rows, source,
            known == FILE, entries, events, self.compiler.readers, self.compiler.publication,
            self.compiler.companies, self.compiler.sources, self.report,
        )  # fmt: skip

    def _each(self, node: Mapping) -> Listed | None:
        said = node.get("each")
        return None if said is None else self.compiler.each(said)

    # --- the parts of a mapping ------------------------------------------------------------------

    def _refuse_questions(self) -> None:
        """A mapping that was guessed says what it could not tell: somebody has to, before it is used."""
        node = self.root.get("questions")
        for each in [] if node is None else list_of(node):
            text = each.text if isinstance(each, Scalar) else "…"
            hint = "say it in the mapping, then delete the question"
            self.report.add("unanswered-question", f"the mapping asks: {text}", each, hint)

    def _key(self, under: Mapping) -> list[Key]:
        node = under.get("key")
        found: list[Key] = []
        for each in [] if node is None else list_of(node):
            if isinstance(each, Scalar):
                pairs: dict[str, tuple[Scalar, Node]] = {"column": (each, each)}
                place = Mapping(each.line, each.column, pairs)
                found.append((each.text, self.compiler.cell(place, Expression(column=each.text))))
            elif is_expression(each):
                said = self.compiler.expression(each)
                if said is not None:
                    found.append((name_of(said), self.compiler.cell(each, said)))
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
        only = Mapping(node.line, node.column, {"column": node.pairs["column"]})
        read = self.compiler.cells(only, Expression(column=said.column))
        separator = None if said.separator is UNSET else said.separator
        wanted = None if said.is_ is UNSET else _texts(said.is_)
        unwanted = frozenset() if said.is_not is UNSET else _texts(said.is_not)

        matches = None
        if said.pattern is not UNSET:
            try:
                matches = re.compile(said.pattern).search
            except re.error as error:
                message = f'"{said.pattern}" is no regular expression: {error}'
                self.report.add("invalid-value", message, node.get("pattern"))

        def test(row: Context) -> bool:
            try:
                cells = read(row)
            except Refused:
                return True  # a failed formula says something, and is refused where it is read
            if wanted is None and not unwanted and matches is None:
                return bool(cells)
            texts = [text_of(cell) for cell in cells] or [""]
            if separator is not None:
                texts = [part for text in texts for part in text.split(separator)]
            if matches is not None:
                return any(matches(text.strip()) for text in texts)
            said = {text.strip().casefold() for text in texts}
            return not said.isdisjoint(wanted) if wanted is not None else said.isdisjoint(unwanted)

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
                found["id"] = self._source_id(value, node)
            elif name == "published" and isinstance(value, Scalar) and value.text == FILE:
                found[name] = lambda row: row.dated
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

    def _source_id(self, node: Node, source: Mapping) -> Evaluate:
        """The slug of a source; with {published} in it, the day on which it was published."""
        day = f"{{{PUBLISHED}}}"
        if not isinstance(node, Scalar) or day not in node.text:
            return self.compiler.template(node, "id")
        parts = node.text.split(day)
        texts = [Scalar(node.line, node.column, f"x{each}x", plain=False) for each in parts]
        around = [self.compiler.template(each, "id") for each in texts]
        published = source.get(PUBLISHED)
        if isinstance(published, Scalar) and published.text == FILE:
            read: Evaluate = lambda row: row.dated  # noqa: E731
        elif published is None:
            return Constant("x")  # and reported that it is missing
        else:
            field = fields_of(SourceRegistered)[PUBLISHED]
            read = self.compiler.value(published, field.type, PUBLISHED)
        return lambda row: str(read(row))[:10].join(each(row)[1:-1] for each in around)

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
            return Entry(name, {}, "", False, None, True)
        each = self._each(node)
        self.compiler.rooted = each is None or each.path.rooted
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
        references = node.get("references")
        if references is not None:
            parts["references"] = self.compiler.value(references, type_of(list[str]), "references")
        identifiers = node.get("identifiers")
        if isinstance(identifiers, Mapping):
            for scheme, (_, value) in identifiers.pairs.items():
                parts[f"identifiers.{scheme}"] = self.compiler.value(value, text, scheme)
        if not parts.keys() & {"id", "name", "references"}:
            self.report.add("missing-field", f'"{name}" needs "name" or "id"', node)
        return Entry(name, parts, _column_of(node), said.optional, each, self.compiler.rooted)

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
            if name in ("type", "when", "each", "key", "retracted", "unless_known"):
                continue
            if name in ("subject", "id") or (name == "attribute" and _is_template(value)):
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
        retracted = node.get("retracted")
        if retracted is not None and "source" not in fields:
            message = "what is told and taken back needs a source that does both"
            self.report.add("missing-source", message, retracted, "name a source: for the table")
        return Event(
            type_, label, self._test(node.get("when")), {"type": Constant(type_), **fields},
            frozenset(self.compiler.used), all(name in fields for name in kind.required),
            self._each(node), self._key(node), None if retracted is None else self._test(retracted),
            self._flag(node, "unless_known"),
        )  # fmt: skip

    def _flag(self, node: Mapping, name: str) -> bool:
        value = node.get(name)
        found = None if value is None else shape(value, type_of(bool), self.report, name)
        return found is True

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


def _is_template(node: Node) -> bool:
    return isinstance(node, Scalar) and "{" in node.text


def _columns_in(node: Node | None) -> Iterator[str]:
    """The columns of a condition."""
    if isinstance(node, Scalar):
        yield node.text
    elif isinstance(node, ListNode):
        for each in node.items:
            yield from _columns_in(each)
    elif isinstance(node, Mapping):
        yield from columns_of(node)


def _bound_in(node: Node) -> Iterator[str]:
    """The names in braces of every list that a mapping goes through."""
    if isinstance(node, ListNode):
        for each in node.items:
            yield from _bound_in(each)
    elif isinstance(node, Mapping):
        for name, (_, value) in node.pairs.items():
            path = value.get("path") if isinstance(value, Mapping) else value
            if name == "each" and isinstance(path, Scalar):
                yield from re.findall(r"\{([a-z][a-z0-9_]*)\}", path.text)
            else:
                yield from _bound_in(value)


def _separated(node: Node) -> bool:
    return isinstance(node, Mapping) and "separator" in node.pairs


def _texts(said: str | list[str]) -> frozenset[str]:
    return frozenset(
        text.strip().casefold() for text in ([said] if isinstance(said, str) else said)
    )


def company_parts(entry: Entry, row: Context) -> tuple[dict[str, Any], dict[str, str]]:
    """What a row says of a company, and its identifiers.

    What cannot be read of it beside its id and its name is left out of the row, which says so. Raises
    Refused.
    """
    parts: dict[str, Any] = {}
    identifiers: dict[str, str] = {}
    for name, evaluate in entry.parts.items():
        scheme = name.partition(".")[2]
        try:
            value = evaluate(row)
            if scheme and value is not MISSING:
                _check_identifier(scheme, str(value), entry.column)
        except Refused as refused:
            if name in ("id", "name", "references"):
                raise
            row.left_out.append(refused.reason)
            continue
        if value is MISSING:
            continue
        if scheme:
            identifiers[scheme] = str(value)
        else:
            parts[name] = value
    return parts, identifiers


def _check_identifier(scheme: str, value: str, column: str) -> None:
    """Raise Refused for what is no identifier of its scheme."""
    flaw = flaw_of_identifier("identifiers", scheme, value)
    if flaw is not None:
        raise Refused(flaw.code, flaw.message, column)


def source_fields(source: dict[str, Evaluate], row: Context) -> Fields:
    """The registration of a row's source. Raises Refused."""
    found = {name: value for name, each in source.items() if (value := each(row)) is not MISSING}
    slug = found.pop("id")
    return {"type": "source_registered", "subject": f"source:{slug}", **found}
