"""The migrations: in one line, equal to the tables of the program, and for ever once released."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from alembic import command
from tests import databases
from tests.answers.stores import FIXTURES
from timeline import Timeline
from timeline.store.engine import connect_for_migration, migrations_folder
from timeline.store.meanings import commented, functions, meaning_of
from timeline.store.schema import DEFINITIONS, definitions
from timeline.store.store import Store
from timeline.store.tables import REVISIONS
from timeline.store.views import views

RELEASED: dict[str, str] = {}
"""The SHA-256 of every migration that was released, by its revision; written with the tag of the release.

None is released yet. From then on a migration cannot be edited: stores out there have run it.
"""


def scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()))
    return ScriptDirectory.from_config(config)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with nothing in it."""
    if request.param == "sqlite":
        yield str(tmp_path / "empty.db")
        return
    with databases.database(empty=True) as url:
        yield databases.url_text(url)


def upgrade_to(target: str, revision: str) -> None:
    with connect_for_migration(target) as connection:
        config = Config()
        config.set_main_option("script_location", str(migrations_folder()))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def test_there_is_one_head_and_the_program_knows_every_revision() -> None:
    assert scripts().get_heads() == [REVISIONS[-1]]
    assert tuple(s.revision for s in reversed([*scripts().walk_revisions()])) == REVISIONS


def changed(released: dict[str, str]) -> list[str]:
    """The released migrations whose files are not what was released."""
    found = {script.revision: Path(script.path) for script in scripts().walk_revisions()}
    return [
        revision
        for revision, digest in released.items()
        if revision not in found or digest_of(revision, found[revision]) != digest
    ]


def digest_of(revision: str, script: Path) -> str:
    """The digest of all that belongs to a revision: its script, and what it reads from its folder."""
    folder = migrations_folder() / f"revision_{revision}"
    read = sorted(file for file in folder.glob("*") if file.is_file())
    return sha256(b"".join(file.read_bytes() for file in [script, *read])).hexdigest()


def test_no_released_migration_was_edited() -> None:
    assert changed(RELEASED) == []


def test_an_edited_or_lost_migration_would_be_found() -> None:
    path = next(Path(s.path) for s in scripts().walk_revisions() if s.revision == "0001")
    right = digest_of("0001", path)
    assert changed({"0001": right, "0000": right}) == ["0000"]
    assert changed({"0001": "0" * 64}) == ["0001"]


def test_the_migrated_schema_is_the_one_of_the_program(empty: str) -> None:
    store = Store(empty)
    assert store.init() == (None, REVISIONS[-1])
    assert store.init() == (REVISIONS[-1], REVISIONS[-1])
    store.close()
    with connect_for_migration(empty) as connection:
        assert differences(connection) == []


def test_what_a_new_store_has_on_postgresql_is_written_down() -> None:
    """``UPDATE_GOLDEN=1`` writes it, which is what ``verify`` compares with."""
    with databases.database() as url, connect_for_migration(databases.url_text(url)) as connection:
        found = definitions(connection)
    parts = {name: text for name, text in found.items() if not name.startswith("view ")}
    text = json.dumps(parts, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        DEFINITIONS.write_text(text, encoding="utf-8")
    assert DEFINITIONS.read_text(encoding="utf-8") == text


def differences(connection: sa.Connection) -> list[Any]:
    def is_declared(name: str | None, type_: str, _parents: object) -> bool:
        """The full-text index and the index of judgements have a shape of the database's own.

        To describe them, SQLAlchemy would load the dialect of PostgreSQL at every start.
        """
        return not str(name).startswith(("event_words", "event_judged"))

    options = {"compare_type": True, "include_name": is_declared}
    context = MigrationContext.configure(connection, opts=options)
    return list(compare_metadata(context, commented()))


def test_the_views_are_those_of_the_program_and_explained(empty: str) -> None:
    upgrade_to(empty, "head")
    with connect_for_migration(empty) as connection:
        inspector = sa.inspect(connection)
        assert set(inspector.get_view_names()) == set(views.tables)
        for view in views.tables.values():
            found = inspector.get_columns(view.name)
            assert [c["name"] for c in found] == [c.name for c in view.columns], view.name
            if connection.dialect.name == "sqlite":
                continue  # keeps neither the types of views nor comments
            kinds = [c["type"].compile(connection.dialect) for c in found]
            declared = [c.type.compile(connection.dialect) for c in view.columns]
            declared = [kind.replace("TEXT", 'TEXT COLLATE "C"') for kind in declared]
            assert kinds == declared, view.name
            assert inspector.get_table_comment(view.name)["text"] == meaning_of(view.name)
            said = [c["comment"] for c in found]
            assert said == [meaning_of(view.name, c.name) for c in view.columns]
        if connection.dialect.name == "postgresql":
            asked = "SELECT obj_description(CAST(:name AS regprocedure))"
            for signature, meaning in functions().items():
                assert connection.scalar(sa.text(asked), {"name": signature}) == meaning


def test_a_difference_would_be_found(empty: str) -> None:
    store = Store(empty)
    store.init()
    store.close()
    with connect_for_migration(empty) as connection:
        connection.exec_driver_sql("ALTER TABLE projection ADD COLUMN note text")
        assert len(differences(connection)) == 1


@pytest.mark.parametrize("revision", REVISIONS)
def test_every_revision_is_upgraded_and_holds_a_story(empty: str, revision: str) -> None:
    upgrade_to(empty, revision)
    with Timeline.open(empty) as timeline:
        assert timeline.init() == (revision, REVISIONS[-1])
        timeline.replay([FIXTURES / "foxconn-openai.yaml"])
        timeline.verify()


def test_a_migration_that_fails_leaves_nothing(empty: str) -> None:
    def interrupt() -> None:
        with connect_for_migration(empty) as connection:
            config = Config()
            config.set_main_option("script_location", str(migrations_folder()))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupt()
    with connect_for_migration(empty) as connection:
        assert sa.inspect(connection).get_table_names() == []
    with Timeline.open(empty) as timeline:
        assert timeline.init() == (None, REVISIONS[-1])


def test_stores_are_made_in_many_threads_at_once(tmp_path: Path) -> None:
    targets = [str(tmp_path / f"{number}.db") for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(databases.init, targets))
    for target in targets:
        with Timeline.open(target) as timeline:
            assert timeline.init() == (timeline.schema, timeline.schema)
            timeline.verify()
