"""Erasure is the one door in the triggers, and no wider than it must be, whoever stands before it."""

from __future__ import annotations

import sqlite3
from typing import Any

import psycopg
import pytest
from psycopg import errors

from tests import databases
from tests.answers.stores import Clock, draft
from tests.store.test_append_only import Granted, everything, granted, run
from timeline import Timeline
from timeline.errors import DataError, HistoryDamaged, StoreDamaged
from timeline.ingest.draft import Draft
from timeline.store.append import Appender
from timeline.store.log import read_row
from timeline.store.store import Store
from timeline.store.tables import event

__all__ = ["granted"]

TOMBSTONE = '{"erased":true}'
OPEN = f"UPDATE event SET payload = '{TOMBSTONE}' WHERE id = 'ended'"
"""What the door lets through, once an event says that it is to be."""

DEAL = {"kind": "supply", "parties": {"acme": ["partner"]}, "known": "2025-01-11"}
EVENTS: list[dict[str, Any]] = [
    {"type": "company_registered", "id": "acme", "subject": "company:acme", "name": "Acme"},
    {"type": "deal_announced", "id": "announced", "subject": "deal:d", "occurred": "2025-01-10", **DEAL},
    {"type": "deal_terminated", "id": "ended", "subject": "deal:d", "occurred": "2025-01-11", "note": "why",
     "known": "2025-01-11"},
    {"type": "deal_announced", "id": "other", "subject": "deal:e", "occurred": "2025-01-10", **DEAL},
]  # fmt: skip


def declare(target: str, of: str) -> None:
    """Put an erasure on record that is not done yet: the door stands open for one event."""
    store = Store(target, clock=Clock())
    with store.writing() as connection:
        appender = Appender(connection, clock=store.clock, erase=True)
        row = read_row(connection, of)
        assert row is not None
        fields = {"target": of, "reason": "file 5", "left": row.digest_of_rest}
        appender.extend([Draft({"type": "event_erased", **fields})])
        appender.finish()
    store.close()


def fill(target: str) -> None:
    store = Store(target, clock=Clock())
    store.append([draft(fields) for fields in EVENTS])
    store.close()


@pytest.fixture
def opened(target: str) -> str:
    """A store whose door stands open for the event ``ended``."""
    fill(target)
    declare(target, "ended")
    return target


def log_of(target: str) -> list[bytes]:
    """The log as it is, proved or not: between saying that something is erased and doing it, it is not."""
    with Timeline.open(target) as timeline:
        return list(timeline.export())


OTHER_VALUES = {
    "position": "99", "version": "9", "schema_version": "2", "earliest": "'2025-01-02'",
    "latest": "'2025-01-30'", "known": "'2025-01-02T00:00:00.000000Z'",
    "recorded": "'2025-01-02T00:00:00.000000Z'", "told": "'{}'",
}  # fmt: skip
"""Of the columns that hold no text."""
QUOTED = "'x'"

AT_THE_OPEN_DOOR = {
    **{
        f"another {column.name}": OPEN.replace(
            "WHERE", f", {column.name} = {OTHER_VALUES.get(column.name, QUOTED)} WHERE"
        )
        for column in event.columns
        if column.name != "payload"
    },
    "another text": "UPDATE event SET payload = '{\"note\":\"mine\"}' WHERE id = 'ended'",
    "a little more": "UPDATE event SET payload = '{\"erased\":true,\"note\":\"x\"}' WHERE id = 'ended'",
    "not erased": "UPDATE event SET payload = '{\"erased\":false}' WHERE id = 'ended'",
    "several at once": f"UPDATE event SET payload = '{TOMBSTONE}' WHERE subject = 'deal:d'",
    "of two subjects": f"UPDATE event SET payload = '{TOMBSTONE}' WHERE id IN ('ended', 'other')",
    "another of the subject": OPEN.replace("'ended'", "'announced'"),
    "one of another subject": OPEN.replace("'ended'", "'other'"),
    "the erasure itself": f"UPDATE event SET payload = '{TOMBSTONE}' WHERE type = 'event_erased'",
    "over itself": f"INSERT INTO event SELECT * FROM event WHERE id = 'ended' ON CONFLICT (id)"
    f" DO UPDATE SET payload = '{TOMBSTONE}', digest = 'x'",
    "over another": f"INSERT INTO event SELECT * FROM event WHERE id = 'other' ON CONFLICT (id)"
    f" DO UPDATE SET payload = '{TOMBSTONE}'",
    "delete instead": "DELETE FROM event WHERE id = 'ended'",
}  # fmt: skip
ON_A_FILE = {
    "its number": f"UPDATE event SET payload = '{TOMBSTONE}', rowid = 99 WHERE id = 'ended'",
    "replaced": OPEN.replace("UPDATE", "UPDATE OR REPLACE").replace("SET", "SET position = 2,"),
    "ignored": OPEN.replace("UPDATE", "UPDATE OR IGNORE").replace("'ended'", "'other'"),
    "as bytes": f"UPDATE event SET payload = CAST('{TOMBSTONE}' AS BLOB) WHERE id = 'ended'",
    "with a space": "UPDATE event SET payload = '{\"erased\": true}' WHERE id = 'ended'",
    "as a number": "UPDATE event SET payload = '{\"erased\":1}' WHERE id = 'ended'",
    "anew": "REPLACE INTO event SELECT * FROM event WHERE id = 'ended'",
    "another log in front": "CREATE TEMP TABLE event AS SELECT * FROM main.event;"
    " UPDATE temp.event SET payload = json_set(payload, '$.target', 'other'), subject = 'deal:e'"
    " WHERE type = 'event_erased';"
    f" UPDATE main.event SET payload = '{TOMBSTONE}' WHERE id = 'other'",
}
ON_A_SERVER = {
    "merged": "MERGE INTO event e USING (SELECT 'other' AS id) s ON e.id = s.id"
    f" WHEN MATCHED THEN UPDATE SET payload = '{TOMBSTONE}'",
    "from another table": "UPDATE event SET payload = v.p"
    f" FROM (VALUES ('other', '{TOMBSTONE}'::jsonb)) v(i, p) WHERE id = v.i",
    "by a number": "UPDATE event SET payload = '{\"erased\":1}' WHERE id = 'ended'",
    "twice the key": "UPDATE event SET payload = '{\"erased\":true,\"erased\":false}' WHERE id = 'ended'",
    "as a replica": "SET session_replication_role = replica;" + OPEN.replace("'ended'", "'other'"),
    "another log in front": "CREATE TEMP TABLE event AS SELECT * FROM public.event;"
    " UPDATE pg_temp.event SET payload = payload || '{\"target\": \"other\"}', subject = 'deal:e'"
    " WHERE type = 'event_erased';"
    f" UPDATE public.event SET payload = '{TOMBSTONE}' WHERE id = 'other'",
}


def attacks(target: str) -> dict[str, str]:
    return AT_THE_OPEN_DOOR | (ON_A_SERVER if "://" in target else ON_A_FILE)


def test_an_open_door_lets_nothing_else_through(opened: str) -> None:
    before = log_of(opened)
    for name, attack in attacks(opened).items():
        with pytest.raises((psycopg.Error, sqlite3.Error), match="append-only"):
            run(opened, *attack.split(";"))
        assert log_of(opened) == before, name
    run(opened, OPEN)  # and this it does
    with Timeline.open(opened) as timeline:
        with pytest.raises(HistoryDamaged):
            timeline.verify()
        timeline.rebuild()
        timeline.verify()


@pytest.mark.parametrize("of", ["announced", "other"])
def test_an_erasure_opens_the_door_for_no_other_event(target: str, of: str) -> None:
    fill(target)
    with pytest.raises((psycopg.Error, sqlite3.Error), match="append-only"):
        run(target, OPEN)
    declare(target, of)
    with pytest.raises((psycopg.Error, sqlite3.Error), match="append-only"):
        run(target, OPEN)


FORGED = (
    "INSERT INTO event SELECT 5, 'forged', {subject}, {version}, 'event_erased', 1, NULL, earliest, latest,"
    ' known, told, recorded, \'fact\', NULL, \'{{"target":"ended","reason":"x"}}\', NULL, digest, hash'
    " FROM event WHERE id = 'acme'"
)
"""An erasure that did not come through the program; of the same subject, and of another."""


def test_an_erasure_under_another_subject_opens_nothing(target: str) -> None:
    fill(target)
    run(target, FORGED.format(subject="'deal:e'", version=2))
    with pytest.raises((psycopg.Error, sqlite3.Error), match="append-only"):
        run(target, OPEN)


def test_an_erasure_cannot_be_erased_though_another_names_it(target: str) -> None:
    fill(target)
    run(target, FORGED.format(subject="'deal:d'", version=3))
    another = FORGED.format(subject="'deal:d'", version=4).replace(
        "SELECT 5, 'forged'", "SELECT 6, 'again'"
    )
    run(target, another.replace('"ended"', '"forged"'))
    with pytest.raises((psycopg.Error, sqlite3.Error), match="append-only"):
        run(target, OPEN.replace("'ended'", "'forged'"))


def test_a_forged_erasure_is_found(target: str) -> None:
    fill(target)
    run(target, FORGED.format(subject="'deal:d'", version=3), OPEN)
    with (
        Timeline.open(target) as timeline,
        pytest.raises(StoreDamaged, match="position 3: what is left"),
    ):
        timeline.verify()


def test_what_is_erased_stays_erased(target: str) -> None:
    fill(target)
    with Timeline.open(target) as timeline:
        timeline.erase("ended", "file 5")
        by = [entry.id for entry in timeline.log()][-1]
    before = everything(target)
    for payload in ('{"note":"why"}', "{}", '{"erased":false}'):
        with pytest.raises((psycopg.Error, sqlite3.Error), match="append-only"):
            run(target, f"UPDATE event SET payload = '{payload}' WHERE id = 'ended'")
    with Timeline.open(target) as timeline:
        said = {"occurred": "2025-01-11", "known": "2025-01-11"}
        for fields, why in (
            ({"type": "event_retracted", "target": by}, "stands as it is"),
            ({"type": "event_disputed", "target": by}, "stands as it is"),
            (
                {"type": "event_corrected", "target": by, "changes": {"reason": "x"}},
                "stands as",
            ),
            (
                {"type": "event_corrected", "target": "ended", "changes": {"note": "x"}},
                "was erased",
            ),
            ({"type": "deal_terminated", "id": "ended", "subject": "deal:d", **said}, "was erased"),
        ):
            with pytest.raises(DataError, match=why):
                timeline.append(fields)
    assert everything(target) == before


# --- who may --------------------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["writer", "reader"])
def test_the_door_is_shut_to_everybody_but_the_owner(granted: Granted, which: str) -> None:
    whole = databases.url_text(granted.url)
    fill(whole)
    declare(whole, "ended")
    login, before = granted.login(getattr(granted.roles, which)), log_of(whole)
    for name, attack in (attacks(login) | {"as it should be": OPEN}).items():
        with pytest.raises((errors.InsufficientPrivilege, errors.RestrictViolation)):
            run(login, *attack.split(";"))
        assert log_of(whole) == before, name


def test_the_owner_gets_no_further_than_the_door(granted: Granted) -> None:
    owner = granted.login(granted.roles.owner)
    fill(databases.url_text(granted.url))
    declare(owner, "ended")
    before = log_of(owner)
    for name, attack in attacks(owner).items():
        if name == "as a replica":  # only a superuser may say that
            continue
        with pytest.raises(errors.RestrictViolation):
            run(owner, *attack.split(";"))
        assert log_of(owner) == before, name
    run(owner, OPEN)


def test_a_writer_who_says_that_something_is_erased_erases_nothing(granted: Granted) -> None:
    whole, writer = databases.url_text(granted.url), granted.login(granted.roles.writer)
    fill(whole)
    declare(writer, "ended")
    with pytest.raises(errors.InsufficientPrivilege):
        run(writer, OPEN)
    with Timeline.open(whole) as timeline:
        (ended,) = (entry for entry in timeline.log() if entry.id == "ended")
        assert ended.fields["note"] == "why"
        with pytest.raises(StoreDamaged, match='says that "ended" is erased, and it is not'):
            timeline.verify()
