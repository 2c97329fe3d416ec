"""The documented tables and views in Spark SQL, and the shipped reports over them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from timeline.extras import needs
from timeline.render.folder import RELATIONS, kinds_of
from timeline.store.export import files_of
from timeline.store.sql import plain, tokens
from timeline.store.sql_duckdb import version_of
from timeline.store.views import views

_INSTANT = "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'"


def register(spark: Any, folder: Path) -> None:
    """Register every table and view of a folder under its name, the views of today too.

    Days and instants are text, as in SQL on SQLite. ``folder`` is an export or one of versions, of which the
    current one is meant from now on, whatever is written later. The session's time zone must be UTC.
    """
    version = version_of(folder)
    for table in RELATIONS:
        kinds = kinds_of(table)
        files = [f"file:{path.resolve()}" for path in files_of(version, table.name)]
        frame = spark.read.parquet(*files)
        frame.selectExpr(
            *(_column(name, kind) for name, kind in kinds.items())
        ).createOrReplaceTempView(table.name)
    today = "CAST(current_date() AS STRING)"
    for name in views.tables:
        if name.startswith("current_"):
            spark.sql(
                f"CREATE OR REPLACE TEMPORARY VIEW {name} AS "  # noqa: S608 - our own names
                f"SELECT * FROM {name.removeprefix('current_')} WHERE valid_from <= {today} "
                f"AND {today} < valid_to AND known_to = '9999-12-31T23:59:59.999999Z'"
            )
    for function in _FUNCTIONS:
        spark.sql(f"CREATE OR REPLACE TEMPORARY FUNCTION {function}")


_FUNCTIONS = (
    "days_between(a STRING, b STRING) RETURNS INT RETURN datediff(CAST(b AS DATE), CAST(a AS DATE))",
    "day_of(a STRING) RETURNS STRING RETURN substr(a, 1, 10)",
)


def _column(name: str, kind: str) -> str:
    if kind == "day":
        return f"CAST(`{name}` AS STRING) AS `{name}`"
    if kind == "instant":
        return f'date_format(`{name}`, "{_INSTANT}") AS `{name}`'
    return f"`{name}`"


def ask(spark: Any, query: str, params: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    """The rows of a query that is written as for a store on SQLite, such as a report's.

    It is put into Spark's own words by sqlglot. ``params`` are the values of ``:name``.
    """
    with needs("spark"):
        import sqlglot
    # "on" is a word of SQL, which the parser would take it for
    named = "".join(
        f":p_{token.text[1:]}" if token.kind == "param" else token.text for token in tokens(query)
    )
    tree = sqlglot.parse_one(named, read="sqlite")
    for part in tree.find_all(sqlglot.exp.CTE):
        part.set("materialized", None)  # Spark decides that by itself
    written = tree.sql(dialect="spark", comments=False)
    given = {f"p_{name}": value for name, value in (params or {}).items()}
    rows = spark.sql(written, args=given).collect()
    return [{name: plain(value) for name, value in row.asDict().items()} for row in rows]
