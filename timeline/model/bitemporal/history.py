"""Bitemporal history: the fold of :mod:`timeline.model.fold` at every coordinate, as rows.

Pure. The rows of a subject and of its parties answer every question (on, known) about it, with all
positions, as replay does. Rows hold what stays bounded; lists that grow with the events are read
from the log.

:func:`history` takes what :func:`timeline.model.record.turns` says at each instant, lets the valid axis
say what then holds from which day on, and the known axis turn that into rows. :func:`difference` finds
the stored rows that change.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Generic, TypeAlias, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from timeline.model.bitemporal.known_axis import Lane, PartyKey, PartyLanes, PartyRow, Row
from timeline.model.bitemporal.valid_axis import Content, Sweep
from timeline.model.fold import kind_of
from timeline.model.record import Entry, Lens, turns
from timeline.model.values import Day, Instant

SubjectRow: TypeAlias = Row[Content]
RowKey: TypeAlias = tuple[Day, Instant]
Found = TypeVar("Found")
Key = TypeVar("Key")


class History(Struct, frozen=True, eq=False):
    """All rows of a subject, and of its parties."""

    rows: list[SubjectRow]
    parties: list[PartyRow]


class Touched(Struct, Generic[Key, Found], frozen=True):
    """How stored rows change, to be done in this order."""

    dropped: list[Key]
    ended: list[tuple[Key, Instant]]
    """Rows of which only ``known_to`` is another now."""
    added: list[Found]


class Change(Struct, frozen=True, eq=False):
    """How the stored rows of a subject, and of its parties, change."""

    rows: Touched[RowKey, SubjectRow]
    parties: Touched[PartyKey, PartyRow]


def history(entries: Iterable[Entry], lens: Lens | None = None) -> History:
    """The rows of one subject from all its events, in any order, through a lens or with everything.

    At least one event is needed.
    """
    found = list(entries)
    sweep = Sweep(kind_of(found[0].subject))
    lane: Lane[Content] = Lane()
    parties = PartyLanes()
    for known, removed, added in turns(found, lens):
        day, segments = sweep.revise(removed, added)
        last = lane.open[-1] if lane.open else None
        before = last.content.parties if last is not None and last.valid_from < day else None
        parties.turn(known, day, before, [(begin, held.parties) for begin, held in segments])
        lane.turn(known, day, segments)
    return History(lane.rows, parties.rows)


def difference(rows: Iterable[SubjectRow], parties: Iterable[PartyRow], new: History) -> Change:
    """How stored rows must change to be those of ``new``: the fewest that do."""
    return Change(_difference(rows, new.rows), _difference(parties, new.parties))


def _difference(old: Iterable[Any], new: Iterable[Any]) -> Touched[Any, Any]:
    before = {row.key: row for row in old}
    ended, added = [], []
    for row in new:
        was = before.get(row.key)
        if was == row:
            del before[row.key]
        elif was is not None and replace(was, known_to=row.known_to) == row:
            del before[row.key]
            ended.append((row.key, row.known_to))
        else:
            added.append(row)
    return Touched(list(before), ended, added)
