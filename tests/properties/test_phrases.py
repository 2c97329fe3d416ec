"""Whatever is written, only InvalidDate is raised; what the program says of a date, it reads back."""

from __future__ import annotations

import re
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from tests.properties.test_edtf_bounds import expressions
from timeline.errors import InvalidDate
from timeline.model import dates
from timeline.model.phrases.words import LANGUAGES, vocabulary_of

words = st.sampled_from(sorted({word for each in LANGUAGES for word in vocabulary_of(each)}))
figures = st.sampled_from(
    ["2025", "25", "1", "12", "31", "20.11.2025", "2025-11", ".", "-", "/", ","]
)
phrases = st.lists(words | figures, max_size=8).map(" ".join)
days = st.dates(date(1, 1, 1), date(9999, 12, 31))


@given(st.text() | phrases, st.none() | days)
def test_text_is_a_date_or_refused(text, published):
    try:
        found = dates.read_phrase(text, published)
    except InvalidDate:
        return
    assert dates.parse(found.text) == found


@given(phrases, days)
def test_without_a_day_of_publication_the_same_is_meant_or_more(text, published):
    """What counts from no day is the same on every day; a deadline and "since" only get an end."""
    try:
        alone = dates.read_phrase(text)
        found = dates.read_phrase(text, published)
    except InvalidDate:
        return
    assert alone.earliest <= found.earliest
    assert found.latest <= alone.latest


@given(expressions)
def test_what_is_said_of_a_date_is_read_back_as_wide(case):
    text, expected = case
    if expected is None:
        return
    said = dates.describe(text)
    # the decades of antiquity are not told from the 1990s; and a phrase has an end
    if re.search(r"the \d{2,3}s", said) or len(said) > 120:
        return
    found = dates.read_phrase(said, languages=["en"])
    assert found.earliest <= expected[0], said
    assert expected[1] <= found.latest, said
