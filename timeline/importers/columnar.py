"""Rows of a Parquet file, one batch at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from timeline.errors import DataError, Location, Problem
from timeline.extras import needs
from timeline.importers.cells import Cell, text_of

_BATCH: Final = 1000


@contextmanager
def open_parquet(path: Path) -> Iterator[tuple[list[str], Iterator[list[Cell]]]]:
    """The names of the columns and the rows. Raises DataError for a file that is no Parquet."""
    with needs("tables"):
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile

    try:
        file = ParquetFile(path)
    except (ArrowException, OSError) as error:
        raise DataError([_damage(path, error)]) from None
    with file:
        yield list(file.schema_arrow.names), _rows(path, file)


def _rows(path: Path, file: Any) -> Iterator[list[Cell]]:
    from pyarrow import ArrowException

    try:
        for batch in file.iter_batches(batch_size=_BATCH):
            columns = [[_cell(value) for value in column.to_pylist()] for column in batch.columns]
            yield from map(list, zip(*columns, strict=True))
    except (ArrowException, OSError, ValueError, OverflowError) as error:
        raise DataError([_damage(path, error)]) from None


def _cell(value: Any) -> Cell:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return text_of(value)
    if isinstance(value, float):
        return None if value != value else value  # NaN is how pandas writes an empty cell
    if isinstance(value, int | Decimal | date | datetime):
        return value
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _damage(path: Path, error: Exception) -> Problem:
    message = f"not a Parquet file that is read: {str(error).partition(chr(10))[0]}"
    return Problem("unreadable-table", message, Location(str(path)))
