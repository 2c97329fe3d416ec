"""Four roles on PostgreSQL: who owns the store, who appends to it, who reads it, who writes queries.

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
    company_handle,
    company_identity,
    event,
    event_words,
    held_event,
    log_head,
    metadata,
    origin_file,
    party_history,
    projection,
    subject_company,
    subject_evidence,
    subject_history,
)
from timeline.store.views import views

LONGEST: Final = 63
"""Bytes of a name; PostgreSQL cuts what is longer."""

APPENDED: Final = (event,)
LOCKED: Final = (log_head,)
"""A row that an append locks, which takes the right to update a column; a trigger moves it on."""
MOVED: Final = (projection,)
"""A row that says how far; an append moves it on."""
DERIVED: Final = (
    subject_company,
    company_handle,
    company_identity,
    subject_history,
    party_history,
    subject_evidence,
    event_words,
)
"""What an append brings up to date, and a rebuild writes anew."""
FILED: Final = (origin_file, held_event)
"""What a replay keeps of files: a convenience, no part of the record."""

FUNCTIONS: Final = (
    "timeline_refuse",
    "timeline_check_erasure",
    "timeline_lock_head",
    "timeline_check_positions",
    "timeline_move_head",
    "timeline_check_head",
)
"""The functions of the triggers; whoever may replace one may take its trigger away."""


class Roles(Struct, frozen=True, kw_only=True):
    """The names of the four roles, and of the schema that holds the store."""

    owner: str = "timeline_owner"
    writer: str = "timeline_writer"
    reader: str = "timeline_reader"
    analyst: str = "timeline_analyst"
    """A login: queries that people write run under it (:mod:`timeline.store.reader`)."""
    schema: str = "public"


def grants(roles: Roles) -> str:
    """The SQL that makes the roles and gives each what it needs; it may be run again.

    Raises InvalidValue for a name that PostgreSQL cannot have.
    """
    return "\n".join(_lines(roles)) + "\n"


def _lines(roles: Roles) -> Iterator[str]:
    names = (roles.owner, roles.writer, roles.reader, roles.analyst)
    if len(set(names)) < len(names):
        raise InvalidValue("the four roles need four names", "name them apart")
    owner, writer, reader, analyst = map(_name, names)
    schema = _name(roles.schema)
    names_of_tables = [*_documented(), event_words.name, "alembic_version"]
    yield "-- Run it after timeline init, as a superuser, in the database of the store; it may be run again."
    yield f"-- Then let people and programs in: GRANT {writer} TO somebody;"
    yield "BEGIN;"
    for role in (owner, writer, reader):
        yield _make(role, "NOLOGIN")
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
    yield "-- The writer adds to the log, locks its head, and keeps up what is computed from it."
    for table in APPENDED:
        yield f"GRANT INSERT ON {schema}.{_name(table.name)} TO {writer};"
    for table in LOCKED:
        keys = ", ".join(_name(c.name) for c in table.primary_key)
        yield f"GRANT UPDATE ({keys}) ON {schema}.{_name(table.name)} TO {writer};"
    for table in MOVED:
        columns = ", ".join(_name(c.name) for c in table.columns if not c.primary_key)
        yield f"GRANT UPDATE ({columns}) ON {schema}.{_name(table.name)} TO {writer};"
    for table in (*DERIVED, *FILED):
        yield f"GRANT INSERT, UPDATE, DELETE ON {schema}.{_name(table.name)} TO {writer};"
    yield from _analyst_lines(analyst, schema)
    yield (
        "DO $$ BEGIN EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO "
        f"{owner}, {writer}', current_database()); END $$;"
    )
    yield "COMMIT;"


def grants_to_analyst(roles: Roles) -> str:
    """The part of :func:`grants` for queries that people write; it needs no other role."""
    return "\n".join(_analyst_lines(_name(roles.analyst), _name(roles.schema))) + "\n"


def _analyst_lines(analyst: str, schema: str) -> Iterator[str]:
    yield ""
    yield "-- Queries that people write run under this login: it reads what timeline schema lists."
    yield "-- Give it a password, or let it in by pg_hba.conf: \\password timeline_analyst".replace(
        "timeline_analyst", analyst.strip('"')
    )
    yield _make(analyst, "LOGIN")
    yield (
        "DO $$ BEGIN EXECUTE format('REVOKE CREATE, TEMPORARY ON DATABASE %I FROM PUBLIC', "
        "current_database()); END $$;"
    )
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM PUBLIC, {analyst};"
    yield f"GRANT USAGE ON SCHEMA {schema} TO {analyst};"
    for name in _documented():
        yield f"GRANT SELECT ON {schema}.{_name(name)} TO {analyst};"
    for function in functions():
        yield f"GRANT EXECUTE ON FUNCTION {schema}.{function} TO {analyst};"


def _documented() -> list[str]:
    return [table.name for table in [*metadata.sorted_tables, *views.tables.values()]]


def _make(role: str, kind: str) -> str:
    return (
        f"DO $$ BEGIN CREATE ROLE {role} {kind}; EXCEPTION WHEN duplicate_object THEN NULL; END $$;"
    )


def _name(name: str) -> str:
    if not name or {"\0", "$"} & set(name) or len(name.encode()) > LONGEST:
        raise InvalidValue(
            f'"{name}" is no name of a role or schema', f"take one of 1 to {LONGEST} bytes"
        )
    return '"' + name.replace('"', '""') + '"'
