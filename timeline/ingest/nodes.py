"""YAML as a tree of nodes that know where they stand, read safely.

PyYAML's C parser gives a stream of events; the tree is built here, without recursion, so that depth,
size and aliases have limits and every value keeps its line and column. Plain scalars are resolved by the
YAML 1.2 core schema: only ``true`` and ``false`` are booleans, ``on`` and ``NO`` are text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import msgspec

from timeline.errors import DataError, Location, Problem

if TYPE_CHECKING:
    from yaml.error import MarkedYAMLError
    from yaml.reader import ReaderError

MAX_BYTES: Final = 16 * 1024 * 1024
MAX_DEPTH: Final = 64
MAX_ALIASES: Final = 1000
MAX_NODES: Final = 1_000_000


_is_null = re.compile(r"null|Null|NULL|~|").fullmatch
_is_bool = re.compile(r"true|True|TRUE|false|False|FALSE").fullmatch
_is_int = re.compile(r"[-+]?[0-9]+", re.ASCII).fullmatch
_is_based_int = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+", re.ASCII).fullmatch
_is_float = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII).fullmatch

_LONGEST_NUMBER: Final = 1000
"""Characters; to turn more into a number takes long, and nobody meant one."""


@dataclass(slots=True)
class Node:
    """One value of a file. Lines and columns count from 1."""

    line: int
    column: int


@dataclass(slots=True)
class Scalar(Node):
    """A text, with what the core schema makes of it when it stands without quotes."""

    text: str
    plain: bool

    @property
    def value(self) -> bool | int | float | str | None:
        """The value by the YAML 1.2 core schema."""
        text = self.text
        if not self.plain:
            return text
        if _is_null(text):
            return None
        if _is_bool(text):
            return text.lower() == "true"
        if len(text) > _LONGEST_NUMBER:
            return text
        if _is_int(text):
            return int(text)
        if _is_based_int(text):
            return int(text, 0)
        return float(text) if _is_float(text) else text


@dataclass(slots=True)
class Sequence(Node):
    """A list of nodes."""

    items: list[Node] = field(default_factory=list)
    flow: bool = False
    """Whether it stands in brackets, where commas part what stands in them."""


@dataclass(slots=True)
class Mapping(Node):
    """Keys with their values, in the order of the file."""

    pairs: dict[str, tuple[Scalar, Node]] = field(default_factory=dict)
    flow: bool = False
    """Whether it stands in braces, where commas part what stands in them."""

    def get(self, name: str) -> Node | None:
        """The value of a key, or None."""
        pair = self.pairs.get(name)
        return pair[1] if pair else None


def value_of(node: Node) -> Any:
    """The plain value of a node by the core schema, whatever it is."""
    if isinstance(node, Mapping):
        return {name: value_of(value) for name, (_, value) in node.pairs.items()}
    if isinstance(node, Sequence):
        return [value_of(item) for item in node.items]
    assert isinstance(node, Scalar)
    return node.value


class WrittenNumber(str):
    """A number as it was written, so that none of its digits is lost in a binary float."""

    __slots__ = ()


def node_of(value: Any, line: int = 1, column: int = 1, depth: int = 0) -> Node:
    """A tree for plain JSON values that come from no file, or from one place in it.

    Raises Unreadable for one that is nested too deep.
    """
    if depth > MAX_DEPTH:
        raise _too_deep(line, column)
    if isinstance(value, dict):
        pairs = {
            str(name): (
                Scalar(line, column, str(name), plain=False),
                node_of(item, line, column, depth + 1),
            )
            for name, item in value.items()
        }
        return Mapping(line, column, pairs)
    if isinstance(value, list):
        return Sequence(line, column, [node_of(item, line, column, depth + 1) for item in value])
    if isinstance(value, str):
        return Scalar(line, column, value, plain=isinstance(value, WrittenNumber))
    text = (
        msgspec.json.encode(value).decode()
        if value is None or value is True or value is False
        else str(value)
    )
    return Scalar(line, column, text, plain=True)


LOST_ANCHOR: Final = "lost-anchor"
"""The code of a value that stands for one that could not be read: nothing new is wrong with it."""


class Unreadable(Exception):
    """The text is nothing that we read; with the place and the way out."""

    def __init__(
        self, code: str, message: str, line: int, column: int, hint: str | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.line = line
        self.column = column
        self.hint = hint

    def problem(self, file: str, text: str | bytes | None = None) -> Problem:
        """The same as a problem of a file."""
        shown = None if text is None else excerpt(text, self.line, self.column)
        place = Location(file, self.line, self.column)
        return Problem(self.code, self.message, place, self.hint, shown)


def compose(data: str | bytes, name: str = "<text>") -> Node | None:
    """The tree of a YAML text, or None for an empty one; DataError for what is not read."""
    builder = Builder()
    try:
        root = compose_piece(builder, decoded(data))
    except Unreadable as error:
        raise DataError([error.problem(name, data)]) from None
    if builder.wrong:
        raise DataError([error.problem(name, data) for error in builder.wrong])
    return root


def shown(line: str, column: int) -> str:
    """As much of a line as shows what stands at a column, for people."""
    return line.rstrip("\r")[: column + 60 if 140 < column <= 340 else 200]


def excerpt(text: str | bytes, line: int, column: int = 1) -> str | None:
    """A line of the text, for people; None where there is none to show."""
    decoded = text if isinstance(text, str) else text.decode("utf-8", "replace")
    lines = decoded.split("\n", line)
    if not 1 <= line <= len(lines):
        return None
    return shown(lines[line - 1], column)


def decoded(data: str | bytes) -> str:
    """The text of a file; Unreadable where it is too long, or not Unicode."""
    if len(data) > MAX_BYTES:
        raise Unreadable(
            "file-too-large",
            f"the file is larger than the {MAX_BYTES:,} bytes up to which YAML is read",
            1,
            1,
            "split it, or write large data as JSONL, which is streamed",
        )
    try:
        return data if isinstance(data, str) else data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = _position(bytes(error.object).decode("latin-1"), error.start)
        raise Unreadable(
            "not-utf8", "the file is not UTF-8", line, column, "save it as UTF-8"
        ) from None


def compose_piece(builder: Builder, text: str, first: int = 0) -> Node | None:
    """The tree of some lines, before which ``first`` others stand in the file; Unreadable for no YAML."""
    import yaml  # 10 ms, which what reads no YAML does without
    from yaml.reader import ReaderError

    try:
        return builder.build(text, first)
    except UnicodeEncodeError as error:  # a str that no file can hold
        line, column = _position(error.object, error.start)
        message = "the text is not Unicode: it holds half a character"
        raise Unreadable("not-utf8", message, first + line, column) from None
    except yaml.MarkedYAMLError as error:
        raise _no_yaml(error, text, first) from None
    except ReaderError as error:
        line, column = _position_of(text, error)
        reason = getattr(error, "reason", None) or "unreadable characters"
        message = f"not YAML: {reason}"
        raise Unreadable("invalid-yaml", message, first + line, column) from None


def _no_yaml(error: MarkedYAMLError, text: str, first: int) -> Unreadable:
    """What PyYAML found, in its place: where something opens that nothing closes, that is where."""
    mark, opened = error.problem_mark or error.context_mark, error.context_mark
    message = error.problem or error.context or "not YAML"
    if mark and opened and _is_unclosed(error.context or "", text, mark.line, mark.column):
        mark, message = opened, f"what opens here is not closed: {message}"
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    if "nesting depth" in message:  # libyaml has a limit of its own, and reads ahead up to it
        return _too_deep(first + line, column)
    is_tab = (excerpt(text, line) or "")[column - 1 : column] == "\t"
    hint = "this is a tab; YAML is indented with spaces" if is_tab else None
    return Unreadable("invalid-yaml", f"not YAML: {message}", first + line, column, hint)


def _is_unclosed(context: str, text: str, line: int, column: int) -> bool:
    """Whether a bracket or a quote is still open at the end of a text."""
    left = text.split("\n")[line:]
    opens = any(what in context for what in ("flow mapping", "flow sequence", "quoted"))
    return opens and not (left and (left[0][column:] + "".join(left[1:])).strip())


def _too_deep(line: int, column: int) -> Unreadable:
    return Unreadable("too-deep", f"nested deeper than {MAX_DEPTH} levels", line, column)


def _position_of(text: str, error: ReaderError) -> tuple[int, int]:
    offset: int = error.position
    before = text.encode()[:offset].decode("utf-8", "replace")  # libyaml counts bytes
    return _position(before, len(before))


def _position(text: str, offset: int) -> tuple[int, int]:
    """The line and the column of a character, from 1."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


class Builder:
    """Builds trees from parser events: a stack of open collections instead of recursion.

    Of one file it may build several pieces in turn, which share anchors and limits.
    """

    def __init__(self) -> None:
        self.anchors: dict[str, tuple[Node, int]] = {}
        self.sizes: list[int] = []
        self.nodes = 0
        self.aliases = 0
        self.root: Node | None = None
        self.wrong: list[Unreadable] = []
        """What is wrong in one place, and hides nothing else."""
        self.lost: list[Node] = []
        """Keys and values that are left out of the tree for what is wrong."""
        self.lost_anchors: set[str] = set()
        """Anchors in pieces that could not be read."""

    def build(self, text: str, first: int) -> Node | None:
        """The tree of a text, before which ``first`` lines stand in the file."""
        import yaml

        self.root = None
        stack: list[tuple[Mapping | Sequence, str | None, int]] = []
        keys: list[Scalar | None] = []
        documents = 0
        for event in _events(text):
            line, column = first + event.start_mark.line + 1, event.start_mark.column + 1
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise Unreadable(
                        "several-documents", "a second document in the file", line, column,
                        'remove the "---" between them, or make two files',
                    )  # fmt: skip
                continue
            if isinstance(event, yaml.CollectionEndEvent):
                closed, anchor, before = stack.pop()
                keys.pop()
                if anchor is not None:
                    self.anchors[anchor] = closed, self.nodes - before
                continue
            if not hasattr(event, "anchor"):  # the start or the end of the stream
                continue
            node: Node
            if isinstance(event, yaml.AliasEvent):
                node = self._alias(event, line, column)
            else:
                self._count(1, line, column)
                if event.tag is not None and event.tag != "!":  # "!": text, as with quotes
                    raise Unreadable(
                        "yaml-tag", f'tags such as "{event.tag}" are not read', line, column,
                        "remove the tag; quote the value to make it text",
                    )  # fmt: skip
                if isinstance(event, yaml.ScalarEvent):
                    plain = bool(event.implicit[0]) and event.tag is None
                    node = Scalar(line, column, event.value, plain)
                elif isinstance(event, yaml.SequenceStartEvent):
                    node = Sequence(line, column, flow=bool(event.flow_style))
                else:
                    node = Mapping(line, column, flow=bool(event.flow_style))
                if isinstance(node, Scalar) and event.anchor is not None:
                    self.anchors[event.anchor] = node, 1
            self._place(node, stack, keys)
            if isinstance(node, Sequence | Mapping) and not isinstance(event, yaml.AliasEvent):
                if len(stack) >= MAX_DEPTH:
                    raise _too_deep(line, column)
                stack.append((node, event.anchor, self.nodes - 1))
                keys.append(None)
        return self.root

    def _alias(self, event: Any, line: int, column: int) -> Node:
        self.aliases += 1
        if self.aliases > MAX_ALIASES:
            raise Unreadable("too-many-aliases", f"more than {MAX_ALIASES} aliases", line, column)
        if event.anchor not in self.anchors:
            if event.anchor in self.lost_anchors:
                raise Unreadable(LOST_ANCHOR, "the anchor could not be read", line, column)
            raise Unreadable(
                "invalid-yaml", f'not YAML: no anchor "{event.anchor}" above', line, column
            )
        node, size = self.anchors[event.anchor]
        self._count(size, line, column)  # an alias weighs what it stands for: no bombs
        return node

    def _count(self, size: int, line: int, column: int) -> None:
        self.nodes += size
        if self.nodes > MAX_NODES:
            raise Unreadable(
                "too-many-values",
                f"more than {MAX_NODES:,} values (aliases counted as what they stand for)",
                line,
                column,
                "split the file, or write large data as JSONL, which is streamed",
            )

    def _place(
        self,
        node: Node,
        stack: list[tuple[Mapping | Sequence, str | None, int]],
        keys: list[Scalar | None],
    ) -> None:
        if not stack:
            self.root = node
            return
        parent = stack[-1][0]
        if isinstance(parent, Sequence):
            parent.items.append(node)
            return
        key = keys[-1]
        if key is not None:
            comma = _comma(parent, key, node)
            if comma is None:
                self.put(parent, key, node)
            elif not self.wrong or self.wrong[-1].message != comma.message:
                self.wrong.append(comma)  # once: 5,000,000 has two commas
            keys[-1] = None
            return
        if not isinstance(node, Scalar):
            raise Unreadable("invalid-key", "a key must be text", node.line, node.column)
        keys[-1] = node

    def put(self, parent: Mapping, key: Scalar, value: Node) -> None:
        """Put a value into a mapping, unless its key is there already."""
        if key.text not in parent.pairs:
            parent.pairs[key.text] = key, value
            return
        self.lost += key, value
        self.wrong.append(
            Unreadable(
                "duplicate-key", f'"{key.text}" stands here twice', key.line, key.column,
                "keep one of them: YAML would silently drop the other",
            )
        )  # fmt: skip


def _comma(parent: Mapping, key: Scalar, value: Node) -> Unreadable | None:
    """What is wrong with a piece that a comma in braces cut off: it looks like a key without a value."""
    is_empty = isinstance(value, Scalar) and value.plain and not value.text
    if not (parent.flow and key.plain and is_empty and parent.pairs):
        return None
    name, (_, before) = next(reversed(parent.pairs.items()))
    if not isinstance(before, Scalar) or not before.text:
        return None
    if _is_thousand(key.text) and before.text[-1].isdigit():
        hint = 'write the number without commas, 5000000, or in quotes: "USD 5,000,000"'
    elif " " in key.text and before.plain:
        hint = f'put the text in quotes: {name}: "{before.text}, {key.text}"'
    else:
        return None
    message = f'in braces a comma ends the value: "{name}" is read as "{before.text}" alone'
    return Unreadable("unquoted-comma", message, key.line, key.column, hint)


_is_thousand = re.compile(r"\d{3}(\.\d+)?", re.ASCII).fullmatch


def _events(text: str) -> Iterator[Any]:  # what the C parser yields has no types
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    try:
        while loader.check_event():
            yield loader.get_event()
    finally:
        loader.dispose()
