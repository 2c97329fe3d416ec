"""The same on PostgreSQL: bulk replay against a raw COPY, and appends against ``eventsourcing``.

The server is the one that the tests start, with nothing forced to disk, for both sides alike: what is
compared is the work, and a server's durability is its own.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from eventsourcing.application import Application
from sqlalchemy.engine import URL

from benchmarks.append import appends
from benchmarks.bulk import in_turn
from benchmarks.claim import Claim
from benchmarks.stores import news, seconds
from tests.databases import RUN, Server, own_server, url_text
from timeline.loading import replay_files
from timeline.store.store import Store

COPY = "COPY event FROM STDIN"


def measure(quick: bool) -> list[Claim]:
    """Both sides in turn, each in a database of its own."""
    with tempfile.TemporaryDirectory() as name, server_for(Path(name)) as server:
        folder = Path(name)
        return [
            _bulk(server.url, folder, 10_000 if quick else 100_000, 1 if quick else 5),
            _append(server.url, 1 if quick else 5),
        ]


@contextmanager
def server_for(folder: Path) -> Iterator[Server]:
    """A server of its own, whose programs may be copied to where another user may see them."""
    before = os.environ.get(RUN)
    run = Path(tempfile.mkdtemp(prefix="timeline-bench-"))
    run.chmod(0o755)
    os.environ[RUN] = str(run)
    try:
        with own_server() as server:
            yield server
    finally:
        os.environ.pop(RUN)
        if before is not None:
            os.environ[RUN] = before
        shutil.rmtree(run, ignore_errors=True)


def new_database(server: URL, name: str) -> URL:
    """An empty database, whatever there was before under the name."""
    with psycopg.connect(url_text(server.set(database="postgres")), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0".encode())
    return server.set(database=name)


def _store(server: URL, name: str) -> Store:
    store = Store(url_text(new_database(server, name)))
    store.init()
    return store


def _bulk(server: URL, folder: Path, count: int, rounds: int) -> Claim:
    path = news(folder, count)

    def replay() -> float:
        store = _store(server, "bulk")
        took = seconds(lambda: replay_files(store, [path]))
        store.close()
        return took

    return in_turn(
        f"bulk replay of {count:,} events on PostgreSQL",
        "a raw COPY of the same rows into the same table",
        count, rounds, replay, lambda: _raw_copy(server), 0.25,
    )  # fmt: skip


def _raw_copy(server: URL) -> float:
    with psycopg.connect(url_text(server.set(database="bulk"))) as source:
        rows = source.execute("SELECT * FROM event ORDER BY position").fetchall()
        named = source.execute("SELECT * FROM event LIMIT 0").description or ()
        payload = [column.name for column in named].index("payload")
    # as text, which is what COPY takes
    texts = [
        (*row[:payload], psycopg.types.json.Jsonb(row[payload]), *row[payload + 1 :])
        for row in rows
    ]
    _store(server, "raw").close()
    with psycopg.connect(url_text(server.set(database="raw"))) as target:

        def copy() -> None:
            with target.cursor() as cursor, cursor.copy(COPY) as stream:
                for row in texts:
                    stream.write_row(row)
            target.commit()

        return seconds(copy)


def _append(server: URL, rounds: int) -> Claim:
    store = _store(server, "append")
    where: dict[str, Any] = {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": str(new_database(server, "peer").database),
        "POSTGRES_HOST": str(server.query["host"]),
        "POSTGRES_PORT": "5432",
        "POSTGRES_USER": str(server.username),
        "POSTGRES_PASSWORD": "none",
    }
    app: Application[Any] = Application(env=where)
    try:
        return appends(
            store, app, rounds, "append on PostgreSQL, 4 events a transaction, with history",
            "`eventsourcing` on PostgreSQL, without any projection", bound=0.9,
        )  # fmt: skip
    finally:
        app.close()
        store.close()
