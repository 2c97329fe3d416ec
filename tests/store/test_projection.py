"""What the stored history costs to keep, and that damage to it is found, said and survived."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from tests.answers.stores import draft, new_store
from timeline import Timeline
from timeline.errors import DataError, HistoryDamaged, StoreDamaged
from timeline.model.values import Fields
from timeline.store.store import Store
from timeline.store.verify import verify_history

DEAL = "deal:acme-globex"
OTHER = "subject = 'deal:other'"
HISTORY = ("subject_history", "party_history", "subject_evidence")


def identity() -> list[Fields]:
    source = {"id": "s", "type": "source_registered", "subject": "source:s", "publisher": "Post"}
    return [
        source | {"kind": "news", "published": "2020-01-01"},
        *(
            {"id": n, "type": "company_registered", "subject": f"company:{n}", "name": n}
            for n in ("acme", "globex")
        ),
    ]


def payment(number: int, subject: str = DEAL) -> Fields:
    """Of a long story, the event that is news on that day."""
    day = (date(2020, 1, 1) + timedelta(days=number)).isoformat()
    fields: Fields = {"id": f"{subject[5:]}-{number}", "subject": subject, "source": "s"}
    fields |= {"occurred": day, "known": day}
    if number == 0:
        terms = {"kind": "supply", "parties": {"acme": ["supplier"], "globex": ["customer"]}}
        return fields | {"type": "deal_signed"} | terms
    return fields | {"type": "deal_terms_disclosed", "title": f"version {number}"}


def append(store: Store, *drafts: Fields) -> None:
    store.append([draft(fields) for fields in drafts])


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = new_store(tmp_path)
    append(store, *identity())
    yield store
    store.close()


def execute(store: Store, *statements: str) -> None:
    """Change the database as no part of the program does."""
    assert store.path is not None
    connection = sqlite3.connect(store.path)
    for statement in statements:
        assert connection.execute(statement).rowcount != 0, statement
    connection.commit()
    connection.close()


def rows(store: Store, query: str) -> list[Any]:
    assert store.path is not None
    connection = sqlite3.connect(store.path)
    found = connection.execute(query).fetchall()
    connection.close()
    return found


@pytest.mark.parametrize("kept", [0, 5, 40])
def test_news_that_is_too_much_to_keep_in_memory_is_folded_from_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    told = [payment(number, f"deal:{name}") for number in range(20) for name in ("one", "two")]
    late = [payment(9, "deal:two") | {"id": "late"}, payment(30, "deal:two")]
    new = [payment(number, "deal:three") for number in range(4)]
    found = []
    for name, most in (("in-memory", 1000), ("from-the-log", kept)):
        monkeypatch.setattr("timeline.store.projection.MOST_KEPT", most)
        store = Store(tmp_path / f"{name}.db")
        store.init()
        append(store, *identity(), *told)
        append(store, *late, *new)
        found.append([rows(store, f"SELECT * FROM {table}") for table in HISTORY])
        store.close()
    assert found[0] == found[1]


def evidence(store: Store) -> dict[str, int | None]:
    """How many events the row of each subject tells, None where they are too many."""
    found = rows(store, "SELECT subject, entries FROM subject_evidence")
    return {subject: None if text is None else text.count("\n") for subject, text in found}


@pytest.mark.parametrize("step", [1, 3, 100])
def test_a_row_tells_what_a_state_rests_on_until_that_is_too_long(store: Store, step: int) -> None:
    told = [payment(n) for n in range(100)]
    longest = 0
    for start in range(0, len(told), step):
        append(store, *told[start : start + step])
        count = evidence(store)[DEAL]
        assert count in (None, start + step), "all of its events, or none"
        longest = max(longest, count or 0)
    assert evidence(store) == {DEAL: None}
    assert step == 100 or 20 < longest < 40
    with store.reading() as connection:
        assert verify_history(connection) > 0
    timeline = Timeline(store)
    (item,) = timeline.state("acme", on="2021-01-01").companies[0].items
    assert item.events == [fields["id"] for fields in told]


def test_an_erasure_leaves_nothing_of_an_event_in_what_its_state_rests_on(store: Store) -> None:
    made = payment(3) | {"type": "deal_terminated", "by": ["acme"], "reason": "a secret"}
    append(store, *(payment(n) for n in range(3)), made | {"known": "2020-01-04"})
    step = "SELECT count(*) FROM subject_evidence WHERE entries LIKE '%a secret%'"
    assert rows(store, step) == [(1,)]
    timeline = Timeline(store)
    timeline.erase("acme-globex-3", reason="asked for")
    assert rows(store, step) == [(0,)]
    assert evidence(store) == {DEAL: 5}
    timeline.verify()


# --- what it costs ------------------------------------------------------------------------------


def touched(store: Store, write: Callable[[], None]) -> dict[str, int]:
    """How many rows of each table of history are written, by triggers of the database."""
    each = [(table, verb) for table in HISTORY for verb in ("INSERT", "UPDATE", "DELETE")]
    made = [
        f"CREATE TRIGGER count_{table}_{verb} AFTER {verb} ON {table} "
        f"BEGIN INSERT INTO touched VALUES ('{table} {verb}'); END"
        for table, verb in each
    ]
    execute(store, "CREATE TABLE touched (name TEXT)", *made)
    write()
    found = dict(rows(store, "SELECT name, count(*) FROM touched GROUP BY name"))
    drops = [f"DROP TRIGGER count_{table}_{verb}" for table, verb in each]
    execute(store, "DROP TABLE touched", *drops)
    return found


@pytest.mark.parametrize("before", [5, 300])
def test_news_in_order_touches_only_the_rows_that_change(store: Store, before: int) -> None:
    append(store, *(payment(n) for n in range(before)))
    append(store, *(payment(n, "deal:other") for n in range(before)))
    history = touched(store, lambda: append(store, payment(before)))
    # until now the present row held for ever: it ends, the past is told as before, the new day begins
    expected = {"subject_history UPDATE": 1, "subject_history INSERT": 2}
    if before == 5:  # else it rests on more than one row tells
        expected["subject_evidence UPDATE"] = 1
    assert history == expected


def test_a_confirmation_is_told_and_no_subject_is_folded_for_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    append(store, *(payment(n) for n in range(5)))
    append(store, identity()[0] | {"id": "t", "subject": "source:t", "published": "2021-01-01"})
    store.close()  # and what its connection knew is gone
    fields = {"type": "event_corrected", "target": "acme-globex-2", "source": "t"}
    confirmation = fields | {"id": "again", "changes": {"source": ["s", "t"]}, "reason": "r"}
    with monkeypatch.context() as nothing_is_folded:
        nothing_is_folded.delattr("timeline.store.projection.follow")
        told = touched(store, lambda: append(store, confirmation))
        assert told == {"subject_evidence UPDATE": 1}
    append(store, payment(6))  # which goes on from the rows that stayed
    changes = {"source": ["s", "t"], "title": "another"}
    append(store, fields | {"id": "changed", "changes": changes, "reason": "r"})
    with store.reading() as connection:
        assert verify_history(connection) > 0


def test_a_late_report_touches_only_the_rows_from_its_day_on(store: Store) -> None:
    append(store, *(payment(n) for n in range(40)))
    late = payment(38) | {"id": "late", "known": "2020-06-01", "title": "another version"}
    history = touched(store, lambda: append(store, late))
    assert history["subject_history UPDATE"] <= 3
    assert history["subject_history INSERT"] <= 5
    assert "subject_history DELETE" not in history


def calls(work: Callable[[], None]) -> int:
    """How many functions of the program are called: a cost without a clock."""
    count = 0

    def profile(frame: FrameType, event: str, _: object) -> None:
        nonlocal count
        if event == "call" and f"{'/'}timeline{'/'}" in frame.f_code.co_filename:
            count += 1

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def test_what_an_append_costs_grows_with_its_subject_alone_and_only_the_first_time(
    store: Store,
) -> None:
    append(store, *(payment(n, "deal:other") for n in range(2000)))
    append(store, *(payment(n) for n in range(100)))
    first = calls(lambda: append(store, payment(100)))
    some = calls(lambda: append(store, payment(101)))
    append(store, *(payment(n) for n in range(102, 1000)))
    store.close()  # and what its connection knew is gone
    cold = calls(lambda: append(store, payment(1000)))
    many = calls(lambda: append(store, payment(1001)))
    assert 100 < some < first
    assert cold <= 12 * first
    assert many <= 1.05 * some


def test_what_a_connection_knows_holds_until_somebody_else_appends(store: Store) -> None:
    assert store.path is not None
    other = Store(store.path)
    append(store, *(payment(n) for n in range(3)))
    append(store, payment(3))
    append(other, payment(4), payment(0, "deal:other"))
    append(store, payment(5))
    append(other, payment(6))
    with pytest.raises(DataError):  # which takes back what had been placed
        append(other, payment(7), payment(8) | {"source": "unknown"})
    append(other, payment(9))
    append(store, payment(2) | {"id": "late", "known": "2021-01-01"}, payment(10))
    append(store, payment(11))
    other.close()
    with store.reading() as connection:
        assert verify_history(connection) > 0


def test_companies_that_become_one_are_shown_in_what_goes_on_after(store: Store) -> None:
    append(store, *(payment(n) for n in range(3)))
    append(store, payment(3))
    one = {"type": "companies_judged", "subject": "company:acme", "judgement": "same"}
    append(store, one | {"companies": ["acme", "globex"], "reason": "r", "source": "s"})
    append(store, payment(4))
    append(store, payment(5))
    with store.reading() as connection:
        assert verify_history(connection) > 0


def test_so_much_is_followed_and_no_more(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("timeline.store.standing.MOST_KEPT", 8)
    for number in range(12):
        append(store, *(payment(number, f"deal:{name}") for name in ("one", "two", "three")))
    with store.reading() as connection:
        assert verify_history(connection) > 0


# --- damage -------------------------------------------------------------------------------------


def state(timeline: Timeline) -> list[tuple[str, str, Any]]:
    answer = timeline.state("acme", on="2020-03-01")
    return [(i.subject, i.status, i.terms.get("title")) for i in answer.companies[0].items]


@pytest.fixture
def timeline(store: Store) -> Timeline:
    append(store, *(payment(n) for n in range(20)))
    append(store, payment(0, "deal:other"))
    timeline = Timeline(store)
    assert timeline.verify().subjects > 2
    return timeline


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE subject_history SET status = 'completed' WHERE {other}",
        "UPDATE subject_history SET state = replace(state, 'supplier', 'lender') WHERE {other}",
        "UPDATE subject_history SET valid_from = '2019-12-31' WHERE {other}",
        "UPDATE subject_history SET known_to = '2020-02-01T00:00:00.000000Z' WHERE {other}",
        "DELETE FROM subject_history WHERE {other}",
        """INSERT INTO subject_history SELECT subject, '2030-01-01', known_from, valid_to, known_to, kind,
        status, status_group, certainty, since, disputed, irregular, state
        FROM subject_history WHERE {other}""",
        "DELETE FROM party_history WHERE {other} AND company = 'acme'",
        "UPDATE party_history SET roles = '[\"lender\"]' WHERE {other}",
        "UPDATE party_history SET company = 'globex-2' WHERE {other} AND company = 'globex'",
        "UPDATE subject_evidence SET entries = replace(entries, '\"s\"', '\"t\"') WHERE {other}",
        "UPDATE subject_evidence SET entries = entries || entries WHERE {other}",
        "UPDATE subject_evidence SET entries = NULL WHERE {other}",
        "UPDATE subject_evidence SET entries = '{{' WHERE {other}",
        "UPDATE subject_evidence SET entries = x'ff' WHERE {other}",
        "DELETE FROM subject_evidence WHERE {other}",
    ],
)
def test_verify_finds_an_altered_row_and_names_its_subject(
    timeline: Timeline, statement: str
) -> None:
    execute(timeline.store, statement.format(other=OTHER))
    with pytest.raises(HistoryDamaged) as found:
        timeline.verify()
    assert found.value.subject == "deal:other"
    assert "timeline rebuild" in str(found.value)
    timeline.rebuild()
    timeline.verify()


def test_verify_finds_rows_of_a_subject_that_the_log_does_not_know(timeline: Timeline) -> None:
    execute(timeline.store, f"UPDATE subject_history SET subject = 'deal:invented' WHERE {OTHER}")
    with pytest.raises(HistoryDamaged, match="deal:invented"):
        timeline.verify()


@pytest.mark.parametrize("subject", ["deal:invented", "source:s", "company:acme"])
def test_verify_finds_evidence_of_a_subject_that_has_none(timeline: Timeline, subject: str) -> None:
    execute(timeline.store, f"INSERT INTO subject_evidence VALUES ('{subject}', '')")
    with pytest.raises(HistoryDamaged, match=subject):
        timeline.verify()
    timeline.rebuild()
    timeline.verify()


@pytest.mark.parametrize("shift, side", [(5, "ahead of"), (-1, "behind")])
def test_a_history_that_is_not_at_the_head_answers_nothing(
    timeline: Timeline, shift: int, side: str
) -> None:
    before = state(timeline)
    assert ("deal:other", "signed", None) in before
    # what it holds is wrong as well, as after restoring only a part of a backup
    execute(
        timeline.store,
        f"UPDATE projection SET position = position + {shift}",
        "UPDATE subject_history SET status = 'completed', status_group = 'done'"
        " WHERE subject LIKE 'deal:%'",
    )
    assert state(timeline) == before
    for work in (timeline.verify, lambda: append(timeline.store, payment(20))):
        with pytest.raises(StoreDamaged, match=f"{side} the log") as found:
            work()
        assert "timeline rebuild" in str(found.value)
    timeline.rebuild()
    timeline.verify()
    append(timeline.store, payment(20))
    assert state(timeline)[0] == (DEAL, "signed", "version 20")


def test_a_sample_proves_some_subjects_and_its_seed_says_which(timeline: Timeline) -> None:
    everything = timeline.verify().subjects
    some = timeline.verify(sample=2, seed=1).subjects
    assert 1 <= some <= 2 < everything
    execute(
        timeline.store,
        f"UPDATE subject_history SET status = 'completed', status_group = 'done' WHERE {OTHER}",
    )
    outcomes = []
    for seed in range(60):
        try:
            timeline.verify(sample=1, seed=seed)
            outcomes.append("sound")
        except HistoryDamaged:
            outcomes.append("damaged")
    assert set(outcomes) == {"sound", "damaged"}
    assert timeline.verify(sample=0).subjects == 0


def test_readers_go_on_with_the_old_history_while_it_is_written_anew(timeline: Timeline) -> None:
    from timeline.store.projection import rebuild

    before = state(timeline)
    with timeline.store.writing() as connection:
        rebuild(connection)
        assert state(timeline) == before
    assert state(timeline) == before


def test_a_refused_append_leaves_the_history_as_it_was(timeline: Timeline) -> None:
    from timeline.errors import DataError

    before = [rows(timeline.store, f"SELECT * FROM {table}") for table in HISTORY]
    unknown = payment(21) | {"parties": {"nobody": ["supplier"]}}
    with pytest.raises(DataError):
        append(timeline.store, payment(20), unknown)
    assert [rows(timeline.store, f"SELECT * FROM {table}") for table in HISTORY] == before
    timeline.verify()
