"""The tracker: every question once, settled as its strip says, from the stored history as from the log."""

from __future__ import annotations

import pytest

from tests.answers.stores import stories_of
from tests.render.plot.test_belief import box
from timeline import Timeline
from timeline.errors import CannotAsk
from timeline.render.plot.tracker import tracker_scene

STORIES = (
    "foxconn-openai", "foxconn-openai-later", "foxconn-sharp", "nissan-honda", "twitter-musk", "lvmh-tiffany",
    "volkswagen-rivian",
)  # fmt: skip
KNOWN = "2026-11-28"


stories = stories_of(*STORIES)


def test_every_question_is_settled_as_its_strip_says(stories: Timeline) -> None:
    answer = stories.tracker(known=KNOWN, limit=100)
    assert answer.more == 0
    assert len(answer.questions) + answer.never_open == sum(
        len(stories.items(kind).items) for kind in ("rumour", "deal")
    )
    for each in answer.questions:
        assert each.outcome == stories.belief(each.subject, known=KNOWN).outcome, each.subject
        assert each.first_by, each.subject


def test_the_log_says_the_same_as_the_stored_history(stories: Timeline) -> None:
    stored = stories.tracker(known=KNOWN)
    replayed = stories.tracker(known=KNOWN, recorded=stored.position)
    assert stored.questions == replayed.questions
    assert (stored.groups, stored.more) == (replayed.groups, replayed.more)


def test_the_settled_come_first_and_days_end_with_the_report(stories: Timeline) -> None:
    answer = stories.tracker(known=KNOWN, limit=100)
    settled = [each.outcome.settled is not None for each in answer.questions]
    assert settled == sorted(settled, reverse=True)
    assert answer.questions[0].subject == "rumour:foxconn-nissan"
    days = {each.subject: each.outcome.days for each in answer.questions}
    assert days["deal:foxconn-sharp-acquisition"] == 169
    # in force on 13 Nov 2024, and told the evening before
    assert days["deal:volkswagen-rivian-joint-venture"] == 140
    assert days["deal:openai-nvidia-processors"] is None


def test_questions_are_chosen_and_counted(stories: Timeline) -> None:
    of = stories.tracker(company="nissan", known=KNOWN)
    assert [each.subject for each in of.questions] == [
        "rumour:foxconn-nissan", "deal:nissan-honda-holding-company"
    ]  # fmt: skip
    opened = stories.tracker(only="open", known=KNOWN, limit=2)
    assert [each.outcome.outcome for each in opened.questions] == ["open", "open"]
    counts = {each.outcome: each.questions for each in opened.groups}
    assert opened.more == counts["open"] - 2
    rumours = stories.tracker(kind="rumour", known=KNOWN)
    assert [each.subject for each in rumours.questions] == ["rumour:foxconn-nissan"]


def test_who_was_first_and_who_told_the_end(stories: Timeline) -> None:
    found = {each.publisher: each for each in stories.tracker(known=KNOWN, limit=100).reporters}
    press = found["Press reports (outlets not named here)"]
    assert (press.first, press.came_true, press.otherwise, press.open) == (1, 0, 1, 0)
    assert found["German-language news report (outlet not named here)"].settled == 1
    assert found["LVMH"].came_true == 1


def test_before_it_was_settled_it_was_open(stories: Timeline) -> None:
    answer = stories.tracker(company="nissan", known="2025-01-31")
    assert [each.outcome.outcome for each in answer.questions] == ["lapsed", "open"]
    assert answer.until == "2025-01-31"


@pytest.mark.parametrize("wide", [390, 900, 1200])
def test_a_picture_has_a_strip_a_question_within_its_bounds(stories: Timeline, wide: int) -> None:
    answer = stories.tracker(known=KNOWN, limit=100)
    scene = tracker_scene(answer, "light", wide)
    for mark in scene.walk():
        if mark.tag == "text":
            left, _, right, bottom = box(mark)
            assert left >= 0, mark.text
            assert right <= wide, mark.text
            assert bottom <= scene.height, mark.text
        elif mark.tag == "rect":
            assert mark.attributes["x"] + mark.attributes["width"] <= wide
    words = [mark.text for mark in scene.walk() if mark.tag == "text"]
    assert words.count("came true") == len(
        [each for each in answer.questions if each.outcome.outcome == "came_true"]
    )


def test_a_picture_of_a_tracker_takes_what_its_page_takes(stories: Timeline) -> None:
    drawn = stories.plot("rumours", kind="tracker", settled="open", questions=2).answer
    assert drawn == stories.tracker(kind="rumour", only="open", limit=2)
    assert stories.plot("rumours", kind="tracker").answer == stories.tracker(kind="rumour")
    for wrong in ({"settled": "open"}, {"questions": 2}):
        with pytest.raises(CannotAsk, match="says nothing of a picture as timeline"):
            stories.plot("foxconn", **wrong)
