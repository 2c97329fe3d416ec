"""What was told as no fact, what is contested, what a lens leaves out: people read it in every answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tests.answers.stores import replay_text, stories_of
from tests.render.plot.test_belief import texts
from timeline.answers.asked import LensAsked
from timeline.app import Timeline
from timeline.questions.diff import Diff, LevelsIn
from timeline.questions.items import Items
from timeline.questions.question import Look
from timeline.questions.state import State
from timeline.questions.why import Why
from timeline.render.doubts import deciding_words
from timeline.render.lists import sum_lines
from timeline.render.plot.axes import axes_scene
from timeline.render.plot.then import then_scene
from timeline.render.terms import step_words, term_rows

stories = stories_of("twitter-musk")

LOOK = Look(120, False, False)
ON_HOLD = "13 May 2022: suspended (only an opinion) – the buyer's word"
ONE_FILING = LensAsked(source=("musk-filing-2022-04-04",))


def said(stories: Timeline, question: Any) -> str:
    """The answer as a terminal shows it."""
    words = question.words(stories.reader, stories.ask(question), LOOK, "table")
    return "\n".join(words.lines)


def test_a_step_that_was_only_an_opinion_says_so(stories: Timeline) -> None:
    state = said(stories, State("twitter", on="2022-05-20"))
    assert ON_HOLD in state
    assert "(only a" not in state.replace(ON_HOLD, "")
    assert ON_HOLD in said(stories, Diff("twitter", on="2022-05-01..2022-05-20"))
    assert "13 May 2022: deal suspended (only an opinion)" in said(
        stories, Why("deal:musk-twitter", on="2022-05-20")
    )


def test_a_step_that_a_difference_takes_away_says_so_too(stories: Timeline) -> None:
    answer = stories.diff("twitter", on="2022-05-20..2022-05-01")
    assert stories.ask(LevelsIn(answer)) == {"musk-twitter-called-on-hold": "opinion"}


def test_a_correction_of_the_level_counts(tmp_path: Path) -> None:
    with Timeline.open(tmp_path / "timeline.db") as timeline:
        replay_text(timeline.store, tmp_path, TAKEN_BACK)
        question = State("acme", on="2025-02-01")
        with timeline.reading():
            assert "(only a" not in said(timeline, question)
        question = State("acme", on="2025-02-01", recorded=4)
        assert "suspended (only a forecast)" in said(timeline, question)


TAKEN_BACK = """\
sources: {post: {publisher: Post, kind: news, published: 2025-01-10}}
companies: {acme: {name: Acme}}
events:
  - {type: deal_signed, subject: deal:a, occurred: 2025-01-09, kind: ipo, parties: {acme: other}}
  - {type: deal_suspended, id: held, subject: deal:a, occurred: 2025-01-10, fact_level: forecast, reason: no}
  - {type: event_corrected, target: held, changes: {fact_level: fact}, reason: a slip}
"""


def test_the_level_is_no_field_of_a_step(stories: Timeline) -> None:
    steps = [
        step
        for item in stories.state("twitter", on="2022-05-20").companies[0].items
        for step in item.steps
    ]
    assert "musk-twitter-called-on-hold" in {step["event"] for step in steps}
    assert all("fact_level" not in step for step in steps)


def test_what_was_only_forecast_decides_nothing(stories: Timeline) -> None:
    (deal,) = stories.items("deal", on="2022-05-20").items
    refused = {
        "event": "r",
        "type": "deal_approval_decided",
        "authority": "FTC",
        "outcome": "refused",
    }
    paid = {"event": "p", "type": "deal_payment_made", "amount": {"exact": "5", "currency": "USD"}}
    deal = replace(deal, steps=[refused, paid])
    levels = {"r": "opinion", "p": "forecast"}

    def told(levels: dict[str, str]) -> Iterator[str]:
        yield from deciding_words(deal, {}, levels)
        yield from (text for label, text in term_rows(deal, {}, levels) if label == "paid")

    assert [*told({})] == ["refused by FTC", "paid USD 5", "USD 5"]
    assert [*told(levels)] == []
    step = paid | {"occurred": "2025-06"}
    assert step_words(step, {}, levels) == "June 2025: USD 5 paid (only a forecast)"


def test_a_sum_tells_what_is_contested_from_what_ended(stories: Timeline) -> None:
    contested = stories.items("deal", on="2022-07-20")
    assert [*sum_lines(contested)] == ["about USD 44 bn (1 contested, perhaps ended or given up)"]
    assert "about USD 44 bn (1 contested" in said(stories, Items("deal", on="2022-07-20"))
    revived = stories.items("deal", on="2022-10-05")
    assert [*sum_lines(revived)] == ["about USD 44 bn (not yet in force, 1 item)"]


def test_an_empty_answer_through_a_lens_does_not_say_that_nothing_was_reported(
    stories: Timeline,
) -> None:
    nothing = "Nothing of what counts here had been reported about"
    assert f"{nothing} rights like that by this date." in said(
        stories, Items("right", on="2022-05-20", lens=ONE_FILING)
    )
    assert "No rights like that had been reported" in said(stories, Items("right", on="2022-04-01"))
    assert f"{nothing} Delaware Court of Chancery" in said(
        stories, State(None, on="2022-05-20", lens=ONE_FILING)
    )
    company = "delaware-court-of-chancery"
    drawn = stories.plot(company, on="2022-05-20", lens=ONE_FILING)
    assert "Nothing of what counts here had been reported by this date." in drawn.texts
    assert "only what musk-filing-2022-04-04 told" in drawn.answer.caption()
    assert "counting" not in stories.plot(company, on="2022-05-20").answer.caption()
    then = stories.plot("deal:musk-twitter", kind="then-and-now", on="2022-05-20", lens=ONE_FILING)
    assert nothing in then.alt
    belief = stories.plot("deal:musk-twitter", kind="belief", on="2022-05-20", lens=ONE_FILING)
    assert "Nothing of what counts here has been reported about it." in belief.alt


DECIDED_BY_OPINION = """\
sources:
  acme: {publisher: Acme, kind: press_release, published: 2025-01-10}
  post: {publisher: Post, kind: news, published: 2025-02-10}
companies: {acme: {name: Acme}, globex: {name: Globex}}
events:
  - type: deal_signed
    subject: deal:a
    occurred: 2025-01-10
    source: acme
    kind: acquisition
    parties: {acme: acquirer, globex: target}
  - type: deal_approval_decided
    id: no
    subject: deal:a
    occurred: 2025-01-20
    source: post
    authority: EU
    outcome: refused
    fact_level: opinion
"""


@pytest.fixture
def opinion(tmp_path: Path) -> Iterator[Timeline]:
    with Timeline.open(tmp_path / "timeline.db") as timeline:
        replay_text(timeline.store, tmp_path, DECIDED_BY_OPINION)
        yield timeline


@pytest.mark.parametrize(
    "question", [State("acme"), Items("deal"), Diff("acme", on="2025-01-01..2025-02-01")]
)
def test_a_table_in_markdown_knows_an_opinion(opinion: Timeline, question: Any) -> None:
    rows = list(question.told(opinion.reader, opinion.ask(question)))
    details = " ".join(row["details"] for row in rows)
    assert ("refused by EU" in details) == ("(only an opinion)" in details)


def test_then_and_now_and_pictures_know_an_opinion(opinion: Timeline) -> None:
    answer = opinion.then_and_now("acme", on="2025-01-25")
    assert answer.levels == {"no": "opinion"}
    told = " ".join(texts(then_scene(answer, "light", 1200)))
    assert "(only an opinion)" in told
    assert "refused by EU" not in told.replace("refused by EU (only an opinion)", "")
    axes = opinion.axes("deal:a", on="2025-01-25")
    assert "(only an opinion)" in " ".join(texts(axes_scene(axes, "light", 1200)))
