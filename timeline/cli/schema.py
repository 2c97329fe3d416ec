"""``timeline schema``: the documented tables and views, and the schemas of files and answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from timeline.cli.options import ROWS, examples, tone, written
from timeline.cli.output import write_document, write_rows
from timeline.cli.session import Session

COLUMNS = ("table", "column", "type", "required", "meaning")


@click.command(
    epilog=examples("timeline schema", "timeline schema --fixtures -o fixture.schema.json")
)
@click.option(
    "--fixtures", is_flag=True, help="The JSON Schema of fixture files, for editors and checks."
)
@click.option("--mappings", is_flag=True, help="The JSON Schema of mappings of tables.")
@click.option("--answers", is_flag=True, help="The JSON Schemas of all answers, for programs.")
@written(*ROWS)
@tone
@click.pass_obj
def schema(session: Session, /, fixtures: bool, mappings: bool, answers: bool) -> None:
    """Show the tables and views of the store, or the JSON Schema of fixtures, mappings or answers."""
    if answers:
        from timeline.questions.schemas import answer_schemas

        write_document(session, answer_schemas())
    elif mappings:
        from timeline.importers.schema import mapping_schema

        write_document(session, mapping_schema())
    elif fixtures:
        from timeline.ingest.schema import fixture_schema

        write_document(session, fixture_schema())
    else:
        write_rows(session, _rows(), columns=COLUMNS)


def _rows() -> Iterator[dict[str, Any]]:
    from timeline.store.meanings import functions, meaning_of
    from timeline.store.tables import metadata
    from timeline.store.views import views

    for what, relations in (("table", metadata), ("view", views)):
        for table in relations.tables.values():
            yield _row(table.name, what, meaning_of(table.name))
            for column in table.columns:
                yield {
                    "table": table.name,
                    "column": column.name,
                    "type": str(column.type).partition("(")[0].lower(),
                    "required": not column.nullable if what == "table" else None,
                    "meaning": meaning_of(table.name, column.name),
                }
    for signature, meaning in functions().items():
        yield _row(signature, "function of PostgreSQL", meaning)


def _row(name: str, what: str, meaning: str | None) -> dict[str, Any]:
    return {"table": name, "column": None, "type": what, "required": None, "meaning": meaning}
