"""The words of every event, in the full-text index of the database: FTS5 on SQLite, tsvector on PostgreSQL.

Words are split and folded by :func:`timeline.model.names.words_of`, so that both databases find the same.
The index holds what the log holds, and nothing of an event that was erased.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, TypeAlias

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from timeline.errors import HistoryDamaged
from timeline.ingest.draft import words_of_fields
from timeline.model.names import LONGEST, words_of
from timeline.model.values import Fields
from timeline.store.engine import insert_rows
from timeline.store.log import LogRow, chunks, read_rows
from timeline.store.tables import event, event_words

MOST: Final = 50_000
"""The newest events with a word that are looked at: a word that more have says little."""


def words_of_event(fields: Fields, *, first: bool) -> str:
    """The words of an event, with a space between; ``first``: those of its subject's name too."""
    return with_subject(words_of_fields(fields), fields["subject"] if first else None)


def with_subject(words: str, subject: str | None) -> str:
    """Words of an event, and those of the name of its subject where that is given."""
    if subject is None:
        return words
    slug = subject.partition(":")[2]
    plain = slug.replace("-", "")
    if plain.isascii() and plain.isalnum() and len(slug) <= LONGEST:  # lower case, as every slug is
        named = slug.split("-")
    else:
        named = words_of([slug])
    found = set(words.split())
    if found.issuperset(named):
        return words
    return " ".join(sorted(found.union(named)))


# --- writing --------------------------------------------------------------------------------------


def insert_words(connection: Connection, rows: Sequence[tuple[int, str]]) -> None:
    """Add the words of events, as :func:`words_of_event` gives them, by their positions."""
    rows = [row for row in rows if row[1]]
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        driver: Any = connection.connection.driver_connection
        driver.executemany("INSERT INTO event_words (rowid, words) VALUES (?, ?)", rows)
        return
    words_of_rows = [(place, _lexemes(words.split())) for place, words in rows]
    insert_rows(connection, event_words, words_of_rows)


def _lexemes(words: Iterable[str]) -> str:
    return " ".join(f"'{word}'" for word in words)  # letters and digits: nothing to escape


def forget_words(connection: Connection, row: LogRow) -> None:
    """Take the words of an event out of the index, which is asked before the event is erased.

    What they leave behind in the files of SQLite is gone once the index is merged, which is done too.
    """
    if connection.dialect.name != "sqlite":
        own = event_words.c.position == row.position
        connection.execute(sa.delete(event_words).where(own))
        return
    words = words_of_event(row.fields, first=row.version == 1)
    if not words:
        return
    driver: Any = connection.connection.driver_connection
    gone = "INSERT INTO event_words (event_words, rowid, words) VALUES ('delete', ?, ?)"
    driver.execute(gone, (row.position, words))
    driver.execute("INSERT INTO event_words (event_words) VALUES ('optimize')")


def rewrite_words(connection: Connection) -> None:
    """Write the whole index anew from the log."""
    if connection.dialect.name == "sqlite":
        driver: Any = connection.connection.driver_connection
        driver.execute("INSERT INTO event_words (event_words) VALUES ('delete-all')")
    else:
        connection.execute(sa.delete(event_words))
    for page in _pages(connection):
        insert_words(connection, page)


def _pages(connection: Connection) -> Iterator[list[tuple[int, str]]]:
    """The words of all events that were not erased, page by page, so that rows can be written between."""
    after = 0
    while True:
        page = list(read_rows(connection, event.c.position <= after + 1000, after=after))
        if not page:
            return
        yield [
            (row.position, words_of_event(row.fields, first=row.version == 1))
            for row in page
            if not row.is_erased
        ]
        after = page[-1].position


# --- reading --------------------------------------------------------------------------------------


def positions_with(
    connection: Connection, words: Sequence[str], *, prefix: bool = False
) -> list[int]:
    """The newest events that have all of some words, or words that begin so, newest first."""
    if not words:
        return []
    if connection.dialect.name == "duckdb":
        end = "" if prefix else " "
        own = sa.literal(" ") + event_words.c.words + " "
        found = sa.select(event_words.c.position).where(
            *(sa.func.contains(own, f" {word}{end}") for word in words)
        )
        found = found.order_by(event_words.c.position.desc()).limit(MOST)
        return list(connection.scalars(found))
    if connection.dialect.name == "sqlite":
        end = "*" if prefix else ""
        asked = " AND ".join(f'"{word}"{end}' for word in words)
        statement = _SQLITE
    else:
        end = ":*" if prefix else ""
        asked = " & ".join(f"'{word}'{end}" for word in words)
        statement = _POSTGRESQL
    return list(connection.scalars(statement, {"asked": asked, "most": MOST}))


_SQLITE: Final = sa.text(
    "SELECT rowid FROM event_words WHERE event_words MATCH :asked ORDER BY rowid DESC LIMIT :most"
)
_POSTGRESQL: Final = sa.text(
    "SELECT position FROM event_words WHERE words @@ CAST(:asked AS tsquery) "
    "ORDER BY position DESC LIMIT :most"
)


WordSums: TypeAlias = dict[int, int]
"""For each thousand positions the sum of the hashes of their words, each with its position."""


def sums_of_words(connection: Connection) -> WordSums | None:
    """What the whole index of SQLite has, summed up in one pass; None on other databases.

    To ask FTS5 for the words of one event walks through the events that have any of them: of 200,000 events
    that took 110 s of processor time, where this pass takes one.
    """
    if connection.dialect.name != "sqlite":
        return None
    driver: Any = connection.connection.driver_connection
    (only_reads,) = driver.execute("PRAGMA query_only").fetchone()
    driver.execute("PRAGMA query_only=OFF")  # for a name that this connection alone sees
    try:
        driver.execute(
            "CREATE VIRTUAL TABLE IF NOT EXISTS temp.indexed_words "
            "USING fts5vocab(main, event_words, instance)"
        )
        sums: WordSums = {}
        for word, position in driver.execute("SELECT term, doc FROM temp.indexed_words"):
            part = _part(position)
            sums[part] = sums.get(part, 0) + hash((word, position))
        driver.execute("DROP TABLE temp.indexed_words")
    finally:
        driver.execute(f"PRAGMA query_only={only_reads}")
    return sums


def _part(position: int) -> int:
    return (position - 1) // 1000


def verify_words(
    connection: Connection, page: Sequence[LogRow], sums: WordSums | None = None
) -> None:
    """Raise HistoryDamaged for an event of a page whose words the index lacks, or has though erased.

    A page that adds up to the ``sums`` of the index is right; only of others each event is asked for.
    """
    right = {
        row.position: "" if row.is_erased else words_of_event(row.fields, first=row.version == 1)
        for row in page
    }
    if sums is not None and right:
        found = [hash((word, at)) for at, words in right.items() for word in words.split()]
        (part, *others) = {_part(position) for position in right}
        if not others and sum(found) == sums.get(part, 0):
            return
    subjects = {row.position: row.subject for row in page}
    for some in chunks(right):
        held = _held(connection, {position: right[position] for position in some})
        for position in some:
            if not held[position]:
                reason = f"the full-text index has not the words of its event at {position}"
                raise HistoryDamaged(subjects[position], reason)


def verify_no_other_words(connection: Connection) -> None:
    """Raise HistoryDamaged where the index has words of an event that is not in the log."""
    table, column = ("event_words", "position")
    if connection.dialect.name == "sqlite":
        table, column = ("event_words_docsize", "id")
    held = sa.table(table, sa.column(column)).c[column]
    known = sa.select(event.c.position)
    position = connection.scalar(sa.select(held).where(held.not_in(known)).limit(1))
    if position is not None:
        reason = f"the full-text index has words of an event at {position}, which is not there"
        raise HistoryDamaged("the log", reason)


def _held(connection: Connection, right: dict[int, str]) -> dict[int, bool]:
    """Whether the index has exactly the words of each event; on SQLite, at least these and no others' ids."""
    first, last = min(right), max(right)
    if connection.dialect.name != "sqlite":
        held = (
            "words"
            if connection.dialect.name == "duckdb"
            else "array_to_string(tsvector_to_array(words), ' ')"
        )
        statement = sa.text(
            f"SELECT position, {held} FROM event_words "  # noqa: S608 - one of the two above
            "WHERE position BETWEEN :first AND :last"
        )
        rows = connection.execute(statement, {"first": first, "last": last})
        stored = {position: set(words.split()) for position, words in rows}
        return {p: stored.get(p, set()) == set(words.split()) for p, words in right.items()}
    driver: Any = connection.connection.driver_connection
    there = "SELECT id FROM event_words_docsize WHERE id BETWEEN ? AND ?"
    indexed = {row[0] for row in driver.execute(there, (first, last))}
    found = {}
    for position, words in right.items():
        asked = " AND ".join(f'"{word}"' for word in words.split())
        one = "SELECT 1 FROM event_words WHERE event_words MATCH ? AND rowid = ?"
        has = bool(words) and driver.execute(one, (asked, position)).fetchone() is not None
        found[position] = (position in indexed) == bool(words) and has == bool(words)
    return found
