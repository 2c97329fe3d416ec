"""What was believed on each evening: the state of that day as known by then, and how it was settled."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from tests.answers.stores import new_store, new_timeline, replay_text, stories_of
from tests.store.test_counts import watched
from timeline import Timeline
from timeline.answers.belief import settle
from timeline.answers.story import Belief
from timeline.errors import NotFound

STORIES = (
    "foxconn-openai",
    "foxconn-openai-later",
    "foxconn-sharp",
    "nissan-honda",
    "twitter-musk",
)
RUMOUR = "rumour:foxconn-nissan"


stories = stories_of(*STORIES)


@pytest.mark.parametrize(
    "subject",
    [RUMOUR, "deal:foxconn-sharp-acquisition", "deal:musk-twitter", "deal:openai-nvidia-processors"],
)  # fmt: skip
def test_the_belief_of_an_evening_is_the_state_of_that_day_as_known_then(
    stories: Timeline, subject: str
) -> None:
    answer = stories.belief(subject)
    turns = [date.fromisoformat(each.first) for each in answer.beliefs]
    days = {turn + timedelta(days=step) for turn in turns for step in (-1, 0, 1, 40)}
    for day in sorted(each.isoformat() for each in days):
        item = stories.why(subject, as_of=day).item
        held = [each for each in answer.beliefs if each.first <= day < each.last]
        assert len(held) <= 1
        if item is None:
            assert [each for each in held if each.status is not None] == [], day
        else:
            assert (held[0].status, held[0].certainty, held[0].disputed) == (
                item.status, item.certainty, item.disputed
            ), day  # fmt: skip


def test_beliefs_follow_each_other_and_each_is_another(stories: Timeline) -> None:
    beliefs = stories.belief("deal:musk-twitter").beliefs
    for one, other in pairwise(beliefs):
        assert one.last == other.first
        assert (one.status, one.certainty, one.alternatives) != (
            other.status, other.certainty, other.alternatives
        )  # fmt: skip


def test_the_report_that_turned_a_belief_comes_first(stories: Timeline) -> None:
    told = [
        (each.first, each.status, [mark.event for mark in each.reports][:2])
        for each in stories.belief(RUMOUR).beliefs
    ]
    assert told == [
        ("2024-12-18", "open",
         ["foxconn-nissan-press-2024-12-18", "foxconn-nissan-press-2024-12-19"]),
        ("2024-12-21", "lapsed", ["foxconn-nissan-approach-paused"]),
        ("2025-02-12", "partly_denied",
         ["foxconn-nissan-denied-2025-02-12", "foxconn-nissan-denied-2025-02-11"]),
        ("2025-11-21", "denied", ["foxconn-nissan-denied", "foxconn-nissan-speculation-reported"]),
    ]  # fmt: skip


def test_days_count_from_the_first_report_to_the_one_that_settled_it(stories: Timeline) -> None:
    """Never from the earliest day that a report speaks of: for Nissan this is told in spring or so."""
    found = {
        subject: stories.belief(subject).outcome
        for subject in (
            RUMOUR, "deal:foxconn-sharp-acquisition", "deal:foxconn-sharp-2012-stake",
            "deal:openai-nvidia-processors",
        )
    }  # fmt: skip
    assert {
        subject: each and (each.outcome, each.settled, each.days) for subject, each in found.items()
    } == {
        RUMOUR: ("denied", "2025-11-21", 338),
        "deal:foxconn-sharp-acquisition": ("came_true", "2016-08-12", 169),
        "deal:foxconn-sharp-2012-stake": ("expired", "2013-12-31", 640),
        "deal:openai-nvidia-processors": ("open", None, None),
    }


def test_what_is_not_public_yet_is_not_believed(stories: Timeline) -> None:
    answer = stories.belief(RUMOUR, known="2025-04-15")
    assert answer.until == "2025-04-15"
    assert [each.status for each in answer.beliefs] == ["open", "lapsed", "partly_denied"]
    assert "report-2025-11-21" not in answer.cited
    assert answer.outcome is not None
    assert answer.outcome.outcome == "open"


def test_one_day_is_believed_otherwise_as_news_comes(stories: Timeline) -> None:
    answer = stories.belief(RUMOUR, on="2025-04-15")
    assert [(each.first, each.status, each.alternatives) for each in answer.of_day] == [
        ("2024-12-18", "open", []),
        ("2024-12-21", "lapsed", []),
        ("2025-02-12", "partly_denied", []),
        ("2025-11-21", "denied", ["partly_denied"]),
    ]
    spans = [(each.valid_from, each.status, each.certainty) for each in answer.hindsight]
    assert spans[-1] == ("2025-08-31", "denied", "definite")


def test_a_report_that_tells_of_much_else_gives_its_event_and_not_its_title(
    stories: Timeline,
) -> None:
    answer = stories.belief(RUMOUR)
    assert list(answer.steps) == ["foxconn-nissan-denied"]
    assert answer.steps["foxconn-nissan-denied"]["by"] == "foxconn"


def test_an_unknown_subject_is_not_found(stories: Timeline) -> None:
    with pytest.raises(NotFound):
        stories.belief("rumour:none")


def test_what_came_true_and_ended_later_came_true() -> None:
    def stood(first: str, status: str | None) -> Belief:
        return Belief(
            first=first, last="9999-12-31", told=first, status=status, certainty="definite", alternatives=[],
            disputed=False, reports=[],
        )  # fmt: skip

    course = [stood("2020-01-01", "announced"), stood("2020-01-31", "in_force")]
    ended = settle("deal:x", [*course, stood("2024-01-01", "terminated")])
    assert ended is not None
    assert (ended.outcome, ended.days) == ("came_true", 30)
    gone = settle("deal:x", [course[0], stood("2020-01-11", None)])
    assert gone is not None
    assert (gone.outcome, gone.days) == ("absent", 10)
    assert settle("deal:x", []) is None


def test_without_utc_the_evening_is_the_one_of_the_zone(tmp_path: Path) -> None:
    timeline = new_timeline(tmp_path, "foxconn-openai", "foxconn-openai-later", "nissan-honda")
    afternoon = Timeline(timeline.store, "Pacific/Auckland")  # where a day of UTC ends then
    assert afternoon.belief(RUMOUR).beliefs[0].first == "2024-12-19"
    timeline.close()


def test_a_belief_that_turns_often_reads_the_log_no_more_often(tmp_path: Path) -> None:
    asked = []
    for turns in (40, 80):  # of fewer events than 25 a row of evidence spares the log
        days = [(date(2020, 1, 1) + timedelta(days=n)).isoformat() for n in range(turns)]
        events = [
            {"type": "deal_resumed" if n % 2 else "deal_suspended", "subject": "deal:x", "occurred": day,
             "known": day, "source": "s"}
            for n, day in enumerate(days)
        ]  # fmt: skip
        story = {
            "sources": {"s": {"publisher": "P", "kind": "news", "published": days[0]}},
            "companies": {"a": {"name": "A"}, "b": {"name": "B"}},
            "events": [
                {"type": "deal_announced", "subject": "deal:x", "occurred": "2019-12-31", "source": "s",
                 "known": "2019-12-31", "kind": "acquisition", "parties": {"a": "acquirer", "b": "target"}},
                *events,
            ],
        }  # fmt: skip
        folder = tmp_path / str(turns)
        folder.mkdir()
        store = new_store(folder)
        replay_text(store, folder, yaml.safe_dump(story))
        with watched() as work, Timeline.open(folder / "timeline.db") as timeline:
            assert len(timeline.belief("deal:x").beliefs) == turns + 1
        asked.append(sum(text.startswith("SELECT") for text in work.statements))
    assert asked[0] == asked[1]
