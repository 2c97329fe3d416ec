"""Drafts: events that are sound by themselves and not yet in the log, and where they came from.

From the top: the one form of an event that its identity is computed from (RFC 8785 canonical JSON of the
fields that were given, decimals as strings), what an event refers to, what of it is stored, the draft itself,
how a file's node becomes one, and how plain fields do with which nothing is wrong. Every problem is reported,
in its place. Whether the event fits the log
(its target, its sources, the version of its subject) is the store's question.
"""

from __future__ import annotations

import re
from collections import abc
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from hashlib import sha256
from typing import Any, Final, TypeAlias

import msgspec
import rfc8785
from msgspec import Struct, inspect

from timeline.errors import DataError, Location, Problem, TimelineError
from timeline.ingest.nodes import (
    MAX_DEPTH,
    Mapping,
    Node,
    Scalar,
    Sequence,
    Unreadable,
    node_of,
    value_of,
)
from timeline.ingest.shape import INVALID, Report, shape, shape_fields, synonym, unstorable
from timeline.model import dates, short_forms
from timeline.model.kinds import EVENT_TYPES, KIND_OF, RECORD_TYPES, upcast
from timeline.model.kinds.event import (
    IMMUTABLE,
    Event,
    Flaw,
    RecordEvent,
    fields_of,
)
from timeline.model.names import words_of
from timeline.model.values import (
    Day,
    Fields,
    Instant,
    check_edtf,
    check_moment,
    check_slug,
    is_slug,
    parse_moment,
    plain_number,
)
from timeline.nearest import did_you_mean

# --- the canonical form -------------------------------------------------------------------------

GENESIS: Final = "0" * 64
"""The hash before the first event."""

# For ASCII keys, no floats and no large integers msgspec's sorted output is RFC 8785 already, and twenty
# times faster; that holds outside "extra" and "changes", where anything may stand (tests/properties compare).
_sorted = msgspec.json.Encoder(order="sorted")
_FREE: Final = ("extra", "changes")


def canonical(fields: Fields) -> bytes:
    """The canonical JSON of an event's fields; ValueError for what JSON cannot carry exactly."""
    for name in _FREE:
        if name in fields and not _is_plain(fields[name]):
            return rfc8785.dumps(fields)
    return _sorted.encode(fields)


def _is_plain(value: Any) -> bool:
    """Whether a value has texts, ASCII keys, and neither numbers nor what JSON cannot carry."""
    if type(value) is dict:
        return all(
            type(name) is str and name.isascii() and _is_plain(each) for name, each in value.items()
        )
    if type(value) is list:
        return all(map(_is_plain, value))
    return value is None or type(value) in (str, bool)


def as_written(data: bytes) -> str:
    """Sound JSON as it was written: ``jsonb`` orders keys by their length and writes every number out."""
    found = msgspec.json.decode(data) if _long.search(data) is None else _exact(data)
    return _sorted.encode(found).decode()


_long: Final = re.compile(rb"\d{16}")


def _exact(data: bytes) -> Any:
    """JSON where a whole number beyond 2**53 is what a float such as 1e21 has become."""
    import json

    def whole(text: str) -> int | float:
        value = int(text)
        return value if abs(value) < 2**53 else float(text)

    return json.loads(data, parse_int=whole)


def digest(fields: Fields) -> str:
    """The SHA-256 of an event's content, as 64 hex digits."""
    return sha256(canonical(fields)).hexdigest()


def derive_id(fields: Fields) -> str:
    """The id of an event whose author gave none: from its content without ``id``."""
    if "id" in fields:
        fields = {name: value for name, value in fields.items() if name != "id"}
    return "e-" + digest(fields)[:16]


def chain(previous: str, recorded: Instant, content_digest: str) -> str:
    """The hash of an event: SHA-256 over the hash before it, its time of recording, its digest.

    The three stand on lines of their own, in ASCII.
    """
    return sha256(f"{previous}\n{recorded}\n{content_digest}".encode("ascii")).hexdigest()


# --- what an event refers to ----------------------------------------------------------------------

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

HEAD: Final = frozenset({"id", "type", "subject", "occurred"})
"""The fields that have a column of their own in every event."""

_IN_COLUMNS: Final = {"attribution": None, "fact_level": "fact", "schema_version": 1}
"""Fields that a column gives back as they were written, unless they are what the column has anyway."""

_decode: Final = msgspec.json.Decoder(dict[str, Any]).decode


def body_of(fields: Fields) -> Fields:
    """The fields of an event but for those that every event has: id, type, subject, occurred."""
    body = fields.copy()
    for name in HEAD:
        body.pop(name, None)
    return body


def payload_of(body: Fields) -> str:
    """The JSON of what of a body other columns do not give back."""
    if not _IN_COLUMNS.keys().isdisjoint(body):
        left = [name for name, usual in _IN_COLUMNS.items() if body.get(name, usual) != usual]
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


# --- the words by which it is found ---------------------------------------------------------------

_SILENT: Final = HEAD | {
    "source", "known", "target", "schema_version", "attribution", "fact_level", "archived_sha256"
}  # fmt: skip
"""Fields without words of their own: names of other things, and labels."""


def words_of_fields(fields: Fields) -> str:
    """The words in the fields of an event, each once, sorted, with a space between."""
    texts: list[str] = []
    for name, value in fields.items():
        if name not in _SILENT:
            _add_texts(value, texts)
    return " ".join(words_of(texts))


def texts_of(fields: Fields) -> Iterator[tuple[str, str]]:
    """The texts of an event that its words are from, each with the field that it stands in."""
    for name, value in fields.items():
        if name not in _SILENT:
            texts: list[str] = []
            _add_texts(value, texts)
            yield from ((name, text) for text in texts)


def _add_texts(value: Any, texts: list[str]) -> None:
    if type(value) is str:
        texts.append(value)
        return
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inside:
        if type(each) is str:  # as most are
            texts.append(each)
        else:
            _add_texts(each, texts)


# --- what is left of an erased event ---------------------------------------------------------------

TOMBSTONE: Final = '{"erased":true}'
"""The payload of an erased event, in every database and to the byte."""


class Erased(Struct, frozen=True, kw_only=True):
    """What cannot be computed again of an erased event."""

    digest: str
    known: Instant
    earliest: Day
    latest: Day


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
    """What is stored of it as JSON (:func:`payload_of`)."""
    references: list[Reference]
    """What it refers to, by its fields of today's schema version."""
    bounds: tuple[Day, Day] | None
    """The first and the last day on which it can have occurred, where it says when; of the same fields."""
    words: str
    """The words by which it is found (:func:`words_of_fields`)."""


def content_of(fields: Fields) -> Content:
    """The content of an event that has its id and its subject."""
    current = upcast(fields)
    occurred = current.get("occurred")
    bounds = None if occurred is None else dates.bounds(occurred)
    return Content(
        digest(fields), payload_of(body_of(fields)), references(current), bounds,
        words_of_fields(fields),
    )  # fmt: skip


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


# --- from a file's node to a draft -----------------------------------------------------------------


def flaws(fields: Fields, event: type[Event], sound: Fields | None = None) -> Iterator[Flaw]:
    """The rules that span fields; ``fields`` are of today's schema version.

    Where some of them are not of their type, ``sound`` are the others: the event's own rules read only these.
    """
    if issubclass(event, RecordEvent):
        yield from _record_flaws(fields)
        return
    if "occurred" not in fields and not event.always:
        hint = "imprecise is fine: 2025-11, 2025-21 (spring), [..2025-11-21] (by that day)"
        yield Flaw("missing-field", f'{fields["type"]} needs "occurred"', None, hint)
    if "source" not in fields and "known" not in fields and not event.always:
        hint = 'name its "source"; without one say since when it is "known"'
        yield Flaw("missing-source", f"{fields['type']} has no source", None, hint)
    kind = KIND_OF[fields["type"]]
    subject = fields.get("subject")
    named = event.named_subject(fields)
    if subject is not None and named is not None and named != subject:
        hint = f'write "{named}", or leave the subject out'
        message = f'by its other fields the subject is "{named}", not "{subject}"'
        yield Flaw("wrong-subject", message, "subject", hint)
    elif subject is None and named is None:
        needed = event.named_by or ("subject",)
        quoted = " and ".join(f'"{name}"' for name in needed)
        message = f"{fields['type']} needs {quoted}"
        yield Flaw("missing-field", message, None, None if event.named_by else f"{kind.name}:…")
    if isinstance(subject, str) and ":" in subject and not subject.startswith(kind.name + ":"):
        message = f'{fields["type"]} is about a {kind.name}, and "{subject}" is not one'
        yield Flaw("wrong-subject", message, "subject", f'write "{kind.name}:…"')
    yield from event.rules(fields if sound is None else sound)


def _record_flaws(fields: Fields) -> Iterator[Flaw]:
    mend = "source" not in fields
    if mend and "known" in fields:
        message = f'{fields["type"]} without a source mends our own record: it has no "known"'
        yield Flaw("known-in-mend", message, "known", 'name its source, or remove "known"')
    changes = fields.get("changes")
    for name in changes if isinstance(changes, dict) else ():
        if name in IMMUTABLE:
            hint = "retract the event and append the right one"
            yield Flaw("immutable-field", f'"{name}" of an event never changes', "changes", hint)
        elif name == "known" and not mend:
            message = 'only a mend of our own record (without a source) may change "known"'
            yield Flaw("immutable-field", message, "changes")


def _sound(node: Mapping, event: type[Event]) -> Fields:
    """The fields of an event that are of their type each, where some are not."""
    fields, unsaid = fields_of(event), Report("")
    shaped = {
        name: shape(value, fields[name].type, unsaid, name)
        for name, (_, value) in node.pairs.items()
        if name in fields
    }
    return {name: value for name, value in shaped.items() if value is not INVALID}


def parse_event(node: Node, report: Report) -> Draft | None:
    """The draft that a node of a file describes, or None after reporting every problem."""
    if not isinstance(node, Mapping):
        report.add("wrong-type", "an event is a mapping of fields", node)
        return None
    event = _event_type(node, report)
    if event is None:
        return None
    before = len(report.problems)
    name = node.pairs["type"][1]
    assert isinstance(name, Scalar)
    version = _version(node, event, report)
    if version is not None and version > 1 + len(event.upcasters):
        return None  # which fields it has, a newer program knows
    given = upcasted = None
    shaped = node
    if version is not None and version <= len(event.upcasters):
        given = _as_stored(node)
        if "extra" in given:  # any JSON, in which a number is a number
            given["extra"] = value_of(node.pairs["extra"][1])
        try:
            upcasted = upcast(given, sound=False)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            message = f"no {name.text} of schema version {version}: {error}"
            report.add("invalid-value", message, node)
            return None
        of_today = node_of(upcasted, node.line, node.column)
        assert isinstance(of_today, Mapping)
        shaped = of_today
    rest = Mapping(
        shaped.line, shaped.column, {k: pair for k, pair in shaped.pairs.items() if k != "type"}
    )
    found = shape_fields(rest, fields_of(event), report, name.text)
    sound: Fields | None = None
    if found is INVALID:
        fields = value_of(node) | {"type": name.text}
        sound = {"type": name.text} | _sound(rest, event)
    else:
        fields = msgspec.to_builtins(msgspec.convert({"type": name.text} | found, event))
    for name, value in fields.items():
        reason = unstorable(value) if name != "changes" else None  # these get their types later
        if reason is not None:
            report.add("unstorable-value", f"{name}: {reason}", node.get(name) or node)
    for flaw in flaws(fields, event, sound):
        place = node.get(flaw.field) if flaw.field else node
        report.add(flaw.code, flaw.message, place or node, flaw.hint)
    if len(report.problems) > before:
        return None
    if given is not None and upcasted is not None:
        # what the upcasters leave alone means what it did then: text, or a decimal
        fields = {
            key: fields[key] if key in fields and upcasted.get(key) == value else value
            for key, value in given.items()
        }
    if "subject" not in fields:
        subject = event.named_subject(fields)
        if subject is not None:
            fields["subject"] = subject
    return Draft(fields, Place(report.file, node.line, node, report))


def draft_of(fields: abc.Mapping[str, Any]) -> Draft:
    """The draft of an event that is given as flat fields. Raises DataError with every problem."""
    given = dict(fields)
    sound = _quickly(given)
    if sound is not None:
        return sound
    report = Report("")
    try:
        draft = parse_event(node_of(given), report)
    except Unreadable as error:
        raise DataError([Problem(error.code, error.message, hint=error.hint)]) from None
    if draft is None:
        raise DataError(report.problems)
    return draft


# --- events with which nothing is wrong -----------------------------------------------------------
#
# msgspec decodes them in one go, in a tenth of the time that their nodes take. Where anything may be wrong,
# nodes find out what.


def draft_if_sound(event: type[Event], fields: Fields, line: bytes, place: Place) -> Draft | None:
    """The draft of an event that msgspec decoded, by quick tests; None where they cannot tell.

    ``line`` is the JSON that it was decoded from, and stays as it is; so do ``fields``, what was decoded as
    JSON values. Measured at 1.9 µs, where the rules one by one took 7.6 µs of all that parsing takes.
    """
    if event.upcasters or "schema_version" in fields or "extra" in fields or b"\\u0000" in line:
        return None
    if line.count(b"{") > _DEEPEST:
        return None
    tag = fields["type"]
    tests, short = _tests_of(tag), _short_of(tag)
    try:
        for name, value in fields.items():  # they are fewer than what may be given
            test = tests.get(name)
            if type(value) is str:
                if test is not None and not test(value):
                    return None
                if name in short and short_forms.read_if_one(short[name], value) is not None:
                    return None
            elif test is not None and not all(map(test, value)):
                return None
    except TimelineError:
        return None
    prefix = _PREFIX.get(tag)
    dated = "occurred" in fields and ("source" in fields or "known" in fields)
    if (
        (dated or event.always)
        and prefix
        and fields.get("subject", "").startswith(prefix)
        and not any(event.rules(fields))
    ):
        return Draft(fields, place)
    if next(flaws(fields, event), None) is not None:
        return None
    if "subject" not in fields:
        subject = event.named_subject(fields)
        if subject is not None:
            fields = fields | {"subject": subject}
    return Draft(fields, place)


_DEEPEST: Final = MAX_DEPTH // 2
"""Braces of which no order is nested too deep: what lies in a list of mappings lies two levels deeper."""

_TRUTHY: Final[dict[Callable[[str], None], Callable[[str], object]]] = {
    # these give something that is true, or raise: one call instead of two
    check_slug: is_slug,
    check_edtf: dates.bounds,
    check_moment: parse_moment,
}


def _test_of(check: Callable[[str], None]) -> Callable[[str], object]:
    known = _TRUTHY.get(check)
    if known is not None:
        return known

    def test(value: str) -> bool:
        check(value)
        return True

    return test


@cache
def _tests_of(type_: str) -> dict[str, Callable[[str], object]]:
    return {name: _test_of(check) for name, check in checks_of(type_).items()}


@cache
def _short_of(type_: str) -> dict[str, Any]:
    """The fields of an event type where a text may be a value in its short form, with its type."""
    found = {}
    for name, field in fields_of(EVENT_TYPES[type_]).items():
        options = field.type.types if isinstance(field.type, inspect.UnionType) else ()
        for option in options:
            if isinstance(option, inspect.StructType) and option.cls in short_forms.FORMS:
                found[name] = option.cls
    return found


# what an event's subject begins with, where that and a date and a source are all that flaws asks for
_PREFIX: Final = {
    tag: f"{kind.name}:" if not EVENT_TYPES[tag].named_by else "" for tag, kind in KIND_OF.items()
}


def _quickly(fields: Fields) -> Draft | None:
    """The draft of fields that hold texts and nothing else, if it is sound; None where it may not be.

    A number is read with care, for its digits are kept, and so is a correction: what it changes is read once
    the log says of which event.
    """
    type_ = fields.get("type")
    if not isinstance(type_, str) or type_ not in KIND_OF:
        return None
    try:
        if not _is_plain(fields):
            return None
        line = _sorted.encode(fields)
        event = _decoder_of(type_)(line)
    except (msgspec.MsgspecError, UnicodeEncodeError, RecursionError):
        return None
    return draft_if_sound(type(event), msgspec.to_builtins(event), line, NOWHERE)


@cache
def _decoder_of(type_: str) -> Callable[[bytes], Event]:
    return msgspec.json.Decoder(EVENT_TYPES[type_]).decode


# --- parts of an event ------------------------------------------------------------------------------


def _as_stored(node: Node) -> Any:
    """The value of a field of an older version, of which no type is left: decimals as strings."""
    if isinstance(node, Mapping):
        return {key: _as_stored(value) for key, (_, value) in node.pairs.items()}
    if isinstance(node, Sequence):
        return [_as_stored(item) for item in node.items]
    assert isinstance(node, Scalar)
    if isinstance(node.value, float):
        with suppress(ValueError):
            return plain_number(node.text)
    return node.value


def _event_type(node: Mapping, report: Report) -> type[Event] | None:
    name = node.get("type")
    if not isinstance(name, Scalar):
        report.add("missing-field", 'an event needs a "type"', name or node)
        return None
    event = EVENT_TYPES.get(name.text)
    if event is None:
        message = f'no event type "{name.text}"'
        report.add("unknown-event-type", message, name, event_type_hint(name.text))
    return event


def event_type_hint(name: str) -> str | None:
    """What to write for an event type that there is not: what it is called here, else the nearest name."""
    return synonym("events", name, EVENT_TYPES) or did_you_mean(name, EVENT_TYPES)


def _version(node: Mapping, event: type[Event], report: Report) -> int | None:
    stated = node.get("schema_version")
    if stated is None:
        return 1
    version = value_of(stated)
    today = 1 + len(event.upcasters)
    if isinstance(version, int) and version > today:
        message = f"schema version {version} is newer than this program's {today}"
        report.add("schema-too-new", message, stated, "upgrade the program")
    return version if isinstance(version, int) and version >= 1 else None


def parse_changes(changes: Fields, target: str, place: Place) -> Fields | list[Problem]:
    """A correction's changes as the fields of its target's type want them, or every problem.

    ``target`` is the target's event type. Null removes a field and is kept.
    """
    fields = fields_of(EVENT_TYPES[target])
    node = place.node.get("changes") if isinstance(place.node, Mapping) else None
    if node is None:
        node = node_of(changes, place.line)
    report = place.report or Report(place.file, lenient=False)
    own = Report(report.file, lenient=report.lenient)
    own.lines = report.lines
    assert isinstance(node, Mapping)
    found: Fields = {}
    for name, (key, value) in node.pairs.items():
        if name not in fields:
            hint = synonym("fields", name, fields) or did_you_mean(name, fields)
            own.add("unknown-field", f'{target} has no field "{name}"', key, hint)
        elif isinstance(value, Scalar) and value.plain and value.value is None:
            if fields[name].required:
                own.add("missing-field", f'{target} needs "{name}"', value, "give the right value")
            found[name] = None
        else:
            found[name] = shaped = shape(value, fields[name].type, own, name)
            reason = None if shaped is INVALID else unstorable(shaped)
            if reason is not None:
                own.add("unstorable-value", f"{name}: {reason}", value)
    return own.problems or found
