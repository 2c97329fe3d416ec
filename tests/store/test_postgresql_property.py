"""Whatever is appended, in whatever order: PostgreSQL holds the same log and history as SQLite."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from sqlalchemy.engine import URL

from tests import databases
from tests.answers.stores import Clock, new_store
from tests.store.test_projection_property import IDENTITY, append, batches
from timeline.model.values import Fields
from timeline.store.projection import rebuild
from timeline.store.store import Store
from timeline.store.tables import metadata
from timeline.store.verify import verify


@pytest.fixture(scope="module")
def server() -> Iterator[URL]:
    """One database for all examples, emptied for each."""
    with databases.database() as url:
        yield url


def everything(store: Store) -> dict[str, list[sa.Row]]:
    with store.reading() as connection:
        return {
            table.name: list(
                connection.execute(sa.select(table).order_by(*table.primary_key.columns))
            )
            for table in metadata.sorted_tables
        }


@given(batches())
@settings(max_examples=15)
def test_both_databases_hold_the_same(server: URL, appended: list[list[Fields]]) -> None:
    databases.clear(server)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        on_file = new_store(Path(folder))
        on_server = Store(databases.url_text(server), clock=Clock())
        for store in (on_file, on_server):
            stack.callback(store.close)  # also where an example fails, of which there may be many
        for store in (on_file, on_server):
            for batch in (IDENTITY, *appended):
                append(store, [dict(fields) for fields in batch])
        held = everything(on_server)
        assert held == everything(on_file)
        with on_server.writing() as connection:
            rebuild(connection)
            verify(connection)
        assert everything(on_server) == held
