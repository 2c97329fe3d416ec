"""The one form of an event that its identity is computed from: RFC 8785 canonical JSON.

The fields that were given, absent ones left out, decimals as strings.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any, Final

import msgspec
import rfc8785

from timeline.model.values import Fields, Instant

GENESIS: Final = "0" * 64
"""The hash before the first event."""

# For ASCII keys, no floats and no large integers msgspec's sorted output is RFC 8785 already, and twenty
# times faster; that holds outside "extra" and "changes", where anything may stand (tests/properties compare).
_sorted = msgspec.json.Encoder(order="sorted")
_FREE: Final = ("extra", "changes")


def canonical(fields: Fields) -> bytes:
    """The canonical JSON of an event's fields; ValueError for what JSON cannot carry exactly."""
    for name in _FREE:
        if name in fields and not _is_plain(fields[name]):
            return rfc8785.dumps(fields)
    return _sorted.encode(fields)


def _is_plain(value: Any) -> bool:
    """Whether a value has texts, ASCII keys, and neither numbers nor what JSON cannot carry."""
    if type(value) is dict:
        return all(
            type(name) is str and name.isascii() and _is_plain(each) for name, each in value.items()
        )
    if type(value) is list:
        return all(map(_is_plain, value))
    return value is None or type(value) in (str, bool)


def digest(fields: Fields) -> str:
    """The SHA-256 of an event's content, as 64 hex digits."""
    return sha256(canonical(fields)).hexdigest()


def derive_id(fields: Fields) -> str:
    """The id of an event whose author gave none: from its content without ``id``."""
    if "id" in fields:
        fields = {name: value for name, value in fields.items() if name != "id"}
    return "e-" + digest(fields)[:16]


def chain(previous: str, recorded: Instant, content_digest: str) -> str:
    """The hash of an event: SHA-256 over the hash before it, its time of recording, its digest.

    The three stand on lines of their own, in ASCII.
    """
    return sha256(f"{previous}\n{recorded}\n{content_digest}".encode("ascii")).hexdigest()
