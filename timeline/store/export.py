"""Rows of the log on their way out and back in: as lines of JSON, or as the Parquet that an export wrote."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from timeline.errors import DataError, Location, Problem
from timeline.extras import needs
from timeline.ingest.jsonl import export_line
from timeline.store.log import COLUMNS, LogRow

BATCH: Final = 10_000
"""Rows of Parquet that are in memory together."""


def export_row(row: LogRow) -> bytes:
    """The line of one row; :func:`timeline.ingest.jsonl.parse_line` reads it back."""
    fields = row.fields
    if row.is_erased:  # what cannot be computed again
        fields |= {
            "known": row.known, "earliest": row.earliest, "latest": row.latest, "digest": row.digest,
        }  # fmt: skip
    return export_line(
        fields,
        position=row.position,
        recorded=row.recorded,
        hash_=row.hash,
        origin=row.origin,
    )


# --- Parquet ------------------------------------------------------------------------------------


def part_name(position: int) -> str:
    """The name of the file of the log that begins at a position: names sort as positions do."""
    return f"{position:012d}.parquet"


def files_of(folder: Path, relation: str) -> list[Path]:
    """The files of a relation: one of its name, or all in a folder of its name."""
    one = folder / f"{relation}.parquet"
    if one.is_file():
        return [one]
    # Spark's own marks begin with an underscore or a dot
    found = (folder / relation).rglob("*.parquet")
    return sorted(p for p in found if p.name[0] not in "._")


def parquet_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """The events in a file of an exported log, as the lines of JSON that they would be, by position.

    Raises DataError for a file that is no such log, StoreDamaged for a row that cannot be read.
    """
    with needs("tables"):
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile

    try:
        with ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=BATCH, columns=list(COLUMNS)):
                for row in log_rows(batch):
                    yield row.position, export_row(row)
    except (ArrowException, OSError, KeyError) as error:
        message = f"no log in Parquet that is read: {str(error).partition(chr(10))[0]}"
        raise DataError([Problem("unreadable-table", message, Location(str(path)))]) from None


def log_rows(batch: Any) -> Iterator[LogRow]:
    """The rows of an Arrow batch that has the columns of the log, whatever else it has."""
    columns = [texts(batch.column(name)).to_pylist() for name in COLUMNS]
    return (LogRow(*row) for row in zip(*columns, strict=True))


def texts(column: Any) -> Any:
    """An Arrow column with days and instants as the texts of fixed width that the program works with."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_date(column.type):
        return column.cast(pa.string())
    if pa.types.is_timestamp(column.type):
        utc = column.cast(pa.timestamp("us", tz="UTC")).cast(pa.string())
        return pc.replace_substring(utc, " ", "T", max_replacements=1)
    return column
