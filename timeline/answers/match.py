"""Companies that are probably registered twice: with reasons, for a person to decide."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from itertools import combinations
from typing import TypeAlias

from msgspec import Struct

from timeline.answers.view import View
from timeline.model.identity import Pair
from timeline.store.companies import HandleRow, read_all_handles, read_judgements

Alike: TypeAlias = Callable[[Mapping[str, str]], Iterable[tuple[str, str, int]]]
"""Pairs of companies whose names are alike, with points of 100, from the names by id."""

_NAMES = ("name", "alias", "former name")
_MOST_SHARING = 20
"""Companies that share a name which says nothing: they are not compared with each other."""


class Match(Struct, frozen=True, kw_only=True):
    """Two companies that may be one, and why."""

    company: str
    name: str
    other: str
    other_name: str
    score: int
    """Of 100; an identifier that both have counts most."""
    reasons: list[str]


def match(view: View, alike: Alike) -> list[Match]:
    """Likely duplicates, most likely first; pairs that were judged are decided and left out.

    Nothing is decided here: ``timeline judge`` records what a person decides.
    """
    rows = list(read_all_handles(view.connection))
    names = {row.company: row.value for row in rows if row.matched == "name"}
    scores: dict[Pair, int] = {}
    reasons: defaultdict[Pair, list[str]] = defaultdict(list)

    def add(pair: Iterable[str], score: int, reason: str) -> None:
        one, other = sorted(pair)
        if one in names and other in names and reason not in reasons[one, other]:
            scores[one, other] = max(score, scores.get((one, other), 0))
            reasons[one, other].append(reason)

    for (matched, value), companies in _sharing(rows, identifiers=True):
        for pair in combinations(companies, 2):
            add(pair, 100, f"the same {matched} {value}")
    for (_, value), companies in _sharing(rows, identifiers=False):
        for pair in combinations(companies, 2):
            add(pair, 95, f'the same name "{value}", but for its spelling or legal form')
    for one, other, score in alike(names):
        add((one, other), score, f"names that are {score} % alike")
    judged = {
        pair
        for judgement in read_judgements(view.connection, view.at.position)
        for pair in combinations(sorted(judgement.companies), 2)
    }
    of = view.identity.of
    found = [
        Match(
            company=one, name=names[one], other=other, other_name=names[other],
            score=score, reasons=reasons[one, other],
        )
        for (one, other), score in scores.items()
        if (one, other) not in judged and of(one) != of(other)
    ]  # fmt: skip
    return sorted(found, key=lambda each: (-each.score, each.company, each.other))


def _sharing(
    rows: Iterable[HandleRow], *, identifiers: bool
) -> list[tuple[tuple[str, str], list[str]]]:
    """The identifiers, or the folded names, that several companies have, with these."""
    having: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows:
        if row.matched != "id" and (row.matched not in _NAMES) == identifiers:
            key = (row.matched, row.value) if identifiers else ("name", row.folded)
            having[key].add(row.company)
    return sorted((k, sorted(some)) for k, some in having.items() if 1 < len(some) <= _MOST_SHARING)
