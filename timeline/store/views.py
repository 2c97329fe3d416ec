"""The views as SQLAlchemy sees them: names, columns and types. Alembic owns their creation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Boolean, Column, Integer, Numeric, Table, Text

from timeline.store.tables import DAY, INSTANT, JSON, POSITION

views: Final = sa.MetaData()

_Columns = Iterator[Column[Any]]


def _texts(*names: str) -> _Columns:
    for name in names:
        yield Column(name, Text)


def _lists(*names: str) -> _Columns:
    for name in names:
        yield Column(name, JSON)


def _money(name: str) -> _Columns:
    yield from _range(name)
    yield from _texts(f"{name}_currency", f"{name}_per", f"{name}_basis")


def _range(name: str) -> _Columns:
    yield Column(f"{name}_min", Numeric)
    yield Column(f"{name}_max", Numeric)


def _horizon(name: str) -> _Columns:
    yield Column(f"{name}_min", Integer)
    yield Column(f"{name}_max", Integer)
    yield from _texts(f"{name}_unit", f"{name}_from")


def _held() -> _Columns:
    yield from _texts("subject", "kind", "status", "certainty", "since")
    yield Column("disputed", Boolean)
    yield Column("irregular", Boolean)
    yield from _lists("alternatives", "conflicts")


def _bounds() -> _Columns:
    yield Column("valid_from", DAY)
    yield Column("valid_to", DAY)
    yield Column("known_from", INSTANT)
    yield Column("known_to", INSTANT)


def _company_state() -> _Columns:
    yield from _texts("company", "subject", "subject_kind", "kind", "status", "certainty")
    yield from _lists("roles", "counterparties")
    yield from _texts("since")
    yield from _bounds()
    yield from _lists("terms")
    yield Column("disputed", Boolean)
    yield Column("irregular", Boolean)


def _deals() -> _Columns:
    yield from _held()
    yield from _lists("parties")
    yield from _texts("title", "form")
    yield Column("binding", Boolean)
    yield from _money("value")
    yield from _range("stake")
    yield from _money("price_per_share")
    yield from _lists("scope", "activities", "products", "sites", "rationale")
    yield from _horizon("term")
    yield from _texts("expected_completion", "venture")
    yield from _lists("independent_of", "replaces")
    yield from _bounds()
    yield from _lists("terms")


def _rumours() -> _Columns:
    yield from _held()
    yield from _lists("parties")
    yield from _money("value")
    yield from _range("stake")
    yield from _texts("text", "deal")
    yield from _bounds()
    yield from _lists("terms")


def _commitments() -> _Columns:
    yield from _held()
    yield from _texts("actor", "purpose")
    yield from _money("amount")
    yield from _horizon("horizon")
    yield from _texts("firmness", "detail", "deal")
    yield from _bounds()
    yield from _lists("terms")


def _rights() -> _Columns:
    yield from _held()
    yield from _texts("holder", "grantor", "over_what", "deal")
    yield from _money("strike")
    yield Column("quantity", Numeric)
    yield from _texts("exercise_window")
    yield from _bounds()
    yield from _lists("terms")


def _relationships() -> _Columns:
    yield from _held()
    yield from _texts("from_company", "to_company")
    yield from _lists("products")
    yield from _texts("started")
    yield from _range("share")
    yield from _bounds()
    yield from _lists("terms")


def _facts() -> _Columns:
    yield from _held()
    yield from _texts("company", "attribute", "period")
    yield from _lists("value")
    yield from _texts("value_text")
    yield from _money("value")
    yield from _lists("comparison")
    yield from _bounds()
    yield from _lists("terms")


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


_HELD: Final = {
    "company_state": _company_state,
    "deal_history": _deals,
    "rumour_history": _rumours,
    "commitment_history": _commitments,
    "right_history": _rights,
    "relationship_history": _relationships,
    "fact_history": _facts,
    "company_names": _names,
}

for _name, _columns in _HELD.items():
    Table(_name, views, *_columns())
event_log: Final = Table("event_log", views, *_events())
for _name, _columns in _HELD.items():
    Table(f"current_{_name}", views, *_columns())
