"""Any field of an event or an item in words: a label, and the value as the state shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from timeline.render import words
from timeline.render.terms import FORMS, LABELS, Row
from timeline.render.text import join
from timeline.render.titles import noun
from timeline.render.words import Names, name_of, value_in_words

NOTHING: Final = "nothing"


def _companies(value: str | list[str], names: Names) -> str:
    return join(name_of(each, names) for each in ([value] if isinstance(value, str) else value))


def _plain(value: Any, names: Names) -> str:
    return str(value).replace("_", " ")


def _date(value: str, names: Names) -> str:
    return words.date(value)


_SAY: Final[dict[str, Callable[[Any, Names], str]]] = {
    "kind": lambda value, names: noun(value) if isinstance(value, str) else str(value),
    "form": lambda value, names: FORMS.get(value, value),
    "occurred": _date,
    "period": _date,
    "extent": _plain,
    "firmness": _plain,
    "outcome": _plain,
    "attribution": _plain,
    "fact_level": _plain,
    **dict.fromkeys(
        ("by", "against", "from", "to", "holder", "grantor", "actor", "company", "successor"),
        _companies,
    ),
}


def label_of(name: str) -> str:
    """What a field is called beside its value."""
    return LABELS[name][0] if name in LABELS else name.replace("_", " ")


def field_words(name: str, value: Any, names: Names) -> str:
    """The value of a field in words; "nothing" where there is none."""
    if value is None:
        return NOTHING
    say = _SAY.get(name)
    if say is not None and isinstance(value, str | list):
        return say(value, names)
    # the value of a fact may be anything, and that of a deal is money
    if name in LABELS and not (name == "value" and not _is_money(value)):
        return LABELS[name][1](value, names)
    return value_in_words(value, names)


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


def _is_money(value: Any) -> bool:
    return isinstance(value, Mapping) and "currency" in value


def type_words(event_type: str) -> str:
    """An event type in words: "deal announced", "correction"."""
    return _RECORDS.get(event_type, event_type.replace("_", " "))


_RECORDS: Final = {
    "event_corrected": "correction",
    "event_retracted": "retraction",
    "event_disputed": "dispute",
    "event_erased": "erasure",
}
