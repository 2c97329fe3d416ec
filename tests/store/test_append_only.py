"""The databases themselves keep the log as it is; on PostgreSQL grants keep the triggers where they are."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors
from sqlalchemy.engine import URL, make_url

from tests import databases
from tests.answers.stores import Clock, draft
from timeline import Timeline
from timeline.errors import InvalidValue, StoreUnavailable
from timeline.store.grants import FUNCTIONS, Roles, grants
from timeline.store.store import Store
from timeline.store.tables import metadata

FIELDS = {"type": "company_registered", "name": "Acme"}
NEXT = (
    "INSERT {} INTO event SELECT {}, 'b', 'company:b', 1, type, schema_version, occurred, earliest, latest,"
    " known, told, recorded, fact_level, attribution, payload, origin, digest, hash FROM event"
    " WHERE position = 1"
)
COPY_OF_FIRST = "SELECT * FROM event WHERE position = 1"


def append(target: str, *ids: str) -> None:
    store = Store(target, clock=Clock())
    store.append([draft(FIELDS | {"id": id_, "subject": f"company:{id_}"}) for id_ in ids])
    store.close()


def run(target: str, *statements: str) -> None:
    """Run bare SQL in one transaction, without any of the program's code."""
    if "://" in target:
        with psycopg.connect(target) as connection:
            for statement in statements:
                connection.execute(statement.encode())
    else:
        with closing(sqlite3.connect(target, isolation_level=None)) as connection:
            connection.execute("BEGIN")
            for statement in statements:
                connection.execute(statement)
            connection.execute("COMMIT")


ATTACKS = {
    "update": "UPDATE event SET origin = 'forged' WHERE position = 1",
    "update of the whole log": "UPDATE event SET origin = 'x'",
    "delete": "DELETE FROM event WHERE position = 2",
    "delete of everything": "DELETE FROM event",
    "insert over a position": f"INSERT INTO event {COPY_OF_FIRST} ON CONFLICT (position)"
    " DO UPDATE SET origin = 'x'",
    "insert over an id": f"INSERT INTO event {COPY_OF_FIRST} ON CONFLICT (id) DO UPDATE SET digest = 'x'",
    "insert beyond a gap": NEXT.format("", 9),
    "insert before the first": NEXT.format("", 0),
    "head backwards": "UPDATE log_head SET position = 1",
    "head beyond the log": "UPDATE log_head SET position = 9",
    "head of another chain": "UPDATE log_head SET hash = 'forged'",
    "head in the past": "UPDATE log_head SET recorded = '0001-01-01T00:00:00.000000Z'",
    "no head": "DELETE FROM log_head",
}

ONLY_SQLITE = {
    "replace": f"REPLACE INTO event {COPY_OF_FIRST}",
    "insert or replace by id": NEXT.format("OR REPLACE", 3).replace("'b'", "'a'", 1),
    "insert or replace by version": NEXT.format("OR REPLACE", 3).replace("company:b", "company:a"),
    "update or replace": "UPDATE OR REPLACE event SET position = 2 WHERE position = 1",
    "update or ignore": "UPDATE OR IGNORE event SET origin = 'x'",
    "another head": "INSERT OR REPLACE INTO log_head VALUES (1, 0, '', '')",
}

ONLY_POSTGRESQL = {
    "truncate": "TRUNCATE event",
    "truncate with all that hangs on it": "TRUNCATE event, log_head CASCADE",
    "truncate of the head": "TRUNCATE log_head",
    "merge": "MERGE INTO event e USING (SELECT 1 AS p) s ON e.position = s.p"
    " WHEN MATCHED THEN UPDATE SET origin = 'x'",
    "as a replica": "SET session_replication_role = replica; UPDATE event SET origin = 'x'",
    "another log in front": "CREATE TEMP TABLE event AS SELECT * FROM event WHERE false;"
    " CREATE TEMP TABLE log_head AS SELECT * FROM log_head WHERE false;"
    " INSERT INTO public.event SELECT 9, 'b', 'company:b', 1, type, schema_version, occurred, earliest,"
    " latest, known, told, recorded, fact_level, attribution, payload, origin, digest, hash"
    " FROM public.event WHERE position = 1",
    "update of nothing": "UPDATE event SET origin = 'x' WHERE false",
}


def attacks(target: str) -> dict[str, str]:
    return ATTACKS | (ONLY_POSTGRESQL if "://" in target else ONLY_SQLITE)


def everything(target: str) -> list[Any]:
    with Timeline.open(target) as timeline:
        timeline.verify()
        return list(timeline.export())


def test_no_statement_changes_the_log(target: str) -> None:
    append(target, "a", "z")
    before = everything(target)
    for name, attack in attacks(target).items():
        with pytest.raises((psycopg.Error, sqlite3.Error), match="append-only"):
            run(target, attack)
        assert everything(target) == before, name


def test_what_comes_next_may_be_inserted(target: str) -> None:
    """The other side of it: the checks above do not refuse everything."""
    append(target, "a", "z")
    run(target, NEXT.format("", 3))


def test_a_store_that_began_with_its_first_events_has_all_that_an_empty_one_has(
    tmp_path: Path,
) -> None:
    first = draft(FIELDS | {"id": "a", "subject": "company:a"})
    Store(tmp_path / "filled.db").append([first], create=True)
    Store(tmp_path / "empty.db").init()
    filled, empty = (_schema(tmp_path / name) for name in ("filled.db", "empty.db"))
    assert filled == empty
    assert "event_insert" in dict(filled)


def _schema(path: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()


def test_a_bug_that_changes_the_log_says_so(target: str) -> None:
    append(target, "a")
    store = Store(target)
    with (
        pytest.raises(StoreUnavailable, match="refused to change its log"),
        store.writing() as connection,
    ):
        connection.exec_driver_sql("DELETE FROM event")
    store.close()


# --- grants ---------------------------------------------------------------------------------------


class Granted:
    """A store with its three roles, and the URL of a login for each."""

    def __init__(self, url: URL) -> None:
        self.url = url
        prefix = url.database
        assert prefix is not None
        self.roles = Roles(
            owner=f"{prefix}_owner", writer=f"{prefix}_writer", reader=f"{prefix}_reader"
        )
        self.sql = grants(self.roles)

    def login(self, role: str) -> str:
        return databases.url_text(self.url.set(username=f"{role}_login"))

    @property
    def names(self) -> tuple[str, str, str]:
        return self.roles.owner, self.roles.writer, self.roles.reader


@pytest.fixture
def granted(postgresql: URL) -> Iterator[Granted]:
    granted = Granted(postgresql)
    with databases.connect(postgresql) as connection:
        for _ in range(2):  # it may be run again
            connection.execute(granted.sql.encode())
        for role in granted.names:
            connection.execute(f'CREATE ROLE "{role}_login" LOGIN IN ROLE "{role}"'.encode())
    yield granted
    with databases.connect(postgresql) as connection:
        for role in granted.names:
            connection.execute(f'DROP OWNED BY "{role}" CASCADE'.encode())
            connection.execute(f'DROP ROLE "{role}_login", "{role}"'.encode())


def test_the_writer_appends_and_the_reader_asks(granted: Granted) -> None:
    owner, writer, reader = map(granted.login, granted.names)
    with Timeline.open(owner) as timeline:
        assert timeline.init() == ("0001", "0001")
    append(writer, "a")
    append(writer, "a", "b")
    with Timeline.open(writer) as timeline:
        timeline.rebuild()
        timeline.verify()
    with Timeline.open(reader) as timeline:
        assert timeline.verify().position == 2
        assert [company.company for company in timeline.state().companies] == ["a", "b"]
        with pytest.raises(StoreUnavailable, match="permission denied"):
            timeline.append(FIELDS | {"id": "c", "subject": "company:c"})


@pytest.mark.parametrize("column", ["position", "recorded", "hash"])
def test_the_writer_does_not_move_the_head(granted: Granted, column: str) -> None:
    writer = granted.login(granted.roles.writer)
    append(writer, "a")
    with databases.connect(make_url(writer)) as connection:
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute(f"UPDATE log_head SET {column} = {column}".encode())
        assert connection.execute("SELECT position FROM log_head").fetchone() == (1,)
    append(writer, "a", "b")


@pytest.mark.parametrize("ahead", [timedelta(days=2), timedelta(days=400), timedelta(days=36_500)])
def test_nothing_is_recorded_far_ahead_of_the_clock_of_the_server(
    postgresql: URL, ahead: timedelta
) -> None:
    url = databases.url_text(postgresql)
    with (
        Timeline.open(url, clock=lambda: datetime.now(UTC) + ahead) as wrong,
        pytest.raises(StoreUnavailable, match="ahead of its server's clock"),
    ):
        wrong.append(FIELDS | {"id": "a", "subject": "company:a"})
    with Timeline.open(url, clock=lambda: datetime.now(UTC) + timedelta(hours=20)) as nearly:
        assert nearly.append(FIELDS | {"id": "a", "subject": "company:a"}).new
    with Timeline.open(url) as right:
        assert right.append(FIELDS | {"id": "b", "subject": "company:b"}).new
        right.verify()


def test_the_writer_cannot_record_far_ahead_by_hand(granted: Granted) -> None:
    writer = granted.login(granted.roles.writer)
    append(writer, "a")
    statement = (
        "INSERT INTO event SELECT 2, 'x', 'company:x', 1, type, schema_version, occurred, earliest, latest,"
        " known, told, '9000-01-01', fact_level, attribution, payload, origin, digest, hash FROM event"
    )
    with pytest.raises(errors.RestrictViolation, match="ahead of the clock"):
        run(writer, statement)


@pytest.mark.parametrize(
    "recorded",
    [("1999-01-01", "now"), ("9000-01-01", "now"), ("now", "1999-01-01"), ("1999-01-01",)],
)
def test_the_writer_records_nothing_before_what_is_ahead_of_it(
    granted: Granted, recorded: tuple[str, ...]
) -> None:
    writer = granted.login(granted.roles.writer)
    append(writer, "a")
    statement = (
        "INSERT INTO event SELECT 1 + n, 'x' || n, 'company:x', n, type, schema_version, occurred, earliest,"
        " latest, known, told, at::timestamptz, fact_level, attribution, payload, origin, digest, hash"
        " FROM event, (VALUES "
        + ", ".join(f"({number}, '{at}')" for number, at in enumerate(recorded, 1))
        + ") AS given (n, at)"
    )
    with pytest.raises(errors.RestrictViolation, match="append-only"):
        run(writer, statement)


DENIED = errors.InsufficientPrivilege
REFUSED = errors.RestrictViolation

THEFTS = {
    "drop a trigger": "DROP TRIGGER event_change ON event",
    "switch a trigger off": "ALTER TABLE event DISABLE TRIGGER event_change",
    "switch all triggers off": "ALTER TABLE event DISABLE TRIGGER ALL",
    "play the replica": "SET session_replication_role = replica",
    "replace the function": "CREATE OR REPLACE FUNCTION timeline_refuse() RETURNS trigger"
    " LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "drop the function": "DROP FUNCTION timeline_refuse() CASCADE",
    "drop the table": "DROP TABLE event",
    "rename the table": "ALTER TABLE event RENAME TO old_event",
    "add a rule": "CREATE RULE r AS ON INSERT TO event DO INSTEAD NOTHING",
    "add a table in front": "CREATE TABLE other (a int)",
    "change the schema's version": "UPDATE alembic_version SET version_num = '0000'",
}


@pytest.mark.parametrize("which", ["writer", "reader"])
def test_nobody_but_the_owner_takes_the_protection_away(granted: Granted, which: str) -> None:
    append(databases.url_text(granted.url), "a", "z")
    login = granted.login(getattr(granted.roles, which))
    for name, theft in THEFTS.items():
        with pytest.raises(DENIED):
            run(login, theft)
        assert name


def test_the_writer_cannot_change_the_log(granted: Granted) -> None:
    append(databases.url_text(granted.url), "a", "z")
    before = everything(databases.url_text(granted.url))
    login = granted.login(granted.roles.writer)
    for name, attack in attacks(login).items():
        with pytest.raises((DENIED, REFUSED)):
            run(login, attack)
        assert everything(login) == before, name


def test_the_reader_cannot_write_at_all(granted: Granted) -> None:
    login = granted.login(granted.roles.reader)
    for table in metadata.sorted_tables:
        for attack in (
            f"INSERT INTO {table.name} DEFAULT VALUES",
            f"UPDATE {table.name} SET {[*table.columns][-1].name} = NULL",
            f"DELETE FROM {table.name}",
            f"TRUNCATE {table.name}",
            f"SELECT 1 FROM {table.name} FOR UPDATE",
        ):
            with pytest.raises(DENIED):
                run(login, attack)


def test_the_owner_is_stopped_by_the_triggers(granted: Granted) -> None:
    append(databases.url_text(granted.url), "a", "z")
    login = granted.login(granted.roles.owner)
    without_superuser = {n: a for n, a in attacks(login).items() if n != "as a replica"}
    for attack in without_superuser.values():
        with pytest.raises(REFUSED):
            run(login, attack)


def test_every_function_of_a_trigger_belongs_to_the_owner(granted: Granted) -> None:
    with databases.connect(granted.url) as connection:
        found = connection.execute(
            "SELECT proname, pg_get_userbyid(proowner) FROM pg_proc WHERE proname LIKE 'timeline%'"
        ).fetchall()
    assert dict(found) == dict.fromkeys(FUNCTIONS, granted.roles.owner)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Roles(owner=""),
        lambda: Roles(writer="w" * 64),
        lambda: Roles(reader="r$$; DROP TABLE event"),
        lambda: Roles(reader="timeline_writer"),
    ],
)
def test_names_that_no_role_can_have(make: Callable[[], Roles]) -> None:
    with pytest.raises(InvalidValue):
        grants(make())


def test_a_name_is_quoted() -> None:
    assert 'GRANT "a ""b""" TO somebody' in grants(Roles(writer='a "b"'))


def test_a_store_on_a_file_needs_no_roles(tmp_path: Path) -> None:
    """What protects it is the file's permissions; whoever may write it can drop a trigger."""
    store = Store(tmp_path / "timeline.db")
    store.init()
    run(str(tmp_path / "timeline.db"), "DROP TRIGGER event_delete")
    store.close()
