"""A question that takes too long is stopped, on every database, and the next one is answered."""

from __future__ import annotations

import sqlite3
import time
from collections import deque
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from timeline.errors import OutOfTime
from timeline.store.deadline import limited
from timeline.store.histories import checked_head
from timeline.store.store import Store

ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n WHERE x < 0"


def test_a_running_statement_is_stopped(target: str) -> None:
    store = Store(target)
    begun = time.monotonic()
    with (
        pytest.raises(OutOfTime, match=r"longer than 0\.2 seconds"),
        store.reading() as connection,
        limited(connection, 0.2),
    ):
        connection.exec_driver_sql(ENDLESS)
    assert time.monotonic() - begun < 60
    with store.reading() as connection, limited(connection, 10):
        assert connection.scalar(sa.text("SELECT 1")) == 1
    store.close()


def ask(connection: Connection) -> Iterator[object]:
    """Short questions without end."""
    while True:
        yield connection.exec_driver_sql("SELECT 1").scalar()


def test_no_statement_is_begun_when_time_is_up(target: str) -> None:
    store = Store(target)
    with (
        pytest.raises(OutOfTime),
        store.reading() as connection,
        limited(connection, 0.05),
    ):
        deque(ask(connection), maxlen=0)
    store.close()


def test_what_goes_straight_to_the_driver_is_not_begun_either(target: str) -> None:
    store = Store(target)
    with (
        pytest.raises(OutOfTime),
        store.reading() as connection,
        limited(connection, 0),
    ):
        checked_head(connection)
    store.close()


def test_what_else_goes_wrong_stays_what_it_is(target: str) -> None:
    store = Store(target)
    with (
        pytest.raises(Exception, match="no_such_table") as caught,
        store.reading() as connection,
        limited(connection, 10),
    ):
        connection.exec_driver_sql("SELECT * FROM no_such_table")
    assert not isinstance(caught.value, OutOfTime)
    store.close()


def test_the_limit_ends_with_the_block() -> None:
    store = Store(":memory:")
    store.init()
    with store.reading() as connection:
        with limited(connection, 0.01):
            pass
        time.sleep(0.02)
        assert connection.scalar(sa.text("SELECT 1")) == 1
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
    store.close()
