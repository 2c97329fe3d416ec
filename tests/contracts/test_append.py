"""Appending: places, versions, times, identity, and all or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contracts.world import (
    ACME,
    DEAL,
    GLOBEX,
    IDENTITY,
    POST,
    SIGNED,
    WIRE,
    World,
    correction,
    read,
    retraction,
    without,
)
from timeline.errors import DataError, VersionConflict
from timeline.ingest.draft import GENESIS, chain, derive_id, digest
from timeline.model.values import Fields
from timeline.store.append import BATCH, MOST_PROBLEMS, Appender, Outcome
from timeline.store.log import read_head
from timeline.store.store import Store


def deal(number: int, **more: object) -> Fields:
    return DEAL | {"id": f"deal-{number}", "subject": f"deal:d-{number}"} | more


# --- place and time -----------------------------------------------------------------------------


def test_positions_are_dense_and_in_the_order_given(world: World) -> None:
    assert world.append(POST, ACME) == [Outcome("post", 1, True), Outcome("acme", 2, True)]
    assert world.append(GLOBEX) == [Outcome("globex", 3, True)]
    assert world.append(WIRE, DEAL, SIGNED)[-1].position == 6
    assert [row.position for row in world.rows()] == [1, 2, 3, 4, 5, 6]
    assert world.ids() == ["post", "acme", "globex", "wire", "announced", "signed"]
    assert world.head().position == 6


def test_an_empty_log_begins_at_nothing(world: World) -> None:
    assert world.head() == (0, "0001-01-01T00:00:00.000000Z", GENESIS)
    assert world.append() == []
    assert world.head().position == 0
    world.check()


def test_versions_count_the_events_of_a_subject(world: World) -> None:
    world.append(*IDENTITY, DEAL, deal(2), SIGNED, retraction("signed", id="r"))
    world.append(deal(2, id="again", occurred="2025-02-01"))
    versions = [(row.subject, row.version) for row in world.rows()[4:]]
    assert versions == [
        ("deal:widgets", 1), ("deal:d-2", 1), ("deal:widgets", 2), ("deal:widgets", 3), ("deal:d-2", 2),
    ]  # fmt: skip


def test_recorded_never_goes_backwards(world: World) -> None:
    world.append(POST, ACME)
    world.clock.forward(days=-30)
    world.append(GLOBEX)
    world.clock.forward(days=31, microseconds=1)
    world.append(WIRE)
    assert [row.recorded for row in world.rows()] == [
        "2026-01-01T12:00:00.000000Z", "2026-01-01T12:00:00.000000Z", "2026-01-01T12:00:00.000000Z",
        "2026-01-02T12:00:00.000001Z",
    ]  # fmt: skip
    assert world.head().recorded == "2026-01-02T12:00:00.000001Z"
    world.check()


def test_every_event_is_chained_to_the_one_ahead_of_it(world: World) -> None:
    world.append(POST, ACME)
    world.clock.forward(days=1)
    world.append(GLOBEX)
    previous = GENESIS
    for row in world.rows():
        assert row.digest == digest(row.fields)
        assert row.hash == chain(previous, row.recorded, row.digest)
        previous = row.hash
    assert world.head().hash == previous


def test_a_row_gives_back_what_was_given(world: World) -> None:
    events: list[Fields] = [
        DEAL | {
            "attribution": "named_person", "speaker": "the chair", "fact_level": "forecast",
            "note": "é 🦀 \u2028 \x7f", "value": {"exact": "5.10", "currency": "USD"},
            "extra": {"a": [1, 2.5, None, True, "x"], "\ue000": 1, "\U0001f980": -0.5},
            "schema_version": 1, "known": "2025-01-10T09:30:00+01:00",
        },
        SIGNED | {"fact_level": "fact", "source": ["post", "wire"]},
        SIGNED | {"id": "third", "fact_level": "opinion", "attribution": "filing"},
    ]  # fmt: skip
    world.append(*IDENTITY, *events)
    assert [row.fields for row in world.rows()[4:]] == events
    row = world.row("announced")
    assert (row.fact_level, row.attribution, row.schema_version) == ("forecast", "named_person", 1)
    assert (row.occurred, row.earliest, row.latest) == ("2025-01-09", "2025-01-09", "2025-01-09")


def test_more_than_a_batch_is_one_transaction(world: World) -> None:
    outcomes = world.append(*IDENTITY, *(deal(n) for n in range(BATCH + 5)))
    assert [outcome.position for outcome in outcomes] == list(range(1, BATCH + 10))
    assert [row.version for row in world.rows()] == [1] * (BATCH + 9)
    world.check()


# --- identity -----------------------------------------------------------------------------------


def test_the_same_event_again_is_found_and_not_stored(world: World) -> None:
    first = world.append(*IDENTITY, DEAL)
    before = world.everything()
    world.clock.forward(days=1)
    again = world.append(*IDENTITY, DEAL)
    assert again == [Outcome(outcome.id, outcome.position, False) for outcome in first]
    assert world.everything() == before


def test_after_a_lost_connection_the_same_again_is_safe(world: World) -> None:
    if world.store.url.database in (None, "", ":memory:"):
        pytest.skip("what is in memory is gone with its connection")
    world.append(*IDENTITY, DEAL)
    other = Store(world.store.url.render_as_string(hide_password=False).removeprefix("sqlite:///"))
    other.clock = world.clock
    again = World(other, world.clock).append(*IDENTITY, DEAL, SIGNED)
    other.close()
    assert [(outcome.position, outcome.new) for outcome in again[-2:]] == [(5, False), (6, True)]
    assert len(world.ids()) == 6


def test_an_id_is_derived_from_the_content(world: World) -> None:
    content = without(DEAL, "id")
    outcome = world.append(*IDENTITY, content)[-1]
    assert outcome.id == derive_id(read(content).fields)
    assert world.row(outcome.id).fields == content | {"id": outcome.id}
    assert world.append(content) == [Outcome(outcome.id, outcome.position, False)]
    assert world.append(content | {"note": "another payment"})[0].new


def test_events_alike_in_everything_are_one_even_in_one_transaction(world: World) -> None:
    one, other = world.append(*IDENTITY, without(DEAL, "id"), without(DEAL, "id"))[-2:]
    assert (one.id, one.position, one.new) == (other.id, other.position, True)
    assert not other.new
    assert world.head().position == 5


def test_a_remark_without_an_id_has_the_same_every_time(world: World) -> None:
    world.append(*IDENTITY, DEAL)
    mend = correction("announced", {"title": "Widgets"})
    (first,) = world.append(mend)
    assert world.row(first.id).fields["subject"] == "deal:widgets"
    assert first.id == derive_id(mend | {"subject": "deal:widgets"})
    assert world.append(mend, mend | {"subject": "deal:widgets"}) == [
        Outcome(first.id, first.position, False)
    ] * 2  # fmt: skip


def test_another_content_under_the_same_id_is_refused_with_the_difference(world: World) -> None:
    world.append(*IDENTITY, DEAL)
    changed = without(DEAL, "kind") | {
        "occurred": "2025-01-08",
        "title": "Widgets",
        "kind": "merger",
    }
    (problem,) = world.problems(changed)
    assert problem.code == "event-changed"
    for part in ("kind", '"supply"', '"merger"', "title", "nothing", '"2025-01-08"'):
        assert part in problem.message
    assert "subject" not in problem.message
    assert "--amend" in problem.hint
    assert world.refuse(without(DEAL, "kind")) == ["event-changed"]


def test_an_id_of_another_subject_or_type_is_taken(world: World) -> None:
    world.append(*IDENTITY, DEAL)
    assert world.refuse(DEAL | {"subject": "deal:gadgets"}) == ["id-taken"]
    assert world.refuse(SIGNED | {"id": "announced"}) == ["id-taken"]
    assert world.refuse(SIGNED, SIGNED | {"occurred": "2025-01-16"}) == ["event-changed"]
    assert world.refuse(GLOBEX | {"id": "acme"}) == ["id-taken"]


def test_what_was_mended_may_come_again_as_it_was_or_as_it_is(world: World) -> None:
    world.append(*IDENTITY, DEAL | {"title": "Widgtes"})
    world.append(correction("announced", {"title": "Widgets", "known": "2025-01-11"}, id="mend"))
    head = world.head()
    for fields in ({"title": "Widgtes"}, {"title": "Widgets", "known": "2025-01-11"}):
        assert world.append(DEAL | fields) == [Outcome("announced", 5, False)]
    assert world.head() == head
    assert world.refuse(DEAL | {"title": "Gadgets"}) == ["event-changed"]
    world.append(correction("announced", {"title": "Gadgets"}, source="wire", id="news"))
    assert world.refuse(DEAL | {"title": "Gadgets", "known": "2025-01-11"}) == ["event-changed"], (
        "a publisher's correction is no slip of ours"
    )


def test_a_retraction_of_ours_does_not_make_the_event_new(world: World) -> None:
    world.append(*IDENTITY, DEAL, retraction("announced", id="gone"))
    assert world.append(DEAL) == [Outcome("announced", 5, False)]


# --- optimistic concurrency ---------------------------------------------------------------------


def test_a_version_that_was_not_expected_is_a_conflict(world: World) -> None:
    world.append(*IDENTITY)
    assert world.append(DEAL, expected_version=0)[0].new
    before = world.everything()
    with pytest.raises(VersionConflict) as caught:
        world.append(SIGNED, expected_version=0)
    assert (caught.value.subject, caught.value.expected, caught.value.actual) == (
        "deal:widgets",
        0,
        1,
    )
    assert "1" in str(caught.value)
    assert world.everything() == before
    assert world.append(SIGNED, expected_version=1)[0].new


def test_a_retry_after_it_was_stored_is_no_conflict(world: World) -> None:
    world.append(*IDENTITY)
    world.append(DEAL, expected_version=0)
    world.append(SIGNED, expected_version=1)
    assert world.append(DEAL, expected_version=0) == [Outcome("announced", 5, False)]


# --- all or nothing -----------------------------------------------------------------------------


@pytest.mark.parametrize("bad", [0, 2, 4])
def test_one_bad_event_of_five_leaves_nothing(world: World, bad: int) -> None:
    world.append(*IDENTITY)
    events = [deal(n) for n in range(5)]
    events[bad] = deal(bad, source="nowhere")
    assert world.refuse(*events) == ["unknown-source"]
    assert world.head().position == 4
    world.append(*(deal(n) for n in range(5)))
    world.check()


def test_every_problem_is_said_at_once_and_only_those(world: World) -> None:
    events = [
        POST, ACME, GLOBEX, DEAL, deal(1, source="wyre"), deal(2, parties={"globx": ["partner"]}),
        without(deal(3), "kind", "parties"), SIGNED | {"source": "post"}, retraction("anounced"),
        retraction("announced", subject="deal:gadgets"), ACME | {"name": "Acme Inc"},
        correction("announced", {"kind": "marriage", "colour": "red"}), correction("signed", {"note": "ok"}),
    ]  # fmt: skip
    assert world.refuse(*events) == [
        "unknown-source", "unknown-company", "missing-field", "missing-field", "unknown-target",
        "wrong-subject", "event-changed", "invalid-value", "unknown-field",
    ]  # fmt: skip


def test_a_problem_does_not_make_one_of_what_follows_in_another_batch(world: World) -> None:
    bad = deal(0, source="nowhere")
    rest = [deal(n) for n in range(1, BATCH + 50)]
    late = DEAL | {"id": "late", "subject": "deal:d-3", "occurred": "2025-02-01"}
    assert world.refuse(*IDENTITY, bad, *rest, without(late, "kind"), retraction("deal-4")) == [
        "unknown-source"
    ]


def test_after_a_thousand_problems_it_goes_no_further(world: World) -> None:
    bad = [deal(n, source="nowhere") for n in range(3 * MOST_PROBLEMS)]
    assert MOST_PROBLEMS <= len(world.problems(*IDENTITY, *bad)) < 2 * MOST_PROBLEMS


def test_an_interruption_leaves_nothing(world: World) -> None:
    before = world.everything()

    def append() -> None:
        with world.store.writing() as connection:
            appender = Appender(connection, clock=world.clock)
            appender.extend([read(fields) for fields in IDENTITY])
            appender.finish()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        append()
    assert world.everything() == before


def test_a_store_that_replay_would_have_made_is_not_left_behind(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    world = World(Store(path), None)  # type: ignore[arg-type]
    with pytest.raises(DataError):
        world.replay(b'{"type": "deal_anounced"}\n')
    assert list(tmp_path.iterdir()) == []
    assert world.replay(b"").stored == 0
    assert path.exists()
    world.store.close()


def test_the_log_is_not_read_while_it_is_appended_to(world: World) -> None:
    """A session sees one state throughout, whatever is appended meanwhile."""
    if world.store.url.database in (None, "", ":memory:"):
        pytest.skip("what is in memory has one connection")
    world.append(*IDENTITY)
    with world.store.reading() as reader:
        assert read_head(reader).position == 4
        with world.store.writing() as writer:
            appender = Appender(writer, clock=world.clock)
            appender.extend([read(DEAL)])
            appender.finish()
            assert read_head(writer).position == 5
            assert read_head(reader).position == 4
            with world.store.reading() as third:
                assert read_head(third).position == 4
        assert read_head(reader).position == 4
    assert world.head().position == 5
