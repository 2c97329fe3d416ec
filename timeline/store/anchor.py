"""An anchor: where a log ended, to be kept elsewhere and held against the store later.

Whoever can write to a database can rewrite a whole chain of hashes. Nobody can rewrite it so that it
passes through an anchor that was kept somewhere else.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct
from sqlalchemy.engine import Connection

from timeline.errors import AnchorMismatch, InvalidAnchor
from timeline.ingest.jsonl import twice_in
from timeline.model.values import ALWAYS, Instant
from timeline.store.log import read_head

LARGEST: Final = 64 * 1024
"""Bytes of a file that may still be an anchor."""

_LINE: Final = re.compile(r"^(position|recorded|hash) (\S+)$", re.MULTILINE | re.ASCII)
_SHAPES: Final = {
    "hash": re.compile(r"[0-9a-f]{64}", re.ASCII).fullmatch,
    "recorded": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII).fullmatch,
}


class Anchor(Struct, frozen=True, kw_only=True):
    """The head of a log: the position of its last event, that event's hash and time of recording."""

    position: int
    recorded: Instant | None
    """None where there is no event yet."""
    hash: str

    @property
    def text(self) -> str:
        """The anchor for people, a line each; :func:`parse_anchor` reads it back."""
        recorded = f"recorded {self.recorded}\n" if self.recorded else ""
        return f"position {self.position}\n{recorded}hash {self.hash}\n"


def read_anchor(connection: Connection) -> Anchor:
    """The anchor of a store as it is now."""
    head = read_head(connection)
    recorded = head.recorded if head.position else None
    return Anchor(position=head.position, recorded=recorded, hash=head.hash)


def load_anchor(path: str | Path) -> Anchor:
    """The anchor in a file, as text or as JSON. Raises InvalidAnchor, OSError."""
    with Path(path).open("rb") as file:
        data = file.read(LARGEST + 1)
    return parse_anchor(data[:LARGEST], str(path))


def parse_anchor(data: bytes, name: str) -> Anchor:
    """The anchor that ``timeline anchor`` wrote, as text or as JSON. Raises InvalidAnchor."""
    try:
        if data.lstrip().startswith(b"{"):
            anchor = msgspec.json.decode(data, type=Anchor)
            if twice_in(data.decode()):
                raise InvalidAnchor(name)
        else:
            found = dict(_LINE.findall(data.decode("utf-8-sig")))
            anchor = msgspec.convert({"recorded": None} | found, Anchor, strict=False)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidAnchor(name) from error
    shaped = _SHAPES["hash"](anchor.hash) and (
        _SHAPES["recorded"](anchor.recorded) if anchor.recorded else not anchor.position
    )
    if not shaped or not 0 <= anchor.position < 2**62:
        raise InvalidAnchor(name)
    return anchor


def check_continues(anchor: Anchor, position: int, recorded: Instant, hash_: str) -> None:
    """Raise AnchorMismatch unless the event at the anchor's position is the anchor's."""
    if anchor.position != position:
        return
    if anchor.hash != hash_:
        raise AnchorMismatch(
            f"entry {position} has the hash {hash_}, the anchor says {anchor.hash}: "
            "the log up to there is not the one that was anchored"
        )
    if (anchor.recorded or ALWAYS) != recorded:
        raise AnchorMismatch(
            f"entry {position} was recorded {recorded}, the anchor says {anchor.recorded}"
        )


def check_reaches(anchor: Anchor, position: int) -> None:
    """Raise AnchorMismatch where a log ends before the anchor."""
    if position < anchor.position:
        raise AnchorMismatch(
            f"the log ends at entry {position}, the anchor is at {anchor.position}: "
            "events are missing at its end"
        )
