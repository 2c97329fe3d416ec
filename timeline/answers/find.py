"""Finding by words: companies by every name, items, events and sources by what was said of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final, Literal, TypeAlias

from sqlalchemy.engine import Connection

from timeline.answers.coordinate import coordinate
from timeline.answers.model import CompanyItem, Found
from timeline.answers.state import item_of
from timeline.answers.view import View, names_at
from timeline.errors import InvalidValue
from timeline.ingest.draft import texts_of
from timeline.model.kinds import SHOWN
from timeline.model.names import fold_text, words_of
from timeline.store.companies import HandleRow, read_all_handles, read_handles, read_handles_of
from timeline.store.full_text import positions_with
from timeline.store.log import LogRow, chunks, read_events
from timeline.store.lookups import positions_of, source_terms, subjects_at

What: TypeAlias = Literal["companies", "items", "events", "sources"]
KINDS: Final[tuple[What, ...]] = ("companies", "items", "events", "sources")

EXACT: Final = 100
WORDS: Final = 90
"""All words are there, though not as one phrase."""
BEGINNING: Final = 70
"""All words begin some that are there."""
_CUTOFF: Final = 60
"""Points of a name below which it is nothing like what was asked."""
_LOOKED_AT: Final = 200
"""The newest events of an item in which the words are looked for, to show where they stand."""
_AROUND: Final = 160
"""Characters of a text that are shown around what matched."""

Title: TypeAlias = Callable[[CompanyItem, dict[str, str]], str]
"""What an item is in a line, with the names of companies."""


def find(
    connection: Connection,
    text: str,
    *,
    title: Title,
    only: Collection[str] = (),
    limit: int = 10,
) -> list[Found]:
    """What has a name or words: exact hits first, near misses only where nothing hits.

    At most ``limit`` of each kind, companies first. Every word must be there; of an item, in any of its
    events. Raises InvalidValue where ``only`` names no kind.
    """
    for each in only:
        if each not in KINDS:
            raise InvalidValue(f'no kind "{each}" can be found', f"one of {', '.join(KINDS)}")
    search = _Search(connection, text, title, limit)
    kinds = [kind for kind in KINDS if not only or kind in only]
    for near in (False, True):
        found = [hit for kind in kinds for hit in search.hits(kind, near=near)]
        if found:
            return found
    return []


class _Search:
    """One text that is looked for in one session."""

    def __init__(self, connection: Connection, text: str, title: Title, limit: int) -> None:
        self.connection, self.text, self.title, self.limit = connection, text, title, limit
        self.phrase, self.words = fold_text(text), words_of([text])
        self.view = View(connection, coordinate(connection))

    def hits(self, kind: What, *, near: bool) -> list[Found]:
        """What is found of one kind, best first."""
        if kind == "companies":
            return self._companies_like() if near else self._companies()
        by_words = {"items": self._items, "events": self._events, "sources": self._sources}
        return sorted(by_words[kind](near), key=lambda hit: -hit.score)

    # --- companies -------------------------------------------------------------------------------

    def _companies(self) -> list[Found]:
        scored = [(row, EXACT) for row in read_handles(self.connection, self.text)]
        companies = self._subjects(self.words, ["company"], prefix=False) if self.words else {}
        scored += [
            (row, WORDS)
            for row in read_handles_of(self.connection, companies)
            if set(self.words) <= set(words_of([row.value]))
        ]
        return self._best(scored)

    def _companies_like(self) -> list[Found]:
        from rapidfuzz import fuzz, process, utils

        known = list(read_all_handles(self.connection))
        like = process.extract(
            self.text,
            [row.value for row in known],
            scorer=fuzz.WRatio,
            processor=utils.default_process,
            limit=None,
            score_cutoff=_CUTOFF,
        )
        return self._best((known[at], min(round(score), EXACT - 1)) for _, score, at in like)

    def _best(self, scored: Iterable[tuple[HandleRow, int]]) -> list[Found]:
        """The best handle of each company, best companies first; of equal ones its name."""
        best: dict[str, tuple[int, bool, HandleRow]] = {}
        for row, score in scored:
            company = self.view.identity.of(row.company)
            rank = score, row.matched == "name", row
            if company not in best or best[company][:2] < rank[:2]:
                best[company] = rank
        ranked = sorted(best.items(), key=lambda each: (-each[1][0], each[0]))[: self.limit]
        names = names_at(self.view, [company for company, _ in ranked])
        return [
            Found(
                what="company", id=company, name=names.get(company), matched=row.matched,
                value=row.value, score=score,
            )
            for company, (score, _, row) in ranked
        ]  # fmt: skip

    # --- by words --------------------------------------------------------------------------------

    def _items(self, near: bool) -> Iterator[Found]:
        newest = self._subjects(self.words, SHOWN, prefix=near)
        subjects = sorted(newest, key=lambda subject: (-newest[subject], subject))[: self.limit]
        self.view.keep(subjects)
        items = {item.subject: item_of(item) for item in self.view.items(subjects)}
        named = {c for item in items.values() for c in item.counterparties}
        names = names_at(self.view, named)
        for subject in subjects:
            rows = islice(self._rows(subjects=[subject]), _LOOKED_AT)
            field, text, score = self._where(rows, near) or ("subject", subject, WORDS)
            item = items.get(subject)
            name = None if item is None else self.title(item, names)
            yield Found(what="item", id=subject, name=name, matched=field, value=text, score=score)

    def _events(self, near: bool) -> Iterator[Found]:
        registering = ("source_registered", "company_registered")
        for row in self._with_words(near, not_types=registering):
            field, text, score = self._where([row], near) or ("subject", row.subject, WORDS)
            yield Found(
                what="event", id=row.id, name=row.type, matched=field, value=text, score=score
            )

    def _sources(self, near: bool) -> Iterator[Found]:
        rows = self._with_words(near, kinds=["source"])
        newest: dict[str, LogRow] = {}
        for row in rows:
            newest.setdefault(row.subject.partition(":")[2], row)
        terms = source_terms(self.connection, newest, self.view.at.position)
        for slug, row in newest.items():
            field, text, score = self._where([row], near) or ("id", slug, WORDS)
            name = terms.get(slug, {}).get("publisher")
            yield Found(what="source", id=slug, name=name, matched=field, value=text, score=score)

    def _subjects(
        self, words: Sequence[str], kinds: Iterable[str], *, prefix: bool
    ) -> dict[str, int]:
        """The newest subjects of some kinds that have every word in any of their events, and where.

        The rarest word leads; the others are looked for in what it led to, until enough are found.
        """
        kept = tuple(f"{kind}:" for kind in kinds)
        having = [positions_with(self.connection, [word], prefix=prefix) for word in words]
        rarest, *others = sorted(having, key=len) or [[]]
        found: dict[str, int] = {}
        for some in chunks(rarest):
            new = {
                subject: position
                for subject, position in subjects_at(self.connection, some).items()
                if subject.startswith(kept) and subject not in found
            }
            if others:
                new = self._with_all(new, [frozenset(positions) for positions in others])
            found |= new
            if len(found) >= self.limit:
                break
        return found

    def _with_all(
        self, subjects: dict[str, int], words: Sequence[frozenset[int]]
    ) -> dict[str, int]:
        """Those of some subjects of whose events one or another has each word, by its positions."""
        events: defaultdict[str, set[int]] = defaultdict(set)
        for some in chunks(subjects):
            for subject, position in positions_of(self.connection, some):
                events[subject].add(position)
        return {
            subject: position
            for subject, position in subjects.items()
            if not any(positions.isdisjoint(events[subject]) for positions in words)
        }

    def _with_words(self, near: bool, **which: Any) -> list[LogRow]:
        """The newest events of some that have all words, as many as are shown."""
        rows: list[LogRow] = []
        for some in chunks(positions_with(self.connection, self.words, prefix=near)):
            rows += self._rows(positions=some, **which)
            if len(rows) >= self.limit:
                break
        return rows[: self.limit]

    def _rows(self, **which: Any) -> Iterator[LogRow]:
        rows = read_events(self.connection, newest_first=True, **which)
        return (row for row in rows if not row.is_erased)

    def _where(self, rows: Iterable[LogRow], near: bool) -> tuple[str, str, int] | None:
        """The field with the most of the words, its text around them, and a score; None: none has any."""
        best: tuple[str, str, int] | None = None
        most = 0
        for row in rows:
            for field, text in texts_of(row.fields):
                folded, own = fold_text(text), words_of([text])
                if not near and f" {self.phrase} " in f" {folded} ":
                    return field, self._around(text), EXACT
                count = sum(any(self._is(word, each, near) for each in own) for word in self.words)
                if count > most:
                    most, best = count, (field, self._around(text), BEGINNING if near else WORDS)
        return best

    def _is(self, word: str, other: str, near: bool) -> bool:
        return other.startswith(word) if near else other == word

    def _around(self, text: str) -> str:
        """The part of a long text in which the first of the words stands."""
        flat = " ".join(text.split())
        if len(flat) <= _AROUND:
            return flat
        places = [place for word in self.words if (place := flat.lower().find(word)) >= 0]
        start = max(min(places, default=0) - _AROUND // 3, 0)
        end = start + _AROUND
        return f"{'…' if start else ''}{flat[start:end].strip()}{'…' if end < len(flat) else ''}"
