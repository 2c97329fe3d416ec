"""Drafts: events that are sound by themselves and not yet in the log, and where they came from."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from timeline.codec.erased import Erased
from timeline.codec.nodes import Mapping, Node
from timeline.codec.shape import Report
from timeline.errors import Location, Problem
from timeline.values import Fields


class Place(Struct, frozen=True):
    """Where a draft came from, so that a problem found later can still say where it stands."""

    file: str = ""
    line: int = 0
    node: Node | None = None
    report: Report | None = None

    def problem(
        self, code: str, message: str, field: str | None = None, hint: str | None = None
    ) -> Problem:
        """A problem at a field of the draft, or at the draft."""
        node = self.node
        if isinstance(node, Mapping) and field in node.pairs:
            node = node.pairs[field][1]
        if node is not None and self.report is not None:
            return Problem(code, message, self.report.place(node), hint, self.report.excerpt(node))
        location = Location(self.file, self.line, 1) if self.file else None
        return Problem(code, message, location, hint)


NOWHERE: Final = Place()


class Draft(Struct):
    """An event that is sound by itself and not yet in the log.

    ``fields`` is its content: every given field as plain JSON, ``type`` included. An event about the
    record has no ``subject`` yet unless it was given: that is its target's.
    """

    fields: Fields
    place: Place = NOWHERE
    origin: str | None = None
    erased: Erased | None = None
    """Of an event of an export that was erased: what is left besides ``fields``."""
    recorded: str | None = None
    """With the position and hash of an export, for a replay that verifies them."""
    position: int | None = None
    hash: str | None = None
