"""The belief strip and the picture that explains it: steps that are seen, headlines that do not collide."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import Any

import pytest

from tests.answers.stores import stories_of
from timeline import Timeline
from timeline.render.plot.axes import axes_scene
from timeline.render.plot.belief import STEP, belief_scene
from timeline.render.plot.days import Axis, axis, spaced, stepped
from timeline.render.plot.measure import width
from timeline.render.plot.sheet import Mark, Scene

STORIES = (
    "foxconn-openai", "foxconn-openai-later", "foxconn-sharp", "nissan-honda", "twitter-musk", "lvmh-tiffany",
)  # fmt: skip
SUBJECTS = (
    "rumour:foxconn-nissan", "deal:foxconn-sharp-acquisition", "deal:musk-twitter", "deal:lvmh-tiffany",
)  # fmt: skip


stories = stories_of(*STORIES)


def texts(scene: Scene) -> list[str]:
    return [mark.text for mark in scene.walk() if mark.tag == "text"]


def circles(scene: Scene) -> list[float]:
    return [mark.attributes["cx"] for mark in scene.walk() if mark.tag == "circle"]


def box(mark: Mark) -> tuple[float, float, float, float]:
    """Where a line of text is: left, top, right, bottom."""
    size, bold = float(mark.attributes["font-size"]), mark.attributes["font-weight"] is not None
    wide = width(mark.text, size, bold=bold)
    x, y = float(mark.attributes["x"]), float(mark.attributes["y"])
    left = x - {None: 0.0, "middle": wide / 2, "end": wide}[mark.attributes["text-anchor"]]
    return left, y - size * 0.75, left + wide, y + size * 0.1


@pytest.mark.parametrize("wide", [390, 700, 1200])
@pytest.mark.parametrize("subject", SUBJECTS)
def test_no_text_runs_into_another_or_out_of_the_picture(
    stories: Timeline, subject: str, wide: int
) -> None:
    scene = belief_scene(stories.belief(subject, known="2026-11-28"), "light", wide)
    boxes = [(mark.text, box(mark)) for mark in scene.walk() if mark.tag == "text"]
    for text, (left, _, right, bottom) in boxes:
        assert left >= 0, text
        assert right <= wide + 0.5, text
        assert bottom <= scene.height, text
    for (one, a), (other, b) in combinations(boxes, 2):
        apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
        assert apart, (one, other)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_turn_is_seen(stories: Timeline, subject: str) -> None:
    answer = stories.belief(subject, known="2026-11-28")
    at = circles(belief_scene(answer, "light", 1200))
    assert len(at) == len(answer.beliefs)
    assert min(later - earlier for earlier, later in pairwise(at)) >= STEP - 0.1


def test_a_strip_says_how_it_went_and_who_turned_it(stories: Timeline) -> None:
    answer = stories.belief("rumour:foxconn-nissan", on="2025-04-15", known="2026-11-28")
    said = texts(belief_scene(answer, "light", 1200))
    assert said[0] == "Will Hon Hai Precision Industry buy Nissan Motor?"
    assert said[1] == (
        "Denied. First reported on 18 Dec 2024, lapsed after 3 days, partly denied after 56 days, "
        "denied after 338 days."
    )
    for words in (
        "Foxconn is said to look at taking over Nissan",
        "day 338",
        "→ partly denied",
        "Denied by Hon Hai Precision Industry, about spring 2025",
        "Foxconn; Another outlet (not named here) gives the day as 11 Feb 2025",
        "no change until",
        "28 Nov 2026",
        "denied or partly denied",
        "What was believed of 15 Apr 2025, as news came",
    ):
        assert words in said, words
    assert "Foxconn and OpenAI agree" not in " ".join(said)


def test_on_a_phone_time_runs_downwards(stories: Timeline) -> None:
    scene = belief_scene(stories.belief("rumour:foxconn-nissan", known="2026-11-28"), "light", 390)
    dated = [mark for mark in scene.walk() if mark.tag == "text" and " · day " in mark.text]
    assert [mark.text for mark in dated] == [
        "18 Dec 2024 · day 0", "21 Dec 2024 · day 3", "12 Feb 2025 · day 56", "21 Nov 2025 · day 338",
    ]  # fmt: skip
    heights = [mark.attributes["y"] for mark in dated]
    assert heights == sorted(heights)


def test_nothing_reported_is_a_sentence(stories: Timeline) -> None:
    scene = belief_scene(stories.belief("rumour:foxconn-nissan", known="2020-01-01"), "light", 800)
    assert "Nothing has been reported about it." in texts(scene)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_the_two_axes_have_equal_scales(stories: Timeline, subject: str) -> None:
    """So the diagonal, where a day is the one on which it is known, rises by as much as it goes right."""
    answer = stories.axes(subject, on="2025-04-15")
    marks = [mark for mark in axes_scene(answer, "light", 900).walk() if mark.tag == "path"]
    (diagonal,) = [m for m in marks if m.attributes.get("stroke-dasharray") == "2 3"]
    x, y, x2, y2 = map(float, diagonal.attributes["d"][1:].replace("L", " ").split())
    assert x2 - x == pytest.approx(y - y2, abs=0.3)
    assert x2 - x > 300
    assert any("people then believed" in each for each in texts(axes_scene(answer, "light", 390)))


# --- scales that step -----------------------------------------------------------------------------


def test_pieces_get_their_floor_and_the_rest_is_in_proportion() -> None:
    assert spaced([1, 9, 90], [0, 0, 0], 100) == [1, 9, 90]
    assert spaced([1, 9, 90], [12, 12, 0], 124) == [12, 12, 100]
    assert spaced([5, 5], [30, 90], 60) == [15, 45]  # not enough for the floors: their proportion
    assert spaced([0, 0], [10, 0], 50) == [10, 0]


def test_a_stepped_axis_keeps_the_order_and_the_ends() -> None:
    plain = axis(["2020-01-01", "2025-01-01"], 0, 500, 0, 0)
    turns = ["2020-01-01", "2020-01-02", "2020-01-03", "2024-12-31"]
    scale = stepped(plain, turns, 12)
    at = [
        scale.at(day)
        for day in ("2020-01-01", "2020-01-02", "2020-01-03", "2024-12-31", "2025-01-01")
    ]
    assert at[0] == 0
    assert at[-1] == 500
    assert at[1] - at[0] == pytest.approx(12)
    assert at[2] - at[1] == pytest.approx(12)
    assert at[3] < at[4] < at[3] + 1  # nothing turns at the end, so it takes no room
    upside: Any = stepped(Axis(plain.first, plain.last, 500, 0), turns, 12)
    assert [round(500 - each, 1) for each in map(upside.at, turns)] == at[:4]
