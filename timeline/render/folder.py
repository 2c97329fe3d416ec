"""The log and the views as a folder of Parquet files, there whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from msgspec.structs import asdict
from sqlalchemy.engine import Connection

from timeline.answers.query import Rows
from timeline.errors import InvalidValue
from timeline.extras import needs
from timeline.render.parquet import write_parquet
from timeline.store.export import files_of, part_name
from timeline.store.full_text import words_of_event
from timeline.store.log import read_rows
from timeline.store.meanings import meaning_of
from timeline.store.tables import (
    DAY,
    INSTANT,
    company_handle,
    company_identity,
    event,
    event_words,
    log_head,
    party_history,
    subject_company,
    subject_evidence,
    subject_history,
)
from timeline.store.views import views

RELATIONS: Final[tuple[sa.Table, ...]] = (
    event,
    event_words,
    log_head,
    subject_company,
    company_handle,
    company_identity,
    subject_history,
    party_history,
    subject_evidence,
    *(view for view in views.tables.values() if not view.name.startswith("current_")),
)
"""What is written, under its name. Views of today are a filter on the others."""

PART: Final = 250_000
"""Events in one file of the log, each named after its first position; every other relation is one file."""

FILES: Final = frozenset([event.name, *(f"{table.name}.parquet" for table in RELATIONS)])


def write_folder(
    connection: Connection, ask: Callable[[str], Rows], folder: Path
) -> dict[str, int]:
    """Write all relations, and return how many rows each has; ``ask`` answers a query in the session.

    The log is a folder of files, the rest a file each. An earlier export is replaced at the end. Raises
    InvalidValue for a folder that holds anything else.
    """
    folder = folder.resolve()  # a link stays a link
    if folder.exists() and not (folder.is_dir() and {p.name for p in folder.iterdir()} <= FILES):
        raise InvalidValue(
            f"{folder} holds something else than an export", "name a new folder after --to"
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    before = folder.with_name(f".{folder.name}.{os.getpid()}.old")
    partial.mkdir()
    try:
        counts = {table.name: _write(connection, ask, table, partial) for table in RELATIONS}
        if folder.exists():
            folder.rename(before)
        partial.rename(folder)
    except BaseException:
        if before.exists() and not folder.exists():
            before.rename(folder)
        raise
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        shutil.rmtree(before, ignore_errors=True)
    return counts


def write_delta(connection: Connection, ask: Callable[[str], Rows], folder: Path) -> dict[str, int]:
    """Write all relations as tables of Delta Lake, each a folder; the rows of each.

    Tables that are there get a new version each, one after the other. What Delta calls time travel is
    between these versions: recorded time, and nothing of the days and instants in the columns. Raises
    MissingExtra without deltalake.
    """
    with needs("delta"):
        from deltalake import write_deltalake
        from pyarrow import dataset
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        counts = write_folder(connection, ask, Path(name) / "tables")
        for table in RELATIONS:
            files = files_of(Path(name) / "tables", table.name)
            found = dataset.dataset([str(path) for path in files])
            write_deltalake(folder / table.name, found.scanner().to_reader(), mode="overwrite")
    return counts


def _write(
    connection: Connection, ask: Callable[[str], Rows], table: sa.Table, folder: Path
) -> int:
    columns = [column.name for column in table.columns]
    meanings = {name: meaning_of(table.name, name) or "" for name in columns}
    meanings[""] = meaning_of(table.name) or ""
    kinds = kinds_of(table)

    def write(file: Path, rows: Iterator[Mapping[str, Any]]) -> int:
        return write_parquet(file, rows, columns, kinds, meanings)

    if table is event:
        (folder / table.name).mkdir()
        return sum(
            write(folder / table.name / part_name(first), part)
            for first, part in _parts(map(asdict, read_rows(connection)))
        )
    file = folder / f"{table.name}.parquet"
    if table is event_words:
        return write(file, _words(connection))
    # what is asked for together lies together: a reader skips the rest by its least and greatest value
    order = ("position",) if "position" in columns else (*table.primary_key.columns.keys(),)
    by = f" ORDER BY {', '.join(order)}" if order else ""
    asked = f"SELECT {', '.join(columns)} FROM {table.name}{by}"  # noqa: S608 - our own names
    return write(file, iter(ask(asked)))


def _parts(
    rows: Iterator[dict[str, Any]],
) -> Iterator[tuple[int, Iterator[Mapping[str, Any]]]]:
    """The log in parts, each with its first position; of an empty log one empty part."""
    found = next(rows, None)
    if found is None:
        yield 1, iter(())
    while found is not None:
        yield found["position"], chain([found], islice(rows, PART - 1))
        found = next(rows, None)


def _words(connection: Connection) -> Iterator[Mapping[str, Any]]:
    """The words of every event: the index of a database can be asked, but not read."""
    for row in read_rows(connection):
        if not row.is_erased:
            words = words_of_event(row.fields, first=row.version == 1)
            yield {"position": row.position, "words": words}


def kinds_of(table: sa.Table) -> dict[str, str]:
    """What every column of a relation holds, as :mod:`timeline.render.parquet` writes it."""
    return {column.name: _kind(column.type) for column in table.columns}


def _kind(type_: sa.types.TypeEngine[Any]) -> str:
    if type_ is DAY:
        return "day"
    if type_ is INSTANT:
        return "instant"
    if isinstance(type_, sa.Boolean):
        return "boolean"
    if isinstance(type_, sa.Integer):
        return "integer"
    return "number" if isinstance(type_, sa.Numeric) else "text"
