"""Which file holds which event: people edit, rename and move files, and the log does not change.

A file is known by a fingerprint of its path, never by the path itself; where an event came from is its
``origin``, a name that no two files share. What a file held last moves on with every replay, so a file that
is renamed takes its events along.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from timeline.store.log import chunks
from timeline.store.tables import event, held_event, origin_file

_LENGTH: Final = 32
"""Hex digits of a fingerprint."""

_MOST_FOLDERS: Final = 3
"""Folders that go into a name to tell two files apart; behind them a number does."""


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
        for origin, file, folders in connection.execute(sa.select(origin_file)):
            self._owner[origin] = file
            self._folders[file] = folders.split()
        self._before = dict(self._owner), dict(self._folders)
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
                return name
        raise AssertionError("a number is free")

    def _take_over(self, at: FileAt, ids: Collection[str]) -> None:
        held: dict[str, str] = {}
        for some in chunks(sorted(ids)):
            statement = sa.select(held_event).where(held_event.c.event.in_(some))
            held |= {row.event: row.file for row in self.connection.execute(statement)}
        for other in set(held.values()):
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
            self.connection.execute(sa.delete(held_event).where(held_event.c.event.in_(some)))
            rows = [{"event": id_, "file": now[id_]} for id_ in some]
            self.connection.execute(sa.insert(held_event), rows)
        if (self._owner, self._folders) == self._before:
            return
        self.connection.execute(sa.delete(origin_file))
        rows = [
            {"origin": origin, "file": file, "folders": " ".join(self._folders.get(file, []))}
            for origin, file in sorted(self._owner.items())
        ]
        self.connection.execute(sa.insert(origin_file), rows)
