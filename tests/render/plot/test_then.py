"""The picture of then and now: both sides, the days between, the divider, at a desk and on a phone."""

from __future__ import annotations

from datetime import date

import pytest

from tests.answers.stores import stories_of
from tests.render.plot.test_belief import box, texts
from timeline import Timeline
from timeline.render.plot.sheet import Scene
from timeline.render.plot.then import then_scene

STORIES = ("foxconn-openai", "foxconn-openai-later", "foxconn-sharp", "nissan-honda")


stories = stories_of(*STORIES)


def scene(
    stories: Timeline, target: str = "foxconn", wide: int = 1200, day: str = "2025-04-15"
) -> Scene:
    answer = stories.then_and_now(target, on=day, known="2026-11-28")
    return then_scene(answer, "light", wide)


@pytest.mark.parametrize("wide", [390, 780, 1200])
@pytest.mark.parametrize("target", ["foxconn", "rumour:foxconn-nissan", "rumours", "openai"])
def test_both_sides_are_told_within_the_picture(stories: Timeline, target: str, wide: int) -> None:
    drawn = scene(stories, target, wide)
    for mark in drawn.walk():
        if mark.tag == "text":
            left, top, right, bottom = box(mark)
            assert left >= 0, mark.text
            assert right <= wide, mark.text
            assert top >= 0, mark.text
            assert bottom <= drawn.height, mark.text


def test_the_heads_of_both_sides_are_whole_where_they_are_narrow(stories: Timeline) -> None:
    said = " ".join(texts(scene(stories, wide=780)))
    assert "As it was reported by the evening of 15 Apr 2025" in said.replace("\u00a0", " ")


def test_the_words_of_the_story(stories: Timeline) -> None:
    said = texts(scene(stories))
    for words in (
        "What a reader could know about Hon Hai Precision Industry on 15 Apr 2025, and what is known by",
        "2 of 5 entries read differently now.",
        "Whoever asked on that day had to wait 220 and 221 days for the news.",
        "partly denied", "denied", "220 days", "220 days later", "not reported yet",
        "Nothing had been reported about this by 15 Apr 2025.", "no difference",
        "Since about spring 2025; may also be partly denied.", "perhaps denied", "15 Apr 2025",
    ):  # fmt: skip
        assert words in " ".join(said), words
    below = " ".join(said)
    assert "14 entries that began only after that day are left out." in below
    assert "[4] Reuters, 22\u00a0Nov\u00a02025: Foxconn and OpenAI announced" in below


def test_the_divider_has_the_days_of_its_axis(stories: Timeline) -> None:
    (divider,) = [m for m in scene(stories).walk() if m.attributes.get("class") == "divider"]
    of = divider.attributes
    first, last, start, end = (
        float(of[f"data-{name}"]) for name in ("first", "last", "start", "end")
    )
    day = date.fromisoformat(of["data-on"]).toordinal()
    assert of["data-at"] == pytest.approx(
        start + (day - first) / (last - first) * (end - start), abs=0.1
    )
    assert of["data-words"] == "15 Apr 2025, 2 differences"


def test_a_phone_has_the_sides_below_each_other_and_no_divider(stories: Timeline) -> None:
    drawn = scene(stories, wide=390)
    said = texts(drawn)
    assert said.index("As reported by 15 Apr 2025") < said.index("changed, 220 days later ↓")
    assert [m for m in drawn.walk() if m.attributes.get("class") == "divider"] == []


def test_no_difference_is_a_sentence(stories: Timeline) -> None:
    assert "All 19 entries read the same on both sides." in texts(scene(stories, day="2026-11-28"))
    assert "Nothing had been reported about this day." in texts(scene(stories, day="1990-01-01"))
