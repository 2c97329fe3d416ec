"""Proof that the log is what was appended, and that what is computed from it agrees."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

import msgspec
import sqlalchemy as sa
from msgspec import UNSET, Struct, UnsetType
from sqlalchemy.engine import Connection

from timeline.errors import AnchorMismatch, HistoryDamaged, InvalidValue, StoreDamaged
from timeline.ingest.draft import GENESIS, TOMBSTONE
from timeline.model.bitemporal import Content, Row, content_of, difference, history, shown
from timeline.model.company import Publication, bounds_of, known_since, publication, redated
from timeline.model.fold import kind_of, replay
from timeline.model.identity import Identity
from timeline.model.kinds import RECORD_TYPES, upcast
from timeline.model.record import ERASED, REDATED, Entry, sources_named
from timeline.model.values import ALWAYS, UNDISCLOSED, Fields, Instant, parse_moment
from timeline.store.anchor import Anchor, check_continues, check_reaches
from timeline.store.bulk import rare_collections
from timeline.store.companies import (
    companies_of,
    computed_pairs,
    named_by,
    nested,
    read_identity,
    read_pairs,
    subjects_with_pairs,
    verify_handles,
    verify_identity,
)
from timeline.store.engine import among, streamed
from timeline.store.files import verify_files
from timeline.store.full_text import sums_of_words, verify_no_other_words, verify_words
from timeline.store.histories import (
    HISTORY,
    State,
    checked_head,
    evidence_values,
    has_evidence,
    is_projected,
    projected,
    read_evidence,
    read_party_rows,
    read_subject_rows,
)
from timeline.store.log import (
    UNREADABLE,
    LogRow,
    check_row,
    chunks,
    log_row,
    read_all_entries,
    read_entries,
    read_head,
    read_row,
    read_row_at,
    told_of,
    walk_chain,
)
from timeline.store.schema import verify_indexes, verify_schema
from timeline.store.tables import (
    REVISIONS,
    event,
    party_history,
    subject_evidence,
    subject_history,
)


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


@rare_collections()
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
    sums = None if since else sums_of_words(connection)
    for page in _pages(
        _anchored(connection, walk_chain(connection, progress, since), anchor, since)
    ):
        references = References(connection, page)
        for row in page:
            references.check(row)
            _check_columns(row, known)
        try:
            verify_words(connection, page, sums)
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
    if not since:
        verify_indexes(connection)
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
    check_row(row)
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

_FILED: Final = (
    subject_history.c.status,
    subject_history.c.status_group,
    # as they stand: SQLAlchemy takes whatever is empty for false
    sa.type_coerce(subject_history.c.disputed, sa.Integer),
    sa.type_coerce(subject_history.c.irregular, sa.Integer),
)
"""What of a row is filed, and what it says with yes or no."""


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
        filed = _FILED if table is subject_history else ()
        statement = sa.select(table.c.subject, column, *filed)
        if since:
            statement = statement.where(table.c.subject.in_(_told_after(since)))
        with streamed(connection, statement) as rows:
            for subject, text, *status in rows:
                try:
                    same = _encode(decode(text)).decode() == text
                    if status:
                        same = same and kind_of(subject).group_of(status[0]) == status[1]
                        same = same and all(said in (0, 1) for said in status[2:])
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


# --- what follows from references ---------------------------------------------------------------


class References:
    """What the events of one page of the log refer to, as the log has it."""

    def __init__(self, connection: Connection, page: Sequence[LogRow]) -> None:
        contents = {row.position: row.fields for row in page}
        targets = {f["target"] for f in contents.values() if "target" in f}
        self._connection = connection
        self._targets: dict[str, tuple[int, str, str, bool]] = {}
        columns = (event.c.id, event.c.position, event.c.subject, event.c.type, event.c.payload)
        found = connection.execute(
            sa.select(*columns).where(among(connection, event.c.id, targets))
        )
        for id_, position, subject, type_, payload in found:
            self._targets[id_] = (position, subject, type_, payload == TOMBSTONE)
        self._meant = {
            position: self._meant_by(fields)
            for position, fields in contents.items()
            if nested(fields) is not None
        }
        named = {
            name
            for position, fields in contents.items()
            for name in named_by(fields, self._type_of(fields), self._meant.get(position))
        }
        subjects = {f"{what}:{name}" for what, name in named if name != UNDISCLOSED}
        first = sa.select(event.c.subject, sa.func.min(event.c.position)).group_by(event.c.subject)
        self._registered: dict[str, int] = {
            row[0]: row[1]
            for row in connection.execute(first.where(among(connection, event.c.subject, subjects)))
        }
        self._pairs = read_pairs(connection, {row.subject for row in page})
        self._erasures = self._read_erasures(connection, page)

    def _read_erasures(self, connection: Connection, page: Sequence[LogRow]) -> dict[str, int]:
        """The events that were declared erased, of the subjects that any such event is of, and where."""
        subjects = {row.subject for row in page if row.is_erased}
        if not subjects:
            return {}
        statement = sa.select(event).where(
            event.c.type == ERASED, among(connection, event.c.subject, subjects)
        )
        rows = map(log_row, connection.execute(statement).mappings())
        return {row.fields["target"]: row.position for row in rows if not row.is_erased}

    def check(self, row: LogRow) -> None:
        """Raise StoreDamaged, or HistoryDamaged for the index, where something is not there."""
        fields = row.fields
        if row.is_erased:
            if self._erasures.get(row.id, 0) <= row.position:
                raise StoreDamaged(row.position, f"{row.id} is erased, and no event says so")
            return
        if row.type in RECORD_TYPES:
            self._check_target(row, fields["target"])
        types = self._type_of(fields), self._meant.get(row.position)
        for what, name in named_by(fields, *types):
            if what == "company" and name == UNDISCLOSED:
                continue
            position = self._registered.get(f"{what}:{name}")
            if position is None or position >= row.position:
                reason = f'{row.id} names the {what} "{name}", which no event ahead of it registers'
                raise StoreDamaged(row.position, reason)
        missing = companies_of(fields, *types) - self._pairs[row.subject]
        if missing:
            raise HistoryDamaged(row.subject, f'the index lacks its company "{min(missing)}"')

    def _check_target(self, row: LogRow, id_: str) -> None:
        target = self._targets.get(id_)
        if target is None or target[0] >= row.position:
            raise StoreDamaged(row.position, f'{row.id} is about "{id_}", which is not ahead of it')
        if target[1] != row.subject:
            reason = f'{row.id} is about "{id_}", which belongs to {target[1]}'
            raise StoreDamaged(row.position, reason)
        if row.type == ERASED and not target[3]:
            raise StoreDamaged(row.position, f'{row.id} says that "{id_}" is erased, and it is not')

    def _meant_by(self, fields: Fields) -> str | None:
        """The type of the event that a correction of corrections is about in the end."""
        id_, type_ = fields.get("target"), fields["type"]
        while id_ is not None and type_ in RECORD_TYPES:
            row = read_row(self._connection, id_)
            if row is None:
                return None
            type_, id_ = row.type, row.fields.get("target")
        return None if type_ in RECORD_TYPES else str(type_)

    def _type_of(self, fields: Fields) -> str | None:
        target = self._targets.get(fields.get("target", ""))
        return target[2] if target else None


def verify_companies(connection: Connection) -> None:
    """Raise HistoryDamaged for a subject that is found under a company which no event of it names."""
    for subjects in chunks(subjects_with_pairs(connection)):
        computed = computed_pairs(connection, subjects)
        for subject, stored in read_pairs(connection, subjects).items():
            extra = stored - computed.get(subject, set())
            if extra:
                reason = f'the index has the company "{min(extra)}", which no event of it names'
                raise HistoryDamaged(subject, reason)


# --- the history --------------------------------------------------------------------------------


REPLAYED: Final = 8
"""Rows of a subject at whose beginnings its events are replayed besides: a replay reads all events of the
subject, so that one for each row would take the square of them."""


def verify_history(
    connection: Connection,
    *,
    sample: int | None = None,
    seed: int = 0,
    since: int = 0,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Compare the stored history with the log; how many subjects were compared.

    Each subject's rows must be those that one sweep over its events gives anew, and say what replay says
    where some of them begin. ``since`` compares the subjects with events after that position, ``sample`` that
    many subjects, chosen by ``seed``. Raises StoreDamaged where the history is not at the head of the log,
    HistoryDamaged for the first subject that differs.
    """
    checked_head(connection)
    for table in (subject_history, party_history, subject_evidence):
        known = sa.select(event.c.subject).where(projected(event.c.subject))
        orphan = sa.select(table.c.subject).where(table.c.subject.not_in(known)).limit(1)
        subject = connection.scalar(orphan)
        if subject is not None:
            raise HistoryDamaged(subject, f"{table.name} has rows of it, and the log gives it none")
    one = read_identity(connection)
    count = 0
    for subject, entries in _subjects(connection, sample, seed, since):
        try:
            _compare(connection, subject, entries, one)
        except UNREADABLE as error:
            raise HistoryDamaged(subject, f"a row of it cannot be read ({error})") from error
        count += 1
        if progress is not None and count % 100 == 0:
            progress(count)
    return count


def _subjects(
    connection: Connection, sample: int | None, seed: int, since: int
) -> Iterator[tuple[str, list[Entry]]]:
    position = read_head(connection).position
    if sample is None and since:
        touched = sa.select(event.c.subject).where(event.c.position > since).distinct()
        named = sorted(filter(is_projected, connection.scalars(touched)))
        yield from read_entries(connection, named, position)
        return
    if sample is None:
        everything = read_all_entries(connection, position)
        yield from ((subject, entries) for subject, entries in everything if is_projected(subject))
        return
    # positions instead of subjects: no list of all subjects is needed, and busy ones come first
    later = range(since + 1, position + 1)
    chosen = random.Random(seed).sample(later, min(sample, len(later)))  # noqa: S311
    subjects: set[str] = set()
    for at in chosen:
        statement = sa.select(event.c.subject).where(event.c.position == at)
        subjects.add(connection.execute(statement).scalar_one())
    yield from read_entries(connection, sorted(filter(is_projected, subjects)), position)


def _compare(connection: Connection, subject: str, entries: list[Entry], one: Identity) -> None:
    stored = read_subject_rows(connection, [subject])[subject]
    expected = history(entries, one=one)
    parties = read_party_rows(connection, [subject])[subject]
    change = difference(stored, parties, expected)
    for table, touched in (("subject", change.rows), ("party", change.parties)):
        count = len(touched.dropped) + len(touched.ended) + len(touched.added)
        if count:
            reason = f"{count} {table} row{'' if count == 1 else 's'} differ from the log"
            raise HistoryDamaged(subject, reason)
    evidence = [evidence_values(entries)] if has_evidence(subject) else []
    if read_evidence(connection, [subject]) != evidence:
        raise HistoryDamaged(subject, "what its state rests on differs from the log")
    for row in _some(stored):
        item = replay(entries, row.valid_from, row.known_from)
        kind = subject.partition(":")[0]
        if item is None or shown(kind, content_of(item), one) != row.content:
            where = f"on {row.valid_from}, known {row.known_from}"
            raise HistoryDamaged(subject, f"its row differs from replay {where}")


def _some(rows: list[Row[Content]]) -> list[Row[Content]]:
    """The rows that are replayed besides: the first, the last, and some that lie evenly between."""
    if len(rows) <= REPLAYED:
        return rows
    return [rows[at * (len(rows) - 1) // (REPLAYED - 1)] for at in range(REPLAYED)]
