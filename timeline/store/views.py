"""The views as SQLAlchemy sees them: names, columns and types. Alembic owns their creation."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Boolean, Column, Integer, Numeric, Table, Text

from timeline.store.engine import migrations_folder
from timeline.store.tables import DAY, INSTANT, JSON, POSITION

views: Final = sa.MetaData()

_Columns = Iterator[Column[Any]]


def _texts(*names: str) -> _Columns:
    for name in names:
        yield Column(name, Text)


def _lists(*names: str) -> _Columns:
    for name in names:
        yield Column(name, JSON)


def _held() -> _Columns:
    yield from _texts("subject", "kind", "status", "status_group", "certainty", "since")
    yield Column("disputed", Boolean)
    yield Column("irregular", Boolean)
    yield from _lists("alternatives", "conflicts")


def _bounds() -> _Columns:
    yield Column("valid_from", DAY)
    yield Column("valid_to", DAY)
    yield Column("known_from", INSTANT)
    yield Column("known_to", INSTANT)


def _company_state() -> _Columns:
    yield from _texts("company", "subject", "subject_kind", "kind", "status")
    yield from _texts("status_group", "certainty")
    yield from _lists("roles", "counterparties")
    yield from _texts("since")
    yield from _bounds()
    yield from _lists("terms")
    yield Column("disputed", Boolean)
    yield Column("irregular", Boolean)


def _history(columns: list[dict[str, str]]) -> _Columns:
    yield from _held()
    for column in columns:
        yield Column(column["name"], _TYPES[column["type"]])
    yield from _bounds()
    yield from _lists("terms")


_TYPES: Final[dict[str, Any]] = {
    "text": Text, "json": JSON, "boolean": Boolean, "numeric": Numeric, "integer": Integer,
}  # fmt: skip


def _names() -> _Columns:
    yield from _texts("company", "name", "kind", "country")
    yield from _lists("aliases", "identifiers")
    yield from _texts("status")
    yield from _bounds()


def _events() -> _Columns:
    yield Column("position", POSITION)
    yield from _texts("id", "type", "subject", "subject_kind")
    yield Column("version", Integer)
    yield from _texts("occurred")
    yield Column("earliest", DAY)
    yield Column("latest", DAY)
    yield Column("known", INSTANT)
    yield Column("recorded", INSTANT)
    yield from _texts("source")
    yield from _lists("sources")
    yield from _texts("publisher", "source_title", "source_url", "attribution", "speaker")
    yield from _texts("fact_level", "target", "note", "origin")
    yield from _lists("payload")


TERM_COLUMNS: Final[dict[str, list[dict[str, str]]]] = tomllib.loads(
    (migrations_folder() / "revision_0001" / "columns.toml").read_text(encoding="utf-8")
)
"""The columns of the terms of each kind, as the migration made them."""

_HELD: Final[dict[str, Callable[[], _Columns]]] = {
    "company_state": _company_state,
    **{f"{kind}_history": partial(_history, found) for kind, found in TERM_COLUMNS.items()},
    "company_names": _names,
}

for _name, _columns in _HELD.items():
    Table(_name, views, *_columns())
event_log: Final = Table("event_log", views, *_events())
for _name, _columns in _HELD.items():
    Table(f"current_{_name}", views, *_columns())
