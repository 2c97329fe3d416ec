"""What the tables and their columns mean, for people who write SQL (``timeline schema``).

A module of its own, so that a question need not read it.
"""

from __future__ import annotations

from typing import Final

TABLES: Final = {
    "event": "the log: one row an event, never changed",
    "log_head": "where the log ends: one row",
    "subject_company": "every company that any event of a subject ever named",
    "subject_history": "the state of every subject on any day, as known at any instant",
    "party_history": "the parties of every subject on any day, as known at any instant",
    "subject_checkpoint": "from where the fold of a long subject goes on; no data of its own",
    "projection": "how far the histories follow the log",
}
"""A sentence for each table."""

_COLUMNS: Final = {
    "position": "place in the log: 1, 2, 3 … without a gap",
    "id": "the event's name, given by its author or derived from its content",
    "subject": "what it is about: kind:name",
    "version": "place among the events of its subject: 1, 2, 3 …",
    "type": "event type (docs/events.md)",
    "schema_version": "version of the event type's fields",
    "occurred": "when it happened, as written (EDTF)",
    "earliest": "first day on which it may have happened",
    "latest": "last day on which it may have happened",
    "known": "instant at which it was public",
    "recorded": "instant at which it entered the log",
    "fact_level": "fact, forecast or opinion",
    "attribution": "on whose word",
    "payload": "the other fields, as JSON",
    "origin": "the story or file that it came from",
    "digest": "SHA-256 of its content",
    "hash": "SHA-256 of the hash before it, recorded and digest",
    "one": "always 1",
    "company": "id of a company",
    "valid_from": "first day of which it holds",
    "valid_to": "first day of which it no longer holds; 9999-12-31: open",
    "known_from": "instant from which on that was known",
    "known_to": "instant from which on something else was known; 9999-12-31T23:59:59.999999Z: open",
    "kind": "kind of deal, rumour …; of a fact its attribute",
    "status": "where it stands (docs/transitions.md)",
    "certainty": "definite, or possible where dates are too vague to tell",
    "since": "when what brought the status happened, as written (EDTF)",
    "disputed": "whether somebody contests part of the evidence",
    "irregular": "whether an event could not follow what came before",
    "state": "terms, alternatives and conflicts, as JSON",
    "roles": "what the company is in it, as JSON",
    "checkpoint": "the fold's own notes",
    "name": "which of them",
    "log_head.position": "position of the last event",
    "log_head.hash": "hash of the last event",
    "log_head.recorded": "when the last event was recorded",
    "projection.position": "position up to which it follows the log",
}


def meaning_of(table: str, column: str) -> str | None:
    """What a column means; None for one that nobody explained."""
    return _COLUMNS.get(f"{table}.{column}", _COLUMNS.get(column))
