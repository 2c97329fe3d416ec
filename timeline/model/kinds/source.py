"""Sources: where news comes from."""

from __future__ import annotations

from typing import ClassVar, Final, Literal, get_args

from msgspec import UNSET, UnsetType

from timeline.model.kinds.event import At, Event, Kind, Phase, Term, no_parties
from timeline.model.values import Language, MomentText, Sha256, Timezone

SourceKind = Literal["news", "press_release", "filing", "statement", "data", "other"]
SOURCE_KINDS: Final[tuple[SourceKind, ...]] = get_args(SourceKind)


class SourceEvent(Event, frozen=True, kw_only=True):
    """Terms of a source."""

    publisher: str | UnsetType = UNSET
    kind: SourceKind | UnsetType = UNSET
    published: MomentText | UnsetType = UNSET
    title: str | UnsetType = UNSET
    url: str | UnsetType = UNSET
    language: Language | UnsetType = UNSET
    timezone: Timezone | UnsetType = UNSET
    archived_sha256: Sha256 | UnsetType = UNSET


class SourceRegistered(SourceEvent, frozen=True, kw_only=True, tag="source_registered"):
    """A publication that events can name as their source; it occurred when it was published."""

    always: ClassVar[bool] = True


def evolve(phase: Phase, event: Event) -> Phase | None:
    """A source is registered, and that is all that can happen to it."""
    return At("registered")


KIND = Kind(
    name="source",
    base=SourceEvent,
    evolve=evolve,
    plural="sources",
    words={
        "publisher": Term("publisher", "who published it"),
        "kind": Term("kind", "news, press_release, filing, statement, data or other"),
        "published": Term("published", "when it was published"),
        "title": Term("title", "its title"),
        "url": Term("address", "its address"),
        "language": Term("language", "its language"),
        "timezone": Term("time zone", "the time zone of its days"),
        "archived_sha256": Term("archived", "SHA-256 of the archived copy"),
    },
    required=("publisher", "kind", "published"),
    claims=True,
    parties=no_parties,
)  # fmt: skip
