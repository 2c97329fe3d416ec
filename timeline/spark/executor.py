"""What runs in the executors: the fold over the sorted events of a partition, in flat memory.

Every function here makes another one for ``mapInArrow``: Arrow batches in, Arrow batches out. What the fold
gives are rows of all relations that follow from one subject, each as ``(relation, subject, company, row)``
with the row as a list in JSON, so that one pass serves tables and views. The views are those of the store
itself: an SQLite in memory computes them from the rows of some subjects at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Any, Final, TypeAlias

import msgspec
import sqlalchemy as sa

from timeline.errors import StoreDamaged
from timeline.ingest.draft import as_written
from timeline.model.bitemporal import history
from timeline.model.identity import Identity
from timeline.model.record import Entry
from timeline.store import engine as db
from timeline.store.companies import pairs_of, rows_of
from timeline.store.engine import insert_rows
from timeline.store.export import log_rows, texts
from timeline.store.full_text import words_of_event
from timeline.store.histories import (
    evidence_values,
    has_evidence,
    is_projected,
    party_values,
    row_values,
)
from timeline.store.log import ENTRY_COLUMNS, Head, check_link, entry_of
from timeline.store.tables import (
    company_handle,
    company_identity,
    party_history,
    subject_company,
    subject_evidence,
    subject_history,
)
from timeline.store.views import views

Batches: TypeAlias = Iterator[Any]
Job: TypeAlias = Callable[[Batches], Batches]

FOLDED: Final = "relation string, subject string, company string, row string"
"""The columns of what the fold gives."""

VIEWS: Final = tuple(
    view for view in views.tables.values()
    if view.name != "event_log" and not view.name.startswith("current_")
)  # fmt: skip
"""The views that follow from the histories of single subjects."""

FOLDED_TABLES: Final = (
    subject_history, party_history, subject_evidence, subject_company, company_handle
)  # fmt: skip

ROWS: Final = 4000
"""Rows of histories whose views are computed together."""

MARK: Final = "timeline-position"
"""Before the position and the reason in the message of what an executor found damaged."""

_names: Final = [column.name for column in ENTRY_COLUMNS]
_json: Final = msgspec.json.Encoder().encode

Folded: TypeAlias = tuple[str, str, str, str]


def damage(error: StoreDamaged) -> RuntimeError:
    """A failure as it comes back to the driver, which sees nothing of it but text."""
    reason = error.message.partition(": ")[2]
    return RuntimeError(f"{MARK} {error.position} {msgspec.json.encode(reason).decode()}")


JSON_COLUMNS: Final = ("payload", "told")
"""The columns of the log that are ``jsonb`` on PostgreSQL."""


def as_written_job(batches: Batches) -> Batches:
    """Rows of the log as PostgreSQL gives them, with their JSON as it was appended."""
    import pyarrow as pa

    for batch in batches:
        for name in JSON_COLUMNS:
            given = batch.column(name).to_pylist()
            written = [None if text is None else as_written(text.encode()) for text in given]
            place = batch.schema.get_field_index(name)
            batch = batch.set_column(place, name, pa.array(written, pa.string()))
        yield batch


def fold_job(one: Identity) -> Job:
    """Fold the events of a partition, which come sorted by subject and position.

    Raises for the first event that does not, since a fold in another order gives other rows, silently.
    """

    def job(batches: Batches) -> Batches:
        with ExitStack() as stack:
            views_of = _Views(stack, one)
            lot: list[Folded] = []
            for entries in subjects(batches):
                lot += views_of.fold(entries)
                if len(lot) >= ROWS:
                    yield _folded(lot + views_of.rows())
                    lot = []
            yield _folded(lot + views_of.rows())

    return job


def subjects(batches: Batches) -> Iterator[list[Entry]]:
    """The entries of one subject after the other, from batches that any of them may cross."""
    pending: list[Entry] = []
    last = ("", 0)
    try:
        for batch in batches:
            columns = [texts(batch.column(name)).to_pylist() for name in _names]
            for row in zip(*columns, strict=True):
                entry = entry_of(row)
                here = (entry.subject, entry.position)
                if here <= last:
                    reason = f"it comes after position {last[1]} of {last[0]}: the sort is broken"
                    raise StoreDamaged(entry.position, reason)
                if pending and entry.subject != last[0]:
                    yield pending
                    pending = []
                pending.append(entry)
                last = here
    except StoreDamaged as error:
        raise damage(error) from error
    if pending:
        yield pending


class _Views:
    """Folds subjects, and computes the views of what was folded since the last time."""

    def __init__(self, stack: ExitStack, one: Identity) -> None:
        self.one = one
        engine = db.make_engine(db.store_url(db.MEMORY))
        stack.callback(engine.dispose)
        self.connection = stack.enter_context(engine.connect())
        db.upgrade(self.connection)
        insert_rows(self.connection, company_identity, sorted(one.first.items()))
        self._new: dict[sa.Table, list[tuple[Any, ...]]] = {subject_history: [], party_history: []}

    def fold(self, entries: Sequence[Entry]) -> Iterator[Folded]:
        """The rows of the tables that follow from all events of a subject."""
        subject = entries[0].subject
        if not is_projected(subject):
            return
        made = history(entries, one=self.one)
        found: list[tuple[sa.Table, list[tuple[Any, ...]]]] = [
            (subject_history, [row_values(subject, row) for row in made.rows]),
            (party_history, [party_values(subject, party) for party in made.parties]),
            (subject_company, list(pairs_of(entries))),
        ]
        if has_evidence(subject):
            found.append((subject_evidence, [evidence_values(entries)]))
        if subject.startswith("company:"):
            found.append((company_handle, [tuple(row) for row in rows_of(subject, entries)]))
        for table, rows in found:
            if table in self._new:
                self._new[table] += rows
            yield from _rows(table, rows, subject)

    def rows(self) -> list[Folded]:
        """The rows of all views, of what was folded since this was called last."""
        if not self._new[subject_history]:
            return []
        found: list[Folded] = []
        for table, rows in self._new.items():
            insert_rows(self.connection, table, rows)
            rows.clear()
        for view in VIEWS:
            columns = ", ".join(f'"{name}"' for name in _names_of(view))
            asked = f"SELECT {columns} FROM {view.name}"  # noqa: S608 - our own names
            found += _rows(view, map(tuple, self.connection.exec_driver_sql(asked)))
        for table in self._new:
            self.connection.execute(sa.delete(table))
        return found


def _names_of(table: sa.Table) -> list[str]:
    return [column.name for column in table.columns]


def _rows(
    table: sa.Table, rows: Iterable[tuple[Any, ...]], subject: str | None = None
) -> Iterator[Folded]:
    names = _names_of(table)
    company = names.index("company") if "company" in names else None
    own = names.index("subject") if "subject" in names else None
    for row in rows:
        about = "" if company is None else row[company]
        whose = row[own] if own is not None else subject or f"company:{about}"
        yield table.name, whose, about, _json(row).decode()


def _folded(rows: list[Folded]) -> Any:
    import pyarrow as pa

    names = ("relation", "subject", "company", "row")
    columns = list(zip(*rows, strict=True)) if rows else [()] * 4
    return pa.record_batch([pa.array(column, pa.string()) for column in columns], names=names)


def rows_job(kinds: Mapping[str, str]) -> Job:
    """Make columns of the rows of one relation again."""

    def job(batches: Batches) -> Batches:
        import pyarrow as pa

        from timeline.render.parquet import array_of

        decode = msgspec.json.Decoder(list[Any]).decode
        for batch in batches:
            rows = [decode(row) for row in batch.column("row").to_pylist()]
            columns = list(zip(*rows, strict=True)) if rows else [()] * len(kinds)
            arrays = [
                array_of(list(column), kind)
                for column, kind in zip(columns, kinds.values(), strict=True)
            ]
            yield pa.record_batch(arrays, names=list(kinds))

    return job


def words_job(batches: Batches) -> Batches:
    """The words of events, by position, as the full-text index has them."""
    import pyarrow as pa

    for batch in batches:
        found = []
        try:
            for row in log_rows(batch):
                if not row.is_erased:
                    words = words_of_event(row.fields, first=row.version == 1)
                    found.append((row.position, words))
        except StoreDamaged as error:
            raise damage(error) from error
        positions, words_of = zip(*found, strict=True) if found else ((), ())
        yield pa.record_batch(
            [pa.array(positions, pa.int64()), pa.array(words_of, pa.string())],
            names=["position", "words"],
        )


# --- proof --------------------------------------------------------------------------------------

BORDER: Final = (
    "position bigint, recorded string, hash string, digest string, id string, "
    "last_position bigint, last_recorded string, last_hash string"
)
"""The first event of a partition of positions, and where it ends."""


def proof_job(anchor: int) -> Job:
    """Prove the rows of a partition, sorted by position; give its borders, and the row of an anchor."""

    def job(batches: Batches) -> Batches:
        first: tuple[Any, ...] | None = None
        found: list[tuple[Any, ...]] = []
        head: Head | None = None
        try:
            for batch in batches:
                for row in log_rows(batch):
                    head = check_link(row, head, as_bytes=True)
                    one = (row.position, row.recorded, row.hash, row.digest, row.id)
                    first = first or one
                    if row.position == anchor:
                        found.append((*one, None, None, None))
        except StoreDamaged as error:
            raise damage(error) from error
        if first is not None and head is not None:
            found.append((*first, head.position, head.recorded, head.hash))
        yield _border(found)

    return job


def _border(rows: list[tuple[Any, ...]]) -> Any:
    import pyarrow as pa

    names = [part.split()[0] for part in BORDER.split(", ")]
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    types = [pa.int64() if "position" in name else pa.string() for name in names]
    return pa.record_batch(
        [pa.array(column, type_) for column, type_ in zip(columns, types, strict=True)],
        names=names,
    )
