"""One query on a SQLite file, in a process of its own that can be ended at any moment.

A single instruction of SQLite (``instr`` of two large blobs) can take hours and looks at no clock, and a
query can ask for any amount of memory. So a query that people write never runs in the process that asks for
it. This module is what the other process runs: it imports nothing but the standard library and msgspec,
because a query waits for its start. An authorizer decides what a statement may touch; the file is open
read-only besides.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, Final

import msgspec

from timeline.worker import end_with, limit_process, read_frame, write_frame

BATCH_BYTES: Final = 256 * 1024
"""Bytes of rows that go back together."""

LONGEST_VALUE: Final = 16 * 2**20
"""Bytes of one value, and of one row."""

MEMORY: Final = 256 * 2**20
"""Bytes that SQLite may take for one query."""

PROCESS_MEMORY: Final = 1024 * 2**20
"""Bytes that the whole process may take: what SQLite does not count is in it."""

SPILLED: Final = 1024 * 2**20
"""Bytes of a file that a query sorts in."""

READING: Final = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE})
LOOKING: Final = frozenset(
    {
        "collation_list", "compile_options", "foreign_key_list", "function_list", "index_info",
        "index_list", "index_xinfo", "pragma_list", "table_info", "table_list", "table_xinfo",
    }
)  # fmt: skip
"""The pragmas that only tell; every other one can set something."""

TABLES: Final = ("json_each('[]')", "json_tree('[]')", "pragma_table_info('event')")
"""Functions that are tables. The first use of each makes it known by an UPDATE of the schema in memory, which
no query may do: so they are used before a query runs."""

RAW: Final = frozenset({"dbstat", "sqlite_dbpage", "sqlite_stmt"})
"""Tables of SQLite itself that show more than rows: pages as bytes, statements of others."""

INDEX: Final = "event_words"
"""The full-text index, and how its tables' names begin; the login on PostgreSQL sees none of it either."""

FUNCTIONS: Final = frozenset(
    """
    -> ->> abs acos acosh asin asinh atan atan2 atanh avg ceil ceiling changes char coalesce concat
    concat_ws cos cosh count cume_dist current_date current_time current_timestamp date datetime
    day_of days_between degrees dense_rank exp first_value floor format glob group_concat hex if
    ifnull iif instr json json_array json_array_length json_each json_error_position json_extract
    json_group_array json_group_object json_insert json_object json_patch json_pretty json_quote
    json_remove json_replace json_set json_tree json_type json_valid jsonb jsonb_array jsonb_extract
    jsonb_group_array jsonb_group_object jsonb_insert jsonb_object jsonb_patch jsonb_remove
    jsonb_replace jsonb_set julianday lag last_value lead length like likelihood likely ln log log10
    log2 lower ltrim max median min mod nth_value ntile nullif octet_length percent_rank percentile
    percentile_cont percentile_disc pi pow power printf quote radians random randomblob rank replace
    round row_number rtrim sign sin sinh soundex sqlite_source_id sqlite_version sqrt strftime
    string_agg substr substring sum tan tanh time timediff total trim trunc typeof unhex unicode
    unixepoch unlikely upper zeroblob
    """.split()  # noqa: SIM905 - a list of 200 names reads as lines
)
"""What a query may call: these compute something from their arguments, and do nothing else."""

LIMITS: Final = {
    sqlite3.SQLITE_LIMIT_LENGTH: LONGEST_VALUE,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 2**20,
    sqlite3.SQLITE_LIMIT_COLUMN: 1000,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
}

STEPS: Final = 10_000
"""Instructions of SQLite between two looks at the clock: some tenths of a millisecond."""

ACTIONS: Final = {
    sqlite3.SQLITE_ATTACH: "ATTACH",
    sqlite3.SQLITE_DELETE: "DELETE",
    sqlite3.SQLITE_DETACH: "DETACH",
    sqlite3.SQLITE_INSERT: "INSERT",
    sqlite3.SQLITE_PRAGMA: "this PRAGMA",
    sqlite3.SQLITE_SAVEPOINT: "SAVEPOINT",
    sqlite3.SQLITE_TRANSACTION: "a transaction",
    sqlite3.SQLITE_UPDATE: "UPDATE",
}


class Asked(msgspec.Struct, frozen=True):
    """What the other process is asked: a statement of a file, or of the bytes of a database in memory."""

    statement: str
    values: dict[str, Any]
    path: str | None
    image: bytes | None = None


class Failure(msgspec.Struct, frozen=True):
    """Why there are no (more) rows: what SQLite said, and what it was kept from doing."""

    reason: str
    denied: str | None = None
    of_file: bool = False
    """Whether the file is to blame, and not the query."""


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """A frame of the answer: first the names of the columns, then rows, at last why it ended early."""

    names: list[str] | None = None
    rows: Sequence[Sequence[Any]] = ()
    failure: Failure | None = None
    done: bool = False


def open_read_only(
    path: str, *, timeout: float, factory: type[sqlite3.Connection] = sqlite3.Connection
) -> tuple[sqlite3.Connection, bool]:
    """Open a file that is only read; whether it had to be opened as one that nobody changes.

    A write-ahead log needs a writable folder for its index. On a read-only file system nobody writes, so the
    file can be read as it is.
    """
    uri = Path(path).absolute().as_uri()

    def connect(mode: str) -> sqlite3.Connection:
        return sqlite3.connect(
            f"{uri}?{mode}", uri=True, timeout=timeout, check_same_thread=False, factory=factory
        )

    try:
        connection = connect("mode=ro")
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        wal = Path(f"{path}-wal")
        if not Path(path).exists() or (wal.exists() and wal.stat().st_size):
            raise
        return connect("immutable=1"), True
    return connection, False


@contextmanager
def guarded(
    driver: sqlite3.Connection, denied: list[str], deadline: float | None = None
) -> Iterator[None]:
    """Look at whatever the connection does inside; ``denied`` is told what it was kept from."""

    def authorize(
        action: int, first: str | None, second: str | None, database: str | None, view: str | None
    ) -> int:
        allowed = (
            (action in READING and not _is_hidden(str(first).lower()))
            or (action == sqlite3.SQLITE_FUNCTION and str(second).lower() in FUNCTIONS)
            or (action == sqlite3.SQLITE_PRAGMA and str(first).lower() in LOOKING)
        )
        if allowed:
            return sqlite3.SQLITE_OK
        what = ACTIONS.get(action, "a statement that changes something")
        if action == sqlite3.SQLITE_FUNCTION:
            what = f"the function {second}, which is not one of those that only compute"
        elif action in READING:
            what = f"the table {first}, which is none of the store"
        denied.append(what)
        return sqlite3.SQLITE_DENY

    before = {limit: driver.setlimit(limit, most) for limit, most in LIMITS.items()}
    driver.set_authorizer(authorize)
    if deadline is not None:
        driver.set_progress_handler(lambda: time.monotonic() > deadline, STEPS)
    try:
        yield
    finally:
        if deadline is not None:
            driver.set_progress_handler(None, 0)
        driver.set_authorizer(None)
        for limit, most in before.items():
            driver.setlimit(limit, most)


def _is_hidden(table: str) -> bool:
    return table in RAW or table.startswith(INDEX)


def add_functions(driver: sqlite3.Connection) -> None:
    """Give a connection the functions that PostgreSQL has by the schema."""
    driver.create_function("days_between", 2, _days_between, deterministic=True)
    driver.create_function("day_of", 1, _day_of, deterministic=True)


def _days_between(first: str | None, second: str | None) -> int | None:
    if first is None or second is None:
        return None
    return _number(second[:10]) - _number(first[:10])


@lru_cache(maxsize=65_536)
def _number(day: str) -> int:
    # a report asks about the same few thousand days again and again, in ever other pairs
    return date.fromisoformat(day).toordinal()


def _day_of(instant: str | None) -> str | None:
    return None if instant is None else instant[:10]


# --- the other process ----------------------------------------------------------------------------


def answer_query(given: BinaryIO, out: BinaryIO, seconds: int) -> None:
    """Answer the query in the first frame, and end when nobody is there any more to read it.

    ``seconds`` of processor time are the most that it may take; 0 means no limit.
    """
    frame = read_frame(given)
    if frame is None:
        return
    # SQLite's own limits hold where a system has none for processes
    limit_process(memory=PROCESS_MEMORY, file=SPILLED, seconds=seconds)
    # the asker keeps its end of the pipe open for as long as it lives
    threading.Thread(target=end_with, args=(given,), daemon=True).start()
    asked = msgspec.msgpack.decode(frame, type=Asked)
    encode = msgspec.msgpack.Encoder().encode
    denied: list[str] = []
    try:
        for answer in _answers(asked, denied):
            write_frame(out, encode(answer))
    except (sqlite3.Error, sqlite3.Warning, OverflowError) as error:
        write_frame(out, encode(Answer(failure=_failure(error, denied))))
    except MemoryError:
        write_frame(
            out, encode(Answer(failure=Failure("it needs more memory than a query may take")))
        )


def _answers(asked: Asked, denied: list[str]) -> Iterator[Answer]:
    with closing(_open(asked)) as driver:
        driver.isolation_level = None
        driver.execute("PRAGMA query_only=ON")
        driver.execute(f"PRAGMA hard_heap_limit={MEMORY}")
        add_functions(driver)
        for table in TABLES:
            driver.execute(f"SELECT 1 FROM {table} LIMIT 0")  # noqa: S608 - our own
        with guarded(driver, denied), closing(driver.cursor()) as cursor:
            cursor.execute(asked.statement, asked.values)
            yield Answer(names=[name for name, *_ in cursor.description or ()])
            rows: list[Sequence[Any]] = []
            size = 0
            for row in cursor:
                length = sum(map(_bytes_of, row))
                if length > LONGEST_VALUE:
                    raise sqlite3.DataError("a row of it is too big")
                rows.append(row)
                size += length
                if size > BATCH_BYTES:
                    yield Answer(rows=rows)
                    rows, size = [], 0
            yield Answer(rows=rows, done=True)


def _open(asked: Asked) -> sqlite3.Connection:
    if asked.path is not None:
        return open_read_only(asked.path, timeout=30)[0]
    driver = sqlite3.connect(":memory:")
    driver.deserialize(asked.image or b"")
    return driver


def _bytes_of(value: Any) -> int:
    return len(value) + 8 if isinstance(value, str | bytes) else 8


def _failure(error: Exception, denied: list[str]) -> Failure:
    reason = str(error)
    # the file is damaged, busy or gone; JSON that is malformed is the query's
    of_file = isinstance(error, sqlite3.DatabaseError) and (
        ("malformed" in reason and "JSON" not in reason)
        or any(
            sign in reason for sign in ("disk I/O", "is locked", "unable to open", "not a database")
        )
    )
    return Failure(reason, denied[0] if denied else None, of_file)
