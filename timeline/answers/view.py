"""A view: the items that hold at a coordinate, through a lens or with everything.

The one place that decides where an item is read from, so that every question gets the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from sqlalchemy.engine import Connection

from timeline.answers.asked import LensAsked
from timeline.answers.lens import SourceLens
from timeline.answers.model import Coordinate
from timeline.events.registry import KINDS
from timeline.replay import Entry, Item, Lens, replay
from timeline.store.log import read_all_entries, read_entries, subjects_of

SHOWN: tuple[str, ...] = tuple(name for name in KINDS if name not in ("source", "company"))
"""The kinds of subject that are items of a company's state, in the order they are shown."""


class View:
    """What holds at one coordinate."""

    def __init__(
        self, connection: Connection, at: Coordinate, lens: LensAsked | None = None
    ) -> None:
        self.connection = connection
        self.at = at
        self.asked = lens if lens else None

    @cached_property
    def lens(self) -> Lens | None:
        """The lens as the fold takes it; None where everything counts."""
        if self.asked is None:
            return None
        return SourceLens(self.connection, self.asked, self.at.position)

    def item(self, entries: Sequence[Entry]) -> Item | None:
        """The state of the subject that the entries are about."""
        return replay(entries, self.at.on, self.at.known_at, self.lens)

    def items(self, subjects: Iterable[str]) -> Iterator[Item]:
        """The items of some subjects, absent ones left out."""
        for _, entries in read_entries(self.connection, subjects, self.at.position):
            item = self.item(entries)
            if item is not None:
                yield item

    def items_of(self, company: str) -> Iterator[Item]:
        """The items that a company is a party of."""
        for item in self.items(subjects_of(self.connection, company)):
            if company in item.parties:
                yield item

    def every_item(self, kinds: Sequence[str] = SHOWN) -> Iterator[Item]:
        """Every item of some kinds, with or without parties."""
        for _, entries in read_all_entries(self.connection, self.at.position, kinds):
            item = self.item(entries)
            if item is not None:
                yield item

    def entries(self, subject: str) -> list[Entry]:
        """The events of one subject up to the coordinate's position."""
        found = read_entries(self.connection, [subject], self.at.position)
        return next((entries for _, entries in found), [])
