"""What an import keeps in mind of any number of companies and rows, in bounded memory."""

from __future__ import annotations

import sqlite3
from array import array
from bisect import bisect_left
from collections.abc import Mapping
from typing import Final, Generic, TypeVar

import msgspec

from timeline.store.bulk import Seen

MOST_HELD: Final = 50_000
"""Entries of a shelf that are held in memory, about 30 MB; more go to a file."""

_PARTS: Final = 256
"""Parts of a set of hashes."""

_PAGES: Final = -8_000
"""The cache of that file in KB, as SQLite wants it said."""

Value = TypeVar("Value")

_encode: Final = msgspec.json.Encoder().encode


class Shelf(Generic[Value]):
    """A mapping from texts to values of one type, which goes to a file as it grows.

    The file is SQLite's own temporary one, which is gone when the shelf is closed. A value is changed by
    setting it again. Most names of a list are new, so the file is only asked for those that may be in it.
    """

    def __init__(self, type_: type[Value], most: int = MOST_HELD) -> None:
        self._held: dict[str, Value] = {}
        self._decode = msgspec.json.Decoder(type_).decode
        self._most = most
        self._file: sqlite3.Connection | None = None
        self._filed: Seen | None = None
        """What the file may hold."""

    def get(self, key: str) -> Value | None:
        """The value of a key; None where there is none."""
        found = self._held.get(key)
        if found is not None or self._file is None or not self._is_filed(key):
            return found
        asked = self._file.execute("SELECT value FROM shelf WHERE key = ?", (key,)).fetchone()
        if asked is None:
            return None
        found = self._held[key] = self._decode(asked[0])
        return found

    def __contains__(self, key: str) -> bool:
        return self.get(key) is not None

    def __setitem__(self, key: str, value: Value) -> None:
        self._held[key] = value

    def update(self, values: Mapping[str, Value]) -> None:
        """Set the values of some keys."""
        self._held.update(values)

    def pop(self, key: str) -> None:
        """Forget a key."""
        self._held.pop(key, None)
        if self._file is not None and self._is_filed(key):
            self._file.execute("DELETE FROM shelf WHERE key = ?", (key,))

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()

    def _is_filed(self, key: str) -> bool:
        return self._filed is not None and key in self._filed

    def settle(self) -> None:
        """Send what is held to the file where it has become too much; values got before are copies then."""
        if len(self._held) <= self._most:
            return
        if self._file is None:
            self._file = sqlite3.connect("", isolation_level=None)
            self._file.execute("PRAGMA journal_mode = OFF")
            self._file.execute(f"PRAGMA cache_size = {_PAGES}")
            columns = "key TEXT PRIMARY KEY, value BLOB NOT NULL"
            self._file.execute(f"CREATE TABLE shelf ({columns}) WITHOUT ROWID")
        rows = [(key, _encode(self._held[key])) for key in sorted(self._held)]
        self._file.execute("BEGIN")
        self._file.executemany("INSERT OR REPLACE INTO shelf VALUES (?, ?)", rows)
        self._file.execute("COMMIT")
        self._filed = self._filed or Seen()
        self._filed.update(self._held)
        self._held.clear()


class Hashes:
    """A set of any number of texts in eight bytes each; it forgets none."""

    def __init__(self) -> None:
        # in parts, since each becomes a list of objects while it is sorted
        self._parts = [array("q") for _ in range(_PARTS)]
        self._sorted = True

    def __len__(self) -> int:
        return sum(map(len, self._parts))

    def add(self, text: str) -> None:
        """Remember a text."""
        found = hash(text)
        self._parts[found % _PARTS].append(found)
        self._sorted = False

    def __contains__(self, text: object) -> bool:
        if not self._sorted:
            for number, part in enumerate(self._parts):
                self._parts[number] = array("q", sorted(part))
            self._sorted = True
        wanted = hash(text)
        part = self._parts[wanted % _PARTS]
        at = bisect_left(part, wanted)
        return at < len(part) and part[at] == wanted
