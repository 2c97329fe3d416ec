"""JSONL out: one event a line, the fields as they were given, and its place in the log."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from timeline.values import Fields

_encode: Final = msgspec.json.Encoder().encode


def export_line(
    fields: Fields, *, position: int, recorded: str, hash_: str, origin: str | None
) -> bytes:
    """The line of one event, with its newline; what :func:`parse_line` reads back."""
    line: dict[str, Any] = {"position": position} | fields
    if origin is not None:
        line["origin"] = origin
    line |= {"recorded": recorded, "hash": hash_}
    return _encode(line) + b"\n"
