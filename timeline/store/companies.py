"""What the store keeps of companies beside their events: each follows from the log.

Which companies the events of a subject name (the index by which a company's subjects are found), which
companies are one, and by what a company is found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from timeline.errors import HistoryDamaged
from timeline.ingest.draft import references
from timeline.model.company import handles_of
from timeline.model.identity import JUDGED, Identity, Judgement, identity, judgements_of
from timeline.model.kinds import RECORD_TYPES, upcast
from timeline.model.names import fold_name
from timeline.model.record import Entry, judge
from timeline.model.values import UNDISCLOSED, Fields
from timeline.store.engine import Constant, among, insert_rows, streamed
from timeline.store.log import END, chunks, read_all_entries, read_entries
from timeline.store.tables import company_handle, company_identity, event, subject_company

# --- which companies events name ----------------------------------------------------------------

Reference = tuple[str, str]
"""What kind of thing is named (company or source), and its name."""


def named_by(
    fields: Fields, target: str | None = None, meant: str | None = None
) -> list[Reference]:
    """What an event names; of a correction also what its changes name, given its target's type.

    ``meant`` is the type of the event that a correction of corrections is about in the end.
    """
    found = references(upcast(fields))
    changes = fields.get("changes")
    if changes is not None and target is not None:
        found += references(_given(changes) | {"type": target})
    inner = nested(fields)
    if inner is not None and meant is not None:
        found += references(_given(inner) | {"type": meant})
    return [(what, name) for what, name, _ in found if what in ("company", "source")]


def nested(fields: Fields) -> Fields | None:
    """The changes that a correction makes to those of a correction, if it makes any."""
    inner = (fields.get("changes") or {}).get("changes")
    return inner if isinstance(inner, dict) else None


def _given(changes: Fields) -> Fields:
    return {name: value for name, value in changes.items() if value is not None}


def companies_of(fields: Fields, target: str | None = None, meant: str | None = None) -> set[str]:
    """The companies by which an event's subject can be found."""
    if fields["subject"].startswith(("company:", "source:")):
        return set()
    named = named_by(fields, target, meant)
    return {name for what, name in named if what == "company" and name != UNDISCLOSED}


def read_pairs(connection: Connection, subjects: Iterable[str]) -> dict[str, set[str]]:
    """The companies stored for each of some subjects."""
    table, found = subject_company, {subject: set[str]() for subject in subjects}
    statement = sa.select(table.c.subject, table.c.company)
    for subject, company in connection.execute(
        statement.where(among(connection, table.c.subject, found))
    ):
        found[subject].add(company)
    return found


def pairs_of(entries: Sequence[Entry]) -> list[tuple[str, str]]:
    """The companies by which the subject of these entries is found, each with the subject."""
    told = {entry.id: entry for entry in entries}
    companies: set[str] = set()
    for entry in entries:
        fields = entry.fields | {"type": entry.type, "subject": entry.subject}
        target = meant = told.get(fields.get("target", ""))
        while meant is not None and meant.type in RECORD_TYPES:
            # where one on the way was erased, nobody knows any more what is meant
            meant = told.get(meant.fields.get("target", ""))
        types = target.type if target else None, meant.type if meant else None
        companies |= companies_of(fields, *types)
    return [(company, entries[0].subject) for company in sorted(companies)]


def computed_pairs(connection: Connection, subjects: Iterable[str]) -> dict[str, set[str]]:
    """The companies that the events of each of some subjects name."""
    return {
        subject: {company for company, _ in pairs_of(entries)}
        for subject, entries in read_entries(connection, subjects)
    }


def rewrite_pairs(connection: Connection, subjects: Iterable[str]) -> None:
    """Store for some subjects the companies that their events name, and no others."""
    table = subject_company
    for some in chunks(subjects):
        connection.execute(sa.delete(table).where(among(connection, table.c.subject, some)))
        pairs = [
            pair for _, entries in read_entries(connection, some) for pair in pairs_of(entries)
        ]
        insert_rows(connection, table, pairs)


def subjects_with_pairs(connection: Connection) -> Iterator[str]:
    """Every subject for which a company is stored."""
    table, after = subject_company, ""
    statement = sa.select(table.c.subject).distinct().order_by(table.c.subject).limit(1000)
    while page := list(connection.scalars(statement.where(table.c.subject > after))):
        yield from page
        after = page[-1]


# --- which companies are one --------------------------------------------------------------------
#
# Judging is bookkeeping: what is judged up to a position holds at every day and for whatever was known. The
# log says it for any position; a table keeps what all of it says, for the views in SQL.


_judged: Final = sa.select(event.c.subject).where(event.c.type == sa.literal_column(f"'{JUDGED}'"))
"""The type stands in the statement itself, so that the partial index serves it."""


def read_judgements(connection: Connection, position: int) -> list[Judgement]:
    """The judgements that count up to a position."""
    subjects = sorted(set(connection.scalars(_judged)))
    if not subjects:
        return []
    found = read_entries(connection, subjects, position)
    return judgements_of(entry for _, entries in found for entry in entries)


def read_identity(connection: Connection, position: int = END) -> Identity:
    """Which companies are one by all that the log says up to a position."""
    judgements = read_judgements(connection, position)
    named = sorted({company for judgement in judgements for company in judgement.companies})
    found = read_entries(connection, [f"company:{company}" for company in named], position)
    registered = {subject.partition(":")[2]: registered_at(entries) for subject, entries in found}
    return identity(judgements, registered)


def registered_at(entries: list[Entry]) -> int:
    """The position at which a company was registered, by all its events."""
    told = [e.position for e in judge(entries).counting if e.type == "company_registered"]
    return min(told or [entry.position for entry in entries])


_stored: Final = Constant(sa.select(company_identity.c.company, company_identity.c.shown))


def read_stored_identity(connection: Connection) -> Identity:
    """Which companies are one by the whole log, as it is stored."""
    return Identity({row[0]: row[1] for row in _stored(connection)})


def rewrite_identity(connection: Connection, before: Identity) -> tuple[Identity, set[str]]:
    """Store which companies are one by the log, after news of companies; ``before`` is what is stored.

    Returns what is stored now, and the ids that are shown otherwise than before.
    """
    now = read_identity(connection)
    ids = before.first.keys() | now.first.keys()
    changed = {id_ for id_ in ids if before.of(id_) != now.of(id_)}
    if changed or before != now:
        connection.execute(sa.delete(company_identity))
        insert_rows(connection, company_identity, sorted(now.first.items()))
    return now, changed


def verify_identity(connection: Connection) -> None:
    """Raise HistoryDamaged where what is stored does not follow from the log."""
    stored, right = read_stored_identity(connection).first, read_identity(connection).first
    for company in sorted(stored.keys() | right.keys()):
        if stored.get(company) != right.get(company):
            shown = stored.get(company)
            reason = f"it is stored as one with {shown}, which is not what the log says"
            raise HistoryDamaged(f"company:{company}", reason)


# --- by what a company is found -----------------------------------------------------------------
#
# One look-up finds a company among any number. The rows follow from the events of each company, as they all
# stand in the log, whatever a coordinate sees of them.


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
    with streamed(connection, statement) as rows:
        yield from (HandleRow(*row) for row in rows)


def read_names(connection: Connection) -> Iterator[tuple[str, str]]:
    """The id and the name of every company, in the order of their ids."""
    own = company_handle.c
    statement = sa.select(own.company, own.value).where(own.matched == "name").order_by(own.company)
    with streamed(connection, statement) as rows:
        yield from (tuple(row) for row in rows)


def rewrite_handles(connection: Connection, subjects: Iterable[str]) -> None:
    """Write the rows of some companies, given as subjects, anew as their events have them."""
    for some in chunks(subjects):
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
