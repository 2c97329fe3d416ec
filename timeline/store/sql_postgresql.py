"""Read-only SQL on PostgreSQL: our own queries in the session, those of people under a login that only reads.

The cage is the login (:mod:`timeline.store.reader`). What a login that only reads may still do (sleep, take
locks, notify, end its own sessions, write into the write-ahead log) it does by calling functions. So the
query is parsed by the server's own parser, from a library; every kind of node and every function is allowed
by name, and the statement that was parsed is the one that runs.
"""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from itertools import chain, pairwise
from typing import Any, Final, NamedTuple

import psycopg
import sqlalchemy as sa
from psycopg import pq
from psycopg.adapt import Buffer, Loader
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from timeline.errors import OutOfTime, QueryFailed, QueryRefused
from timeline.extras import needs
from timeline.store.meanings import relations
from timeline.store.sql import UNKNOWN_NAME, Values, plain, tokens

GRACE: Final = 1.0
"""Seconds that the server has to end a query whose time is over, before its connection is cut."""

LONGEST_ROW: Final = 16 * 2**20
"""Bytes of a row that a query of a person may send."""

FUNCTIONS: Final = frozenset(
    """
    abs acos age any_value array_agg array_append array_cat array_dims array_length array_lower
    array_ndims array_position array_positions array_prepend array_remove array_replace
    array_to_json array_to_string array_upper ascii asin atan atan2 avg bit_and bit_count bit_length
    bit_or bool_and bool_or btrim cardinality cbrt ceil ceiling char_length character_length chr
    clock_timestamp company_state_at concat concat_ws corr cos cot count covar_pop covar_samp
    cume_dist date date_bin date_part date_trunc datemultirange daterange day_of days_between decode
    degrees dense_rank div encode every exp extract factorial first_value floor format gcd
    generate_series generate_subscripts greatest hashtext initcap int4range int8range is_normalized
    isempty isfinite json_agg json_array_elements json_array_elements_text json_array_length
    json_build_array json_build_object json_each json_each_text json_extract_path
    json_extract_path_text json_object json_object_agg json_object_keys json_strip_nulls
    json_to_record json_to_recordset json_typeof jsonb_agg jsonb_array_elements
    jsonb_array_elements_text jsonb_array_length jsonb_build_array jsonb_build_object jsonb_each
    jsonb_each_text jsonb_exists jsonb_extract_path jsonb_extract_path_text jsonb_insert
    jsonb_object jsonb_object_agg jsonb_object_keys jsonb_path_exists jsonb_path_match
    jsonb_path_query jsonb_path_query_array jsonb_path_query_first jsonb_pretty jsonb_set
    jsonb_strip_nulls jsonb_to_record jsonb_to_recordset jsonb_typeof justify_days justify_hours
    justify_interval lag last_value lcm lead left length like_escape ln log log10 lower lower_inc
    lower_inf lpad ltrim make_date make_interval make_time make_timestamp make_timestamptz max md5
    min mod mode normalize now nth_value ntile num_nonnulls num_nulls nummultirange numrange
    octet_length overlaps overlay percent_rank percentile_cont percentile_disc pg_typeof pi position
    pow power quote_ident quote_literal quote_nullable radians random range_agg range_merge rank
    regexp_count regexp_instr regexp_like regexp_match regexp_matches regexp_replace
    regexp_split_to_array regexp_split_to_table regexp_substr regr_avgx regr_avgy regr_count
    regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy repeat replace reverse right round
    row_number row_to_json rpad rtrim scale sha224 sha256 sha384 sha512 sign similar_to_escape sin
    split_part sqrt starts_with statement_timestamp stddev stddev_pop stddev_samp string_agg
    string_to_array string_to_table strpos substr substring sum tan timezone to_char to_date to_hex
    to_json to_jsonb to_number to_timestamp transaction_timestamp translate trim_array trim_scale
    trunc tsrange tstzrange unistr unnest upper upper_inc upper_inf var_pop var_samp variance
    width_bucket
    """.split()  # noqa: SIM905 - a list of 200 names reads as lines
)
"""What a query may call: these compute something from their arguments, and do nothing else."""

NODES: Final = frozenset(
    """
    A_ArrayExpr A_Const A_Expr A_Indices A_Indirection A_Star Alias BitString BoolExpr Boolean BooleanTest
    CTECycleClause CTESearchClause CaseExpr CaseWhen CoalesceExpr CollateClause ColumnRef CommonTableExpr
    Float FuncCall GroupingFunc GroupingSet Integer JoinExpr List MinMaxExpr NamedArgExpr NullTest ParamRef
    RangeFunction RangeSubselect RangeVar ResTarget RowExpr SQLValueFunction SelectStmt SortBy String SubLink
    TypeCast TypeName WindowDef WithClause
    """.split()  # noqa: SIM905 - a list of 200 names reads as lines
)
"""What a query may consist of, and whatever SQL/JSON adds; no other statement is among it."""

_KINDS: Final = {
    "IntoClause": "SELECT INTO, which makes a table",
    "LockingClause": "FOR UPDATE or FOR SHARE, which locks rows",
}
_OPERATORS: Final = {"A_Expr": "name", "SortBy": "use_op", "SubLink": "oper_name"}
"""Where a part names an operator."""
_SCHEMAS: Final = ("pg_catalog", "information_schema")
_CHANGING: Final = {
    *("alter", "comment", "create", "delete", "drop", "grant"),
    *("insert", "merge", "revoke", "truncate", "update"),
}
_CANCELED: Final = "57014"
_SAID: Final = frozenset({"08", "57"})
"""SQLSTATE classes of a connection or a server that is gone: nothing that the query did."""


class _Json(Loader):
    """JSON as the text that SQLite has; as the server's own, where that cannot be had.

    A person can build JSON that is too deep, has numbers of thousands of digits or half a character.
    """

    def load(self, data: Buffer) -> str:
        text = bytes(data).decode()
        try:
            written = json.dumps(
                json.loads(text), ensure_ascii=False, allow_nan=False, separators=(",", ":"),
                sort_keys=True,
            )  # fmt: skip
            written.encode()
        except (ValueError, RecursionError):
            return text
        return written


class _AsWritten(Loader):
    """A value as the server writes it: a year of an interval is no 365 days, and 24:00 is a time there."""

    def load(self, data: Buffer) -> str:
        return bytes(data).decode()


_LOADERS: Final[dict[str, type[Loader]]] = {
    **dict.fromkeys(("json", "jsonb"), _Json),
    **dict.fromkeys(("interval", "time", "timetz"), _AsWritten),
    **{
        f"{of}{kind}": _AsWritten
        for of in ("int4", "int8", "num", "ts", "tstz", "date")
        for kind in ("range", "multirange")
    },
}


class _Statement(NamedTuple):
    """A statement as the server takes it, with ``$1`` for the first of ``names``."""

    text: str
    names: list[str]
    explains: bool = False


# --- our own --------------------------------------------------------------------------------------


def read(
    connection: Connection, statement: str, values: Mapping[str, Any], timeout: float | None
) -> Iterator[Values]:
    """See :func:`timeline.store.sql.read_sql`."""
    names: list[str] = []
    text = "".join(
        _placeholder(token.text[1:], names) if token.kind == "param" else token.text
        for token in tokens(statement)
    )
    inside = connection.begin_nested()  # undoes the settings, and survives a query that fails
    try:
        yield from _stream(connection, _Statement(text, names), values, timeout)
    finally:
        if inside.is_active and not _driver(connection).closed:
            inside.rollback()


# --- those of people ------------------------------------------------------------------------------


def ask(
    connection: Connection, statement: str, values: Mapping[str, Any], timeout: float | None
) -> Generator[Values, None, None]:
    """See :func:`timeline.store.sql.ask_sql`; ``connection`` is one of :mod:`timeline.store.reader`."""
    parsed = _parse(statement)
    missing = [name for name in parsed.names if name not in values]
    if missing:
        raise QueryFailed(f'no value for ":{missing[0]}"', f"add --param {missing[0]}=VALUE")
    _check_attributes(connection, parsed.attributes)
    text = parsed.text
    if not parsed.explains:
        # the cast fails with the text that _explained knows; the newline ends a comment
        size = "pg_catalog.pg_column_size(q)"
        text = (
            f"SELECT q.* FROM (\n{text}\n) AS q WHERE CASE WHEN {size} <= {LONGEST_ROW} "  # noqa: S608
            f"THEN true ELSE CAST('too long: ' || {size} AS boolean) END"
        )
    yield from _stream(connection, _Statement(text, parsed.names, parsed.explains), values, timeout)


class _Parsed(NamedTuple):
    text: str
    names: list[str]
    explains: bool
    attributes: set[str]
    """Names after a dot that may be functions: ``(x).f`` is ``f(x)``."""


def _parse(statement: str) -> _Parsed:
    """One SELECT whose parts are all allowed; raises QueryRefused and QueryFailed."""
    with needs("postgres"):
        import postgast
    try:
        text, names = _numbered(statement)
        found = postgast.parse(text).stmts
    except postgast.PgQueryError as error:
        first = statement.split(None, 1)[:1]
        if first and first[0].lower() in _CHANGING:
            raise QueryRefused("a statement that changes something") from error
        raise QueryFailed(error.message) from error
    if not found:
        raise QueryFailed("the query answers nothing", "write a SELECT")
    if len(found) > 1:
        raise QueryRefused("more than one statement")
    (only,) = found
    length = only.stmt_len or None
    start = only.stmt_location
    text = text.encode()[start : None if length is None else start + length].decode()
    root = postgast.unwrap_node(only.stmt)
    explains = _kind(root) == "ExplainStmt"
    if explains:
        root = postgast.unwrap_node(root.query)
    if _kind(root) != "SelectStmt":
        raise QueryRefused("a statement that is no SELECT")
    attributes: set[str] = set()
    for _, node in postgast.walk(root):
        _check_node(node, attributes)
        if _kind(node) == "ParamRef" and node.number > len(names):
            raise QueryFailed("parameters have names here, not numbers", "write :name")
    return _Parsed(text, names, explains, attributes)


def _numbered(statement: str) -> tuple[str, list[str]]:
    """The statement with ``$1`` for the first ``:name``, by the lexer of the server."""
    import postgast

    if "\0" in statement:
        raise QueryFailed("the query holds the character U+0000", "leave it out")
    data = statement.encode(errors="surrogatepass")
    try:
        data.decode()
    except UnicodeDecodeError as error:
        raise QueryFailed("the query is no text in Unicode", "save it as UTF-8") from error
    names: list[str] = []
    pieces = []
    done = 0
    scanned = postgast.scan(statement).tokens
    for colon, name in pairwise(scanned):
        if data[colon.start : colon.end] != b":" or colon.end != name.start:
            continue
        word = data[name.start : name.end].decode()
        before = data[: colon.start].decode()[-1:]
        if not word.isidentifier() or before == ":" or before.isalnum() or before == "_":
            continue
        pieces += [data[done : colon.start].decode(), _placeholder(word, names)]
        done = name.end
    return "".join([*pieces, data[done:].decode()]), names


def _placeholder(name: str, names: list[str]) -> str:
    if name not in names:
        names.append(name)
    return f"${names.index(name) + 1}"


def _kind(node: Any) -> str:
    return type(node).__name__


def _check_node(node: Any, attributes: set[str]) -> None:
    """Raise QueryRefused for a part that is not allowed; note names that may be functions."""
    kind = _kind(node)
    if kind == "Node" and node.WhichOneof("node") is None:
        return  # nothing, where the grammar has a place for something
    if kind not in NODES and not kind.startswith("Json"):
        raise QueryRefused(_KINDS.get(kind, f"a part that is not allowed ({kind})"))
    if kind == "FuncCall":
        *schema, name = _strings(node.funcname)
        if name not in FUNCTIONS or schema not in ([], ["pg_catalog"]):
            raise QueryRefused(f"the function {name}, which is not one of those that only compute")
    elif kind in _OPERATORS:
        *schema, name = _strings(getattr(node, _OPERATORS[kind])) or [""]
        if schema not in ([], ["pg_catalog"]):
            raise QueryRefused(f"the operator {name} of a schema")
    elif kind == "RangeVar":
        if node.catalogname or node.schemaname in _SCHEMAS or node.relname.startswith("pg_"):
            raise QueryRefused(f"the table {node.relname}, which is none of the store")
    elif kind == "ColumnRef":
        attributes.update(_strings(node.fields)[1:])
    elif kind == "A_Indirection":
        attributes.update(_strings(node.indirection))


def _strings(nodes: Any) -> list[str]:
    return [node.string.sval for node in nodes if node.HasField("string")]


def _check_attributes(connection: Connection, names: set[str]) -> None:
    """Raise QueryRefused for ``(x).f`` where ``f`` is a function of one argument that is not allowed."""
    columns = {column.name for table in relations().tables.values() for column in table.columns}
    doubtful = names - FUNCTIONS - columns
    if not doubtful:
        return
    called = connection.execute(
        sa.text(
            "SELECT proname FROM pg_catalog.pg_proc WHERE proname = ANY(:names) AND pronargs > 0 "
            "AND (pronargs - pronargdefaults <= 1 OR provariadic <> 0) ORDER BY proname"
        ),
        {"names": sorted(doubtful)},
    ).scalars()
    for name in called:
        raise QueryRefused(f'"{name}" behind a dot, which calls the function of that name')


# --- both -----------------------------------------------------------------------------------------


def _driver(connection: Connection) -> psycopg.Connection[Any]:
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    return driver


def _stream(
    connection: Connection,
    statement: _Statement,
    values: Mapping[str, Any],
    timeout: float | None,
) -> Iterator[Values]:
    """The rows as the server sends them: one statement, so that one limit holds for all of them.

    A reader who is slow makes the server wait; nothing is kept here but the rows of one piece.
    """
    driver = _driver(connection)
    deadline = None if timeout is None else time.monotonic() + timeout
    hung_up = threading.Event()
    try:
        _settle(connection, timeout)
        with _clocked(driver, timeout, hung_up), psycopg.RawCursor(driver) as cursor:
            for name, loader in _LOADERS.items():
                cursor.adapters.register_loader(name, loader)
            given = [values[name] for name in statement.names]
            # closed at once: the stream holds the lock of the connection, which a rollback waits for
            with closing(_rows(cursor, statement.text, given)) as rows:
                first = next(rows, None)
                if first is None:  # a stream without a row does not say its columns
                    cursor.execute(_without_rows(statement.text), given)
                yield [column.name for column in cursor.description or ()]
                for row in chain([] if first is None else [first], rows):
                    if timeout is not None and deadline is not None and time.monotonic() > deadline:
                        raise OutOfTime(timeout)
                    yield [plain(value) for value in row]
    except psycopg.Error as error:
        if hung_up.is_set():
            connection.invalidate(error)
        if timeout is not None and (error.sqlstate == _CANCELED or hung_up.is_set()):
            raise OutOfTime(timeout) from error
        raise _explained(error, driver, statement.text) from error


@contextmanager
def _clocked(
    driver: psycopg.Connection[Any], timeout: float | None, hung_up: threading.Event
) -> Iterator[None]:
    """Hang up on a server that goes on after its own limit: some functions look at no clock.

    Padding a text to a gigabyte takes a minute, in which nothing cancels it.
    """

    def hang_up() -> None:
        hung_up.set()
        with (
            suppress(OSError, psycopg.Error),
            socket.socket(fileno=os.dup(driver.fileno())) as line,
        ):
            line.shutdown(socket.SHUT_RDWR)

    clock = threading.Timer((timeout or 0) + GRACE, hang_up)
    clock.daemon = True
    if timeout is not None:
        clock.start()
    try:
        yield
    finally:
        clock.cancel()


def _without_rows(text: str) -> bytes:
    query = text.rstrip().removesuffix(";")
    return f"SELECT * FROM (\n{query}\n) AS q LIMIT 0".encode()  # noqa: S608 - of a query that ran


def _rows(
    cursor: psycopg.RawCursor[Any], text: str, given: list[Any]
) -> Generator[Values, None, None]:
    yield from cursor.stream(text.encode(), given)


def _settle(connection: Connection, timeout: float | None) -> None:
    """A time limit, the time zone of the store, and text that means what it meant to the parser."""
    settings = {
        "standard_conforming_strings": "on",
        "TimeZone": "'UTC'",
        "DateStyle": "'ISO'",
        "IntervalStyle": "'iso_8601'",
    }
    if timeout is not None:
        settings["statement_timeout"] = str(max(1, min(round(timeout * 1000), 2**31 - 1)))
    for name, value in settings.items():
        connection.exec_driver_sql(f"SET LOCAL {name} = {value}")


def _explained(error: psycopg.Error, driver: psycopg.Connection[Any], text: str) -> Exception:
    state = error.sqlstate or ""
    if driver.closed or driver.pgconn.status != pq.ConnStatus.OK or state[:2] in _SAID:
        return DBAPIError.instance(text, None, error, psycopg.Error, connection_invalidated=True)
    reason = error.diag.message_primary or str(error)
    if state == "25006" or "data-modifying" in reason:
        return QueryRefused("a statement that changes something")
    if state == "42501":
        return QueryRefused(reason)
    if "multiple commands" in reason:
        return QueryRefused("more than one statement")
    if 'boolean: "too long:' in reason:
        return QueryFailed("a value or a row of it is longer than 16 MB", "ask for less of it")
    unknown = state in ("42P01", "42703")  # a table, a column
    return QueryFailed(reason, error.diag.message_hint or (UNKNOWN_NAME if unknown else None))
