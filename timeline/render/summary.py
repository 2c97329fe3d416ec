"""A state in one line: how many items of each sort stand how, and when the last news came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from timeline.answers import CompanyItem
from timeline.answers.model import Told
from timeline.model.kinds import KINDS, claim_term_of
from timeline.model.values import Subject
from timeline.render.status import status_words
from timeline.render.titles import with_article
from timeline.render.words import date

_MOST: Final = 8  # sorts of items that are told one by one


_COUNTED: Final = {
    "supply": "supply deal",
    "capacity": "capacity deal",
    "contract manufacturing": "manufacturing deal",
    "research and development": "research deal",
    "financing": "financing deal",
    "early access": "early-access right",
    "exclusivity": "exclusive right",
}
"""What to count where the noun of a kind has no plural."""


_RUMOURED: Final = {
    "end": "the end of",
    "change": "a change of",
    "delay": "a delay of",
    "decision": "a decision on",
}
"""What is rumoured of a deal, unless that it begins."""


def summary(items: Sequence[CompanyItem], told: Mapping[str, Told]) -> str:
    """How the items stand: "1 acquisition denied, 2 alliances announced; last news 26 Feb 2026".

    Empty without items. The last news is that of the reports ``told``, by subject.
    """
    if not items:
        return ""
    sorts = Counter(_sort(item) for item in items)
    parts = [
        f"{count} {noun if count == 1 else plural(noun)} {status}".rstrip()
        for (noun, status), count in list(sorts.items())[:_MOST]
    ]
    more = sum(list(sorts.values())[_MOST:])
    if more:
        parts.append(f"{more} more")
    last = max((each.last for each in _told(items, told) if each.last), default=None)
    news = f"; last news {date(last)}" if last else ""
    return f"{', '.join(parts)}{news}"


def reports_words(told: Told) -> str:
    """How many reports stand behind an item: "3 reports, the last of 26 Feb 2026"."""
    if not told.reports:
        return "no report is named"
    last = (
        ""
        if told.last is None
        else f"{'' if told.reports == 1 else ', the last'} of {date(told.last)}"
    )
    return f"{told.reports:,} report{'' if told.reports == 1 else 's'}{last}"


def plural(noun: str) -> str:
    """More than one of it: "rights of first refusal", "board seats", "companies"."""
    head, of, rest = noun.partition(" of ")
    if head.endswith("y") and head[-2:-1] not in "aeiou":
        head = f"{head[:-1]}ies"
    elif head.endswith(("s", "x", "ch", "sh")):
        head = f"{head}es"
    else:
        head = f"{head}s"
    return f"{head}{of}{rest}"


def _told(items: Iterable[CompanyItem], told: Mapping[str, Told]) -> Iterable[Told]:
    return (told[item.subject] for item in items if item.subject in told)


def _sort(item: CompanyItem) -> tuple[str, str]:
    """What the item is and how it stands: ("acquisition", "terminated (contested)")."""
    kind = KINDS[Subject.of(item.subject).kind]
    status = status_words(item.status)
    if claim_term_of(item.subject) is not None:
        return "fact", "" if item.status == "stated" else status
    named = kind.name != "relationship" and (item.kind or "other") != "other"
    noun = kind.noun(item.kind) if named else kind.name
    noun = _COUNTED.get(noun, noun)
    if kind.name == "rumour":
        begins = item.terms.get("of", "begin") == "begin"
        if begins and item.status == "open":
            status = "rumoured"
        elif not (begins and item.status == "denied"):
            what = _RUMOURED.get(item.terms.get("of", "begin"))
            if what is not None:
                noun = f"rumour of {what} {with_article(noun, None)}"
            else:
                noun = f"{noun} rumour" if named else noun
    contested = item.certainty == "contested"
    return noun, f"{status} (contested)" if contested else status
