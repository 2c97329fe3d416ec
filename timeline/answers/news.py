"""The news: what became public, by the day on which it did, registrations left out.

How much was reported on each day is counted once for the whole log, and then only of what was appended since:
the log is never rewritten.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct
from sqlalchemy.engine import Connection

from timeline.answers.log import log_entry
from timeline.answers.model import LogEntry
from timeline.model.values import Day, Instant, day_of
from timeline.store.log import read_events
from timeline.store.lookups import count_known, known_of

NO_NEWS: Final = ("source_registered", "company_registered", "companies_judged", "event_erased")
"""Types of events that say who somebody is, or what our record holds; nobody reports them."""


class Activity(Struct, frozen=True):
    """How many events became public at each instant, of the log up to a position."""

    position: int
    counts: Mapping[Instant, int]
    retractions: Sequence[tuple[str, str]]
    """Every retraction with its target, in the order of the log."""
    gone: Mapping[str, Instant]
    """What is retracted, with the instant at which it became public: no news any more."""

    def days(self, timezone: str = "UTC") -> Counter[Day]:
        """How many became public on each day of a time zone, and were not retracted."""
        days: Counter[Day] = Counter()
        for instant, count in self.counts.items():
            days[day_of(instant, timezone)] += count
        days.subtract(day_of(instant, timezone) for instant in self.gone.values())
        return +days


NOTHING: Final = Activity(0, {}, (), {})


def read_activity(connection: Connection, position: int, before: Activity = NOTHING) -> Activity:
    """The activity of the log up to a position, from that of its beginning where that was read."""
    if before.position > position:
        before = NOTHING
    if before.position == position:
        return before
    counts = Counter(before.counts)
    counts.update(count_known(connection, after=before.position, until=position, not_types=NO_NEWS))
    new = [
        (row.id, row.fields["target"])
        for row in read_events(
            connection, after=before.position, until=position, types=["event_retracted"]
        )
        if not row.is_erased
    ]
    retractions = [*before.retractions, *new]
    gone = known_of(connection, _retracted(retractions), NO_NEWS) if new else before.gone
    return Activity(position, dict(counts), retractions, gone)


def _retracted(retractions: Sequence[tuple[str, str]]) -> set[str]:
    """What is retracted: from the last retraction back, for one that is retracted has no effect."""
    gone: set[str] = set()
    for id_, target in reversed(retractions):
        if id_ not in gone:
            gone.add(target)
    return gone


class DayOfNews(Struct, frozen=True, kw_only=True):
    """What became public on a day: the first events of each subject, and how many more there are."""

    day: Day
    entries: list[LogEntry]
    count: int
    """Events of the day, those that are not among the entries too; without those that are retracted."""


def news_of_days(
    connection: Connection,
    activity: Activity,
    days: Sequence[Day],
    most: int,
    timezone: str = "UTC",
    after: int | None = None,
) -> list[DayOfNews]:
    """The news of some days, in their order; of each at most so many entries, one a subject at first.

    With ``after`` they are those after that position, in the order of the log. What was retracted since, or
    by our own mend, is no news any more.
    """
    wanted = set(days)
    instants = sorted(each for each in activity.counts if day_of(each, timezone) in wanted)
    found: dict[Day, list[LogEntry]] = {day: [] for day in days}
    counts = activity.days(timezone)
    # as many again, so that one subject does not hide the others
    room = 4 * most if after is None else most
    if instants:
        for row in read_events(
            connection, until=activity.position, known_from=instants[0], known_by=instants[-1],
            not_types=NO_NEWS, after=after or 0,
        ):  # fmt: skip
            entries = found.get(day_of(row.known, timezone))
            if entries is None or len(entries) == room:
                continue
            if not row.is_erased and row.id not in activity.gone:
                entries.append(log_entry(row))
                if len(days) == 1 and len(entries) == room:
                    break
    return [
        DayOfNews(
            day=day,
            entries=(_told(entries) if after is None else entries)[:most],
            count=counts[day],
        )
        for day, entries in found.items()
    ]


def _told(entries: Sequence[LogEntry]) -> list[LogEntry]:
    """Each subject once before any of them again, facts after what happened."""
    seen: Counter[str] = Counter()
    ranked = []
    for place, entry in enumerate(entries):
        ranked.append((seen[entry.subject], entry.subject.startswith("fact:"), place, entry))
        seen[entry.subject] += 1
    return [entry for *_, entry in sorted(ranked, key=lambda each: each[:3])]
