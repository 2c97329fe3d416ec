"""YAML as a tree of nodes that know where they stand, read safely.

PyYAML's C parser gives a stream of events; the tree is built here, without recursion, so that depth,
size and aliases have limits and every value keeps its line and column. Plain scalars are resolved by the
YAML 1.2 core schema: only ``true`` and ``false`` are booleans, ``on`` and ``NO`` are text.

A story that is damaged is read piece by piece (:func:`compose_most`): one bad line hides no other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import msgspec

from timeline.errors import DataError, Location, Problem

if TYPE_CHECKING:
    from yaml.error import MarkedYAMLError
    from yaml.reader import ReaderError


from collections.abc import Iterable
from contextlib import suppress

from msgspec import Struct, field

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


class Node(Struct):
    """One value of a file. Lines and columns count from 1."""

    line: int
    column: int


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


class Sequence(Node):
    """A list of nodes."""

    items: list[Node] = field(default_factory=list)
    flow: bool = False
    """Whether it stands in brackets, where commas part what stands in them."""


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
        return Scalar(line, column, str(value), plain=isinstance(value, WrittenNumber))
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
    if re.fullmatch(r"\d{3}(\.\d+)?", key.text, re.ASCII) and before.text[-1].isdigit():
        hint = 'write the number without commas, 5000000, or in quotes: "USD 5,000,000"'
    elif " " in key.text and before.plain:
        hint = f'put the text in quotes: {name}: "{before.text}, {key.text}"'
    else:
        return None
    message = f'in braces a comma ends the value: "{name}" is read as "{before.text}" alone'
    return Unreadable("unquoted-comma", message, key.line, key.column, hint)


def _events(text: str) -> Iterator[Any]:  # what the C parser yields has no types
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    try:
        while loader.check_event():
            yield loader.get_event()
    finally:
        loader.dispose()


# --- a damaged text, piece by piece ----------------------------------------------------------------
#
# A whole file is parsed first. Where that fails, its lines are cut by their indentation into sections,
# entries of sections, and what a source says; each piece is parsed by itself, and those that are no YAML are
# left out.


class Reading(Struct, frozen=True):
    """What could be read of a file, and what is wrong with the rest."""

    root: Node | None
    problems: list[Problem]
    lost: frozenset[str] = frozenset()
    """Names that stand in what was left out: ids, subjects, and slugs of sources and companies."""


def compose_most(data: str | bytes, name: str = "<text>") -> Reading:
    """The tree of a YAML text without what is damaged in it; DataError for one that is too long to read."""
    wrong: list[Unreadable] = []
    try:
        text = decoded(data)
    except Unreadable as error:
        if not isinstance(data, bytes) or error.code != "not-utf8":
            raise DataError([error.problem(name)]) from None
        wrong.append(error)
        text = data.decode("utf-8-sig", "replace")
    builder = Builder()
    root: Node | None = None
    lost: frozenset[str] = frozenset()
    try:
        root = compose_piece(builder, text)
    except Unreadable as error:
        if error.code in _IN_ONE_PLACE:
            pieces = _Pieces(text)
            builder = pieces.builder
            with suppress(Unreadable):  # a limit of the whole file
                root = pieces.entries(0, len(pieces.lines), ())
            wrong += pieces.wrong
            lost = frozenset(pieces.lost)
        if root is None:
            wrong.append(error)
            lost = names_in(text)
    wrong += builder.wrong
    lost |= names_in(*map(text_of, builder.lost))
    return Reading(root, [each.problem(name, text) for each in wrong], lost)


_IN_ONE_PLACE: Final = frozenset(("invalid-yaml", "yaml-tag", "invalid-key", "too-deep"))
"""Codes of damage that leaves the rest of a file readable; the others are about all of it."""


def names_in(*texts: str) -> frozenset[str]:
    """What in a text may be the name of something: each word, also as a source and as a company."""
    return _named(word for text in texts for word in re.findall(_WORD, text))


def _named(words: Iterable[str]) -> frozenset[str]:
    return frozenset(name for w in words for name in (w, f"source:{w}", f"company:{w}"))


def _names_of(text: str, path: tuple[str, ...]) -> frozenset[str]:
    """The names of what a piece that is no YAML would have been: not of all that it refers to."""
    if not path or path[0] not in ("sources", "companies", "events"):
        return names_in(text)
    names = set(re.findall(_OWN_NAME, text))
    if path == (path[0],) != ("events",):
        names |= {key[1] for line in text.split("\n") if (key := re.match(_KEY, line))}
    return _named(names)


# Patterns that only what is damaged needs are texts: they are compiled when the first one is.
_WORD: Final = r"[\w.-]+(?::[\w./@-]+)?"
_OWN_NAME: Final = r"""\b(?:id|subject)["']?\s*:\s*["']?([\w./@:-]*\w)"""


def text_of(node: Node) -> str:
    """All texts of a node, keys among them, in one."""
    return " ".join(_texts(node))


def _texts(node: Node) -> Iterator[str]:
    if isinstance(node, Scalar):
        yield node.text
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from _texts(item)
    elif isinstance(node, Mapping):
        for name, (_, value) in node.pairs.items():
            yield name
            yield from _texts(value)


_KEY: Final = r"""\s*["']?([\w.-]*\w)["']?\s*:(?=\s|$)"""
_KEY_ALONE: Final = _KEY + r"\s*(?:#.*)?$"
_ITEM: Final = r"\s*-(?=\s|$)"


class _Pieces:
    """The lines of a damaged file, and what is found wrong in reading them piece by piece."""

    def __init__(self, text: str) -> None:
        self.lines = text.split("\n")
        self.builder = Builder()
        self.wrong: list[Unreadable] = []
        self.lost: set[str] = set()
        """Names of what could not be read."""

    def entries(self, first: int, last: int, path: tuple[str, ...]) -> Mapping | Sequence | None:
        """The entries of a block of lines that can be read; None where it is no list and no mapping.

        ``path`` are the keys that lead to the block.
        """
        starts, is_list = self._starts(first, last)
        if not starts:
            return None
        column = self._indent(starts[0]) + 1
        list_, mapping = Sequence(starts[0] + 1, column), Mapping(starts[0] + 1, column)
        for start, end in zip([first, *starts[1:]], [*starts[1:], last], strict=True):
            node = self._piece(start, end, path)
            if isinstance(node, Sequence):
                list_.items += node.items
            elif isinstance(node, Mapping):
                for key, value in node.pairs.values():
                    self.builder.put(mapping, key, value)
        return list_ if is_list else mapping

    def _starts(self, first: int, last: int) -> tuple[list[int], bool]:
        """The lines that begin an entry of a block, and whether the entries are items of a list."""
        filled = [n for n in range(first, last) if self.lines[n].strip(" \t\r")]
        said = [n for n in filled if not self.lines[n].lstrip().startswith(("#", "%", "---"))]
        if not said:
            return [], False
        is_list = re.match(_ITEM, self.lines[said[0]]) is not None
        level, begins = self._indent(said[0]), re.compile(_ITEM if is_list else _KEY).match
        return [n for n in said if self._indent(n) <= level and begins(self.lines[n])], is_list

    def _indent(self, number: int) -> int:
        line = self.lines[number]
        # a tab, which YAML refuses, stands where people mean a step of two spaces
        return len(line[: len(line) - len(line.lstrip(" \t"))].expandtabs(2))

    def _piece(self, start: int, end: int, path: tuple[str, ...]) -> Node | None:
        """The entry in some lines, or what can be read of it."""
        text = "\n".join(self.lines[start:end])
        builder, before = self.builder, len(self.wrong)
        told, left = len(builder.wrong), len(builder.lost)
        try:
            return compose_piece(builder, text, start)
        except Unreadable as error:
            if error.code not in (*_IN_ONE_PLACE, LOST_ANCHOR):
                raise
            del builder.wrong[told:], builder.lost[left:]
            inside = self._inside(start, end, path)
            if len(self.wrong) == before and error.code != LOST_ANCHOR:
                self.wrong.append(error)
        if inside is None:
            self.lost |= _names_of(text, path)
            builder.lost_anchors |= set(re.findall(r"&([\w-]+)", text))
        return inside

    def _inside(self, start: int, end: int, path: tuple[str, ...]) -> Node | None:
        """A section, a source or what it says, without the entries that cannot be read."""
        starts, is_list = self._starts(start, end)
        if is_list and path and path[-1] == "says":
            return self._group(starts[0], end, path)
        alone = re.match(_KEY_ALONE, self.lines[starts[0]]) if starts else None
        if alone is None or not (
            not path or path == ("sources",) or (path[0] == "sources" and alone[1] == "says")
        ):
            return None
        name = alone[1]
        found = self.entries(starts[0] + 1, end, (*path, name))
        if found is None or (path == ("sources",) and self._is_damaged(found, starts[0] + 1, end)):
            return None
        key = Scalar(starts[0] + 1, self._indent(starts[0]) + 1, name, plain=True)
        return Mapping(key.line, key.column, {name: (key, found)})

    def _group(self, start: int, end: int, path: tuple[str, ...]) -> Sequence | None:
        """A group of events under ``says``, without those that cannot be read."""
        line = self.lines[start]
        # the dash away, the rest of its line is a key like those below it
        self.lines[start] = line.replace("-", " ", 1)
        try:
            starts, _ = self._starts(start, end)
            keys = (re.match(_KEY_ALONE, self.lines[n]) for n in starts)
            if not any(key is not None and key[1] == "says" for key in keys):
                return None
            found = self.entries(start, end, (*path, "group"))
            if found is None or self._is_damaged(found, start, end):
                return None
        finally:
            self.lines[start] = line
        return Sequence(found.line, found.column, [found])

    def _is_damaged(self, source: Mapping | Sequence, first: int, last: int) -> bool:
        """Whether a field of a source could not be read, so that nothing can be told of what it says."""
        starts, _ = self._starts(first, last)
        return not isinstance(source, Mapping) or len(source.pairs) < len(starts)
