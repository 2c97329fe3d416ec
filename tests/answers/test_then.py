"""Then and now: both sides are states, what differs is what ``diff`` says, days are those of reports."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.answers.stores import new_timeline, stories_of
from timeline import Timeline
from timeline.answers.story import ThenAnswer
from timeline.errors import InvalidValue, NotFound

STORIES = ("foxconn-openai", "foxconn-openai-later", "foxconn-sharp", "nissan-honda")
NISSAN = "rumour:foxconn-nissan"


stories = stories_of(*STORIES)


def told(answer: ThenAnswer) -> list[tuple[Any, ...]]:
    return [
        (p.subject, p.difference, p.then and p.then.status, p.now and p.now.status, p.days)
        for p in answer.different
    ]


def test_what_differs_comes_first_with_how_late_it_came(stories: Timeline) -> None:
    answer = stories.then_and_now("foxconn", on="2025-04-15", known="2026-11-28")
    assert told(answer) == [
        (NISSAN, "changed", "partly_denied", "denied", 220),
        ("fact:foxconn/segments.largest-revenue@2025-34", "new", None, "stated", 221),
    ]
    assert [pair.difference for pair in answer.pairs[2:]] == ["same"] * 3
    assert answer.began_later == 14
    assert answer.until == "2026-11-28"


@pytest.mark.parametrize(
    "day", ["2013-06-01", "2024-12-20", "2025-02-11", "2025-04-15", "2025-11-21"]
)
@pytest.mark.parametrize("company", ["foxconn", "nissan", "openai"])
def test_it_is_the_difference_of_two_horizons(stories: Timeline, company: str, day: str) -> None:
    answer = stories.then_and_now(company, on=day, known="2026-11-28")
    diff = stories.diff(company, on=day, known=(day, "2026-11-28"))
    expected = {c.subject for c in diff.changes if c.change not in ("evidence", "company")}
    assert {pair.subject for pair in answer.different} == expected
    for side, known in (("then", day), ("now", "2026-11-28")):
        items = stories.state(company, on=day, known=known).companies[0].items
        found = [getattr(pair, side) for pair in answer.pairs if getattr(pair, side) is not None]
        assert sorted(found, key=lambda i: i.subject) == sorted(items, key=lambda i: i.subject)
    for pair in answer.different:
        assert pair.reported is not None, pair.subject
        assert pair.reported > day
        before = stories.why(pair.subject, on=day, known=pair.reported).item
        then = stories.why(pair.subject, as_of=day).item
        assert before != then  # the report of that day did make a difference


def test_a_subject_and_a_list_have_both_sides_too(stories: Timeline) -> None:
    for target in (NISSAN, "rumours"):
        answer = stories.then_and_now(target, on="2025-04-15", known="2026-11-28")
        assert told(answer) == [(NISSAN, "changed", "partly_denied", "denied", 220)]
        assert answer.target == target


def test_only_more_reports_make_no_difference(stories: Timeline) -> None:
    answer = stories.then_and_now(
        "deal:foxconn-sharp-2012-stake", on="2016-01-01", known="2026-11-28"
    )
    assert answer.different == []
    assert [pair.days for pair in answer.pairs] == [None]


def test_the_later_side_cannot_be_the_earlier(stories: Timeline) -> None:
    with pytest.raises(InvalidValue, match="not yet"):
        stories.then_and_now("foxconn", on="2025-04-15", known="2025-04-14")
    for unknown in ("foxcon", "rumour:none"):
        with pytest.raises(NotFound):
            stories.then_and_now(unknown, on="2025-04-15")


def test_what_was_retracted_is_gone(tmp_path: Path) -> None:
    timeline = new_timeline(tmp_path)
    for name in ("acme", "globex"):
        timeline.append(
            {"type": "company_registered", "subject": f"company:{name}", "name": name.title()}
        )
    timeline.append({
        "type": "source_registered", "subject": "source:paper", "publisher": "Paper", "kind": "news",
        "published": "2025-05-01",
    })  # fmt: skip
    timeline.append({
        "type": "deal_announced", "id": "said", "subject": "deal:x", "occurred": "2025-01-10",
        "kind": "supply", "known": "2025-01-10", "parties": {"acme": ["supplier"], "globex": ["customer"]},
    })  # fmt: skip
    timeline.append({
        "type": "event_retracted", "target": "said", "reason": "it was another", "source": "paper",
        "attribution": "media_report",
    })  # fmt: skip
    answer = timeline.then_and_now("acme", on="2025-02-01")
    timeline.close()
    assert told(answer) == [("deal:x", "gone", "announced", None, 89)]
