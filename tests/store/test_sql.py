"""SQL that people write reads, whatever it tries: every known way around is an attack here."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.answers.stores import new_timeline, target_with
from timeline import Timeline
from timeline.errors import OutOfTime, QueryFailed, QueryRefused
from timeline.store.store import Store
from timeline.store.tables import metadata

ENDLESS = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT max(n) FROM t"

ON_BOTH = [
    "DELETE FROM event",
    "UPDATE log_head SET position = 0",
    "INSERT INTO projection VALUES ('x', 1)",
    "DROP TABLE event",
    "DROP VIEW company_state",
    "CREATE TABLE x (y integer)",
    "CREATE TEMP TABLE x (y integer)",
    "CREATE VIEW x AS SELECT 1",
    "ALTER TABLE event ADD COLUMN x text",
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT x",
    "SELECT 1; DELETE FROM event",
    "SELECT 1; SELECT 2",
    "COMMIT; DELETE FROM event",
    "/* */ DELETE FROM event -- SELECT",
    "/* /* */ DELETE FROM event */",
    "REINDEX",
    "ANALYZE",
    "VACUUM",
    "",
    ";",
    "-- nothing",
]
ON_SQLITE = [
    "ATTACH DATABASE '{folder}/stolen.db' AS x",
    "ATTACH ':memory:' AS x",
    "DETACH main",
    "VACUUM INTO '{folder}/stolen.db'",
    "PRAGMA query_only = OFF",
    "PRAGMA query_only(0)",
    "PRAGMA main.query_only = OFF",
    "PRAGMA writable_schema = ON",
    "PRAGMA journal_mode = DELETE",
    "PRAGMA user_version = 7",
    "PRAGMA wal_checkpoint(TRUNCATE)",
    "PRAGMA temp_store_directory = '{folder}'",
    "SELECT * FROM pragma_wal_checkpoint('TRUNCATE')",
    "SELECT load_extension('{folder}/x.so')",
    "SELECT writefile('{folder}/stolen.db', 'x')",
    "SELECT readfile('/etc/passwd')",
    "SELECT edit('x', 'touch {folder}/stolen.db')",
    "SELECT * FROM dbstat",
    "SELECT * FROM sqlite_dbpage",
    "SELECT rowid FROM event_words WHERE event_words MATCH 'openai'",
    "SELECT * FROM event_words_docsize",
    "SELECT sqlite_log(1, 'x')",
    "SELECT last_insert_rowid()",
    "SELECT hex(zeroblob(16000000))",
    "SELECT replace(printf('%1000000s', 'x'), ' ', printf('%1000s', 'y'))",
    "WITH RECURSIVE t(x) AS (SELECT 'xxxxxxxx' UNION ALL SELECT x || x FROM t) SELECT max(length(x)) FROM t",
    "SELECT fts3_tokenizer('x', x'00')",
    "CREATE VIRTUAL TABLE temp.x USING fts5(y)",
    "INSERT INTO temp.sqlite_master VALUES (1, 2, 3, 4, 5)",
    "UPDATE sqlite_master SET sql = ''",
    "WITH x AS (SELECT 1) DELETE FROM event",
    "EXPLAIN DELETE FROM event",
    "REPLACE INTO projection VALUES ('x', 1)",
    "SELECT zeroblob(1000000000)",
    "DROP TRIGGER event_update",
    "SELECT * FROM pragma_database_list",
    "SELECT * FROM sqlite_stmt",
    "UPDATE json_each SET value = 1",
    "SELECT CAST(x'ff' AS text) AS x",
    "SELECT char(55296) AS x",
]
ON_POSTGRESQL = [
    "WITH x AS (DELETE FROM event RETURNING *) SELECT * FROM x",
    "SELECT * INTO stolen FROM event",
    "SELECT * FROM event_words",
    "SELECT * FROM event FOR UPDATE",
    "EXPLAIN ANALYZE DELETE FROM event",
    "EXPLAIN ANALYZE SELECT 1; DELETE FROM event",
    "SET TRANSACTION READ WRITE",
    "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
    "SET transaction_read_only = off",
    "SET ROLE postgres",
    "RESET ROLE",
    "RESET ALL",
    "SET statement_timeout = 0",
    "SELECT set_config('transaction_read_only', 'off', false)",
    "SELECT pg_catalog.set_config('role', 'postgres', false)",
    "SELECT \"set_config\"('statement_timeout', '0', false)",
    "SELECT set_config /* */ ('role', 'none', false)",
    "SELECT U&\"set\\005fconfig\"('role', 'none', false)",
    "COPY event TO PROGRAM 'touch {folder}/stolen'",
    "COPY event TO '{folder}/stolen'",
    "COPY (SELECT 1) TO STDOUT",
    "DO $$ BEGIN DELETE FROM event; END $$",
    "CALL x()",
    "EXECUTE x",
    "PREPARE x AS SELECT 1",
    "DECLARE x CURSOR FOR SELECT 1",
    "LISTEN x",
    "NOTIFY x",
    "LOCK TABLE event",
    "LOAD 'x'",
    "SELECT lo_create(7)",
    "SELECT lo_import('/etc/passwd')",
    "SELECT lo_from_bytea(7, 'x')",
    "SELECT lo_export(7, '{folder}/stolen')",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT pg_ls_dir('/')",
    "SELECT * FROM dblink('dbname=x', 'DELETE FROM event') AS t(x int)",
    "SELECT query_to_xml('DELETE FROM event', true, true, '')",
    "SELECT pg_sleep(9)",
    "SELECT (2.0::float8).pg_sleep",
    "SELECT g.pg_sleep FROM unnest(ARRAY[2.0::float8]) AS g",
    "SELECT 1 --\r, pg_sleep(9)",
    "SELECT E'a'\n'\\'', pg_sleep(9) --'",
    "SELECT $€$ $€$, pg_sleep(9), $€$ $€$",
    "SELECT 1 AS a$$b, pg_sleep(9), 2 AS c$$d",
    "SELECT * FROM ts_stat('DELETE FROM event')",
    "SELECT ts_rewrite('a'::tsquery, 'SELECT 1')",
    "SELECT current_setting('data_directory')",
    "SELECT 1 OPERATOR(public.+) 2",
    "SELECT position FROM event ORDER BY 1 USING OPERATOR(public.<)",
    "SELECT 1 WHERE 1 OPERATOR(public.=) ANY (SELECT 1)",
    "SELECT (ARRAY[2.0::float8])[1].pg_sleep",
    "SELECT t.pg_ls_dir FROM unnest(ARRAY['/'::text]) AS t",
    "SELECT JSON_VALUE('{}', '$.a' DEFAULT (SELECT 'x' FROM pg_sleep(3)) ON EMPTY)",
    "SELECT max(1) WITHIN GROUP (ORDER BY pg_sleep(3))",
    "SELECT count(*) FROM event WINDOW w AS (ORDER BY pg_sleep(3))",
    "SELECT '<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><x>&e;</x>'::xml",
    "EXPLAIN (ANALYZE) SELECT pg_notify('a', 'b')",
    "EXPLAIN CREATE TABLE x AS SELECT 1",
    "SELECT * FROM pg_authid",
    "SELECT * FROM pg_stat_activity",
    "TABLE pg_catalog.pg_proc",
    "SELECT query FROM pg_catalog.pg_stat_activity",
    "SELECT * FROM event TABLESAMPLE SYSTEM (10)",
    "SELECT xmlparse(DOCUMENT '<a/>')",
    "SELECT $1",
    "SELECT pg_advisory_lock(1)",
    "SELECT pg_terminate_backend(pg_backend_pid())",
    "SELECT pg_reload_conf()",
    "SELECT pg_notify('x', 'y')",
    "SELECT pg_logical_emit_message(false, 'x', 'y')",
    "CREATE EXTENSION dblink",
    "GRANT ALL ON event TO public",
    "CREATE FUNCTION x() RETURNS int LANGUAGE sql AS 'SELECT 1'",
]  # fmt: skip


told = target_with("foxconn-openai")


@pytest.fixture
def stories(told: str) -> Iterator[Timeline]:
    with Timeline.open(told) as timeline:
        yield timeline


def everything(store: Store) -> list[Any]:
    with store.reading() as connection:
        return [list(connection.execute(sa.select(table))) for table in metadata.sorted_tables]


def attacks(timeline: Timeline) -> list[str]:
    return ON_BOTH + (ON_SQLITE if timeline.store.is_sqlite else ON_POSTGRESQL)


def test_every_attack_fails_and_leaves_no_trace(stories: Timeline, tmp_path: Path) -> None:
    before = everything(stories.store)
    files = set(tmp_path.rglob("*"))
    succeeded = []
    for attack in attacks(stories):
        try:
            list(stories.sql(attack.replace("{folder}", str(tmp_path)), timeout=60))
        except (QueryRefused, QueryFailed):
            continue
        succeeded.append(attack)
    assert succeeded == []
    assert everything(stories.store) == before
    assert {path for path in set(tmp_path.rglob("*")) - files if "stolen" in path.name} == set()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM event",
        "insert into projection values ('x', 1)",
        "UPDATE log_head SET position = 0",
        "DROP TABLE event",
        "CREATE TABLE x (y int)",
        "ALTER TABLE event ADD COLUMN x int",
    ],
)
def test_what_changes_something_is_refused_alike_on_both_databases(
    stories: Timeline, statement: str
) -> None:
    with pytest.raises(QueryRefused):
        list(stories.sql(statement))


def test_an_attack_in_a_session_leaves_the_session_as_it_was(stories: Timeline) -> None:
    with stories.reading():
        for attack in attacks(stories):
            with pytest.raises((QueryRefused, QueryFailed)):
                list(stories.sql(attack.replace("{folder}", "/nowhere"), timeout=60))
        assert [*stories.sql("SELECT count(*) AS n FROM log_head")] == [{"n": 1}]
        assert stories.state("foxconn").companies


def test_in_memory_where_the_file_cannot_be_read_only_nothing_is_written_either() -> None:
    with Timeline.open(":memory:") as timeline:
        timeline.store.init()
        for attack in ON_BOTH + ON_SQLITE:
            with pytest.raises((QueryRefused, QueryFailed)):
                list(timeline.sql(attack.replace("{folder}", "/nowhere")))
        assert [*timeline.sql("SELECT name FROM projection")] == [{"name": "history"}]


@pytest.mark.parametrize(
    "query", [ENDLESS, f"SELECT 1 AS n UNION ALL SELECT * FROM ({ENDLESS}) AS x"]
)
def test_an_endless_query_ends(stories: Timeline, query: str) -> None:
    began = time.monotonic()
    with pytest.raises(OutOfTime):
        list(stories.sql(query, timeout=0.3))
    assert time.monotonic() - began < 60
    assert list(stories.sql("SELECT 1 AS one")) == [{"one": 1}]


def test_rows_come_as_they_are_read(stories: Timeline) -> None:
    endless = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT n FROM t"
    assert [row["n"] for row in itertools.islice(stories.sql(endless), 3)] == [1, 2, 3]
    assert [row["n"] for row in stories.sql(endless, limit=2)] == [1, 2]


def test_parameters_are_values(stories: Timeline) -> None:
    text = "'; DELETE FROM event; -- :x %s"
    query = "SELECT :x AS x, ':x' AS quoted, '%s' AS percent -- :y\n/* :z */"
    assert list(stories.sql(query, {"x": text})) == [{"x": text, "quoted": ":x", "percent": "%s"}]
    with pytest.raises(QueryFailed, match='no value for ":x"'):
        stories.sql("SELECT :x AS x")
    with pytest.raises(QueryFailed, match='no parameter ":y"'):
        stories.sql("SELECT 1 AS x", {"y": 1})
    with pytest.raises(QueryFailed, match="two columns"):
        stories.sql("SELECT 1 AS x, 2 AS x")
    with pytest.raises(QueryFailed):
        stories.sql("SELECT nothing FROM nowhere")


def test_on_and_known_mean_what_they_mean_everywhere(stories: Timeline) -> None:
    query = (
        "SELECT subject FROM company_state WHERE company = 'foxconn' AND valid_from <= :on "
        "AND :on < valid_to AND known_from <= :known AND :known < known_to ORDER BY subject"
    )
    for asked in ({}, {"on": "2025-11-21"}, {"on": "2025-11-20", "known": "2025-11-20"}):
        (company,) = stories.state("foxconn", **asked).companies  # type: ignore[arg-type] # of one type
        found = [row["subject"] for row in stories.sql(query, asked)]
        assert found == sorted(item.subject for item in company.items)
    assert list(stories.sql("SELECT :known AS known", {"known": "2025-11-20"})) == [
        {"known": "2025-11-20T23:59:59.999999Z"}
    ]


def test_values_are_the_same_on_both_databases(stories: Timeline) -> None:
    query = (
        "SELECT latest, known, subject_kind, sources, position FROM event_log "
        "WHERE type = 'deal_announced' ORDER BY position"
    )
    row = next(stories.sql(query).found)
    assert row["latest"] == "2025-11-21"
    assert row["known"].endswith("Z")
    assert row["sources"].startswith('["')
    assert isinstance(row["position"], int)
    (numbers,) = stories.sql("SELECT days_between('2024-02-28', '2024-03-01') AS days, 1.50 AS x")
    assert numbers == {"days": 2, "x": 1.5}


@pytest.mark.parametrize(
    "query",
    [
        "SELECT id, 1 AS one FROM event WHERE id = :id",
        "WITH x AS (SELECT id, 1 AS one FROM event) SELECT * FROM x WHERE id = :id -- none",
        "SELECT id, 1 AS one FROM event WHERE id = :id;",
    ],
)
def test_an_answer_without_rows_has_its_columns(stories: Timeline, query: str) -> None:
    rows = stories.sql(query, {"id": "nothing"})
    assert rows.columns == ("id", "one")
    assert list(rows) == []


def test_tables_of_the_database_that_only_compute_can_be_asked(tmp_path: Path) -> None:
    with new_timeline(tmp_path, "foxconn-openai") as timeline:
        query = "SELECT DISTINCT value FROM event_log, json_each(sources) ORDER BY value"
        assert len(list(timeline.sql(query))) > 1
        assert list(timeline.sql("SELECT count(*) AS n FROM json_tree('[1,[2]]')")) == [{"n": 4}]
        assert {"name": "payload"} in list(
            timeline.sql("SELECT name FROM pragma_table_info('event')")
        )
