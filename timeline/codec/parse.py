"""From a file's node, or a line of JSON, to a draft: an event that is sound by itself.

Whether it fits the log (its target, its sources, the version of its subject) is the store's question.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from math import isfinite
from typing import Any, Final, NamedTuple, Union

import msgspec
from msgspec import Struct, inspect

from timeline.codec.erased import MARK, Erased, erased_fields
from timeline.codec.nodes import (
    Mapping,
    Node,
    Scalar,
    Sequence,
    Unreadable,
    WrittenNumber,
    node_of,
    value_of,
)
from timeline.codec.shape import INVALID, Report, fields_of, shape, shape_fields
from timeline.errors import Location, Problem, TimelineError
from timeline.events.envelope import Event
from timeline.events.fact import fact_subject
from timeline.events.record import IMMUTABLE, RecordEvent
from timeline.events.registry import EVENT_TYPES, KIND_OF, upcast
from timeline.nearest import did_you_mean
from timeline.values import Fields, check_slug, is_slug, plain_number


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


class Draft(Struct):
    """An event that is sound by itself and not yet in the log.

    ``fields`` is its content: every given field as plain JSON, ``type`` included. An event about the
    record has no ``subject`` yet unless it was given: that is its target's.
    """

    fields: Fields
    place: Place = NOWHERE
    origin: str | None = None
    erased: Erased | None = None
    """Of an event of an export that was erased: what is left besides ``fields``."""
    recorded: str | None = None
    """With the position and hash of an export, for a replay that verifies them."""
    position: int | None = None
    hash: str | None = None


class Flaw(NamedTuple):
    """What is wrong with an event as a whole, and the field to point at."""

    code: str
    message: str
    field: str | None = None
    hint: str | None = None


Mark = tuple[str, Any]


def _marks(event: type[Event], key: str) -> list[Mark]:
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


CHECKS: Final[dict[str, dict[str, Callable[[str], None]]]] = {
    name: dict(_marks(event, "check")) for name, event in EVENT_TYPES.items()
}
REFERENCES: Final[dict[str, list[Mark]]] = {
    name: _marks(event, "refers") for name, event in EVENT_TYPES.items()
}


def references(fields: Fields) -> list[tuple[str, str, str]]:
    """What an event refers to: (company, source or event; the name; the field it stands in).

    ``fields`` are of today's schema version.
    """
    found = []
    for name, what in REFERENCES[fields["type"]]:
        value = fields.get(name)
        if isinstance(value, str):
            found.append((what, value, name))
        elif value is not None:
            found += [(what, reference, name) for reference in value]
    return found


def flaws(fields: Fields, event: type[Event]) -> Iterator[Flaw]:
    """The rules that span fields; ``fields`` are of today's schema version."""
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
    if kind.name == "fact":
        named = fact_subject(fields)
        if subject is None and named is None:
            yield Flaw("missing-field", 'a fact needs "company" and "attribute"')
        if subject is not None and named is not None and named != subject:
            hint = f'write "{named}", or leave the subject out'
            yield Flaw("wrong-subject", f'the fact is "{named}", not "{subject}"', "subject", hint)
    elif subject is None:
        yield Flaw("missing-field", f'{fields["type"]} needs "subject"', None, f"{kind.name}:…")
    if isinstance(subject, str) and ":" in subject and not subject.startswith(kind.name + ":"):
        message = f'{fields["type"]} is about a {kind.name}, and "{subject}" is not one'
        yield Flaw("wrong-subject", message, "subject", f'write "{kind.name}:…"')


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
    fields = {"type": name.text} | (
        value_of(node) | {"type": name.text} if found is INVALID else found
    )
    if found is not INVALID:
        fields = msgspec.to_builtins(msgspec.convert(fields, event))
    for name, value in fields.items():
        reason = unstorable(value) if name != "changes" else None  # these get their types later
        if reason is not None:
            report.add("unstorable-value", f"{name}: {reason}", node.get(name) or node)
    for flaw in flaws(fields, event):
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
    return _finish(fields, Place(report.file, node.line, node, report))


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
        hint = did_you_mean(name.text, EVENT_TYPES)
        report.add("unknown-event-type", f'no event type "{name.text}"', name, hint)
    return event


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


def _finish(fields: Fields, place: Place, origin: str | None = None) -> Draft:
    if "subject" not in fields:
        subject = fact_subject(fields)
        if subject is not None:
            fields["subject"] = subject
    return Draft(fields, place, origin)


_decoder: Final[msgspec.json.Decoder[Event]] = msgspec.json.Decoder(
    Union[tuple(EVENT_TYPES.values())]  # noqa: UP007
)
_decode_parts: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_decode_any: Final = msgspec.json.Decoder(float_hook=WrittenNumber)
_encode: Final = msgspec.json.Encoder().encode

EXPORTED: Final = ("position", "recorded", "hash", "origin")
"""What an export adds to an event's fields."""


def parse_line(line: bytes, file: str, number: int) -> Draft | list[Problem]:
    """The draft in one line of JSON, or every problem of the line.

    The sound line takes the fast way: decoded and validated by msgspec in one go.
    """
    added: dict[str, Any] = {}
    event: Event | None = None
    if MARK in line:
        erased = _erased(line, file, number)
        if erased is not None:
            return erased
    try:
        if b'"recorded"' in line or b'"origin"' in line:
            parts = _decode_parts.decode(line)
            added = {n: _decode_any.decode(parts.pop(n)) for n in EXPORTED if n in parts}
            # half of what msgspec.convert takes, which looks at all the types anew each time
            event = _decoder.decode(_encode(parts))
        else:
            event = _decoder.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, OverflowError):
        return _line_problems(line, file, number)
    fields = msgspec.to_builtins(event)
    if b"\\u0000" in line or not _is_sound(fields, type(event)):
        return _line_problems(line, file, number)
    draft = _finish(fields, Place(file, number))
    return _with_added(draft, added) if added else draft


def _erased(line: bytes, file: str, number: int) -> Draft | list[Problem] | None:
    """The draft of an erased event, or what is wrong with it; None for a line of another event."""
    try:
        value = _decode_any.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if not isinstance(value, dict) or value.get("erased") is not True:
        return None
    added = {name: value.pop(name) for name in EXPORTED if name in value}
    place = Place(file, number)
    try:
        fields, rest = erased_fields(value)
    except ValueError as error:
        return [place.problem("invalid-value", f"no erased event of an export: {error}")]
    return _with_added(Draft(fields, place, erased=rest), added)


def _with_added(draft: Draft, added: dict[str, Any]) -> Draft | list[Problem]:
    """The draft with what an export adds; only the origin is stored, so only that must be sound."""
    origin = added.get("origin")
    if origin is not None:
        if not isinstance(origin, str) or isinstance(origin, WrittenNumber):
            return [draft.place.problem("wrong-type", '"origin" should be text')]
        reason = unstorable(origin)
        if reason is not None:
            return [draft.place.problem("unstorable-value", f"origin: {reason}")]
    draft.origin = origin
    draft.position, draft.hash = added.get("position"), added.get("hash")
    draft.recorded = added.get("recorded")
    return draft


def _is_sound(fields: Fields, event: type[Event]) -> bool:
    """Whether nothing is wrong with an event, by quick tests; False also where they cannot tell.

    Measured at 4.7 µs, where the rules one by one took 7.6 µs of all that parsing takes.
    """
    if event.upcasters or "extra" in fields or fields.get("schema_version", 1) != 1:
        return False
    tests = _TESTS[event]
    try:
        for name, value in fields.items():  # they are fewer than what may be given
            test = tests.get(name)
            if test is None:
                continue
            if isinstance(value, str):
                if not test(value):
                    return False
            elif not all(map(test, value)):
                return False
    except TimelineError:
        return False
    if (
        _PREFIX[event] == str(fields.get("subject"))[: len(_PREFIX[event])]
        and "occurred" in fields
        and ("source" in fields or "known" in fields)
    ):
        return True
    return next(flaws(fields, event), None) is None


def _test_of(check: Callable[[str], None]) -> Callable[[str], object]:
    if check is check_slug:
        return is_slug  # a match, without a call of Python

    def test(value: str) -> bool:
        check(value)
        return True

    return test


_TESTS: Final = {
    event: {name: _test_of(check) for name, check in CHECKS[tag].items()}
    for tag, event in EVENT_TYPES.items()
}
# what an event's subject begins with, where that and a date and a source are all that flaws asks for
_PREFIX: Final = {
    event: f"{KIND_OF[tag].name}:" if tag in KIND_OF and KIND_OF[tag].name != "fact" else "-"
    for tag, event in EVENT_TYPES.items()
}


def _line_problems(line: bytes, file: str, number: int) -> Draft | list[Problem]:
    try:
        value = _decode_any.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        message = f"not JSON that is read: {error}"
        return [Problem("invalid-json", message, Location(file, number, 1))]
    added: dict[str, Any] = {}
    if isinstance(value, dict):
        added = {name: value.pop(name) for name in EXPORTED if name in value}
    report = Report(file, lenient=False)
    try:
        draft = parse_event(node_of(value, number), report)
    except Unreadable as error:
        return [error.problem(file)]
    return report.problems if draft is None else _with_added(draft, added)


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
            own.add(
                "unknown-field", f'{target} has no field "{name}"', key, did_you_mean(name, fields)
            )
        elif isinstance(value, Scalar) and value.plain and value.value is None:
            if fields[name].required or name == "known":
                own.add("missing-field", f'{target} needs "{name}"', value, "give the right value")
            found[name] = None
        else:
            found[name] = shaped = shape(value, fields[name].type, own, name)
            reason = None if shaped is INVALID else unstorable(shaped)
            if reason is not None:
                own.add("unstorable-value", f"{name}: {reason}", value)
    return own.problems or found
