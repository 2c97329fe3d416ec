"""Rows of the log as lines of JSON, lossless: an event as it was appended, and its place in the log."""

from __future__ import annotations

from timeline.codec.jsonl import export_line
from timeline.store.rows import LogRow


def export_row(row: LogRow) -> bytes:
    """The line of one row; :func:`timeline.codec.parse.parse_line` reads it back."""
    return export_line(
        row.fields,
        position=row.position,
        recorded=row.recorded,
        hash_=row.hash,
        origin=row.origin,
    )
