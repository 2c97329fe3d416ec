"""Proof that the log is what was appended, and that what is computed from it agrees."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

import msgspec
import sqlalchemy as sa
from msgspec import UNSET, Struct, UnsetType
from sqlalchemy.engine import Connection

from timeline.errors import AnchorMismatch, HistoryDamaged, InvalidValue, StoreDamaged
from timeline.ingest.draft import GENESIS
from timeline.model.company import Publication, bounds_of, known_since, publication, redated
from timeline.model.fold import kind_of
from timeline.model.kinds import upcast
from timeline.model.record import ERASED, REDATED, Entry, sources_named
from timeline.model.values import ALWAYS, Instant, parse_moment
from timeline.store.anchor import Anchor, check_continues, check_reaches
from timeline.store.companies import verify_handles, verify_identity
from timeline.store.files import verify_files
from timeline.store.full_text import verify_no_other_words, verify_words
from timeline.store.histories import HISTORY, State
from timeline.store.log import (
    UNREADABLE,
    LogRow,
    read_entries,
    read_head,
    read_row_at,
    told_of,
    walk_chain,
)
from timeline.store.schema import verify_schema
from timeline.store.tables import REVISIONS, event, party_history, subject_history
from timeline.store.verify_history import verify_history
from timeline.store.verify_references import References, verify_companies


class Verified(Struct, frozen=True, kw_only=True):
    """What was proved: every event up to this position, and the hash of the last."""

    position: int
    hash: str
    recorded: Instant | None
    subjects: int
    """Subjects whose stored history was compared with the log."""
    anchor: int | UnsetType = UNSET
    """The position of the anchor that the log was proved to continue."""
    since: int | UnsetType = UNSET
    """The position after which events were proved, where that is not the beginning."""


PAGE: Final = 1000
"""Events of which is looked up together what they refer to."""


def verify(
    connection: Connection,
    *,
    anchor: Anchor | None = None,
    sample: int | None = None,
    seed: int = 0,
    since: int = 0,
    progress: Callable[[int], None] | None = None,
) -> Verified:
    """Prove the whole log, in constant memory, then that the stored history follows from it.

    Content, order, gaps, times of recording and hashes from the chain; the columns that were computed from
    the content; that companies, sources and targets are registered ahead of what names them; the rows of
    every subject, or of a ``sample`` chosen by ``seed``. ``progress`` is told how many events, then subjects,
    are done. The schema is compared last. ``since`` proves the events after that position, for which an
    ``anchor`` of that position or a later one must vouch, and what is stored of the subjects that they are
    about. Raises StoreDamaged at the first position that is not right, HistoryDamaged for the first subject,
    FilesDamaged, SchemaChanged, AnchorMismatch where the log is no continuation of the ``anchor``, and
    InvalidValue for a ``since`` that no anchor vouches for.
    """
    if since and (anchor is None or anchor.position < since):
        raise InvalidValue(
            f"nothing vouches for the log up to entry {since}",
            "give an anchor of that entry or a later one",
        )
    known = _Known(connection)
    unlike: HistoryDamaged | None = None  # said only of a log that is sound itself
    for page in _pages(
        _anchored(connection, walk_chain(connection, progress, since), anchor, since)
    ):
        references = References(connection, page)
        for row in page:
            references.check(row)
            _check_columns(row, known)
        try:
            verify_words(connection, page)
        except HistoryDamaged as error:
            unlike = unlike or error
    head = read_head(connection)
    if anchor is not None:
        check_reaches(anchor, head.position)
    _check_versions(connection, since)
    _check_single_rows(connection, head.position)
    if unlike is not None:
        raise unlike
    if not since:
        verify_companies(connection)
        verify_handles(connection)
        verify_no_other_words(connection)
        verify_files(connection)
    verify_identity(connection)

    def count(subjects: int) -> None:
        if progress is not None:
            progress(head.position + subjects)

    _check_history_bytes(connection, since)
    subjects = verify_history(connection, sample=sample, seed=seed, since=since, progress=count)
    verify_schema(connection)
    return Verified(
        position=head.position,
        hash=head.hash,
        recorded=head.recorded if head.position else None,
        subjects=subjects,
        anchor=UNSET if anchor is None else anchor.position,
        since=since or UNSET,
    )


def _anchored(
    connection: Connection, rows: Iterable[LogRow], anchor: Anchor | None, since: int
) -> Iterator[LogRow]:
    if anchor is not None:
        check_continues(anchor, 0, ALWAYS, GENESIS)
        check_reaches(anchor, read_head(connection).position)
        if anchor.position == since != 0:
            first = read_row_at(connection, since)
            check_continues(anchor, since, first.recorded, first.hash)
    for row in rows:
        yield row
        if anchor is not None:
            check_continues(anchor, row.position, row.recorded, row.hash)


def _pages(rows: Iterable[LogRow]) -> Iterator[list[LogRow]]:
    """The rows in pages; what comes ahead of a damaged row is checked before that is reported."""
    page: list[LogRow] = []
    try:
        for row in rows:
            page.append(row)
            if len(page) == PAGE:
                yield page
                page = []
    except (AnchorMismatch, StoreDamaged):
        yield page
        raise
    yield page


def _check_columns(row: LogRow, known: _Known) -> None:
    if row.is_erased:  # what it followed from is gone; its references say that it may be
        if row.told is not None or row.digest_of_rest not in known.left_of(row):
            raise StoreDamaged(row.position, f"what is left of {row.id} is not what was left")
        return
    earliest, latest = bounds_of(upcast(row.fields), row.known)
    if (row.earliest, row.latest) != (earliest, latest):
        raise StoreDamaged(row.position, f"the bounds of {row.id} do not follow from its date")
    computed = known.of(row)
    if computed is None:
        return
    if row.known != computed[0]:
        raise StoreDamaged(row.position, f"the known of {row.id} does not follow from its source")
    if row.told != told_of(computed[1], row.known):
        reason = f"when the sources of {row.id} were published does not follow from them"
        raise StoreDamaged(row.position, reason)


_encode: Final = msgspec.json.Encoder(order="sorted").encode


def _check_history_bytes(connection: Connection, since: int) -> None:
    """Raise HistoryDamaged for a row that nobody can have written, whatever it means.

    Its JSON may say the same in other bytes, or its status be filed in another group. A key that stands
    twice is read by the database as the first, and here as the last; a key that nobody asks for is not read
    here at all.
    """
    for table, column, shape in (
        (subject_history, subject_history.c.state, State),
        (party_history, party_history.c.roles, list[str]),
    ):
        decode = msgspec.json.Decoder(shape).decode
        filed = (table.c.status, table.c.status_group) if table is subject_history else ()
        statement = sa.select(table.c.subject, column, *filed).execution_options(yield_per=1000)
        if since:
            statement = statement.where(table.c.subject.in_(_told_after(since)))
        with connection.execute(statement) as rows:  # closed also where one is wrong
            for subject, text, *status in rows:
                try:
                    same = _encode(decode(text)).decode() == text
                    if status:
                        same = same and kind_of(subject).group_of(status[0]) == status[1]
                except UNREADABLE:
                    same = False
                if not same:
                    reason = f"a row of {table.name} is not written as it was"
                    raise HistoryDamaged(subject, reason)


class _Known:
    """When each event became public, computed again from what the log said of its sources then."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.cache: dict[str, list[tuple[int, Publication | None]]] = {}
        self.erased: set[str] | None = None
        """Sources of which something was erased: a scan of the log, and few."""

    def of(self, row: LogRow) -> tuple[Instant, dict[str, Instant]] | None:
        """Since when an event is known, and when its sources were published; None where that is gone."""
        entry = row.entry
        named = sources_named(entry.fields.get("changes", {})) or []
        if any(self._is_erased(slug) for slug in (*entry.sources, *named)):
            return None
        given = {
            s: moment for s in entry.sources if (moment := self._published(s, row)) is not None
        }
        published = {slug: parse_moment(*moment) for slug, moment in given.items()}
        known = known_since(entry.fields.get("known"), given, published)
        for slug in named:
            if (moment := self._published(slug, row)) is not None:
                published[slug] = parse_moment(*moment)
        meant = redated(entry.fields, lambda: self._before(row), lambda s: self._published(s, row))
        if meant is not None:
            if any(before.is_erased for before in self._before(row)):
                return None  # where its day ends may have followed from what is gone
            published[REDATED] = meant
        return known, published

    def _before(self, row: LogRow) -> list[Entry]:
        found = read_entries(self.connection, [row.subject], row.position - 1)
        return [entry for _, entries in found for entry in entries]

    def left_of(self, row: LogRow) -> list[str]:
        """What the erasures of an event say is left of it: the digests."""
        return [
            str(entry.fields.get("left"))
            for _, entries in read_entries(self.connection, [row.subject])
            for entry in entries
            if entry.type == ERASED and entry.fields.get("target") == row.id
        ]

    def _is_erased(self, slug: str) -> bool:
        subject = f"source:{slug}"
        if self.erased is None:
            statement = sa.select(event.c.subject).where(
                event.c.type == ERASED, event.c.subject.startswith("source:")
            )
            self.erased = set(self.connection.scalars(statement))
        return subject in self.erased

    def _published(self, slug: str, row: LogRow) -> Publication | None:
        subject = f"source:{slug}"
        cached = self.cache.get(subject)
        if cached is None:
            if len(self.cache) > 10_000:
                self.cache.clear()
            cached = self.cache[subject] = [
                (entries[count - 1].position, publication(entries[:count]))
                for _, entries in read_entries(self.connection, [subject])
                for count in range(1, len(entries) + 1)
            ]
        return next((moment for at, moment in reversed(cached) if at < row.position), None)


def _check_single_rows(connection: Connection, position: int) -> None:
    """Raise StoreDamaged where a table that says one thing says another one too."""
    for table, right in (
        (sa.table("log_head", sa.column("one")), 1),
        (sa.table("projection", sa.column("name")), HISTORY),
        (sa.table("alembic_version", sa.column("version_num")), REVISIONS[-1]),
    ):
        said = list(connection.scalars(sa.select(*table.c)))
        if said != [right]:
            raise StoreDamaged(
                position, f"{table.name} must have one row, {right!r}, and has {said}"
            )


def _told_after(since: int) -> sa.Select[tuple[str]]:
    """The subjects with events after a position."""
    return sa.select(event.c.subject).where(event.c.position > since)


def _check_versions(connection: Connection, since: int) -> None:
    """Each subject's versions count 1, 2, 3 … in the order of the log."""
    numbered = sa.select(
        event.c.position,
        event.c.version,
        sa.func.row_number()
        .over(partition_by=event.c.subject, order_by=event.c.position)
        .label("expected"),
    )
    if since:
        numbered = numbered.where(event.c.subject.in_(_told_after(since)))
    ranked = numbered.subquery()
    wrong = sa.select(sa.func.min(ranked.c.position)).where(ranked.c.version != ranked.c.expected)
    position = connection.scalar(wrong)
    if position is not None:
        raise StoreDamaged(position, "the version does not count its subject's events")
