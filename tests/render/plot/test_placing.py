"""Text is measured, broken and placed so that nothing is cut and nothing collides."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timeline.model.dates import OPEN_END, OPEN_START
from timeline.render.plot.axes import spread
from timeline.render.plot.days import ALL, axis, day_words, near, windowed
from timeline.render.plot.measure import shorten, width, wrap
from timeline.render.plot.placing import Box, place_labels

TEXTS = st.text("abcW 鴻海é-./", max_size=80)


@given(TEXTS, st.integers(20, 300))
def test_lines_have_room_and_lose_nothing(text: str, room: int) -> None:
    lines = wrap(text, 12, room)
    assert all(width(line, 12) <= room for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_a_word_that_fits_stays_whole() -> None:
    assert wrap("Northern Mexico, S.A.P.I. de C.V.", 12, 120) == [
        "Northern Mexico,",
        "S.A.P.I. de C.V.",
    ]
    assert wrap("鴻海精密工業", 10, 30) == ["鴻海精", "密工業"]


def test_a_wide_letter_is_as_wide_as_high_and_an_accent_takes_no_room() -> None:
    assert width("鴻", 12) == 12
    assert width("é", 12) == width("e\u0301", 12) == width("e", 12)
    assert width("W", 12) > width("i", 12)
    assert width("word", 12, bold=True) > width("word", 12)


def test_what_is_shortened_says_so_and_fits() -> None:
    lines = wrap("one two three four five six seven", 12, 60)
    short = shorten(lines, 2, 12, 60)
    assert len(short) == 2
    assert short[-1].endswith("…")
    assert width(short[-1], 12) <= 60
    assert shorten(lines, 99, 12, 60) == lines


@pytest.mark.parametrize(
    "last", ["2025-03-02", "2025-12-31", "2031-01-01", "2100-01-01", "9999-12-30"]
)
@pytest.mark.parametrize("wide", [280, 780, 1600])
def test_ticks_stand_apart_and_within(last: str, wide: int) -> None:
    scale = axis(["2025-03-01", last], 16, wide - 16, 8, 60)
    ticks = list(scale.ticks(11))
    assert 1 <= len(ticks) < 40
    for (x, text), (x2, text2) in pairwise(ticks):
        assert x2 - x >= (width(text, 11) + width(text2, 11)) / 2 + 4
    assert all(16 <= x <= wide - 16 for x, _ in ticks)


def test_open_ends_stand_at_the_ends_and_make_no_axis_long() -> None:
    scale = axis([OPEN_START, "2025-01-10", OPEN_END], 0, 1000, 0, 0)
    assert scale.at(OPEN_START) == 0
    assert scale.at(OPEN_END) == 1000
    assert scale.last - scale.first < 60
    assert scale.shows("2025-01-10")
    assert not scale.shows("2026-01-10")
    assert scale.meets(OPEN_START, "2020-01-01")
    assert not scale.meets("2020-01-01", "2021-01-01")


def test_the_last_and_the_first_days_of_the_calendar_are_shown() -> None:
    for day in ("0001-01-02", "9999-12-30"):
        scale = axis([day], 0, 500, 10, 60)
        assert 0 <= scale.at(day) <= 500
        assert list(scale.ticks(11))


def test_a_window_keeps_its_days_and_its_ends() -> None:
    days = ["2020-01-01", "2024-06-01", "2025-12-31"]
    assert windowed(days, ALL) == days
    assert windowed(days, ("2024-01-01", None)) == ["2024-01-01", "2024-06-01", "2025-12-31"]
    assert windowed(days, (None, "2024-12-31")) == ["2024-12-31", "2020-01-01", "2024-06-01"]
    assert near(["1025-01-01", "1974-01-01", OPEN_END, "9998-01-01"], "2025-01-01") == [
        "1974-01-01"
    ]
    assert day_words("2025-11-21T23:59:59.999999Z") == "21 Nov 2025"


@given(st.lists(st.tuples(st.floats(0, 500), st.floats(5, 60)), max_size=12))
def test_what_stands_in_the_margin_does_not_overlap(boxes: list[tuple[float, float]]) -> None:
    boxes = sorted(boxes)
    tops = spread(boxes, 0, 500)
    for (top, (_, high)), (below, _) in pairwise(zip(tops, boxes, strict=True)):
        assert below >= top + high - 1e-6
    if boxes and sum(high for _, high in boxes) <= 500:
        assert tops[0] >= -1e-6
        assert tops[-1] + boxes[-1][1] <= 500 + 1e-6


def test_names_keep_off_each_other_and_stay_inside() -> None:
    names = {f"c{n}": f"Company number {n}" for n in range(12)}
    points = {f"c{n}": (60 + 160.0 * (n % 4), 40 + 90.0 * (n // 4)) for n in range(12)}
    placed = list(
        place_labels(names, points, dict.fromkeys(names, 8.0), [], Box(0, 0, 620, 300), 12)
    )
    assert sorted(text for _, _, text in placed) == sorted(names.values())
    boxes = [
        Box(x - width(text, 12) / 2, y - 10, x + width(text, 12) / 2, y + 3)
        for x, y, text in placed
    ]
    for one, other in combinations(boxes, 2):
        assert one.shared(other) == 0
    assert all(
        box.left >= 0 and box.right <= 620 and box.top >= 0 and box.bottom <= 300 for box in boxes
    )
