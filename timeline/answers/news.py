"""The news: what became public, by the day on which it did, registrations left out.

How much was reported on each day is counted once for the whole log, and then only of what was appended since:
the log is never rewritten.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct
from sqlalchemy.engine import Connection

from timeline.answers.first import day_of
from timeline.answers.log import log_entry
from timeline.answers.model import LogEntry
from timeline.model.record import judge
from timeline.model.values import Day, Instant
from timeline.store.log import read_entries, read_events
from timeline.store.lookups import count_known

NO_NEWS: Final = ("source_registered", "company_registered", "companies_judged", "event_erased")
"""Types of events that say who somebody is, or what our record holds; nobody reports them."""


class Activity(Struct, frozen=True):
    """How many events became public at each instant, of the log up to a position."""

    position: int
    counts: Mapping[Instant, int]

    def days(self, timezone: str = "UTC") -> Counter[Day]:
        """How many became public on each day of a time zone."""
        days: Counter[Day] = Counter()
        for instant, count in self.counts.items():
            days[day_of(instant, timezone)] += count
        return days


NOTHING: Final = Activity(0, {})


def read_activity(connection: Connection, position: int, before: Activity = NOTHING) -> Activity:
    """The activity of the log up to a position, from that of its beginning where that was read."""
    if before.position > position:
        before = NOTHING
    if before.position == position:
        return before
    counts = Counter(before.counts)
    counts.update(count_known(connection, after=before.position, until=position, not_types=NO_NEWS))
    return Activity(position, dict(counts))


class DayOfNews(Struct, frozen=True, kw_only=True):
    """What became public on a day: the first events of each subject, and how many more there are."""

    day: Day
    entries: list[LogEntry]
    count: int
    """Events of the day, those that are not among the entries too; without those seen to be retracted."""


def news_of_days(
    connection: Connection,
    activity: Activity,
    days: Sequence[Day],
    most: int,
    timezone: str = "UTC",
) -> list[DayOfNews]:
    """The news of some days, in their order; of each at most so many entries, one a subject at first.

    What was retracted since, or by our own mend, is no news any more.
    """
    wanted = set(days)
    instants = sorted(each for each in activity.counts if day_of(each, timezone) in wanted)
    found: dict[Day, list[LogEntry]] = {day: [] for day in days}
    counts = activity.days(timezone)
    if instants:
        for row in read_events(
            connection, until=activity.position, known_from=instants[0], known_by=instants[-1],
            not_types=NO_NEWS,
        ):  # fmt: skip
            entries = found.get(day_of(row.known, timezone))
            # as many again, so that one subject does not hide the others
            if entries is not None and len(entries) < 4 * most and not row.is_erased:
                entries.append(log_entry(row))
    gone = _retracted(connection, (e for entries in found.values() for e in entries), activity)
    return [
        DayOfNews(
            day=day,
            entries=_told([entry for entry in entries if entry.id not in gone])[:most],
            count=counts[day] - sum(entry.id in gone for entry in entries),
        )
        for day, entries in found.items()
    ]


def _retracted(connection: Connection, entries: Iterable[LogEntry], activity: Activity) -> set[str]:
    """The events of subjects of some entries against which a retraction stands."""
    subjects = {entry.subject for entry in entries}
    return {
        event
        for _, found in read_entries(connection, subjects, activity.position)
        for event, reason in judge(found).reasons.items()
        if reason.why == "retracted"
    }


def _told(entries: Sequence[LogEntry]) -> list[LogEntry]:
    """Each subject once before any of them again, facts after what happened."""
    seen: Counter[str] = Counter()
    ranked = []
    for place, entry in enumerate(entries):
        ranked.append((seen[entry.subject], entry.subject.startswith("fact:"), place, entry))
        seen[entry.subject] += 1
    return [entry for *_, entry in sorted(ranked, key=lambda each: each[:3])]
