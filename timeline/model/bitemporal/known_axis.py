"""The known axis: rows of what holds over days, as what is known of it changes.

A :class:`Lane` is followed from one known instant to the next. At each instant it takes what now holds
from some day on, keeps every row that still says the same of the same days, closes the others, and opens
rows for what is new. So rows are a function of what holds at every coordinate: the longest runs of equal
days, each for as long as it was known in that shape.

An example in figures. On 10 Jan a deal is reported as signed on 9 Jan; on 20 Jan, as ended on 15 Jan:

===========  ===========  ===========  ===========  ========
valid_from   valid_to     known_from   known_to     status
===========  ===========  ===========  ===========  ========
9 Jan        (open)       10 Jan       20 Jan       signed
9 Jan        15 Jan       20 Jan       (open)       signed
15 Jan       (open)       20 Jan       (open)       ended
===========  ===========  ===========  ===========  ========

At the second turn the lane is told "from 15 Jan on: ended". The open row reaches over that day, so it is
closed at 20 Jan and goes on as one that is cut at 15 Jan.

Intervals are half-open on both axes. The last day and the last instant stand for the open end, so
nothing begins or ends there, and they are no coordinates: :func:`within` asks the ones before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Generic, TypeAlias, TypeVar

from msgspec import Struct

from timeline.model.dates import OPEN_END
from timeline.model.values import END_OF_TIME, Day, Instant

LAST_DAY: Final[Day] = "9999-12-30"
LAST_INSTANT: Final[Instant] = "9999-12-31T23:59:59.999998Z"

Held = TypeVar("Held")
Found = TypeVar("Found")
Key = TypeVar("Key")
Roles: TypeAlias = list[str]
PartyKey: TypeAlias = tuple[str, Day, Instant]


def within(on: Day, known: Instant) -> tuple[Day, Instant]:
    """The coordinate at which rows answer: the open ends stand for all that is not said to end."""
    return min(on, LAST_DAY), min(known, LAST_INSTANT)


class Row(Struct, Generic[Held], gc=False):
    """What held from ``valid_from`` until before ``valid_to``, for who asked in the known interval.

    ``valid_from`` and ``known_from`` together name a row of a lane.
    """

    valid_from: Day
    valid_to: Day
    known_from: Instant
    known_to: Instant
    content: Held

    @property
    def key(self) -> tuple[Day, Instant]:
        """The key of the row: unique in its lane."""
        return self.valid_from, self.known_from


class Touched(Struct, Generic[Key, Found], frozen=True):
    """How stored rows change, to be done in this order."""

    dropped: list[Key]
    ended: list[tuple[Key, Instant]]
    """Rows of which only ``known_to`` is another now."""
    added: list[Found]


class Lane(Generic[Held]):
    """The rows of one lane, followed in the order of what became known."""

    __slots__ = ("_closed", "_open")

    def __init__(self, opened: Sequence[Row[Held]] = ()) -> None:
        self._open = list(opened)
        self._closed: list[Row[Held]] = []

    @property
    def rows(self) -> list[Row[Held]]:
        """Every row: those closed by now, then those still open, by day."""
        return [*self._closed, *self._open]

    @property
    def open(self) -> list[Row[Held]]:
        """The rows of what is known now, by day."""
        return self._open

    def changed(self, since: Instant, day: Day) -> Touched[tuple[Day, Instant], Row[Held]]:
        """What the turns after ``since``, none of which reached back before ``day``, did to the rows.

        Rows that are closed are forgotten with it: no later turn touches them.
        """
        closed, self._closed = self._closed, []
        ended = [(row.key, row.known_to) for row in closed if row.known_from <= since]
        added = [row for row in closed if row.known_from > since]
        for row in reversed(self._open):
            if row.valid_to < day:
                break
            if row.known_from > since:
                added.append(row)
        return Touched([], ended, added)

    def turn(self, known: Instant, day: Day, spans: Sequence[tuple[Day, Held | None]]) -> None:
        """Apply a new view of the future, learned at ``known``: later than every turn before.

        The given spans, each with the day it begins on, replace everything from ``day`` on. A span of
        None means that nothing holds. Days before the first span keep their old content.
        """
        rows = self._open
        if len(spans) == 1 and self._follow(known, day, *spans[0]):
            return
        first = len(rows)
        while first and rows[first - 1].valid_to >= day:
            first -= 1
        old = rows[first:]
        self._open = rows[:first]
        kept = {row.valid_from: row for row in old}
        for start, end, held in _runs(old, day, spans):
            row = kept.get(start)
            if row is not None and row.valid_to == end and row.content == held:
                del kept[start]
            else:
                row = Row(start, end, known, END_OF_TIME, held)
            self._open.append(row)
        for row in kept.values():
            self._close(row, known)

    def _follow(self, known: Instant, day: Day, start: Day, held: Held | None) -> bool:
        """Take in news in order, which most of it is: 0.6 µs instead of 1.6 µs."""
        rows = self._open
        if held is None:
            return False
        if rows:
            last = rows[-1]
            if last.valid_from >= day or last.valid_to != OPEN_END:
                return False
            if held == last.content:
                return True
            self._close(last, known)
            rows[-1] = Row(last.valid_from, start, known, END_OF_TIME, last.content)
        rows.append(Row(start, OPEN_END, known, END_OF_TIME, held))
        return True

    def _close(self, row: Row[Held], known: Instant) -> None:
        row.known_to = known
        self._closed.append(row)


def _runs(
    old: Sequence[Row[Held]], day: Day, spans: Sequence[tuple[Day, Held | None]]
) -> list[tuple[Day, Day, Held]]:
    """The longest runs of what holds: as before until that day, then as the spans say."""
    runs: list[tuple[Day, Day, Held]] = []
    start, held = day, None
    if old and old[0].valid_from < day:
        start, held = old[0].valid_from, old[0].content
    for begin, value in spans:
        if value == held:
            continue
        if held is not None:
            runs.append((start, begin, held))
        start, held = begin, value
    if held is not None:
        runs.append((start, OPEN_END, held))
    return runs


# --- the parties ----------------------------------------------------------------------------------


class PartyRow(Struct, frozen=True, gc=False):
    """A company was a party of the subject, in these roles. Half-open on both axes."""

    company: str
    roles: Roles
    valid_from: Day
    valid_to: Day
    known_from: Instant
    known_to: Instant

    @property
    def key(self) -> PartyKey:
        """The key of the row: unique among the party rows of the subject."""
        return self.company, self.valid_from, self.known_from


Parties: TypeAlias = Mapping[str, Roles]


class PartyLanes:
    """A lane for each company that is ever a party of a subject.

    Mostly the parties are the same all along. Then one row says it for all of them, and a turn is a
    comparison (0.3 µs instead of 2.9 µs for two parties). Lanes are made when the parties first change.
    """

    __slots__ = ("_lanes", "_steady")

    def __init__(self) -> None:
        self._lanes: dict[str, Lane[Roles]] | None = None
        self._steady: Row[Parties] | None = None

    def turn(
        self,
        known: Instant,
        day: Day,
        before: Parties | None,
        spans: Sequence[tuple[Day, Parties]],
    ) -> None:
        """Apply a new view of the parties from ``day`` on, learned at ``known``.

        ``before`` are the parties of the open end until now, where that began before ``day``.
        """
        if self._lanes is None:
            if self._steady is None:
                first = spans[0][1] if spans else {}
                if _are_all(first, spans):
                    if spans:
                        self._steady = Row(spans[0][0], OPEN_END, known, END_OF_TIME, first)
                    return
            elif before is not None and _are_all(before, spans):
                return
            self._lanes = {
                company: Lane([Row(row.valid_from, OPEN_END, row.known_from, END_OF_TIME, roles)])
                for row in ([self._steady] if self._steady else [])
                for company, roles in row.content.items()
            }
        lanes = self._lanes
        companies = {company for _, parties in spans for company in parties}
        for company in sorted(companies | lanes.keys()):
            lane = lanes.setdefault(company, Lane())
            lane.turn(known, day, [(begin, parties.get(company)) for begin, parties in spans])

    def changed(self, since: Instant, day: Day) -> Touched[PartyKey, PartyRow]:
        """What turns did to the rows of all companies; see :meth:`Lane.changed`."""
        found: Touched[PartyKey, PartyRow] = Touched([], [], [])
        if self._lanes is None:
            if self._steady is not None and self._steady.known_from > since:
                found.added.extend(self.rows)
            return found
        for company, lane in self._lanes.items():
            touched = lane.changed(since, day)
            found.ended.extend(((company, *key), known_to) for key, known_to in touched.ended)
            found.added.extend(_party_row(company, row, row.content) for row in touched.added)
        return found

    @property
    def rows(self) -> list[PartyRow]:
        """Every row of every company."""
        if self._lanes is not None:
            return [
                _party_row(company, row, row.content)
                for company, lane in self._lanes.items()
                for row in lane.rows
            ]
        steady = self._steady
        if steady is None:
            return []
        return [_party_row(company, steady, roles) for company, roles in steady.content.items()]


def _party_row(company: str, row: Row[Held], roles: Roles) -> PartyRow:
    return PartyRow(company, roles, row.valid_from, row.valid_to, row.known_from, row.known_to)


def _are_all(parties: Parties, spans: Sequence[tuple[Day, Parties]]) -> bool:
    for _, held in spans:  # noqa: SIM110 (a generator takes twice as long)
        if held is not parties and held != parties:
            return False
    return True
