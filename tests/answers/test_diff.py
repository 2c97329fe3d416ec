"""What changed in the world, what was learned, what one source told; and what made each difference."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.answers.stores import new_store, new_timeline, replay_text
from timeline import Timeline
from timeline.answers.asked import LensAsked
from timeline.answers.model import DiffAnswer
from timeline.errors import InvalidValue, NotFound

CORRECTED = {"signed", "correction"}

STORY = """\
story: causes
sources:
  post: {publisher: Post, kind: news, published: 2025-01-10}
  times: {publisher: Times, kind: news, published: 2025-01-20}
  globe: {publisher: Globe, kind: news, published: 2025-02-01}
companies: {acme: {name: Acme}, globex: {name: Globex}, initech: {name: Initech}}
events:
  - type: deal_announced
    id: announced
    subject: deal:widgets
    occurred: 2025-01-05
    source: [post, times]
    kind: supply
    parties: {acme: [supplier], globex: [customer]}
  - {type: deal_signed, id: signed, subject: deal:widgets, occurred: 2025-01-15, source: times}
  - {type: deal_amended, id: amended, subject: deal:widgets, occurred: 2025-01-25, source: globe, title: W}
  - {type: event_corrected, id: correction, target: signed, source: globe, changes: {occurred: 2025-01-16}}
  - {type: event_disputed, id: dispute, target: amended, by: Acme, source: globe, known: 2025-02-05}
  - {type: event_retracted, id: retraction, target: signed, source: globe, known: 2025-02-10}
  - type: deal_terminated
    id: ended
    subject: deal:widgets
    occurred: 2025-03
    source: globe
    known: 2025-03-31
  - type: relationship_observed
    id: parent
    subject: relationship:initech-acme
    occurred: 2025-01-12
    source: times
    kind: parent_of
    from: initech
    to: acme
"""


@pytest.fixture(scope="module")
def causes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Timeline]:
    folder = tmp_path_factory.mktemp("causes")
    store = new_store(folder)
    replay_text(store, folder, STORY)
    yield Timeline(store)
    store.close()


def changes(answer: DiffAnswer, subject: str = "deal:widgets") -> list[Any]:
    """What became of a subject, but for what follows: the evidence, and since when of a new status."""
    own = [change for change in answer.changes if change.subject == subject]
    moved = any(change.change == "status" for change in own)
    left_out = {"evidence", "since"} if moved else {"evidence"}
    return [(c.change, c.before, c.after, c.events) for c in own if c.change not in left_out]


def doubt(certainty: str, *alternatives: str) -> dict[str, Any]:
    return {"certainty": certainty, "alternatives": list(alternatives)}


@pytest.mark.parametrize(
    "on, expected",
    [
        ("2025-01-04..2025-01-05", [("appeared", None, "announced", ["announced"])]),
        ("2025-01-05..2025-01-15", []),
        ("2025-01-15..2025-01-31", [
            ("terms", {"title": None}, {"title": "W"}, ["amended", "dispute"]),
            ("disputes", [], ["dispute"], ["amended", "dispute"]),
        ]),
        ("2025-01-31..2025-01-04", [("vanished", "announced", None, ["announced", "amended", "dispute"])]),
        ("2025-01-31..2025-04-01", [("status", "announced", "terminated", ["ended"])]),
    ],
)  # fmt: skip
def test_what_changed_in_the_world(causes: Timeline, on: str, expected: list[Any]) -> None:
    found = changes(causes.diff("acme", on=on))
    assert [(name, before, after) for name, before, after, _ in found] == [e[:3] for e in expected]
    named = {event for *_, events in found for event in events}
    assert named == {event for *_, events in expected for event in events}


@pytest.mark.parametrize(
    "on, known, expected",
    [
        # learned: that it was signed; that it was not yet on the 15th; that all that was wrong
        ("2025-01-15", "2025-01-10..2025-01-20", [("status", "announced", "signed", {"signed"})]),
        ("2025-01-15", "2025-01-20..2025-02-01", [("status", "signed", "announced", CORRECTED)]),
        ("2025-01-16", "2025-01-20..2025-02-01", [("since", "2025-01-15", "2025-01-16", {"correction"})]),
        ("2025-01-20", "2025-02-05..2025-02-10", [
            ("status", "signed", "announced", CORRECTED | {"retraction"}),
        ]),
        ("2025-01-31", "2025-02-04..2025-02-05", [("disputes", [], ["dispute"], {"dispute"})]),
        ("2025-01-31", "2025-02-05..2025-02-04", [("disputes", ["dispute"], [], {"dispute"})]),
        ("2025-01-31", "2025-02-20..2025-02-28", []),
    ],
)  # fmt: skip
def test_what_was_learned_about_one_day(
    causes: Timeline, on: str, known: str, expected: list[Any]
) -> None:
    found = changes(causes.diff("acme", on=on, known=known))
    assert [(name, was, became, set(events)) for name, was, became, events in found] == expected


def test_where_time_alone_passed_what_became_certain_did_it(causes: Timeline) -> None:
    found = changes(causes.diff("acme", on="2025-03-10..2025-03-31"))
    assert found == [
        ("certainty", doubt("possible", "announced"), doubt("definite"), ["ended"]),
    ]


def test_what_one_source_told(causes: Timeline) -> None:
    # the announcement counts with and without the Times, so it is no cause
    answer = causes.diff("acme", source="times", on="2025-01-15", known="2025-01-31")
    assert changes(answer) == [("status", "announced", "signed", ["signed"])]
    assert answer.before.lens == LensAsked(not_source=("times",))
    assert [cause.event for cause in answer.evidence if cause.subject == "deal:widgets"] == [
        "signed"
    ]
    assert answer.evidence[0].cited[0].publisher == "Times"
    (appeared,) = changes(causes.diff("acme", source="post", on="2025-01-12", known="2025-01-15"))
    assert appeared == ("appeared", None, "announced", ["announced"])
    assert changes(causes.diff("acme", source="post", on="2025-01-12")) == []
    with pytest.raises(NotFound):
        causes.diff("acme", source="pots")


def test_a_lens_holds_for_both_sides(causes: Timeline) -> None:
    lens = LensAsked(not_source=("times",))
    found = changes(causes.diff("acme", on="2025-01-04..2025-01-20", lens=lens))
    assert found == [("appeared", None, "announced", ["announced"])]


def test_what_joins_a_group_came_by_what_tied_it(causes: Timeline) -> None:
    answer = causes.diff("initech", on="2025-01-11..2025-01-12", group=True)
    assert changes(answer) == [("appeared", None, "announced", ["parent"])]
    assert changes(answer, "relationship:initech-acme") == [
        ("appeared", None, "observed", ["parent"])
    ]
    assert [cause.event for cause in answer.evidence] == ["parent"]
    assert changes(causes.diff("initech", on="2025-01-11..2025-01-12")) == []
    back = causes.diff("initech", on="2025-01-12..2025-01-11", group=True)
    assert changes(back) == [("vanished", "announced", None, ["parent"])]


def test_both_ways_tell_the_same(causes: Timeline) -> None:
    days = ["2025-01-04", "2025-01-10", "2025-01-20", "2025-02-01", "2025-04-01"]
    for first, last in itertools.pairwise(days):
        there = causes.diff("acme", on=(first, last)).changes
        back = causes.diff("acme", on=(last, first)).changes
        assert [(c.subject, c.before, c.after, c.events) for c in there] == [
            (c.subject, c.after, c.before, c.events) for c in back
        ]


@pytest.mark.parametrize(
    "asked",
    [
        {}, {"on": "2025-01-01"}, {"on": "2025-01-01..2025-02-01", "known": "2025-01-01..2025-02-01"},
        {"on": "2025-01-01..2025-02-01", "source": "post"}, {"on": "2025-01-01.."}, {"on": "..2025-01-01"},
    ],
)  # fmt: skip
def test_a_difference_is_of_one_thing(causes: Timeline, asked: dict[str, Any]) -> None:
    with pytest.raises(InvalidValue):
        causes.diff("acme", **asked)


def test_the_real_story_of_sharp(tmp_path: Path) -> None:
    timeline = new_timeline(tmp_path, "foxconn-sharp", "volkswagen-rivian")
    told = timeline.diff("sharp", on="2016-02-25", known="2016-02-25..2016-03-31")
    assert told.changes
    for change in told.changes:
        assert change.events
        known = [e.known for e in timeline.log(change.subject) if e.id in change.events]
        assert all("2016-02-25" < moment[:10] <= "2016-03-31" for moment in known)
    (raised,) = timeline.diff("rivian", on="2024-12-31", known="2024-11-11..2024-11-12").changes[:1]
    assert raised.change in ("terms", "status")


PREMISE = """\
story: premise
sources:
  post: {publisher: Post, kind: news, published: 2025-01-10}
  times: {publisher: Times, kind: news, published: 2025-06-10}
companies: {acme: {name: Acme}, globex: {name: Globex}}
events:
  - type: deal_announced
    id: announced
    subject: deal:widgets
    occurred: 2025-01-10
    source: post
    kind: supply
    parties: {acme: [supplier], globex: [customer]}
    outside_date: 2025-05-01
  - type: right_granted
    id: granted
    subject: right:option
    occurred: 2025-01-10
    source: post
    kind: purchase_option
    holder: globex
    grantor: acme
    deal: deal:widgets
  - {type: deal_terminated, id: terminated, subject: deal:widgets, occurred: 2025-06-09, source: times}
  - {type: company_dissolved, id: dissolved, subject: company:globex, occurred: 2025-06-10, source: times}
"""


@pytest.mark.parametrize(
    "days, subject, events",
    [
        ("2025-01-15..2025-06-09", "right:option", ["terminated"]),
        ("2025-06-09..2025-06-10", "right:option", ["dissolved"]),
        ("2025-01-15..2025-06-10", "right:option", ["terminated", "dissolved"]),
        ("2025-06-10..2025-01-15", "right:option", ["terminated", "dissolved"]),
        ("2025-01-15..2025-05-02", "deal:widgets", []),  # overdue: time itself did it
    ],
)
def test_a_remark_names_what_happened_elsewhere(
    days: str, subject: str, events: list[str], tmp_path: Path
) -> None:
    with new_timeline(tmp_path) as timeline:
        replay_text(timeline.store, tmp_path, PREMISE)
        answer = timeline.diff("acme", on=days)
    (change,) = (each for each in answer.changes if each.subject == subject)
    assert (change.change, change.events) == ("remarks", events)
    assert {*events} <= {cause.event for cause in answer.evidence}
