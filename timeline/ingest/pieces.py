"""A story as a tree, read entry by entry where it is damaged: one bad line hides no other.

A whole file is parsed first. Where that fails, its lines are cut by their indentation into sections, entries
of sections, and what a source says; each piece is parsed by itself, and those that are no YAML are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Final

from msgspec import Struct

from timeline.errors import DataError, Problem
from timeline.ingest.nodes import (
    LOST_ANCHOR,
    Builder,
    Mapping,
    Node,
    Scalar,
    Sequence,
    Unreadable,
    compose_piece,
    decoded,
)


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
    return _named(word for text in texts for word in _word.findall(text))


def _named(words: Iterable[str]) -> frozenset[str]:
    return frozenset(name for w in words for name in (w, f"source:{w}", f"company:{w}"))


def _names_of(text: str, path: tuple[str, ...]) -> frozenset[str]:
    """The names of what a piece that is no YAML would have been: not of all that it refers to."""
    if not path or path[0] not in ("sources", "companies", "events"):
        return names_in(text)
    names = set(_own_name.findall(text))
    if path == (path[0],) != ("events",):
        names |= {key[1] for line in text.split("\n") if (key := _KEY.match(line))}
    return _named(names)


_word: Final = re.compile(r"[\w.-]+(?::[\w./@-]+)?")
_own_name: Final = re.compile(r"""\b(?:id|subject)["']?\s*:\s*["']?([\w./@:-]*\w)""")


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


_KEY: Final = re.compile(r"""\s*["']?([\w.-]*\w)["']?\s*:(?=\s|$)""")
_KEY_ALONE: Final = re.compile(_KEY.pattern + r"\s*(?:#.*)?$")
_ITEM: Final = re.compile(r"\s*-(?=\s|$)")


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
        is_list = _ITEM.match(self.lines[said[0]]) is not None
        level, begins = self._indent(said[0]), (_ITEM if is_list else _KEY).match
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
        alone = _KEY_ALONE.match(self.lines[starts[0]]) if starts else None
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
            keys = (_KEY_ALONE.match(self.lines[n]) for n in starts)
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
