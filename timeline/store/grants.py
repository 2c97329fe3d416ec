"""Three roles on PostgreSQL: who owns the store, who appends to it, who only reads it.

The triggers keep everybody from changing the log; the grants keep everybody but the owner from taking the
triggers away.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from timeline.errors import InvalidValue
from timeline.store.meanings import functions
from timeline.store.tables import (
    event,
    held_event,
    log_head,
    metadata,
    origin_file,
    party_history,
    projection,
    subject_company,
    subject_history,
)
from timeline.store.views import views

LONGEST: Final = 63
"""Bytes of a name; PostgreSQL cuts what is longer."""

APPENDED: Final = (event,)
MOVED: Final = (log_head, projection)
"""One row each, which says how far: an append moves it on."""
DERIVED: Final = (subject_company, subject_history, party_history)
"""What an append brings up to date, and a rebuild writes anew."""
FILED: Final = (origin_file, held_event)
"""What a replay keeps of files: a convenience, no part of the record."""

FUNCTIONS: Final = (
    "timeline_refuse",
    "timeline_check_erasure",
    "timeline_lock_head",
    "timeline_check_positions",
    "timeline_check_head",
)
"""The functions of the triggers; whoever may replace one may take its trigger away."""


class Roles(Struct, frozen=True, kw_only=True):
    """The names of the three roles, and of the schema that holds the store."""

    owner: str = "timeline_owner"
    writer: str = "timeline_writer"
    reader: str = "timeline_reader"
    schema: str = "public"


def grants(roles: Roles) -> str:
    """The SQL that makes the roles and gives each what it needs; it may be run again.

    Raises InvalidValue for a name that PostgreSQL cannot have.
    """
    return "\n".join(_lines(roles)) + "\n"


def _lines(roles: Roles) -> Iterator[str]:
    names = (roles.owner, roles.writer, roles.reader)
    if len(set(names)) < len(names):
        raise InvalidValue("the three roles need three names", "name them apart")
    owner, writer, reader = map(_name, names)
    schema = _name(roles.schema)
    relations = [*metadata.sorted_tables, *views.tables.values()]
    names_of_tables = [table.name for table in relations] + ["alembic_version"]
    yield "-- Run it after timeline init, as a superuser, in the database of the store; it may be run again."
    yield f"-- Then let people and programs in: GRANT {writer} TO somebody;"
    yield "BEGIN;"
    for role in names:
        yield (
            f"DO $$ BEGIN CREATE ROLE {_name(role)} NOLOGIN; "
            "EXCEPTION WHEN duplicate_object THEN NULL; END $$;"
        )
    yield ""
    yield "-- The owner migrates (timeline init) and nothing else; only it can drop a trigger."
    yield f"GRANT USAGE, CREATE ON SCHEMA {schema} TO {owner};"
    for name in names_of_tables:
        yield f"ALTER TABLE {schema}.{_name(name)} OWNER TO {owner};"
    for function in (*(f"{name}()" for name in FUNCTIONS), *functions()):
        yield f"ALTER FUNCTION {schema}.{function} OWNER TO {owner};"
    yield f"REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC, {writer}, {reader};"
    yield f"GRANT USAGE ON SCHEMA {schema} TO {writer}, {reader};"
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM PUBLIC, {writer}, {reader};"
    yield ""
    yield "-- Both read everything."
    yield f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {writer}, {reader};"
    yield ""
    yield "-- The writer adds to the log, moves its head, and keeps up what is computed from it."
    for table in APPENDED:
        yield f"GRANT INSERT ON {schema}.{_name(table.name)} TO {writer};"
    for table in MOVED:
        columns = ", ".join(_name(c.name) for c in table.columns if not c.primary_key)
        yield f"GRANT UPDATE ({columns}) ON {schema}.{_name(table.name)} TO {writer};"
    for table in (*DERIVED, *FILED):
        yield f"GRANT INSERT, UPDATE, DELETE ON {schema}.{_name(table.name)} TO {writer};"
    yield "COMMIT;"


def _name(name: str) -> str:
    if not name or {"\0", "$"} & set(name) or len(name.encode()) > LONGEST:
        raise InvalidValue(
            f'"{name}" is no name of a role or schema', f"take one of 1 to {LONGEST} bytes"
        )
    return '"' + name.replace('"', '""') + '"'
