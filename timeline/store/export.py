"""Rows of the log as lines of JSON, lossless: an event as it was appended, and its place in the log."""

from __future__ import annotations

from timeline.ingest.jsonl import export_line
from timeline.store.rows import LogRow


def export_row(row: LogRow) -> bytes:
    """The line of one row; :func:`timeline.ingest.jsonl.parse_line` reads it back."""
    fields = row.fields
    if row.is_erased:  # what cannot be computed again
        fields |= {
            "known": row.known, "earliest": row.earliest, "latest": row.latest, "digest": row.digest,
        }  # fmt: skip
    return export_line(
        fields,
        position=row.position,
        recorded=row.recorded,
        hash_=row.hash,
        origin=row.origin,
    )
