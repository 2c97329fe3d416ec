"""The one form of an event that its identity is computed from: RFC 8785 canonical JSON.

The fields that were given, absent ones left out, decimals as strings.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Final

import msgspec
import rfc8785

from timeline.model.values import Fields, Instant

GENESIS: Final = "0" * 64
"""The hash before the first event."""

# For ASCII keys and no floats msgspec's sorted output is RFC 8785 already, and twenty times faster;
# both hold outside "extra", where anything may stand (tests/properties compare the two).
_sorted = msgspec.json.Encoder(order="sorted")


def canonical(fields: Fields) -> bytes:
    """The canonical JSON of an event's fields; ValueError for what JSON cannot carry exactly."""
    if "extra" in fields or "changes" in fields:
        return rfc8785.dumps(fields)
    return _sorted.encode(fields)


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
