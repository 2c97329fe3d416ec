"""What an event told, in one sentence with names: the lines of news, and of what a network plays.

"Acquisition of Twitter by Elon Musk completed", "Hon Hai Precision Industry manufactures for Apple".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from timeline.answers import CompanyItem
from timeline.model.kinds import KINDS
from timeline.model.values import Subject
from timeline.render.fields import type_words
from timeline.render.text import capital
from timeline.render.titles import title, with_article
from timeline.render.words import Names, name_of

_ABOUT_RECORD: Final = ("event_corrected", "event_retracted", "event_disputed", "event_erased")

_RIGHTS: Final = {
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
        return f"{title(item, None, names)}: {type_words(type_)}"
    say = _SENTENCES.get(kind, _done)
    return say(item, type_, names) or f"{title(item, None, names)}: {_verb(kind, type_)}"


def _verb(kind: str, type_: str) -> str:
    """What happened: "announced", "bid rejected", "joint venture formed"."""
    return type_words(type_).removeprefix(f"{kind} ")


def _done(item: CompanyItem, type_: str, names: Names) -> str | None:
    if not type_.startswith("deal_") and type_ != "rumour_denied":
        return None
    return f"{title(item, None, names)} {_verb(Subject.of(item.subject).kind, type_)}"


def _rumour(item: CompanyItem, type_: str, names: Names) -> str | None:
    if type_ == "rumour_reported":
        return title(item, None, names)
    return _done(item, type_, names)


def _relationship(item: CompanyItem, type_: str, names: Names) -> str | None:
    phrase = KINDS["relationship"].phrases.get(item.kind or "")
    one, other = item.terms.get("from"), item.terms.get("to")
    if phrase is None or one is None or other is None:
        return None
    said = phrase[0].format(name_of(other, names))
    noun = said.split(" ", 1)[0] in ("Parent", "Partner", "Related")
    ended = type_ == "relationship_ended"
    verb = ("is no longer " if ended else "is ") if noun else ("no longer " if ended else "")
    return f"{name_of(one, names)} {verb}{said[0].lower()}{said[1:]}"


def _right(item: CompanyItem, type_: str, names: Names) -> str | None:
    holder, grantor = item.terms.get("holder"), item.terms.get("grantor")
    if type_ not in _RIGHTS or holder is None or grantor is None:
        return None
    right = KINDS["right"].noun(item.kind)
    said = _RIGHTS[type_].format(
        holder=name_of(holder, names), grantor=name_of(grantor, names), right=right,
        a_right=with_article(right, item.kind),
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
