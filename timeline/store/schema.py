"""Whether a store has the tables, views, indexes and triggers of the program, word for word.

A trigger that is gone lets the log be changed; a view that was changed gives other answers than the program;
an index that lacks a row hides it.
"""

from __future__ import annotations

import re
import runpy
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from timeline.errors import SchemaChanged
from timeline.store import engine as db
from timeline.store.tables import REVISIONS, event_words, metadata
from timeline.store.views import views

_OURS: Final = ["alembic_version", event_words.name, *metadata.tables, *views.tables]

DEFINITIONS: Final = Path(__file__).with_name("definitions.json")
"""What a new store has on PostgreSQL, as the server writes it, but for the views; a test writes it down."""

Parts = Mapping[str, str]
"""What there is by its name, such as ``trigger event_update``, and its definition."""


def verify_schema(connection: Connection) -> None:
    """Compare the schema with the program's; raises SchemaChanged for the first difference."""
    if connection.dialect.name == "duckdb":
        return  # the program makes the views itself whenever it opens the folder
    if connection.dialect.name == "sqlite":
        _compare(_of_sqlite(connection), _expected_on_sqlite())
    else:
        _compare(definitions(connection), _expected_on_postgresql())
        _compare_views(connection)


def verify_indexes(connection: Connection) -> None:
    """Let SQLite compare its indexes with the rows of their tables; raises SchemaChanged.

    What an index lacks is not found by it, however sound the row is. PostgreSQL has no such question.
    """
    if connection.dialect.name == "sqlite":
        said = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one()
        if said != "ok":
            raise SchemaChanged(f"SQLite finds an index or a page wrong: {said}")


def _compare(found: Parts, expected: Parts) -> None:
    for name in sorted({*found, *expected}):
        if name not in found:
            raise SchemaChanged(f"the {name} is gone")
        if name not in expected:
            raise SchemaChanged(f"the {name} is none of the program's")
        if found[name] != expected[name]:
            raise SchemaChanged(f"the {name} is not as the program made it")


# --- SQLite ---------------------------------------------------------------------------------------


def _of_sqlite(connection: Connection) -> Parts:
    # what ANALYZE keeps changes no answer
    rows = connection.exec_driver_sql(
        "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema "
        "WHERE NOT (type = 'table' AND name IN ('sqlite_stat1', 'sqlite_stat4'))"
    )
    return {f"{kind} {name}": f"{table}: {sql}" for kind, name, table, sql in rows}


@cache
def _expected_on_sqlite() -> Parts:
    """What a new store has: once a process, since migrating one takes 50 ms and the answer stays."""
    engine = db.make_engine(db.store_url(db.MEMORY))
    try:
        with engine.begin() as fresh:
            db.upgrade(fresh)
            return _of_sqlite(fresh)
    finally:
        engine.dispose()


# --- PostgreSQL -----------------------------------------------------------------------------------

# Each part as the server writes it, with what it does not write there. A function or operator of somebody
# else's, under the name of one of the server's own, may be taken for that one; extensions have such.
_DEFINITIONS: Final = """
WITH store AS (
  SELECT n.oid AS schema, n.nspname, c.relowner FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace WHERE c.oid = to_regclass('event')
),
ours AS (
  SELECT c.* FROM pg_catalog.pg_class AS c JOIN store ON store.schema = c.relnamespace
  WHERE relname = ANY(:ours) AND relkind <> 'i'
),
columns AS (
  SELECT attrelid, string_agg(concat_ws(' ', attname, CASE WHEN relkind <> 'v' THEN concat_ws(' ',
    format_type(atttypid, atttypmod), collname, CASE WHEN attnotnull THEN 'not null' END,
    nullif(attidentity, ''), nullif(attgenerated, ''), pg_get_expr(adbin, adrelid)) END),
    ', ' ORDER BY attnum) AS written
  FROM ours JOIN pg_catalog.pg_attribute ON attrelid = ours.oid
  LEFT JOIN pg_catalog.pg_attrdef ON adrelid = attrelid AND adnum = attnum
  LEFT JOIN pg_catalog.pg_collation AS k ON k.oid = attcollation
  WHERE attnum > 0 AND NOT attisdropped GROUP BY attrelid
),
servers AS (
  SELECT proname AS name FROM pg_catalog.pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace
  UNION SELECT oprname FROM pg_catalog.pg_operator WHERE oprnamespace = 'pg_catalog'::regnamespace
),
part (name, written) AS (
  SELECT CASE relkind WHEN 'v' THEN 'view ' ELSE 'table ' END || relname, concat_ws(' ',
    relkind, relpersistence, CASE WHEN relkind = 'v' THEN reloptions::text END,
    CASE WHEN relrowsecurity OR relforcerowsecurity THEN 'with row security' END,
    CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_inherits WHERE ours.oid IN (inhparent, inhrelid))
    THEN 'with heirs' END,
    CASE WHEN ours.oid IS DISTINCT FROM to_regclass(quote_ident(relname)) THEN 'behind another' END,
    columns.written)
  FROM ours JOIN columns ON attrelid = ours.oid
  UNION ALL
  SELECT 'index ' || relname, concat_ws(' ', pg_get_indexdef(indexrelid), CASE
    WHEN NOT (indisvalid AND indisready AND indislive AND indimmediate) THEN 'that does not serve' END)
  FROM pg_catalog.pg_index JOIN pg_catalog.pg_class AS c ON c.oid = indexrelid
  WHERE indrelid IN (SELECT oid FROM ours)
  UNION ALL
  SELECT 'constraint ' || conname, conrelid::regclass || ' ' || pg_get_constraintdef(oid)
  FROM pg_catalog.pg_constraint WHERE conrelid IN (SELECT oid FROM ours) AND contype <> 'n'
  UNION ALL
  SELECT 'trigger ' || tgname, concat_ws(' ', tgenabled, pg_get_triggerdef(t.oid),
    CASE WHEN pronamespace <> schema THEN 'elsewhere' END)
  FROM store, pg_catalog.pg_trigger AS t JOIN pg_catalog.pg_proc AS p ON p.oid = tgfoid
  WHERE tgrelid IN (SELECT oid FROM ours) AND NOT tgisinternal
  UNION ALL
  SELECT 'rule ' || rulename, ev_class::regclass::text FROM pg_catalog.pg_rewrite
  WHERE ev_class IN (SELECT oid FROM ours) AND rulename <> '_RETURN'
  UNION ALL
  SELECT 'policy ' || polname, polrelid::regclass::text FROM pg_catalog.pg_policy
  WHERE polrelid IN (SELECT oid FROM ours)
  UNION ALL
  SELECT 'function ' || proname || '(' || pg_get_function_identity_arguments(oid) || ')',
    pg_get_functiondef(oid)
  FROM store JOIN pg_catalog.pg_proc ON pronamespace = schema AND prokind <> 'a'
  WHERE proname LIKE 'timeline\\_%' OR proname IN ('company_state_at', 'day_of', 'days_between')
  UNION ALL
  SELECT 'function ' || oid::regprocedure, '' FROM store
  JOIN pg_catalog.pg_proc AS p ON pronamespace = schema AND proowner <> relowner
  WHERE proname IN (SELECT name FROM servers) AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend
    WHERE classid = 'pg_catalog.pg_proc'::regclass AND objid = p.oid AND deptype = 'e')
  UNION ALL
  SELECT 'operator ' || oid::regoperator, '' FROM store
  JOIN pg_catalog.pg_operator AS o ON oprnamespace = schema AND oprowner <> relowner
  WHERE oprname IN (SELECT name FROM servers) AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend
    WHERE classid = 'pg_catalog.pg_operator'::regclass AND objid = o.oid AND deptype = 'e')
)
SELECT part.name, nspname, written FROM store, part
"""


def definitions(connection: Connection) -> dict[str, str]:
    """The parts of a store on PostgreSQL as its server writes them, with the schema as ``{schema}``."""
    found = {}
    quote = connection.dialect.identifier_preparer.quote
    for name, schema, written in connection.execute(sa.text(_DEFINITIONS), {"ours": _OURS}):
        for quoted in (f'"{schema}"', quote(schema)):
            written = written.replace(f"{quoted}.", "{schema}.")
        found[name] = written
    return found


def _expected_on_postgresql() -> Parts:
    written = msgspec.json.decode(DEFINITIONS.read_bytes(), type=dict[str, str])
    for view in views.tables.values():
        written[f"view {view.name}"] = f"v p {', '.join(column.name for column in view.columns)}"
    return written


_PLANNED: Final = 3
"""How often two plans are compared: between them the server may renew its statistics, and plan otherwise."""


def _compare_views(connection: Connection) -> None:
    """Raise SchemaChanged for a view that the server plans in another way than the program's text of it."""
    for statement in _view_texts():
        found = re.match(r"\s*CREATE VIEW (\S+) AS\s+(.*)", statement, re.DOTALL)
        assert found is not None
        name, query = found[1].rpartition(".")[2].strip('"'), found[2].strip().rstrip(";")
        ours = f'SELECT * FROM ({query}) AS "{name}"'  # noqa: S608 - the names and texts of the migration
        made = f'SELECT * FROM "{name}"'  # noqa: S608
        if not any(_plan(connection, ours) == _plan(connection, made) for _ in range(_PLANNED)):
            raise SchemaChanged(f"the view {name} is not as the program made it")


def _plan(connection: Connection, query: str) -> list[str]:
    rows: Iterable[Any] = connection.exec_driver_sql(
        f"EXPLAIN (VERBOSE, COSTS OFF) {query}"
    ).scalars()
    return list(rows)


def _view_texts() -> list[str]:
    file = db.migrations_folder() / f"revision_{REVISIONS[-1]}" / "views.py"
    texts: list[str] = runpy.run_path(str(file))["statements"]("postgresql")
    return texts
