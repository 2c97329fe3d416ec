"""A fixture to fill in: the source, the companies, and events with the fields that they need and may have."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from msgspec import inspect

from timeline.ingest.schema import SCHEMA_LINE
from timeline.ingest.shape import choices_of
from timeline.model.dates import bounds
from timeline.model.kinds import EVENT_TYPES, KIND_OF, RECORD_TYPES
from timeline.model.kinds.event import ENVELOPE, fields_of
from timeline.model.kinds.source import SOURCE_KINDS
from timeline.model.short_forms import FORMS, read_if_one, write
from timeline.model.values import UNDISCLOSED, Fields

if TYPE_CHECKING:
    from timeline.importers.article import Article, Suggestion

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
        *_source(story, {}),
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


def drafted(story: str, source: Fields, companies: Mapping[str, Fields], found: Article) -> str:
    """The text of a fixture of one article: its source, its companies, and the events as comments.

    It is sound as it is, and with all comments made lines of it: without "# " behind the four spaces.
    ``source`` are the terms that are known of the source; the others get an example, or a comment.
    """
    lines = [
        SCHEMA_LINE,
        "# Suggestions, found by the words of one article; nothing is decided. Check every type, day, kind,",
        '# role and company against the article, and take the "# " away from "says:" and from what you keep.',
    ]
    unsaid = [name for name in ("publisher", "kind", "published") if name not in source]
    if unsaid:
        lines.append(f"# Not said, so that an example stands there: {', '.join(unsaid)}.")
    if found.doubtful:
        names = ", ".join(map(_quoted, found.doubtful[:_MOST_DOUBTFUL]))
        more = ", …" if len(found.doubtful) > _MOST_DOUBTFUL else ""
        lines.append(
            f"# Left out, as they may be ordinary words or several companies: {names}{more}"
        )
    lines += [f"story: {story}", "", "sources:", *_source(story, source)]
    if found.suggestions:
        lines.append("    # says:")
    for suggestion in found.suggestions:
        lines += [f"    # {line}" for line in _suggestion(suggestion, story, source)]
    # a file alone cannot name the sources of the store
    elsewhere = [n for n, fields in companies.items() if "source" in fields or "name" not in fields]
    if elsewhere:
        lines.append(
            f"# In the store already, and not to be registered by this file: {', '.join(elsewhere)}"
        )
    if len(elsewhere) < len(companies):
        lines += ["", "companies:"]
    lines += [
        f"  {name}: {_flow(fields)}" for name, fields in companies.items() if name not in elsewhere
    ]
    return "\n".join(lines) + "\n"


_MOST_DOUBTFUL: Final = 20


def _source(story: str, terms: Fields) -> list[str]:
    """The lines of a source: what must be said of it, as given or as an example, and what may be."""
    given = {name: _flow(value) for name, value in terms.items()}
    kind, published = given.pop("kind", "news"), given.pop("published", "2025-01-10")
    publisher = given.pop("publisher", "Name of the newspaper or company")
    left = [each for each in _MAY_BE_SAID if each.partition(":")[0] not in given]
    return [
        f"  {story}-source:               # what the events name as their source",
        f"    publisher: {publisher}",
        f"    kind: {kind:<23} # or {_other_kinds(kind)}",
        f"    published: {published:<18} # a day, or an instant with offset",
        *(f"    {name}: {value}" for name, value in given.items()),
        f"    # {', '.join(left)}",
    ]


_MAY_BE_SAID: Final = (
    "title: …", "url: …", "language: en", "timezone: Europe/Vienna", "archived_sha256: …",
)  # fmt: skip


def _other_kinds(kind: str) -> str:
    return ", ".join(each for each in SOURCE_KINDS if each != kind)


def _suggestion(found: Suggestion, story: str, source: Fields) -> list[str]:
    """The lines of an event that a sentence may tell of, below the words by which it was found."""
    names = [*found.companies, UNDISCLOSED] if len(found.companies) == 1 else found.companies
    described = fields_of(EVENT_TYPES[found.type])
    fields: Fields = {}
    for name, value in _needed(found.type, story, 0, names).items():
        words = choices_of(described[name].type)
        fields[name] = "other" if "other" in words else value
    parties = fields.get("parties")
    if parties is not None:
        role = "partner" if "partner" in parties.values() else "other"
        fields["parties"] = dict.fromkeys(found.companies, role)
    if "before" in fields:
        fields["before"] = UNDISCLOSED
    fields |= found.fields
    kind = KIND_OF[found.type].name
    slug = (
        "-".join(found.companies) if len(found.companies) > 1 else f"{found.companies[0]}-{story}"
    )
    fields["subject"] = f"{kind}:{slug[:_LONGEST_SUBJECT].rstrip('-')}"
    others = f"; it has words of {', '.join(found.others)}, too" if found.others else ""
    lines = [
        f"  # by the words {_quoted(found.words)}{others}",
        f"  - type: {found.type}",
        f"    subject: {fields.pop('subject')}",
    ]
    lines += [f"    {line}" for line in _day(found, kind, source.get("published"))]
    for name, value in fields.items():
        choices = _choices(described[name].type, value)
        comment = f"    # or {choices}" if choices and name not in found.fields else ""
        comment = _ASKED.get(name, comment)
        lines.append(f"    {name}: {_value(described[name].type, value)}{comment}")
    return [*lines, f"    quote: {_quoted(found.quote)}"]


def _day(found: Suggestion, kind: str, published: str | None) -> list[str]:
    """When it occurred: by the day of the sentence; where that is not clear, by that of the article."""
    said = ", ".join(map(_quoted, found.days))
    why = f"the sentence has {said}" if said else "the sentence names none that is clear"
    if found.occurred is not None:
        line = f"occurred: {_flow(found.occurred)}    # by the words {said}"
        earliest, latest = bounds(found.occurred)
        if published is None or latest <= published[:10] or earliest < published[:10]:
            return [line]
        if kind != "commitment":
            return [line, "fact_level: forecast    # that day was still to come"]
        why = f"{said} was still to come"  # what is aimed at, not when it was said
    if published is None:
        return [f"# occurred: which day? {why}"]
    return [f"occurred: {_flow(f'[..{published[:10]}]')}    # which day? {why}"]


_ASKED: Final = {"parties": "    # whose roles?", "before": "    # which court or authority?"}

_LONGEST_SUBJECT: Final = 80
"""Characters of the slug of a subject that is made of companies."""


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
    words = [str(word) for word in choices_of(type_) if word != value]
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
        pairs = (f"{_flow(name)}: {_flow(each)}" for name, each in value.items())
        return "{" + ", ".join(pairs) + "}"
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


_no_letter = re.compile("[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
"""Also what turns the direction of a line, so that nobody reads another text than there is."""


def story_of(stem: str) -> str:
    """The slug of a story by the name of its file."""
    from timeline.importers.slugs import slug_of  # the tables of letters, for what writes files

    return slug_of(stem) or "story"
