"""Paths into nested records: what stands where a column stands in a table.

``recordDetails.interests[type=shareholding].share.exact``: names joined by dots. A list on the way is gone
through; ``[0]`` takes one of its items, ``[1:]`` that and those after it, ``[name=value|value]`` and
``[name!=value]`` those that say so, ``[name=]`` those that say nothing there, ``[name]`` those that do, and
``*`` stands for every name. ``$.`` in front begins at the record, wherever the path stands; ``.`` alone is
the item itself. A name with a dot or a bracket in it stands in quotation marks.

The walk over the lists of ``each:`` is the same with names in braces: ``facts.{taxonomy}.{concept}`` stands
for every name, and what it stood for is a column of that name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from timeline.errors import InvalidValue
from timeline.importers.cells import text_of

TEXT: Final = "$"
"""The text of an XML element that has attributes too; JSON made of XML writes it so as well."""
ROOT: Final = "$"
HERE: Final = "."
_HINT: Final = "names joined by dots, as in identifiers[scheme=GB-COH].id"

_STEP: Final = re.compile(
    r'(?:"(?P<quoted>[^"]+)"|\{(?P<bound>[a-z][a-z0-9_]*)\}|(?P<name>[^\s.\[\]{}"][^.\[\]{}"]*))'
    r"(?P<tests>(?:\[[^\[\]]+\])*)(?:\.|$)"
)
_TEST: Final = re.compile(
    r"\[(?:(?P<index>-?\d+)(?P<on>:)?|(?P<path>[^=!\]]+?)(?P<sign>!?=)(?P<value>[^\]]*)|(?P<some>[^=!\]]+))\]"
)

Keep = Callable[[list[Any]], list[Any]]


class Step(Struct, frozen=True):
    """One name of a path, and what is kept of the values under it."""

    name: str
    """Empty for every name."""
    bound: str
    """The column that the name becomes, where it stands in braces."""
    keep: tuple[Keep, ...]


class Path(Struct, frozen=True):
    """A path that was understood."""

    text: str
    rooted: bool
    """Whether it begins at the record."""
    steps: tuple[Step, ...]

    def values(self, start: Any) -> list[Any]:
        """Every value that a path leads to, in order; lists are gone through."""
        found: list[Any] = [start]
        for step in self.steps:
            found = _under(found, step)
            if not found:
                return found
        return spread(found)


class Key(Struct, frozen=True):
    """One step from a record to an item: the name or the place, and whether what stands beside it goes."""

    name: str | int
    alone: bool


class ListItem(Struct, frozen=True):
    """One item that ``each:`` leads to."""

    value: Any
    bound: Mapping[str, str]
    """What the names in braces stood for."""
    keys: tuple[Key, ...]

    @property
    def where(self) -> str:
        """Its place in the record, for messages: claims.P127[2]."""
        said = ""
        for key in self.keys:
            if isinstance(key.name, int):
                said += f"[{key.name + 1}]"
            else:
                said += f".{key.name}" if said else key.name
        return said


def parse_path(text: str, *, each: bool = False) -> Path:
    """Read a path. Raises InvalidValue for what is none; names in braces stand only in ``each``."""
    if text == HERE:
        return Path(text, False, ())
    rooted = text == ROOT or text.startswith(f"{ROOT}.")
    rest = text[2:] if rooted else text
    steps: list[Step] = []
    end = 0
    while end < len(rest):
        match = _STEP.match(rest, end)
        if match is None or (match["bound"] and not each):
            raise InvalidValue(f'"{text}" is no path into a record', _HINT)
        name = match["quoted"] or match["name"] or ""
        keep = tuple(_test(each, text) for each in _TEST.finditer(match["tests"]))
        if match["tests"] and not keep:
            raise InvalidValue(f'"{text}" is no path into a record', _HINT)
        steps.append(Step("" if name == "*" else name, match["bound"] or "", keep))
        end = match.end()
    if (not steps and not rooted) or rest.endswith("."):
        raise InvalidValue(f'"{text}" is no path into a record', _HINT)
    return Path(text, rooted, tuple(steps))


def _test(match: re.Match[str], whole: str) -> Keep:
    if match["index"] is not None:
        index = int(match["index"])
        if match["on"]:
            return lambda values: values[index:]
        return lambda values: values[index : index + 1 or None]
    path = parse_path(match["some"] or match["path"])
    if path.rooted:
        raise InvalidValue(f'"{whole}": what stands in brackets begins at the item', _HINT)
    if match["some"] is not None:
        return lambda values: [each for each in values if path.values(each)]
    wanted = frozenset(match["value"].split("|"))
    equal = match["sign"] == "="

    def keep(values: list[Any]) -> list[Any]:
        return [
            each
            for each in values
            if equal != wanted.isdisjoint([_text(one) for one in path.values(each)] or [""])
        ]

    return keep


def _text(value: Any) -> str:
    leaf = leaf_of(value)
    return "" if isinstance(leaf, dict | list) else text_of(leaf)


def spread(values: list[Any]) -> list[Any]:
    """The values with lists replaced by their items; nothing stays of null."""
    if not any(value is None or isinstance(value, list) for value in values):
        return values
    found: list[Any] = []
    for value in values:
        if isinstance(value, list):
            found += spread(value)
        elif value is not None:
            found.append(value)
    return found


def _under(values: list[Any], step: Step) -> list[Any]:
    found: list[Any] = []
    for value in spread(values):
        if not isinstance(value, dict):
            continue
        if step.name:
            if step.name in value:
                found.append(value[step.name])
        else:
            found += value.values()
    for keep in step.keep:
        found = keep(spread(found))
    return found


def leaf_of(value: Any) -> Any:
    """A value as a cell: the text of an element that has attributes too."""
    return value.get(TEXT, value) if isinstance(value, dict) else value


class Listed(Struct, frozen=True):
    """What ``each:`` says: where the items stand, and whether as lists that stand side by side."""

    path: Path
    side_by_side: bool = False
    reverse: bool = False

    def items(self, start: Any) -> Iterator[ListItem]:
        """Every item, in order; the last one first with ``reverse``."""
        found = _walk(self.path.steps, start, {}, ())
        if self.side_by_side:
            found = (row for item in found for row in _side_by_side(item))
        return reversed(list(found)) if self.reverse else found

    def alone(self, record: Any, item: ListItem) -> Any:
        """The record with this item and without the others, from which the same row comes again."""
        if not self.side_by_side:
            return _alone(record, item.keys)
        *keys, place = item.keys
        return _alone(record, tuple(keys), lambda lists: _slices(lists, int(place.name)))


class Alone(Struct, frozen=True):
    """One item of a record that is a row."""

    each: Listed
    record: Any
    item: ListItem

    def value(self) -> Any:
        """The record with this item and without the others."""
        return self.each.alone(self.record, self.item)


def _walk(
    steps: tuple[Step, ...], value: Any, bound: Mapping[str, str], keys: tuple[Key, ...]
) -> Iterator[ListItem]:
    if isinstance(value, list):
        for place, item in enumerate(value):
            yield from _walk(steps, item, bound, (*keys, Key(place, True)))
    elif value is None:
        return
    elif not steps:
        yield ListItem(value, bound, keys)
    elif isinstance(value, dict):
        step, rest = steps[0], steps[1:]
        for name in [step.name] if step.name else list(value):
            if name not in value:
                continue
            here = (*keys, Key(name, not step.name))
            more = {**bound, step.bound: name} if step.bound else bound
            if not step.keep:
                yield from _walk(rest, value[name], more, here)
                continue
            kept = spread([value[name]])
            places = {id(each): place for place, each in enumerate(kept)}
            for keep in step.keep:
                kept = keep(kept)
            for each in kept:
                at = (*here, Key(places[id(each)], True)) if isinstance(value[name], list) else here
                yield from _walk(rest, each, more, at)


def _side_by_side(item: ListItem) -> Iterator[ListItem]:
    """One item for each place in the lists of an object.

    A list that is shorter says nothing at the end, as a row without its last cells.
    """
    if not isinstance(item.value, dict):
        return
    lists = {name: each for name, each in item.value.items() if isinstance(each, list)}
    for place in range(max(map(len, lists.values()), default=0)):
        row = {name: each[place] for name, each in lists.items() if place < len(each)}
        yield ListItem(row, item.bound, (*item.keys, Key(place, True)))


def _alone(value: Any, keys: Sequence[Key], last: Callable[[Any], Any] = lambda it: it) -> Any:
    if not keys:
        return last(value)
    key, rest = keys[0], keys[1:]
    if isinstance(value, list):
        assert isinstance(key.name, int)
        return [_alone(value[key.name], rest, last)]
    under = {key.name: _alone(value[key.name], rest, last)}
    return under if key.alone else {**value, **under}


def _slices(lists: dict[str, Any], place: int) -> dict[str, Any]:
    return {n: each[place : place + 1] for n, each in lists.items() if isinstance(each, list)}
