"""Rows as Parquet, for DuckDB, Polars, Spark and pandas: typed, compressed, batch by batch."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

import msgspec

from timeline.extras import needs

BATCH: Final = 10_000
"""Rows that are in memory together, and in a row group."""

Kinds = Mapping[str, str]
"""What every column holds: text, integer, number, boolean, day or instant."""


def write_parquet(
    path: Path,
    rows: Iterable[Mapping[str, Any]],
    columns: Sequence[str],
    kinds: Kinds | None = None,
    meanings: Mapping[str, str] | None = None,
) -> int:
    """Write a file of rows and return how many there were; raises MissingExtra without pyarrow.

    Without ``kinds`` a column has the narrowest type that holds all its values, which takes a second pass,
    over a copy on disk. ``meanings`` go into the schema, by column; that of the table has no name ("").
    """
    with needs("tables"):
        import pyarrow as pa
        import pyarrow.parquet as pq
    if kinds is None:
        with tempfile.TemporaryFile() as spool:
            found = _spool(rows, columns, spool)
            spool.seek(0)
            kept = (dict(zip(columns, msgspec.json.decode(line), strict=True)) for line in spool)
            return write_parquet(path, kept, columns, found, meanings)
    types = arrow_types()
    said = meanings or {}
    schema = pa.schema(
        [
            pa.field(name, types[kinds[name]], metadata=_metadata(said.get(name)))
            for name in columns
        ],
        metadata=_metadata(said.get("")),
    )
    count = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in _batches(rows):
            count += len(batch)
            arrays = [
                array_of([row[field.name] for row in batch], kinds[field.name]) for field in schema
            ]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
    return count


def _batches(rows: Iterable[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    found = iter(rows)
    while batch := list(islice(found, BATCH)):
        yield batch


def _metadata(meaning: str | None) -> dict[str, str] | None:
    return {"meaning": meaning} if meaning else None


def arrow_types() -> dict[str, Any]:
    """The Arrow type of each kind of column."""
    import pyarrow as pa

    return {
        "text": pa.string(), "integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_(),
        "day": pa.date32(), "instant": pa.timestamp("us", tz="UTC"),
    }  # fmt: skip


def array_of(values: list[Any], kind: str) -> Any:
    """An Arrow column of one kind, from the values of a database."""
    import pyarrow as pa

    type_ = arrow_types()[kind]
    if kind in ("day", "instant"):
        return pa.array(values, pa.string()).cast(type_)
    if kind == "number":
        return pa.array([None if v is None else float(v) for v in values], type_)
    if kind == "boolean":
        return pa.array([None if v is None else bool(v) for v in values], type_)
    if kind == "text":
        return pa.array([v if v is None or isinstance(v, str) else str(v) for v in values], type_)
    return pa.array(values, type_)


def _spool(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], spool: Any) -> Kinds:
    """Keep the rows on disk, and tell what every column holds."""
    kinds: dict[str, set[str]] = {name: set() for name in columns}
    for row in rows:
        for name in columns:
            kinds[name].add(_kind(row[name]))
        spool.write(msgspec.json.encode([row[name] for name in columns]) + b"\n")
    return {name: _common(found - {""}) for name, found in kinds.items()}


def _kind(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, int):
        return "integer" if -(2**63) <= value < 2**63 else "text"
    return "number" if isinstance(value, float) else "text"


def _common(kinds: set[str]) -> str:
    if len(kinds) == 1:
        return kinds.pop()
    return "number" if kinds == {"integer", "number"} else "text"
