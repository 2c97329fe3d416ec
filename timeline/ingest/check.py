"""From a file's node to a draft: an event that is sound by itself.

Every problem is reported, in its place. Whether the event fits the log (its target, its sources, the version
of its subject) is the store's question.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from math import isfinite
from typing import Any

import msgspec

from timeline.errors import Problem
from timeline.ingest.draft import Draft, Place
from timeline.ingest.nodes import Mapping, Node, Scalar, Sequence, node_of, value_of
from timeline.ingest.shape import INVALID, Report, fields_of, shape, shape_fields, synonym
from timeline.model.kinds import EVENT_TYPES, KIND_OF, upcast
from timeline.model.kinds.event import IMMUTABLE, Event, Flaw, RecordEvent
from timeline.model.values import Fields, plain_number
from timeline.nearest import did_you_mean


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
