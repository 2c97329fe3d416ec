"""A log in a few words: append events as people write them, look at what is stored."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

import sqlalchemy as sa

from timeline import Timeline
from timeline.answers.model import CompanyItem
from timeline.errors import DataError
from timeline.ingest.draft import Draft, parse_event
from timeline.ingest.nodes import node_of
from timeline.ingest.shape import Report
from timeline.loading import Replayed, replay_files
from timeline.model.values import Fields
from timeline.store.append import Outcome
from timeline.store.log import Head, LogRow, read_head, read_rows
from timeline.store.store import Store


class Clock:
    """Says what the test sets it to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **step: int) -> None:
        """Let time pass."""
        self.now += timedelta(**step)


def read(fields: Mapping[str, Any]) -> Draft:
    """The draft of an event as people write it, which must be sound by itself."""
    report = Report("a-file")
    draft = parse_event(node_of(dict(fields)), report)
    assert draft is not None, report.problems
    return draft


SOURCE: Fields = {"type": "source_registered", "publisher": "Post", "kind": "news"}
POST = SOURCE | {"id": "post", "subject": "source:post", "published": "2025-01-10"}
WIRE = SOURCE | {"id": "wire", "subject": "source:wire", "published": "2025-01-20"}
ACME = {"type": "company_registered", "id": "acme", "subject": "company:acme", "name": "Acme"}
GLOBEX = {
    "type": "company_registered",
    "id": "globex",
    "subject": "company:globex",
    "name": "Globex",
}
IDENTITY = (POST, WIRE, ACME, GLOBEX)

DEAL: Fields = {
    "type": "deal_announced", "id": "announced", "subject": "deal:widgets", "occurred": "2025-01-09",
    "source": "post", "kind": "supply", "parties": {"acme": ["supplier"], "globex": ["customer"]},
}  # fmt: skip
SIGNED: Fields = {
    "type": "deal_signed", "id": "signed", "subject": "deal:widgets", "occurred": "2025-01-15",
    "source": "wire",
}  # fmt: skip


def correction(target: str, changes: Fields, **more: Any) -> Fields:
    return {"type": "event_corrected", "target": target, "changes": changes} | more


def retraction(target: str, **more: Any) -> Fields:
    return {"type": "event_retracted", "target": target} | more


class World:
    """A store, the clock that it records by, and words for both."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store = store
        self.clock = clock
        self.timeline = Timeline(store)

    # --- writing -------------------------------------------------------------------------------

    def append(self, *events: Fields, expected_version: int | None = None) -> list[Outcome]:
        """Append events in one transaction."""
        drafts = [read(fields) for fields in events]
        return self.store.append(drafts, expected_version=expected_version)

    def refuse(self, *events: Fields) -> list[str]:
        """Try to append events; the codes of the problems, and nothing was stored."""
        return [problem.code for problem in self.problems(*events)]

    def problems(self, *events: Fields) -> list[Any]:
        """The same with the whole problems."""
        before = self.everything()
        try:
            self.append(*events)
        except DataError as error:
            assert self.everything() == before, "nothing at all was stored"
            return error.problems
        raise AssertionError("it was appended")

    def replay(self, data: bytes, **how: Any) -> Replayed:
        """Replay JSONL."""
        return replay_files(self.store, ["-"], stdin=io.BytesIO(data), **how)

    def replay_text(self, folder: Path, text: str, **how: Any) -> Replayed:
        """Replay a fixture file."""
        path = folder / "story.yaml"
        path.write_text(text, encoding="utf-8")
        return replay_files(self.store, [path], **how)

    def execute(self, *statements: str) -> None:
        """Change the database as no part of the program does, past the triggers, which are put back."""
        with self.store.writing() as connection:
            if connection.dialect.name == "sqlite":
                query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
                triggers = connection.exec_driver_sql(query).all()
                away = [f"DROP TRIGGER {name}" for name, _ in triggers]
                back = [sql for _, sql in triggers]
            else:
                query = (
                    "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal"
                    " AND tgrelid IN ('event'::regclass, 'log_head'::regclass)"
                )
                named = connection.exec_driver_sql(query).all()
                away = [f"ALTER TABLE {table} DISABLE TRIGGER {name}" for table, name in named]
                back = [
                    f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}" for table, name in named
                ]
            for each in away:
                connection.exec_driver_sql(each)
            for statement in statements:
                assert connection.execute(sa.text(statement)).rowcount, statement
            for each in back:
                connection.exec_driver_sql(each)

    # --- looking -------------------------------------------------------------------------------

    def rows(self) -> list[LogRow]:
        """The log."""
        with self.store.reading() as connection:
            return list(read_rows(connection))

    def head(self) -> Head:
        with self.store.reading() as connection:
            return read_head(connection)

    def everything(self) -> dict[str, list[Any]]:
        """Every row of every table; of the full-text index what it holds, not how it is laid out."""
        with self.store.reading() as connection:
            found = sorted(sa.inspect(connection).get_table_names())
            tables = [name for name in found if not name.startswith("event_words_")]
            return {
                name: sorted(map(repr, connection.execute(sa.text(f"SELECT * FROM {name}"))))
                for name in tables
            }

    def ids(self) -> list[str]:
        return [row.id for row in self.rows()]

    def row(self, id_: str) -> LogRow:
        """One event of the log."""
        (found,) = [row for row in self.rows() if row.id == id_]
        return found

    def export(self) -> bytes:
        return b"".join(self.timeline.export())

    def item(
        self, subject: str = "deal:widgets", company: str = "acme", **at: Any
    ) -> CompanyItem | None:
        """The item of a subject in a company's state."""
        (answer,) = self.timeline.state(company, **({"on": "2025-12-31"} | at)).companies
        return next((item for item in answer.items if item.subject == subject), None)

    def check(self) -> None:
        """Everything in the store is proved."""
        assert self.timeline.verify().position == self.head().position


Tell: TypeAlias = Callable[[World], None]
"""Fills an empty log: once for all tests that begin with a copy of it."""

MakeWorld: TypeAlias = Callable[..., World]
"""Makes one more log: empty, or as a :data:`Tell` filled it."""


def without(fields: Fields, *names: str) -> Fields:
    return {name: value for name, value in fields.items() if name not in names}
