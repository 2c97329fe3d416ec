"""Nodes to plain JSON values under the direction of a type, reporting every problem on the way.

msgspec decodes faster but stops at the first thing wrong; people want them all, each in its place. The
types are the same: the msgspec structs of :mod:`timeline.model.kinds`, through ``msgspec.inspect``.
"""

from __future__ import annotations

import operator
import os
import re
from collections.abc import Container
from decimal import Decimal
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
from msgspec import inspect

from timeline.errors import Location, Problem, TimelineError
from timeline.ingest.nodes import Mapping, Node, Scalar, Sequence, shown, value_of
from timeline.model import short_forms
from timeline.model.kinds.event import fields_of
from timeline.model.values import Fields, check_edtf, plain_number
from timeline.nearest import did_you_mean

INVALID: Final = object()
"""What stands for a value that had a problem."""

_LONGEST_MESSAGE: Final = 400
"""Characters; a value that takes more is cut, for people and for terminals."""


class Report:
    """Collects the problems of one file, each with its place and its line."""

    def __init__(self, file: str, text: str | None = None, *, lenient: bool = True) -> None:
        self.file = file
        self.lines = text.split("\n") if text is not None else []
        self.lenient = lenient
        """Whether a bare number may stand for text, as in YAML ``title: 2025``."""
        self.problems: list[Problem] = []

    def place(self, node: Node | None) -> Location | None:
        """Where a node stands; None of what comes from no file."""
        if not self.file:
            return None
        return Location(self.file, node.line, node.column) if node else Location(self.file)

    def excerpt(self, node: Node | None) -> str | None:
        """The line that a node stands in."""
        if node is None or not 0 < node.line <= len(self.lines):
            return None
        return shown(self.lines[node.line - 1], node.column)

    def add(
        self,
        code: str,
        message: str,
        node: Node | None,
        hint: str | None = None,
        *,
        warning: bool = False,
    ) -> None:
        """Add a problem at a node."""
        if len(message) > _LONGEST_MESSAGE:
            message = message[: _LONGEST_MESSAGE - 1] + "…"
        if hint is not None and len(hint) > _LONGEST_MESSAGE:
            hint = None
        problem = Problem(code, message, self.place(node), hint, self.excerpt(node), warning)
        self.problems.append(problem)

    def add_error(self, error: Exception, node: Node | None, name: str = "") -> None:
        """Add the problem that a rule raised."""
        cause = error.__cause__ if isinstance(error, msgspec.ValidationError) else error
        if isinstance(cause, TimelineError):
            self.add(cause.code, cause.message, node, cause.hint)
        else:
            message = str(cause or error).partition(" - at `")[0]
            self.add("invalid-value", f"{name}: {message}" if name else message, node)


SYNONYMS_VARIABLE: Final = "TIMELINE_SYNONYMS"


@cache
def _synonyms(own: str | None) -> dict[str, dict[str, str]]:
    """What people write for what the vocabulary calls otherwise; those of a user's own file come on top."""
    import tomllib  # only when something is wrong

    found: dict[str, dict[str, str]] = {}
    for path in (Path(__file__).with_name("synonyms.toml"), Path(own) if own else None):
        if path is not None:
            for section, names in tomllib.loads(path.read_text(encoding="utf-8")).items():
                found.setdefault(section, {}).update(names)
    return found


def synonyms(section: Literal["events", "fields", "articles"]) -> dict[str, str]:
    """A section of the table of synonyms: what people write, and what the vocabulary calls it."""
    return _synonyms(os.environ.get(SYNONYMS_VARIABLE)).get(section, {})


def synonym(section: Literal["events", "fields"], name: str, known: Container[str]) -> str | None:
    """What to write for a name that the vocabulary does not have, if people are known to write it.

    Only a name that is ``known`` is suggested.
    """
    meant = "_".join(re.findall(r"[a-z0-9]+", name.lower()))
    found = synonyms(section).get(meant)
    word = re.match(r"\w+", found or "")
    return f"write {found}" if word and word.group() in known else None


@cache
def type_of(annotation: Any) -> inspect.Type:
    """The msgspec description of a type, computed once."""
    return inspect.type_info(annotation)


def choices_of(type_: inspect.Type) -> tuple[Any, ...]:
    """The values of a choice; none of any other type."""
    return tuple(type_.values) if isinstance(type_, inspect.LiteralType) else ()


def shape(node: Node, type_: inspect.Type, report: Report, name: str = "") -> Any:
    """The plain value of a node as the type wants it; INVALID after reporting why not.

    ``name`` is the field, for the messages.
    """
    if isinstance(type_, inspect.Metadata):
        check = (type_.extra or {}).get("check")
        if check is check_edtf:
            node = _unquoted_set(node)
        value = shape(node, type_.type, report, name)
        if check is not None and value is not INVALID:
            try:
                check(value)
            except TimelineError as error:
                report.add_error(error, node)
                return INVALID
        return value
    if isinstance(type_, inspect.AnyType):
        return value_of(node)
    if isinstance(node, Scalar) and node.plain and node.value is None:
        report.add(
            "null-value", f'"{name}" has no value', node, "leave the field out, or give a value"
        )
        return INVALID
    if isinstance(type_, inspect.UnionType):
        return _union(node, type_, report, name)
    if isinstance(type_, inspect.StructType):
        return _struct(node, type_, report, name)
    if isinstance(type_, inspect.ListType):
        return _list(node, type_, report, name)
    if isinstance(type_, inspect.DictType):
        return _dict(node, type_, report, name)
    if not isinstance(node, Scalar):
        return _mismatch(node, type_, report, name)
    return _scalar(node, type_, report, name)


def shape_fields(
    node: Mapping, fields: dict[str, inspect.Field], report: Report, what: str
) -> Fields | Any:
    """The fields of a mapping, each by its own type; unknown and missing ones are problems."""
    found: Fields = {}
    sound = True
    for name, (key, value) in node.pairs.items():
        field = fields.get(name)
        if field is None:
            hint = (
                synonym("fields", name, fields)
                or did_you_mean(name, fields)
                or ('what is your own goes under "extra"' if "extra" in fields else None)
            )
            report.add("unknown-field", f'{what} has no field "{name}"', key, hint)
            sound = False
            continue
        shaped = shape(value, field.type, report, name)
        sound = sound and shaped is not INVALID
        found[name] = shaped
    for name, field in fields.items():
        if field.required and name not in node.pairs:
            report.add("missing-field", f'{what} needs "{name}"', node)
            sound = False
    return found if sound else INVALID


def _unquoted_set(node: Node) -> Node:
    """The text of an EDTF set that stands without quotes, which YAML takes for a list."""
    if not isinstance(node, Sequence) or not node.flow:
        return node
    texts = [item.text for item in node.items if isinstance(item, Scalar)]
    if len(texts) < len(node.items):
        return node
    return Scalar(node.line, node.column, f"[{','.join(texts)}]", plain=False)


def _struct(node: Node, type_: inspect.StructType, report: Report, name: str) -> Any:
    if isinstance(node, Scalar) and type_.cls in short_forms.FORMS:
        try:
            found: Any = short_forms.read(type_.cls, node.text)
        except TimelineError as error:
            report.add_error(error, node, name)
            return INVALID
    elif isinstance(node, Mapping):
        found = shape_fields(node, fields_of(type_.cls), report, f'"{name}"')
        if found is INVALID:
            return INVALID
    else:
        return _mismatch(node, type_, report, name)
    try:
        return msgspec.to_builtins(msgspec.convert(found, type_.cls))
    except msgspec.ValidationError as error:
        report.add_error(error, node, name)
        return INVALID


def _union(node: Node, type_: inspect.UnionType, report: Report, name: str) -> Any:
    plain = {type(_bare(option)): option for option in type_.types}
    if isinstance(node, Mapping):
        option = plain.get(inspect.StructType)
    elif isinstance(node, Sequence):
        option = plain.get(inspect.ListType)
    else:
        assert isinstance(node, Scalar)
        number = isinstance(node.value, int | float) and not isinstance(node.value, bool)
        if isinstance(node.value, bool) and inspect.BoolType in plain:
            return node.value
        if number and inspect.FloatType in plain:
            return _decimal(node, report, name)
        option = plain.get(inspect.StrType)
        value_type = plain.get(inspect.StructType)
        if isinstance(value_type, inspect.StructType) and (
            option is None or _is_short(node, value_type)
        ):
            option = value_type
    if option is None:
        return _mismatch(node, type_, report, name)
    return shape(node, option, report, name)


def _is_short(node: Scalar, type_: inspect.StructType) -> bool:
    """Whether a text that might stand as it is reads as the short form of a value of the type."""
    form = type_.cls in short_forms.FORMS
    return form and short_forms.read_if_one(type_.cls, node.text) is not None


def _bare(type_: inspect.Type) -> inspect.Type:
    return type_.type if isinstance(type_, inspect.Metadata) else type_


def _list(node: Node, type_: inspect.ListType, report: Report, name: str) -> Any:
    if not isinstance(node, Sequence):
        return _mismatch(node, type_, report, name)
    items = [shape(item, type_.item_type, report, name) for item in node.items]
    least = type_.min_length or 0
    if len(items) < least:
        message = f'"{name}" needs at least {least}' if items else f'"{name}" is an empty list'
        report.add("invalid-value", message, node, None if items else "leave the field out")
        return INVALID
    return INVALID if any(item is INVALID for item in items) else items


def _dict(node: Node, type_: inspect.DictType, report: Report, name: str) -> Any:
    if not isinstance(node, Mapping):
        return _mismatch(node, type_, report, name)
    found = {}
    sound = True
    for text, (key, value) in node.pairs.items():
        named = shape(Scalar(key.line, key.column, text, plain=False), type_.key_type, report, name)
        shaped = _value(value, type_.value_type, report, f"{name}.{text}")
        sound = sound and named is not INVALID and shaped is not INVALID
        found[text] = shaped
    if not found and type_.min_length:
        report.add("invalid-value", f'"{name}" is empty', node, "name at least one field")
        return INVALID
    return found if sound else INVALID


def _value(node: Node, type_: inspect.Type, report: Report, name: str) -> Any:
    """The value of a key; ``{acme: partner}`` is short for a list of one role."""
    if isinstance(node, Scalar) and isinstance(type_, inspect.ListType) and node.value is not None:
        node = Sequence(node.line, node.column, [node])
    return shape(node, type_, report, name)


def _scalar(node: Scalar, type_: inspect.Type, report: Report, name: str) -> Any:
    value = node.value
    if isinstance(type_, inspect.StrType):
        if isinstance(value, str) or report.lenient:
            return node.text
    elif isinstance(type_, inspect.LiteralType):
        if node.text in type_.values:
            return node.text
        choices = [str(choice) for choice in type_.values]
        hint = did_you_mean(node.text, choices) or f"one of {', '.join(choices)}"
        report.add("invalid-value", f'"{name}" cannot be "{node.text}"', node, hint)
        return INVALID
    elif isinstance(type_, inspect.BoolType):
        if isinstance(value, bool):
            return value
    elif isinstance(type_, inspect.IntType):
        if isinstance(value, int) and not isinstance(value, bool):
            for bound, is_beyond, word in (
                (type_.ge, operator.lt, "less"), (type_.le, operator.gt, "more")
            ):  # fmt: skip
                if bound is not None and is_beyond(value, bound):
                    report.add("invalid-value", f'"{name}" is {word} than {bound}', node)
                    return INVALID
            return value
    elif isinstance(type_, inspect.DecimalType) and _is_decimal(node):
        return _decimal(node, report, name)
    return _mismatch(node, type_, report, name)


def _is_decimal(node: Scalar) -> bool:
    """Whether the text is a number to ``Decimal``, as msgspec reads one from JSON."""
    try:
        Decimal(_number_text(node))
    except ArithmeticError:
        return False
    return True


def _number_text(node: Scalar) -> str:
    based = isinstance(node.value, int) and "0" in node.text[:1] and node.text[1:2] in ("x", "o")
    return str(node.value) if based else node.text


def _decimal(node: Scalar, report: Report, name: str) -> Any:
    try:
        return plain_number(_number_text(node))
    except ValueError as error:
        report.add_error(error, node, name)
        return INVALID


def unstorable(value: Any) -> str | None:
    """Why a JSON value cannot be kept exactly in every database, and hashed; None where it can."""
    if isinstance(value, str):
        if "\0" in value:
            return "a text holds a NUL character"
        return None if value.isascii() or _is_unicode(value) else "a text is not Unicode"
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        if isinstance(value, float) and not isfinite(value):
            return f"{value} is no JSON number"
        # canonical JSON writes a large float as an integer, and reads it back as one
        exact = abs(value) < 2**53
        return None if exact else f"{value} is larger than JSON carries exactly; write it as text"
    inside = [*value, *value.values()] if isinstance(value, dict) else value
    reasons = map(unstorable, inside)  # nodes are no deeper than MAX_DEPTH
    return next((reason for reason in reasons if reason), None)


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        return False
    return True


_WANTED: Final = {
    inspect.StrType: "text",
    inspect.BoolType: "true or false",
    inspect.IntType: "a whole number",
    inspect.FloatType: "a number",
    inspect.DecimalType: "a number",
    inspect.ListType: "a list",
    inspect.DictType: "a mapping",
    inspect.StructType: "a mapping",
}


def _wanted(type_: inspect.Type) -> str:
    if isinstance(type_, inspect.LiteralType):
        return "one of " + ", ".join(str(choice) for choice in type_.values)
    if isinstance(type_, inspect.UnionType):
        names = [_wanted(_bare(option)) for option in type_.types]
        return " or ".join(dict.fromkeys(names))
    if isinstance(type_, inspect.StructType):
        return "a mapping with " + ", ".join(fields_of(type_.cls))
    return _WANTED[type(type_)]


def _mismatch(node: Node, type_: inspect.Type, report: Report, name: str) -> Any:
    if isinstance(node, Scalar):
        given = f'"{node.text[:80]}"'
    else:
        given = "a list" if isinstance(node, Sequence) else "a mapping"
    report.add("wrong-type", f'"{name}" should be {_wanted(type_)}, not {given}', node)
    return INVALID
