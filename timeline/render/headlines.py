"""What an event told, in one sentence with names: the lines of news, and of what a network plays.

"Acquisition of Twitter by Elon Musk completed", "Hon Hai Precision Industry manufactures for Apple".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from timeline.answers import CompanyItem
from timeline.language import tr, tr_as
from timeline.model.kinds import KINDS
from timeline.model.values import Subject
from timeline.render.fields import type_words
from timeline.render.text import capital
from timeline.render.titles import a_right, title
from timeline.render.words import Names, name_of, noun

_ABOUT_RECORD: Final = ("event_corrected", "event_retracted", "event_disputed", "event_erased")

RIGHTS: Final = {
    "right_granted": "{grantor} grants {holder} {a_right}",
    "right_exercised": "{holder} exercises its {right} from {grantor}",
    "right_lapsed": "{holder} loses its {right} from {grantor}",
}


def headline(item: CompanyItem, type_: str, names: Names) -> str:
    """An event of a type about an item, in a sentence without a full stop.

    Where no sentence is known for it, what the item is and what happened to it.
    """
    kind = Subject.of(item.subject).kind
    if type_ in _ABOUT_RECORD:
        return tr("{who}: {what}", who=title(item, None, names), what=type_words(type_))
    say = _SENTENCES.get(kind, _done)
    said = say(item, type_, names)
    return said or tr("{who}: {what}", who=title(item, None, names), what=_verb(kind, type_))


def _verb(kind: str, type_: str) -> str:
    """What happened: "announced", "bid rejected", "joint venture formed"."""
    return tr_as("happened", type_.replace("_", " ").removeprefix(f"{kind} "))


def _done(item: CompanyItem, type_: str, names: Names) -> str | None:
    if not type_.startswith("deal_") and type_ != "rumour_denied":
        return None
    happened = _verb(Subject.of(item.subject).kind, type_)
    return tr_as("headline", "{what} {happened}", what=title(item, None, names), happened=happened)


def _rumour(item: CompanyItem, type_: str, names: Names) -> str | None:
    if type_ == "rumour_reported":
        return title(item, None, names)
    return _done(item, type_, names)


def _relationship(item: CompanyItem, type_: str, names: Names) -> str | None:
    phrase = KINDS["relationship"].phrases.get(item.kind or "")
    one, other = item.terms.get("from"), item.terms.get("to")
    if phrase is None or one is None or other is None:
        return None
    sentence = tie_sentence(phrase[0], ended=type_ == "relationship_ended")
    return tr_as("headline", sentence, one=name_of(one, names), other=name_of(other, names))


def tie_sentence(phrase: str, *, ended: bool) -> str:
    """The English sentence of a relationship's phrase: "{one} no longer supplies {other}"."""
    noun = phrase.split(" ", 1)[0] in ("Parent", "Partner", "Related")
    verb = ("is no longer " if ended else "is ") if noun else ("no longer " if ended else "")
    return f"{{one}} {verb}{phrase[0].lower()}{phrase[1:].format('{other}')}"


def _right(item: CompanyItem, type_: str, names: Names) -> str | None:
    holder, grantor = item.terms.get("holder"), item.terms.get("grantor")
    if type_ not in RIGHTS or holder is None or grantor is None:
        return None
    said = tr_as(
        "headline", RIGHTS[type_], holder=name_of(holder, names), grantor=name_of(grantor, names),
        right=noun(KINDS["right"], item.kind), a_right=a_right(item.kind),
    )  # fmt: skip
    return capital(said)


def _fact(item: CompanyItem, type_: str, names: Names) -> str | None:
    return title(item, None, names) if type_ == "fact_stated" else None


_SENTENCES: Final[dict[str, Callable[[CompanyItem, str, Names], str | None]]] = {
    "relationship": _relationship,
    "right": _right,
    "rumour": _rumour,
    "fact": _fact,
}
