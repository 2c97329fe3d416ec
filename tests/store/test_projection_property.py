"""The stored history is the replay of the log, however the events came in."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Connection

from tests import databases
from tests.answers.stores import Clock, draft, new_store
from tests.properties.histories import TERMS, entries
from timeline.answers.model import Coordinate
from timeline.answers.state import state
from timeline.answers.view import View
from timeline.errors import DataError
from timeline.model.bitemporal import content_of
from timeline.model.fold import replay
from timeline.model.kinds import KINDS
from timeline.model.record import Entry, judge
from timeline.model.values import LAST_DAY, LAST_INSTANT, Day, Fields, Instant, format_instant
from timeline.store.histories import read_party_rows, read_subject_rows
from timeline.store.log import read_all_entries, read_head
from timeline.store.projection import rebuild
from timeline.store.store import Store
from timeline.store.tables import party_history, subject_evidence, subject_history
from timeline.store.verify import verify

EXAMPLES = max(12, settings().max_examples // 4)
"""Each asks hundreds of questions: a quarter of what the profile wants is much."""

NAMES = ("acme", "globex", "initech")
SHOWN = [kind for kind in KINDS if kind not in ("source", "company")]

IDENTITY: list[Fields] = [
    {
        "id": "s", "type": "source_registered", "subject": "source:s", "publisher": "Post",
        "kind": "news", "published": "2025-01-01",
    },
    *(
        {"id": name, "type": "company_registered", "subject": f"company:{name}", "name": name}
        for name in NAMES
    ),
]  # fmt: skip


def fields_of(entry: Entry, prefix: str) -> Fields:
    """The entry as an author would have written it, its ids made unique by a prefix."""
    fields = dict(entry.fields) | {"id": prefix + entry.id, "type": entry.type}
    fields["subject"] = entry.subject.replace(":", f":{prefix}", 1)
    if entry.subject.startswith("fact:"):
        fields["subject"] = entry.subject + prefix
    if entry.occurred is not None:
        fields["occurred"] = entry.occurred
    if "target" in fields:
        fields["target"] = prefix + fields["target"]
    if "source" in fields:
        fields["known"] = entry.known
    return fields


@st.composite
def batches(draw: st.DrawFn) -> list[list[Fields]]:
    """The events of one to three subjects, mixed, in batches as they are appended."""
    streams: list[list[Fields]] = []
    for letter in "xyz"[: draw(st.integers(1, 3))]:
        kind = draw(st.sampled_from(SHOWN))
        in_order = draw(st.booleans())
        found = draw(entries(kind=kind, max_size=22 if in_order else 8, in_order=in_order))
        stream = [fields_of(entry, letter) for entry in found]
        needed = {name: TERMS[kind][name][0] for name in KINDS[kind].required}
        stream[0] = needed | stream[0]
        streams.append(stream)
    turns = draw(st.permutations([i for i, stream in enumerate(streams) for _ in stream]))
    mixed = [streams[turn].pop(0) for turn in turns]
    cuts = sorted(draw(st.sets(st.integers(1, len(mixed)), max_size=6)) | {0, len(mixed)})
    return [mixed[a:b] for a, b in itertools.pairwise(cuts)]


def append(store: Store, batch: list[Fields]) -> None:
    """Append a batch; where the store refuses one of its events, those that it takes."""
    try:
        store.append([draft(fields) for fields in batch])
    except DataError:
        for fields in batch:
            try:
                store.append([draft(fields)])
            except DataError:
                continue


def near_days(days: set[Day]) -> list[Day]:
    """The days with those before and after."""
    found = {date.fromisoformat(min(day, LAST_DAY)).toordinal() for day in days}
    last = date.fromisoformat(LAST_DAY).toordinal()
    return sorted(
        {
            date.fromordinal(min(max(day + n, 1), last)).isoformat()
            for day in found
            for n in (-1, 0, 1)
        }
    )


def near_instants(instants: set[Instant]) -> list[Instant]:
    """The instants with those one microsecond before and after."""
    found = set()
    for instant in instants:
        for n in (-1, 0, 1):
            try:
                moment = datetime.fromisoformat(instant) + timedelta(microseconds=n)
            except OverflowError:
                continue
            found.add(min(format_instant(moment), LAST_INSTANT))
    return sorted(found)


def boundaries(found: list[Entry], connection: Connection) -> tuple[list[Day], list[Instant]]:
    """Every boundary of a subject's events and rows, and what lies next to it."""
    rows = read_subject_rows(connection, [found[0].subject])[found[0].subject]
    days = {day for e in judge(found).mended.values() or found for day in (e.earliest, e.latest)}
    days |= {day for row in rows for day in (row.valid_from, row.valid_to)}
    knowns = {e.known for e in judge(found).mended.values() or found} | {
        k for r in rows for k in (r.known_from, r.known_to)
    }
    return near_days(days), near_instants(knowns)


def stored_at_every_boundary_is_replay(connection: Connection, found: list[Entry]) -> None:
    subject = found[0].subject
    rows = read_subject_rows(connection, [subject])[subject]
    parties = read_party_rows(connection, [subject])[subject]
    days, knowns = boundaries(found, connection)
    for known in knowns:
        now = [row for row in rows if row.known_from <= known < row.known_to]
        there = [row for row in parties if row.known_from <= known < row.known_to]
        for on in days:
            item = replay(found, on, known)
            held = [row.content for row in now if row.valid_from <= on < row.valid_to]
            assert held == ([content_of(item)] if item else []), (subject, on, known)
            roles = {p.company: p.roles for p in there if p.valid_from <= on < p.valid_to}
            assert roles == (item.parties if item else {}), (subject, on, known)


def answers(connection: Connection, at: Coordinate) -> Iterator[bytes]:
    """Everything that a view says at a coordinate."""
    view = View(connection, at)
    encode = msgspec.json.encode
    subjects = [subject for subject, _ in read_all_entries(connection, at.position)]
    yield encode(list(view.items(subjects)))
    yield encode(list(view.every_item()))
    for name in NAMES:
        yield encode(list(view.items_of(name)))
        yield encode(state(view, name).companies)
        yield encode(state(view, name, group=True).companies)
    yield encode(state(view).companies)


def stored_rows(connection: Connection) -> list[list[Any]]:
    """The tables of history, in a fixed order."""
    return [
        sorted(map(repr, connection.execute(sa.select(table))))
        for table in (subject_history, party_history, subject_evidence)
    ]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def fresh(request: pytest.FixtureRequest) -> Iterator[Callable[[], AbstractContextManager[Store]]]:
    """Makes an empty store for an example, on each database in turn."""
    with ExitStack() as stack:
        server = None
        if request.param == "postgresql":
            server = stack.enter_context(databases.database())

        @contextmanager
        def make() -> Iterator[Store]:
            with tempfile.TemporaryDirectory() as folder:
                if server is None:
                    store = new_store(Path(folder))
                else:
                    databases.clear(server)
                    store = Store(databases.url_text(server), clock=Clock())
                try:
                    yield store
                finally:
                    store.close()

        yield make


@given(batches(), st.data())
@settings(max_examples=EXAMPLES)
def test_the_stored_history_answers_like_replay(
    fresh: Callable[[], AbstractContextManager[Store]],
    appended: list[list[Fields]],
    data: st.DataObject,
) -> None:
    with fresh() as store:
        append(store, IDENTITY)
        for batch in appended:
            append(store, batch)
        with store.reading() as connection:
            position = read_head(connection).position
            verify(connection)
            days, knowns = {"2025-01-31"}, {LAST_INSTANT}
            for subject, found in read_all_entries(connection, position, SHOWN):
                stored_at_every_boundary_is_replay(connection, found)
                some_days, some_knowns = boundaries(found, connection)
                days |= set(some_days)
                knowns |= set(some_knowns)
                assert subject == found[0].subject
            for _ in range(4):
                on = data.draw(st.sampled_from(sorted(days)))
                known = data.draw(st.sampled_from(sorted(knowns)))
                latest = Coordinate(on=on, known=known, known_at=known, position=position)
                by_replay = msgspec.structs.replace(latest, recorded=position)
                assert View(connection, latest).stored
                assert not View(connection, by_replay).stored
                assert list(answers(connection, latest)) == list(answers(connection, by_replay))
            incremental = stored_rows(connection)
        with store.writing() as connection:
            rebuild(connection)
            assert stored_rows(connection) == incremental
            verify(connection)


@given(batches(), st.data())
@settings(max_examples=EXAMPLES)
def test_what_is_appended_later_changes_no_answer_at_an_earlier_recorded(
    fresh: Callable[[], AbstractContextManager[Store]],
    appended: list[list[Fields]],
    data: st.DataObject,
) -> None:
    with fresh() as store:
        append(store, IDENTITY)
        asked: list[tuple[Coordinate, list[bytes]]] = []
        for batch in appended:
            append(store, batch)
            with store.reading() as connection:
                position = read_head(connection).position
                known = data.draw(st.sampled_from(("2025-01-03T12:00:00.000000Z", LAST_INSTANT)))
                on = data.draw(st.dates(date(2024, 12, 1), date(2025, 3, 1))).isoformat()
                at = Coordinate(
                    on=on, known=known, known_at=known, position=position, recorded=position
                )
                latest = msgspec.structs.replace(at, recorded=None)
                asked.append((at, list(answers(connection, latest))))
        with store.reading() as connection:
            for at, before in asked:
                assert list(answers(connection, at)) == before
