"""What holds a query that people write: a process that can be ended, or a login that can only read."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Collection, Iterator
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import URL

from tests import databases
from tests.answers.stores import new_timeline
from timeline import Timeline
from timeline.answers.query import Rows
from timeline.errors import OutOfTime, QueryFailed, UnsafeReader
from timeline.render.csv import csv_lines
from timeline.render.json import json_list
from timeline.render.parquet import write_parquet
from timeline.store.grants import Roles, grants_to_analyst
from timeline.store.reader import READER_URL

LONG = "SELECT instr(zeroblob(9000000), CAST(zeroblob(4000000) || x'01' AS blob)) AS x"
"""One instruction of SQLite that takes hours."""


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Timeline]:
    with new_timeline(tmp_path, "foxconn-openai") as timeline:
        yield timeline


# --- SQLite ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        LONG,
        f"SELECT 1 AS x UNION ALL {LONG}",
        f"WITH x AS MATERIALIZED ({LONG}) SELECT * FROM x",
        f"SELECT * FROM event WHERE position < ({LONG})",
        f"SELECT count(*) FROM event GROUP BY position, ({LONG}) ORDER BY 1",
    ],
)
def test_the_clock_ends_one_long_instruction(file: Timeline, query: str) -> None:
    begun = time.monotonic()
    with pytest.raises((OutOfTime, QueryFailed)):
        list(file.sql(query, timeout=0.5))
    assert time.monotonic() - begun < 5


def test_an_interrupt_ends_one_long_instruction(file: Timeline, tmp_path: Path) -> None:
    program = subprocess.Popen(
        [sys.executable, "-m", "timeline", "--db", str(tmp_path / "timeline.db"), "sql", LONG],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    await_children(program.pid)
    begun = time.monotonic()
    program.send_signal(signal.SIGINT)
    out, said = program.communicate(timeout=10)
    assert time.monotonic() - begun < 3
    assert (program.returncode, out) == (130, b"")
    assert b"interrupted" in said


def test_a_query_ends_with_the_program_that_asked(file: Timeline, tmp_path: Path) -> None:
    program = subprocess.Popen(
        [sys.executable, "-m", "timeline", "--db", str(tmp_path / "timeline.db"), "sql", LONG],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    found = await_children(program.pid)
    program.kill()
    program.wait(60)
    end = time.monotonic() + 5
    while any(is_running(pid) for pid in found):
        assert time.monotonic() < end, "the query goes on without anybody to read it"
        time.sleep(0.02)


def await_children(pid: int, others: Collection[int] = ()) -> list[int]:
    """The processes that a process has started beside others, once there is one."""
    end = time.monotonic() + 60
    while not (found := [each for each in children(pid) if each not in others]):
        assert time.monotonic() < end, "it starts no process"
        time.sleep(0.01)
    return found


def children(pid: int) -> list[int]:
    said = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(each) for each in said.read_text().split()] if said.exists() else []


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize(
    "query",
    [
        "SELECT zeroblob(16000001 + 1000000) AS x",
        "SELECT group_concat(hex(zeroblob(1000000))) AS x FROM event, event",
        "SELECT " + ", ".join(f"zeroblob(15000000) AS x{n}" for n in range(200)),
        "SELECT json_group_array(hex(zeroblob(1000000))) AS x FROM event, event, event",
    ],
)
def test_a_query_cannot_take_all_memory(file: Timeline, query: str) -> None:
    with pytest.raises((QueryFailed, OutOfTime)):
        list(file.sql(query, timeout=20))
    assert list(file.sql("SELECT 1 AS one")) == [{"one": 1}]


def test_rows_wait_until_they_are_read(file: Timeline) -> None:
    endless = (
        "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) "
        "SELECT n, hex(zeroblob(1000)) AS x FROM t"
    )
    with file.sql(endless) as rows:
        first = next(rows.found)
        before = memory()
        time.sleep(0.5)
        assert memory() - before < 20 * 2**20
        assert first["n"] == 1
        assert next(rows.found)["n"] == 2


def memory() -> int:
    """Bytes of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_a_killed_query_is_an_error_of_one_answer(file: Timeline) -> None:
    others = set(children(os.getpid()))  # such as the one that draws

    def kill() -> None:
        os.kill(await_children(os.getpid(), others)[0], signal.SIGKILL)

    thread = threading.Thread(target=kill, daemon=True)
    thread.start()
    with pytest.raises(QueryFailed, match="ended from outside"):
        list(file.sql(LONG, timeout=20))
    thread.join(60)
    assert list(file.sql("SELECT 1 AS one")) == [{"one": 1}]


@pytest.mark.parametrize("timeout", [float("nan"), float("inf"), 0.0, -1.0])
def test_a_limit_is_a_number_of_seconds(file: Timeline, timeout: float) -> None:
    with pytest.raises(QueryFailed, match="no time"):
        list(file.sql("SELECT 1 AS one", timeout=timeout))


# --- both -----------------------------------------------------------------------------------------


def test_an_answer_has_a_greatest_size(target: str) -> None:
    many = (
        "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 100000) "
        "SELECT n, 'a text of thirty characters…' AS x FROM t"
    )
    with Timeline.open(target) as timeline:
        with pytest.raises(QueryFailed, match="larger than 1 MB"):
            list(timeline.sql(many, most_bytes=2**20))
        assert len(list(timeline.sql(many, limit=1000, most_bytes=2**20))) == 1000


def test_a_row_has_a_greatest_size_on_the_server_too(postgresql: URL) -> None:
    with Timeline.open(databases.url_text(postgresql)) as timeline:
        for query in (
            "SELECT repeat('x', 20000000) AS x",
            "SELECT 1 AS a, repeat('x', 20000000) AS b ORDER BY 1",
            "SELECT string_agg(repeat('x', 1000000), '') AS x FROM generate_series(1, 20)",
        ):
            with pytest.raises(QueryFailed, match="longer than 16 MB"):
                list(timeline.sql(query))


def test_a_query_has_a_greatest_length(target: str) -> None:
    with Timeline.open(target) as timeline, pytest.raises(QueryFailed, match="longer than 1 MB"):
        list(timeline.sql(f"SELECT '{'x' * 2**20}' AS x"))


# --- PostgreSQL -----------------------------------------------------------------------------------


@pytest.fixture
def login(postgresql: URL) -> Iterator[URL]:
    """A login made by our grants, for one test alone."""
    name = f"analyst_{os.getpid()}"
    with databases.connect(postgresql) as admin:
        admin.execute(grants_to_analyst(Roles(analyst=name)).encode())
        yield postgresql.set(username=name)
        admin.execute(f"DROP OWNED BY {name}; DROP ROLE {name}".encode())


UNSAFE = {
    "ALTER ROLE {me} SUPERUSER": "is a superuser",
    "ALTER ROLE {me} CREATEROLE": "may make roles",
    "ALTER ROLE {me} CREATEDB": "may make databases",
    "ALTER ROLE {me} REPLICATION": "may replicate",
    "ALTER ROLE {me} BYPASSRLS": "row security",
    "GRANT pg_read_server_files TO {me}": "is a member of the role pg_read_server_files",
    "GRANT pg_signal_backend TO {me} WITH INHERIT FALSE, SET TRUE": "is a member",
    "GRANT INSERT ON event TO {me}": "may change event",
    "GRANT UPDATE (position) ON log_head TO {me}": "may change log_head",
    "GRANT DELETE ON subject_history TO {me}": "may change subject_history",
    "GRANT CREATE ON SCHEMA public TO {me}": "may make something in the schema public",
    "CREATE SCHEMA own AUTHORIZATION {me}": "owns something",
    "GRANT SELECT ON alembic_version TO {me}": "may read alembic_version",
    "CREATE TABLE secret (x int); GRANT SELECT (x) ON secret TO {me}": "may read secret",
    "CREATE SEQUENCE numbers; GRANT USAGE ON SEQUENCE numbers TO {me}": "may change numbers",
    "CREATE FUNCTION f() RETURNS int SECURITY DEFINER LANGUAGE sql AS 'SELECT 1'": "may run f as postgres",
    "DO $$ BEGIN EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO {me}', current_database()); END $$":
        "may make something in the database",
    "GRANT EXECUTE ON FUNCTION pg_read_file(text) TO {me}": "a right of its own to the function pg_read_file",
    "GRANT SET ON PARAMETER log_statement TO {me}": "a right of its own to the parameter log_statement",
    "SELECT lo_create(77); GRANT UPDATE ON LARGE OBJECT 77 TO {me}": "a right of its own to the large object",
    "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w; "
    "GRANT USAGE ON FOREIGN SERVER s TO {me}": "a right of its own to the server s",
    "GRANT MAINTAIN ON event TO {me}": "may maintain event",
    "GRANT SELECT ON pg_authid TO {me}": "a right of its own to the table pg_authid",
    "REVOKE SELECT ON event_log FROM {me}": "may not read the store",
}  # fmt: skip


@pytest.mark.parametrize("more", UNSAFE)
def test_a_login_that_may_do_more_is_refused(
    login: URL, postgresql: URL, monkeypatch: pytest.MonkeyPatch, more: str
) -> None:
    monkeypatch.setenv(READER_URL, databases.url_text(login))
    me = str(login.username)
    with (
        databases.connect(postgresql) as admin,
        Timeline.open(databases.url_text(postgresql)) as timeline,
    ):
        admin.execute(more.replace("{me}", me).encode())
        try:
            with pytest.raises(UnsafeReader, match=UNSAFE[more]) as caught:
                list(timeline.sql("SELECT 1 AS one"))
            assert "timeline db grants" in str(caught.value)
            assert timeline.stats().events == 0
        finally:
            admin.execute(f"REVOKE pg_read_server_files, pg_signal_backend FROM {me}".encode())


def test_a_login_of_the_grants_is_taken_and_named_by_the_environment(
    login: URL, postgresql: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(READER_URL, databases.url_text(login))
    with Timeline.open(databases.url_text(postgresql)) as timeline:
        assert list(timeline.sql("SELECT current_user AS name")) == [{"name": login.username}]
        assert list(timeline.sql("SELECT count(*) AS n FROM event_log")) == [{"n": 0}]


def test_without_a_login_queries_are_refused_and_reports_that_are_shipped_are_not(
    postgresql: URL, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(READER_URL, databases.url_text(postgresql.set(username="nobody_there")))
    (tmp_path / "own.sql").write_text("-- title: Own\nSELECT 1 AS one\n")
    with Timeline.open(databases.url_text(postgresql)) as timeline:
        with pytest.raises(UnsafeReader, match="cannot log in"):
            list(timeline.sql("SELECT 1 AS one"))
        with pytest.raises(UnsafeReader, match="cannot log in"):
            list(timeline.report("own", reports=[tmp_path]))
        assert list(timeline.report("open-rumours")) == []


def test_a_login_to_another_database_is_refused(
    login: URL, postgresql: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    with databases.database() as other:
        monkeypatch.setenv(READER_URL, databases.url_text(login.set(database=other.database)))
        with (
            Timeline.open(databases.url_text(postgresql)) as timeline,
            pytest.raises(UnsafeReader, match="another database"),
        ):
            list(timeline.sql("SELECT 1 AS one"))


def test_the_login_itself_can_do_nothing_but_read(login: URL) -> None:
    with databases.connect(login) as connection:
        assert connection.execute("SELECT count(*) FROM event_log").fetchone() == (0,)
        for statement in (
            "INSERT INTO projection VALUES ('x', 1)",
            "UPDATE log_head SET position = 7",
            "DELETE FROM event",
            "TRUNCATE subject_history",
            "CREATE TABLE x (y int)",
            "CREATE TEMPORARY TABLE x (y int)",
            "SET ROLE postgres",
            "SELECT pg_read_file('/etc/passwd')",
            "COPY event TO PROGRAM 'true'",
            "SELECT * FROM pg_authid",
        ):
            with pytest.raises(psycopg.Error):
                connection.execute(statement.encode())


@pytest.mark.parametrize(
    "query",
    [
        "SELECT n, repeat('x', 1000) AS x FROM generate_series(1, 100000000) AS n",
        "SELECT count(*) AS n FROM generate_series(1, 100000) AS a, generate_series(1, 100000) AS b",
        "SELECT n, pi() AS x FROM generate_series(1, 100000000) AS n ORDER BY n DESC",
    ],
)
def test_the_time_of_a_query_is_not_outlived_by_reading_slowly(postgresql: URL, query: str) -> None:
    begun = time.monotonic()
    with Timeline.open(databases.url_text(postgresql)) as timeline, pytest.raises(OutOfTime):
        read_slowly(timeline.sql(query, timeout=0.7))
    assert time.monotonic() - begun < 5


def read_slowly(rows: Rows) -> None:
    with rows:
        for _ in rows:
            time.sleep(0.05)


DEAF = "SELECT translate(repeat('a', 20000), repeat('b', 20000), '') AS x"
"""A function in which the server looks at no clock, for some seconds."""


def test_a_function_in_which_the_server_looks_at_no_clock_is_not_waited_for(
    postgresql: URL,
) -> None:
    begun = time.monotonic()
    with Timeline.open(databases.url_text(postgresql)) as timeline:
        with pytest.raises(OutOfTime):
            list(timeline.sql(DEAF, timeout=0.2))
        assert time.monotonic() - begun < 10
        assert list(timeline.sql("SELECT 1 AS one")) == [{"one": 1}]
    with databases.connect(postgresql) as admin:
        asked = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'timeline_analyst' AND datname = %s"
        end = time.monotonic() + 120
        while admin.execute(asked, (postgresql.database,)).fetchone() != (0,):
            assert time.monotonic() < end, "the server works on for nobody"
            time.sleep(0.05)


def test_what_people_ask_is_answered_as_it_was_written(postgresql: URL) -> None:
    """Parameters, comments, JSON, sets, windows: the parser allows what only reads."""
    answers = {
        "SELECT (payload ->> 'x') AS x FROM event_log LIMIT 1": [],
        "SELECT n, sum(n) OVER (ORDER BY n) AS s FROM generate_series(1, 3) AS n ORDER BY n DESC LIMIT 1; --":
            [{"n": 3, "s": 6}],
        "VALUES (1), (2) ORDER BY 1 DESC": [{"column1": 2}, {"column1": 1}],
        "WITH a AS (SELECT 1 AS x) SELECT a.x, (SELECT max(x) FROM a) AS m FROM a": [{"x": 1, "m": 1}],
        "SELECT count(*) FILTER (WHERE n > 1) AS n, string_agg(n::text, ',' ORDER BY n) AS t "
        "FROM unnest(ARRAY[1, 2, 3]) AS n": [{"n": 2, "t": "1,2,3"}],
        "SELECT extract(year FROM DATE '2025-02-03') AS y, 'é$1%s' AS t, JSON_VALUE('{\"a\":1}', '$.a') AS v":
            [{"y": 2025, "t": "é$1%s", "v": "1"}],
        "SELECT x[1:2] AS s FROM (SELECT ARRAY[1, 2, 3] AS x) AS y": [{"s": [1, 2]}],
        "SELECT date '2025-01-31' + interval '1 month' > timestamp '2025-02-01' AS late": [{"late": 1}],
        "SELECT r.title FROM (SELECT 'x' AS title) AS r": [{"title": "x"}],
    }  # fmt: skip
    with Timeline.open(databases.url_text(postgresql)) as timeline:
        for query, expected in answers.items():
            assert list(timeline.sql(query)) == expected
        assert list(timeline.sql("SELECT :a || ':b' AS x /* :c */", {"a": "é"})) == [{"x": "é:b"}]
        plan = list(timeline.sql("EXPLAIN SELECT * FROM event_log"))
        assert "QUERY PLAN" in plan[0]


STRANGE = {
    "power(10::numeric, 5000)": Decimal(10) ** 5000,
    "sum(9223372036854775807) FROM generate_series(1, 2)": Decimal(18446744073709551614),
    "exp(40::numeric) > 0": 1,
    "'NaN'::numeric::text": "NaN",
    "interval '1 year 2 days'": "P1Y2D",
    "time '24:00'": "24:00:00",
    "ARRAY[int4range(1, 5)]": ["[1,5)"],
    "datemultirange(daterange('2025-01-01', '2025-02-01'))": "{[2025-01-01,2025-02-01)}",
    "'infinity'::timestamptz": "infinity",
    "'10000-01-01'::timestamptz": "10000-01-01 00:00:00+00",
    "'0044-03-15 12:00 BC'::timestamptz": "0044-03-15 12:00:00+00 BC",
    "'99999-01-01'::date": "99999-01-01",
    """'{"b": 1, "a": "\\ud800"}'::json""": '{"b": 1, "a": "\\ud800"}',
    """'{"b": 1, "a": 1e999}'::json""": '{"b": 1, "a": 1e999}',
    "json_build_array(power(10::numeric, 5000))": f"[1{'0' * 5000}]",
    "(repeat('[', 5000) || repeat(']', 5000))::jsonb": "[" * 5000 + "]" * 5000,
}  # fmt: skip
"""Values that a query can make and the store never holds."""


def test_no_value_that_a_query_makes_is_a_bug(postgresql: URL, tmp_path: Path) -> None:
    with Timeline.open(databases.url_text(postgresql)) as timeline:
        for value, expected in STRANGE.items():
            (row,) = timeline.sql(f"SELECT x.* FROM (SELECT {value}) AS x (x)")
            assert row["x"] == expected, value
            assert "".join(json_list([row]))
            assert "".join(csv_lines([row], ["x"]))
            assert write_parquet(tmp_path / "x.parquet", [row], ["x"]) == 1
