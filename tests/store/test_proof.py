"""Whatever is changed behind the program's back is found, and named with its position."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError

from tests import databases
from tests.answers.stores import FIXTURES, draft, new_store, new_timeline
from timeline import Timeline
from timeline.errors import (
    AnchorMismatch,
    FilesDamaged,
    HistoryDamaged,
    InvalidAnchor,
    InvalidValue,
    SchemaChanged,
    StoreDamaged,
)
from timeline.loading import replay_files
from timeline.store.anchor import Anchor, load_anchor, parse_anchor
from timeline.store.engine import connect_for_migration
from timeline.store.schema import verify_indexes, verify_schema
from timeline.store.verify import PAGE, verify

STORY = "nissan-honda"
LATER = "foxconn-sharp"


@pytest.fixture
def timeline(tmp_path: Path) -> Timeline:
    return new_timeline(tmp_path, STORY, LATER)


def tamper(timeline: Timeline, *statements: str) -> None:
    """Change the database as somebody does who may do anything."""
    timeline.close()
    assert timeline.store.path is not None
    connection = sqlite3.connect(timeline.store.path)
    with without_triggers(connection):
        for statement in statements:
            assert connection.execute(statement).rowcount, statement
    connection.commit()
    connection.close()


@contextmanager
def without_triggers(connection: sqlite3.Connection) -> Iterator[None]:
    """Take the triggers away, and put them back, as somebody does who hides a change."""
    triggers = connection.execute(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"
    ).fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    yield
    for _, sql in triggers:
        connection.execute(sql)


def rehash(timeline: Timeline) -> None:
    """Make the whole chain follow again, as somebody does who knows how."""
    from timeline.ingest.draft import GENESIS, body_of, chain, digest, payload_of
    from timeline.store.log import read_rows

    with timeline.reading() as connection:
        rows = list(read_rows(connection))
    assert timeline.store.path is not None
    timeline.close()
    database = sqlite3.connect(timeline.store.path)
    previous = GENESIS
    with without_triggers(database):
        for row in rows:
            content = digest(row.fields)
            previous = chain(previous, row.recorded, content)
            database.execute(
                "UPDATE event SET payload = ?, digest = ?, hash = ? WHERE position = ?",
                (payload_of(body_of(row.fields)), content, previous, row.position),
            )
        database.execute("UPDATE log_head SET hash = ?", (previous,))
    database.commit()
    database.close()


DAMAGE = {
    "content of a payload": (
        """UPDATE event SET payload = replace(payload, 'Nissan', 'Nizzan') WHERE position = 3""",
        r"position 3: the content of .* is not what was appended",
    ),
    "a payload that is no JSON": (
        "UPDATE event SET payload = '{' WHERE position = 4", r"position 4: .* cannot be read"
    ),
    "a date": (
        "UPDATE event SET occurred = '1999-01-01' WHERE position = 12", r"position 12: the content"
    ),
    "the bounds of a date": (
        "UPDATE event SET earliest = '1999-01-01' WHERE position = 12", r"position 12: the bounds"
    ),
    "when it was known": (
        "UPDATE event SET known = '1999-01-01T00:00:00.000000Z' WHERE position = 12",
        r"position 12: the known",
    ),
    "when it was recorded": (
        "UPDATE event SET recorded = '9999-01-01T00:00:00.000000Z' WHERE position = 12",
        r"position 12: the hash",
    ),
    "the order of recording": (
        "UPDATE event SET recorded = '1999-01-01T00:00:00.000000Z' WHERE position = 12",
        r"position 12: .* recorded before the event ahead",
    ),
    "a hash": (
        "UPDATE event SET hash = '00' WHERE position = 12", r"position 12: the hash"
    ),
    "an event that is gone": ("DELETE FROM event WHERE position = 12", r"position 12: there is a gap"),
    "the last event": (
        "DELETE FROM event WHERE position = (SELECT max(position) FROM event)", r"the head says"
    ),
    "the head": ("UPDATE log_head SET hash = '00'", r"the head of the log is not its last event"),
    "a version": (
        "UPDATE event SET version = 99 WHERE position = 12", r"position 12: the version"
    ),
    "what comes ahead of worse": (
        "UPDATE event SET hash = '00', known = '1999-01-01T00:00:00.000000Z' WHERE position IN (12, 14)",
        r"position 12: the hash",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", DAMAGE)
def test_a_changed_log_is_found_at_its_position(timeline: Timeline, what: str) -> None:
    statement, reason = DAMAGE[what]
    timeline.verify()
    tamper(timeline, statement)
    with pytest.raises(StoreDamaged, match=reason):
        timeline.verify()


def test_two_events_that_changed_places_are_found(timeline: Timeline) -> None:
    tamper(
        timeline,
        "UPDATE event SET position = 999 WHERE position = 12",
        "UPDATE event SET position = 12 WHERE position = 13",
        "UPDATE event SET position = 13 WHERE position = 999",
    )
    with pytest.raises(StoreDamaged, match="position 12: the hash"):
        timeline.verify()


HISTORY = {
    "a row": "UPDATE subject_history SET status = 'completed' WHERE subject LIKE 'deal:%'",
    "a row that is gone": "DELETE FROM subject_history WHERE subject LIKE 'deal:%'",
    "a row that is no JSON": "UPDATE subject_history SET state = '{' WHERE subject LIKE 'deal:%'",
    "a party": "UPDATE party_history SET roles = '[]' WHERE subject LIKE 'deal:%'",
    "a subject that is not": (
        "INSERT INTO party_history SELECT company, 'deal:no-such', valid_from, known_from, valid_to, "
        "known_to, roles FROM party_history LIMIT 1"
    ),
    "an index that lacks a company": "DELETE FROM subject_company WHERE subject LIKE 'deal:%'",
    "an index with a company too many": (
        "INSERT INTO subject_company SELECT 'sharp', subject FROM event "
        "WHERE subject LIKE 'deal:nissan%' AND version = 1 LIMIT 1"
    ),
}


@pytest.mark.parametrize("what", HISTORY)
def test_a_changed_history_is_found_and_written_anew(timeline: Timeline, what: str) -> None:
    tamper(timeline, HISTORY[what])
    with pytest.raises(HistoryDamaged, match="rebuild"):
        timeline.verify()
    timeline.rebuild()
    timeline.verify()


def test_words_that_add_up_are_not_asked_for_one_by_one(
    timeline: Timeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(*_: object) -> None:
        raise AssertionError("an event was asked for by its words")

    monkeypatch.setattr("timeline.store.full_text._held", asked)
    with timeline.store.reading() as connection:
        verify(connection)
        assert connection.exec_driver_sql("PRAGMA query_only").scalar() == 1
        assert connection.exec_driver_sql("SELECT name FROM temp.sqlite_schema").all() == []
        with pytest.raises(OperationalError, match="readonly"):
            connection.exec_driver_sql("CREATE TEMP TABLE t (a)")
    tamper(timeline, "INSERT INTO event_words (rowid, words) VALUES (3, 'wrong')")
    with pytest.raises(AssertionError, match="by its words"):
        timeline.verify()


NAMES_NOTHING = {
    "a company": (
        """UPDATE event SET payload = replace(payload, '"nissan"', '"nizzan"') WHERE type LIKE 'rumour%'""",
        'names the company "nizzan", which no event ahead of it registers',
    ),
    "a source": (
        """UPDATE event SET payload = json_set(payload, '$.source', 'nowhere') WHERE position = 12""",
        'position 12: .* names the source "nowhere"',
    ),
    "a target": (
        """UPDATE event SET payload = json_set(payload, '$.target', 'nothing') WHERE type LIKE 'event%'""",
        'is about "nothing", which is not ahead of it',
    ),
    "a target of another subject": (
        """UPDATE event SET payload = json_set(payload, '$.target', (SELECT id FROM event WHERE position = 1))
           WHERE type LIKE 'event%'""",
        "is about .*, which belongs to source:",
    ),
}


@pytest.mark.parametrize("what", NAMES_NOTHING)
def test_a_sound_chain_that_names_nothing_is_found(timeline: Timeline, what: str) -> None:
    statement, reason = NAMES_NOTHING[what]
    target = "deal-announced"
    timeline.append({"type": "company_renamed", "id": target, "subject": "company:honda",
                     "name": "Honda Motor", "occurred": "2025", "known": "2025-01-01"})  # fmt: skip
    timeline.append({"type": "event_disputed", "target": target})
    tamper(timeline, statement)
    rehash(timeline)
    with pytest.raises(StoreDamaged, match=reason):
        timeline.verify()


MEANS_NOTHING = {
    "a word that is a list": "payload = json_set(payload, '$.kind', json('[[]]'))",
    "a number as a name": "payload = json_set(payload, '$.title', 5)",
    "a version of the time before": "schema_version = -1",
    "parties that are none": "payload = json_set(payload, '$.parties', json('[]'))",
    "a field that there is not": "payload = json_set(payload, '$.nothing', 1)",
}


@pytest.mark.parametrize("what", MEANS_NOTHING)
def test_a_sound_chain_of_what_no_append_can_have_written_is_found(
    timeline: Timeline, what: str
) -> None:
    with timeline.reading():
        (chosen, *_) = [e for e in timeline.log() if e.type.startswith("deal_")]
    tamper(timeline, f"UPDATE event SET {MEANS_NOTHING[what]} WHERE position = {chosen.position}")
    rehash(timeline)
    with suppress(StoreDamaged):  # some of it can be folded
        timeline.rebuild()
    with pytest.raises(StoreDamaged) as found:
        timeline.verify()
    assert found.value.position == chosen.position


# --- anchors --------------------------------------------------------------------------------------


def test_a_store_that_went_on_continues_its_anchor(tmp_path: Path) -> None:
    timeline = new_timeline(tmp_path)
    empty = timeline.anchor()
    replay_files(timeline.store, [FIXTURES / f"{STORY}.yaml"])
    middle = timeline.anchor()
    replay_files(timeline.store, [FIXTURES / f"{LATER}.yaml"])
    for anchor in (empty, middle, timeline.anchor()):
        assert timeline.verify(anchor=anchor).anchor == anchor.position
    assert timeline.verify().anchor is msgspec.UNSET


def test_a_record_that_was_rewritten_does_not(timeline: Timeline) -> None:
    anchor = timeline.anchor()
    tamper(
        timeline,
        "UPDATE event SET payload = json_set(payload, '$.note', 'new') WHERE position = 12",
    )
    rehash(timeline)
    timeline.rebuild()
    timeline.verify()  # in itself it is as it should be
    with pytest.raises(AnchorMismatch, match=f"entry {anchor.position} has the hash"):
        timeline.verify(anchor=anchor)


def test_a_store_that_is_shorter_does_not(timeline: Timeline, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    shorter = new_timeline(tmp_path / "other", STORY)
    with pytest.raises(AnchorMismatch, match="events are missing at its end"):
        shorter.verify(anchor=timeline.anchor())


def test_another_time_of_recording_does_not(timeline: Timeline) -> None:
    anchor = timeline.anchor()
    other = Anchor(
        position=anchor.position, hash=anchor.hash, recorded="2020-01-01T00:00:00.000000Z"
    )
    with pytest.raises(AnchorMismatch, match="was recorded 2026"):
        timeline.verify(anchor=other)


def test_damage_ahead_of_the_anchor_is_named_first(timeline: Timeline) -> None:
    anchor = timeline.anchor()
    tamper(timeline, "UPDATE event SET hash = '00' WHERE position = 12")
    with pytest.raises(StoreDamaged, match="position 12"):
        timeline.verify(anchor=anchor)


def test_what_came_after_an_anchor_is_proved_alone(tmp_path: Path) -> None:
    timeline = new_timeline(tmp_path, STORY)
    anchor = timeline.anchor()
    replay_files(timeline.store, [FIXTURES / f"{LATER}.yaml"])
    whole, later = timeline.verify(), timeline.verify(anchor=anchor, since=anchor.position)
    assert (later.hash, later.since) == (whole.hash, anchor.position)
    assert 0 < later.subjects < whole.subjects
    with pytest.raises(InvalidValue, match="nothing vouches"):
        timeline.verify(anchor=anchor, since=anchor.position + 1)
    at = anchor.position + 1
    tamper(timeline, f"UPDATE event SET payload = '{{}}' WHERE position = {at}")
    with pytest.raises(StoreDamaged) as found:
        timeline.verify(anchor=anchor, since=anchor.position)
    assert found.value.position == at
    tamper(timeline, f"UPDATE event SET hash = '{'0' * 64}' WHERE position = {anchor.position}")
    with pytest.raises(AnchorMismatch):
        timeline.verify(anchor=anchor, since=anchor.position)


@pytest.mark.parametrize("form", ["text", "json"])
def test_an_anchor_is_read_back_from_both_forms(
    timeline: Timeline, tmp_path: Path, form: str
) -> None:
    (tmp_path / "other").mkdir()
    for anchor in (timeline.anchor(), new_timeline(tmp_path / "other").anchor()):
        data = anchor.text.encode() if form == "text" else msgspec.json.encode(anchor)
        file = tmp_path / "anchor"
        file.write_bytes(data)
        assert load_anchor(file) == anchor


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{", b"{}", b"position 4\n", b"\xff\xfe", b"hash " + b"0" * 64,
        b'{"position":1,"recorded":null,"hash":"' + b"0" * 64 + b'"}',
        b'{"position":-1,"recorded":null,"hash":"' + b"0" * 64 + b'"}',
        b"position one\nrecorded x\nhash y\n", b"[" * 5000, b"{" * 5000,
    ],
)  # fmt: skip
def test_what_is_no_anchor_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidAnchor):
        parse_anchor(data, "file")


def test_a_log_of_several_pages_is_proved(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    companies = [
        {
            "type": "company_registered",
            "id": f"c-{n}",
            "subject": f"company:c-{n}",
            "name": f"C {n}",
        }
        for n in range(PAGE + 10)
    ]
    store.append([draft(fields) for fields in companies])
    timeline, told = Timeline(store), list[int]()
    anchor = timeline.anchor()
    assert timeline.verify(anchor=anchor, progress=told.append).position == PAGE + 10
    assert told == sorted(told)
    assert told[PAGE + 9] == PAGE + 10


# --- bytes, schema, what is left ------------------------------------------------------------------

BYTES = {
    "a key that stands twice": 'UPDATE event SET payload = \'{"publisher":"Forged",\' || substr(payload, 2) '
    "WHERE type = 'source_registered' AND position = 1",
    "a key that stands twice at its end": "UPDATE event SET payload = rtrim(payload, '}') || ',' || "
    "substr(payload, 2) WHERE position = 2",
    "blanks": "UPDATE event SET payload = replace(payload, ':', ' : ') WHERE position = 3",
    "keys in another order": "UPDATE event SET payload = "
    "(SELECT json_group_object(key, json(json_quote(value))) "
    "FROM (SELECT * FROM json_each(payload) ORDER BY key DESC)) WHERE position = 1",
    "an escape": "UPDATE event SET payload = replace(payload, 'e', '\\u0065') WHERE position = 3 "
    "AND instr(payload, '\"e') = 0",
}


TOLD = {
    "another instant": """told = '{"a":"2000-01-01T00:00:00.000000Z"}'""",
    "nothing": "told = '{}'",
    "no instant": """told = '{"a":"yesterday"}'""",
    "no JSON": "told = 'x'",
}


@pytest.mark.parametrize("what", TOLD)
def test_when_sources_were_published_is_the_bytes_that_were_written(
    timeline: Timeline, what: str
) -> None:
    tamper(timeline, f"UPDATE event SET {TOLD[what]} WHERE position = 12")
    with pytest.raises(StoreDamaged, match="position 12: "):
        timeline.verify()


@pytest.mark.parametrize("what", BYTES)
def test_a_payload_is_the_bytes_that_were_appended(timeline: Timeline, what: str) -> None:
    anchor = timeline.anchor()
    tamper(timeline, BYTES[what])
    with pytest.raises(StoreDamaged, match=r"position [123]: "):
        timeline.verify(anchor=anchor)


HISTORY_BYTES = {
    "a key that stands twice": "UPDATE subject_history SET state = '{\"terms\":{},' || substr(state, 2)",
    "a key that nobody reads": "UPDATE subject_history SET state = rtrim(state, '}') || '},\"x\":1}'",
    "blanks": "UPDATE subject_history SET state = replace(state, ':', ' : ')",
    "an escape": "UPDATE party_history SET roles = replace(roles, 'a', '\\u0061')",
}


@pytest.mark.parametrize("what", HISTORY_BYTES)
def test_a_history_is_the_bytes_that_were_written(timeline: Timeline, what: str) -> None:
    tamper(timeline, f"{HISTORY_BYTES[what]} WHERE subject LIKE 'deal:%'")
    with pytest.raises(HistoryDamaged):
        timeline.verify()
    timeline.rebuild()
    timeline.verify()


CHANGED_ON_SQLITE = {
    "a trigger that is gone": ("DROP TRIGGER event_update", "trigger event_update is gone"),
    "a trigger that does nothing": (
        "DROP TRIGGER event_delete; CREATE TRIGGER event_delete BEFORE DELETE ON event BEGIN SELECT 1; END",
        "trigger event_delete is not as",
    ),
    "a trigger more": (
        "CREATE TRIGGER spy AFTER INSERT ON event BEGIN DELETE FROM subject_history; END",
        "trigger spy is none",
    ),
    "a view": (
        "DROP VIEW current_company_names; CREATE VIEW current_company_names AS SELECT * FROM company_names",
        "view current_company_names is not as",
    ),
    "an index that is gone": ("DROP INDEX party_history_subject", "index party_history_subject is gone"),
    "a table more": ("CREATE TABLE notes (x)", "table notes is none"),
    "an index of some rows": (
        "DROP INDEX event_judged; CREATE INDEX event_judged ON event (subject)",
        "index event_judged is not as",
    ),
    "a trigger on the full-text index": (
        "CREATE TRIGGER spy AFTER INSERT ON event_words_docsize BEGIN DELETE FROM event_words_idx; END",
        "trigger spy is none",
    ),
    "a table of the files": ("ALTER TABLE origin_file ADD COLUMN x", "table origin_file is not as"),
    "a column that is computed": (
        "ALTER TABLE projection ADD COLUMN x GENERATED ALWAYS AS (name)", "table projection is not as"
    ),
    "blanks in what a trigger says": (
        "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'is never', 'is  never')",
        "trigger event_delete is not as",
    ),
    "a trigger under a name of ANALYZE": (
        ("PRAGMA writable_schema = ON; INSERT INTO sqlite_schema "
        "VALUES ('trigger', 'sqlite_stat1', 'event', 0, "
        "'CREATE TRIGGER sqlite_stat1 BEFORE INSERT ON event BEGIN DELETE FROM subject_history; END')"),
        "trigger sqlite_stat1 is none",
    ),
}  # fmt: skip
CHANGED_ON_POSTGRESQL = {
    "a trigger that is gone": ("DROP TRIGGER event_erasure ON event", "trigger event_erasure is gone"),
    "a trigger that is off": (
        "ALTER TABLE event DISABLE TRIGGER event_change", "trigger event_change is not as"
    ),
    "a trigger that is off for replicas": (
        "ALTER TABLE event ENABLE TRIGGER event_change", "trigger event_change is not as"
    ),
    "a function that does nothing": (
        ("CREATE OR REPLACE FUNCTION timeline_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN RETURN NULL; END'"), r"function timeline_refuse\(\) is not as",
    ),
    "a trigger more": (
        ("CREATE FUNCTION spy() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; "
        "CREATE TRIGGER spy BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION spy()"),
        "trigger spy is none",
    ),
    "a rule": (
        "CREATE RULE quiet AS ON INSERT TO subject_history DO INSTEAD NOTHING", "rule quiet is none"
    ),
    "a view": (
        "CREATE OR REPLACE VIEW current_company_names AS SELECT * FROM company_names",
        "view current_company_names is not as",
    ),
    "an index that is gone": ("DROP INDEX party_history_subject", "index party_history_subject is gone"),
    "a column that may be empty": (
        "ALTER TABLE subject_history ALTER COLUMN status DROP NOT NULL", "table subject_history is not as"
    ),
    "an index of some rows": (
        "DROP INDEX event_judged; CREATE INDEX event_judged ON event (subject)",
        "index event_judged is not as",
    ),
    "the index of words": ("DROP INDEX event_words_words", "index event_words_words is gone"),
    "the index of words of another kind": (
        "DROP INDEX event_words_words; CREATE INDEX event_words_words ON event_words (words)",
        "index event_words_words is not as",
    ),
    "a trigger on the words": (
        ("CREATE FUNCTION spy() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; "
        "CREATE TRIGGER spy BEFORE INSERT ON event_words FOR EACH ROW EXECUTE FUNCTION spy()"),
        "trigger spy is none",
    ),
    "a view of a kind": (
        "CREATE OR REPLACE VIEW current_deal_history AS SELECT * FROM deal_history",
        "view current_deal_history is not as",
    ),
    "row security": ("ALTER TABLE event ENABLE ROW LEVEL SECURITY", "table event is not as"),
    "a policy": ("CREATE POLICY p ON subject_history USING (false)", "policy p is none"),
    "a table that a crash empties": (
        "ALTER TABLE subject_history SET UNLOGGED", "table subject_history is not as"
    ),
    "a table with heirs": (
        "CREATE TABLE heir () INHERITS (subject_history)", "table subject_history is not as"
    ),
    "a value that stands in for none": (
        "ALTER TABLE subject_history ALTER COLUMN since SET DEFAULT '2000'",
        "table subject_history is not as",
    ),
    "a column of another type": (
        "ALTER TABLE origin_file ALTER COLUMN file TYPE text", "table origin_file is not as"
    ),
    "text in another order": (
        'ALTER TABLE origin_file ALTER COLUMN folders TYPE text COLLATE "POSIX"',
        "table origin_file is not as",
    ),
    "a column that is computed": (
        ("ALTER TABLE origin_file DROP COLUMN held; ALTER TABLE origin_file ADD COLUMN held varchar(64) "
        "GENERATED ALWAYS AS (origin::varchar(64)) STORED NOT NULL"), "table origin_file is not as",
    ),
    "a column that counts": (
        "ALTER TABLE projection ALTER COLUMN position ADD GENERATED BY DEFAULT AS IDENTITY",
        "table projection is not as",
    ),
    "a check that is gone": (
        "ALTER TABLE log_head DROP CONSTRAINT log_head_one_check", "constraint log_head_one_check is gone"
    ),
    "a check more": (
        "ALTER TABLE subject_history ADD CONSTRAINT quiet CHECK (status <> 'x')",
        "constraint quiet is none",
    ),
    "a reference": (
        ("CREATE TABLE o (s text PRIMARY KEY); ALTER TABLE subject_company ADD CONSTRAINT f "
        "FOREIGN KEY (subject) REFERENCES o (s) ON DELETE CASCADE NOT VALID"), "constraint f is none",
    ),
    "uniqueness that waits": (
        ("ALTER TABLE event DROP CONSTRAINT event_id_key; ALTER TABLE event "
        "ADD CONSTRAINT event_id_key UNIQUE (id) DEFERRABLE INITIALLY DEFERRED"),
        "constraint event_id_key is not as",
    ),
    "an index of other rows": (
        "DROP INDEX event_judged; CREATE INDEX event_judged ON event (subject) WHERE type = 'x'",
        "index event_judged is not as",
    ),
    "an index in another order": (
        "DROP INDEX held_event_file; CREATE INDEX held_event_file ON held_event (file DESC)",
        "index held_event_file is not as",
    ),
    "an index that nobody keeps up": (
        "UPDATE pg_index SET indisready = false WHERE indexrelid = 'held_event_file'::regclass",
        "index held_event_file is not as",
    ),
    "a trigger of one column": (
        ("DROP TRIGGER event_change ON event; CREATE TRIGGER event_change BEFORE DELETE OR TRUNCATE "
        "OR UPDATE OF origin ON event FOR EACH STATEMENT EXECUTE FUNCTION timeline_refuse(); "
        "ALTER TABLE event ENABLE ALWAYS TRIGGER event_change"), "trigger event_change is not as",
    ),
    "a trigger that is told something": (
        ("DROP TRIGGER event_lock ON event; CREATE TRIGGER event_lock BEFORE INSERT ON event "
        "FOR EACH STATEMENT EXECUTE FUNCTION timeline_lock_head('x'); "
        "ALTER TABLE event ENABLE ALWAYS TRIGGER event_lock"), "trigger event_lock is not as",
    ),
    "a function of another nature": (
        "ALTER FUNCTION days_between(date, date) VOLATILE", "function days_between(.*) is not as"
    ),
    "a function that answers nothing to nothing": (
        "ALTER FUNCTION day_of(timestamptz) STRICT", "function day_of(.*) is not as"
    ),
    "a function with a setting": (
        "ALTER FUNCTION timeline_check_head() SET search_path = public",
        r"function timeline_check_head\(\) is not as",
    ),
    "a function with a second body": (
        ("CREATE OR REPLACE FUNCTION days_between(first_day date, second_day date) RETURNS integer "
        "LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN 7"), "function days_between(.*) is not as",
    ),
    "a view with the rights of who asks": (
        "ALTER VIEW company_state SET (security_invoker = true)", "view company_state is not as"
    ),
    "somebody else's function under a name of the server's": (
        ("CREATE FUNCTION strpos(varchar, text) RETURNS int LANGUAGE sql AS 'SELECT 7'; "
        "ALTER FUNCTION strpos(varchar, text) OWNER TO timeline_analyst"),
        r"function strpos\(character varying,text\) is none",
    ),
    "somebody else's operator under a name of the server's": (
        ("CREATE FUNCTION same(date, text) RETURNS boolean LANGUAGE sql AS 'SELECT true'; "
        "CREATE OPERATOR = (LEFTARG = date, RIGHTARG = text, FUNCTION = same); "
        "ALTER OPERATOR = (date, text) OWNER TO timeline_analyst"),
        r"operator =\(date,text\) is none",
    ),
    "a table in front of ours": (
        ("CREATE SCHEMA front; CREATE TABLE front.held_event (LIKE held_event); "
        "SET LOCAL search_path = front, public"), "held_event.* is not as",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGED_ON_SQLITE)
def test_a_changed_schema_is_found(timeline: Timeline, what: str) -> None:
    statements, said = CHANGED_ON_SQLITE[what]
    timeline.verify()
    timeline.close()
    assert timeline.store.path is not None
    with closing(sqlite3.connect(timeline.store.path)) as connection:
        connection.executescript(statements)
    with pytest.raises(SchemaChanged, match=said):
        timeline.verify()


LACKS = {
    "held_event_file": ("held_event (file)", "file", FilesDamaged),
    "company_handle_company": ("company_handle (company)", "company", HistoryDamaged),
    "party_history_subject": (
        "party_history (subject, valid_from, known_from, valid_to, known_to, company, roles)",
        "subject",
        HistoryDamaged,
    ),
}


@pytest.mark.parametrize("index", LACKS)
def test_an_index_that_lacks_what_its_table_has_is_found_and_written_anew(
    timeline: Timeline, index: str
) -> None:
    columns, column, error = LACKS[index]
    statement = f"CREATE INDEX {index} ON {columns}"
    timeline.close()
    assert timeline.store.path is not None
    with closing(sqlite3.connect(timeline.store.path)) as connection:
        connection.executescript(
            f"DROP INDEX {index}; {statement} WHERE {column} = 'x'; PRAGMA writable_schema = ON; "
            f"UPDATE sqlite_schema SET sql = '{statement}' WHERE name = '{index}'"
        )
    with (
        timeline.store.reading() as reading,
        pytest.raises(SchemaChanged, match=f"missing from index {index}"),
    ):
        verify_indexes(reading)
    with pytest.raises(error):
        timeline.verify()
    timeline.rebuild()
    timeline.verify()


def test_a_full_text_index_of_another_shape_is_found(timeline: Timeline) -> None:
    assert timeline.store.path is not None
    timeline.close()
    with closing(sqlite3.connect(timeline.store.path)) as connection:
        connection.executescript(
            "DROP TABLE event_words;"
            "CREATE VIRTUAL TABLE event_words USING fts5(words, content = '')"
        )
    with pytest.raises(HistoryDamaged, match="full-text index"):
        timeline.verify()
    timeline.rebuild()
    with pytest.raises(SchemaChanged, match="table event_words"):
        timeline.verify()


@pytest.fixture(scope="module")
def changing() -> Iterator[sa.Connection]:
    """A superuser in an empty store on PostgreSQL, all of whose changes are taken back."""
    with databases.database() as url, connect_for_migration(databases.url_text(url)) as connection:
        verify_schema(connection)
        yield connection
        connection.rollback()


@pytest.mark.parametrize("what", CHANGED_ON_POSTGRESQL)
def test_a_changed_schema_is_found_on_postgresql(changing: sa.Connection, what: str) -> None:
    statements, said = CHANGED_ON_POSTGRESQL[what]
    inside = changing.begin_nested()
    try:
        changing.exec_driver_sql(statements)
        with pytest.raises(SchemaChanged, match=said):
            verify_schema(changing)
    finally:
        inside.rollback()


def test_what_an_administrator_adds_beside_the_store_is_no_change(changing: sa.Connection) -> None:
    inside = changing.begin_nested()
    changing.exec_driver_sql(
        "CREATE TABLE notes (event text REFERENCES event (id)); CREATE VIEW own AS SELECT * FROM event; "
        "CREATE FUNCTION round(date, int) RETURNS int LANGUAGE sql AS 'SELECT 7'; "
        "ALTER TABLE event SET (fillfactor = 90); COMMENT ON TABLE event IS 'Ours.'; "
        "CREATE STATISTICS known ON company, subject FROM party_history"
    )
    verify_schema(changing)
    inside.rollback()


def test_a_store_in_a_schema_of_any_name_is_as_it_was_made() -> None:
    with databases.database(empty=True) as url:
        with databases.connect(url) as connection:
            connection.execute('CREATE SCHEMA "Our select"')
        options = {"options": '-csearch_path="Our\\ select"'}
        with Timeline.open(databases.url_text(url.update_query_dict(options))) as timeline:
            timeline.store.init()
            timeline.verify()


@pytest.mark.parametrize("way", ["hashjoin", "mergejoin", "nestloop", "seqscan", "indexscan"])
def test_a_planner_that_changes_its_mind_is_no_changed_view(postgresql: URL, way: str) -> None:
    """As it does when the statistics of a table are renewed between two plans."""
    planned = []

    def change(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("EXPLAIN"):
            planned.append(statement)
            if len(planned) == 2:
                cursor.execute(f"SET LOCAL enable_{way} = off")

    with Timeline.open(databases.url_text(postgresql)) as timeline, timeline.store.reading() as one:
        sa.event.listen(one, "before_cursor_execute", change)
        verify_schema(one)
    assert len(planned) > 2


LEFT = {
    "its dates": "earliest = '2000-01-01', latest = '2000-01-02'",
    "when it was known": "known = '2000-01-01T00:00:00.000000Z'",
    "its subject": "subject = 'deal:another'",
    "its word": "attribution = 'filing'",
    "its origin": "origin = 'forged'",
    "its level": "fact_level = 'opinion'",
    "when its sources were published": """told = '{"acme-pr":"2000-01-01T00:00:00.000000Z"}'""",
}


@pytest.mark.parametrize("what", LEFT)
def test_what_is_left_of_an_erased_event_is_proved(timeline: Timeline, what: str) -> None:
    with timeline.reading():
        (chosen, *_) = [e for e in timeline.log() if e.type.startswith("deal_")]
    timeline.erase(chosen.id, "an order of a court")
    timeline.verify()
    tamper(timeline, f"UPDATE event SET {LEFT[what]} WHERE position = {chosen.position}")
    with pytest.raises(StoreDamaged, match=f"position {chosen.position}: "):
        timeline.verify()
