"""A view: the items that hold at a coordinate, through a lens or with everything.

The one place that decides where an item is read from, so that every question gets the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy.engine import Connection

from timeline.answers.asked import LensAsked
from timeline.answers.companies import find_company
from timeline.answers.model import Coordinate
from timeline.model.bitemporal.valid_axis import Content
from timeline.model.company import Held, Identity
from timeline.model.fold import Item, evidence, irregular, kind_of, replay
from timeline.model.kinds import KINDS
from timeline.model.record import Entry, Lens
from timeline.model.values import Fields
from timeline.store.companies import read_identity, read_stored_identity
from timeline.store.histories import (
    count_subjects,
    is_current,
    is_projected,
    read_contents,
    read_every_content,
    read_subjects_of_any,
)
from timeline.store.log import chunks, read_all_entries, read_entries, subjects_of_any

SHOWN: tuple[str, ...] = tuple(name for name in KINDS if name not in ("source", "company"))
"""The kinds of subject that are items of a company's state, in the order they are shown."""


class _Held(Struct, frozen=True):
    """What a row of history holds of an item, as :class:`timeline.model.company.Held` asks for it."""

    subject: str
    status: str
    group: str
    terms: Fields
    parties: dict[str, list[str]]
    since: str | None


class View:
    """What holds at one coordinate."""

    def __init__(
        self,
        connection: Connection,
        at: Coordinate,
        lens: LensAsked | None = None,
        given: Callable[[Entry], bool] | None = None,
    ) -> None:
        """``given``: which events there are at all, for a question about some of the log."""
        self.connection = connection
        self.given = given
        self.at = at
        self.asked = lens or None
        self._kept: dict[str, list[Entry]] = {}
        self._named: dict[str, str] = {}
        self._registered: dict[str, list[Entry]] = {}
        self.levels: dict[str, dict[str, str]] = {}
        """Of the subjects of :meth:`items`: the events that are no facts, with what they are told as."""

    @property
    def heading(self) -> dict[str, Any]:
        """What every answer says first: the coordinate, what it came to, and the lens if there is one."""
        at = self.at
        heading = {"on": at.on, "known": at.known, "recorded": at.recorded, "position": at.position}
        return heading if self.asked is None else heading | {"lens": self.asked}

    @cached_property
    def lens(self) -> Lens | None:
        """The lens as the fold takes it; None where everything counts."""
        if self.asked is None:
            return None
        from timeline.answers.lens import SourceLens

        return SourceLens(self.connection, self.asked, self.at.position)

    def item(self, entries: Sequence[Entry]) -> Item | None:
        """The state of the subject that the entries are about."""
        item = replay(entries, self.at.on, self.at.known_at, self.lens)
        return None if item is None else self._shown(item)

    def _shown(self, item: Item) -> Item:
        """An item in the order of answers, with companies that are one under the id that is shown."""
        parties, terms, changed, steps = item.parties, item.terms, item.changed, item.steps
        one = self.identity
        if one:
            kind = item.subject.partition(":")[0]
            parties, terms = one.parties(parties), one.terms(kind, terms)
            steps, changed = [one.step(step) for step in steps], one.changed(kind, changed)
        return replace(
            item,
            parties=_ordered(parties),
            terms=_ordered_terms(item.subject, terms),
            changed=_ordered_changes(item.subject, changed),
            steps=[_ordered_step(step) for step in steps],
        )

    @cached_property
    def identity(self) -> Identity:
        """Which companies are one, by all judgements up to the view's position."""
        if self.stored:
            return read_stored_identity(self.connection)
        return read_identity(self.connection, self.at.position)

    def company(self, text: str) -> str:
        """The id under which the company is shown that ``text`` names. Raises NotFound."""
        if text not in self._named:
            self._named[text] = find_company(self.connection, text, self.identity)
        return self._named[text]

    def registered(self, ids: Iterable[str]) -> dict[str, list[Entry]]:
        """The events of companies by themselves, by id, whenever they were recorded."""
        wanted = list(dict.fromkeys(ids))
        new = [id_ for id_ in wanted if id_ not in self._registered]
        if new:
            self._registered |= {id_: [] for id_ in new}
            for subject, entries in read_entries(
                self.connection, [f"company:{id_}" for id_ in new]
            ):
                self._registered[subject.partition(":")[2]] = entries
        return {id_: self._registered[id_] for id_ in wanted if self._registered[id_]}

    @cached_property
    def stored(self) -> bool:
        """Whether the stored history answers: of everything recorded, through no lens.

        A history that is not that of the whole log answers nothing; ``verify`` says why.
        """
        at = self.at
        of_all = self.asked is None and self.given is None and at.recorded is None
        return of_all and is_current(self.connection)

    def items(self, subjects: Iterable[str]) -> Iterator[Item]:
        """The items of some subjects, absent ones left out."""
        for some in chunks(subjects):
            contents: dict[str, Content] = {}
            if self.stored:
                contents = read_contents(self.connection, self.at.on, self.at.known_at, some)
                some = [s for s in some if s in contents or not is_projected(s)]
            yield from self._items(some, contents, self.levels)

    def _items(
        self,
        subjects: list[str],
        contents: Mapping[str, Content],
        levels: dict[str, dict[str, str]] | None = None,
    ) -> Iterator[Item]:
        """The items of subjects: from what history holds of them, else from their events alone.

        ``levels`` takes up the fact levels of their events, unless a correction names one.
        """
        for subject, entries in self._read(subjects):
            if levels is not None and not any(map(_corrects_level, entries)):
                levels[subject] = {
                    e.id: e.fields["fact_level"]
                    for e in entries
                    if e.fields.get("fact_level", "fact") != "fact"
                }
            content = contents.get(subject)
            item = self._with_evidence(content, entries) if content else self.item(entries)
            if item is not None:
                yield item

    def items_of(self, company: str) -> Iterator[Item]:
        """The items that a company is a party of, under any of its ids."""
        for item in self.items(sorted(self.subjects_of([company]))):
            if company in item.parties:
                yield item

    def subjects_of(self, companies: Iterable[str]) -> set[str]:
        """The subjects of which any of some companies is a party; from the log, those that ever named it."""
        if self.stored:  # under the id that is shown
            at = self.at
            return read_subjects_of_any(self.connection, companies, at.on, at.known_at)
        ids = [id_ for company in companies for id_ in self.identity.ids(company)]
        return subjects_of_any(self.connection, ids)

    def held(self, subjects: Iterable[str]) -> dict[str, Held]:
        """What holds of some subjects, absent ones left out: their items without evidence and remarks."""
        if not self.stored:
            return {item.subject: item for item in self.items(subjects)}
        contents = read_contents(self.connection, self.at.on, self.at.known_at, subjects)
        return {
            subject: _Held(
                subject, held.status, kind_of(subject).group_of(held.status), held.terms,
                held.parties, held.since,
            )
            for subject, held in contents.items()
        }  # fmt: skip

    def _with_evidence(self, content: Content, entries: Sequence[Entry]) -> Item:
        """What a row of history holds, with what only the log holds."""
        found = evidence(entries, self.at.on, self.at.known_at)
        subject = entries[0].subject
        kind = kind_of(subject)
        item = Item(
            subject=subject,
            kind=content.kind,
            status=content.status,
            group=kind.group_of(content.status),
            certainty=content.certainty,
            alternatives=content.alternatives,
            parties=content.parties,
            since=content.since,
            disputed=content.disputed,
            disputes=found.disputes,
            irregular=irregular(kind, found.happened) if content.irregular else [],
            conflicts=content.conflicts,
            changed=content.changed,
            terms=content.terms,
            steps=found.steps,
            events=[entry.id for entry in found.happened],
            corrections=[remark.id for remark in found.remarks],
            sources=found.sources,
            erased=found.erased,
        )
        return self._shown(item)

    def counts(self) -> Counter[str]:
        """How many items every company is a party of."""
        if self.stored:
            return Counter(count_subjects(self.connection, self.at.on, self.at.known_at))
        return Counter(company for item in self.every_item() for company in item.parties)

    def every_item(self, kinds: Sequence[str] = SHOWN) -> Iterator[Item]:
        """Every item of some kinds, with or without parties."""
        if self.stored:
            # history first: it knows which subjects have nothing then, and these are not read at all
            held = read_every_content(self.connection, self.at.on, self.at.known_at, kinds)
            for page in chunks(held):
                contents = dict(page)
                yield from self._items(list(contents), contents)
            return
        for _, entries in read_all_entries(self.connection, self.at.position, kinds):
            some = entries if self.given is None else list(filter(self.given, entries))
            item = self.item(some) if some else None
            if item is not None:
                yield item

    def entries(self, subject: str) -> list[Entry]:
        """The events of one subject up to the coordinate's position."""
        if subject not in self._kept:
            self.keep([subject])
        return self._kept.get(subject, [])

    def keep(self, subjects: Iterable[str]) -> None:
        """Read the events of subjects together, because they will be asked for one by one."""
        self._kept |= dict(self._read(subjects))

    def _read(self, subjects: Iterable[str]) -> Iterator[tuple[str, list[Entry]]]:
        """The events that are given, of each of the subjects that has any."""
        for subject, entries in read_entries(self.connection, subjects, self.at.position):
            some = entries if self.given is None else list(filter(self.given, entries))
            if some:
                yield subject, some


def _corrects_level(entry: Entry) -> bool:
    return entry.type == "event_corrected" and "fact_level" in entry.fields.get("changes", ())


# JSON in a database has an order of keys of its own, so an answer is put into one that depends on
# neither the database nor the way it was computed.


def _ordered_terms(subject: str, terms: Fields) -> Fields:
    return {name: _ordered(terms[name]) for name in kind_of(subject).terms if name in terms}


def _ordered_changes(subject: str, changed: dict[str, Fields]) -> dict[str, Fields]:
    return {
        name: {part: _ordered(changed[name][part]) for part in ("since", "before", "unsettled")}
        for name in kind_of(subject).terms
        if name in changed
    }


def _ordered_step(step: Fields) -> Fields:
    return {name: _ordered(value) for name, value in step.items()}


def _ordered(value: Any) -> Any:
    kind = type(value)
    if kind is dict:
        return {name: _ordered(value[name]) for name in sorted(value)}
    return [_ordered(item) for item in value] if kind is list else value
