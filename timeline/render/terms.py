"""The terms of an item that a reader cares about, and what happened besides, in words.

What the title says already is not said again. JSON has every field as it is stored.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

from timeline.answers import CompanyItem
from timeline.model.kinds import EVENT_TYPES, KINDS
from timeline.model.kinds.event import Kind
from timeline.model.kinds.shapes import Shape, shape_of, shapes_of
from timeline.model.subject import Subject
from timeline.render import titles, words
from timeline.render.text import join
from timeline.render.words import Names, name_of, value_in_words

Row: TypeAlias = tuple[str, str]
"""A label of at most eleven letters, and text."""


def say(shape: Shape, value: Any, names: Names) -> str:
    """A value in words, by the shape that its type gives it."""
    match shape:
        case "company" | "companies":
            return join(
                name_of(each, names) for each in ([value] if isinstance(value, str) else value)
            )
        case "date":
            return words.date(value)
        case "money":
            return words.money(value)
        case "share":
            return words.share(value)
        case "horizon":
            return words.horizon(value)
        case _:
            return value_in_words(value, names)


def term_words(kind: Kind, term: str, value: Any, names: Names) -> str:
    """The value of a term as it reads beside its label: "expected by 2027", "JPY 88 a share"."""
    told, shape = kind.words[term], shape_of(kind, term)
    # "expected by 2027": an open start is a deadline
    said = (
        words.expected(value) if shape == "date" and told.form != "{}" else say(shape, value, names)
    )
    return said if said.startswith("by ") and told.form == "by {}" else told.form.format(said)


FORMS: Final = {
    "loi": "letter of intent",
    "mou": "memorandum of understanding",
    "term_sheet": "term sheet",
    "definitive": "definitive agreement",
}


def term_rows(item: CompanyItem, names: Names) -> Iterator[Row]:
    """The terms in words, each with its label, in an order made for reading."""
    terms = item.terms
    kind = KINDS[Subject.of(item.subject).kind]
    yield from _others(item, names)
    if form := _form(terms):
        yield "form", form
    for term, told in kind.words.items():
        if term in terms and not told.told_apart:
            yield told.label, term_words(kind, term, terms[term], names)
    for term, value in terms.items():  # of a vocabulary that is newer than these words
        if term not in kind.words:
            yield term.replace("_", " "), value_in_words(value, names)


def _others(item: CompanyItem, names: Names) -> Iterator[Row]:
    parties: Mapping[str, list[str]] = item.terms.get("parties", {})
    said = {
        other: held
        for other, held in parties.items()
        if other in item.counterparties and not titles.implied(item, other, held)
    }
    if said:
        yield (
            "others",
            "; ".join(
                f"{name_of(other, names)} as {words.roles(held)}" for other, held in said.items()
            ),
        )


def _form(terms: Mapping[str, Any]) -> str:
    form = FORMS.get(terms.get("form", ""), "")
    if "binding" not in terms:
        return form
    binding = "binding" if terms["binding"] else "not binding"
    return f"{form}, {binding}" if form else binding


# --- steps: what events carry besides the terms ---------------------------------------------------

_ENVELOPE: Final = frozenset({"event", "type", "occurred"})
_FIELD: Final = re.compile(r"\{(\w+)\}")


def step_words(step: Mapping[str, Any], names: Names) -> str:
    """What happened, in a line: "2016-06-23: approval granted by Sharp's shareholders"."""
    type_ = step["type"]
    rest = {name: value for name, value in step.items() if name not in _ENVELOPE}
    event = EVENT_TYPES.get(type_)  # none in a vocabulary that is newer than this program

    def taken_in(field: re.Match[str]) -> str:
        assert event is not None
        shape = shapes_of(event)[field[1]]
        return say(shape, rest.pop(field[1]), names).replace("_", " ")

    said = ["" if event is None else _FIELD.sub(taken_in, event.step)]
    if rest.pop("assumed", False):
        said.append("as the source infers")
    if rest.pop("part", False):
        said.append("in part")
    if "amount" in rest:
        said.append(f"for {words.money(rest.pop('amount'))}")
    if rest.pop("extent", "full") == "partial":
        said.append("in part")
    said += [
        f"{name} {say('companies', rest.pop(name), names)}"
        for name in ("by", "against", "to")
        if name in rest
    ]
    if rest.pop("as_party", True) is False:
        said.append("though not as a party")
    after = [value_in_words(rest.pop(name)) for name in ("reason", "alternative") if name in rest]
    if "fee" in rest:
        after.append(f"fee {words.money(rest.pop('fee'))}")
    after += [f"{name.replace('_', ' ')} {value_in_words(value)}" for name, value in rest.items()]
    sentence = " ".join(filter(None, said)) or type_.replace("_", " ")
    return (
        f"{words.date(step['occurred'])}: {' – '.join(filter(None, [sentence, '; '.join(after)]))}"
    )
