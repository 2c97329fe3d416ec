"""The known axis: rows of something that holds over days, as what is known of it changes.

A lane is followed from one known instant to the next. At each it takes what now holds from some
day on, keeps every row that still says the same of the same days, closes the others, and opens rows
for what is new. So rows are a function of what holds at every coordinate: the longest runs of equal
days, each for as long as it was known in that shape.

Intervals are half-open on both axes. The last day and the last instant stand for the open end, so
nothing begins or ends there, and they are no coordinates: :func:`within` asks the ones before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Generic, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from timeline.model.dates import OPEN_END
from timeline.model.values import END_OF_TIME, Day, Instant

LAST_DAY: Final[Day] = "9999-12-30"
LAST_INSTANT: Final[Instant] = "9999-12-31T23:59:59.999998Z"

Held = TypeVar("Held")
Found = TypeVar("Found")
Key = TypeVar("Key")


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
        """What no other row of the lane shares."""
        return self.valid_from, self.known_from


class Touched(Struct, Generic[Key, Found], frozen=True):
    """How stored rows change, to be done in this order."""

    dropped: list[Key]
    ended: list[tuple[Key, Instant]]
    """Rows of which only ``known_to`` is another now."""
    added: list[Found]


class Lane(Generic[Held]):
    """The rows of one lane, followed in the order of what became known.

    A lane that goes on from a checkpoint has the rows that may still change: those that were open,
    and those that were ``shut`` at the very instant that more becomes known of.
    """

    __slots__ = ("_closed", "_stored", "known", "open", "shut")

    def __init__(self, known: Instant, opened: Iterable[Row[Held]] = ()) -> None:
        self.known = known
        self.open = list(opened)
        self.shut: list[Row[Held]] = []
        self._closed: list[Row[Held]] = []
        self._stored: dict[int, tuple[Row[Held], Instant]] = {}

    @classmethod
    def going_on(cls, known: Instant, tail: Iterable[Row[Held]]) -> Lane[Held]:
        """The lane whose stored rows end with these, when all up to that instant was known."""
        rows = [replace(row) for row in tail]  # stored rows are changed here
        lane = cls(known, [row for row in rows if row.known_to == END_OF_TIME])
        lane.shut = [row for row in rows if row.known_to != END_OF_TIME]
        lane._stored = {id(row): (row, row.known_to) for row in rows}
        return lane

    def tail(self, day: Day, known: Instant) -> list[Row[Held]]:
        """The rows that news from that day on may change: those open, and those shut just then."""
        shut = self.shut if self.known == known else []
        return [row for row in (*self.open, *shut) if row.valid_to >= day]

    def turn(self, known: Instant, day: Day, spans: Sequence[tuple[Day, Held | None]]) -> None:
        """From ``known`` on this is what holds from that day on: spans by the day that each begins.

        None is nothing. Until the first of them it is as before that day.
        """
        if known != self.known:
            self.known, self.shut = known, []
        rows = self.open
        if len(spans) == 1 and not self.shut and self._follow(day, *spans[0]):
            return
        first = len(rows)
        while first and rows[first - 1].valid_to >= day:
            first -= 1
        old = rows[first:]
        self.open = rows[:first]
        kept = {row.valid_from: row for row in old}
        for start, end, held in _runs(old, day, spans):
            row = kept.get(start)
            if row is not None and row.valid_to == end and row.content == held:
                del kept[start]
            else:
                row = self._reopened(start, end, held)
                row = row or Row(start, end, known, END_OF_TIME, held)
            row.content = held  # what came from a checkpoint is only a digest
            self.open.append(row)
        for row in kept.values():
            self._close(row)

    def _follow(self, day: Day, start: Day, held: Held | None) -> bool:
        """News in order, which most of it is: 0.6 µs instead of 1.6 µs."""
        rows, known = self.open, self.known
        if held is None:
            return False
        if rows:
            last = rows[-1]
            if last.valid_from >= day or last.valid_to != OPEN_END:
                return False
            if held == last.content:
                return True
            self._close(last)
            rows[-1] = Row(last.valid_from, start, known, END_OF_TIME, last.content)
        rows.append(Row(start, OPEN_END, known, END_OF_TIME, held))
        return True

    def touched(self) -> Touched[tuple[Day, Instant], Row[Held]]:
        """What has changed since the checkpoint; all rows where there was none."""
        rows = [*self._closed, *self.open]
        if not self._stored:
            return Touched([], [], rows)
        stored = self._stored.values()
        return Touched(
            [row.key for row, _ in stored if row.known_from == row.known_to],
            [
                (row.key, row.known_to)
                for row, known_to in stored
                if row.known_from != row.known_to != known_to
            ],
            [row for row in rows if id(row) not in self._stored],
        )

    def _close(self, row: Row[Held]) -> None:
        row.known_to = self.known
        if row.known_from != self.known:  # else it was never seen
            self._closed.append(row)
            self.shut.append(row)

    def _reopened(self, start: Day, end: Day, held: Held) -> Row[Held] | None:
        for row in self.shut:
            if row.valid_from == start and row.valid_to == end and row.content == held:
                self.shut.remove(row)
                row.known_to = END_OF_TIME
                return row
        return None


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
            held = value  # rather than a digest
            continue
        if held is not None:
            runs.append((start, begin, held))
        start, held = begin, value
    if held is not None:
        runs.append((start, OPEN_END, held))
    return runs
