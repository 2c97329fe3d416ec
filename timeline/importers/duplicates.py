"""Companies that are probably known by another spelling: listed for a person, never merged.

Comparing every name with every other takes the square of their number. Names are compared where they share
a word, their beginning or their end (blocking); where many do, each with those that are next to it in order
(the sorted neighbourhood of Hernández and Stolfo, 1995). RapidFuzz compares in C++. The keys by which names
meet, and the pairs that are alike, are sorted in files once they are many, so memory does not grow with the
companies.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Container, Iterable, Iterator, Sized
from contextlib import ExitStack
from functools import partial
from heapq import merge
from itertools import chain, groupby, islice
from operator import itemgetter
from tempfile import TemporaryFile
from typing import IO, Any, Final, Protocol, TypeAlias, TypeVar

import msgspec
from msgspec import Struct

from timeline.importers.slugs import slug_of
from timeline.model.names import fold_name

ENOUGH = 88
"""Points of 100 from which two names are likely the same."""
MOST = 1000
"""Pairs that a report lists; all are counted."""

_COMMON: Final = 300
"""Names that share so common a key that each is compared with its neighbours only."""
_NEAR: Final = 10
"""Neighbours in the order of a common key with which a name is compared."""
_FEW: Final = 20_000
"""New companies of which the keys are held in memory, so that the keys of no others need be sorted."""
_SORTED: Final = 200_000
"""Keys or pairs that are sorted in memory, about 100 MB."""

Names: TypeAlias = Callable[[], Iterable[tuple[str, str]]]
"""Gives the id and the name of every company, in the same order each time."""


class Likely(Struct, frozen=True):
    """A new company, and one that looks like it."""

    company: str
    name: str
    like: str
    like_name: str
    score: int


class Ids(Container[str], Sized, Protocol):
    """The ids of some companies."""


class _Named(Struct, frozen=True, array_like=True):
    """A company where one of its keys stands."""

    order: int
    new: bool
    company: str
    name: str
    base: str


_Item = TypeVar("_Item", bound=tuple[Any, Any])
_Key: TypeAlias = tuple[str, _Named]
_Pair: TypeAlias = tuple[tuple[int, int], Likely]

_encode: Final = msgspec.json.Encoder().encode
_decode_key: Final = msgspec.json.Decoder(_Key).decode
_decode_pair: Final = msgspec.json.Decoder(_Pair).decode


def likely_duplicates(
    names: Names, new: Ids | None = None, *, in_memory: int = _SORTED
) -> Iterator[Likely]:
    """Every pair of a new company and another one that looks like it, in no order; None: all are new.

    ``in_memory`` keys are sorted at once; more of them go to files.
    """
    wanted = None if new is None or len(new) > _FEW else _keys_of_new(names, new)
    if wanted is not None and not wanted:
        return
    with ExitStack() as files:
        keyed = _ordered(_keyed(names, new, wanted), _decode_key, files, in_memory)
        pairs = _ordered(_pairs(keyed), _decode_pair, files, in_memory)
        for _, group in groupby(pairs, key=itemgetter(0)):  # pairs may meet by several keys
            yield next(group)[1]


def _pairs(keyed: Iterable[_Key]) -> Iterator[_Pair]:
    for key, group in groupby(keyed, key=itemgetter(0)):
        for one, other, score in _alike(key, (named for _, named in group)):
            likely = Likely(one.company, one.name, other.company, other.name, score)
            yield (one.order, other.order), likely


def _keys_of_new(names: Names, new: Container[str]) -> set[str]:
    found: set[str] = set()
    for company, name in names():
        if company in new:
            found |= _keys(_base(name))
    return found


def _keyed(
    names: Names, new: Container[str] | None, wanted: Container[str] | None
) -> Iterator[_Key]:
    for order, (company, name) in enumerate(names()):
        base = _base(name)
        named = _Named(order, new is None or company in new, company, name, base)
        for key in _keys(base):
            if wanted is None or key in wanted:
                yield key, named


def _ordered(
    items: Iterator[_Item], decode: Callable[[bytes], _Item], files: ExitStack, most: int
) -> Iterator[_Item]:
    """Items in the order of their first parts, equal ones as they came, in constant memory."""
    runs: list[Iterable[_Item]] = []
    while True:
        run = sorted(islice(items, most), key=itemgetter(0))
        if len(run) < most:
            return merge(*runs, run, key=itemgetter(0))
        stream = files.enter_context(TemporaryFile())  # noqa: SIM115 - it is one
        for item in run:
            stream.write(_encode(item) + b"\n")
        runs.append(_read(stream, decode))
        run.clear()  # before the next one is made beside it


def _read(stream: IO[bytes], decode: Callable[[bytes], _Item]) -> Iterator[_Item]:
    stream.seek(0)
    return map(decode, stream)


def _alike(key: str, block: Iterator[_Named]) -> Iterator[tuple[_Named, _Named, int]]:
    """Pairs of a block of names that are alike, the new one first, or the later one."""
    some = list(islice(block, _COMMON + 1))
    if len(some) <= _COMMON:
        if len(some) > 1 and any(named.new for named in some):
            yield from _compared(some, _COMMON)
        return
    way = -1 if key.endswith("$") else 1
    compact = ((named.base.replace(" ", "")[::way], named) for named in chain(some, block))
    with ExitStack() as files:
        ordered = _ordered(compact, _decode_key, files, _FEW)
        yield from _compared((named for _, named in ordered), _NEAR)


def _compared(names: Iterable[_Named], near: int) -> Iterator[tuple[_Named, _Named, int]]:
    """The pairs that are alike of each name and the ``near`` names before it."""
    from rapidfuzz import fuzz, process

    alike = partial(process.extract, scorer=fuzz.ratio, score_cutoff=ENOUGH, limit=None)
    before: deque[_Named] = deque(maxlen=near)
    # words in any order, and words that were written together: of single words the same
    turned: deque[str] = deque(maxlen=near)
    joined: deque[str] = deque(maxlen=near)
    several: dict[int, str] = {}
    """Of those before that have several words the words together, by where they stand."""
    new = -near - 1
    """Where the last new name stood."""
    for at, named in enumerate(names):
        in_order = together = named.base
        if named.new:
            new = at
        if " " in together:
            in_order, together = " ".join(sorted(together.split())), together.replace(" ", "")
        if before and at - new <= near:
            found = alike(in_order, turned)
            if " " in named.base:
                found += alike(together, joined)
            elif several:  # with single words it was compared
                first = at - len(before)
                found += [(text, score, it - first) for text, score, it in alike(together, several)]
            scores: dict[int, float] = {}
            for _, score, place in found:
                scores[place] = max(score, scores.get(place, 0))
            for place, score in scores.items():
                other = before[place]
                if named.new or other.new:
                    later = (named.new, named.order) > (other.new, other.order)
                    one, like = (named, other) if later else (other, named)
                    yield one, like, round(score)
        before.append(named)
        turned.append(in_order)
        joined.append(together)
        if " " in named.base:
            several[at] = together
        several.pop(at - near, None)


def _base(name: str) -> str:
    """A name without its legal form, in lower-case words of ASCII."""
    return slug_of(fold_name(name).base).replace("-", " ")


def _keys(base: str) -> set[str]:
    """By what a name meets those that may be the same; names with other numbers in them are not."""
    compact = base.replace(" ", "")
    keys = {word for word in base.split() if len(word) > 3}
    if len(compact) > 3:
        keys |= {f"^{compact[:4]}", f"{compact[-4:]}$"}
    digits = "" if compact.isalpha() else "".join(re.findall(r"\d+", base))
    return {f"{digits} {key}" for key in keys or {compact}}
