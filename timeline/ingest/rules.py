"""What an event must obey beyond the types of its fields, and what it refers to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from math import isfinite
from typing import Any, TypeAlias

from msgspec import Struct, inspect

from timeline.ingest.shape import fields_of
from timeline.model.kinds import EVENT_TYPES, KIND_OF
from timeline.model.kinds.about_record import IMMUTABLE, RecordEvent
from timeline.model.kinds.event import Event, Flaw
from timeline.model.values import Fields

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


# when a type is first met: of all of them it takes longer than the rest of the program to start


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
    yield from event.rules(fields)


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
