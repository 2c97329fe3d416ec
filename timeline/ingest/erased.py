"""Erased events in an export: what is left of them, so that the chain of hashes goes on through them."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import msgspec
from msgspec import Struct

from timeline.errors import TimelineError
from timeline.model import dates
from timeline.model.kinds import EVENT_TYPES
from timeline.model.kinds.event import Attribution, FactLevel
from timeline.model.subject import check_subject
from timeline.model.values import (
    Day,
    Fields,
    Instant,
    check_sha256,
    check_slug,
    is_instant,
)

TOMBSTONE: Final = '{"erased":true}'
"""The payload of an erased event, in every database and to the byte."""

MARK: Final = b'"erased"'
"""What a line holds that may be that of an erased event."""


class Erased(Struct, frozen=True, kw_only=True):
    """What cannot be computed again of an erased event."""

    digest: str
    known: Instant
    earliest: Day
    latest: Day


class _Line(Struct, frozen=True, forbid_unknown_fields=True):
    """The fields of the line of an erased event, but for its place in the log."""

    id: str
    type: str
    subject: str
    erased: bool
    digest: str
    known: str
    earliest: str
    latest: str
    occurred: str | None = None
    attribution: Attribution | None = None
    fact_level: FactLevel = "fact"
    schema_version: int = 1


def erased_fields(fields: Fields) -> tuple[Fields, Erased]:
    """The content and the rest of an erased event, from the line of an export.

    ``fields`` are those of the line without its place in the log. Raises ValueError where they are not what
    an export writes.
    """
    try:
        line = msgspec.convert(fields, _Line)
        check_slug(line.id)
        check_subject(line.subject)
        check_sha256(line.digest)
        if line.occurred is not None:
            dates.bounds(line.occurred)
    except (TimelineError, msgspec.ValidationError) as error:
        raise ValueError(str(error)) from error
    days = all(date.fromisoformat(day).isoformat() == day for day in (line.earliest, line.latest))
    version = 1 <= line.schema_version <= 1 + len(_event_type(line.type).upcasters)
    if not (line.erased and days and version and is_instant(line.known)):
        raise ValueError("a field of it is not what an export writes")
    kept: Fields = {name: fields[name] for name in _KEPT if name in fields}
    for name, default in (("fact_level", "fact"), ("schema_version", 1)):
        if kept.get(name) == default:
            del kept[name]  # which is how the tombstone of it looks
    rest = Erased(digest=line.digest, known=line.known, earliest=line.earliest, latest=line.latest)
    return kept, rest


_KEPT: Final = (
    "id", "type", "subject", "occurred", "attribution", "fact_level", "schema_version", "erased",
)  # fmt: skip


def _event_type(name: str) -> Any:
    event = EVENT_TYPES.get(name)
    if event is None:
        raise ValueError(f'no event type "{name}"')
    return event
