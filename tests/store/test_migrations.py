"""The migrations: in one line, equal to the tables of the program, and for ever once released."""

from __future__ import annotations

from collections.abc import Iterator
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
from timeline.store.store import Store
from timeline.store.tables import REVISIONS, metadata

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
    """The released migrations whose file is not what was released."""
    found = {script.revision: Path(script.path) for script in scripts().walk_revisions()}
    return [
        revision
        for revision, digest in released.items()
        if revision not in found or sha256(found[revision].read_bytes()).hexdigest() != digest
    ]


def test_no_released_migration_was_edited() -> None:
    assert changed(RELEASED) == []


def test_an_edited_or_lost_migration_would_be_found() -> None:
    path = next(Path(s.path) for s in scripts().walk_revisions() if s.revision == "0001")
    right = sha256(path.read_bytes()).hexdigest()
    assert changed({"0001": right, "0000": right}) == ["0000"]
    assert changed({"0001": "0" * 64}) == ["0001"]


def test_the_migrated_schema_is_the_one_of_the_program(empty: str) -> None:
    store = Store(empty)
    assert store.init() == (None, REVISIONS[-1])
    assert store.init() == (REVISIONS[-1], REVISIONS[-1])
    store.close()
    with connect_for_migration(empty) as connection:
        assert differences(connection) == []


def differences(connection: sa.Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, metadata))


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
