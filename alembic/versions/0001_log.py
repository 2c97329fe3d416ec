"""The log: events that nobody can change, and its head."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

POSITION = sa.BigInteger().with_variant(sa.Integer, "sqlite")
DAY = sa.String(10).with_variant(postgresql.DATE, "postgresql")
INSTANT = sa.String(27).with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")
JSON = sa.Text().with_variant(postgresql.JSONB, "postgresql")

# An INSERT OR REPLACE deletes without firing DELETE triggers, so what it would replace is refused
# before it happens; the same test keeps positions dense and in order.
SQLITE_TRIGGERS = (
    """
    CREATE TRIGGER event_insert BEFORE INSERT ON event
    WHEN NEW.position IS NOT (SELECT coalesce(max(position), 0) + 1 FROM event)
      OR EXISTS (SELECT 1 FROM event WHERE id = NEW.id)
      OR EXISTS (SELECT 1 FROM event WHERE subject = NEW.subject AND version = NEW.version)
    BEGIN
      SELECT RAISE(ABORT, 'the log is append-only: position, id or version is taken or out of order');
    END
    """,
    """
    CREATE TRIGGER event_update BEFORE UPDATE ON event
    BEGIN SELECT RAISE(ABORT, 'the log is append-only: an event is never changed'); END
    """,
    """
    CREATE TRIGGER event_delete BEFORE DELETE ON event
    BEGIN SELECT RAISE(ABORT, 'the log is append-only: an event is never deleted'); END
    """,
    """
    CREATE TRIGGER log_head_insert BEFORE INSERT ON log_head
    WHEN EXISTS (SELECT 1 FROM log_head)
    BEGIN SELECT RAISE(ABORT, 'the log has one head'); END
    """,
    """
    CREATE TRIGGER log_head_update BEFORE UPDATE ON log_head
    WHEN NEW.position < OLD.position OR NEW.recorded < OLD.recorded
    BEGIN SELECT RAISE(ABORT, 'the head of the log only moves forward'); END
    """,
    """
    CREATE TRIGGER log_head_delete BEFORE DELETE ON log_head
    BEGIN SELECT RAISE(ABORT, 'the log has one head'); END
    """,
)


def upgrade() -> None:
    """Create the log."""
    event = op.create_table(
        "event",
        sa.Column("position", POSITION, primary_key=True, autoincrement=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("schema_version", sa.Integer, nullable=False),
        sa.Column("occurred", sa.Text),
        sa.Column("earliest", DAY, nullable=False),
        sa.Column("latest", DAY, nullable=False),
        sa.Column("known", INSTANT, nullable=False),
        sa.Column("recorded", INSTANT, nullable=False),
        sa.Column("fact_level", sa.Text, nullable=False),
        sa.Column("attribution", sa.Text),
        sa.Column("payload", JSON, nullable=False),
        sa.Column("origin", sa.Text),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.UniqueConstraint("id", name="event_id_key"),
        sa.UniqueConstraint("subject", "version", name="event_subject_version_key"),
    )
    assert event is not None
    log_head = op.create_table(
        "log_head",
        sa.Column("only", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("position", POSITION, nullable=False),
        sa.Column("recorded", INSTANT, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.CheckConstraint("only = 1", name="log_head_only_check"),
    )
    op.create_table(
        "subject_company",
        sa.Column("company", sa.Text, primary_key=True),
        sa.Column("subject", sa.Text, primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "subject_history",
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("valid_from", DAY, primary_key=True),
        sa.Column("known_from", INSTANT, primary_key=True),
        sa.Column("valid_to", DAY, nullable=False),
        sa.Column("known_to", INSTANT, nullable=False),
        sa.Column("kind", sa.Text),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("certainty", sa.Text, nullable=False),
        sa.Column("since", sa.Text),
        sa.Column("disputed", sa.Boolean, nullable=False),
        sa.Column("irregular", sa.Boolean, nullable=False),
        sa.Column("state", JSON, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "party_history",
        sa.Column("company", sa.Text, primary_key=True),
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("valid_from", DAY, primary_key=True),
        sa.Column("known_from", INSTANT, primary_key=True),
        sa.Column("valid_to", DAY, nullable=False),
        sa.Column("known_to", INSTANT, nullable=False),
        sa.Column("roles", JSON, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("party_history_subject", "party_history", ["subject"])
    op.create_table(
        "subject_checkpoint",
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("checkpoint", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    projection = op.create_table(
        "projection",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("position", POSITION, nullable=False),
        sqlite_with_rowid=False,
    )
    op.bulk_insert(projection, [{"name": "history", "position": 0}])
    op.bulk_insert(
        log_head,
        [{"only": 1, "position": 0, "recorded": "0001-01-01T00:00:00.000000Z", "hash": "0" * 64}],
    )
    for trigger in SQLITE_TRIGGERS:
        op.execute(trigger)
