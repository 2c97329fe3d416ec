"""Many rows in, as tuples, and many names asked for, each in one statement of few parameters.

SQLAlchemy makes a dictionary into parameters for every row, which takes as long as SQLite takes to
insert it (12 µs); a statement that the driver gets with tuples costs nothing besides. An ``IN`` list is
written out name by name at every execution (7 % of a bulk replay); an array is one parameter.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, cached_property
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

_json: Final = msgspec.json.Encoder().encode

WATCHED: Final = "timeline_watched"
"""What is noted of a connection of which every statement must be seen: somebody has little time."""


def insert_rows(
    connection: Connection, table: sa.Table, rows: Sequence[tuple[Any, ...]], *, new: bool = True
) -> None:
    """Insert rows that hold a value for every column. ``new``: none of them is there already."""
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        # SQLAlchemy's way to the same call takes 40 µs, which in a small append is longer than the insert
        driver: Any = connection.connection.driver_connection
        driver.executemany(_sqlite_insert(table, new), rows)
        return
    from timeline.store import postgresql

    if new and len(rows) > postgresql.FEW:
        postgresql.copy_rows(connection, table, rows)
    else:
        postgresql.insert_rows(connection, table, rows, new=new)


@cache
def _sqlite_insert(table: sa.Table, new: bool) -> str:
    names = ", ".join(column.name for column in table.columns)
    values = ", ".join("?" * len(table.columns))
    conflict = "" if new else " ON CONFLICT DO NOTHING"
    return f"INSERT INTO {table.name} ({names}) VALUES ({values}){conflict}"  # noqa: S608


@contextmanager
def streamed(
    connection: Connection, statement: sa.Executable, parameters: Mapping[str, Any] | None = None
) -> Iterator[Any]:
    """The rows of a statement while they are read, a thousand at a time, closed where nobody reads on.

    A generator that holds them may end long after its session, as where a failure keeps hold of it: on SQLite
    they ended with the session then.
    """
    rows = connection.execute(statement, parameters, execution_options={"yield_per": 1000})
    try:
        yield rows
    finally:
        if not (connection.closed and connection.dialect.name == "sqlite"):
            rows.close()


class Constant:
    """A statement that never changes, written as SQL once.

    The driver gets it as it is: SQLAlchemy's way to the same call takes longer than SQLite takes for the
    statement.
    """

    def __init__(self, statement: sa.Executable) -> None:
        self.statement = statement

    def __call__(self, connection: Connection, **parameters: Any) -> Any:
        """What the statement gives: rows of values."""
        name = connection.dialect.name
        if name == "duckdb" or WATCHED in connection.info:
            return connection.execute(self.statement, parameters)
        if name == "sqlite":
            driver: Any = connection.connection.driver_connection
            return driver.execute(self._sqlite, parameters)
        from timeline.store.postgresql import ask

        return ask(connection, self.postgresql, parameters)

    def later(self, connection: Connection, **parameters: Any) -> None:
        """Execute what gives nothing before anything else is read, and before the commit at the latest."""
        if connection.dialect.name == "sqlite":
            self(connection, **parameters)
            return
        from timeline.store.postgresql import later

        later(connection, self.postgresql, parameters)

    @cached_property
    def postgresql(self) -> str:
        """The statement as the driver of PostgreSQL takes it."""
        from sqlalchemy.dialects.postgresql import psycopg

        assert isinstance(self.statement, sa.ClauseElement)
        return str(self.statement.compile(dialect=psycopg.dialect()))  # type: ignore[no-untyped-call]

    @cached_property
    def _sqlite(self) -> str:
        from sqlalchemy.dialects import sqlite

        assert isinstance(self.statement, sa.ClauseElement)
        compiled = self.statement.compile(
            dialect=sqlite.dialect(paramstyle="named"), compile_kwargs={"render_postcompile": True}
        )
        return str(compiled)


class Asking:
    """A statement about those rows whose column is one of any number of names, built once.

    Building a statement takes several times as long as SQLite takes to answer it. With ``others``, statements
    that give the same columns, all are asked at once, each about names of its own.
    """

    def __init__(
        self,
        statement: sa.Select[Any],
        column: sa.ColumnElement[str],
        *others: tuple[sa.Select[Any], sa.ColumnElement[str]],
    ) -> None:
        self._parts = [(statement, column), *others]

    def __call__(
        self, connection: Connection, *names: Iterable[str], **parameters: Any
    ) -> Iterable[Any]:
        """The rows, as values; ``parameters`` are those that the statement has besides."""
        on_sqlite = connection.dialect.name == "sqlite"
        for number, some in enumerate(names):
            given = list(some)
            parameters[f"names_{number}"] = _json(given).decode() if on_sqlite else given
        ask = self._sqlite if on_sqlite else self._postgresql
        return ask(connection, **parameters)  # type: ignore[no-any-return]

    @cached_property
    def _sqlite(self) -> Constant:
        def among(column: sa.ColumnElement[str], name: str) -> sa.ColumnElement[bool]:
            given: sa.BindParameter[Any] = sa.bindparam(name, type_=sa.Text)
            return column.in_(sa.select(sa.column("value")).select_from(sa.func.json_each(given)))

        return self._about(among)

    @cached_property
    def _postgresql(self) -> Constant:
        from sqlalchemy.dialects import postgresql

        def among(column: sa.ColumnElement[str], name: str) -> sa.ColumnElement[bool]:
            given: sa.BindParameter[Any] = sa.bindparam(name, type_=postgresql.ARRAY(sa.Text))
            return column == sa.any_(given)

        return self._about(among)

    def _about(
        self, among: Callable[[sa.ColumnElement[str], str], sa.ColumnElement[bool]]
    ) -> Constant:
        parts = [
            statement.where(among(column, f"names_{number}"))
            for number, (statement, column) in enumerate(self._parts)
        ]
        return Constant(parts[0] if len(parts) == 1 else sa.union_all(*parts))


def among(
    connection: Connection, column: sa.ColumnElement[str], names: Iterable[str]
) -> sa.ColumnElement[bool]:
    """Whether a column is one of any number of names."""
    if connection.dialect.name == "sqlite":
        text = msgspec.json.encode(list(names)).decode()
        return column.in_(sa.select(sa.column("value")).select_from(sa.func.json_each(text)))
    from sqlalchemy.dialects import postgresql

    return column == sa.any_(sa.cast(list(names), postgresql.ARRAY(sa.Text)))


@contextmanager
def rare_collections() -> Iterator[None]:
    """Look for garbage in cycles rarely: a replay makes millions of objects, and hardly a cycle.

    With the collector off altogether a bulk replay was a quarter faster.
    """
    before = gc.get_threshold()
    gc.set_threshold(100_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


_BITS: Final = 1 << 27


class Seen:
    """A set of names in 16 MB, however many they are, that may take a name for another.

    One bit a name, by its hash (a Bloom filter with one function): of a million names one in a hundred is
    taken for seen, of ten millions one in ten. Who asks looks again where a name may be there.
    """

    def __init__(self) -> None:
        self._bits = bytearray(_BITS >> 3)

    def update(self, names: Iterable[str]) -> None:
        """From now on the names may be there."""
        bits, mask = self._bits, _BITS - 1
        for place in [hash(name) & mask for name in names]:
            bits[place >> 3] |= 1 << (place & 7)

    def __contains__(self, name: str) -> bool:
        """Whether a name may be there."""
        place = hash(name) & (_BITS - 1)
        return bool(self._bits[place >> 3] >> (place & 7) & 1)

    def among(self, names: Iterable[str]) -> list[str]:
        """Those names that may be there; the others were never added."""
        bits, mask = self._bits, _BITS - 1
        return [n for n in names if bits[(p := hash(n) & mask) >> 3] >> (p & 7) & 1]
