"""The same deals kept by ``eventsourcing``, on SQLite with the same pragmas."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.sqlite import SQLiteConnection, SQLiteConnectionPool

from benchmarks.stores import PRAGMAS


def deal_id(subject: str) -> UUID:
    """The id that a subject has there."""
    return uuid5(NAMESPACE_URL, subject)


class Deal(Aggregate):
    """A deal whose status is that of its last event, and whose terms are merged: less than our fold does."""

    @event("Opened")
    def __init__(self, subject: str, news: dict[str, Any]) -> None:
        self.subject = subject
        self.status = news["type"]
        self.terms = dict(news)

    @staticmethod
    def create_id(subject: str, news: dict[str, Any]) -> UUID:
        """One deal a subject."""
        return deal_id(subject)

    @event("Told")
    def tell(self, news: dict[str, Any]) -> None:
        """Take in the next event."""
        self.status = news["type"]
        self.terms = {**self.terms, **news}


def application(path: Path) -> Application[Any]:
    """An application whose events are in that file."""
    create = SQLiteConnectionPool._create_connection

    def create_alike(pool: SQLiteConnectionPool) -> SQLiteConnection:
        connection = create(pool)
        for pragma in PRAGMAS:
            connection._sqlite_conn.execute(f"PRAGMA {pragma}")
        return connection

    SQLiteConnectionPool._create_connection = create_alike  # type: ignore[method-assign, assignment]
    return Application(
        env={"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(path)}
    )


def told(subject: str, events: list[dict[str, Any]]) -> Deal:
    """A deal with its events, not saved yet."""
    deal = Deal(subject=subject, news=events[0])
    for news in events[1:]:
        deal.tell(news=news)
    return deal
