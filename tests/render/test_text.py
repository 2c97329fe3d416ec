"""Text for terminals: harmless, measured, wrapped."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timeline.render.text import block, cells, clean, join, listing, paint, wrap


@pytest.mark.parametrize(
    "text, harmless",
    [
        ("plain", "plain"),
        ("鴻海 – naïve", "鴻海 – naïve"),
        ("a\nb\tc\r\nd", "a b c  d"),
        ("\x1b[31mred\x07", "\\x1b[31mred\\x07"),
        ("\x9b2J", "\\x9b2J"),
        ("abc\u202ecba", "abc\\u202ecba"),
        ("one\u2028two", "one two"),
    ],
)
def test_no_text_can_steer_a_terminal(text: str, harmless: str) -> None:
    assert clean(text) == harmless


@given(st.text())
def test_clean_text_is_one_line_without_controls(text: str) -> None:
    assert not any(ord(each) < 32 or 127 <= ord(each) < 160 for each in clean(text))
    assert len(clean(text).splitlines()) <= 1


@pytest.mark.parametrize(
    "text, columns",
    [("abc", 3), ("", 0), ("鴻海", 4), ("ｆｕｌｌ", 8), ("e\u0301", 1), ("–", 1), ("한국", 4)],
)
def test_wide_characters_take_two_columns_and_marks_none(text: str, columns: int) -> None:
    assert cells(text) == columns


def test_a_number_stays_with_its_currency_and_unit() -> None:
    assert wrap("it is USD 2–3 bn a year", 9) == ["it is", "USD 2–3 bn", "a year"]
    assert wrap("about 65.86 % of it", 9) == ["about", "65.86 %", "of it"]
    assert wrap("THE 2 bank", 5) == ["THE 2", "bank"]
    assert wrap("the 2 bank", 5) == ["the 2", "bank"]


def test_wide_text_breaks_between_characters_but_not_before_a_closing_one() -> None:
    assert wrap("鴻海精密工業、通稱鴻海。", 12) == ["鴻海精密工", "業、通稱鴻", "海。"]
    assert wrap("Hon Hai 鴻海", 9) == ["Hon Hai", "鴻海"]


def test_long_words_stay_whole_so_that_they_can_be_copied_except_in_tight_places() -> None:
    assert wrap("see foxconn-openai-announced now", 10) == [
        "see",
        "foxconn-openai-announced",
        "now",
    ]
    assert wrap("foxconn-openai-announced", 10, tight=True) == ["foxconn-", "openai-", "announced"]
    assert wrap("press-2024-12-18", 10, tight=True) == ["press-2024-12-18"]
    assert wrap("[2025-11-20,2025-11-21]", 12, tight=True) == ["[2025-11-20,", "2025-11-21]"]


words_ = st.text(st.sampled_from("ab-é鴻。2 %"), max_size=60)


@given(words_, st.integers(1, 30), st.booleans())
def test_wrapping_keeps_every_character(text: str, width: int, tight: bool) -> None:
    lines = wrap(text, width, tight=tight)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@given(st.lists(st.text(st.sampled_from("ab鴻"), min_size=1, max_size=4)), st.integers(8, 30))
def test_lines_of_short_words_fit_the_width(words: list[str], width: int) -> None:
    assert all(cells(line) <= width for line in wrap(" ".join(words), width))


def test_a_block_hangs_under_its_first_line() -> None:
    assert list(block("one two three", 9, first="a   ", indent=4)) == [
        "a   one",
        "    two",
        "    three",
    ]
    assert list(block("", 9, first="a   ", indent=4)) == ["a   "]


def test_lists_in_words() -> None:
    assert join([]) == ""
    assert join(["a"]) == "a"
    assert join(["a", "b", "c"], "or") == "a, b or c"
    assert listing(["a", "b"]) == "a, b"
    assert listing(["a, b", "c"]) == "a, b; c"


def test_paint_only_where_colour_is_wanted() -> None:
    assert paint("x", "denied", True) == "\x1b[38;5;160mx\x1b[0m"
    assert paint("x", "denied", False) == "x"
    assert paint("", "denied", True) == ""
