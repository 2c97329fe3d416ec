"""The store is the only place with SQL: what is above it calls functions that read."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TIMELINE = Path(__file__).resolve().parent.parent.parent / "timeline"

OTHERS = {
    "importers/shelf.py",  # a file of its own for the time of an import, and no store
    "render/folder.py",  # it writes the tables themselves, as they are declared
    "cli/schema.py",  # it prints them
}
"""Modules that know tables or have SQL, and why."""

MODULES = [
    path
    for path in sorted(TIMELINE.rglob("*.py"))
    if path.relative_to(TIMELINE).parts[0] not in ("store", "spark", "migrations")
    and path.relative_to(TIMELINE).as_posix() not in OTHERS
]

ASKING = {"execute", "exec_driver_sql", "scalar", "scalars", "executemany"}


def found_in(text: str) -> Iterator[str]:
    """What a module has that speaks to a database by itself."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names if each.name.startswith("sqlalchemy"))
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            names = {each.name for each in node.names}
            if node.module.startswith("sqlalchemy"):
                yield from sorted(names - {"Connection"})
            if node.module in ("timeline.store.tables", "timeline.store.views"):
                yield from sorted(names - {"REVISIONS"})
        if isinstance(node, ast.Attribute) and node.attr in ASKING:
            yield f".{node.attr}"


def test_nothing_above_the_store_has_sql() -> None:
    found = {
        path.relative_to(TIMELINE).as_posix(): own
        for path in MODULES
        if (own := [*found_in(path.read_text(encoding="utf-8"))])
    }
    assert found == {}


@pytest.mark.parametrize(
    "planted",
    [
        "import sqlalchemy as sa", "from sqlalchemy import text", "from timeline.store.tables import event",
        "connection.exec_driver_sql('SELECT 1')", "view.connection.scalar(statement)",
    ],
)  # fmt: skip
def test_sql_elsewhere_is_seen(planted: str) -> None:
    assert [*found_in(planted)]
