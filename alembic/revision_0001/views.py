"""The DDL of the views of revision 0001, for SQLite and PostgreSQL.

Part of the migration: never changed once it is released. ``views.sql`` holds the views; what it writes in
braces is filled in here. ``->`` and ``->>`` mean the same on both databases, and so does CAST.
"""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parent

OPEN_DAY = "9999-12-31"
OPEN_INSTANT = "9999-12-31T23:59:59.999999Z"

CURRENT = (
    "company_state", "deal_history", "rumour_history", "commitment_history", "right_history",
    "relationship_history", "fact_history", "company_names",
)  # fmt: skip
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
    return made + [_current(dialect, name) for name in CURRENT]


def names() -> list[str]:
    """The views, in the order in which they are made."""
    text = (HERE / "views.sql").read_text(encoding="utf-8")
    return re.findall(r"^CREATE VIEW (\w+)", text, re.MULTILINE) + [
        f"current_{name}" for name in CURRENT
    ]


def _current(dialect: str, name: str) -> str:
    today = (SQLITE if dialect == "sqlite" else POSTGRESQL)["today"]
    return (
        f"CREATE VIEW current_{name} AS SELECT * FROM {name} "  # noqa: S608 - our own names
        f"WHERE valid_from <= {today} AND {today} < valid_to AND known_to = '{OPEN_INSTANT}'"
    )


def _filled(dialect: str, word: str, term: str | None) -> str:
    if term is None:
        if word == "held":
            return HELD
        if word == "bounds":
            return BOUNDS
        return (SQLITE if dialect == "sqlite" else POSTGRESQL)[word]
    value, path = f"s.state -> 'terms' ->> '{term}'", f"s.state -> 'terms' -> '{term}'"
    # text is in the order of its code points on both; out of JSON it would have the database's language
    collation = "" if dialect == "sqlite" else ' COLLATE "C"'
    if word == "of":
        # a range, which the primary key answers on both
        return f"s.subject >= '{term}:' AND s.subject < '{term};'"
    if word == "text":
        value = f"({value}){collation}"
        return value if term in ("from", "to", "over", "window") else f"{value} AS {term}"
    if word in ("event", "source"):
        row = "e" if word == "event" else "r"
        return f"({row}.payload ->> '{term}'){collation}"
    if word == "json":
        return f"{path} AS {term}"
    if word == "boolean":
        return f"CAST({value} AS BOOLEAN) AS {term}"
    if word == "number":
        return _number(dialect, value, term)
    if word == "money":
        return ",\n  ".join(_money(path, term, collation))
    if word == "share":
        return ",\n  ".join(
            f"CAST(coalesce({path} ->> '{end}', {path} ->> 'exact') AS NUMERIC) AS {term}_{end}"
            for end in ("min", "max")
        )
    if word == "horizon":
        numbers = [f"CAST({path} ->> '{end}' AS INTEGER) AS {term}_{end}" for end in ("min", "max")]
        texts = [f"({path} ->> '{n}'){collation} AS {term}_{n}" for n in ("unit", "from")]
        return ",\n  ".join([*numbers, *texts])
    assert word == "fact", word
    return _fact(dialect, value, path, collation)


def _money(path: str, term: str, collation: str) -> list[str]:
    """An exact amount is both ends; "up to" it has no lower end, "at least" it no upper one."""
    ends = [
        f"CAST(CASE {path} ->> 'basis' WHEN '{open_}' THEN {path} ->> '{end}' "
        f"ELSE coalesce({path} ->> '{end}', {path} ->> 'exact') END AS NUMERIC) AS {term}_{end}"
        for end, open_ in (("min", "up_to"), ("max", "at_least"))
    ]
    given = f"(CASE WHEN {path} ->> 'currency' IS NOT NULL THEN coalesce({path} ->> "
    return [
        *ends,
        f"({path} ->> 'currency'){collation} AS {term}_currency",
        f"{given}'per', 'once') END){collation} AS {term}_per",
        f"{given}'basis', 'exact') END){collation} AS {term}_basis",
    ]


def _number(dialect: str, value: str, name: str) -> str:
    test = (SQLITE_NUMBER if dialect == "sqlite" else POSTGRESQL_NUMBER).format(v=f"({value})")
    return f"CASE WHEN {test} THEN CAST({value} AS NUMERIC) END AS {name}"


def _fact(dialect: str, value: str, path: str, collation: str) -> str:
    """A number is both ends of itself; what is no text and no money is in the JSON alone."""
    if dialect == "sqlite":
        kind, text = "json_type(s.state, '$.terms.value')", "text"
    else:
        kind, text = f"jsonb_typeof({path})", "string"
    low, high, *rest = _money(path, "value", collation)
    ends = []
    for column in (low, high):
        measure, name = column.rsplit(" AS ", 1)
        number = _number(dialect, value, name).rsplit(" END AS ", 1)[0]
        ends.append(
            f"CASE {kind} WHEN 'object' THEN {measure} WHEN '{text}' THEN {number} END END AS {name}"
        )
    shown = f"CASE {kind} WHEN '{text}' THEN ({value}){collation} END AS value_text"
    return ",\n  ".join([f"{path} AS value", shown, *ends, *rest])
