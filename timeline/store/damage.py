"""A store that something else wrote to: what cannot be read any more is named by its position.

What a question computes takes the shape of the log for granted, because every way in has checked it. Where a
question fails all the same, the log is looked through for the first row that no append can have written, then
what is computed from it and what is kept of files. Only a failure with a sound store is a bug.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, InvalidRequestError, SQLAlchemyError, StatementError

from timeline.errors import FilesDamaged, HistoryDamaged, StoreDamaged, TimelineError
from timeline.model.values import is_instant

_COULD_BE: Final = (
    ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError,
    ValueError, InvalidRequestError, StatementError, msgspec.MsgspecError,
)  # fmt: skip
"""What comes of computing with rows of a wrong shape."""

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
    except (DBAPIError, *_COULD_BE) as error:
        if isinstance(error, DBAPIError) and _UNDECODABLE not in str(error):
            raise
        found = _first_damage(connection)
        if found is None:
            raise
        raise found from error


def _first_damage(connection: Connection) -> TimelineError | None:
    """The first damage of a store; None where there is none, or nothing can be read."""
    try:
        return _damage_of_log(connection) or _damage_of_rest(connection)
    except TimelineError as damage:
        return damage
    except SQLAlchemyError:
        return None


def _damage_of_log(connection: Connection) -> TimelineError | None:
    from timeline.store.rows import log_row, unreadable
    from timeline.store.tables import event

    position = 0
    statement = sa.select(event).order_by(event.c.position)
    with connection.execute(statement.execution_options(yield_per=1000)) as rows:
        for found in rows.mappings():
            position = found["position"] if isinstance(found["position"], int) else position + 1
            try:
                _check(log_row(found))
            except _COULD_BE as error:
                return unreadable(position, str(found["id"]), error)
    return None


def _damage_of_rest(connection: Connection) -> TimelineError | None:
    from timeline.store.histories import HINT
    from timeline.store.identity import verify_identity
    from timeline.store.log import read_head
    from timeline.store.tables import log_head, metadata, projection
    from timeline.store.verify_history import verify_history

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
    try:
        with connection.execute(statement.execution_options(yield_per=1000)) as rows:
            for row in rows:
                for column, value in zip(columns, row, strict=True):
                    if not _fits(column, value):
                        return f"a row of {table.name} has {value!r:.60} as its {column.name}"
    except DBAPIError as error:
        if _UNDECODABLE in str(error):
            return f"a row of {table.name} holds what is no text"
        raise
    return None


def _fits(column: sa.Column[Any], value: Any) -> bool:
    from timeline.store.tables import DAY, INSTANT

    if value is None:
        return bool(column.nullable)
    if isinstance(column.type, sa.Boolean):
        return value in (0, 1)
    if isinstance(column.type, sa.Integer):
        return type(value) is int
    if column.type is INSTANT:
        return is_instant(value)
    return isinstance(value, str) and (column.type is not DAY or _is_day(value))


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _check(row: Any) -> None:
    """Raise ValueError, or what reading it raises, for a row that no append can have written."""
    from timeline.model.kinds import EVENT_TYPES, upcast
    from timeline.model.values import check_subject

    for name in ("known", "recorded"):
        if not is_instant(getattr(row, name)):
            raise ValueError(f'"{getattr(row, name)}" is no instant')
    for day in (row.earliest, row.latest):
        if not isinstance(day, str) or not _is_day(day):
            raise ValueError(f'"{day}" is no day')
    check_subject(row.subject)
    if type(row.version) is not int or type(row.schema_version) is not int:
        raise ValueError("its version is no number")
    if row.type not in EVENT_TYPES:
        raise KeyError(row.type)
    if not row.is_erased:
        msgspec.convert(upcast(row.fields), EVENT_TYPES[row.type])
        if not all(map(is_instant, row.entry.published.values())):
            raise ValueError(f'"{row.told}" does not say when its sources were published')
