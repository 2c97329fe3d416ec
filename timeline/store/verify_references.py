"""Proof that what events name is there: companies, sources, targets, and the index of companies."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from timeline.errors import HistoryDamaged, StoreDamaged
from timeline.ingest.draft import TOMBSTONE
from timeline.model.kinds import RECORD_TYPES
from timeline.model.record import ERASED
from timeline.model.values import UNDISCLOSED, Fields
from timeline.store.bulk import among
from timeline.store.companies import (
    companies_of,
    computed_pairs,
    named_by,
    nested,
    read_pairs,
    subjects_with_pairs,
)
from timeline.store.log import LogRow, chunks, log_row, read_row
from timeline.store.tables import event


class References:
    """What the events of one page of the log refer to, as the log has it."""

    def __init__(self, connection: Connection, page: Sequence[LogRow]) -> None:
        contents = {row.position: row.fields for row in page}
        targets = {f["target"] for f in contents.values() if "target" in f}
        self._connection = connection
        self._targets: dict[str, tuple[int, str, str, bool]] = {}
        columns = (event.c.id, event.c.position, event.c.subject, event.c.type, event.c.payload)
        found = connection.execute(
            sa.select(*columns).where(among(connection, event.c.id, targets))
        )
        for id_, position, subject, type_, payload in found:
            self._targets[id_] = (position, subject, type_, payload == TOMBSTONE)
        self._meant = {
            position: self._meant_by(fields)
            for position, fields in contents.items()
            if nested(fields) is not None
        }
        named = {
            name
            for position, fields in contents.items()
            for name in named_by(fields, self._type_of(fields), self._meant.get(position))
        }
        subjects = {f"{what}:{name}" for what, name in named if name != UNDISCLOSED}
        first = sa.select(event.c.subject, sa.func.min(event.c.position)).group_by(event.c.subject)
        self._registered: dict[str, int] = {
            row[0]: row[1]
            for row in connection.execute(first.where(among(connection, event.c.subject, subjects)))
        }
        self._pairs = read_pairs(connection, {row.subject for row in page})
        self._erasures = self._read_erasures(connection, page)

    def _read_erasures(self, connection: Connection, page: Sequence[LogRow]) -> dict[str, int]:
        """The events that were declared erased, of the subjects that any such event is of, and where."""
        subjects = {row.subject for row in page if row.is_erased}
        if not subjects:
            return {}
        statement = sa.select(event).where(
            event.c.type == ERASED, among(connection, event.c.subject, subjects)
        )
        rows = map(log_row, connection.execute(statement).mappings())
        return {row.fields["target"]: row.position for row in rows if not row.is_erased}

    def check(self, row: LogRow) -> None:
        """Raise StoreDamaged, or HistoryDamaged for the index, where something is not there."""
        fields = row.fields
        if row.is_erased:
            if self._erasures.get(row.id, 0) <= row.position:
                raise StoreDamaged(row.position, f"{row.id} is erased, and no event says so")
            return
        if row.type in RECORD_TYPES:
            self._check_target(row, fields["target"])
        types = self._type_of(fields), self._meant.get(row.position)
        for what, name in named_by(fields, *types):
            if what == "company" and name == UNDISCLOSED:
                continue
            position = self._registered.get(f"{what}:{name}")
            if position is None or position >= row.position:
                reason = f'{row.id} names the {what} "{name}", which no event ahead of it registers'
                raise StoreDamaged(row.position, reason)
        missing = companies_of(fields, *types) - self._pairs[row.subject]
        if missing:
            raise HistoryDamaged(row.subject, f'the index lacks its company "{min(missing)}"')

    def _check_target(self, row: LogRow, id_: str) -> None:
        target = self._targets.get(id_)
        if target is None or target[0] >= row.position:
            raise StoreDamaged(row.position, f'{row.id} is about "{id_}", which is not ahead of it')
        if target[1] != row.subject:
            reason = f'{row.id} is about "{id_}", which belongs to {target[1]}'
            raise StoreDamaged(row.position, reason)
        if row.type == ERASED and not target[3]:
            raise StoreDamaged(row.position, f'{row.id} says that "{id_}" is erased, and it is not')

    def _meant_by(self, fields: Fields) -> str | None:
        """The type of the event that a correction of corrections is about in the end."""
        id_, type_ = fields.get("target"), fields["type"]
        while id_ is not None and type_ in RECORD_TYPES:
            row = read_row(self._connection, id_)
            if row is None:
                return None
            type_, id_ = row.type, row.fields.get("target")
        return None if type_ in RECORD_TYPES else str(type_)

    def _type_of(self, fields: Fields) -> str | None:
        target = self._targets.get(fields.get("target", ""))
        return target[2] if target else None


def verify_companies(connection: Connection) -> None:
    """Raise HistoryDamaged for a subject that is found under a company which no event of it names."""
    for subjects in chunks(subjects_with_pairs(connection)):
        computed = computed_pairs(connection, subjects)
        for subject, stored in read_pairs(connection, subjects).items():
            extra = stored - computed.get(subject, set())
            if extra:
                reason = f'the index has the company "{min(extra)}", which no event of it names'
                raise HistoryDamaged(subject, reason)
