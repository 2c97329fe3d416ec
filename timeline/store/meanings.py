"""What tables, views, functions and columns mean, for people who write SQL (``timeline schema``).

The words live in the migrations, which give them to PostgreSQL as comments; here they are read.
"""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Any, Final

from sqlalchemy import MetaData

from timeline.store.engine import migrations_folder
from timeline.store.tables import REVISIONS, metadata
from timeline.store.views import TERM_COLUMNS, views

_PARTS: Final = ("relations", "functions", "columns", "meanings")


@cache
def _meanings() -> dict[str, dict[str, str]]:
    """The words of every revision; a later one has the last."""
    found: dict[str, dict[str, str]] = {part: {} for part in _PARTS}
    for revision in REVISIONS:
        file = migrations_folder() / f"revision_{revision}" / "comments.toml"
        if file.exists():
            said: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
            for part in _PARTS:
                found[part] |= said.get(part, {})
    *kinds, last = TERM_COLUMNS
    said_of_kind = found["columns"]["subject_kind"]
    found["columns"]["subject_kind"] = said_of_kind.format(kinds=f"{', '.join(kinds)} or {last}")
    return found


def meaning_of(relation: str, column: str | None = None) -> str | None:
    """What a table or view means, or a column of it; None for one that nobody explained."""
    said = _meanings()
    if column is None:
        kind = relation.removeprefix("current_").removesuffix("_history")
        if kind in TERM_COLUMNS and relation.endswith("_history"):
            relation = relation.replace(kind, "{kind}", 1)
        return said["relations"].get(relation, "").format(kind=kind) or None
    original = relation.removeprefix("current_")
    for told in TERM_COLUMNS.get(original.removesuffix("_history"), ()):
        if told["name"] == column:
            return told["meaning"]
    for name in (f"{relation}.{column}", f"{original}.{column}"):
        if name in said["meanings"]:
            return said["meanings"][name]
    return said["columns"].get(column)


def functions() -> dict[str, str]:
    """The functions for questions on PostgreSQL, by signature, and what they answer."""
    return _meanings()["functions"]


def commented() -> MetaData:
    """The tables with their comments, as PostgreSQL keeps them."""
    copy = MetaData()
    for table in metadata.tables.values():
        made = table.to_metadata(copy)
        made.comment = meaning_of(table.name)
        for column in made.columns:
            column.comment = meaning_of(table.name, column.name)
    return copy


def relations() -> MetaData:
    """Every table and view, for whoever lists them."""
    both = MetaData()
    for source in (metadata, views):
        for table in source.tables.values():
            table.to_metadata(both)
    return both
