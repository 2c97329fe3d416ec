"""Rows of the ``event`` table: to the fold's entries, and back to the content that was appended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct
from sqlalchemy import RowMapping

from timeline.errors import StoreDamaged
from timeline.ingest.draft import TOMBSTONE, body_from, body_of, digest
from timeline.model.kinds import EVENT_TYPES, upcast
from timeline.model.record import Entry
from timeline.model.values import Day, Fields, Instant
from timeline.store.tables import event

COLUMNS: Final = tuple(column.name for column in event.columns)

ENTRY_COLUMNS: Final = (
    event.c.position, event.c.id, event.c.type, event.c.subject, event.c.occurred,
    event.c.earliest, event.c.latest, event.c.known, event.c.payload, event.c.fact_level,
    event.c.attribution, event.c.schema_version, event.c.told,
)  # fmt: skip
"""What the fold reads of a row, in the order that :func:`entry_of` takes it."""

UNREADABLE: Final = (msgspec.MsgspecError, AttributeError, LookupError, TypeError, ValueError)
"""What comes of reading what somebody wrote into the database without this program."""


def unreadable(position: int, id_: str, error: Exception) -> StoreDamaged:
    """The failure of an event whose content is no longer one: no JSON, or of a type that there is not."""
    reason = f"no event type {error}" if isinstance(error, KeyError) else str(error)
    return StoreDamaged(
        position,
        f"the content of {id_} cannot be read ({reason})",
        "something else than this program wrote to the store: run timeline verify, restore a backup",
    )


class LogRow(Struct, frozen=True):
    """An event as the log holds it, with its place in the log."""

    position: int
    id: str
    subject: str
    version: int
    type: str
    schema_version: int
    occurred: str | None
    earliest: Day
    latest: Day
    known: Instant
    told: str | None
    """When each source was published, as JSON; None where every one was at ``known``."""
    recorded: Instant
    fact_level: str
    attribution: str | None
    payload: str
    origin: str | None
    digest: str
    hash: str

    @property
    def fields(self) -> Fields:
        """The event's content: every field as it was given, with ``id``, ``type`` and ``subject``.

        Raises StoreDamaged where it cannot be read any more.
        """
        fields: Fields = {"id": self.id, "type": self.type, "subject": self.subject}
        if self.occurred is not None:
            fields["occurred"] = self.occurred
        try:
            rest = body_from(self.payload, self.fact_level, self.attribution, self.schema_version)
        except UNREADABLE as error:
            raise unreadable(self.position, self.id, error) from error
        return fields | rest

    @property
    def is_erased(self) -> bool:
        """Whether only the tombstone of it is left; its digest is that of what it said."""
        return self.payload == TOMBSTONE

    @property
    def digest_of_rest(self) -> str:
        """The SHA-256 of what an erasure leaves: every column but the payload, its digest and the chain."""
        rest = {
            "id": self.id, "type": self.type, "subject": self.subject, "version": self.version,
            "schema_version": self.schema_version, "occurred": self.occurred, "earliest": self.earliest,
            "latest": self.latest, "known": self.known, "fact_level": self.fact_level,
            "attribution": self.attribution, "origin": self.origin,
        }  # fmt: skip
        return digest(rest)

    @property
    def entry(self) -> Entry:
        """The event as the fold reads it."""
        row = (
            self.position, self.id, self.type, self.subject, self.occurred, self.earliest,
            self.latest, self.known, self.payload, self.fact_level, self.attribution,
            self.schema_version, self.told,
        )  # fmt: skip
        return entry_of(row)


def entry_of(row: Sequence[Any]) -> Entry:
    """The entry in a row of :data:`ENTRY_COLUMNS`, brought to today's schema version.

    Raises StoreDamaged where it cannot be read any more.
    """
    (
        position, id_, type_, subject, occurred, earliest, latest, known,
        payload, fact_level, attribution, schema_version, told,
    ) = row  # fmt: skip
    try:
        fields = body_from(payload, fact_level, attribution, schema_version)
        if schema_version <= len(EVENT_TYPES[type_].upcasters) and payload != TOMBSTONE:
            head = {"id": id_, "type": type_, "subject": subject}
            if occurred is not None:
                head["occurred"] = occurred
            fields = upcast(head | fields)
            occurred = fields.get("occurred")
            fields = body_of(fields)
        published = {} if told is None else _decode_told(told)
        return Entry(
            position, id_, type_, subject, occurred, earliest, latest, known, fields, published
        )
    except UNREADABLE as error:
        raise unreadable(position, id_, error) from error


_decode_told: Final = msgspec.json.Decoder(dict[str, Instant]).decode


def told_of(published: dict[str, Instant], known: Instant) -> str | None:
    """The ``told`` column of an event: when its sources were published, unless all were at ``known``."""
    if all(at == known for at in published.values()):
        return None
    return msgspec.json.encode(published, order="sorted").decode()


def log_row(row: RowMapping) -> LogRow:
    """The row of a ``SELECT`` of all columns."""
    return LogRow(**row)
