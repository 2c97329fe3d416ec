"""Which file holds which event: people edit, rename and move files, and the log does not change.

A file is known by a fingerprint of its path, never by the path itself; where an event came from is its
``origin``, a name that no two files share. What a file held last moves on with every replay, so a file that
is renamed takes its events along.

None of it follows from the log, so each file carries a digest of all that is kept of it. The digest is a sum
of digests, one a row, so that a replay adds and takes away what changed without reading the rest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from timeline.errors import FilesDamaged
from timeline.store.engine import streamed
from timeline.store.log import chunks
from timeline.store.tables import event, held_event, origin_file

_LENGTH: Final = 32
"""Hex digits of a fingerprint."""

_MOST_FOLDERS: Final = 3
"""Folders that go into a name to tell two files apart; behind them a number does."""


_MODULUS: Final = 1 << 256


def fingerprint(path: Path) -> str:
    """What a file or a folder is known by, without telling where it lies."""
    return sha256(path.resolve().as_posix().encode()).hexdigest()[:_LENGTH]


class FileAt(Struct, frozen=True):
    """A file of a replay: where it lies, as fingerprints."""

    path: Path
    file: str
    folders: list[str]
    """The folders around it, the nearest first."""

    @classmethod
    def of(cls, path: Path) -> FileAt:
        """The file at a path."""
        return cls(path, fingerprint(path), [fingerprint(each) for each in path.resolve().parents])


class Files:
    """The files that the store has seen, by what they are called and what they held last."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._owner: dict[str, str] = {}
        """The file of each origin."""
        self._folders: dict[str, list[str]] = {}
        self._stored: dict[str, tuple[str, str, str]] = {}
        """The rest of each row, by its origin."""
        for origin, file, folders, held in connection.execute(sa.select(origin_file)):
            self._stored[origin] = file, folders, held
            self._owner[origin] = file
            self._folders[file] = folders.split()
        named = _digests_of_names(self._owner, self._folders)
        self._events: defaultdict[str, int] = defaultdict(int)
        """The digest of the events that each file held last."""
        self._events |= {f: _number(held) - named[f] for f, _, held in self._stored.values()}
        self._named: set[str] = set()
        """The files of this replay that have their origin."""
        self._held: dict[str, str] = {}
        """The file that held an event last, of the events that were asked for."""

    # --- what was held ---------------------------------------------------------------------------

    def held_by(self, files: Collection[str]) -> dict[str, str]:
        """The events that these files held last, each with its file."""
        found: dict[str, str] = {}
        for some in chunks(sorted(files)):
            statement = sa.select(held_event).where(held_event.c.file.in_(some))
            found |= {row.event: row.file for row in self.connection.execute(statement)}
        self._held |= found
        return found

    def gone_from(self, folder: Path, there: Collection[str]) -> set[str]:
        """The files that lay in a folder, at any depth, and are not among those that are there now."""
        inside = fingerprint(folder)
        return {f for f, around in self._folders.items() if inside in around and f not in there}

    def gone_beside(self, path: Path) -> set[str]:
        """The files that lay in the same folder as a file, and are no longer there."""
        folder = path.resolve().parent
        inside = fingerprint(folder)
        there = {fingerprint(each) for each in folder.iterdir()}
        return {
            f for f, around in self._folders.items() if around[:1] == [inside] and f not in there
        }

    # --- what a file is called -------------------------------------------------------------------

    def origin_of(self, at: FileAt, wanted: str, ids: Collection[str], *, is_story: bool) -> str:
        """The origin of what a file says from now on: the name it wants, or one that no other file has.

        ``ids`` are the events that it holds. A file takes the name of another over when it holds everything
        that the other held: then it is that file, moved.
        """
        if at.file not in self._folders:
            self._take_over(at, ids)
        for name in self._names(at, wanted, is_story=is_story):
            if self._is_free(name, at.file, ids):
                self._owner[name] = at.file
                self._folders[at.file] = at.folders
                self._named.add(at.file)
                return name
        raise AssertionError("a number is free")

    def _take_over(self, at: FileAt, ids: Collection[str]) -> None:
        held: dict[str, str] = {}
        for some in chunks(sorted(ids)):
            statement = sa.select(held_event).where(held_event.c.event.in_(some))
            held |= {row.event: row.file for row in self.connection.execute(statement)}
        for other in set(held.values()) - self._named:
            if self.held_by([other]).keys() <= set(ids):
                for origin, file in self._owner.items():
                    if file == other:
                        self._owner[origin] = at.file
                self._folders.pop(other, None)

    def _names(self, at: FileAt, wanted: str, *, is_story: bool) -> Iterator[str]:
        yield wanted
        path = at.path.resolve()
        parts = [part for part in path.parts if part != path.anchor]
        longer = ["/".join(parts[-count:]) for count in range(1, _MOST_FOLDERS + 2)]
        for name in longer:
            yield f"{wanted} ({name})" if is_story else name
        for number in range(2, 10**6):
            yield f"{wanted} ({number})"

    def _is_free(self, name: str, file: str, ids: Collection[str]) -> bool:
        owner = self._owner.get(name)
        if owner is not None:
            return owner == file
        # of a store that was restored from an export no file is known: whoever holds an event of the origin
        statement = sa.select(event.c.id).where(event.c.origin == name)
        if self.connection.execute(statement.limit(1)).first() is None:
            return True
        if not ids:
            return False
        return any(
            self.connection.execute(statement.where(event.c.id.in_(some)).limit(1)).first()
            for some in chunks(sorted(ids))
        )

    def unclaimed(self, origin: str) -> list[str]:
        """The events of an origin that no file is known to have held, as in a store that was restored."""
        held = sa.select(held_event.c.event)
        statement = sa.select(event.c.id).where(event.c.origin == origin, event.c.id.not_in(held))
        return list(self.connection.scalars(statement))

    # --- what is held now ------------------------------------------------------------------------

    def keep(self, held: Iterable[tuple[str, str]]) -> None:
        """Write down which file holds which event now, and the files themselves.

        ``held`` are pairs of an event and a file; of one event the last counts.
        """
        now = {event_: file for event_, file in held if self._held.get(event_) != file}
        for some in chunks(sorted(now)):
            mine = held_event.c.event.in_(some)
            for event_, file in self.connection.execute(sa.select(held_event).where(mine)):
                self._events[file] -= _digest("event", event_)
            self.connection.execute(sa.delete(held_event).where(mine))
            rows = [{"event": id_, "file": now[id_]} for id_ in some]
            self.connection.execute(sa.insert(held_event), rows)
            for event_ in some:
                self._events[now[event_]] += _digest("event", event_)
        self._keep_names()

    def _keep_names(self) -> None:
        named = _digests_of_names(self._owner, self._folders)
        rows = {
            origin: (
                file,
                " ".join(self._folders.get(file, [])),
                _hex(named[file] + self._events[file]),
            )
            for origin, file in self._owner.items()
        }
        changed = sorted(o for o, row in rows.items() if self._stored.get(o) != row)
        for some in chunks(changed):
            self.connection.execute(sa.delete(origin_file).where(origin_file.c.origin.in_(some)))
            names = ("origin", "file", "folders", "held")
            values = [dict(zip(names, (origin, *rows[origin]), strict=True)) for origin in some]
            self.connection.execute(sa.insert(origin_file), values)
        self._stored = rows


# --- digests --------------------------------------------------------------------------------------


def _digest(what: str, value: str) -> int:
    return int.from_bytes(sha256(f"{what}\0{value}".encode()).digest())


def _hex(total: int) -> str:
    return f"{total % _MODULUS:064x}"


def _number(held: str) -> int:
    try:
        return int(held, 16)
    except ValueError:  # damaged: whatever is added to 0 is not right either
        return 0


def _digests_of_names(owner: Mapping[str, str], folders: Mapping[str, list[str]]) -> dict[str, int]:
    """The digest of each file without its events: of its fingerprint, its folders and its origins."""
    found = {
        file: _digest("file", file) + _digest("folders", " ".join(folders.get(file, [])))
        for file in set(owner.values())
    }
    for origin, file in owner.items():
        found[file] += _digest("origin", origin)
    return found


def verify_files(connection: Connection) -> None:
    """Raise FilesDamaged unless all that is kept of files is what the last replay wrote.

    Every event that a file holds is in the log, and the file has a name. The rest no log can tell, since
    files move: the digest of each file is compared.
    """
    known = sa.select(event.c.id)
    stray = sa.select(held_event.c.event).where(held_event.c.event.not_in(known)).limit(1)
    id_ = connection.scalar(stray)
    if id_ is not None:
        raise FilesDamaged(f'a file holds "{id_}", which is not in the log')
    owner: dict[str, str] = {}
    folders: dict[str, list[str]] = {}
    said: dict[str, set[tuple[str, str]]] = {}
    for origin, file, around, held in connection.execute(sa.select(origin_file)):
        if not all(isinstance(each, str) for each in (origin, file, around, held)):
            raise FilesDamaged("an origin holds what is no text")
        owner[origin] = file
        folders[file] = around.split()
        said.setdefault(file, set()).add((around, held))
    found = _digests_of_names(owner, folders)
    with streamed(connection, sa.select(held_event)) as rows:
        for id_, file in rows:
            if file not in found:
                raise FilesDamaged(f'the file that holds "{id_}" has no origin')
            found[file] += _digest("event", id_)
    for origin, file in sorted(owner.items()):
        if said[file] != {(" ".join(folders[file]), _hex(found[file]))}:
            raise FilesDamaged(f'what the file of "{origin}" held is not what a replay wrote')


def forget_damaged_files(connection: Connection) -> None:
    """Forget which file held what where that is damaged; the next replay of the files tells it anew."""
    try:
        verify_files(connection)
    except (FilesDamaged, DBAPIError):  # of SQLite: what is no text
        for table in (origin_file, held_event):
            connection.execute(sa.delete(table))
