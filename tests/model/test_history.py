"""History by example: which rows there are, and what an append costs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from types import FrameType
from typing import Any

import pytest
from msgspec.structs import replace

from timeline.model import dates
from timeline.model.bitemporal import (
    Change,
    History,
    Lane,
    content_of,
    difference,
    follow,
    history,
)
from timeline.model.fold import replay as replay_entries
from timeline.model.record import Entry
from timeline.model.values import ALWAYS, END_OF_TIME, LAST_DAY, LAST_INSTANT, parse_moment, within

DEAL = "deal:acme-globex"
OPEN = dates.OPEN_END
PARTIES = {"acme": ["supplier"], "globex": ["customer"]}


def entry(
    position: int, type_: str, occurred: str | None, known: str | None = None, **fields: Any
) -> Entry:
    """An event of the deal: a report of the same day unless ``known`` is given; a mend without one."""
    bounds = dates.bounds(occurred) if occurred else (dates.OPEN_START, dates.OPEN_START)
    if known is None and occurred is not None:
        known = bounds[1]
    if known is not None:
        fields["source"] = "s"
    at = ALWAYS if known is None else parse_moment(known)
    return Entry(position, f"e{position}", f"{type_}", DEAL, occurred, *bounds, at, fields)


def shown(held: History) -> list[tuple[str, str, str, str, str]]:
    """Days and instants (by their day) of the rows, and the status with what else may hold."""
    rows = []
    for row in held.rows:
        others = "".join(f", or {other}" for other in row.content.alternatives)
        what = row.content.status + others
        rows.append((row.valid_from, row.valid_to, row.known_from[:10], row.known_to[:10], what))
    return sorted(rows, key=lambda row: (row[2], row[0]))


ANNOUNCED = entry(1, "deal_announced", "2025-01-10", kind="supply", parties=PARTIES)
SIGNED = entry(2, "deal_signed", "2025-02-01")


# --- rows -----------------------------------------------------------------------------------------


def test_a_report_holds_from_its_day_on_for_whoever_knew_it() -> None:
    held = history([ANNOUNCED])
    assert shown(held) == [("2025-01-10", OPEN, "2025-01-10", OPEN, "announced")]
    assert held.rows[0].known_from == "2025-01-10T23:59:59.999999Z"
    assert held.rows[0].known_to == END_OF_TIME
    assert held.rows[0].content.parties == PARTIES
    assert [(row.company, row.roles) for row in held.parties] == list(PARTIES.items())


def test_news_ends_what_was_known_and_says_until_when_it_held() -> None:
    assert shown(history([SIGNED, ANNOUNCED])) == [
        ("2025-01-10", OPEN, "2025-01-10", "2025-02-01", "announced"),
        ("2025-01-10", "2025-02-01", "2025-02-01", OPEN, "announced"),
        ("2025-02-01", OPEN, "2025-02-01", OPEN, "signed"),
    ]


def test_what_says_nothing_new_makes_no_row() -> None:
    payment = entry(3, "deal_payment_made", "2025-03-01", amount={"exact": "5", "currency": "USD"})
    again = entry(4, "deal_announced", "2025-04-01", kind="supply")
    held = history([ANNOUNCED, SIGNED, payment])
    assert held.rows == history([ANNOUNCED, SIGNED]).rows
    assert history([SIGNED, again]).rows[-1].content.terms == {"kind": "supply"}


def test_backdated_news_leaves_what_was_known_before_it() -> None:
    talks = entry(3, "deal_talks_confirmed", "2024-12-01", "2025-03-01")
    assert shown(history([ANNOUNCED, SIGNED, talks]))[3:] == [
        ("2024-12-01", "2025-01-10", "2025-03-01", OPEN, "talks"),
    ]


def test_an_imprecise_event_may_not_have_happened_until_its_latest_day() -> None:
    ended = entry(2, "deal_terminated", "2025-02", "2025-02-20")
    assert shown(history([ANNOUNCED, ended]))[1:] == [
        ("2025-01-10", "2025-02-01", "2025-02-20", OPEN, "announced"),
        ("2025-02-01", "2025-02-28", "2025-02-20", OPEN, "terminated, or announced"),
        ("2025-02-28", OPEN, "2025-02-20", OPEN, "terminated"),
    ]


def test_what_ends_on_a_day_comes_in_the_order_in_which_it_was_known() -> None:
    suspended = entry(2, "deal_suspended", "2025-02-10", "2025-02-10")
    resumed = entry(3, "deal_resumed", "[2025-02-05..2025-02-10]", "2025-02-11")
    assert shown(history([ANNOUNCED, suspended, resumed]))[-1] == (
        "2025-02-10", OPEN, "2025-02-11", OPEN, "announced, or suspended",
    )  # fmt: skip


def test_what_may_not_be_over_comes_in_the_order_in_which_it_was_known() -> None:
    expired = entry(2, "deal_expired", "[2025-02-07..2025-02-10]", "2025-02-10")
    terminated = entry(3, "deal_terminated", "[2025-02-05..2025-02-10]", "2025-02-11")
    held = history([ANNOUNCED, expired, terminated])
    told = [row.content.status for row in held.rows if row.valid_from == "2025-02-07"]
    assert told == ["expired", "expired"]


def test_what_is_only_noted_is_so_since_nobody_knows() -> None:
    suspended = entry(1, "deal_suspended", "2025-02-01")
    resumed = entry(2, "deal_resumed", "2025-03-01")
    content = history([suspended, resumed]).rows[-1].content
    assert (content.status, content.since) == ("noted", None)


def test_of_one_day_what_follows_up_comes_after_what_it_follows() -> None:
    suspended = entry(2, "deal_suspended", "2025-02-10", "2025-02-10")
    resumed = entry(3, "deal_resumed", "2025-02-20", "2025-02-09", title="On again")
    corrected = entry(
        4, "event_corrected", None, "2025-03-01", target="e3", changes={"occurred": "2025-02-10"}
    )
    held = history([ANNOUNCED, suspended, resumed, corrected])
    assert shown(held)[-1][4] == "announced"
    assert held.rows[-1].content.terms["title"] == "On again"


def test_a_plan_stays_possible_until_it_is_reported_as_done() -> None:
    plan = entry(2, "deal_completed", "2025-06-01", "2025-01-10")
    done = entry(3, "deal_completed", "2025-06-03")
    assert shown(history([ANNOUNCED, plan, done])) == [
        ("2025-01-10", "2025-06-01", "2025-01-10", OPEN, "announced"),
        ("2025-06-01", OPEN, "2025-01-10", "2025-06-03", "completed, or announced"),
        ("2025-06-01", "2025-06-03", "2025-06-03", OPEN, "completed, or announced"),
        ("2025-06-03", OPEN, "2025-06-03", OPEN, "completed"),
    ]


def test_a_correction_by_a_publisher_changes_what_is_known_from_then_on() -> None:
    corrected = entry(
        3, "event_corrected", None, "2025-03-01", target="e2", changes={"occurred": "2025-01-20"}
    )
    assert shown(history([ANNOUNCED, SIGNED, corrected]))[1:] == [
        ("2025-01-10", "2025-02-01", "2025-02-01", "2025-03-01", "announced"),
        ("2025-02-01", OPEN, "2025-02-01", "2025-03-01", "signed"),
        ("2025-01-10", "2025-01-20", "2025-03-01", OPEN, "announced"),
        ("2025-01-20", OPEN, "2025-03-01", OPEN, "signed"),
    ]


def test_a_correction_that_a_lens_leaves_out_changes_nothing() -> None:
    corrected = entry(
        3, "event_corrected", None, "2025-03-01", target="e2", changes={"occurred": "2025-01-20"}
    )
    held = history([ANNOUNCED, SIGNED, corrected], lambda each: None if each is corrected else each)
    assert shown(held) == shown(history([ANNOUNCED, SIGNED]))


def test_a_mend_of_our_own_record_leaves_no_trace() -> None:
    mend = entry(3, "event_corrected", None, target="e2", changes={"occurred": "2025-01-20"})
    meant = entry(2, "deal_signed", "2025-01-20", "2025-02-01")
    assert shown(history([ANNOUNCED, SIGNED, mend])) == shown(history([ANNOUNCED, meant]))


def test_what_is_retracted_and_retracted_again_is_gone_only_between() -> None:
    gone = entry(2, "event_retracted", None, "2025-02-01", target="e1")
    back = entry(3, "event_retracted", None, "2025-03-01", target="e2")
    held = history([ANNOUNCED, gone, back])
    assert shown(held) == [
        ("2025-01-10", OPEN, "2025-01-10", "2025-02-01", "announced"),
        ("2025-01-10", OPEN, "2025-03-01", OPEN, "announced"),
    ]
    acme = [(r.known_from[:10], r.known_to[:10]) for r in held.parties if r.company == "acme"]
    assert acme == [("2025-01-10", "2025-02-01"), ("2025-03-01", OPEN)]


def test_a_dispute_marks_the_rows_from_the_disputed_event_on() -> None:
    news = entry(3, "event_disputed", None, "2025-03-01", target="e2")
    rows = history([ANNOUNCED, SIGNED, news]).rows
    assert [(r.valid_from, r.known_from[:10]) for r in rows if r.content.disputed] == [
        ("2025-02-01", "2025-03-01")
    ]
    assert rows[-1].content.certainty == "contested"
    assert rows[-1].content.alternatives == ["announced"]
    mend = entry(3, "event_disputed", None, target="e1")
    rows = history([ANNOUNCED, mend, SIGNED]).rows
    # without the announcement nobody knows of a deal before it is signed; signed it is anyway
    assert {(r.content.status, r.content.disputed) for r in rows} == {
        ("announced", True), ("signed", False),
    }  # fmt: skip


def test_what_is_said_of_an_event_that_nobody_knows_yet_waits_for_it() -> None:
    early = entry(3, "event_retracted", None, "2025-01-15", target="e2")
    assert history([ANNOUNCED, SIGNED, early]).rows == history([ANNOUNCED]).rows


def test_a_party_that_left_and_came_back_has_two_rows() -> None:
    left = entry(2, "deal_amended", "2025-02-01", parties={"globex": []})
    back = entry(3, "deal_amended", "2025-03-01", parties={"globex": ["customer"]})
    held = history([ANNOUNCED, left, back])
    rows = [
        (r.company, r.valid_from, r.valid_to, r.known_from[:10], r.known_to[:10])
        for r in held.parties
    ]
    assert sorted(rows) == [
        ("acme", "2025-01-10", OPEN, "2025-01-10", OPEN),
        ("globex", "2025-01-10", "2025-02-01", "2025-02-01", OPEN),
        ("globex", "2025-01-10", OPEN, "2025-01-10", "2025-02-01"),
        ("globex", "2025-03-01", OPEN, "2025-03-01", OPEN),
    ]


def test_an_irregular_event_is_flagged_and_the_list_left_to_the_log() -> None:
    resumed = entry(2, "deal_resumed", "2025-02-01")
    assert [row.content.irregular for row in history([ANNOUNCED, resumed]).rows] == [
        False, False, True,
    ]  # fmt: skip


def test_the_open_ends_are_no_days_and_no_instants() -> None:
    last_day = entry(2, "deal_signed", OPEN, "2025-02-01")
    that_day = entry(2, "deal_signed", OPEN, "9999-12-31T09:00:00Z")
    never_known = entry(2, "deal_signed", "2025-02-01", OPEN)
    for unseen in (last_day, that_day, never_known):
        assert history([ANNOUNCED, unseen]).rows == history([ANNOUNCED]).rows
    held = history([never_known])
    assert (held.rows, held.parties) == ([], [])
    assert within(OPEN, END_OF_TIME) == (LAST_DAY, LAST_INSTANT)
    assert within("2025-01-01", ALWAYS) == ("2025-01-01", ALWAYS)


# --- appending ------------------------------------------------------------------------------------


def appended(before: Iterable[Entry], *news: Entry) -> Change:
    told = list(before)
    held = history(told)
    return difference(held.rows, held.parties, history([*told, *news]))


def test_appending_in_order_closes_one_row_and_adds_two() -> None:
    change = appended([ANNOUNCED], SIGNED)
    key = "2025-01-10", "2025-01-10T23:59:59.999999Z"
    assert change.rows.dropped == []
    assert change.rows.ended == [(key, "2025-02-01T23:59:59.999999Z")]
    assert [row.valid_from for row in change.rows.added] == ["2025-01-10", "2025-02-01"]
    assert (change.parties.dropped, change.parties.ended, change.parties.added) == ([], [], [])


LEFT = entry(3, "deal_amended", "2025-03-01", parties={"globex": []})
BACK = entry(4, "deal_amended", "2025-04-01", parties={"globex": ["customer"]})
UNPARTED = entry(1, "deal_talks_confirmed", "2025-01-05", kind="supply")


@pytest.mark.parametrize(
    "before, news",
    [
        pytest.param([ANNOUNCED], [SIGNED], id="the same parties"),
        pytest.param([UNPARTED], [replace(ANNOUNCED, position=2, id="e2")], id="the first parties"),
        pytest.param([ANNOUNCED, SIGNED], [LEFT], id="a party leaves"),
        pytest.param([ANNOUNCED, SIGNED], [LEFT, BACK], id="and comes back"),
        pytest.param([ANNOUNCED, SIGNED, LEFT], [BACK], id="it had left before"),
        pytest.param(
            [ANNOUNCED, SIGNED], [entry(3, "deal_talks_confirmed", "2025-03-01")], id="nothing new"
        ),
        pytest.param(
            [ANNOUNCED, SIGNED, LEFT],
            [entry(4, "deal_talks_confirmed", "2025-01-20", "2025-05-01")],
            id="late news",
        ),
    ],
)
def test_going_on_changes_what_a_fold_anew_would(before: list[Entry], news: list[Entry]) -> None:
    followed = follow(before)
    followed.settle()
    change, anew = followed.go_on(news), appended(before, *news)
    assert change is not None
    for found, expected in ((change.rows, anew.rows), (change.parties, anew.parties)):
        assert (found.dropped, sorted(found.ended)) == ([], sorted(expected.ended))
        by_key = [sorted(some.added, key=lambda row: row.key) for some in (found, expected)]
        assert by_key[0] == by_key[1]


@pytest.mark.parametrize(
    "news",
    [
        pytest.param(entry(3, "event_retracted", None, "2025-03-01", target="e2"), id="remark"),
        pytest.param(entry(3, "deal_amended", "2025-01-20", "2025-02-01"), id="as late as before"),
        pytest.param(entry(3, "deal_amended", "2025-03-01", OPEN), id="never known"),
    ],
)
def test_what_is_no_news_in_order_is_folded_anew(news: Entry) -> None:
    assert follow([ANNOUNCED, SIGNED]).go_on([news]) is None


def test_appending_what_says_nothing_new_touches_no_row() -> None:
    change = appended([ANNOUNCED, SIGNED], entry(3, "deal_talks_confirmed", "2025-03-01"))
    assert (change.rows.dropped, change.rows.ended) == ([], [])
    change = appended([SIGNED], entry(3, "deal_payment_made", "2025-03-01", amount=PAID))
    assert change.rows.added == []


def test_more_from_the_same_instant_replaces_what_was_never_seen() -> None:
    known = "2025-02-01"
    change = appended([ANNOUNCED, SIGNED], entry(3, "deal_took_effect", "2025-02-01", known))
    assert change.rows.dropped == [("2025-02-01", "2025-02-01T23:59:59.999999Z")]
    assert [row.content.status for row in change.rows.added] == ["in_force"]


def test_more_from_the_same_instant_can_undo_a_change() -> None:
    left = entry(2, "deal_amended", "2025-02-01", parties={"globex": []})
    back = entry(3, "deal_amended", "2025-02-01", parties={"globex": ["customer"]})
    change = appended([ANNOUNCED, left], back)
    first, second = "2025-01-10T23:59:59.999999Z", "2025-02-01T23:59:59.999999Z"
    assert change.rows.dropped == [("2025-01-10", second), ("2025-02-01", second)]
    assert change.rows.ended == [(("2025-01-10", first), END_OF_TIME)]
    assert change.parties.dropped == [("globex", "2025-01-10", second)]
    assert change.parties.ended == [(("globex", "2025-01-10", first), END_OF_TIME)]
    assert change.rows.added == []
    assert change.parties.added == []


def test_a_difference_leaves_alone_what_is_the_same() -> None:
    before, after = history([ANNOUNCED]), history([ANNOUNCED, SIGNED])
    change = difference(before.rows, before.parties, after)
    assert change.rows.dropped == []
    assert len(change.rows.ended) == 1
    assert len(change.rows.added) == 2
    assert (change.parties.dropped, change.parties.ended, change.parties.added) == ([], [], [])
    back = difference(after.rows, after.parties, before)
    assert len(back.rows.dropped) == 2
    assert [known_to for _, known_to in back.rows.ended] == [END_OF_TIME]
    assert back.rows.added == []


def test_a_lane_that_nothing_was_in_stays_empty() -> None:
    lane: Lane[str] = Lane()
    lane.turn("2025-01-01T00:00:00.000000Z", "2025-01-01", [("2025-01-01", None)])
    assert lane.rows == []


# --- what it costs --------------------------------------------------------------------------------


def counted_history(found: list[Entry]) -> tuple[History, int]:
    """A history, and how many functions were called, in Python and in C: the same cost on every machine."""
    count = 0

    def counted(frame: FrameType, what: str, argument: object) -> None:
        nonlocal count
        count += what in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        made = history(found)
    finally:
        sys.setprofile(before)
    return made, count


PAID = {"exact": "5", "currency": "USD"}
STEPS = (
    "deal_terms_disclosed", "deal_suspended", "deal_payment_made", "deal_resumed", "deal_amended",
)  # fmt: skip


MANY = 400
"""Events of a long history."""


def in_order(count: int, *, same_day: bool = False, same_source: bool = False) -> list[Entry]:
    found = []
    for number in range(count):
        day = (date(1990, 1, 1) + timedelta(days=0 if same_day else number)).isoformat()
        known = "2025-01-01" if same_source else f"{day}T{number % 86400 // 3600:02}:00:00Z"
        if same_day:
            known = (date(1990, 1, 1) + timedelta(days=number)).isoformat()
        fields: dict[str, Any] = {"value": {"exact": str(number), "currency": "USD"}}
        if STEPS[number % len(STEPS)] == "deal_payment_made":
            fields["amount"] = PAID
        if number == 0:
            fields |= {"kind": "supply", "parties": PARTIES}
        found.append(entry(number + 1, STEPS[number % len(STEPS)], day, known, **fields))
    return found


@pytest.mark.parametrize(
    "vary",
    [
        pytest.param(lambda n, e: e, id="in order"),
        pytest.param(lambda n, e: e if n % 10 else _late(e), id="every tenth late"),
        pytest.param(lambda n, e: e if n % 10 else _vague(e), id="every tenth imprecise"),
        pytest.param(lambda n, e: e if n else _open_ended(e), id="an open end before all"),
        pytest.param(lambda n, e: _known_at(e, n * 197 % MANY) if n else e, id="in any order"),
        pytest.param(
            lambda n, e: _known_at(_disclosed(e), MANY - n) if n else e, id="each before all others"
        ),
        pytest.param(
            lambda n, e: _known_at(e if n % 10 else _vague(e), n * 197 % MANY) if n else e,
            id="in any order, every tenth imprecise",
        ),
    ],
)
def test_a_history_costs_time_and_rows_in_proportion_to_its_events(
    vary: Callable[[int, Entry], Entry],
) -> None:
    found = [vary(number, each) for number, each in enumerate(in_order(MANY))]
    (half, cost_of_half), (whole, cost) = (
        counted_history(found[: MANY // 2]),
        counted_history(found),
    )
    assert len(whole.rows) <= 2.2 * len(half.rows)
    assert cost <= 2.3 * cost_of_half


@pytest.mark.parametrize("parties_at", [None, 20])
def test_news_in_any_order_gives_the_rows_of_replay(parties_at: int | None) -> None:
    """Of long histories, of which the sweep goes over few days at each instant."""
    told = [
        _known_at(each if number % 7 else _vague(each), number * 37 % 60) if number else each
        for number, each in enumerate(in_order(60))
    ]
    if parties_at is not None:
        joined = told[parties_at]
        told[parties_at] = replace(
            joined, fields=joined.fields | {"parties": {"initech": ["lender"]}}
        )
    held = history(told)
    for known in sorted({each.known for each in told}):
        for on in sorted({day for each in told for day in (each.earliest, each.latest)}):
            item = replay_entries(told, on, known)
            rows = [
                row.content
                for row in held.rows
                if row.known_from <= known < row.known_to and row.valid_from <= on < row.valid_to
            ]
            assert rows == ([content_of(item)] if item else []), (on, known)
            companies = {
                row.company: row.roles
                for row in held.parties
                if row.known_from <= known < row.known_to and row.valid_from <= on < row.valid_to
            }
            assert companies == (item.parties if item else {}), (on, known)


def _known_at(each: Entry, number: int) -> Entry:
    known = (date(2025, 1, 1) + timedelta(days=number)).isoformat()
    return entry(each.position, each.type, each.occurred, known, **each.fields)


def _disclosed(each: Entry) -> Entry:
    fields = {"value": each.fields["value"]}
    return entry(each.position, "deal_terms_disclosed", each.occurred, None, **fields)


def _late(each: Entry) -> Entry:
    known = date.fromisoformat(each.known[:10]) + timedelta(days=20)
    return entry(each.position, each.type, each.occurred, known.isoformat(), **each.fields)


def _vague(each: Entry) -> Entry:
    return entry(each.position, each.type, each.earliest[:7], each.known, **each.fields)


def _open_ended(each: Entry) -> Entry:
    return entry(each.position, each.type, f"[{each.earliest}..]", each.known, **each.fields)
