"""Event types as commands, and their fields as options: made from the vocabulary itself."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

import click
from msgspec import inspect

from timeline.cli.completers import complete_company, complete_source, complete_subject
from timeline.ingest.nodes import Mapping, Node, Scalar, Sequence, compose, value_of
from timeline.model.kinds import EVENT_TYPES, KIND_OF
from timeline.model.kinds.event import ENVELOPE, RecordEvent, fields_of

_WORDS: Final = {
    "check_edtf": "EDTF",
    "check_moment": "DAY|INSTANT",
    "check_subject": "SUBJECT",
    "check_slug": "SLUG",
    "check_attribute": "ATTRIBUTE",
    "check_country": "COUNTRY",
    "check_timezone": "TIMEZONE",
    "check_language": "LANGUAGE",
    "check_sha256": "SHA256",
}
_REFERS: Final = {"company": "COMPANY", "source": "SOURCE", "event": "EVENT"}
_COMPLETERS: Final = {
    "COMPANY": complete_company,
    "SOURCE": complete_source,
    "SUBJECT": complete_subject,
}


def field_options(name: str) -> list[click.Option]:
    """An option for every field of an event type: its own first, then those of every event."""
    event = EVENT_TYPES[name]
    needed = _needed(name)
    shared = ENVELOPE - needed.keys()
    return [
        click.Option(
            [option_of(field), _parameter(field.encode_name)],
            metavar=metavar(field.type),
            multiple=True,
            shell_complete=_COMPLETERS.get(metavar(field.type)),
            help=" ".join([*needed.get(field.encode_name, []), *_choices(field.type)]),
        )
        for field in sorted(
            fields_of(event).values(), key=lambda field: field.encode_name in shared
        )
    ]


def option_of(field: inspect.Field) -> str:
    """The option that gives a field its value."""
    return f"--{field.encode_name.replace('_', '-')}"


def _parameter(field: str) -> str:
    return f"field_{field}"


def _needed(name: str) -> dict[str, list[str]]:
    """Fields that an event of the type must have, or the first of a subject, with these words."""
    event = EVENT_TYPES[name]
    words = {
        field.encode_name: ["Required."] for field in fields_of(event).values() if field.required
    }
    if issubclass(event, RecordEvent):
        return words
    kind = KIND_OF[name]
    if not event.named_by:
        words["subject"] = ["Required."]
    if not event.always:
        words["occurred"] = ["Required."]
        words["source"] = ["Required, unless --known says since when it is."]
    return {term: ["Required of a subject's first event."] for term in kind.required} | words


_MOST_CHOICES: Final = 4  # more of them stand in the help


def metavar(type_: inspect.Type) -> str:
    """What stands for a value of the type in the help."""
    match type_:
        case inspect.Metadata(type=inner, extra=extra):
            extra = extra or {}
            check = getattr(extra.get("check"), "__name__", "")
            return _REFERS.get(extra.get("refers", "")) or _WORDS.get(check) or metavar(inner)
        case inspect.LiteralType(values=values):
            return "|".join(map(str, values)) if len(values) <= _MOST_CHOICES else "WORD"
        case inspect.UnionType(types=types):
            scalars = [each for each in types if not isinstance(each, inspect.ListType)]
            return "|".join(dict.fromkeys(map(metavar, scalars)))
        case inspect.BoolType():
            return "true|false"
        case inspect.IntType() | inspect.FloatType() | inspect.DecimalType():
            return "NUMBER"
        case inspect.ListType(item_type=inner):
            return metavar(inner)
        case inspect.DictType(key_type=key, value_type=inspect.ListType(item_type=value)):
            return f"{{{metavar(key)}: [{metavar(value)}]}}"
        case inspect.DictType(key_type=key):
            return f"{{{metavar(key)}: …}}"
        case inspect.StructType(fields=fields):
            return f"{{{', '.join(field.encode_name for field in fields)}}}"
    return "TEXT"


def _choices(type_: inspect.Type) -> list[str]:
    if isinstance(type_, inspect.LiteralType) and len(type_.values) > _MOST_CHOICES:
        return [f"One of {', '.join(map(str, type_.values))}."]
    return []


def given_fields(name: str, options: dict[str, tuple[str, ...]]) -> dict[str, Any]:
    """The event's fields from the values of its options.

    Text is taken as it stands; everything else is YAML, so that lists and mappings can be written; an
    option that is repeated makes a list.
    """
    fields: dict[str, Any] = {"type": name}
    for field in fields_of(EVENT_TYPES[name]).values():
        texts = options[_parameter(field.encode_name)]
        if not texts:
            continue
        values = [_value(field, text) for text in texts]
        if isinstance(field.type, inspect.ListType) or len(values) > 1:
            fields[field.encode_name] = list(_flat(values))
        else:
            fields[field.encode_name] = values[0]
    return fields


def _flat(values: list[Any]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, list):
            yield from value
        else:
            yield value


def _value(field: inspect.Field, text: str) -> Any:
    if _is_text(field.type):
        return text
    node = compose(text, option_of(field))
    return "" if node is None else _plain(node)


def _is_text(type_: inspect.Type) -> bool:
    if isinstance(type_, inspect.Metadata):
        return _is_text(type_.type)
    return isinstance(type_, inspect.StrType | inspect.LiteralType)


def _plain(node: Node) -> Any:
    """The value of a node, with every digit of its numbers."""
    if isinstance(node, Mapping):
        return {key: _plain(value) for key, (_, value) in node.pairs.items()}
    if isinstance(node, Sequence):
        return [_plain(item) for item in node.items]
    assert isinstance(node, Scalar)
    value = value_of(node)
    return Decimal(node.text) if isinstance(value, float) else value
