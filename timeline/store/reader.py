"""The login on PostgreSQL under which queries run that people write: it can read the store, and nothing else.

No look at the text of a query is a cage: what a query may do is what its login may do. So such a query runs
on a connection of its own, whose login is looked at when it connects, and refused when it could do more than
read our tables and views.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, TypeAlias

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection

from timeline.errors import Passing, StoreUnavailable, UnsafeReader
from timeline.store import engine as db
from timeline.store.grants import Roles
from timeline.store.meanings import relations

READER_URL: Final = "TIMELINE_READER_URL"
"""The environment's name for the URL of that login; else it is the analyst of ``timeline db grants``."""

Identity: TypeAlias = tuple[str, str]
"""Which database of which server: alike on a server and on its replicas."""


def identity(connection: Connection) -> Identity:
    """The database that a connection is in."""
    statement = sa.text(
        "SELECT CAST((SELECT system_identifier FROM pg_catalog.pg_control_system()) AS text), "
        "(SELECT CAST(oid AS text) FROM pg_catalog.pg_database WHERE datname = current_database())"
    )
    server, database = connection.execute(statement).one()
    return server, database


class Reader:
    """Connections of the login that can only read."""

    def __init__(self, store: URL, *, lock_timeout: float) -> None:
        """``store`` is the URL of the store; nothing is opened yet."""
        self.url = _reader_url(store)
        self._engine = db.make_engine(self.url, read_only=True, lock_timeout=lock_timeout)

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    @contextmanager
    def connect(self, store: Identity) -> Iterator[Connection]:
        """A read-only session of that login in the ``store``; raises UnsafeReader where it may do more."""
        with db.reachable(self.url):
            connection = self._connected()
            with connection, connection.begin():
                if connection.info.get("checked") != store:
                    if identity(connection) != store:
                        raise UnsafeReader(f"{self._name} leads to another database than the store")
                    for problem in connection.execute(_problems()).scalars():
                        raise UnsafeReader(f"{self._name} {problem}")
                    connection.info["checked"] = store
                yield connection

    def _connected(self) -> Connection:
        try:
            with db.reachable(self.url):
                return self._engine.connect()
        except StoreUnavailable as error:
            if error.passing is Passing.YES:
                raise
            raise UnsafeReader(f"{self._name} cannot log in: {error.message}") from error

    @property
    def _name(self) -> str:
        return f'the login "{self.url.username}"'


def _reader_url(store: URL) -> URL:
    given = os.environ.get(READER_URL)
    if given:
        return db.store_url(given)
    analyst = Roles().analyst
    # without a password of another: it is in ~/.pgpass, or the server asks for none
    return URL.create(
        store.drivername, username=analyst, host=store.host, port=store.port,
        database=store.database, query=store.query,
    )  # fmt: skip


def _problems() -> sa.TextClause:
    """What the login of a connection may do beyond reading the store, worst first; no row: nothing."""
    return sa.text(_PROBLEMS).bindparams(
        sa.bindparam("ours", [table.name for table in relations().tables.values()])
    )


_PROBLEMS: Final = """
WITH me AS (SELECT * FROM pg_catalog.pg_roles WHERE rolname = session_user),
store AS (
  SELECT relnamespace AS schema FROM pg_catalog.pg_class
  WHERE oid = pg_catalog.to_regclass('event_log')
),
relation AS (
  SELECT c.oid, c.relname, c.relkind, c.relnamespace FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_t%'
)
SELECT 'is not the one that asks' WHERE session_user <> current_user
UNION ALL SELECT 'is a superuser' FROM me WHERE rolsuper
UNION ALL SELECT 'may make roles' FROM me WHERE rolcreaterole
UNION ALL SELECT 'may make databases' FROM me WHERE rolcreatedb
UNION ALL SELECT 'may replicate' FROM me WHERE rolreplication
UNION ALL SELECT 'passes row security by' FROM me WHERE rolbypassrls
UNION ALL
SELECT 'is a member of the role ' || g.rolname FROM pg_catalog.pg_auth_members AS m
JOIN me ON me.oid = m.member JOIN pg_catalog.pg_roles AS g ON g.oid = m.roleid
UNION ALL
SELECT 'owns something' FROM me WHERE EXISTS (
  SELECT FROM pg_catalog.pg_shdepend
  WHERE refclassid = 'pg_catalog.pg_authid'::regclass AND refobjid = me.oid AND deptype = 'o'
)
UNION ALL
SELECT 'has a right of its own to the ' || pg_catalog.pg_describe_object(classid, objid, 0)
FROM pg_catalog.pg_shdepend JOIN me ON refobjid = me.oid
WHERE refclassid = 'pg_catalog.pg_authid'::regclass AND deptype = 'a'
AND dbid IN (0, (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()))
AND NOT (classid = 'pg_catalog.pg_class'::regclass AND objid IN (SELECT oid FROM relation))
AND classid NOT IN ('pg_catalog.pg_namespace'::regclass, 'pg_catalog.pg_database'::regclass)
AND NOT (classid = 'pg_catalog.pg_proc'::regclass AND objid IN (
  SELECT oid FROM pg_catalog.pg_proc WHERE pronamespace = (SELECT schema FROM store)))
UNION ALL
SELECT 'may maintain ' || relname FROM relation AS r JOIN pg_catalog.pg_class AS c USING (oid, relname)
WHERE EXISTS (SELECT FROM me, pg_catalog.aclexplode(c.relacl)
  WHERE grantee IN (0, me.oid) AND privilege_type = 'MAINTAIN')
UNION ALL
SELECT 'may make something in the database'
WHERE has_database_privilege(current_database(), 'CREATE, TEMPORARY')
UNION ALL
SELECT 'may make something in the schema ' || nspname FROM pg_catalog.pg_namespace
WHERE nspname NOT LIKE 'pg\\_t%' AND has_schema_privilege(oid, 'CREATE')
UNION ALL
SELECT 'may change ' || relname FROM relation WHERE CASE WHEN relkind = 'S'
THEN has_sequence_privilege(oid, 'USAGE, SELECT, UPDATE')
ELSE has_table_privilege(oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
OR has_any_column_privilege(oid, 'INSERT, UPDATE, REFERENCES') END
UNION ALL
SELECT 'may read ' || relname || ', which is none of the store' FROM relation
WHERE CASE WHEN relkind = 'S' THEN false ELSE has_any_column_privilege(oid, 'SELECT') END
AND NOT (relname = ANY(:ours) AND relnamespace = (SELECT schema FROM store))
UNION ALL
SELECT 'may run ' || proname || ' as ' || pg_catalog.pg_get_userbyid(proowner) FROM pg_catalog.pg_proc
WHERE prosecdef AND prorettype <> 'trigger'::regtype AND has_function_privilege(oid, 'EXECUTE')
UNION ALL
SELECT 'may not read the store' WHERE NOT EXISTS (
  SELECT FROM relation WHERE relname = 'event_log' AND has_table_privilege(oid, 'SELECT')
)
"""
