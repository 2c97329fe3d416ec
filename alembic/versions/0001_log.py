"""The log: events that nobody can change, and its head."""

from __future__ import annotations

import runpy
import tomllib
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
FOLDER = Path(__file__).parent.parent / "revision_0001"
"""What else belongs to this revision: the views, and what everything means."""

POSITION = sa.BigInteger().with_variant(sa.Integer, "sqlite")
DAY = sa.String(10).with_variant(postgresql.DATE, "postgresql")
INSTANT = sa.String(27).with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")
JSON = sa.Text().with_variant(postgresql.JSONB, "postgresql")

# The words come split and folded by the program, so that both databases find the same. On SQLite the index
# holds no text of its own ("content"), nor where in an event a word stands ("detail").
FULL_TEXT = {
    "sqlite": (
        """
        CREATE VIRTUAL TABLE event_words USING fts5(
          words, content = '', detail = none,
          tokenize = "unicode61 remove_diacritics 0 categories 'L* N* M* Co'")
        """,
    ),
    "postgresql": (
        "CREATE TABLE event_words (position BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)",
        "CREATE INDEX event_words_words ON event_words USING gin (words)",
    ),
}

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
    # the one door: erasure, which an event of the log must have declared
    """
    CREATE TRIGGER event_update BEFORE UPDATE ON event
    WHEN NOT (
      NEW.payload IS json_object('erased', json('true'))
      AND (NEW.position, NEW.id, NEW.subject, NEW.version, NEW.type, NEW.schema_version)
        IS (OLD.position, OLD.id, OLD.subject, OLD.version, OLD.type, OLD.schema_version)
      AND (NEW.occurred, NEW.earliest, NEW.latest, NEW.known, NEW.recorded)
        IS (OLD.occurred, OLD.earliest, OLD.latest, OLD.known, OLD.recorded)
      AND NEW.told IS NULL
      AND (NEW.fact_level, NEW.attribution, NEW.origin, NEW.digest, NEW.hash)
        IS (OLD.fact_level, OLD.attribution, OLD.origin, OLD.digest, OLD.hash)
      AND OLD.type <> 'event_erased'
      AND EXISTS (
        SELECT 1 FROM event
        WHERE subject = OLD.subject AND position > OLD.position AND type = 'event_erased'
          AND json_extract(payload, '$.target') = OLD.id)
    )
    BEGIN SELECT RAISE(ABORT, 'the log is append-only: an event is never changed'); END
    """,
    """
    CREATE TRIGGER event_delete BEFORE DELETE ON event
    BEGIN SELECT RAISE(ABORT, 'the log is append-only: an event is never deleted'); END
    """,
    """
    CREATE TRIGGER log_head_insert BEFORE INSERT ON log_head
    WHEN EXISTS (SELECT 1 FROM log_head)
    BEGIN SELECT RAISE(ABORT, 'the log is append-only: it has one head'); END
    """,
    """
    CREATE TRIGGER log_head_update BEFORE UPDATE ON log_head
    WHEN NEW.position < OLD.position OR NEW.recorded < OLD.recorded
      OR NOT EXISTS (
        SELECT 1 FROM event
        WHERE position = NEW.position AND hash = NEW.hash AND recorded = NEW.recorded)
      OR EXISTS (SELECT 1 FROM event WHERE position > NEW.position)
    BEGIN
      SELECT RAISE(ABORT, 'the log is append-only: its head only moves forward, to the last event');
    END
    """,
    """
    CREATE TRIGGER log_head_delete BEFORE DELETE ON log_head
    BEGIN SELECT RAISE(ABORT, 'the log is append-only: it has one head'); END
    """,
)

# Triggers of whole statements cost nothing a row, so that COPY stays fast, and also refuse an UPDATE that
# finds no row. They lock the head first: whoever inserts, positions are given out one transaction after the
# other. ENABLE ALWAYS holds for replicas too. The names carry the schema, and the search path is fixed, so
# that no temporary table can stand in for one of these.
POSTGRESQL_FUNCTIONS = (
    """
    CREATE FUNCTION {schema}.timeline_refuse() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      RAISE EXCEPTION 'the log is append-only: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE FUNCTION {schema}.timeline_check_erasure() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      IF NEW.payload = jsonb_build_object('erased', true) AND NEW.told IS NULL
        AND to_jsonb(NEW) - 'payload' - 'told' = to_jsonb(OLD) - 'payload' - 'told'
        AND OLD.type <> 'event_erased'
        AND EXISTS (
          SELECT 1 FROM {schema}.event
          WHERE subject = OLD.subject AND position > OLD.position AND type = 'event_erased'
            AND payload ->> 'target' = OLD.id)
      THEN
        RETURN NEW;
      END IF;
      RAISE EXCEPTION 'the log is append-only: an event is never changed'
        USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE FUNCTION {schema}.timeline_lock_head() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      PERFORM 1 FROM {schema}.log_head FOR UPDATE;
      RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION {schema}.timeline_check_positions() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      first_one bigint;
      last_one bigint;
      how_many bigint;
      before_it bigint;
    BEGIN
      SELECT min(position), max(position), count(*) INTO first_one, last_one, how_many FROM added;
      SELECT position INTO before_it FROM {schema}.event
        WHERE position < first_one ORDER BY position DESC LIMIT 1;
      IF how_many > 0 AND (
        first_one <> coalesce(before_it, 0) + 1 OR last_one - first_one + 1 <> how_many
      ) THEN
        RAISE EXCEPTION 'the log is append-only: position % is out of order', first_one
          USING ERRCODE = 'restrict_violation';
      END IF;
      RETURN NULL;
    END $$
    """,
    # As the owner: a writer who could move the head itself could give it a time far ahead, after which
    # nothing could be recorded at its own time any more.
    """
    CREATE FUNCTION {schema}.timeline_move_head() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      before_it timestamptz;
      earliest_one timestamptz;
      latest_one timestamptz;
      last_one record;
    BEGIN
      SELECT position, recorded, hash INTO last_one FROM added ORDER BY position DESC LIMIT 1;
      IF last_one.position IS NULL THEN
        RETURN NULL;
      END IF;
      SELECT recorded INTO before_it FROM {schema}.log_head;
      SELECT min(recorded), max(recorded) INTO earliest_one, latest_one FROM added;
      IF earliest_one < before_it OR latest_one > last_one.recorded THEN
        RAISE EXCEPTION 'the log is append-only: nothing is recorded before the events ahead of it'
          USING ERRCODE = 'restrict_violation';
      END IF;
      IF last_one.recorded > before_it
        AND last_one.recorded > clock_timestamp() + interval '1 day'
      THEN
        RAISE EXCEPTION 'recorded is more than a day ahead of the clock of the server'
          USING ERRCODE = 'restrict_violation';
      END IF;
      UPDATE {schema}.log_head
      SET position = last_one.position, recorded = last_one.recorded, hash = last_one.hash;
      RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION {schema}.timeline_check_head() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      IF NEW.position < OLD.position OR NEW.recorded < OLD.recorded
        OR NOT EXISTS (
          SELECT 1 FROM {schema}.event
          WHERE position = NEW.position AND hash = NEW.hash AND recorded = NEW.recorded)
        OR EXISTS (SELECT 1 FROM {schema}.event WHERE position > NEW.position)
      THEN
        RAISE EXCEPTION 'the log is append-only: its head only moves forward, to the last event'
          USING ERRCODE = 'restrict_violation';
      END IF;
      RETURN NEW;
    END $$
    """,
)

KEPT = (
    "position, id, subject, version, type, schema_version, occurred, earliest, latest, known, recorded, "
    "fact_level, attribution, origin, digest, hash"
)
CHANGE = f"DELETE OR TRUNCATE OR UPDATE OF {KEPT}"
POSTGRESQL_TRIGGERS = (
    ("event", "event_change", f"BEFORE {CHANGE}", "STATEMENT", "timeline_refuse"),
    # the one door: erasure, which an event of the log must have declared
    ("event", "event_erasure", "BEFORE UPDATE", "ROW", "timeline_check_erasure"),
    (
        "event", "event_head", "AFTER INSERT", "STATEMENT", "timeline_move_head",
        "REFERENCING NEW TABLE AS added",
    ),
    ("event", "event_lock", "BEFORE INSERT", "STATEMENT", "timeline_lock_head"),
    (
        "event", "event_positions", "AFTER INSERT", "STATEMENT", "timeline_check_positions",
        "REFERENCING NEW TABLE AS added",
    ),
    ("log_head", "log_head_change", "BEFORE DELETE OR TRUNCATE", "STATEMENT", "timeline_refuse"),
    ("log_head", "log_head_update", "BEFORE UPDATE", "ROW", "timeline_check_head"),
)  # fmt: skip


# A literal is taken as text where one of several functions takes text, so '2025-11-20' is the end of that
# day, as everywhere in the program, and no midnight in the time zone of the session. One SELECT each, which
# the planner puts in the place of the call. The open ends are no coordinates: the ones before them answer.
POSTGRESQL_QUESTIONS = (
    """
    CREATE FUNCTION {schema}.company_state_at(
      on_day date, known_at timestamptz DEFAULT '9999-12-31T23:59:59.999998Z'
    ) RETURNS SETOF {schema}.company_state LANGUAGE sql STABLE PARALLEL SAFE AS $$
      SELECT * FROM {schema}.company_state
      WHERE valid_from <= least(on_day, '9999-12-30'::date)
        AND least(on_day, '9999-12-30'::date) < valid_to
        AND known_from <= least(known_at, '9999-12-31T23:59:59.999998Z'::timestamptz)
        AND least(known_at, '9999-12-31T23:59:59.999998Z'::timestamptz) < known_to
    $$
    """,
    """
    CREATE FUNCTION {schema}.company_state_at(on_day date, known_on date)
    RETURNS SETOF {schema}.company_state LANGUAGE sql STABLE PARALLEL SAFE AS $$
      SELECT * FROM {schema}.company_state_at(
        on_day, (known_on + 1)::timestamp AT TIME ZONE 'UTC' - interval '1 microsecond')
    $$
    """,
    """
    CREATE FUNCTION {schema}.company_state_at(on_day date, known text)
    RETURNS SETOF {schema}.company_state LANGUAGE sql STABLE PARALLEL SAFE AS $$
      SELECT * FROM {schema}.company_state_at(on_day, CASE
        WHEN known ~ '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}$'
        THEN (known::date + 1)::timestamp AT TIME ZONE 'UTC' - interval '1 microsecond'
        ELSE known::timestamptz END)
    $$
    """,
    """
    CREATE FUNCTION {schema}.day_of(instant timestamptz)
    RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT (instant AT TIME ZONE 'UTC')::date $$
    """,
    """
    CREATE FUNCTION {schema}.days_between(first_day date, second_day date)
    RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT second_day - first_day $$
    """,
)


def _schema() -> str:
    connection = op.get_bind()
    quote = connection.dialect.identifier_preparer.quote_identifier
    return str(quote(connection.exec_driver_sql("SELECT current_schema()").scalar()))


def _comment(views: set[str]) -> None:
    """Tell the database what everything means, where it can keep that."""
    connection, schema = op.get_bind(), _schema()
    meanings = tomllib.loads((FOLDER / "comments.toml").read_text(encoding="utf-8"))
    inspector = sa.inspect(connection)
    columns = tomllib.loads((FOLDER / "columns.toml").read_text(encoding="utf-8"))
    *kinds, last = columns
    meanings["columns"]["subject_kind"] = meanings["columns"]["subject_kind"].format(
        kinds=f"{', '.join(kinds)} or {last}"
    )
    terms = {
        f"{kind}_history.{c['name']}": c["meaning"]
        for kind, found in columns.items()
        for c in found
    }
    relations = {
        name.format(kind=kind): meaning.format(kind=kind)
        for name, meaning in meanings["relations"].items()
        for kind in (columns if "{kind}" in name else ("",))
    }
    for name, meaning in relations.items():
        kind = "VIEW" if name in views else "TABLE"
        _say(f"{kind} {schema}.{name}", meaning)
        for column in inspector.get_columns(name):
            own = f"{name.removeprefix('current_')}.{column['name']}"
            said = (
                meanings["meanings"].get(own)
                or terms.get(own)
                or meanings["columns"][column["name"]]
            )
            _say(f"COLUMN {schema}.{name}.{column['name']}", said)
    for signature, meaning in meanings["functions"].items():
        _say(f"FUNCTION {schema}.{signature}", meaning)


def _say(what: str, meaning: str) -> None:
    text = meaning.replace("'", "''").replace("%", "%%")
    op.get_bind().exec_driver_sql(f"COMMENT ON {what} IS '{text}'")


def _protect_postgresql() -> None:
    connection, schema = op.get_bind(), _schema()
    for function in POSTGRESQL_FUNCTIONS:
        connection.execute(sa.text(function.format(schema=schema)))
    for table, name, when, each, function, *transition in POSTGRESQL_TRIGGERS:
        connection.exec_driver_sql(
            f"CREATE TRIGGER {name} {when} ON {schema}.{table} {' '.join(transition)} "
            f"FOR EACH {each} EXECUTE FUNCTION {schema}.{function}()"
        )
        connection.exec_driver_sql(f"ALTER TABLE {schema}.{table} ENABLE ALWAYS TRIGGER {name}")


def upgrade() -> None:
    """Create the log."""
    event = op.create_table(
        "event",
        sa.Column("position", POSITION, primary_key=True, autoincrement=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("type", TEXT, nullable=False),
        sa.Column("schema_version", sa.Integer, nullable=False),
        sa.Column("occurred", TEXT),
        sa.Column("earliest", DAY, nullable=False),
        sa.Column("latest", DAY, nullable=False),
        sa.Column("known", INSTANT, nullable=False),
        sa.Column("told", JSON),
        sa.Column("recorded", INSTANT, nullable=False),
        sa.Column("fact_level", TEXT, nullable=False),
        sa.Column("attribution", TEXT),
        sa.Column("payload", JSON, nullable=False),
        sa.Column("origin", TEXT),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.UniqueConstraint("id", name="event_id_key"),
        sa.UniqueConstraint("subject", "version", name="event_subject_version_key"),
    )
    assert event is not None
    judged = sa.text("type = 'companies_judged'")  # few, and asked for by every question
    op.create_index(
        "event_judged", "event", ["subject"], sqlite_where=judged, postgresql_where=judged
    )
    log_head = op.create_table(
        "log_head",
        sa.Column("one", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("position", POSITION, nullable=False),
        sa.Column("recorded", INSTANT, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.CheckConstraint("one = 1", name="log_head_one_check"),
    )
    op.create_table(
        "subject_company",
        sa.Column("company", TEXT, primary_key=True),
        sa.Column("subject", TEXT, primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "company_handle",
        sa.Column("folded", TEXT, primary_key=True),
        sa.Column("company", TEXT, primary_key=True),
        sa.Column("matched", TEXT, primary_key=True),
        sa.Column("value", TEXT, primary_key=True),
        sa.Column("form", TEXT, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("company_handle_company", "company_handle", ["company"])
    op.create_table(
        "company_identity",
        sa.Column("company", TEXT, primary_key=True),
        sa.Column("shown", TEXT, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "subject_history",
        sa.Column("subject", TEXT, primary_key=True),
        sa.Column("valid_from", DAY, primary_key=True),
        sa.Column("known_from", INSTANT, primary_key=True),
        sa.Column("valid_to", DAY, nullable=False),
        sa.Column("known_to", INSTANT, nullable=False),
        sa.Column("kind", TEXT),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("status_group", TEXT, nullable=False),
        sa.Column("certainty", TEXT, nullable=False),
        sa.Column("since", TEXT),
        sa.Column("disputed", sa.Boolean, nullable=False),
        sa.Column("irregular", sa.Boolean, nullable=False),
        sa.Column("state", JSON, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "party_history",
        sa.Column("company", TEXT, primary_key=True),
        sa.Column("subject", TEXT, primary_key=True),
        sa.Column("valid_from", DAY, primary_key=True),
        sa.Column("known_from", INSTANT, primary_key=True),
        sa.Column("valid_to", DAY, nullable=False),
        sa.Column("known_to", INSTANT, nullable=False),
        sa.Column("roles", JSON, nullable=False),
        sqlite_with_rowid=False,
    )
    # all that the views read of a party, in the order in which they ask; without it, the whole market of a
    # day took twice as long (docs/schema.md)
    op.create_index(
        "party_history_subject",
        "party_history",
        ["subject", "valid_from", "known_from", "valid_to", "known_to", "company", "roles"],
    )
    op.create_table(
        "subject_evidence",
        sa.Column("subject", TEXT, primary_key=True),
        sa.Column("entries", TEXT),
        sqlite_with_rowid=False,
    )
    projection = op.create_table(
        "projection",
        sa.Column("name", TEXT, primary_key=True),
        sa.Column("position", POSITION, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "origin_file",
        sa.Column("origin", TEXT, primary_key=True),
        sa.Column("file", sa.String(32), nullable=False),
        sa.Column("folders", TEXT, nullable=False),
        sa.Column("held", sa.String(64), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "held_event",
        sa.Column("event", TEXT, primary_key=True),
        sa.Column("file", sa.String(32), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("held_event_file", "held_event", ["file"])
    op.bulk_insert(projection, [{"name": "history", "position": 0}])
    op.bulk_insert(
        log_head,
        [{"one": 1, "position": 0, "recorded": "0001-01-01T00:00:00.000000Z", "hash": "0" * 64}],
    )
    dialect = op.get_bind().dialect.name
    for statement in FULL_TEXT[dialect]:
        op.execute(statement)
    if dialect == "postgresql":
        _protect_postgresql()
    else:
        for trigger in SQLITE_TRIGGERS:
            op.execute(trigger)
    views = runpy.run_path(str(FOLDER / "views.py"))
    for statement in views["statements"](dialect):
        op.get_bind().exec_driver_sql(statement)
    if dialect == "postgresql":
        for function in POSTGRESQL_QUESTIONS:
            op.get_bind().exec_driver_sql(function.format(schema=_schema()))
        _comment(set(views["names"]()))
