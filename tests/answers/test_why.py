"""The chain behind a state: every event in its place, and why the others do not count."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.answers.stores import new_store, replay_text
from tests.answers.test_diff import STORY
from timeline import Timeline
from timeline.answers.asked import LensAsked
from timeline.errors import InvalidValue, NotFound

MORE = """\
  - type: deal_signed
    id: too-late
    subject: deal:widgets
    occurred: 2025-06-01
    source: globe
    known: 2025-06-02
  - {type: deal_completed, id: planned, subject: deal:widgets, occurred: 2025-12-01, source: times}
  - {type: event_corrected, id: mend, target: announced, changes: {title: V}, reason: a slip}
  - {type: event_retracted, id: mistaken, target: planned, source: globe}
  - {type: event_retracted, id: not-mistaken, target: mistaken, source: globe, known: 2025-02-03}
"""


@pytest.fixture
def timeline(tmp_path: Path) -> Timeline:
    store = new_store(tmp_path)
    replay_text(store, tmp_path, STORY + MORE)
    return Timeline(store)


def chain(timeline: Timeline, **asked: Any) -> list[Any]:
    links = timeline.why("deal:widgets", **asked).chain
    return [(link.event, link.counts, link.before, link.after) for link in links]


def test_happened_events_come_in_main_order_with_what_is_said_of_them(timeline: Timeline) -> None:
    found = chain(timeline, on="2025-02-01", known="2025-02-06")
    assert found[:6] == [
        ("announced", "counts", None, "announced"),
        ("mend", "counts", "announced", "announced"),
        ("signed", "counts", "announced", "signed"),
        ("correction", "counts", "signed", "signed"),
        ("amended", "counts", "signed", "signed"),
        ("dispute", "counts", "signed", "signed"),
    ]
    rest = {event: counts for event, counts, *_ in found[6:]}
    assert rest["planned"] == "not yet happened"
    assert rest["retraction"] == "not yet known"
    assert rest["ended"] == "not yet known"
    assert rest["too-late"] == "not yet known"
    assert rest["mistaken"] == "retracted"
    assert (
        len(found) == len({event for event, *_ in found}) == len(list(timeline.log("deal:widgets")))
    )


def test_what_was_retracted_says_so_while_its_retraction_stands(timeline: Timeline) -> None:
    for known, counts in (
        ("2025-02-01", "retracted"),
        ("2025-02-03", "not yet happened"),
    ):
        found = {event: how for event, how, *_ in chain(timeline, on="2025-02-01", known=known)}
        assert found["planned"] == counts, known
    found = {event: how for event, how, *_ in chain(timeline, on="2025-02-01", known="2025-02-28")}
    assert found["signed"] == "retracted"
    assert found["retraction"] == "counts"


def test_the_item_is_the_state_and_the_chain_names_its_events(timeline: Timeline) -> None:
    for on, known in (("2025-01-20", None), ("2025-02-01", "2025-02-06"), ("2025-12-31", None)):
        answer = timeline.why("deal:widgets", on=on, known=known)
        (state,) = timeline.state("acme", on=on, known=known).companies
        item = next(item for item in state.items if item.subject == "deal:widgets")
        assert answer.item is not None
        assert (answer.item.status, answer.item.terms) == (item.status, item.terms)
        happened = [link for link in answer.chain if link.counts == "counts"]
        assert [link.event for link in happened if link.event in item.events] == item.events
        assert set(item.corrections) <= {link.event for link in happened}
        last = [link for link in happened if link.event in item.events][-1]
        assert last.after == item.status
        irregular = [link.event for link in happened if link.irregular]
        assert irregular == item.irregular


def test_an_irregular_event_leaves_the_status(timeline: Timeline) -> None:
    answer = timeline.why("deal:widgets", on="2025-12-31")
    late = next(link for link in answer.chain if link.event == "too-late")
    assert (late.irregular, late.before, late.after) == (True, "terminated", "terminated")


def test_each_link_cites_its_sources_and_the_three_clocks(timeline: Timeline) -> None:
    link = timeline.why("deal:widgets", on="2025-02-01", known="2025-02-06").chain[2]
    assert (link.event, link.occurred, link.known[:10]) == ("signed", "2025-01-16", "2025-01-20")
    assert link.recorded.startswith("2026-01-01")
    assert [(c.source, c.publisher, c.published) for c in link.cited] == [
        ("times", "Times", "2025-01-20")
    ]
    mend = timeline.why("deal:widgets").chain[1]
    assert (mend.target, mend.cited, mend.fields["changes"]) == ("announced", [], {"title": "V"})


def test_what_a_lens_leaves_out_says_so(timeline: Timeline) -> None:
    found = chain(timeline, on="2025-02-01", lens=LensAsked(not_source=("times",)))
    counts = {event: how for event, how, *_ in found}
    assert counts["announced"] == "counts"
    assert counts["signed"] == "outside the lens"
    assert counts["mend"] == "counts"


def test_before_anything_there_is_a_chain_of_what_is_to_come(timeline: Timeline) -> None:
    answer = timeline.why("deal:widgets", on="2024-01-01")
    assert answer.item is None
    assert "counts" not in {link.counts for link in answer.chain if link.type.startswith("deal_")}
    assert timeline.why("deal:widgets", recorded=0).chain == []


def test_unknown_subjects_are_refused(timeline: Timeline) -> None:
    with pytest.raises(NotFound) as refused:
        timeline.why("deal:widget")
    assert refused.value.nearest == ["deal:widgets"]
    for text in ("widgets", "deal:", "deal:Widgets", "nothing:widgets"):
        with pytest.raises(InvalidValue):
            timeline.why(text)
