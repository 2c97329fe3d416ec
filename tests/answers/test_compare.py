"""Two companies beside each other: what they share, and what one of them has."""

from __future__ import annotations

import pytest

from tests.answers.stores import stories_of
from timeline import Timeline
from timeline.errors import InvalidValue, NotFound
from timeline.render.compare import compared_words

stories = stories_of("foxconn-openai", "foxconn-openai-later", "openai-2025")


def test_what_both_have_a_part_in_is_shared(stories: Timeline) -> None:
    answer = stories.compare("Foxconn", "OpenAI", on="2025-12-01")
    one, other = answer.companies
    assert (one.company, other.company) == ("foxconn", "openai")
    for company in answer.companies:  # each with all that it has, as by itself
        assert company == stories.state(company.company, on="2025-12-01").companies[0]
    assert "deal:foxconn-openai-ai-hardware" in answer.shared
    assert set(answer.shared) == {i.subject for i in one.items} & {i.subject for i in other.items}
    rows = list(answer.rows())
    assert {row["subject"] for row in rows if row["shared"]} == set(answer.shared)
    only = len(one.items) - len(answer.shared)
    assert compared_words(answer).startswith(f"3 in common · {only} only of Hon Hai Precision")


def test_before_they_met_they_share_nothing(stories: Timeline) -> None:
    answer = stories.compare("foxconn", "openai", as_of="2025-01-01")
    assert answer.shared == []
    assert stories.compare("openai", "foxconn", on="2025-12-01").shared


def test_others_with_whom_both_deal_are_neither_of_them(stories: Timeline) -> None:
    answer = stories.compare("nvidia", "foxconn", on="2025-12-01")
    deals = [
        {other for item in company.items for other in item.counterparties}
        for company in answer.companies
    ]
    assert set(answer.counterparties) == (deals[0] & deals[1]) - {"nvidia", "foxconn"}
    assert "openai" in answer.counterparties


def test_one_company_under_two_names_is_no_comparison(stories: Timeline) -> None:
    with pytest.raises(InvalidValue, match="are one company"):
        stories.compare("foxconn", "Hon Hai Precision Industry")
    with pytest.raises(NotFound):
        stories.compare("foxconn", "nobody-at-all")
