"""Any field of an event or an item in words: a label, and the value as the state shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, Final

from timeline.language import tr, tr_as
from timeline.model.kinds import EVENT_TYPES, KINDS
from timeline.model.kinds.event import Kind, Shape, shapes_of
from timeline.render import words
from timeline.render.terms import PARTS, Row, form_name, say, term_words
from timeline.render.words import Names


def nothing() -> str:
    """What stands where there is no value."""
    return tr("nothing")


def _plain(value: Any, names: Names) -> str:
    return tr_as("value", str(value).replace("_", " "))


def _date(value: str, names: Names) -> str:
    return words.date(value)


def kind_words(value: str) -> str:
    """A kind of any item in words: "joint venture", "owns a stake in", "business: AI servers"."""
    for kind in KINDS.values():
        if value in kind.phrases:
            said = kind.phrases[value][0].removesuffix(" {}")
            return tr_as("tie", f"{said[0].lower()}{said[1:]}")
    named = (kind for kind in KINDS.values() if value in kind.nouns and value != "other")
    found = next((kind.noun(value) for kind in named), words.attribute(value))
    return tr_as("noun", found)


_SAY: Final[dict[str, Callable[[Any, Names], str]]] = {
    "kind": lambda value, names: kind_words(value),
    "attribute": lambda value, names: words.attribute(value),
    "form": lambda value, names: form_name(value),
    "occurred": _date,
    "extent": _plain,
    "firmness": _plain,
    "outcome": _plain,
    "attribution": _plain,
    "fact_level": _plain,
}


_TERMS: Final[dict[str, Kind]] = {
    term: kind for kind in reversed(KINDS.values()) for term in kind.words
}
"""A kind that has the term; terms of one name mean the same in every kind, but for the value of a fact."""


@cache
def _shapes() -> dict[str, Shape]:
    """How each field of any event reads; where types differ between events, by its shape as JSON."""
    found: dict[str, Shape] = {}
    for event in EVENT_TYPES.values():
        for name, shape in shapes_of(event).items():
            shapes = {shape, found.get(name, shape)}
            # one company, a list of them, and whoever is no company but named in words, read alike
            alike = shapes <= {"company", "companies", "text"}
            found[name] = shape if len(shapes) == 1 else "companies" if alike else "text"
    return found


def label_of(name: str) -> str:
    """What a field is called beside its value."""
    return _TERMS[name].words[name].label if name in _TERMS else name.replace("_", " ")


def field_words(name: str, value: Any, names: Names) -> str:
    """The value of a field in words; "nothing" where there is none."""
    if value is None:
        return nothing()
    told = _SAY.get(name)
    if told is not None and isinstance(value, str):
        return told(value, names)
    if name in _TERMS and (_shapes()[name] != "text" or name in PARTS):
        return term_words(_TERMS[name], name, value, names)
    return say(_shapes().get(name, "text"), value, names)


def field_rows(
    fields: Mapping[str, Any], names: Names, replaced: Mapping[str, Any] | None = None
) -> Iterator[Row]:
    """Every field with its label; the changes of a correction one by one, after what they replaced."""
    for name, value in fields.items():
        if name == "changes" and isinstance(value, Mapping):
            for each, new in value.items():
                yield label_of(each), change_words(each, (replaced or {}).get(each), new, names)
        else:
            yield label_of(name), field_words(name, value, names)


def change_words(name: str, before: Any, after: Any, names: Names) -> str:
    """A field that became another: "JPY 118 a share → JPY 88 a share"."""
    return f"{field_words(name, before, names)} → {field_words(name, after, names)}"


def type_words(event_type: str) -> str:
    """An event type in words: "deal announced", "correction"."""
    return tr_as("event", RECORDS.get(event_type, event_type.replace("_", " ")))


RECORDS: Final = {
    "event_corrected": "correction",
    "event_retracted": "retraction",
    "event_disputed": "dispute",
    "event_erased": "erasure",
}
