"""Mapping files: YAML that says which events the rows of a table tell, in the words of a fixture.

An event in a mapping has the fields that it has in a fixture; where a value stands in the table, the field
says ``{column: …}``. Every problem of a mapping is reported with its file, line and column.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import UNSET, Struct

from timeline.errors import DataError, TimelineError
from timeline.importers.dates import reader_of
from timeline.importers.encodings import codec_of
from timeline.importers.settings import DateSettings, TableSettings
from timeline.importers.slugs import slug_of
from timeline.ingest.nodes import MAX_BYTES, Mapping, Node, Scalar, compose
from timeline.ingest.nodes import Sequence as ListNode
from timeline.ingest.shape import INVALID, Report, shape, type_of
from timeline.model.values import check_slug

SECTIONS: Final = (
    "name",
    "title",
    "questions",
    "table",
    "dates",
    "each",
    "key",
    "rows",
    "source",
    "known",
    "companies",
    "events",
    "parts",
)
"""What a mapping may say; a part says what it has of its own."""


class MappingFile(Struct, frozen=True):
    """A mapping as it was read, before the table is known."""

    root: Mapping
    report: Report
    name: str
    table: TableSettings
    dates: DateSettings
    columns: list[str]
    """Every column that it names."""
    folder: Path | None = None
    """Where the files stand that it names."""
    part: str = ""
    """Of a mapping with several parts: which one this is, for messages."""


def read_mapping(path: Path) -> MappingFile:
    """Read a mapping file. Raises DataError for what is no YAML, or no mapping."""
    with path.open("rb") as stream:
        data = stream.read(MAX_BYTES + 1)
    return parse_mapping(data, str(path), path.parent)


def parse_mapping(data: bytes, name: str, folder: Path | None = None) -> MappingFile:
    """A mapping from the bytes of its file; ``name`` is for messages, and begins the ids of events."""
    root = compose(data, name)
    report = Report(name, data.decode("utf-8-sig"))
    if not isinstance(root, Mapping):
        message = f"a mapping has the sections {', '.join(SECTIONS)}"
        report.add("wrong-type", message, root, "timeline import table FILE --guess writes one")
        raise DataError(report.problems)
    table = _settings(root, "table", TableSettings, report)
    dates = _settings(root, "dates", DateSettings, report)
    if table.encoding is not UNSET:
        checked(report, _inside(root, "table", "encoding"), codec_of, table.encoding)
    for each in dates.formats:
        checked(report, _inside(root, "dates", "formats"), reader_of, each)
    prefix = root.get("name")
    stem = slug_of(Path(name).name.partition(".")[0]) or "table"
    if prefix is not None:
        if isinstance(prefix, Scalar):
            checked(report, prefix, check_slug, prefix.text)
            stem = prefix.text
        else:
            report.add("wrong-type", '"name" is a slug', prefix)
    columns = list(dict.fromkeys(columns_of(root)))
    return MappingFile(root, report, stem, table, dates, columns, folder)


def parts_of(mapping: MappingFile) -> list[MappingFile]:
    """The parts of a mapping, each of which reads the files once: what one has of its own goes before.

    A mapping without ``parts`` is the only one. Parts share what is reported of them.
    """
    parts = mapping.root.get("parts")
    if parts is None:
        return [mapping]
    shared = {name: pair for name, pair in mapping.root.pairs.items() if name != "parts"}
    found: list[MappingFile] = []
    for number, each in enumerate(list_of(parts), 1):
        if not isinstance(each, Mapping):
            mapping.report.add("wrong-type", "a part has the sections of a mapping", each)
            continue
        for section in ("table", "parts"):
            if section in each.pairs:
                message = f'"{section}" stands beside the parts, not in one'
                mapping.report.add("unknown-field", message, each.pairs[section][0])
        root = Mapping(mapping.root.line, mapping.root.column, {**shared, **each.pairs})
        name = each.get("name")
        prefix = name.text if isinstance(name, Scalar) else mapping.name
        checked(mapping.report, name, check_slug, prefix)
        dates = _settings(root, "dates", DateSettings, mapping.report)
        columns = list(dict.fromkeys(columns_of(root)))
        part = msgspec.structs.replace(
            mapping, root=root, name=prefix, dates=dates, columns=columns, part=f"part {number}"
        )
        found.append(part)
    return found


def checked(report: Report, node: Node | None, check: Callable[[str], object], text: str) -> None:
    """Report what a rule says against a text, at its node."""
    try:
        check(text)
    except TimelineError as error:
        report.add_error(error, node)


def _inside(root: Mapping, section: str, name: str) -> Node | None:
    node = root.get(section)
    return node.get(name) if isinstance(node, Mapping) else node


def _settings(root: Mapping, name: str, struct: Any, report: Report) -> Any:
    node = root.get(name)
    found: Any = {} if node is None else shape(node, type_of(struct), report, name)
    return msgspec.convert({} if found is INVALID else found, struct)


def columns_of(node: Node) -> Iterator[str]:
    """Every column that a node names, in order."""
    if isinstance(node, Mapping):
        for name, (_, value) in node.pairs.items():
            if name in ("column", "key"):
                yield from (each.text for each in list_of(value) if isinstance(each, Scalar))
            elif name != "lookup":  # its columns are those of another table
                yield from columns_of(value)
    elif isinstance(node, ListNode):
        for item in node.items:
            yield from columns_of(item)


def list_of(node: Node) -> list[Node]:
    """The items of a list; what stands alone is one."""
    return node.items if isinstance(node, ListNode) else [node]
