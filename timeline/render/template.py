"""A fixture to fill in: the source, the companies, and events with the fields that they need and may have."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from msgspec import inspect

from timeline.ingest.schema import SCHEMA_LINE
from timeline.ingest.shape import fields_of
from timeline.model.kinds import EVENT_TYPES, KIND_OF, RECORD_TYPES
from timeline.model.kinds.event import ENVELOPE
from timeline.model.short_forms import FORMS, read_if_one, write
from timeline.model.values import Fields

_MOST_CHOICES: Final = 6
"""Words of a choice that are listed; more stand in docs/events.md."""

_INHERITED: Final = frozenset({"source", "known", "id", "schema_version", "extra", "type"})
"""Fields of an event that its place in the file gives it, or that a person hardly writes."""

_OF_FIELDS: Final = {"price_per_share": "USD 55 a share"}

_EXAMPLES: Final = {
    "check_edtf": "2025-01-10",
    "check_moment": "2025-01-10",
    "check_country": "US",
    "check_timezone": "Europe/Vienna",
    "check_language": "en",
    "check_sha256": "0" * 64,
    "check_attribute": "business.products",
}


def template(
    story: str,
    companies: Mapping[str, Fields],
    types: Sequence[str],
    like: Iterable[Fields] = (),
) -> str:
    """The text of a fixture to fill in, which is sound as it is.

    ``companies`` are those that may be parties, by id with the fields of their registration; ``types`` the
    types of the events, and ``like`` events of the log to begin with.
    """
    names = list(companies) or ["acme", "globex"]
    registered = companies or {name: {"name": name.capitalize()} for name in names}
    lines = [
        SCHEMA_LINE,
        f"story: {story}",
        "",
        "sources:",
        f"  {story}-source:               # what the events name as their source",
        "    publisher: Name of the newspaper or company",
        "    kind: news                    # or press_release, filing, statement, data, other",
        "    published: 2025-01-10         # a day, or an instant with offset",
        "    # title: …, url: …, language: en, timezone: Europe/Vienna, archived_sha256: …",
        "    defaults: {occurred: 2025-01-10, attribution: media_report}    # what the events inherit",
        "    says:",
    ]
    for event in like:
        lines += _event(
            event["type"], {n: v for n, v in event.items() if n not in _INHERITED}, names
        )
    for number, type_ in enumerate(types):
        lines += _event(type_, _needed(type_, story, number, names), names)
    lines += ["", "companies:"]
    for name, fields in registered.items():
        lines.append(f"  {name}: {_flow(fields)}")
    return "\n".join(lines) + "\n"


def suggested(events: Iterable[tuple[str, Fields]]) -> str:
    """Events to paste under "events:", each below the reason for it."""
    lines = [
        '# to paste under "events:", once you have checked the days, the sources and the words'
    ]
    for reason, event in events:
        described = fields_of(EVENT_TYPES[event["type"]])
        lines += [f"  # {reason}", f"  - type: {event['type']}"]
        lines += [
            f"    {name}: {_value(described[name].type, value)}"
            for name, value in event.items()
            if name != "type"
        ]
    return "\n".join(lines) + "\n"


def _event(type_: str, fields: Mapping[str, Any], companies: Sequence[str]) -> list[str]:
    """The lines of an event: its fields, and as comments those that it may have besides."""
    described = fields_of(EVENT_TYPES[type_])
    by_fields = EVENT_TYPES[type_].named_by  # a fact's subject follows from them
    said = (EVENT_TYPES[type_].__doc__ or "").strip().replace("``", '"')
    lines = [f"      - type: {type_:<24} # {said}"]
    for name, value in fields.items():
        choices = _choices(described[name].type, value)
        comment = f"    # or {choices}" if choices else ""
        lines.append(f"        {name}: {_value(described[name].type, value)}{comment}")
    for name in sorted(described, key=lambda name: name in ENVELOPE):
        if name not in fields and name not in _INHERITED and not (name == "subject" and by_fields):
            example = _OF_FIELDS.get(name) or _value(
                described[name].type, _example(described[name].type, companies)
            )
            lines.append(f"        # {name}: {example}")
    return lines


def _needed(type_: str, story: str, number: int, companies: Sequence[str]) -> Fields:
    """The fields that an event must have, as the first of its subject, with values to be replaced."""
    event = EVENT_TYPES[type_]
    described = fields_of(event)
    names = [name for name, field in described.items() if field.required]
    fields: Fields = {}
    if type_ in RECORD_TYPES:
        fields["target"] = "the-id-of-the-event"
    else:
        kind = KIND_OF[type_]
        names += [name for name in kind.required if name not in names]
        if kind.name in ("source", "company"):
            fields["subject"] = f"{kind.name}:{companies[0] if kind.name == 'company' else story}"
        elif kind.name != "fact":
            fields["subject"] = f"{kind.name}:{story}" + (f"-{number + 1}" if number else "")
    parties = iter((*companies, *companies))
    for name in names:
        if name not in fields:
            given = [next(parties)] if _refers(described[name].type) else companies
            fields[name] = _example(described[name].type, given)
    return fields


def _refers(type_: inspect.Type) -> bool:
    return isinstance(type_, inspect.Metadata) and (type_.extra or {}).get("refers") == "company"


def _example(type_: inspect.Type, companies: Sequence[str]) -> Any:
    """A value that the type takes."""
    match type_:
        case inspect.Metadata(type=inner, extra=extra):
            extra = extra or {}
            check = getattr(extra.get("check"), "__name__", "")
            if extra.get("refers") == "company":
                return companies[0]
            if check == "check_slug":
                return "some-id"
            if check == "check_subject":
                return "deal:acme-globex"
            return _EXAMPLES.get(check) or _example(inner, companies)
        case inspect.LiteralType(values=values):
            return values[0]
        case inspect.UnionType(types=types):
            return _example(types[0], companies)
        case inspect.BoolType():
            return True
        case inspect.IntType() | inspect.FloatType() | inspect.DecimalType():
            return 1
        case inspect.ListType(item_type=inner, min_length=least):
            return [_example(inner, [company]) for company in companies[: least or 1]]
        case inspect.DictType(
            value_type=inspect.ListType(item_type=inspect.LiteralType(values=roles))
        ):
            role = "partner" if "partner" in roles else roles[0]
            return dict.fromkeys(companies[:2], role)
        case inspect.DictType():
            return {"scheme": "value"}
        case inspect.StructType(cls=cls) if cls in FORMS:
            return FORMS[cls].examples[0]
        case inspect.StructType(fields=fields):
            needed = [field for field in fields if field.required]
            return {field.encode_name: _example(field.type, companies) for field in needed}
    return "…"


def _choices(type_: inspect.Type, value: Any) -> str:
    """What a choice might be instead."""
    if not isinstance(type_, inspect.LiteralType):
        return ""
    words = [str(word) for word in type_.values if word != value]
    more = ", …" if len(words) > _MOST_CHOICES else ""
    return ", ".join(words[:_MOST_CHOICES]) + more


# --- YAML -----------------------------------------------------------------------------------------

_is_plain = re.compile(r"[^\W\d_][\w ./+–()-]*(?<! )", re.UNICODE).fullmatch
_is_bare = re.compile(
    r"[a-z]+:[a-z0-9./@-]+|\d{4}-\d\d(-\d\d)?[?~%]?|\[[\d.,-]+\]|\d[\d.–]* (%|[^\W\d][\w ]*)"
).fullmatch
_WORDS: Final = frozenset({"true", "false", "null"})


def _value(type_: inspect.Type, value: Any) -> str:
    """A value as a person writes it, in its short form where it has one that says the same."""
    return _flow(_shortened(type_, value))


def _shortened(type_: inspect.Type, value: Any) -> Any:
    options = type_.types if isinstance(type_, inspect.UnionType) else (type_,)
    for option in options:
        if (
            isinstance(option, inspect.StructType)
            and option.cls in FORMS
            and isinstance(value, dict)
        ):
            short = write(option.cls, value)
            return short if read_if_one(option.cls, short) == value else value
        if isinstance(option, inspect.ListType) and isinstance(value, list):
            return [_shortened(option.item_type, each) for each in value]
        if isinstance(option, inspect.DictType) and isinstance(value, dict):
            return {n: v[0] if isinstance(v, list) and len(v) == 1 else v for n, v in value.items()}
    return value


def _flow(value: Any) -> str:
    """Any JSON value as YAML on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {_flow(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, str):
        plain = (_is_plain(value) or _is_bare(value)) and value.lower() not in _WORDS
        return value if plain else _quoted(value)
    return json.dumps(value)


def _quoted(text: str) -> str:
    """A text in quotes, with what YAML refuses or takes for the end of a line as an escape."""
    escaped = json.dumps(text, ensure_ascii=False)
    return _no_letter.sub(lambda found: f"\\u{ord(found[0]):04x}", escaped)


_no_letter = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def story_of(stem: str) -> str:
    """The slug of a story by the name of its file."""
    from timeline.importers.slugs import slug_of  # the tables of letters, for what writes files

    return slug_of(stem) or "story"
