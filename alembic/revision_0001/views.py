"""The DDL of the views of revision 0001, for SQLite and PostgreSQL.

Part of the migration: never changed once it is released. ``views.sql`` holds the views that are not of one
kind; what it writes in braces is filled in here. ``columns.toml`` holds the columns of each kind's terms.
``->`` and ``->>`` mean the same on both databases, and so does CAST.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent

OPEN_DAY = "9999-12-31"
OPEN_INSTANT = "9999-12-31T23:59:59.999999Z"

COLUMNS: dict[str, list[dict[str, Any]]] = tomllib.loads(
    (HERE / "columns.toml").read_text(encoding="utf-8")
)
"""The columns of the terms, by kind of subject."""

CURRENT = ("company_state", *(f"{kind}_history" for kind in COLUMNS), "company_names")
"""The views that also have one for today, as known now."""

SQLITE = {
    "subject_kind": "substr(s.subject, 1, instr(s.subject, ':') - 1)",
    "slug": "substr(s.subject, instr(s.subject, ':') + 1)",
    "event_kind": "substr(e.subject, 1, instr(e.subject, ':') - 1)",
    # one role is the rule, and needs no sorting; the keys are stored in order
    "roles": """CASE WHEN p.roles NOT LIKE '%,%' THEN p.roles ELSE (
    SELECT json_group_array(value) FROM (SELECT DISTINCT value FROM json_each(p.roles) ORDER BY value)
  ) END""",
    "counterparties": """(
    SELECT json_group_array(key) FROM json_each(s.state, '$.parties') WHERE key <> p.company
  )""",
    "first_source": "coalesce(e.payload -> 'source' ->> 0, e.payload ->> 'source')",
    "sources": """CASE json_type(e.payload, '$.source')
    WHEN 'array' THEN e.payload -> 'source' WHEN 'text' THEN json_array(e.payload ->> 'source')
    ELSE '[]' END""",
    "today": "date('now')",
}

POSTGRESQL = {
    "subject_kind": "split_part(s.subject, ':', 1)",
    "slug": "substr(s.subject, strpos(s.subject, ':') + 1)",
    "event_kind": "split_part(e.subject, ':', 1)",
    "roles": """CASE WHEN jsonb_array_length(p.roles) < 2 THEN p.roles ELSE (
    SELECT jsonb_agg(DISTINCT role COLLATE "C" ORDER BY role COLLATE "C")
    FROM jsonb_array_elements_text(p.roles) role
  ) END""",
    "counterparties": """(
    SELECT coalesce(jsonb_agg(key ORDER BY key COLLATE "C"), '[]')
    FROM jsonb_object_keys(s.state -> 'parties') key WHERE key <> p.company
  )""",
    "first_source": """(CASE jsonb_typeof(e.payload -> 'source')
    WHEN 'array' THEN e.payload -> 'source' ->> 0 ELSE e.payload ->> 'source' END) COLLATE "C\"""",
    "sources": """CASE jsonb_typeof(e.payload -> 'source')
    WHEN 'array' THEN e.payload -> 'source'
    WHEN 'string' THEN jsonb_build_array(e.payload -> 'source') ELSE '[]' END""",
    "today": "(now() AT TIME ZONE 'UTC')::date",
}

HELD = """s.kind,
  s.status,
  s.status_group,
  s.certainty,
  s.since,
  s.disputed,
  s.irregular,
  coalesce(s.state -> 'alternatives', '[]') AS alternatives,
  coalesce(s.state -> 'conflicts', '[]') AS conflicts"""

BOUNDS = """s.valid_from,
  s.valid_to,
  s.known_from,
  s.known_to,
  s.state -> 'terms' AS terms"""

# numbers as the program stores them: "007", "1_000" and "1 " are texts
SQLITE_NUMBER = (
    "({v} GLOB '[0-9]*' OR {v} GLOB '-[0-9]*') AND {v} NOT GLOB '*[^0-9.-]*' AND {v} NOT GLOB '?*-*' "
    "AND {v} NOT GLOB '*.*.*' AND {v} GLOB '*[0-9]' AND {v} NOT GLOB '0[0-9]*' AND {v} NOT GLOB '-0[0-9]*' "
    "AND {v} NOT GLOB '-.*'"
)
POSTGRESQL_NUMBER = "{v} ~ '^-?(0|[1-9][0-9]*)(\\.[0-9]+)?$'"


def statements(dialect: str) -> list[str]:
    """The statements that make the views, in their order."""
    text = re.sub(
        r"^--.*\n", "", (HERE / "views.sql").read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    texts = [part.strip() for part in text.split(";\n") if part.strip()]
    made = [
        re.sub(r"\{(\w+)(?: (\w+))?\}", lambda m: _filled(dialect, m[1], m[2]), t) for t in texts
    ]
    made += [_history(dialect, kind) for kind in COLUMNS]
    return made + [_current(dialect, name) for name in CURRENT]


def names() -> list[str]:
    """The views, in the order in which they are made."""
    text = (HERE / "views.sql").read_text(encoding="utf-8")
    own = re.findall(r"^CREATE VIEW (\w+)", text, re.MULTILINE)
    return [*own, *(f"{kind}_history" for kind in COLUMNS), *(f"current_{n}" for n in CURRENT)]


def _current(dialect: str, name: str) -> str:
    today = (SQLITE if dialect == "sqlite" else POSTGRESQL)["today"]
    return (
        f"CREATE VIEW current_{name} AS SELECT * FROM {name} "  # noqa: S608 - our own names
        f"WHERE valid_from <= {today} AND {today} < valid_to AND known_to = '{OPEN_INSTANT}'"
    )


def _history(dialect: str, kind: str) -> str:
    """The states of one kind of subject, with its terms in columns."""
    shown = [f"{_taken(dialect, column)} AS {column['name']}" for column in COLUMNS[kind]]
    return (
        f"CREATE VIEW {kind}_history AS SELECT\n  s.subject,\n  {HELD},\n  "
        + ",\n  ".join([*shown, BOUNDS])
        # a range, which the primary key answers on both
        + f"\nFROM subject_history s\nWHERE s.subject >= '{kind}:' AND s.subject < '{kind};'"
    )


def _taken(dialect: str, column: dict[str, Any]) -> str:
    """What a column takes out of its term."""
    term, field = column["term"], column.get("field", "")
    path, value = f"s.state -> 'terms' -> '{term}'", f"s.state -> 'terms' ->> '{term}'"
    # text is in the order of its code points on both; out of JSON it would have the database's language
    collation = "" if dialect == "sqlite" else ' COLLATE "C"'
    match column["take"]:
        case "json":
            return "s.state -> 'parties'" if term == "parties" else path
        case "text":
            return f"({path} ->> '{field}'){collation}" if field else f"({value}){collation}"
        case "boolean":
            return f"CAST({value} AS BOOLEAN)"
        case "integer":
            return f"CAST({path} ->> '{field}' AS INTEGER)"
        case "of_money":
            given = f"coalesce({path} ->> '{field}', '{column['default']}')"
            return f"(CASE WHEN {path} ->> 'currency' IS NOT NULL THEN {given} END){collation}"
        case "only_text":
            return f"CASE {_json_type(dialect, term)} THEN ({value}){collation} END"
    end, open_ = ("min", "up_to") if column["take"] == "low" else ("max", "at_least")
    # "up to" an amount it has no lower end, "at least" it no upper one; a number is both ends of itself
    number = (SQLITE_NUMBER if dialect == "sqlite" else POSTGRESQL_NUMBER).format(v=f"({value})")
    measured = f"coalesce({path} ->> '{end}', {path} ->> 'exact')"
    return (
        f"CASE {_json_type(dialect, term)} THEN CASE WHEN {number} THEN CAST({value} AS NUMERIC) END "
        f"ELSE CAST(CASE {path} ->> 'basis' WHEN '{open_}' THEN {path} ->> '{end}' "
        f"ELSE {measured} END AS NUMERIC) END"
    )


def _json_type(dialect: str, term: str) -> str:
    """The beginning of a CASE that tells a text from what has fields."""
    if dialect == "sqlite":
        return f"json_type(s.state, '$.terms.{term}') WHEN 'text'"
    return f"jsonb_typeof(s.state -> 'terms' -> '{term}') WHEN 'string'"


def _filled(dialect: str, word: str, term: str | None) -> str:
    if term is None:
        return (SQLITE if dialect == "sqlite" else POSTGRESQL)[word]
    # text is in the order of its code points on both; out of JSON it would have the database's language
    collation = "" if dialect == "sqlite" else ' COLLATE "C"'
    if word == "of":
        # a range, which the primary key answers on both
        return f"s.subject >= '{term}:' AND s.subject < '{term};'"
    if word == "text":
        return f"(s.state -> 'terms' ->> '{term}'){collation} AS {term}"
    if word == "json":
        return f"s.state -> 'terms' -> '{term}' AS {term}"
    assert word in ("event", "source"), word
    return f"({'e' if word == 'event' else 'r'}.payload ->> '{term}'){collation}"
