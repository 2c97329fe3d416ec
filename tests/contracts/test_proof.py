"""What verify finds where somebody got past the triggers: every column, every order, every gap."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.contracts.world import DEAL, IDENTITY, SIGNED, MakeWorld, World, correction
from timeline.errors import FilesDamaged, HistoryDamaged, StoreDamaged
from timeline.ingest.draft import chain, digest

INSTANT = "2025-02-01T00:00:00.000000Z"


def tell(world: World) -> None:
    """Eight events; the fifth is the one that is tampered with."""
    world.append(*IDENTITY)
    world.clock.forward(days=1)
    world.append(DEAL | {"attribution": "filing"}, SIGNED)
    world.clock.forward(days=1)
    world.append(
        correction("announced", {"title": "x"}), SIGNED | {"id": "again", "occurred": "2025"}
    )
    world.check()


@pytest.fixture
def told(make_world: MakeWorld) -> World:
    return make_world(tell)


def change(column: str, value: str) -> str:
    return f"UPDATE event SET {column} = {value} WHERE position = 5"


CHANGES = {
    "payload": """'{"kind":"merger","parties":{"acme":["supplier"]},"source":"post"}'""",
    "type": "'deal_signed'",
    "id": "'another'",
    "subject": "'deal:gadgets'",
    "version": "9",
    "schema_version": "2",
    "occurred": "'2025-01-08'",
    "earliest": "'2025-01-08'",
    "latest": "'2025-01-10'",
    "known": f"'{INSTANT}'",
    "recorded": "'2026-01-02T12:00:00.000001Z'",
    "fact_level": "'opinion'",
    "attribution": "'media_report'",
    "digest": f"'{'0' * 64}'",
    "hash": f"'{'0' * 64}'",
}


@pytest.mark.parametrize("column", CHANGES)
def test_a_changed_column_is_found_at_its_position(told: World, column: str) -> None:
    told.execute(change(column, CHANGES[column]))
    with pytest.raises(StoreDamaged) as caught:
        told.check()
    assert caught.value.position == 5


def test_only_where_it_came_from_is_no_part_of_the_proof(told: World) -> None:
    told.execute(change("origin", "'elsewhere'"))
    told.check()


@pytest.mark.parametrize(
    "statements, position",
    [
        (["DELETE FROM event WHERE position = 5"], 5),
        (["DELETE FROM event WHERE position = 1"], 1),
        (["DELETE FROM event WHERE position = 8"], 8),
        (["DELETE FROM event WHERE position > 4"], 5),
        (["DELETE FROM event"], 1),
        (
            [
                "DELETE FROM event WHERE position = 5",
                "UPDATE event SET position = 5 WHERE position = 6",
                "UPDATE event SET position = 6 WHERE position = 7",
                "UPDATE event SET position = 7 WHERE position = 8",
                "UPDATE log_head SET position = 7",
                "UPDATE projection SET position = 7",
            ],
            5,
        ),
        (
            [
                "UPDATE event SET position = 0 WHERE position = 5",
                "UPDATE event SET position = 5 WHERE position = 6",
                "UPDATE event SET position = 6 WHERE position = 0",
            ],
            5,
        ),
        (["UPDATE log_head SET position = 9"], 9),
        (["UPDATE log_head SET position = 7"], 9),
        ([f"UPDATE log_head SET hash = '{'0' * 64}'"], 8),
        (["UPDATE log_head SET recorded = '2026-02-01T00:00:00.000000Z'"], 8),
    ],
)
def test_a_changed_order_and_a_gap_are_found(
    told: World, statements: list[str], position: int
) -> None:
    told.execute(*statements)
    with pytest.raises(StoreDamaged) as caught:
        told.check()
    assert caught.value.position == position


def test_a_truncated_log_with_an_older_head_lacks_only_an_anchor(told: World) -> None:
    """That the end is missing is not in the rest: the head says how long it was."""
    told.execute("DELETE FROM event WHERE position = 8", "UPDATE log_head SET position = 7")
    with pytest.raises(StoreDamaged) as caught:
        told.check()
    assert caught.value.position == 7, "the hash of the head is that of an event that is gone"


def test_a_hash_made_anew_for_one_event_breaks_at_the_next(told: World) -> None:
    row, before = told.row("announced"), told.row("globex")
    content = digest(row.fields | {"kind": "merger"})
    altered = row.payload.replace("supply", "merger")
    told.execute(
        change("payload", f"'{altered}'"),
        change("digest", f"'{content}'"),
        change("hash", f"'{chain(before.hash, row.recorded, content)}'"),
    )
    with pytest.raises(StoreDamaged) as caught:
        told.check()
    assert caught.value.position == 6


def test_the_first_of_several_damages_is_named(told: World) -> None:
    told.execute(
        change("latest", "'2025-01-10'"),
        "UPDATE event SET type = 'deal_expired' WHERE position = 6",
    )
    with pytest.raises(StoreDamaged) as caught:
        told.check()
    assert caught.value.position == 5


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE subject_history SET status = 'completed' WHERE subject = 'deal:widgets'",
        "DELETE FROM subject_history WHERE subject = 'deal:widgets'",
        "UPDATE party_history SET roles = '[\"other\"]' WHERE subject = 'deal:widgets'",
        "DELETE FROM subject_company WHERE subject = 'deal:widgets'",
        "UPDATE subject_company SET company = 'other' WHERE subject = 'deal:widgets' AND company = 'acme'",
    ],
)
def test_a_changed_projection_is_found_and_written_anew(told: World, statement: str) -> None:
    told.execute(statement)
    with pytest.raises(HistoryDamaged) as caught:
        told.check()
    assert caught.value.subject == "deal:widgets"
    told.timeline.rebuild()
    told.check()


COLUMNS = """id, subject, version, type, schema_version, occurred, earliest, latest, known, told, recorded,
  fact_level, attribution, payload, origin, digest, hash"""
FORGED = COLUMNS.replace("id, subject", "'forged', 'deal:forged'", 1)

MORE = {
    "an event ahead of the first": (
        f"INSERT INTO event (position, {COLUMNS}) SELECT 0, {FORGED} FROM event WHERE position = 5"
    ),
    "an event far ahead of the first": (
        f"INSERT INTO event (position, {COLUMNS}) SELECT -7, {FORGED} FROM event WHERE position = 5"
    ),
    "another history": "INSERT INTO projection VALUES ('another', 8)",
    "another revision": "INSERT INTO alembic_version VALUES ('0002')",
}


@pytest.mark.parametrize("what", MORE)
def test_what_is_more_than_a_log_holds_is_found(told: World, what: str) -> None:
    told.execute(MORE[what])
    with pytest.raises(StoreDamaged):
        told.check()


def test_a_status_that_is_filed_in_another_group_is_found(told: World) -> None:
    told.execute("UPDATE subject_history SET status_group = 'over' WHERE subject = 'deal:widgets'")
    with pytest.raises(HistoryDamaged, match="deal:widgets"):
        told.check()
    told.timeline.rebuild()
    told.check()


def test_words_of_an_event_that_is_not_there_are_found(told: World) -> None:
    column = "rowid" if told.store.is_sqlite else "position"
    told.execute(f"INSERT INTO event_words ({column}, words) VALUES (999, 'evil')")
    with pytest.raises(HistoryDamaged, match="999"):
        told.check()
    told.timeline.rebuild()
    told.check()


# --- what is kept of files ------------------------------------------------------------------------

FILES = {
    "an event that another file held": """
        UPDATE held_event SET file = (SELECT max(file) FROM origin_file)
        WHERE file = (SELECT min(file) FROM origin_file)""",
    "an event that no file held": "DELETE FROM held_event WHERE event = 'announced'",
    "all events": "DELETE FROM held_event",
    "an event that is not in the log": (
        "INSERT INTO held_event SELECT 'nowhere', min(file) FROM origin_file"
    ),
    "an event that no file of the log holds": (
        "INSERT INTO held_event SELECT 'later', min(file) FROM origin_file"
    ),
    "a file without a name": "DELETE FROM origin_file WHERE origin = 'one.yaml'",
    "a file of another name": "UPDATE origin_file SET origin = 'forged' WHERE origin = 'one.yaml'",
    "two names exchanged": """
        UPDATE origin_file SET file = (
          SELECT other.file FROM origin_file AS other WHERE other.origin <> origin_file.origin
        )""",
    "a name more": """
        INSERT INTO origin_file SELECT 'forged', file, folders, held FROM origin_file
        WHERE origin = 'one.yaml'""",
    "another folder": "UPDATE origin_file SET folders = file WHERE origin = 'one.yaml'",
    "a digest that is none": "UPDATE origin_file SET held = 'zz' WHERE origin = 'one.yaml'",
    "a fingerprint that is none": "UPDATE origin_file SET file = '' WHERE origin = 'one.yaml'",
}  # fmt: skip


@pytest.fixture
def filed(world: World, tmp_path: Path) -> World:
    """Two files that were replayed, and an event that came from neither."""
    world.append(*IDENTITY)
    (tmp_path / "one.yaml").write_text(yaml.safe_dump({"events": [DEAL]}))
    (tmp_path / "two.yaml").write_text(yaml.safe_dump({"events": [SIGNED]}))
    world.timeline.replay([tmp_path])
    world.append(SIGNED | {"id": "later", "occurred": "2025-01-16"})
    world.check()
    return world


@pytest.mark.parametrize("what", FILES)
def test_what_is_kept_of_files_is_proved_and_forgotten_where_it_is_wrong(
    filed: World, what: str, tmp_path: Path
) -> None:
    filed.execute(FILES[what])
    with pytest.raises(FilesDamaged):
        filed.check()
    filed.timeline.rebuild()
    filed.check()
    again = filed.timeline.replay([tmp_path], strict=True)
    assert (again.stored, again.warnings) == (0, [])
    filed.check()


def test_a_replay_does_not_make_damage_good(filed: World, tmp_path: Path) -> None:
    filed.execute("DELETE FROM held_event WHERE event = 'announced'")
    (tmp_path / "three.yaml").write_text(
        yaml.safe_dump({"events": [SIGNED | {"id": "more", "occurred": "2025-01-17"}]})
    )
    filed.timeline.replay([tmp_path / "three.yaml"])
    with pytest.raises(FilesDamaged, match=r"one\.yaml"):
        filed.check()
