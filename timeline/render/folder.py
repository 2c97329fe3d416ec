"""The log and the views as a folder of Parquet files, there whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from timeline.answers.query import Rows
from timeline.errors import InvalidValue
from timeline.render.parquet import write_parquet
from timeline.store.meanings import meaning_of
from timeline.store.tables import DAY, INSTANT, event, party_history, subject_history
from timeline.store.views import views

RELATIONS: Final[tuple[sa.Table, ...]] = (
    event,
    subject_history,
    party_history,
    *(view for view in views.tables.values() if not view.name.startswith("current_")),
)
"""What is written: each becomes a file of its name. Views of today are a filter on the others."""

FILES: Final = frozenset(f"{table.name}.parquet" for table in RELATIONS)


def write_folder(ask: Callable[[str], Rows], folder: Path) -> dict[str, int]:
    """Write a file a relation, and return how many rows each has; ``ask`` answers a query.

    An earlier export is replaced at the end. Raises InvalidValue for a folder that holds anything else.
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
        counts = {table.name: _write(ask, table, partial) for table in RELATIONS}
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


def _write(ask: Callable[[str], Rows], table: sa.Table, folder: Path) -> int:
    columns = [column.name for column in table.columns]
    order = " ORDER BY position" if "position" in columns else ""
    rows = ask(f"SELECT {', '.join(columns)} FROM {table.name}{order}")  # noqa: S608 - our own names
    meanings = {name: meaning_of(table.name, name) or "" for name in columns}
    meanings[""] = meaning_of(table.name) or ""
    kinds = {column.name: _kind(column.type) for column in table.columns}
    return write_parquet(folder / f"{table.name}.parquet", rows, columns, kinds, meanings)


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
