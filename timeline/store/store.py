"""A store: where it is, and sessions that read it or append to it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    InterfaceError,
    InvalidRequestError,
    ProgrammingError,
    SQLAlchemyError,
    StatementError,
)

from timeline.errors import (
    FilesDamaged,
    HistoryDamaged,
    Passing,
    StoreDamaged,
    StoreUnavailable,
    TimelineError,
)
from timeline.model.values import is_instant
from timeline.store import engine as db
from timeline.store import sqlite
from timeline.store.engine import streamed

if TYPE_CHECKING:
    from timeline.ingest.draft import Draft
    from timeline.store.append import Appender, Outcome
    from timeline.store.log import Head
    from timeline.store.reader import Reader

Clock = Callable[[], datetime]
Result = TypeVar("Result")


def system_clock() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


class Undo(Exception):
    """Leaves a session that writes without storing anything, with what it found."""

    def __init__(self, result: Any) -> None:
        super().__init__()
        self.result = result


# --- trying again -------------------------------------------------------------------------------
#
# Safe because appending is idempotent: where a commit came through and only its confirmation was lost, the
# second try finds the events and stores nothing twice.


class Patience(Struct, frozen=True):
    """How long to go on trying."""

    lock: float = 30.0
    """Seconds that a transaction waits for another one that writes."""
    seconds: float = 30.0
    """Seconds after which nothing is tried again, the time of the tries included."""
    attempts: int = 20
    first: float = 0.02
    """Seconds to wait before the second try; twice as long each time, cut at random."""
    longest: float = 2.0


def persist(
    attempt: Callable[[], Result],
    passes: Callable[[StoreUnavailable], bool],
    patience: Patience,
) -> Result:
    """What ``attempt`` returns, tried again while it fails for a reason that ``passes``.

    Raises StoreUnavailable, which says how often it was tried, when patience ends.
    """
    failures: list[StoreUnavailable] = []
    try:
        return attempt()
    except StoreUnavailable as error:
        if not passes(error):
            raise
        failures.append(error)

    # imports for 20 ms: only after a failure, which it is told of as the first try
    from tenacity import Retrying, retry_if_exception, wait_random_exponential
    from tenacity.stop import stop_after_attempt, stop_after_delay

    def again() -> Result:
        if failures:
            raise failures.pop()
        return attempt()

    retrying = Retrying(
        retry=retry_if_exception(lambda e: isinstance(e, StoreUnavailable) and passes(e)),
        stop=stop_after_attempt(patience.attempts) | stop_after_delay(patience.seconds),
        wait=wait_random_exponential(multiplier=patience.first, max=patience.longest),
        reraise=True,
    )
    try:
        return retrying(again)
    except StoreUnavailable as error:
        tried = retrying.statistics.get("attempt_number", 1)
        if tried > 1 and passes(error):
            message = f"{error.message} (tried {tried} times)"
            raise StoreUnavailable(message, error.hint, passing=error.passing) from error
        raise


# --- the store ----------------------------------------------------------------------------------


class Store:
    """A log and its projections in one database."""

    def __init__(
        self,
        target: str | Path,
        *,
        clock: Clock = system_clock,
        patience: Patience = Patience(),  # noqa: B008 - it does not change
    ) -> None:
        """Name a store by path (SQLite) or SQLAlchemy URL; nothing is opened yet.

        ``patience`` says how long to go on trying where others write, or a server restarts.
        """
        self.url: URL = db.store_url(str(target))
        self.clock = clock
        self.patience = patience
        self._engines: dict[bool, Engine] = {}
        self._reader: Reader | None = None
        self._reached = False

    @property
    def name(self) -> str:
        """The store for messages: the path, or the URL without its password."""
        return db.display_name(self.url)

    @cached_property
    def is_sqlite(self) -> bool:
        """Whether the store is a file (or memory) of this machine."""
        return db.is_sqlite(self.url)

    @cached_property
    def path(self) -> Path | None:
        """The file of the store, if it is one."""
        database = self.url.database
        if not self.is_sqlite or not database or database == ":memory:":
            return None
        return Path(database)

    def close(self) -> None:
        """Give the connections back."""
        for engine in self._engines.values():
            engine.dispose()
        self._engines.clear()
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _engine(self, *, read_only: bool) -> Engine:
        # what is in memory is gone with its connection: it has one, which writes too
        read_only = read_only and (self.path is not None or not self.is_sqlite)
        if read_only not in self._engines:
            self._engines[read_only] = db.make_engine(
                self.url, read_only=read_only, lock_timeout=self.patience.lock
            )
        return self._engines[read_only]

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A read-only session that sees one state of the store throughout."""
        if self.path is not None and not self.path.exists():
            raise StoreUnavailable(
                f"there is no store at {self.path}",
                "run timeline replay or timeline init to make one, or name another with --db",
            )
        with db.reachable(self.url), self._engine(read_only=True).begin() as connection:
            db.check_schema(connection)
            with named_damage(connection):
                yield connection

    @contextmanager
    def asking(self) -> Iterator[Connection | str | sqlite3.Connection]:
        """Where a query that a person wrote may run, which is no session of this program.

        The path of a file, the database itself if it is in memory, or on PostgreSQL a connection of a login
        that can only read. Raises UnsafeReader where there is no such login.
        """
        if self.is_sqlite:
            with self.reading() as connection:
                memory = connection.connection.driver_connection
            assert isinstance(memory, sqlite3.Connection)
            with db.reachable(self.url):
                yield memory if self.path is None else str(self.path)
            return
        if db.is_parquet(self.url):
            with self.reading() as connection:
                yield connection
            return
        from timeline.store.reader import Reader, identity

        with self.reading() as connection:
            store = identity(connection)
        if self._reader is None:
            self._reader = Reader(self.url, lock_timeout=self.patience.lock)
        with self._reader.connect(store) as connection:
            yield connection

    @contextmanager
    def writing(self, *, create: bool = False) -> Iterator[Connection]:
        """A session that holds the write lock and commits at its end, or leaves no trace.

        ``create`` makes a missing store; an older one is refused, never upgraded on the way.
        """
        path = self.path
        if path is not None and not path.exists():
            if not create:
                raise StoreUnavailable(
                    f"there is no store at {path}", "run timeline init to make one"
                )
            with self._making(path) as connection:
                yield connection
            return
        from timeline.store.histories import lock_log

        with (
            db.reachable(self.url),
            self._engine(read_only=False).begin() as connection,
            named_damage(connection),
        ):
            known = db.is_known_store(connection)
            if create and not known and db.schema_revision(connection) is None:
                db.upgrade(connection)
            lock_log(connection)
            self._reached = True
            yield connection

    @contextmanager
    def appending(self, *, create: bool = False, **how: Any) -> Iterator[Appender]:
        """What appends in one session of :meth:`writing`, opened here and nowhere else.

        ``how`` goes to :class:`~timeline.store.append.Appender`. Whoever appends calls its ``finish``.
        """
        from timeline.store.append import Appender  # reading does without all that checks
        from timeline.store.histories import found_locked

        with self.writing(create=create) as connection:
            yield Appender(connection, found_locked(connection), clock=self.clock, **how)

    @contextmanager
    def _making(self, path: Path) -> Iterator[Connection]:
        """A session that writes a new file, which appears under its name when all is in it.

        A file that others may have opened can never be removed safely; one that nobody knows can.
        """
        new = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
        engine = db.make_engine(db.store_url(str(new)), lock_timeout=self.patience.lock)
        try:
            with db.reachable(self.url), sqlite.unshared(engine), engine.begin() as connection:
                db.upgrade(connection)
                with sqlite.unguarded(connection):
                    yield connection
            engine.dispose()
            _publish(new, path)
        finally:
            engine.dispose()
            _remove_database(new)

    def retrying(self, attempt: Callable[[], Result]) -> Result:
        """Do what writes in one transaction of :meth:`writing`, again where it fails in passing.

        The whole of it must be repeatable. Raises StoreUnavailable when patience ends.
        """

        def passes(error: StoreUnavailable) -> bool:
            reached = self._reached and error.passing is Passing.PERHAPS
            return reached or error.passing is Passing.YES

        return persist(attempt, passes, self.patience)

    def init(self) -> tuple[str | None, str]:
        """Create or upgrade the store; the schema's revisions before and after."""

        def attempt() -> tuple[str | None, str]:
            with db.reachable(self.url), self._engine(read_only=False).begin() as connection:
                return db.upgrade(connection)

        return self.retrying(attempt)

    def append(
        self, drafts: Iterable[Draft], *, expected_version: int | None = None, create: bool = False
    ) -> list[Outcome]:
        """Append drafts in one transaction: all of them, or nothing; again where it fails in passing.

        Raises DataError with every problem, VersionConflict, StoreUnavailable.
        """
        from timeline.store.log import is_in_log

        given = list(drafts)
        before: tuple[list[Outcome], Head] | None = None

        def attempt() -> list[Outcome]:
            nonlocal before
            some = [replace(draft, fields=dict(draft.fields)) for draft in given]
            with self.appending(create=create, expected_version=expected_version) as appender:
                if before is not None and is_in_log(appender.connection, before[1]):
                    return before[0]  # only the confirmation was lost
                outcomes = appender.extend(some)
                before = outcomes, appender.finish()
            return outcomes

        return self.retrying(attempt)

    def size(self, connection: Connection) -> int | None:
        """Bytes of the store on disk; None of one in memory."""
        if db.is_parquet(self.url):
            from timeline.store.sql_duckdb import bytes_of

            return bytes_of(self.url.database or "")
        if not self.is_sqlite:
            return db.size(connection)
        if self.path is None:
            return None
        files = [self.path, Path(f"{self.path}-wal")]
        return sum(file.stat().st_size for file in files if file.exists())


def _publish(new: Path, path: Path) -> None:
    """Give a finished database its name, unless another has it by now."""
    taken = StoreUnavailable(
        f"{path} was made by another program meanwhile", "try again", passing=Passing.YES
    )
    try:
        path.hardlink_to(new)
    except FileExistsError:
        raise taken from None
    except OSError as error:  # a file system without links
        if path.exists():
            raise taken from error
        new.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _remove_database(path: Path) -> None:
    for name in (path, Path(f"{path}-wal"), Path(f"{path}-shm"), Path(f"{path}-journal")):
        name.unlink(missing_ok=True)


# --- damage -------------------------------------------------------------------------------------
#
# What a question computes takes the shape of the log for granted, because every way in has checked it.
# Where a question fails all the same, the log is looked through for the first row that no append can have
# written, then what is computed from it and what is kept of files. Only a failure with a sound store is a
# bug.


_COULD_BE: Final = (
    ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError,
    ValueError, InvalidRequestError, StatementError, msgspec.MsgspecError,
)  # fmt: skip
"""What comes of computing with rows of a wrong shape."""

_OF_DATABASE: Final = (DBAPIError, sqlite3.Error)

_NO_VALUES: Final = (
    DataError, InterfaceError, ProgrammingError,
    sqlite3.DataError, sqlite3.InterfaceError, sqlite3.ProgrammingError,
)  # fmt: skip
"""What the databases say of values that they cannot take."""

_UNDECODABLE: Final = "Could not decode to UTF-8"
"""What the driver of SQLite says of a text that is none."""

LOOKED_THROUGH: Final = 100_000
"""Events up to which a failure compares the history with the log; of longer logs only `verify` does."""


@contextmanager
def named_damage(connection: Connection) -> Iterator[None]:
    """Turn a failure inside into an error that names the damage, where the store has any."""
    try:
        yield
    except TimelineError:
        raise
    except (*_OF_DATABASE, *_COULD_BE) as error:
        if isinstance(error, _OF_DATABASE) and not (
            isinstance(error, _NO_VALUES) or _UNDECODABLE in str(error)
        ):
            raise
        found = _first_damage(connection)
        if found is None:
            raise
        raise found from error


def _first_damage(connection: Connection) -> TimelineError | None:
    """The first damage of a store; None where there is none, or nothing can be read."""
    try:
        with _undecoded(connection):
            return _damage_of_log(connection) or _damage_of_rest(connection)
    except TimelineError as damage:
        return damage
    except SQLAlchemyError:
        return None


@contextmanager
def _undecoded(connection: Connection) -> Iterator[None]:
    """Let texts of SQLite that are none come as bytes, so that the row which has one can be named."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        yield
        return
    driver.text_factory = _text
    try:
        yield
    finally:
        driver.text_factory = str


def _text(data: bytes) -> str | bytes:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data


def _damage_of_log(connection: Connection) -> TimelineError | None:
    from timeline.store.log import check_row, log_row
    from timeline.store.tables import event

    with streamed(connection, sa.select(event).order_by(event.c.position)) as rows:
        for found in rows.mappings():
            check_row(log_row(found))
    return None


def _damage_of_rest(connection: Connection) -> TimelineError | None:
    from timeline.store.companies import verify_identity
    from timeline.store.histories import HINT
    from timeline.store.log import read_head
    from timeline.store.tables import log_head, metadata, projection
    from timeline.store.verify import verify_history

    head = read_head(connection).position
    for table in metadata.sorted_tables:
        reason = _wrong_shape(connection, table)
        if reason is None:
            continue
        if table is log_head or table is projection:
            hint = HINT if table is projection else "restore a backup"
            position: object = head  # which may be what is damaged
            return StoreDamaged(position if isinstance(position, int) else 0, reason, hint)
        if table.name in ("origin_file", "held_event"):
            return FilesDamaged(reason)
        return HistoryDamaged("some subject", reason)
    if head <= LOOKED_THROUGH:
        verify_identity(connection)
        verify_history(connection)
    return None


def _wrong_shape(connection: Connection, table: sa.Table) -> str | None:
    """What is wrong with the first row of a table that has a value of another type than its column."""
    columns: list[sa.Column[Any]] = list(table.columns)
    # without their types: what SQLAlchemy makes of a value depends on what it is
    untyped: list[sa.ColumnElement[Any]] = [sa.literal_column(f'"{c.name}"') for c in columns]
    statement = sa.select(*untyped).select_from(table)
    with streamed(connection, statement) as rows:
        for row in rows:
            for column, value in zip(columns, row, strict=True):
                if not _fits(column, value):
                    return f"a row of {table.name} has {value!r:.60} as its {column.name}"
    return None


def _fits(column: sa.Column[Any], value: Any) -> bool:
    from timeline.store.log import is_day
    from timeline.store.tables import DAY, INSTANT

    if value is None:
        return bool(column.nullable)
    if isinstance(column.type, sa.Boolean):
        return value in (0, 1)
    if isinstance(column.type, sa.Integer):
        return type(value) is int
    if column.type is INSTANT:
        return is_instant(value)
    return is_day(value) if column.type is DAY else isinstance(value, str)
