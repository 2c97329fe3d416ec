"""A view: the items that hold at a coordinate, through a lens or with everything.

The one place that decides where an item is read from, so that every question gets the same. What most
questions need besides stands here, too: the lens, a company by any of its names, its group, remarks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Final, Protocol, TypeVar

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy.engine import Connection

from timeline.answers.asked import LensAsked
from timeline.answers.model import Coordinate
from timeline.errors import NotFound
from timeline.model.bitemporal import Content
from timeline.model.company import (
    REMARKED,
    Around,
    Held,
    group_of,
    name_at,
    ownership_of,
    premises_of,
    registration,
    remarks_of,
    sales_of,
)
from timeline.model.fold import Item, evidence, irregular, kind_of, replay
from timeline.model.identity import NOBODY, Identity
from timeline.model.kinds import SHOWN, Kind
from timeline.model.record import Entry, Lens, reworded
from timeline.model.values import Fields, Subject, is_slug
from timeline.nearest import nearest
from timeline.parameters import LENS
from timeline.store.bulk import rare_collections
from timeline.store.companies import (
    read_all_handles,
    read_handles,
    read_identity,
    read_stored_identity,
)
from timeline.store.histories import (
    HeldRow,
    count_subjects,
    entries_in,
    is_current,
    is_projected,
    read_contents,
    read_every_content,
    read_every_held,
    read_evidence,
    read_held,
    read_held_of,
    read_since,
    read_subjects_of_any,
)
from timeline.store.log import chunks, read_all_entries, read_entries, source_slugs, subjects_of_any
from timeline.store.lookups import has_subject

# --- the lens of sources ------------------------------------------------------------------------


class SourceLens:
    """The lens as the fold takes it: a function of an entry.

    An event counts while one of its sources remains, known from the earliest of those that do, unless it
    says itself since when it is known. Mends always count: they are no news.
    """

    def __init__(self, connection: Connection, asked: LensAsked, position: int) -> None:
        asked.check()
        self.connection = connection
        self.asked = asked
        self.position = position
        for slug in (*asked.source, *asked.not_source):
            if not self._is_registered(slug):
                near = nearest(slug, source_slugs(connection), limit=6)
                raise NotFound("source", slug, [s for s in near if self._is_registered(s)][:3])

    def __call__(self, entry: Entry) -> Entry | None:
        """What remains of an event, or None."""
        asked, fields = self.asked, entry.fields
        for option in LENS:
            given = () if option.field is None else asked.given(option.name)
            if option.field and given and fields.get(option.field, option.without) not in given:
                return None
        if not asked.source and not asked.not_source:
            return entry
        reported = entry.sources
        remaining = [
            slug
            for slug in reported
            if slug not in asked.not_source and (not asked.source or slug in asked.source)
        ]
        if len(remaining) == len(reported) and (reported or not asked.source):
            return entry
        if not remaining:
            return None
        told = entry.publications
        published = {slug: told[slug] for slug in remaining if slug in told}
        known = entry.known if "known" in fields else min(published.values(), default=entry.known)
        return reworded(entry, fields | {"source": remaining}, known=known, published=published)

    def _is_registered(self, slug: str) -> bool:
        found = read_entries(self.connection, [f"source:{slug}"], self.position)
        return any(registration(entries) for _, entries in found)


# --- the view -----------------------------------------------------------------------------------


class _Held(Struct, frozen=True):
    """What a row of history holds of an item, as :class:`timeline.model.company.Held` asks for it."""

    subject: str
    kind: str | None
    status: str
    group: str
    terms: Fields
    parties: dict[str, list[str]]
    since: str | None

    @classmethod
    def of(cls, subject: str, held: Content) -> _Held:
        """What a row holds of the subject."""
        group = kind_of(subject).group_of(held.status)
        return cls(subject, held.kind, held.status, group, held.terms, held.parties, held.since)


AnyHeld = TypeVar("AnyHeld", bound=Held)


class View:
    """What holds at one coordinate."""

    def __init__(
        self,
        connection: Connection,
        at: Coordinate,
        lens: LensAsked | None = None,
        given: Callable[[Entry], bool] | None = None,
    ) -> None:
        """``given``: which events there are at all, for a question about some of the log.

        Raises NotFound for a source that the lens names and nobody registered.
        """
        self.connection = connection
        self.given = given
        self.at = at
        self.asked = lens or None
        # at once: that a source is unknown is told even where nothing is looked at through the lens
        self.lens: Lens | None = self.asked and SourceLens(connection, self.asked, at.position)
        """The lens as the fold takes it; None where everything counts."""
        self._kept: dict[str, list[Entry]] = {}
        self._named: dict[str, str] = {}
        self._registered: dict[str, list[Entry]] = {}
        self._own: dict[str, Content | None] = {}
        """What history holds of companies of which the items were read."""
        self.levels: dict[str, dict[str, str]] = {}
        """Of the subjects of :meth:`items`: the events that are no facts, with what they are told as."""

    @property
    def heading(self) -> dict[str, Any]:
        """What every answer says first: the coordinate, what it came to, and the lens if there is one."""
        at = self.at
        heading = {"on": at.on, "known": at.known, "recorded": at.recorded, "position": at.position}
        return heading if self.asked is None else heading | {"lens": self.asked}

    def item(self, entries: Sequence[Entry]) -> Item | None:
        """The state of the subject that the entries are about."""
        item = replay(entries, self.at.on, self.at.known_at, self.lens)
        if item is None:
            return None
        kind = kind_of(item.subject)
        return replace(item, **self._shown(kind, item, item.steps))

    def _shown(
        self, kind: Kind, held: Content | Item, steps: list[Fields], *, read: bool = False
    ) -> dict[str, Any]:
        """What of an item has companies in it, those that are one under the id that is shown; in order.

        What was ``read`` from rows that the store wrote is in order but for the terms, on every database.
        """
        parties, terms, changed = held.parties, held.terms, held.changed
        one = self.identity
        if one.first:
            parties, terms = one.parties(parties), one.terms(kind.name, terms)
            steps, changed = list(map(one.step, steps)), one.changed(kind.name, changed)
        elif read:
            terms = {name: terms[name] for name in kind.terms if name in terms}
            changed = _ordered_changes(kind, changed) if changed else changed
            return {"parties": parties, "terms": terms, "changed": changed, "steps": steps}
        return {
            "parties": _ordered(parties),
            "terms": in_order(kind, terms),
            "changed": _ordered_changes(kind, changed) if changed else changed,
            "steps": [{name: _ordered(value) for name, value in step.items()} for step in steps],
        }

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
            held: dict[str, HeldRow] = {}
            if self.stored:
                held = read_held(self.connection, self.at.on, self.at.known_at, some)
                some = [s for s in some if s in held or not is_projected(s)]
            yield from self._items(some, held, self.levels)

    def _items(
        self,
        subjects: Iterable[str],
        held: Mapping[str, HeldRow],
        levels: dict[str, dict[str, str]] | None = None,
    ) -> Iterator[Item]:
        """The items of subjects: from what history holds of them, else from their events alone.

        ``levels`` takes up the fact levels of their events, unless a correction names one.
        """
        found = {
            subject: entries_in(subject, row.evidence)
            for subject, row in held.items()
            # what is irregular only the fold tells, which takes all fields
            if row.evidence is not None and not row.content.irregular
        }
        read = found.keys()
        found = found | dict(self._read(s for s in subjects if s not in found))
        for subject, entries in sorted(found.items()):
            if levels is not None and not any(map(_corrects_level, entries)):
                levels[subject] = {
                    e.id: e.fields["fact_level"]
                    for e in entries
                    if e.fields.get("fact_level", "fact") != "fact"
                }
            row = held.get(subject)
            if row is None:
                item = self.item(entries)
            else:
                item = self._with_evidence(row.content, entries, read=subject in read)
            if item is not None:
                yield item

    def items_of(self, company: str) -> Iterator[Item]:
        """The items that a company is a party of, under any of its ids."""
        if self.stored:
            held = read_held_of(self.connection, self.at.on, self.at.known_at, company)
            own = held.pop(f"company:{company}", None)
            self._own[company] = None if own is None else own.content
            yield from self._items(held, held, self.levels)
            return
        for item in self.items(sorted(self.subjects_of([company]))):
            if company in item.parties:
                yield item

    def own(self, ids: Sequence[str]) -> dict[str, Content]:
        """What history holds of companies by themselves, by id; nothing where the log must be asked."""
        if not self.stored:
            return {}
        found = {id_: self._own[id_] for id_ in ids if id_ in self._own}
        rest = {f"company:{id_}": id_ for id_ in ids if id_ not in found}
        if rest:
            read = read_contents(self.connection, self.at.on, self.at.known_at, rest)
            found |= {rest[subject]: content for subject, content in read.items()}
        return {id_: content for id_, content in found.items() if content is not None}

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
        return {subject: _Held.of(subject, held) for subject, held in contents.items()}

    def _with_evidence(self, content: Content, entries: Sequence[Entry], *, read: bool) -> Item:
        """What a row of history holds, with what only the events hold; both ``read`` as they were written."""
        found = evidence(entries, self.at.on, self.at.known_at)
        subject = entries[0].subject
        kind = kind_of(subject)
        return Item(
            subject=subject,
            kind=content.kind,
            status=content.status,
            group=kind.group_of(content.status),
            certainty=content.certainty,
            alternatives=content.alternatives,
            since=content.since,
            disputed=content.disputed,
            disputes=found.disputes,
            irregular=irregular(kind, found.happened) if content.irregular else [],
            conflicts=content.conflicts,
            events=[entry.id for entry in found.happened],
            corrections=[remark.id for remark in found.remarks],
            sources=found.sources,
            erased=found.erased,
            **self._shown(kind, content, found.steps, read=read),
        )

    def counts(self) -> Counter[str]:
        """How many items every company is a party of."""
        if self.stored:
            return Counter(count_subjects(self.connection, self.at.on, self.at.known_at))
        return Counter(company for item in self.every_item() for company in item.parties)

    def every_item(self, kinds: Sequence[str] = SHOWN) -> Iterator[Item]:
        """Every item of some kinds, with or without parties."""
        if self.stored:
            # history first: it knows which subjects have nothing then, and these are not read at all
            every = read_every_held(self.connection, self.at.on, self.at.known_at, kinds)
            for page in chunks(every):
                held = dict(page)
                yield from self._items(held, held)
            return
        for _, entries in read_all_entries(self.connection, self.at.position, kinds):
            some = entries if self.given is None else list(filter(self.given, entries))
            item = self.item(some) if some else None
            if item is not None:
                yield item

    def every_held(self, groups: Sequence[str]) -> Iterator[_Held | Item]:
        """What holds of every item in some groups of statuses, as :meth:`held` gives it."""
        if not self.stored:
            yield from (item for item in self.every_item() if item.group in groups)
            return
        rows = read_every_content(self.connection, self.at.on, self.at.known_at, SHOWN, groups)
        yield from (_Held.of(subject, held) for subject, held in rows)

    def entries(self, subject: str) -> list[Entry]:
        """The events of one subject up to the coordinate's position."""
        if subject not in self._kept:
            self.keep([subject])
        return self._kept.get(subject, [])

    def resting_on(self, subjects: Sequence[str]) -> Iterator[tuple[str, list[Entry]]]:
        """The events of subjects up to the position, with the fields that a state rests on, at least."""
        found: dict[str, list[Entry]] = {}
        if self.stored:
            found = {
                subject: entries_in(subject, evidence)
                for subject, evidence in read_evidence(self.connection, subjects)
                if evidence is not None
            }
        found |= dict(self._read(s for s in subjects if s not in found))
        yield from sorted(found.items())

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


class OfSubject(Protocol):
    """Anything that is about one subject."""

    @property
    def subject(self) -> str: ...  # noqa: D102


def shown_order(item: OfSubject) -> tuple[int, str]:
    """By kind of subject, then by subject."""
    return Subject.of(item.subject).sort_key


# JSON in a database has an order of keys of its own, so an answer is put into one that depends on
# neither the database nor the way it was computed.


def in_order(kind: Kind, terms: Fields) -> Fields:
    """The terms as their kind declares them, what is in them by name."""
    return {name: _ordered(terms[name]) for name in kind.terms if name in terms}


def _ordered_changes(kind: Kind, changed: dict[str, Fields]) -> dict[str, Fields]:
    return {
        name: {part: _ordered(changed[name][part]) for part in ("since", "before", "unsettled")}
        for name in kind.terms
        if name in changed
    }


def _ordered(value: Any) -> Any:
    kind = type(value)
    if kind is dict:
        return {name: _ordered(value[name]) for name in sorted(value)}
    return [_ordered(item) for item in value] if kind is list else value


# --- companies by any name they have ever had ---------------------------------------------------


def names_at(view: View, ids: Iterable[str] | None = None) -> dict[str, str]:
    """The name at a view's coordinate of every company, or of those ``ids`` that are one, by its id.

    What has no name there yet goes by that of its registration, whenever that was recorded. Companies that
    are one have one name.
    """
    connection, at, one = view.connection, view.at, view.identity
    found: Iterator[tuple[str, list[Entry]]]
    if ids is None:
        every = read_all_entries(connection, kinds=["company"])
        found = ((subject.partition(":")[2], entries) for subject, entries in every)
    else:
        ids = list(ids)
        found = iter(view.registered(one.of(id_) for id_ in ids).items())
    names = {
        company: name_at(company, entries, at.on, at.known_at, at.position)
        for company, entries in found
    }
    asked = names if ids is None else ids
    return (
        {id_: names[one.of(id_)] for id_ in asked if one.of(id_) in names} if one.first else names
    )


def terms_at(view: View) -> dict[str, Fields]:
    """What is known of every company at a view's coordinate, its name at least, by the id that is shown."""
    at, one = view.at, view.identity
    found: dict[str, Fields] = {}
    for subject, entries in read_all_entries(view.connection, at.position, ["company"]):
        company = subject.partition(":")[2]
        if one.of(company) == company:
            item = replay(entries, at.on, at.known_at)
            name = name_at(company, entries, at.on, at.known_at, at.position)
            found[company] = (item.terms if item else {}) | {"name": name}
    return found


def find_company(connection: Connection, text: str, one: Identity = NOBODY) -> str:
    """The id of the company that ``text`` names: by id, name, former name, alias or identifier.

    Of companies that are ``one`` it is the id that is shown. Raises NotFound with the nearest names, also
    where several companies have that name.
    """
    if is_slug(text) and has_subject(connection, f"company:{text}"):
        return one.of(text)
    found = read_handles(connection, text)
    # two companies may differ in no more than a dash: what is typed to the letter is meant
    exact = [row for row in found if row.value.casefold() == text.casefold().strip()] or found
    companies = sorted({one.of(row.company) for row in exact})
    if len(companies) == 1:
        return companies[0]
    if companies:
        raise NotFound("single company", text, companies)
    by_value = {row.value: row.company for row in read_all_handles(connection)}
    close = [by_value[value] for value in nearest(text, by_value, limit=5)]
    raise NotFound("company", text, list(dict.fromkeys(close))[:3])


# --- groups -------------------------------------------------------------------------------------

_TYING = ("relationship:", "deal:")
"""The kinds of subject through which a company can control another."""


def ties_of(view: View, company: str) -> dict[str, list[str]]:
    """The members of a company's group, itself first, each with the subjects that lead to it from the top."""

    def read(companies: Sequence[str]) -> Iterable[Held]:
        subjects = view.subjects_of(companies)
        return view.held(sorted(s for s in subjects if s.startswith(_TYING))).values()

    return group_of(company, read)


# --- remarks ------------------------------------------------------------------------------------

MANY = 2000
"""Items whose remarks are found together: what they refer to is read once for all of them."""


def with_remarks(view: View, items: Iterable[Item]) -> Iterator[Item]:
    """The items with their remarks, in the same order."""
    for item, found in _remarked(view, items):
        yield replace(item, remarks=found) if found else item


def _remarked(view: View, items: Iterable[AnyHeld]) -> Iterator[tuple[AnyHeld, list[Fields]]]:
    """What holds of subjects, each with its remarks, in the same order."""
    for some in chunks(items, MANY):
        remarked = [item for item in some if item.group in REMARKED]
        around = _around(view, remarked, some) if remarked else None
        for item in some:
            yield item, remarks_of(item, view.at.on, around) if around is not None else []


def _around(view: View, items: Sequence[Held], given: Iterable[Held]) -> Around:
    """What the remarks of some items follow from; what is among those ``given`` is not read again."""
    here: dict[str, Held] = {item.subject: item for item in given}
    premises = {subject for item in items for subject in premises_of(item)}
    owned = {pair for item in items if (pair := ownership_of(item)) is not None}
    sold = _named_by_both(view, owned)
    others = view.held(sorted((premises | sold) - here.keys()))
    found = here | others
    parties = {company for item in items for company in item.parties}
    return Around(
        premises={subject: found[subject] for subject in premises if subject in found},
        dissolved=dissolved(view, parties),
        sales=sales_of(found[subject] for subject in sold if subject in found),
    )


def _named_by_both(view: View, pairs: Iterable[tuple[str, str]]) -> set[str]:
    """The deals of which any owner and any owned company are parties, those sold among them."""
    owners, owned = {one for one, _ in pairs}, {other for _, other in pairs}
    if not owners:
        return set()
    found = view.subjects_of(owners) & view.subjects_of(owned)
    return {subject for subject in found if subject.startswith("deal:")}


def dissolved(view: View, companies: Iterable[str]) -> dict[str, str | None]:
    """Since when those of some companies that are dissolved at the view's coordinate are so."""
    subjects = {f"company:{company}": company for company in sorted(companies)}
    on, known = view.at.on, view.at.known_at
    found: dict[str, str | None] = {}
    if view.stored:
        since = read_since(view.connection, on, known, subjects, "dissolved")
        return {subjects[subject]: day for subject, day in since.items()}
    for subject, entries in read_entries(view.connection, subjects, view.at.position):
        item = replay(entries, on, known, view.lens)
        if item is not None and item.status == "dissolved":
            found[subjects[subject]] = item.since
    return found


ATTENTION: Final = ("code", "subject", "kind", "status", "companies", "because", "became", "day")


def attention(view: View) -> Iterator[tuple[Any, ...]]:
    """A row for every remark, by code, then by subject, in the order of :data:`ATTENTION`.

    ``because`` is the subject, the company or the term that the remark is about, ``became`` the status of
    that subject, and ``day`` since when that is so (as written), or the day by which it should have been.
    """
    found = []
    with rare_collections():  # of rows that are looked at once, none is garbage in a cycle
        for item, remarks in _remarked(view, view.every_held(REMARKED)):
            for remark in remarks:
                because = remark.get("subject") or remark.get("company") or remark["key"]
                became = {"party-dissolved": "dissolved", "sold": "completed"}.get(remark["code"])
                day = remark["date"] if "date" in remark else remark["since"]
                found.append(
                    (
                        remark["code"], item.subject, item.kind, item.status, sorted(item.parties),
                        because, remark.get("status", became), day,
                    )
                )  # fmt: skip
    yield from sorted(found, key=lambda row: (row[0], row[1], row[5]))
