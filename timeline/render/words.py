"""Values in words for people: as precise as the data, and never more or less.

Digits are neither invented nor dropped: 5,812,000,000 is "5.812 bn", and what no short number says
exactly is written out. Vague dates stay vague.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from timeline.language import is_english, speech, tr, tr_as
from timeline.model import dates, short_forms
from timeline.model.kinds.event import Kind
from timeline.model.values import Comparison, Horizon, Money, Parties, Quantity, Share
from timeline.render import measures
from timeline.render.text import join, listing

UNDISCLOSED: Final = "undisclosed"

Names = Mapping[str, str]
"""What companies are called, by id; one that is missing is called by its id."""


def name_of(company: str, names: Names) -> str:
    """What to call a company."""
    default = tr("an undisclosed party") if company == UNDISCLOSED else company
    return names.get(company, default)


# --- values, in the short forms that files may hold as well ----------------------------------------


def money(value: Mapping[str, Any], *, reported: bool = True) -> str:
    """An amount: "up to USD 5.8 bn", "USD 2–3 bn a year (reported as EUR 1.7–2.6 bn a year)"."""
    if not reported:
        value = {name: each for name, each in value.items() if name != "reported_as"}
    return short_forms.write(Money, value) if is_english() else measures.money(value)


def share(value: Mapping[str, Any]) -> str:
    """A share: "65.86 %", "50–60 %", "more than half"."""
    return short_forms.write(Share, value) if is_english() else measures.share(value)


def quantity(value: Mapping[str, Any]) -> str:
    """A number of things: "44.3 mn shares", "up to 10 GW"."""
    return short_forms.write(Quantity, value) if is_english() else measures.quantity(value)


def horizon(value: Mapping[str, Any]) -> str:
    """A span of time ahead: "3–5 years", "up to 18 months from 2025"."""
    length = {name: each for name, each in value.items() if name != "from"}
    said = short_forms.write(Horizon, length) if is_english() else measures.horizon(length)
    return (
        tr("{span} from {date}", span=said, date=date(value["from"])) if "from" in value else said
    )


def amount(value: Mapping[str, Any], span: Mapping[str, Any] | None = None) -> str:
    """An amount over a span: "USD 2–3 bn a year for 3–5 years"."""
    said = money(value, reported=False)
    others = money(value).removeprefix(said)
    return (tr("{amount} for {span}", amount=said, span=horizon(span)) if span else said) + others


# --- dates --------------------------------------------------------------------------------------


def date(text: str) -> str:
    """An EDTF date in words, as imprecise as it is: "21 Nov 2025", "about spring 2025"."""
    return dates.describe(text, speech())


def stretch(text: str) -> str:
    """An EDTF date that says how long something lasts, in words: "2025 to 2027", "from March 2025"."""
    return dates.describe_stretch(text, speech())


def since(text: str) -> str:
    """An EDTF date as it reads after "since": "21 Nov 2025 or earlier", "some day in 2025"."""
    if not is_english():
        return dates.describe(text, speech("since"))
    said = dates.describe(text)
    if said.startswith("by ") and "," not in text:
        return f"{said.removeprefix('by ')} or earlier"
    if text.endswith(("/..", "/")):  # it goes on from March 2025
        return said.removesuffix(" or later")
    return said if "some " in said else said.replace("between", "some day between")


# --- what is said of a company -----------------------------------------------------------------------

_ACRONYMS: Final = (
    "ai", "ceo", "cfo", "dei", "ebit", "ebitda", "eps", "esg", "eu", "ev", "gaap", "ifrs", "ipo", "it",
    "uk", "us",
)  # fmt: skip
_CAPITALS: Final = {
    **{each: each.upper() for each in _ACRONYMS},
    "evs": "EVs",
    "iphone": "iPhone",
    "iphones": "iPhones",
}
"""Words that are written otherwise than an attribute can spell them."""


def attribute(code: str) -> str:
    """What is said of a company, in words: "business.ai-servers" is "business: AI servers"."""
    parts = (part.replace("_", " ").replace("-", " ").split(" ") for part in code.split("."))
    return ": ".join(" ".join(_CAPITALS.get(word, word) for word in part) for part in parts)


def noun(kind: Kind, item_kind: str | None) -> str:
    """What an item of a kind is called: "joint venture"."""
    return tr_as("noun", kind.noun(item_kind))


# --- everything else ------------------------------------------------------------------------------


def comparison(value: Mapping[str, Any]) -> str:
    """How a value stands to another: "overtook smartphones"."""
    return short_forms.write(Comparison, value) if is_english() else measures.comparison(value)


def roles(held: list[str]) -> str:
    """``designer and manufacturer``; who gave a right is called so."""
    return join(tr_as("role", "giver" if role == "grantor" else role) for role in held)


def parties(value: Mapping[str, list[str]], names: Names) -> str:
    """Who takes part, and as what: "Foxconn (designer and manufacturer), OpenAI (partner)"."""
    return ", ".join(f"{name_of(each, names)} ({roles(held)})" for each, held in value.items())


def value_in_words(value: Any, names: Names | None = None) -> str:
    """Any value of a term, a step, a table or of the author's own, by its shape."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return tr("yes") if value else tr("no")
    if isinstance(value, list | tuple):
        return listing(value_in_words(each, names) for each in value)
    if not isinstance(value, Mapping):
        return str(value)
    for shape, say in _SHAPES if value else ():
        if _has_shape(value, shape):
            return say(value)
    if value and _has_shape(value, Parties):
        return parties(value, names or {})
    return listing(f"{key}: {value_in_words(each, names)}" for key, each in value.items())


_SHAPES: Final[tuple[tuple[Any, Callable[[Mapping[str, Any]], str]], ...]] = (
    (Money, money),
    (Horizon, horizon),
    (Quantity, quantity),
    (Comparison, comparison),
    (Share, share),
)


def _has_shape(value: Mapping[str, Any], shape: Any) -> bool:
    """Whether it is such a value in everything: anything may stand under ``extra``."""
    try:
        msgspec.convert(value, shape)
    except msgspec.ValidationError:
        return False
    return True
