"""What an append leaves in mind for the next one on the same connection.

What is registered, when sources were published, how many events a subject has, and how its history goes on:
all that follows from the log, and so holds for as long as the log has the head that it had. Where somebody
else appended meanwhile, or a transaction was taken back, it is read again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy.engine import Connection

from timeline.model.bitemporal.history import Change, Followed
from timeline.model.company import Identity
from timeline.model.record import Entry
from timeline.model.values import UNDISCLOSED, Instant
from timeline.store.engine import NOTED
from timeline.store.log import Head
from timeline.store.published import Publication

MOST_KEPT: Final = 20_000
"""Names, and events of subjects that are followed, which is about 30 MB; more are read again."""


class Memory:
    """What is known of a log at one head."""

    def __init__(self) -> None:
        self.head: Head | None = None
        """None: nothing is known, or a transaction is on its way."""
        self.one: Identity | None = None
        """Which companies are one, as it is stored."""
        self.companies: set[str] = {UNDISCLOSED}
        """Companies that are certainly registered."""
        self.published: dict[str, tuple[Publication, Instant]] = {}
        """When a source that is registered was published, as given and as an instant."""
        self.versions: dict[str, int] = {}
        """The last version of a subject."""
        self._followed: dict[str, tuple[Followed, int]] = {}
        """Subjects with the number of their events, the one used last at the end."""
        self._count = 0

    def keep(self, head: Head) -> None:
        """The log is at this head now, and all that is known holds for it."""
        if len(self.companies) > MOST_KEPT:
            self.companies = {UNDISCLOSED}
        for names in (self.published, self.versions):
            if len(names) > MOST_KEPT:
                names.clear()
        self.head = head

    def follow(self, subject: str, followed: Followed, count: int) -> None:
        """Know how a subject stands whose ``count`` events are in its history."""
        self.forget(subject)
        self._followed[subject] = followed, count
        self._count += count
        while self._count > MOST_KEPT and len(self._followed) > 1:
            self.forget(next(iter(self._followed)))

    def go_on(self, subject: str, entries: Sequence[Entry]) -> Change | None:
        """How the history of a subject goes on; None where it must be folded anew."""
        known = self._followed.get(subject)
        change = None if known is None or not entries else known[0].go_on(entries)
        if known is None or change is None:
            self.forget(subject)
            return None
        self.follow(subject, known[0], known[1] + len(entries))
        return change

    def forget(self, subject: str) -> None:
        """Follow a subject no more."""
        _, count = self._followed.pop(subject, (None, 0))
        self._count -= count

    def forget_all(self) -> None:
        """Follow no subject any more: other companies are one now."""
        self._followed.clear()
        self._count = 0


def memory_of(connection: Connection, head: Head) -> Memory:
    """What is known of the log at its head; what was known at another is forgotten."""
    memory = connection.info.get(NOTED)
    if not isinstance(memory, Memory) or memory.head != head:
        memory = connection.info[NOTED] = Memory()
    memory.head = None  # until what is appended is stored
    return memory
