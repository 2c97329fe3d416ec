"""Runs the migrations: on the connection that the program hands over, or on TIMELINE_DB."""

from __future__ import annotations

import os

from alembic import context
from timeline.store.engine import connect_for_migration
from timeline.store.tables import metadata


def run() -> None:
    """Bring the schema to the revision that was asked for, in one transaction."""
    connection = context.config.attributes.get("connection")
    if connection is None:
        target = os.environ.get("TIMELINE_DB", "timeline.db")
        with connect_for_migration(target) as connection:
            _migrate(connection)
    else:
        _migrate(connection)


def _migrate(connection: object) -> None:
    context.configure(
        connection=connection,  # type: ignore[arg-type]
        target_metadata=metadata,
        compare_type=True,
        transactional_ddl=True,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
