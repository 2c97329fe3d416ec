"""By what every company can be found: names and identifiers as they are compared, in a table.

One look-up finds a company among any number. The rows follow from the events of each company, as they all
stand in the log, whatever a coordinate sees of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from timeline.errors import HistoryDamaged
from timeline.model.company import handles_of
from timeline.model.names import fold_name
from timeline.model.record import Entry
from timeline.store.bulk import among, insert_rows
from timeline.store.log import chunks, read_all_entries, read_entries
from timeline.store.tables import company_handle

_COMPANY: Final = "company:"


class HandleRow(NamedTuple):
    """A row of ``company_handle``."""

    folded: str
    company: str
    matched: str
    value: str
    form: str


def is_company(subject: str) -> bool:
    """Whether a subject is a company."""
    return subject.startswith(_COMPANY)


def rows_of(subject: str, entries: Iterable[Entry]) -> list[HandleRow]:
    """The rows of one company, from all its events."""
    company = subject.removeprefix(_COMPANY)
    return [
        HandleRow(base, company, handle.matched, handle.value, form)
        for handle in handles_of(company, entries)
        for base, form in [fold_name(handle.value)]
    ]


# --- reading --------------------------------------------------------------------------------------

_columns: Final = [company_handle.c[name] for name in HandleRow._fields]
_by_name: Final = sa.select(*_columns).where(company_handle.c.folded == sa.bindparam("folded"))


def read_handles(connection: Connection, text: str) -> list[HandleRow]:
    """What has the name or the identifier ``text``, as names are compared."""
    base, form = fold_name(text)
    found = connection.execute(_by_name, {"folded": base})
    return with_form([HandleRow(*row) for row in found], form)


def with_form(rows: list[HandleRow], form: str) -> list[HandleRow]:
    """The rows that a text with this legal form means, of those with its name.

    Of rows that differ in the legal form those with that of the text are meant; where there is none, those
    without one, and of a text without a form all of them.
    """
    return [row for row in rows if row.form == form] or [
        row for row in rows if not form or not row.form
    ]


def read_handles_among(connection: Connection, bases: Iterable[str]) -> dict[str, list[HandleRow]]:
    """What has any of these names, which are folded and without their legal forms; by the name."""
    own = company_handle.c
    statement = sa.select(*_columns).where(among(connection, own.folded, bases))
    found: dict[str, list[HandleRow]] = {}
    for row in connection.execute(statement.order_by(own.company, own.matched, own.value)):
        found.setdefault(row[0], []).append(HandleRow(*row))
    return found


def read_handles_of(connection: Connection, subjects: Iterable[str]) -> Iterator[HandleRow]:
    """Everything by which some companies, given as subjects, can be found."""
    for some in chunks(subjects):
        ids = [subject.removeprefix(_COMPANY) for subject in some]
        statement = sa.select(*_columns).where(among(connection, company_handle.c.company, ids))
        yield from (HandleRow(*row) for row in connection.execute(statement))


def read_all_handles(connection: Connection) -> Iterator[HandleRow]:
    """Everything by which any company can be found."""
    own = company_handle.c
    statement = sa.select(*_columns).order_by(own.company, own.matched, own.value)
    statement = statement.execution_options(yield_per=1000)
    with connection.execute(statement) as rows:
        yield from (HandleRow(*row) for row in rows)


def read_names(connection: Connection) -> Iterator[tuple[str, str]]:
    """The id and the name of every company, in the order of their ids."""
    own = company_handle.c
    statement = sa.select(own.company, own.value).where(own.matched == "name").order_by(own.company)
    with connection.execute(statement.execution_options(yield_per=1000)) as rows:
        yield from (tuple(row) for row in rows)


# --- writing --------------------------------------------------------------------------------------


def rewrite_handles(connection: Connection, subjects: Iterable[str]) -> None:
    """Write the rows of some companies anew as their events have them; other subjects have none."""
    for some in chunks(filter(is_company, subjects)):
        ids = [subject.removeprefix(_COMPANY) for subject in some]
        own = among(connection, company_handle.c.company, ids)
        connection.execute(sa.delete(company_handle).where(own))
        found = read_entries(connection, some)
        rows = [row for subject, entries in found for row in rows_of(subject, entries)]
        insert_rows(connection, company_handle, rows)


def verify_handles(connection: Connection) -> None:
    """Raise HistoryDamaged for a company whose rows do not follow from its events."""
    statement = sa.select(*_columns).order_by(company_handle.c.company)
    stored: dict[str, set[HandleRow]] = {}
    for row in connection.execute(statement):
        stored.setdefault(row.company, set()).add(HandleRow(*row))
    for subject, entries in read_all_entries(connection, kinds=["company"]):
        company = subject.removeprefix(_COMPANY)
        found, right = stored.pop(company, set()), set(rows_of(subject, entries))
        if found != right:
            odd = min(found ^ right)
            word = "lacks" if odd in right else "has"
            reason = f'the names by which it is found {word} "{odd.value}" ({odd.matched})'
            raise HistoryDamaged(subject, reason)
    if stored:
        raise HistoryDamaged(f"{_COMPANY}{min(stored)}", "it is found by names, and has no events")
