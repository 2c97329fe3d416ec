"""``timeline db``: what a database's administrator needs."""

from __future__ import annotations

from typing import Any

import click

from timeline.cli.options import examples


@click.group()
def db() -> None:
    """Print what the administrator of a PostgreSQL server needs."""


@db.command(
    epilog=examples(
        "timeline db grants | psql -d timeline",
        "timeline db grants --writer newsroom --reader analysts",
    )
)
@click.option("--owner", default="timeline_owner", show_default=True, help="Who migrates.")
@click.option("--writer", default="timeline_writer", show_default=True, help="Who appends.")
@click.option("--reader", default="timeline_reader", show_default=True, help="Who asks.")
@click.option(
    "--analyst", default="timeline_analyst", show_default=True, help="Whose queries people write."
)
@click.option("--schema", default="public", show_default=True, help="Where the store is.")
def grants(**roles: Any) -> None:
    """Print the SQL for four roles: owner, writer, reader and analyst. It touches no store."""
    from timeline.store.grants import Roles
    from timeline.store.grants import grants as sql

    click.echo(sql(Roles(**roles)), nl=False)
