"""Drafts: events that are sound by themselves and not yet in the log, and where they came from."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from timeline.errors import Location, Problem
from timeline.ingest.canonical import derive_id, digest
from timeline.ingest.erased import Erased
from timeline.ingest.nodes import Mapping, Node
from timeline.ingest.payload import body_of, payload_of
from timeline.ingest.rules import Reference, references
from timeline.ingest.shape import Report
from timeline.model import dates
from timeline.model.kinds import RECORD_TYPES, upcast
from timeline.model.values import Day, Fields


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


class Content(Struct, frozen=True, array_like=True, gc=False):
    """What the log needs of an event that follows from its fields alone."""

    digest: str
    payload: str
    """What is stored of it as JSON (:mod:`timeline.ingest.payload`)."""
    references: list[Reference]
    """What it refers to, by its fields of today's schema version."""
    bounds: tuple[Day, Day] | None
    """The first and the last day on which it can have occurred, where it says when; of the same fields."""


def content_of(fields: Fields) -> Content:
    """The content of an event that has its id and its subject."""
    current = upcast(fields)
    occurred = current.get("occurred")
    bounds = None if occurred is None else dates.bounds(occurred)
    return Content(digest(fields), payload_of(body_of(fields)), references(current), bounds)


class Draft(Struct):
    """An event that is sound by itself and not yet in the log.

    ``fields`` is its content: every given field as plain JSON, ``type`` included. An event about the
    record has no ``subject`` yet unless it was given: that is its target's.
    """

    fields: Fields
    place: Place = NOWHERE
    origin: str | None = None
    content: Content | None = None
    """None until it is needed; of an event about the record until it is known what it is about."""
    erased: Erased | None = None
    """Of an event of an export that was erased: what is left besides ``fields``."""
    recorded: str | None = None
    """With the position and hash of an export, for a replay that verifies them."""
    position: int | None = None
    hash: str | None = None

    def prepare(self) -> None:
        """Give it the id that its content derives, if it has none, and its content.

        Nothing to do for an event about the record, whose subject the log says, and for an erased one.
        """
        fields = self.fields
        if self.content is None and self.erased is None and fields["type"] not in RECORD_TYPES:
            if "id" not in fields:
                fields["id"] = derive_id(fields)
            self.content = content_of(fields)
