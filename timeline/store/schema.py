"""Whether a store has the tables, views, indexes and triggers of the program, word for word.

A trigger that is gone lets the log be changed; a view that was changed gives other answers than the program.
"""

from __future__ import annotations

import re
import runpy
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from timeline.errors import SchemaChanged
from timeline.store import engine as db
from timeline.store.tables import REVISIONS, event_words, metadata
from timeline.store.views import views

_TABLES: Final = {**metadata.tables, event_words.name: event_words}
_OURS: Final = frozenset([*_TABLES, *views.tables, "alembic_version"])

Parts = Mapping[str, str]
"""What there is by its name, such as ``trigger event_update``, and its definition."""


def verify_schema(connection: Connection) -> None:
    """Compare the schema with the program's; raises SchemaChanged for the first difference."""
    if connection.dialect.name == "duckdb":
        return  # the program makes the views itself whenever it opens the folder
    if connection.dialect.name == "sqlite":
        _compare(_of_sqlite(connection), _expected_on_sqlite())
    else:
        _compare(dict(_of_postgresql(connection)), dict(_expected_on_postgresql(connection)))
        _compare_views(connection)


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
    rows = connection.exec_driver_sql(
        "SELECT type, name, coalesce(sql, '') FROM sqlite_schema "
        "WHERE name NOT LIKE 'sqlite\\_stat%' ESCAPE '\\'"
    )
    return {f"{kind} {name}": _words(sql) for kind, name, sql in rows}


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


def _words(sql: str) -> str:
    return " ".join(sql.split())


# --- PostgreSQL -----------------------------------------------------------------------------------

_TRIGGERS: Final = """
SELECT t.tgname, c.relname, t.tgenabled, p.proname, p.pronamespace = c.relnamespace, t.tgtype,
  t.tgqual IS NULL
FROM pg_catalog.pg_trigger AS t JOIN pg_catalog.pg_class AS c ON c.oid = t.tgrelid
JOIN pg_catalog.pg_proc AS p ON p.oid = t.tgfoid
WHERE c.relnamespace = (SELECT relnamespace FROM pg_catalog.pg_class WHERE oid = to_regclass('event'))
AND c.relname = ANY(:ours) AND NOT t.tgisinternal
"""
_FUNCTIONS: Final = """
SELECT p.proname || '(' || pg_catalog.pg_get_function_identity_arguments(p.oid) || ')', p.prosrc,
  p.prosecdef, coalesce(p.proconfig::text, '') FROM pg_catalog.pg_proc AS p
WHERE p.pronamespace = (SELECT relnamespace FROM pg_catalog.pg_class WHERE oid = to_regclass('event'))
AND (p.proname LIKE 'timeline\\_%' OR p.proname IN ('company_state_at', 'day_of', 'days_between'))
"""
_RULES: Final = """
SELECT r.rulename, c.relname FROM pg_catalog.pg_rewrite AS r
JOIN pg_catalog.pg_class AS c ON c.oid = r.ev_class
WHERE c.relnamespace = (SELECT relnamespace FROM pg_catalog.pg_class WHERE oid = to_regclass('event'))
AND c.relname = ANY(:ours) AND r.rulename <> '_RETURN'
"""
# the bits of pg_trigger.tgtype: https://www.postgresql.org/docs/current/catalog-pg-trigger.html
_BITS: Final = {"ROW": 1, "BEFORE": 2, "INSERT": 4, "DELETE": 8, "UPDATE": 16, "TRUNCATE": 32}


def _of_postgresql(connection: Connection) -> Iterator[tuple[str, str]]:
    ours = {"ours": sorted(_OURS)}
    for name, table, enabled, function, same, bits, always in connection.execute(
        sa.text(_TRIGGERS), ours
    ):
        yield f"trigger {name}", f"{table} {enabled} {function} {same} {bits} {always}"
    for name, source, definer, config in connection.execute(sa.text(_FUNCTIONS)):
        yield f"function {name}", f"{_words(source)} {definer} {config}"
    for name, table in connection.execute(sa.text(_RULES), ours):
        yield f"rule {name}", table
    yield from _relations(connection)


def _relations(connection: Connection) -> Iterator[tuple[str, str]]:
    inspector = sa.inspect(connection)
    for name in inspector.get_table_names():
        if name in _TABLES:
            columns = [
                f"{column['name']} {'NULL' if column['nullable'] else 'NOT NULL'}"
                for column in inspector.get_columns(name)
            ]
            yield (
                f"table {name}",
                f"{columns} {inspector.get_pk_constraint(name)['constrained_columns']}",
            )
            for index in inspector.get_indexes(name):
                options = index.get("dialect_options", {})
                using = options.get("postgresql_using") or "btree"
                some = "postgresql_where" in options
                columns = [str(column) for column in index["column_names"]]
                yield _index(str(index["name"]), name, columns, index["unique"], using, some=some)
    for name in inspector.get_view_names():
        if name in views.tables:
            yield f"view {name}", str([column["name"] for column in inspector.get_columns(name)])


def _index(
    name: str, table: str, columns: list[str], unique: bool | None, using: str, *, some: bool
) -> tuple[str, str]:
    """An index; ``some``: of some rows of the table only."""
    return f"index {name}", f"{table} {columns} {bool(unique)} {using} {some}"


def _expected_on_postgresql(connection: Connection) -> Iterator[tuple[str, str]]:
    made = _migration()
    schema = connection.exec_driver_sql(
        "SELECT n.nspname FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n "
        "ON n.oid = c.relnamespace WHERE c.oid = to_regclass('event')"
    ).scalar_one()
    schema = connection.dialect.identifier_preparer.quote_identifier(schema)
    for table, name, when, each, function, *_ in made["POSTGRESQL_TRIGGERS"]:
        bits = sum(
            bit for word, bit in _BITS.items() if re.search(rf"\b{word}\b", f"{when} {each}")
        )
        yield f"trigger {name}", f"{table} A {function} True {bits} True"
    for text in (*made["POSTGRESQL_FUNCTIONS"], *made["POSTGRESQL_QUESTIONS"]):
        yield _function(text.format(schema=schema))
    for table in _TABLES.values():
        columns = [f"{c.name} {'NULL' if c.nullable else 'NOT NULL'}" for c in table.columns]
        yield f"table {table.name}", f"{columns} {[c.name for c in table.primary_key]}"
        for index in table.indexes:
            names = [column.name for column in index.columns]
            yield _index(str(index.name), table.name, names, index.unique, "btree", some=False)
        for constraint in table.constraints:
            if isinstance(constraint, sa.UniqueConstraint):
                names = [column.name for column in constraint.columns]
                yield _index(str(constraint.name), table.name, names, True, "btree", some=False)
    # of some rows only, which the tables of SQLAlchemy do not say
    yield _index("event_judged", "event", ["subject"], False, "btree", some=True)
    # of words, which would load the dialect of PostgreSQL with every table
    yield _index("event_words_words", "event_words", ["words"], False, "gin", some=False)
    for view in views.tables.values():
        yield f"view {view.name}", str([column.name for column in view.columns])


def _function(text: str) -> tuple[str, str]:
    """A function of the migration as the catalogue has it."""
    head, _, rest = text.partition("$$")
    source = rest.rpartition("$$")[0]
    found = re.search(r"CREATE FUNCTION [^.]+\.(\w+)\((.*?)\)\s*RETURNS", head, re.DOTALL)
    assert found is not None
    arguments = re.sub(r" DEFAULT '[^']*'", "", _words(found[2]))
    arguments = arguments.replace("timestamptz", "timestamp with time zone")
    config = re.search(r"SET search_path = ([\w, ]+?) AS", head)
    settings = '{"search_path=' + config[1] + '"}' if config else ""
    name = f"function {found[1]}({arguments})"
    return name, f"{_words(source)} {'SECURITY DEFINER' in head} {settings}"


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


# --- the migration --------------------------------------------------------------------------------


def _migration() -> dict[str, Any]:
    (file,) = (db.migrations_folder() / "versions").glob(f"{REVISIONS[-1]}_*.py")
    return runpy.run_path(str(file))


def _view_texts() -> list[str]:
    file = db.migrations_folder() / f"revision_{REVISIONS[-1]}" / "views.py"
    texts: list[str] = runpy.run_path(str(file))["statements"]("postgresql")
    return texts
