"""Which companies are one: what was judged of them, and the id under which each is shown.

Pure. A judgement is bookkeeping: it holds at every day, and for whatever was known. docs/concepts.md has the
rules.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import combinations
from typing import Any, Final, TypeAlias

from msgspec import Struct, inspect

from timeline.model.kinds import EVENT_TYPES, KINDS
from timeline.model.record import Entry, judge
from timeline.model.values import END_OF_TIME, Fields

Subject: TypeAlias = str
Company: TypeAlias = str

JUDGED: Final = "companies_judged"

Pair: TypeAlias = tuple[Company, Company]


class Judgement(Struct, frozen=True):
    """That some companies are the same, or are different ones."""

    position: int
    companies: tuple[Company, ...]
    same: bool


def judgements_of(entries: Iterable[Entry]) -> list[Judgement]:
    """The judgements among the events of some companies that count: not retracted, as corrected.

    Judging is bookkeeping, so ``known`` and ``occurred`` do not matter.
    """
    by_subject: defaultdict[Subject, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_subject[entry.subject].append(entry)
    found = [
        Judgement(
            entry.position, tuple(entry.fields["companies"]), entry.fields["judgement"] == "same"
        )
        for told in by_subject.values()
        for entry in judge(told, END_OF_TIME).counting
        if entry.type == JUDGED
    ]
    return sorted(found, key=lambda judgement: judgement.position)


class Identity(Struct, frozen=True):
    """Which companies are one. Without judgements every company is itself."""

    first: Mapping[Company, Company] = {}
    """The id registered first, by every id that is one of several; empty where no company is another."""

    def of(self, company: Company) -> Company:
        """The id under which a company is shown."""
        return self.first.get(company, company)

    def ids(self, company: Company) -> list[Company]:
        """All ids of a company: the one that is shown, then the others, sorted."""
        shown = self.of(company)
        return [shown, *self.merged(shown)]

    def merged(self, shown: Company) -> list[Company]:
        """The other ids of a company that is shown, sorted."""
        return sorted(other for other, first in self.first.items() if first == shown != other)

    def parties(self, parties: Mapping[Company, list[str]]) -> dict[Company, list[str]]:
        """Parties under the ids that are shown: one that is there twice has the roles of both."""
        found: dict[Company, list[str]] = {}
        for company, roles in sorted(parties.items()):  # JSON has no order of its own
            held = found.setdefault(self.of(company), [])
            held += [role for role in roles if role not in held]
        return found

    def terms(self, kind: str, terms: Fields) -> Fields:
        """Terms of a kind of subject with the companies in them under the ids that are shown."""
        return self._renamed(KINDS[kind].base, terms)

    def step(self, step: Fields) -> Fields:
        """A step with the companies in it under the ids that are shown."""
        shown = self._renamed(EVENT_TYPES[step["type"]], step)
        if "authority" in shown:  # a text, or a company
            shown["authority"] = self.of(shown["authority"])
        return shown

    def changed(self, kind: str, changed: Mapping[str, Fields]) -> dict[str, Fields]:
        """What changed, with the companies in the values before under the ids that are shown."""
        return {
            name: each | {"before": self.terms(kind, {name: each["before"]})[name]}
            for name, each in changed.items()
        }

    def _renamed(self, struct: type[Struct], fields: Fields) -> Fields:
        naming = _naming(struct)
        return {
            name: self._value(naming[name], value) if name in naming else value
            for name, value in fields.items()
        }

    def _value(self, naming: _Naming, value: Any) -> Any:
        if isinstance(value, str):
            return self.of(value) if naming.itself else value
        if isinstance(value, list):
            return list(_once([self._value(naming, each) for each in value]))
        if not isinstance(value, dict):
            return value
        if naming.keys:
            return self.parties(value)
        return {
            name: self._value(naming.inside[name], each) if name in naming.inside else each
            for name, each in value.items()
        }


def _once(values: list[Any]) -> Iterator[Any]:
    """The values, without an id that comes again."""
    seen: set[str] = set()
    for value in values:
        if not isinstance(value, str):
            yield value
        elif value not in seen:
            seen.add(value)
            yield value


NOBODY: Final = Identity()
"""No company is another one."""


def identity(judgements: Iterable[Judgement], registered: Mapping[Company, int]) -> Identity:
    """Which companies are one by all judgements; ``registered`` is the position of each registration."""
    first: dict[Company, Company] = {}
    for tied in _tied(_last_words(judgements)):
        shown = min(tied, key=lambda company: (registered.get(company, 2**62), company))
        first |= dict.fromkeys(tied, shown)
    return Identity(first)


def contradiction(judgements: Iterable[Judgement]) -> Pair | None:
    """Two companies that judgements make one although they were judged different; None if there are none."""
    words = _last_words(judgements)
    apart = {pair for pair, same in words.items() if not same}
    for tied in _tied(words):
        for pair in combinations(sorted(tied), 2):
            if pair in apart:
                return pair
    return None


def _last_words(judgements: Iterable[Judgement]) -> dict[Pair, bool]:
    """Whether each pair that was ever judged is the same, by the last judgement of it."""
    words: dict[Pair, bool] = {}
    for judgement in sorted(judgements, key=lambda each: each.position):
        for pair in combinations(sorted(set(judgement.companies)), 2):
            words[pair] = judgement.same
    return words


def _tied(words: Mapping[Pair, bool]) -> list[set[Company]]:
    """The sets of companies that are one, through any number of steps."""
    found: list[set[Company]] = []
    for pair, same in words.items():
        if not same:
            continue
        met = [tied for tied in found if not tied.isdisjoint(pair)]
        found = [tied for tied in found if tied.isdisjoint(pair)]
        found.append(set(pair).union(*met))
    return found


class _Naming(Struct, frozen=True):
    """Where a field names companies: as its text, as the keys of its object, or further inside."""

    itself: bool = False
    keys: bool = False
    inside: Mapping[str, _Naming] = {}


@cache
def _naming(struct: type[Struct]) -> dict[str, _Naming]:
    """The fields of a struct that name companies, by their names in JSON."""
    return _inside(inspect.type_info(struct), frozenset())


def _inside(type_: inspect.Type, above: frozenset[type]) -> dict[str, _Naming]:
    """The same of a type within others: money holds money, so that a type in itself is not entered."""
    if not isinstance(type_, inspect.StructType) or type_.cls in above:
        return {}
    named = {
        field.encode_name: _naming_of(field.type, above | {type_.cls}) for field in type_.fields
    }
    return {name: naming for name, naming in named.items() if naming != _Naming()}


def _naming_of(type_: inspect.Type, above: frozenset[type]) -> _Naming:
    if isinstance(type_, inspect.Metadata):
        return _Naming(itself=(type_.extra or {}).get("refers") == "company")
    if isinstance(type_, inspect.ListType):
        return _naming_of(type_.item_type, above)
    if isinstance(type_, inspect.DictType):
        return _Naming(keys=_naming_of(type_.key_type, above).itself)
    if isinstance(type_, inspect.UnionType):
        options = [_naming_of(option, above) for option in type_.types]
        inside = {name: each for option in options for name, each in option.inside.items()}
        return _Naming(any(o.itself for o in options), any(o.keys for o in options), inside)
    return _Naming(inside=_inside(type_, above))
