"""A store that something else wrote to: what cannot be read any more is named by its position.

What a question computes takes the shape of the log for granted, because every way in has checked it. Where a
question fails all the same, the log is looked through for the first row that no append can have written. Only
a failure with a sound log is a bug.
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

from timeline.errors import StoreDamaged, TimelineError

_COULD_BE: Final = (
    ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError,
    ValueError, InvalidRequestError, StatementError, msgspec.MsgspecError,
)  # fmt: skip
"""What comes of computing with rows of a wrong shape."""


@contextmanager
def named_damage(connection: Connection) -> Iterator[None]:
    """Turn a failure inside into a StoreDamaged where the log has a row that no append can have written."""
    try:
        yield
    except (TimelineError, DBAPIError):
        raise
    except _COULD_BE as error:
        found = _first_damage(connection)
        if found is None:
            raise
        raise found from error


def _first_damage(connection: Connection) -> StoreDamaged | None:
    """The first row of the log of a wrong shape; None where there is none, or nothing can be read."""
    from timeline.store.log import read_head
    from timeline.store.rows import log_row, unreadable
    from timeline.store.tables import event

    position = 0
    try:
        read_head(connection)
        statement = sa.select(event).order_by(event.c.position)
        with connection.execute(statement.execution_options(yield_per=1000)) as rows:
            for found in rows.mappings():
                position = found["position"] if isinstance(found["position"], int) else position + 1
                try:
                    _check(log_row(found))
                except StoreDamaged as damage:
                    return damage
                except _COULD_BE as error:
                    return unreadable(position, str(found["id"]), error)
    except StoreDamaged as damage:
        return damage
    except SQLAlchemyError:
        return None
    return None


def _check(row: Any) -> None:
    """Raise ValueError, or what reading it raises, for a row that no append can have written."""
    from timeline.model.kinds import EVENT_TYPES, upcast
    from timeline.model.subject import check_subject
    from timeline.model.values import is_instant

    for name in ("known", "recorded"):
        if not is_instant(getattr(row, name)):
            raise ValueError(f'"{getattr(row, name)}" is no instant')
    for day in (row.earliest, row.latest):
        if date.fromisoformat(day).isoformat() != day:
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
