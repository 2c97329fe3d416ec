"""PostgreSQL gives back the very text that SQLite does, and says in people's words what it refuses."""

from __future__ import annotations

import gc
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import URL
from sqlalchemy.exc import IntegrityError

from tests import databases
from tests.answers.stores import FIXTURES, Clock, draft, new_store
from timeline import Timeline
from timeline.errors import Passing, SchemaMismatch, StoreUnavailable
from timeline.store.engine import display_name, insert_rows, store_url
from timeline.store.log import read_head, read_row
from timeline.store.store import Store
from timeline.store.tables import event, log_head, metadata, subject_company
from timeline.store.verify import verify

ACME = {"id": "acme", "type": "company_registered", "subject": "company:acme", "name": "Acme"}
"""What is known always: the first instant of all."""


def at(url: URL) -> Store:
    return Store(databases.url_text(url), clock=Clock())


def test_all_stories_are_the_same_on_both(postgresql: URL, tmp_path: Path) -> None:
    on_file, on_server = Timeline(new_store(tmp_path)), Timeline(at(postgresql))
    for timeline in (on_file, on_server):
        timeline.replay([FIXTURES])
        timeline.verify()
    assert list(on_file.export()) == list(on_server.export())
    for on, known in ((None, None), ("2025-11-20", "2025-11-20"), ("2017-06-01", "2017-06-01")):
        answers = [t.state(on=on, known=known) for t in (on_file, on_server)]
        assert msgspec.json.encode(answers[0]) == msgspec.json.encode(answers[1])
    with on_file.store.reading() as one, on_server.store.reading() as other:
        for table in metadata.sorted_tables:
            every = sa.select(table).order_by(*table.primary_key.columns)
            assert one.execute(every).all() == other.execute(every).all(), table.name
    on_server.close()
    on_file.close()


EXTRAS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=8),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text("aBé~-10", max_size=4), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@pytest.fixture(scope="module")
def kept() -> Any:
    """One database for all examples: what matters is what comes back."""
    with databases.database() as url:
        store = at(url)
        yield store
        store.close()


@given(st.dictionaries(st.text("abZ", min_size=1, max_size=3), EXTRAS, min_size=1, max_size=4))
@settings(max_examples=40)
def test_whatever_stands_under_extra_comes_back(kept: Store, extra: dict[str, Any]) -> None:
    with kept.reading() as connection:
        number = read_head(connection).position
    fields = ACME | {"id": f"x{number}", "subject": f"company:x{number}", "extra": extra}
    kept.append([draft(fields)])
    with kept.reading() as connection:
        row = read_row(connection, f"x{number}")
        assert row is not None
        assert row.fields == fields
        verify(connection, sample=0)


def test_the_first_and_the_last_day_and_instant_come_back(postgresql: URL) -> None:
    store = at(postgresql)
    store.append(
        [
            draft(ACME),
            draft(
                {
                    "id": "goal", "type": "commitment_stated", "subject": "commitment:goal",
                    "actor": "acme", "occurred": "../2025", "known": "9999-12-31T23:59:59.999999Z",
                }
            ),
            draft(
                {
                    "id": "later", "type": "commitment_revised", "subject": "commitment:goal",
                    "occurred": "2025/..", "known": "2025-01-31T12:00:00.5Z",
                }
            ),
        ]
    )  # fmt: skip
    with store.reading() as connection:
        rows = connection.execute(
            sa.select(event.c.earliest, event.c.latest, event.c.known).order_by(event.c.position)
        ).all()
        verify(connection)
    assert list(map(tuple, rows)) == [
        ("0001-01-01", "0001-01-01", "0001-01-01T00:00:00.000000Z"),
        ("0001-01-01", "2025-12-31", "9999-12-31T23:59:59.999999Z"),
        ("2025-01-01", "9999-12-31", "2025-01-31T12:00:00.500000Z"),
    ]
    store.close()


def test_every_text_is_ordered_by_code_points(postgresql: URL) -> None:
    with databases.connect(postgresql) as connection:
        found = connection.execute(
            "SELECT attrelid::regclass::text, attname, collname FROM pg_attribute"
            " JOIN pg_collation c ON c.oid = attcollation"
            " WHERE attrelid = ANY(%s::regclass[]) AND atttypid = 'text'::regtype",
            [[table.name for table in metadata.sorted_tables]],
        ).fetchall()
    assert {(table, column) for table, column, _ in found} >= {
        ("event", "subject"),
        ("event", "id"),
    }
    assert {collation for *_, collation in found} == {"C"}


def test_days_instants_and_payload_have_types_that_sql_can_use(postgresql: URL) -> None:
    store = at(postgresql)
    store.append([draft(ACME)])
    with databases.connect(postgresql) as connection:
        found = connection.execute(
            "SELECT payload ->> 'name', known < now(), latest - earliest FROM event"
        ).fetchone()
    assert found == ("Acme", True, 0)
    store.close()


# --- sessions -------------------------------------------------------------------------------------


def test_a_reading_session_cannot_write(postgresql: URL) -> None:
    store = at(postgresql)
    with (
        pytest.raises(StoreUnavailable, match="cannot be written"),
        store.reading() as connection,
    ):
        connection.exec_driver_sql("DELETE FROM projection")
    store.close()


def test_a_reading_session_sees_one_state_of_the_store(target: str) -> None:
    store = Store(target, clock=Clock())
    store.append([draft(ACME)])
    with store.reading() as connection:
        before = read_head(connection)
        store.append([draft(ACME | {"id": "b", "subject": "company:b"})])
        assert read_head(connection) == before
        assert connection.scalar(sa.select(sa.func.count()).select_from(event)) == 1
    with store.reading() as connection:
        assert read_head(connection).position == 2
    store.close()


# --- what it refuses ------------------------------------------------------------------------------


def refused(target: str) -> StoreUnavailable:
    store = Store(target)
    with pytest.raises(StoreUnavailable) as caught, store.reading():
        pass
    store.close()
    assert "s3cret" not in str(caught.value)
    assert caught.value.hint
    return caught.value


def test_a_server_that_is_not_there() -> None:
    error = refused("postgresql://me:s3cret@127.0.0.1:1/timeline")
    assert "postgresql://me:***@127.0.0.1:1/timeline cannot be reached" in error.message
    assert "Connection refused" in error.message
    assert error.passing is Passing.PERHAPS


def test_a_host_that_nobody_knows() -> None:
    assert "cannot be reached" in refused("postgresql://me:s3cret@nowhere.invalid/timeline").message


def test_a_database_that_is_not_there(postgresql: URL) -> None:
    error = refused(databases.url_text(postgresql.set(database="nobody_made_it")))
    assert 'database "nobody_made_it" does not exist' in error.message
    assert error.hint == "make it with createdb, or check --db"


def test_a_user_that_is_not_there(postgresql: URL) -> None:
    error = refused(databases.url_text(postgresql.set(username="stranger", password="s3cret")))
    assert "refuses the login" in error.message


def test_a_wrong_password() -> None:
    from timeline.store.postgresql import explain

    said = psycopg.OperationalError(
        'connection failed: FATAL:  password authentication failed for user "me"'
    )
    url = store_url("postgresql://me:s3cret@host/db")
    explained = explain(sa.exc.OperationalError("", None, said), display_name(url))
    assert explained is not None
    assert explained.message == (
        "postgresql://me:***@host/db refuses the login: "
        'password authentication failed for user "me"'
    )


def test_a_password_among_the_options_is_not_shown_either() -> None:
    assert "s3cret" not in display_name(store_url("postgresql://me@host/db?password=s3cret"))


def test_an_empty_database_and_a_foreign_one() -> None:
    with databases.database(empty=True) as url:
        assert refused(databases.url_text(url)).message == "the store is empty"
        with databases.connect(url) as connection:
            connection.execute("CREATE TABLE others (a int)")
        assert "other tables" in refused(databases.url_text(url)).message
        store = at(url)
        with pytest.raises(StoreUnavailable, match="other tables"):
            store.init()
        store.close()


def test_a_newer_schema(postgresql: URL) -> None:
    with databases.connect(postgresql) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    store = at(postgresql)
    with pytest.raises(SchemaMismatch, match="newer"), store.reading():
        pass
    store.close()


def test_a_database_that_cannot_hold_every_name(postgresql: URL) -> None:
    name = f"{postgresql.database}_latin"
    with databases.connect(postgresql) as connection:
        connection.execute(
            f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'"
        )
    url = postgresql.set(database=name)
    store = at(url)
    with pytest.raises(StoreUnavailable, match="encoded in LATIN1"):
        store.init()
    store.close()
    databases.drop_database(url)


@pytest.mark.parametrize("target", ["mysql://host/db", "postgresql+psycopg2://host/db"])
def test_other_databases_and_drivers(target: str) -> None:
    assert "a store cannot be in" in refused(target).message


def test_replay_makes_the_schema_in_an_empty_database() -> None:
    with databases.database(empty=True) as url:
        store = at(url)
        store.append([draft(ACME)], create=True)
        with store.reading() as connection:
            assert connection.scalar(sa.select(log_head.c.position)) == 1
        store.close()


def test_state_is_answered_alike_after_each_append(postgresql: URL, tmp_path: Path) -> None:
    stores = [new_store(tmp_path), at(postgresql)]
    timelines = list(map(Timeline, stores))
    for story in ("foxconn-openai", "foxconn-openai-later", "volkswagen-rivian"):
        for timeline in timelines:
            timeline.replay([FIXTURES / f"{story}.yaml"])
        one, other = (t.state(on="2025-11-21") for t in timelines)
        assert one == other, story
    for timeline in timelines:
        timeline.close()


@pytest.mark.parametrize("ask", ["log", "verify", "state", "stats"])
def test_a_connection_that_is_lost_within_a_question_is_said(postgresql: URL, ask: str) -> None:
    with Timeline.open(databases.url_text(postgresql)) as timeline:
        timeline.append(
            {"type": "company_registered", "id": "a", "subject": "company:a", "name": "A"}
        )
        with pytest.raises(StoreUnavailable, match=r"was lost|going down"):
            ask_when_it_is_lost(timeline, postgresql, ask)
        assert timeline.verify().position == 1
    gc.collect()  # a cursor that was left open would warn now


def ask_when_it_is_lost(timeline: Timeline, url: URL, ask: str) -> None:
    with timeline.reading() as connection, databases.connect(url) as admin:
        pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
        admin.execute("SELECT pg_terminate_backend(%s)", (pid,))
        found = getattr(timeline, ask)()
        if ask == "log":
            list(found)


# --- round trips -----------------------------------------------------------------------------------

PAIRS = sa.select(subject_company.c.subject)


def test_what_is_kept_is_sent_before_anything_is_read(postgresql: URL) -> None:
    store = at(postgresql)
    store.init()
    with suppress(ZeroDivisionError), store.writing() as connection:
        for new in (True, False):  # the same row again is left alone where it may be there
            insert_rows(connection, subject_company, [("acme", "deal:a")], new=new)
        assert list(connection.scalars(PAIRS)) == ["deal:a"]
        insert_rows(connection, subject_company, [("acme", "deal:b")])
        raise ZeroDivisionError
    with store.writing() as connection:
        assert list(connection.scalars(PAIRS)) == []
        insert_rows(connection, subject_company, [("acme", "deal:c")])
    with store.reading() as connection:
        assert list(connection.scalars(PAIRS)) == ["deal:c"]
    store.close()


def test_what_the_server_refuses_at_the_end_leaves_no_trace(postgresql: URL) -> None:
    store = at(postgresql)
    store.init()

    def twice() -> None:
        with store.writing() as connection:
            for company in ("acme", "bolt", "acme"):
                insert_rows(connection, subject_company, [(company, "deal:a")])

    with pytest.raises(IntegrityError, match="subject_company_pkey"):
        twice()
    with store.reading() as connection:
        assert list(connection.scalars(PAIRS)) == []
    store.append([draft(ACME)])
    store.close()


@pytest.mark.parametrize("trusted", [60.0, 0.0])
def test_a_kept_connection_that_is_dead_is_not_used(
    postgresql: URL, monkeypatch: pytest.MonkeyPatch, trusted: float
) -> None:
    monkeypatch.setattr("timeline.store.postgresql.TRUSTED", trusted)
    store = at(postgresql)
    store.append([draft(ACME)], create=True)
    with store.reading() as connection:
        own = connection.scalar(sa.select(sa.func.pg_backend_pid()))
    with psycopg.connect(databases.url_text(postgresql), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 10000)", [own])
    with store.reading() as connection:
        assert read_head(connection).position == 1
        assert connection.scalar(sa.select(sa.func.pg_backend_pid())) != own
    store.close()


@pytest.mark.parametrize("fraction", ["000001", "000120", "100000", "120300", "000000"])
def test_an_instant_comes_back_to_the_microsecond(postgresql: URL, fraction: str) -> None:
    """The server leaves out zeros at the end of a fraction, and the dot where nothing is behind it."""
    known = f"2025-01-02T03:04:05.{fraction}Z"
    with Timeline(at(postgresql)) as timeline:
        timeline.append(ACME | {"known": known})
        with timeline.store.reading() as connection:
            row = read_row(connection, "acme")
    assert row is not None
    assert row.known == known
