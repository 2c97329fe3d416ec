"""Bitemporal history: the fold of :mod:`timeline.model.fold` at every coordinate, as rows.

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
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from itertools import groupby
from operator import attrgetter
from typing import Any, Final, TypeAlias

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from timeline.model.bitemporal.known_axis import Lane, Row, Touched
from timeline.model.bitemporal.parties import Parties, PartyKey, PartyRow, Roles
from timeline.model.bitemporal.valid_axis import Content, State, Sweep
from timeline.model.fold import DISPUTED, Entry, Lens, by_known, is_plan, kind_of, mended, settled
from timeline.model.kinds import RECORD_TYPES
from timeline.model.values import ALWAYS, END_OF_TIME, Day, Instant

__all__ = [
    "Change",
    "Checkpoint",
    "Content",
    "History",
    "PartyRow",
    "Row",
    "SubjectRow",
    "difference",
    "extend",
    "history",
]

CHECKPOINT_VERSION: Final = 1
"""Raised with every change of the fold or of the checkpoint: older ones are then folded anew."""

MOST_OPEN: Final = 32
"""The most events that may be pending or ahead, and rows that may change, in a checkpoint."""

SubjectRow: TypeAlias = Row[Content]
RowKey: TypeAlias = tuple[Day, Instant]


class History(Struct, frozen=True, eq=False):
    """All rows of a subject, and of its parties."""

    rows: list[SubjectRow]
    parties: list[PartyRow]
    _scan: _Scan

    def checkpoint(self) -> Checkpoint | None:
        """Where the subject stands; None where too much is open to go on from."""
        return self._scan.checkpoint()


class Change(Struct, frozen=True, eq=False):
    """How the stored rows of a subject, and of its parties, change."""

    rows: Touched[RowKey, SubjectRow]
    parties: Touched[PartyKey, PartyRow]
    _scan: _Scan

    def checkpoint(self) -> Checkpoint | None:
        """Where the subject stands now; None where too much is open to go on from."""
        return self._scan.checkpoint()


def history(entries: Iterable[Entry], lens: Lens | None = None) -> History:
    """The rows of one subject from all its events, in any order, through a lens or with everything.

    At least one event is needed.
    """
    found = list(entries)
    subject, position = found[0].subject, max([entry.position for entry in found])
    disputed: set[str] = set()
    about_record = not RECORD_TYPES.isdisjoint([entry.type for entry in found])
    if about_record:
        remarks: dict[str, list[Entry]] = {}
        found = mended(found, remarks)
        disputed = {target for target, said in remarks.items() if _is_disputed(said)}
    if lens is not None:
        found = [seen for seen in map(lens, found) if seen is not None]
    scan = _Scan(subject, position, Sweep(kind_of(subject), State(), (), disputed))
    news = _News(found, scan.sweep.disputed) if about_record else None
    for known, added in _slices(found):
        if news is None:
            scan.turn(known, _NOTHING, added)
        else:
            scan.turn(known, *news.heard(added))
    return History(scan.rows.touched().added, scan.parties.touched().added, scan)


def extend(checkpoint: Checkpoint, entries: Iterable[Entry]) -> Change | None:
    """How stored rows change by further events of the subject.

    None when these are not news in order (known after all that is known, and happened after all
    that has happened): then the subject is folded anew.
    """
    found = list(entries)
    scan = _restored(checkpoint)
    for entry in found:
        if entry.position <= checkpoint.position or entry.type in RECORD_TYPES:
            return None
        scan.position = max(scan.position, entry.position)
    for known, added in _slices(found):
        if known < checkpoint.known or not scan.turn(known, _NOTHING, added):
            return None
    return Change(scan.rows.touched(), scan.parties.touched(), scan)


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
    parties: dict[str, list[Row[Roles]]]

    def encode(self) -> bytes:
        """As JSON, the same whatever order the fields of events came in."""
        return _encode(self)

    @classmethod
    def decode(cls, data: bytes) -> Checkpoint | None:
        """From JSON; None for one of another version of the program."""
        if not data.startswith(b"[%d," % CHECKPOINT_VERSION):
            return None
        return _decode.decode(data)


_decode: Final = msgspec.json.Decoder(Checkpoint)
_encode: Final = msgspec.json.Encoder(order="sorted").encode


class _Digest(Struct, frozen=True, eq=False):
    """Stands for a content that is only compared."""

    text: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Content | _Digest) and _digest(other) == self.text

    __hash__ = None  # type: ignore[assignment]


def _digest(content: Content | _Digest) -> str:
    if isinstance(content, _Digest):
        return content.text
    return blake2b(msgspec.json.encode(content, order="sorted"), digest_size=16).hexdigest()


# --- from one known instant to the next ---------------------------------------------------------


class _Scan:
    """A subject on its way through what became known of it."""

    __slots__ = ("known", "parties", "position", "rows", "subject", "sweep")

    def __init__(self, subject: str, position: int, sweep: Sweep) -> None:
        self.subject = subject
        self.position = position
        self.sweep = sweep
        self.known: Instant = ALWAYS
        self.rows: Lane[Any] = Lane(ALWAYS)
        self.parties = Parties()

    def turn(self, known: Instant, removed: Sequence[Entry], added: Sequence[Entry]) -> bool:
        """Take in what became known at an instant; False when all must be folded anew."""
        self.known = known
        if not removed and not added:
            return True
        revised = self.sweep.revise(removed, added)
        if revised is None:
            return False
        day, segments = revised
        self.parties.turn(known, day, self.rows.open, segments)
        self.rows.turn(known, day, segments)
        return True

    def checkpoint(self) -> Checkpoint | None:
        """The state after which news in order can happen, with all that it may change."""
        sweep = self.sweep
        place = len(sweep.order)
        while place and is_plan(sweep.order[place - 1]):
            place -= 1  # news goes on before what is planned
        day = max(sweep.order[place - 1].earliest if place else "", sweep.states[0].day)
        state = next(state for state in reversed(sweep.states) if state.day <= day)
        ahead = sweep.order[state.count :]
        rows = self.rows.tail(state.day, self.known)
        parties = {
            company: tail
            for company, lane in self.parties.lanes().items()
            if (tail := lane.tail(state.day, self.known))
        }
        if max(len(state.pending) + len(ahead), *map(len, (rows, *parties.values()))) > MOST_OPEN:
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
            parties,
        )


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


def _slices(entries: Iterable[Entry]) -> Iterator[tuple[Instant, list[Entry]]]:
    """What became known at each instant, in order; the open ends are no days and no instants."""
    for known, group in groupby(sorted(entries, key=by_known), key=_known_of):
        if known < END_OF_TIME:
            yield known, list(group)


def _restored(checkpoint: Checkpoint) -> _Scan:
    state, known = checkpoint.state, checkpoint.known
    kind = kind_of(checkpoint.subject)
    sweep = Sweep(kind, state, checkpoint.ahead, checkpoint.disputed)
    scan = _Scan(checkpoint.subject, checkpoint.position, sweep)
    scan.known = known
    scan.rows = Lane.going_on(known, checkpoint.rows)
    for row in (*scan.rows.open, *scan.rows.shut):
        row.content = _Digest(row.content)
    for row in scan.rows.open:
        if row.valid_from <= state.day < row.valid_to:
            row.content = sweep.content(state)
    scan.parties = Parties(
        {company: Lane.going_on(known, rows) for company, rows in checkpoint.parties.items()}
    )
    return scan


def _is_disputed(remarks: Iterable[Entry]) -> bool:
    return any(remark.type == DISPUTED for remark in remarks)
