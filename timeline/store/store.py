"""A store: where it is, and sessions that read it or append to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.engine import URL, Connection, Engine

from timeline.errors import StoreUnavailable
from timeline.store import engine as db

if TYPE_CHECKING:
    from timeline.codec.parse import Draft
    from timeline.store.append import Outcome

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


class Store:
    """A log and its projections in one database."""

    def __init__(self, target: str | Path, *, clock: Clock = system_clock) -> None:
        """Name a store by path (SQLite) or SQLAlchemy URL; nothing is opened yet."""
        self.url: URL = db.store_url(str(target))
        self.clock = clock
        self._engines: dict[bool, Engine] = {}

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

    def _engine(self, *, read_only: bool) -> Engine:
        # what is in memory is gone with its connection: it has one, which writes too
        read_only = read_only and (self.path is not None or not self.is_sqlite)
        if read_only not in self._engines:
            self._engines[read_only] = db.make_engine(self.url, read_only=read_only)
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
            yield connection

    @contextmanager
    def writing(self, *, create: bool = False) -> Iterator[Connection]:
        """A session that holds the write lock and commits at its end, or leaves no trace.

        ``create`` makes a missing store; an older one is refused, never upgraded on the way.
        """
        path = self.path
        made = path is not None and not path.exists()
        if made and not create:
            raise StoreUnavailable(f"there is no store at {path}", "run timeline init to make one")
        try:
            with db.reachable(self.url), self._engine(read_only=False).begin() as connection:
                if create and db.schema_revision(connection) is None:
                    db.upgrade(connection)
                db.check_schema(connection)
                yield connection
        except BaseException:
            if made and path is not None:
                self.close()
                _remove_database(path)
            raise

    def init(self) -> tuple[str | None, str]:
        """Create or upgrade the store; the schema's revisions before and after."""
        with db.reachable(self.url), self._engine(read_only=False).begin() as connection:
            return db.upgrade(connection)

    def append(
        self, drafts: Iterable[Draft], *, expected_version: int | None = None, create: bool = False
    ) -> list[Outcome]:
        """Append drafts in one transaction: all of them, or nothing.

        Raises DataError with every problem, VersionConflict, StoreUnavailable.
        """
        from timeline.store.append import Appender  # reading does without all that checks

        with self.writing(create=create) as connection:
            appender = Appender(connection, clock=self.clock, expected_version=expected_version)
            outcomes = appender.extend(drafts)
            appender.finish()
            return outcomes

    def size(self) -> int | None:
        """Bytes of the store on disk, where it is a file."""
        if self.path is None:
            return None
        files = [self.path, Path(f"{self.path}-wal")]
        return sum(file.stat().st_size for file in files if file.exists())


def _remove_database(path: Path) -> None:
    for name in (path, Path(f"{path}-wal"), Path(f"{path}-shm"), Path(f"{path}-journal")):
        name.unlink(missing_ok=True)
