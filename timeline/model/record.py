"""Which events count: what stands in the record, with all that was said about it.

Corrections, retractions and erasures are events like the others; here they are applied to what they are
about (docs/concepts.md, "The record is never changed"). Pure; what comes of the events that count is
:mod:`timeline.model.fold`'s.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from timeline.model import dates
from timeline.model.kinds import RECORD_TYPES
from timeline.model.kinds.about_record import (
    EventCorrected,
    EventDisputed,
    EventErased,
    EventRetracted,
)
from timeline.model.values import END_OF_TIME, Day, Fields, Instant, parse_moment


class Entry(Struct, frozen=True, gc=False):
    """An event as it stands in the log: what the fold reads.

    ``fields`` are the fields that were given, as JSON values, except id, type, subject and occurred.
    """

    position: int
    id: str
    type: str
    subject: str
    occurred: str | None
    earliest: Day
    latest: Day
    known: Instant
    fields: Fields

    @property
    def sources(self) -> list[str]:
        """The slugs of the sources that reported it; none for a mend."""
        source = self.fields.get("source", [])
        return [source] if isinstance(source, str) else source

    @property
    def is_erased(self) -> bool:
        """Whether what it said is gone from the record: it counts for nothing any more."""
        return "erased" in self.fields


Lens: TypeAlias = Callable[[Entry], Entry | None]
"""What remains of an event when only some sources count: the event, known from then on, or None."""

CORRECTED: Final = str(EventCorrected.__struct_config__.tag)
RETRACTED: Final = str(EventRetracted.__struct_config__.tag)
DISPUTED: Final = str(EventDisputed.__struct_config__.tag)
ERASED: Final = str(EventErased.__struct_config__.tag)


def is_mend(entry: Entry) -> bool:
    """Whether an event about the record mends a slip of ours: it names no source."""
    return entry.type in RECORD_TYPES and "source" not in entry.fields


class Effective(Struct, frozen=True):
    """The events of a subject that count, corrected, and what was said about each of them."""

    entries: list[Entry]
    remarks: dict[str, list[Entry]]
    """Corrections and disputes that stand, by the id of their target, by position."""


def effective(
    entries: Iterable[Entry], known: Instant = END_OF_TIME, lens: Lens | None = None
) -> Effective:
    """The events that count for whoever knew what was known at ``known``.

    Mends come first, whatever ``known`` is; then what is not yet known goes; then corrections that were
    news by then.
    """
    entries = [entry for entry in entries if not entry.is_erased]
    remarks: dict[str, list[Entry]] = {}
    told = {entry.type for entry in entries}
    if not told.isdisjoint(RECORD_TYPES):
        entries = mended(entries, remarks)
    if lens is not None:
        entries = [seen for seen in map(lens, entries) if seen is not None]
    entries = [entry for entry in entries if entry.known <= known]
    if told.isdisjoint(RECORD_TYPES):
        return Effective(entries, remarks)
    news = [entry for entry in entries if entry.type in RECORD_TYPES]
    if news:
        entries = settled(entries, news, by_known, remarks)
    for said in remarks.values():
        said.sort(key=by_position)
    return Effective([e for e in entries if e.type not in RECORD_TYPES], remarks)


def mended(entries: Sequence[Entry], remarks: dict[str, list[Entry]] | None = None) -> list[Entry]:
    """The events with every slip of ours put right, news about them included; the mends are gone."""
    told = [entry for entry in entries if not entry.is_erased]
    mends = [entry for entry in told if is_mend(entry)]
    rest = [entry for entry in told if not is_mend(entry)]
    return settled(rest, mends, by_position, {} if remarks is None else remarks)


def settled(
    entries: Iterable[Entry],
    about: Iterable[Entry],
    order: Callable[[Entry], Any],
    remarks: dict[str, list[Entry]],
) -> list[Entry]:
    """The entries, with what is said ``about`` them and still stands applied in that order.

    Corrections and disputes that stand join ``remarks``, by the id of their target.
    """
    # A target's position is lower than that of what is said about it, so from the highest position
    # down everything about an event is settled when its own turn comes; what is retracted has no effect.
    retracted: set[str] = set()
    changes: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in sorted(about, key=by_position, reverse=True):
        if entry.id in retracted:
            continue
        entry = corrected(entry, sorted(changes[entry.id], key=order))
        target: str = entry.fields["target"]
        if entry.type == RETRACTED:
            retracted.add(target)
            continue
        remarks.setdefault(target, []).append(entry)
        if entry.type == CORRECTED:
            changes[target].append(entry)
    return [
        corrected(entry, sorted(changes[entry.id], key=order))
        for entry in entries
        if entry.id not in retracted
    ]


def corrected(entry: Entry, corrections: Sequence[Entry]) -> Entry:
    """The event with the changes of the corrections, the later ones winning."""
    if not corrections:
        return entry
    fields = dict(entry.fields)
    occurred, known = entry.occurred, entry.known
    for correction in corrections:
        for name, value in correction.fields["changes"].items():
            if name == "occurred":
                occurred = value
                continue
            if name == "known":
                known = parse_moment(value)
            if value is None:
                fields.pop(name, None)
            else:
                fields[name] = value
    earliest, latest = dates.bounds(occurred) if occurred else (dates.OPEN_START, dates.OPEN_START)
    return replace(
        entry, occurred=occurred, earliest=earliest, latest=latest, known=known, fields=fields
    )


def by_position(entry: Entry) -> int:
    """In which order the log has them."""
    return entry.position


def by_known(entry: Entry) -> tuple[Instant, int]:
    """In which order they became public."""
    return entry.known, entry.position
