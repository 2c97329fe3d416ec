"""The log, and which of its events count at a coordinate (docs/concepts.md, "The record is never changed").

An event comes in as the flat JSON object that people and exports write. :class:`Log` appends it: what the
page says is "computed and stored when the event is appended" is put in its place then (a ``source`` becomes
its publications, ``known`` becomes an instant), and never looked up again. :meth:`Log.at` reads the log at a
coordinate and gives the events that count, in the wording that they have there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from tests.oracle.days import ALWAYS, LATEST, Bounds, bounds, instant, is_day
from tests.oracle.values import as_stored

Fields = dict[str, Any]

REMARKS = ("event_corrected", "event_retracted", "event_disputed")
BOOKKEEPING = ("company_registered", "companies_judged")
"""Identity: known always, unless a source or ``known`` is given."""


@dataclass(frozen=True)
class Publication:
    """A source of an event, with when it was published: as registered when the event was appended."""

    source: str
    at: datetime
    day: str | None
    zone: str


@dataclass(frozen=True)
class Event:
    """An event as it is stored; later, as it is worded at a coordinate.

    ``fields`` is everything that was given but id, type and subject: ``source`` as a tuple of publications,
    ``known`` as an instant, wherever they stand (a correction has them in its ``changes`` too).
    """

    position: int
    id: str
    type: str
    subject: str
    fields: Fields
    remarks: tuple[Event, ...] = ()
    """The corrections and disputes of this event that count, by position."""
    told_in: tuple[Publication, ...] | None = None
    """Its publications, where a source corrected itself about ``source``."""

    # What an event is must not change with its wording; a mend has no source, news has one.
    is_mend: bool = False

    @property
    def is_remark(self) -> bool:
        return self.type in REMARKS

    @property
    def target(self) -> str:
        target: str = self.fields["target"]
        return target

    @property
    def sources(self) -> tuple[Publication, ...]:
        """Who says it, in today's wording."""
        sources: tuple[Publication, ...] = self.fields.get("source", ())
        return sources

    @property
    def publications(self) -> tuple[Publication, ...]:
        """Where and when it was published: a source that corrects itself changes nothing in this."""
        return self.sources if self.told_in is None else self.told_in

    @property
    def known(self) -> datetime:
        """When it became public: as it says, else by its earliest source."""
        given: datetime | None = self.fields.get("known")
        if given is not None:
            return given
        return min((publication.at for publication in self.publications), default=ALWAYS)

    @property
    def occurred(self) -> str | None:
        return self.fields.get("occurred")

    @property
    def bounds(self) -> Bounds:
        return bounds(self.occurred) if self.occurred else (date.min, date.min)

    @property
    def is_amendment(self) -> bool:
        from tests.oracle.vocabulary import AMENDMENTS

        return self.type in AMENDMENTS

    @property
    def is_follow_up(self) -> bool:
        from tests.oracle.vocabulary import FOLLOW_UPS

        return self.type in FOLLOW_UPS

    def told_by(self, known: datetime) -> datetime:
        """When it was last told, up to that instant: the latest of its publications."""
        moments = [self.known]
        moments += [publication.at for publication in self.publications]
        moments += [
            remark.known
            for remark in self.remarks
            if remark.type == "event_corrected"
            and not remark.is_mend
            and "occurred" in remark.fields["changes"]
        ]
        return max(moment for moment in moments if moment <= known)


@dataclass(frozen=True)
class Lens:
    """What counts: an event passes when it passes every line that is given."""

    source: tuple[str, ...] = ()
    not_source: tuple[str, ...] = ()
    attribution: tuple[str, ...] = ()
    fact_level: tuple[str, ...] = ()

    def through(self, event: Event) -> Event | None:
        """What remains of an event of our record, as mended; identity is no news and always remains."""
        fields = event.fields
        if event.is_mend or (event.type in BOOKKEEPING and event.known == ALWAYS):
            return event
        if self.attribution and fields.get("attribution") not in self.attribution:
            return None
        if self.fact_level and fields.get("fact_level", "fact") not in self.fact_level:
            return None
        if not self.source and not self.not_source:
            return event
        remaining = tuple(p for p in event.sources if self._lets_pass(p.source))
        if not remaining and (event.sources or self.source):
            return None
        return replace(event, fields=fields | {"source": remaining}) if remaining else event

    def _lets_pass(self, source: str) -> bool:
        return source not in self.not_source and (not self.source or source in self.source)


@dataclass
class Log:
    """Events in the order of the log."""

    events: list[Event] = field(default_factory=list)
    recorded: list[datetime] = field(default_factory=list)
    _by_now: tuple[int, list[Event]] = (0, [])

    @classmethod
    def of(cls, events: Iterable[Fields]) -> Log:
        log = cls()
        for fields in events:
            log.append(fields)
        return log

    def append(self, given: Fields, recorded: datetime = ALWAYS) -> Event:
        """Store an event: with the publications of its sources as they are registered now."""
        position = len(self.events) + 1
        own = ("id", "type", "subject", "position", "recorded", "hash", "schema_version", "extra")
        fields = {name: as_stored(value) for name, value in given.items() if name not in own}
        is_remark = given["type"] in REMARKS
        subject = given.get("subject")
        if is_remark:
            subject = next(e.subject for e in self.events if e.id == given["target"])
        event = Event(
            position,
            given.get("id", f"position-{position}"),
            given["type"],
            subject or "",
            self._stored(fields, None, given.get("target")),
            is_mend=is_remark and not given.get("source"),
        )
        self.events.append(event)
        self.recorded.append(recorded)
        return event

    def _stored(self, fields: Fields, of: str | None, target: str | None) -> Fields:
        """The fields with publications and instants in the places of slugs and days.

        ``of`` is the event that they become fields of, where a correction brings them; ``target`` is the
        event that the changes among them are for.
        """
        stored = dict(fields)
        if isinstance(stored.get("value"), int) and not isinstance(stored["value"], bool):
            stored["value"] = str(stored["value"])
        if stored.get("source") is not None:
            named = stored["source"]
            slugs = [named] if isinstance(named, str) else named
            stored["source"] = tuple(self._publication(slug) for slug in slugs)
        if stored.get("known") is not None:
            sources = stored.get("source") or (self._now(of).sources if of else ())
            stored["known"] = self._instant(stored["known"], sources)
        if isinstance(stored.get("changes"), dict) and target is not None:
            next_target = self._now(target).fields.get("target")
            stored["changes"] = self._stored(stored["changes"], target, next_target)
        return stored

    def _now(self, id_: str) -> Event:
        """An event as it is worded by now; one that was retracted, as it was appended."""
        known = [*self._mended(), *self.events]
        return next(event for event in known if event.id == id_)

    def _mended(self) -> list[Event]:
        """The record mended by now."""
        if self._by_now[0] != len(self.events):
            self._by_now = len(self.events), _mended(self.events)
        return self._by_now[1]

    def _publication(self, slug: str) -> Publication:
        (registration,) = self._registrations(f"source:{slug}")[-1:]
        published = registration.fields["published"]
        zone = registration.fields.get("timezone", "UTC")
        day = published if is_day(published) else None
        return Publication(slug, instant(published, zone), day, zone)

    def _registrations(self, subject: str) -> list[Event]:
        """The registrations of a source or a company that count, as mended."""
        return [
            event
            for event in self._mended()
            if event.subject == subject and event.type.endswith("_registered")
        ]

    @staticmethod
    def _instant(text: str, sources: tuple[Publication, ...]) -> datetime:
        """An instant; a bare day ends in the zone of the source whose day it is, else of the first."""
        of_that_day = [source for source in sources if source.day == text]
        zones = [source.zone for source in (*of_that_day, *sources)]
        return instant(text, zones[0] if zones else "UTC")

    def at(
        self, known: datetime = LATEST, position: int | None = None, lens: Lens | None = None
    ) -> Record:
        """The record as it reads at a coordinate, whatever the day in the world."""
        held = self.events if position is None else self.events[:position]
        mended = _mended(held)
        return Record(list(_news_applied(mended, known, lens or Lens())), mended)

    def position_at(self, recorded: datetime) -> int:
        """The position that the log had reached at an instant."""
        return sum(moment <= recorded for moment in self.recorded)


@dataclass(frozen=True)
class Record:
    """The events that count at a coordinate as they are worded there, remarks left out; and all as mended."""

    events: list[Event]
    mended: list[Event]

    def of(self, subject: str) -> list[Event]:
        return [event for event in self.events if event.subject == subject]

    def subjects(self) -> list[str]:
        return sorted({event.subject for event in self.events})

    def registrations(self) -> dict[str, Event]:
        """The companies by id, with the registration of each, as mended; the first one first."""
        found: dict[str, Event] = {}
        for event in self.mended:
            if event.type == "company_registered":
                found.setdefault(event.subject.partition(":")[2], event)
        return found


def _changed(event: Event, corrections: list[Event]) -> Event:
    """An event with the changes of corrections, one after the other; null removes a field."""
    fields = dict(event.fields)
    for correction in corrections:
        fields |= correction.fields["changes"]
    return replace(event, fields={n: value for n, value in fields.items() if value is not None})


def _mended(events: list[Event]) -> list[Event]:
    """The record mended, whatever was known when: mends that count are applied, what they retract is gone.

    From the highest position down, because a mend can only be the target of what came later: when an
    event's turn comes, it is settled which mends of it count, and how they read.
    """
    mends: list[Event] = []
    found: list[Event] = []
    for event in reversed(events):
        about = [mend for mend in reversed(mends) if mend.target == event.id]
        if any(mend.type == "event_retracted" for mend in about):
            continue
        mended = _changed(event, [mend for mend in about if mend.type == "event_corrected"])
        kept = [mend for mend in about if mend.type != "event_retracted"]
        mended = replace(mended, remarks=tuple(kept))
        found.append(mended)
        if event.is_mend:
            mends.append(mended)
    return found[::-1]


def _news_applied(mended: list[Event], known: datetime, lens: Lens) -> Iterator[Event]:
    """The events that were public by an instant, with what was public about them by then."""
    public: list[Event] = []
    for event in mended:
        seen = lens.through(event)
        if seen is not None and not seen.is_mend and seen.known <= known:
            public.append(seen)
    news: list[Event] = []
    found: list[Event] = []
    for event in reversed(public):
        about = [remark for remark in reversed(news) if remark.target == event.id]
        if any(remark.type == "event_retracted" for remark in about):
            continue
        corrections = [remark for remark in about if remark.type == "event_corrected"]
        corrections.sort(key=lambda correction: (correction.known, correction.position))
        # known stays what it was, and so do the publications
        worded = replace(_changed(event, corrections), told_in=event.publications)
        remarks = [*event.remarks, *about]
        remarks.sort(key=lambda remark: remark.position)
        worded = replace(worded, remarks=tuple(remarks))
        if event.is_remark:
            news.append(worded)
        else:
            found.append(worded)
    yield from reversed(found)
