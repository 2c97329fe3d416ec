"""The tables explain themselves, and editors can check fixtures."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import sqlalchemy as sa

from tests.cli.program import run
from timeline.app import Timeline
from timeline.ingest.nodes import compose, value_of
from timeline.ingest.schema import SCHEMA_FILE, SCHEMA_LINE

ROOT = Path(__file__).resolve().parent.parent.parent


def test_every_table_and_column_is_explained() -> None:
    rows = json.loads(run("schema", "--json").stdout)
    assert [f"{row['table']}.{row['column']}" for row in rows if not row["meaning"]] == []
    assert [row["table"] for row in rows if row["column"] is None][:2] == ["event", "log_head"]


def test_the_tables_and_views_are_those_of_a_store(target: str) -> None:
    with Timeline.open(target) as timeline, timeline.reading() as connection:
        inspector = sa.inspect(connection)
        found = {
            (table, column["name"])
            for table in inspector.get_table_names() + inspector.get_view_names()
            if table != "alembic_version"
            and not table.startswith("event_words")  # the index of find
            for column in inspector.get_columns(table)
        }
    rows = json.loads(run("schema", "--json").stdout)
    assert {(row["table"], row["column"]) for row in rows if row["column"]} == found


def test_the_schema_of_fixtures_accepts_the_stories(here: Path) -> None:
    schema = json.loads(run("schema", "--fixtures").stdout)
    check = jsonschema_rs.Draft7Validator(schema)
    for path in sorted((ROOT / "fixtures").glob("*.yaml")):
        story = compose(path.read_bytes())
        assert story is not None
        assert list(check.iter_errors(value_of(story))) == []
    assert not check.is_valid({"events": [{"type": "deal_anounced"}]})
    assert run("schema", "--fixtures", "-o", "schema.json").exit_code == 0
    assert json.loads(Path("schema.json").read_text()) == schema


def test_every_shipped_story_begins_with_the_line_by_which_editors_find_the_schema() -> None:
    schema = json.loads(run("schema", "--fixtures").stdout)
    assert json.loads((ROOT / "fixtures" / SCHEMA_FILE).read_text()) == schema
    for path in sorted((ROOT / "fixtures").glob("*.yaml")):
        assert path.read_text().startswith(f"{SCHEMA_LINE}\n"), path
