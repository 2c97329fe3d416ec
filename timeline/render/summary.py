"""A state in one line: how many items of each sort stand how, and when the last news came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from timeline.answers import CompanyItem
from timeline.answers.model import Told
from timeline.language import tr, tr_as, tr_count
from timeline.model.kinds import KINDS, claim_term_of
from timeline.model.values import Subject
from timeline.render.status import status_words
from timeline.render.titles import with_article
from timeline.render.words import date

_MOST: Final = 8  # sorts of items that are told one by one


COUNTED: Final = {
    "supply": "supply deal",
    "capacity": "capacity deal",
    "contract manufacturing": "manufacturing deal",
    "research and development": "research deal",
    "financing": "financing deal",
    "early access": "early-access right",
    "exclusivity": "exclusive right",
}
"""What to count where the noun of a kind has no plural."""


RUMOURED: Final = {
    "end": "{count} rumour of the end of {a_deal}",
    "change": "{count} rumour of a change of {a_deal}",
    "delay": "{count} rumour of a delay of {a_deal}",
    "decision": "{count} rumour of a decision on {a_deal}",
}
"""What is rumoured of a deal, unless that it begins."""


def summary(items: Sequence[CompanyItem], told: Mapping[str, Told]) -> str:
    """How the items stand: "1 acquisition denied, 2 alliances announced; last news 26 Feb 2026".

    Empty without items. The last news is that of the reports ``told``, by subject.
    """
    if not items:
        return ""
    sorts = Counter(_sort(item) for item in items)
    parts = [_counted(sort, count) for sort, count in list(sorts.items())[:_MOST]]
    more = sum(list(sorts.values())[_MOST:])
    if more:
        parts.append(tr("{count} more", count=more))
    last = max((each.last for each in _told(items, told) if each.last), default=None)
    said = ", ".join(parts)
    return tr("{items}; last news {day}", items=said, day=date(last)) if last else said


def reports_words(told: Told) -> str:
    """How many reports stand behind an item: "3 reports, the last of 26 Feb 2026"."""
    if not told.reports:
        return tr("no report is named")
    if told.last is None:
        return tr_count("{count} report", "{count} reports", told.reports)
    one, many = "{count} report of {day}", "{count} reports, the last of {day}"
    return tr_count(one, many, told.reports, day=date(told.last))


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


class _Sort(NamedTuple):
    """What items are, as a sentence about a number of them, and how they stand."""

    one: str
    a_deal: str = ""
    noun: str = ""
    status: str = ""


def _counted(sort: _Sort, count: int) -> str:
    """So many items of a sort: "2 alliances announced"."""
    said = tr_count(
        sort.one, plural_of(sort.one), count, count=count, a_deal=sort.a_deal, noun=sort.noun
    )
    return tr_as("summary", "{items} {status}", items=said, status=sort.status).rstrip()


def counted_noun(noun: str) -> str:
    """The English sentence about one item: "{count} supply deal"."""
    return f"{{count}} {COUNTED.get(noun, noun)}"


def plural_of(one: str) -> str:
    """The English sentence about several: "{count} supply deals"."""
    return f"{{count}} {plural(one.removeprefix('{count} '))}"


def _sort(item: CompanyItem) -> _Sort:
    """What the item is and how it stands: an acquisition, "terminated (contested)"."""
    kind = KINDS[Subject.of(item.subject).kind]
    status = status_words(item.status)
    if claim_term_of(item.subject) is not None:
        return _Sort(counted_noun("fact"), status="" if item.status == "stated" else status)
    named = kind.name != "relationship" and (item.kind or "other") != "other"
    noun = kind.noun(item.kind) if named else kind.name
    sort = _Sort(counted_noun(noun))
    if kind.name == "rumour":
        of = item.terms.get("of", "begin")
        if of == "begin" and item.status == "open":
            status = tr_as("status", "rumoured")
        elif of in RUMOURED:
            a_deal = tr_as("object", with_article(COUNTED.get(noun, noun), None))
            sort = _Sort(RUMOURED[of], a_deal)
        elif item.status != "denied" and named:
            named_so = tr_as("noun", COUNTED.get(noun, noun))
            sort = _Sort("{count} {noun} rumour", noun=named_so)
    if item.certainty == "contested":
        status = tr("{status} (contested)", status=status)
    return sort._replace(status=status)
