"""New companies that are probably known by another spelling: listed for a person, never merged.

Comparing every name with every other takes the square of their number; names are compared only where
they share a word, their beginning or their end. RapidFuzz does it in C++.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from msgspec import Struct

from timeline.importers.slugs import base_name, slug_of

ENOUGH = 88
"""Points of 100 from which two names are likely the same."""
_COMMON = 300
"""Names that share a word which says nothing: group, bank, systems."""
MOST = 1000
"""Pairs that are listed."""


class Likely(Struct, frozen=True):
    """A new company, and one that looks like it."""

    company: str
    name: str
    like: str
    like_name: str
    score: int


def likely_duplicates(names: Mapping[str, str], new: Iterable[str]) -> list[Likely]:
    """Pairs of a new company and another one by their ids, most alike first."""
    from rapidfuzz import fuzz, process

    fresh = list(new)
    if not fresh:
        return []
    bases = {company: slug_of(base_name(name)).replace("-", " ") for company, name in names.items()}
    blocks: defaultdict[str, list[str]] = defaultdict(list)
    for company, base in bases.items():
        for key in _keys(base):
            blocks[key].append(company)
    order = {company: number for number, company in enumerate(names)}
    found: list[Likely] = []
    for company in fresh:
        base = bases[company]
        others = {
            other: bases[other]
            for key in _keys(base)
            if len(blocks[key]) <= _COMMON
            for other in blocks[key]
            # each pair once, and names with other numbers in them are other companies
            if order[other] < order[company] and _digits(bases[other]) == _digits(base)
        }
        scores: dict[str, float] = {}
        # words in any order, and words that were written together
        for scorer, prepare in ((fuzz.token_sort_ratio, None), (fuzz.ratio, _compact)):
            for _, score, other in process.extract(
                base, others, scorer=scorer, processor=prepare, score_cutoff=ENOUGH, limit=5
            ):
                scores[other] = max(score, scores.get(other, 0))
        for other, score in scores.items():
            found.append(Likely(company, names[company], other, names[other], round(score)))
    found.sort(key=lambda pair: (-pair.score, pair.company, pair.like))
    return found[:MOST]


def _keys(base: str) -> set[str]:
    compact = base.replace(" ", "")
    keys = {word for word in base.split() if len(word) > 3}
    if len(compact) > 3:
        keys |= {f"^{compact[:4]}", f"{compact[-4:]}$"}
    return keys or {compact}


def _compact(text: str) -> str:
    return text.replace(" ", "")


def _digits(text: str) -> str:
    return "".join(re.findall(r"\d+", text))
