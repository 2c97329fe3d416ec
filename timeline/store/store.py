"""A store: where it is, and sessions that read it or append to it."""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec.structs import replace
from sqlalchemy.engine import URL, Connection, Engine

from timeline.errors import Passing, StoreUnavailable
from timeline.store import engine as db
from timeline.store.damage import named_damage
from timeline.store.retry import Patience, persist

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

    @property
    def is_sqlite(self) -> bool:
        """Whether the store is a file (or memory) of this machine."""
        return db.is_sqlite(self.url)

    @property
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
        with db.reachable(self.url), self._engine(read_only=False).begin() as connection:
            if create and db.schema_revision(connection) is None:
                db.upgrade(connection)
            db.check_schema(connection)
            db.lock(connection)
            self._reached = True
            with named_damage(connection):
                yield connection

    @contextmanager
    def appending(self, *, create: bool = False, **how: Any) -> Iterator[Appender]:
        """What appends in one session of :meth:`writing`, opened here and nowhere else.

        ``how`` goes to :class:`~timeline.store.append.Appender`. Whoever appends calls its ``finish``.
        """
        from timeline.store.append import Appender  # reading does without all that checks
        from timeline.store.bulk import rare_collections

        with self.writing(create=create) as connection, rare_collections():
            yield Appender(connection, clock=self.clock, **how)

    @contextmanager
    def _making(self, path: Path) -> Iterator[Connection]:
        """A session that writes a new file, which appears under its name when all is in it.

        A file that others may have opened can never be removed safely; one that nobody knows can.
        """
        new = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        engine = db.make_engine(db.store_url(str(new)), lock_timeout=self.patience.lock)
        try:
            with db.reachable(self.url), engine.begin() as connection:
                db.upgrade(connection)
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
