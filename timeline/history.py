"""Bitemporal history: the fold of :mod:`timeline.replay` at every coordinate, as rows.

Pure. The rows of a subject and of its parties answer every question (on, known) about it, with all
positions, as replay does. Rows hold what stays bounded; lists that grow with the events are read
from the log.

News in order costs the same however long a story is: a :class:`Checkpoint` says where a subject
stands, :func:`extend` goes on from it and says which stored rows change. Everything else (late,
backdated, corrected, retracted, mended) is folded anew by :func:`history`, and :func:`difference`
finds the rows that change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import groupby
from operator import attrgetter
from typing import Any, Final, TypeAlias

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from timeline.edtf import OPEN_END
from timeline.events.registry import RECORD_TYPES
from timeline.lane import Lane, Row, Touched
from timeline.replay import DISPUTED, Entry, by_known, is_plan, kind_of, mended, settled
from timeline.sweep import Content, Segment, State, Sweep
from timeline.values import ALWAYS, END_OF_TIME, Day, Instant

CHECKPOINT_VERSION: Final = 1
"""Raised with every change of the fold or of the checkpoint: older ones are then folded anew."""

MOST_OPEN: Final = 32
"""The most events that may be pending or ahead, and rows that may change, in a checkpoint."""


class PartyRow(Struct, frozen=True):
    """That a company was a party of the subject, in these roles. Half-open on both axes."""

    company: str
    roles: list[str]
    valid_from: Day
    valid_to: Day
    known_from: Instant
    known_to: Instant

    @property
    def key(self) -> tuple[str, Day, Instant]:
        """What no other party row of the subject shares."""
        return self.company, self.valid_from, self.known_from


SubjectRow: TypeAlias = Row[Content]
RowKey: TypeAlias = tuple[Day, Instant]
PartyKey: TypeAlias = tuple[str, Day, Instant]


@dataclass(frozen=True, slots=True)
class History:
    """All rows of a subject, and of its parties."""

    rows: list[SubjectRow]
    parties: list[PartyRow]
    _scan: _Scan = field(repr=False, compare=False)

    def checkpoint(self) -> Checkpoint | None:
        """Where the subject stands; None where too much is open to go on from."""
        return self._scan.checkpoint()


@dataclass(frozen=True, slots=True)
class Change:
    """How the stored rows of a subject, and of its parties, change."""

    rows: Touched[RowKey, SubjectRow]
    parties: Touched[PartyKey, PartyRow]
    _scan: _Scan = field(repr=False, compare=False)

    def checkpoint(self) -> Checkpoint | None:
        """Where the subject stands now; None where too much is open to go on from."""
        return self._scan.checkpoint()


def history(entries: Iterable[Entry]) -> History:
    """The rows of one subject from all its events, in any order. At least one event is needed."""
    found = list(entries)
    subject, position = found[0].subject, max(entry.position for entry in found)
    disputed: set[str] = set()
    about_record = any(entry.type in RECORD_TYPES for entry in found)
    if about_record:
        remarks: dict[str, list[Entry]] = {}
        found = mended(found, remarks)
        disputed = {target for target, said in remarks.items() if _is_disputed(said)}
    scan = _Scan(subject, position, Sweep(kind_of(subject), State(), (), disputed))
    news = _News(found, scan.sweep.disputed) if about_record else None
    for known, group in groupby(sorted(found, key=by_known), key=_known_of):
        added, removed = list(group), _NOTHING
        if news is not None:
            removed, added = news.heard(added)
        if known < END_OF_TIME:  # the open end is no instant that anything is known from
            scan.turn(known, removed, added)
    rows, parties = scan.touched()
    return History(rows.added, parties.added, scan)


def extend(checkpoint: Checkpoint, entries: Iterable[Entry]) -> Change | None:
    """How stored rows change by further events of the subject.

    None when these are not news in order (known after all that is known, and happened after all
    that has happened): then the subject is folded anew.
    """
    scan = _restored(checkpoint)
    for known, group in groupby(sorted(entries, key=by_known), key=_known_of):
        added = list(group)
        for entry in added:
            if entry.position <= checkpoint.position or entry.type in RECORD_TYPES:
                return None
            scan.position = max(scan.position, entry.position)
        if known < checkpoint.known:
            return None
        if known < END_OF_TIME and not scan.turn(known, [], added):
            return None
    return Change(*scan.touched(), scan)


def difference(rows: Iterable[SubjectRow], parties: Iterable[PartyRow], new: History) -> Change:
    """How stored rows must change to be those of ``new``: the fewest that do."""
    return Change(_difference(rows, new.rows), _difference(parties, new.parties), new._scan)


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


# --- where a subject stands ---------------------------------------------------------------------


class Checkpoint(Struct, frozen=True, array_like=True):
    """All that decides how the rows of a subject go on with news in order; it does not grow.

    As JSON about 1 kB. Rows stand in it by the digest of their content: what a row says is only
    compared, or it is what the state says.
    """

    version: int
    subject: str
    position: int
    """Of the last event that is in it."""
    known: Instant
    state: State
    ahead: list[Entry]
    """Plans, which are still to happen after the state."""
    disputed: list[str]
    rows: list[Row[str]]
    parties: dict[str, list[Row[list[str]]]]

    def encode(self) -> bytes:
        """As JSON."""
        return msgspec.json.encode(self)

    @classmethod
    def decode(cls, data: bytes) -> Checkpoint | None:
        """From JSON; None for one of another version of the program."""
        if not data.startswith(b"[%d," % CHECKPOINT_VERSION):
            return None
        return _decode.decode(data)


_decode: Final = msgspec.json.Decoder(Checkpoint)


class _Digest(Struct, frozen=True, eq=False):
    """Stands for a content that is only compared."""

    text: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Content) and _digest(other) == self.text

    __hash__ = None  # type: ignore[assignment]


def _digest(content: Content | _Digest) -> str:
    if isinstance(content, _Digest):
        return content.text
    return blake2b(msgspec.json.encode(content, order="sorted"), digest_size=16).hexdigest()


# --- from one known instant to the next ---------------------------------------------------------


class _Scan:
    """A subject on its way through what became known of it."""

    __slots__ = ("known", "lanes", "position", "rows", "subject", "sweep")

    def __init__(self, subject: str, position: int, sweep: Sweep) -> None:
        self.subject = subject
        self.position = position
        self.sweep = sweep
        self.known: Instant = ALWAYS
        self.rows: Lane[Any] = Lane()
        self.lanes: dict[str, Lane[list[str]]] = {}

    def turn(self, known: Instant, removed: Sequence[Entry], added: Sequence[Entry]) -> bool:
        """Take in what became known at an instant; False when all must be folded anew."""
        self.known = known
        removed = [entry for entry in removed if entry.earliest < OPEN_END]
        added = [entry for entry in added if entry.earliest < OPEN_END]
        if not removed and not added:
            return True
        revised = self.sweep.revise(removed, added)
        if revised is None:
            return False
        day, segments = revised
        steady = self._is_steady(day, segments)
        self.rows.turn(known, day, segments)
        if not steady:
            companies = {company for _, held in segments for company in held.parties}
            for company in sorted(companies | self.lanes.keys()):
                lane = self.lanes.setdefault(company, Lane(known))
                lane.turn(known, day, [(d, held.parties.get(company)) for d, held in segments])
        return True

    def _is_steady(self, day: Day, segments: Sequence[Segment]) -> bool:
        # mostly the parties are the same all along, before and after: 0.2 µs instead of 3 µs
        rows = self.rows.open
        if not rows or rows[-1].valid_from >= day:
            return False
        parties = rows[-1].content.parties
        return all(held.parties == parties for _, held in segments)

    def touched(self) -> tuple[Touched[RowKey, SubjectRow], Touched[PartyKey, PartyRow]]:
        """What has changed in the lane of the subject, and in those of its parties together."""
        dropped: list[PartyKey] = []
        ended: list[tuple[PartyKey, Instant]] = []
        added: list[PartyRow] = []
        for company, lane in self.lanes.items():
            touched = lane.touched()
            dropped += [(company, *key) for key in touched.dropped]
            ended += [((company, *key), known_to) for key, known_to in touched.ended]
            added += [
                PartyRow(company, r.content, r.valid_from, r.valid_to, r.known_from, r.known_to)
                for r in touched.added
            ]
        return self.rows.touched(), Touched(dropped, ended, added)

    def checkpoint(self) -> Checkpoint | None:
        """The state after which news in order can happen, with all that it may change."""
        sweep = self.sweep
        place = len(sweep.order)
        while place and is_plan(sweep.order[place - 1]):
            place -= 1  # news goes on before what is planned
        day = max(sweep.order[place - 1].earliest if place else "", sweep.states[0].day)
        state = next(state for state in reversed(sweep.states) if state.day <= day)
        ahead = sweep.order[state.count :]
        held = {company: _tail(lane, state.day, self.known) for company, lane in self.lanes.items()}
        rows, *parties = [_tail(self.rows, state.day, self.known), *held.values()]
        if max(len(state.pending) + len(ahead), len(rows), *map(len, parties)) > MOST_OPEN:
            return None
        return Checkpoint(
            CHECKPOINT_VERSION,
            self.subject,
            self.position,
            self.known,
            replace(state, count=0),
            ahead,
            [entry.id for entry in ahead if entry.id in sweep.disputed],
            [replace(row, content=_digest(row.content)) for row in rows],
            {company: held[company] for company in held if held[company]},
        )


def _tail(lane: Lane[Any], day: Day, known: Instant) -> list[Row[Any]]:
    """The rows that news from that day on may change: those open, and those shut just then."""
    rows = [row for row in lane.open if row.valid_to >= day]
    return rows + [row for row in lane.shut if row.known_to == known and row.valid_to >= day]


# --- what publishers say about their own news -----------------------------------------------------


class _News:
    """What publishers said about their own news: corrections, retractions, disputes."""

    def __init__(self, entries: Iterable[Entry], disputed: set[str]) -> None:
        self._mended = frozenset(disputed)
        self.disputed = disputed
        self._root: dict[str, str] = {}  # what a remark on a remark is about in the end
        for entry in sorted(entries, key=attrgetter("position")):
            if entry.type in RECORD_TYPES:
                target: str = entry.fields["target"]
                self._root[entry.id] = self._root.get(target, target)
        self._said: defaultdict[str, list[Entry]] = defaultdict(list)
        self._told: dict[str, Entry] = {}  # as it was told first
        self._now: dict[str, list[Entry]] = {}  # as it counts now, if it does

    def heard(self, group: Iterable[Entry]) -> tuple[list[Entry], list[Entry]]:
        """What counts no longer, and what counts now, by what became known at an instant."""
        about: dict[str, None] = {}
        for entry in group:
            if entry.type in RECORD_TYPES:
                about[self._root[entry.id]] = None
                self._said[self._root[entry.id]].append(entry)
            else:
                about[entry.id] = None
                self._told[entry.id] = entry
        removed, added = [], []
        for name in about:
            if name not in self._told:
                continue  # what is corrected is not known itself yet
            remarks: dict[str, list[Entry]] = {}
            now = settled([self._told[name]], self._said[name], by_known, remarks)
            was = self._now.get(name, _NOTHING)
            disputed = name in self._mended or _is_disputed(remarks.get(name, ()))
            if now != was or disputed != (name in self.disputed):
                removed += was
                added += now
                self._now[name] = now
                (self.disputed.add if disputed else self.disputed.discard)(name)
        return removed, added


_known_of: Final = attrgetter("known")
_NOTHING: Final[list[Entry]] = []


def _restored(checkpoint: Checkpoint) -> _Scan:
    state, known = checkpoint.state, checkpoint.known
    kind = kind_of(checkpoint.subject)
    sweep = Sweep(kind, state, checkpoint.ahead, checkpoint.disputed)
    scan = _Scan(checkpoint.subject, checkpoint.position, sweep)
    scan.known = known
    rows: list[Row[Any]] = [replace(row, content=_Digest(row.content)) for row in checkpoint.rows]
    for row in rows:
        if row.valid_from <= state.day < row.valid_to and row.known_to == END_OF_TIME:
            row.content = sweep.content(state)
    scan.rows = _lane(known, rows)
    scan.lanes = {company: _lane(known, rows) for company, rows in checkpoint.parties.items()}
    return scan


def _lane(known: Instant, rows: Iterable[Row[Any]]) -> Lane[Any]:
    rows = [replace(row) for row in rows]
    return Lane(
        known,
        [row for row in rows if row.known_to == END_OF_TIME],
        [row for row in rows if row.known_to != END_OF_TIME],
    )


def _is_disputed(remarks: Iterable[Entry]) -> bool:
    return any(remark.type == DISPUTED for remark in remarks)
