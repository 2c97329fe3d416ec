"""The tables as SQLAlchemy sees them. Alembic owns their creation (``alembic/versions``).

Days and instants are text on SQLite, of fixed width, so that text order is time order; on PostgreSQL they
are ``date`` and ``timestamptz``. Both come back as the same text (:mod:`timeline.store.postgresql`). Text is
in the order of its code points on both: the migration gives it the collation "C", whatever the database's
language; as part of a type here, it would be written behind every parameter.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    DATE,
    TIMESTAMP,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import UserDefinedType

REVISIONS: Final = ("0001",)
"""Every released schema, oldest first; the last is today's (a test compares with Alembic's)."""


class _Jsonb(UserDefinedType[str]):
    """``jsonb`` of PostgreSQL as text; SQLAlchemy's own would make Python objects of it."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """The type in DDL."""
        return "JSONB"


class _Words(UserDefinedType[str]):
    """``tsvector`` of PostgreSQL, as the text that it is read from."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """The type in DDL."""
        return "TSVECTOR"


POSITION: Final = BigInteger().with_variant(Integer, "sqlite")
DAY: Final = String(10).with_variant(DATE, "postgresql")
INSTANT: Final = String(27).with_variant(TIMESTAMP(timezone=True), "postgresql")
JSON: Final = Text().with_variant(_Jsonb, "postgresql")

metadata: Final = MetaData()

event: Final = Table(
    "event",
    metadata,
    Column("position", POSITION, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("schema_version", Integer, nullable=False),
    Column("occurred", Text),
    Column("earliest", DAY, nullable=False),
    Column("latest", DAY, nullable=False),
    Column("known", INSTANT, nullable=False),
    Column("told", JSON),
    Column("recorded", INSTANT, nullable=False),
    Column("fact_level", Text, nullable=False),
    Column("attribution", Text),
    Column("payload", JSON, nullable=False),
    Column("origin", Text),
    Column("digest", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    UniqueConstraint("id", name="event_id_key"),
    UniqueConstraint("subject", "version", name="event_subject_version_key"),
)

log_head: Final = Table(
    "log_head",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("position", POSITION, nullable=False),
    Column("recorded", INSTANT, nullable=False),
    Column("hash", String(64), nullable=False),
    CheckConstraint("one = 1", name="log_head_one_check"),
)

subject_company: Final = Table(
    "subject_company",
    metadata,
    Column("company", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    sqlite_with_rowid=False,
)

company_handle: Final = Table(
    "company_handle",
    metadata,
    Column("folded", Text, primary_key=True),
    Column("company", Text, primary_key=True),
    Column("matched", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Column("form", Text, nullable=False),
    Index("company_handle_company", "company"),
    sqlite_with_rowid=False,
)

company_identity: Final = Table(
    "company_identity",
    metadata,
    Column("company", Text, primary_key=True),
    Column("shown", Text, nullable=False),
    sqlite_with_rowid=False,
)

subject_history: Final = Table(
    "subject_history",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("valid_from", DAY, primary_key=True),
    Column("known_from", INSTANT, primary_key=True),
    Column("valid_to", DAY, nullable=False),
    Column("known_to", INSTANT, nullable=False),
    Column("kind", Text),
    Column("status", Text, nullable=False),
    Column("status_group", Text, nullable=False),
    Column("certainty", Text, nullable=False),
    Column("since", Text),
    Column("disputed", Boolean, nullable=False),
    Column("irregular", Boolean, nullable=False),
    Column("state", JSON, nullable=False),
    sqlite_with_rowid=False,
)

party_history: Final = Table(
    "party_history",
    metadata,
    Column("company", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("valid_from", DAY, primary_key=True),
    Column("known_from", INSTANT, primary_key=True),
    Column("valid_to", DAY, nullable=False),
    Column("known_to", INSTANT, nullable=False),
    Column("roles", JSON, nullable=False),
    Index(
        "party_history_subject",
        "subject",
        "valid_from",
        "known_from",
        "valid_to",
        "known_to",
        "company",
        "roles",
    ),
    sqlite_with_rowid=False,
)

subject_evidence: Final = Table(
    "subject_evidence",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("entries", Text),
    sqlite_with_rowid=False,
)

event_words: Final = Table(
    "event_words",
    MetaData(),  # its shape is the database's own: a virtual table of FTS5, a column of tsvector
    Column("position", POSITION, primary_key=True, autoincrement=False),
    Column("words", Text().with_variant(_Words(), "postgresql"), nullable=False),
)

projection: Final = Table(
    "projection",
    metadata,
    Column("name", Text, primary_key=True),
    Column("position", POSITION, nullable=False),
    sqlite_with_rowid=False,
)

origin_file: Final = Table(
    "origin_file",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("file", String(32), nullable=False),
    Column("folders", Text, nullable=False),
    Column("held", String(64), nullable=False),
    sqlite_with_rowid=False,
)

held_event: Final = Table(
    "held_event",
    metadata,
    Column("event", Text, primary_key=True),
    Column("file", String(32), nullable=False),
    Index("held_event_file", "file"),
    sqlite_with_rowid=False,
)
