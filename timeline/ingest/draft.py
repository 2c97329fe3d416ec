"""Drafts: events that are sound by themselves and not yet in the log, and where they came from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from typing import Any, Final, TypeAlias

import msgspec
from msgspec import Struct, inspect

from timeline.errors import Location, Problem, TimelineError
from timeline.ingest.canonical import canonical, derive_id, digest
from timeline.ingest.nodes import Mapping, Node
from timeline.ingest.shape import Report, fields_of
from timeline.model import dates
from timeline.model.kinds import EVENT_TYPES, RECORD_TYPES, upcast
from timeline.model.kinds.event import Attribution, FactLevel
from timeline.model.values import (
    Day,
    Fields,
    Instant,
    check_sha256,
    check_slug,
    check_subject,
    is_instant,
)

Mark = tuple[str, Any]
Reference: TypeAlias = tuple[str, str, str]
"""What kind of thing an event refers to (company, source or event), its name, and the field that does."""


def _marks(event: type[Struct], key: str) -> list[Mark]:
    found = []
    for name, field in fields_of(event).items():
        for type_ in _leaves(field.type):
            if isinstance(type_, inspect.Metadata):
                value = (type_.extra or {}).get(key)
                if value:
                    found.append((name, value))
    return list(dict.fromkeys(found))


def _leaves(type_: inspect.Type) -> Iterator[inspect.Type]:
    if isinstance(type_, inspect.UnionType):
        for option in type_.types:
            yield from _leaves(option)
    elif isinstance(type_, inspect.ListType):
        yield from _leaves(type_.item_type)
    elif isinstance(type_, inspect.DictType):
        yield from _leaves(type_.key_type)
    else:
        yield type_


# Cached when a type is first met: marks of all types take longer than the rest of the program to start.


@cache
def checks_of(type_: str) -> dict[str, Callable[[str], None]]:
    """What checks the text of an event type's fields, by field."""
    return dict(_marks(EVENT_TYPES[type_], "check"))


@cache
def _referring(type_: str) -> list[Mark]:
    return _marks(EVENT_TYPES[type_], "refers")


@cache
def _referring_inside(type_: str) -> list[tuple[str, str, str]]:
    """The lists of structs that refer to something: the field, the field inside, to what."""
    return [
        (name, inside, what)
        for name, field in fields_of(EVENT_TYPES[type_]).items()
        for struct in _leaves(field.type)
        if isinstance(struct, inspect.StructType)
        for inside, what in _marks(struct.cls, "refers")
    ]


def references(fields: Fields) -> list[Reference]:
    """What an event refers to; ``fields`` are of today's schema version."""
    found: list[Reference] = []
    for name, what in _referring(fields["type"]):
        value = fields.get(name)
        if isinstance(value, str):
            found.append((what, value, name))
        elif value is not None:
            found += [(what, reference, name) for reference in value]
    for name, inside, what in _referring_inside(fields["type"]):
        found += [(what, each[inside], name) for each in fields.get(name, ()) if inside in each]
    return found


# --- what of an event is stored as JSON ----------------------------------------------------------

_HEAD: Final = frozenset({"id", "type", "subject", "occurred"})
_IN_COLUMNS: Final = {"attribution": None, "fact_level": "fact", "schema_version": 1}
"""Fields that a column gives back as they were written, unless they are what the column has anyway."""

_decode: Final = msgspec.json.Decoder(dict[str, Any]).decode


def body_of(fields: Fields) -> Fields:
    """The fields of an event but for those that every event has: id, type, subject, occurred."""
    return {name: value for name, value in fields.items() if name not in _HEAD}


def payload_of(body: Fields) -> str:
    """The JSON of what of a body other columns do not give back."""
    left = [name for name, usual in _IN_COLUMNS.items() if body.get(name, usual) != usual]
    if left:
        body = {name: value for name, value in body.items() if name not in left}
    return canonical(body).decode()


def body_from(
    payload: str, fact_level: str, attribution: str | None, schema_version: int
) -> Fields:
    """The body again. Raises msgspec.DecodeError for a payload that is no JSON object any more."""
    body: Fields = _decode(payload)
    if attribution is not None:
        body["attribution"] = attribution
    if fact_level != "fact":
        body["fact_level"] = fact_level
    if schema_version != 1:
        body["schema_version"] = schema_version
    return body


# --- erased events in an export ---------------------------------------------------------------

TOMBSTONE: Final = '{"erased":true}'
"""The payload of an erased event, in every database and to the byte."""

MARK: Final = b'"erased"'
"""What a line holds that may be that of an erased event."""


class Erased(Struct, frozen=True, kw_only=True):
    """What cannot be computed again of an erased event."""

    digest: str
    known: Instant
    earliest: Day
    latest: Day


class _Line(Struct, frozen=True, forbid_unknown_fields=True):
    """The fields of the line of an erased event, but for its place in the log."""

    id: str
    type: str
    subject: str
    erased: bool
    digest: str
    known: str
    earliest: str
    latest: str
    occurred: str | None = None
    attribution: Attribution | None = None
    fact_level: FactLevel = "fact"
    schema_version: int = 1


def erased_fields(fields: Fields) -> tuple[Fields, Erased]:
    """The content and the rest of an erased event, from the line of an export.

    ``fields`` are those of the line without its place in the log. Raises ValueError where they are not what
    an export writes.
    """
    try:
        line = msgspec.convert(fields, _Line)
        check_slug(line.id)
        check_subject(line.subject)
        check_sha256(line.digest)
        if line.occurred is not None:
            dates.bounds(line.occurred)
    except (TimelineError, msgspec.ValidationError) as error:
        raise ValueError(str(error)) from error
    days = all(date.fromisoformat(day).isoformat() == day for day in (line.earliest, line.latest))
    version = 1 <= line.schema_version <= 1 + len(_event_type(line.type).upcasters)
    if not (line.erased and days and version and is_instant(line.known)):
        raise ValueError("a field of it is not what an export writes")
    kept: Fields = {name: fields[name] for name in _KEPT if name in fields}
    for name, default in (("fact_level", "fact"), ("schema_version", 1)):
        if kept.get(name) == default:
            del kept[name]  # which is how the tombstone of it looks
    rest = Erased(digest=line.digest, known=line.known, earliest=line.earliest, latest=line.latest)
    return kept, rest


_KEPT: Final = (
    "id", "type", "subject", "occurred", "attribution", "fact_level", "schema_version", "erased",
)  # fmt: skip


def _event_type(name: str) -> Any:
    event = EVENT_TYPES.get(name)
    if event is None:
        raise ValueError(f'no event type "{name}"')
    return event


# --- drafts ---------------------------------------------------------------------------------


class Place(Struct, frozen=True):
    """Where a draft came from, so that a problem found later can still say where it stands."""

    file: str = ""
    line: int = 0
    node: Node | None = None
    report: Report | None = None

    def problem(
        self, code: str, message: str, field: str | None = None, hint: str | None = None
    ) -> Problem:
        """A problem at a field of the draft, or at the draft."""
        node = self.node
        if isinstance(node, Mapping) and field in node.pairs:
            node = node.pairs[field][1]
        if node is not None and self.report is not None:
            return Problem(code, message, self.report.place(node), hint, self.report.excerpt(node))
        location = Location(self.file, self.line, 1) if self.file else None
        return Problem(code, message, location, hint)


NOWHERE: Final = Place()


class Content(Struct, frozen=True, array_like=True, gc=False):
    """What the log needs of an event that follows from its fields alone."""

    digest: str
    payload: str
    """What is stored of it as JSON (:mod:`timeline.ingest.draft`)."""
    references: list[Reference]
    """What it refers to, by its fields of today's schema version."""
    bounds: tuple[Day, Day] | None
    """The first and the last day on which it can have occurred, where it says when; of the same fields."""


def content_of(fields: Fields) -> Content:
    """The content of an event that has its id and its subject."""
    current = upcast(fields)
    occurred = current.get("occurred")
    bounds = None if occurred is None else dates.bounds(occurred)
    return Content(digest(fields), payload_of(body_of(fields)), references(current), bounds)


class Draft(Struct):
    """An event that is sound by itself and not yet in the log.

    ``fields`` is its content: every given field as plain JSON, ``type`` included. An event about the
    record has no ``subject`` yet unless it was given: that is its target's.
    """

    fields: Fields
    place: Place = NOWHERE
    origin: str | None = None
    content: Content | None = None
    """None until it is needed; of an event about the record until it is known what it is about."""
    erased: Erased | None = None
    """Of an event of an export that was erased: what is left besides ``fields``."""
    recorded: str | None = None
    """With the position and hash of an export, for a replay that verifies them."""
    position: int | None = None
    hash: str | None = None

    def prepare(self) -> None:
        """Give it the id that its content derives, if it has none, and its content.

        Nothing to do for an event about the record, whose subject the log says, and for an erased one.
        """
        fields = self.fields
        if self.content is None and self.erased is None and fields["type"] not in RECORD_TYPES:
            if "id" not in fields:
                fields["id"] = derive_id(fields)
            self.content = content_of(fields)
