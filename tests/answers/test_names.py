"""Every answer names a company as it was called at the coordinate, or else as it was registered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.answers.stores import new_store, replay_text
from timeline import Timeline

STORY = """
sources:
  s1: {publisher: P, kind: news, published: 2020-01-10}
  s2: {publisher: P, kind: news, published: 2023-01-10}
  s3: {publisher: P, kind: news, published: 2024-05-10}
companies:
  old: {name: Oldname AG}
  tgt: {name: Target Ltd}
  twice: {name: First Corp}
  brand: {name: Legal GmbH}
  late: {name: Late Inc, source: s2}
events:
  - {type: deal_signed, subject: deal:d, kind: supply, occurred: 2020-01-10, source: s1,
     parties: {tgt: [supplier], old: [customer], twice: [customer], brand: [customer], late: [other]}}
  - {type: relationship_established, subject: relationship:r, kind: parent_of, from: old, to: tgt,
     occurred: 2020-01-10, source: s1}
  - {type: company_renamed, id: renamed, subject: company:old, name: Newname SE,
     occurred: 2023-01-01, source: s2}
  - {type: company_renamed, subject: company:twice, name: Second Corp, occurred: 2021, source: s2}
  - {type: company_renamed, subject: company:twice, name: Third Corp, occurred: 2024-05-01, source: s3}
  - {type: company_renamed, subject: company:brand, name: Shiny, name_kind: brand,
     occurred: 2023-01-01, source: s2}
"""


@pytest.fixture
def timeline(tmp_path: Path) -> Iterator[Timeline]:
    store = new_store(tmp_path)
    replay_text(store, tmp_path, STORY)
    with Timeline(store) as found:
        yield found


def answers(timeline: Timeline, **asked: Any) -> Iterator[dict[str, str]]:
    """The names that every kind of answer gives."""
    for answer in (
        timeline.state("tgt", **asked),
        timeline.items("deal", **asked),
        timeline.items("relationship", **asked),
        timeline.why("deal:d", **asked),
        timeline.why_company("tgt", **asked),
    ):
        yield timeline.names_in(answer)
    yield timeline.courses("tgt", **asked).names
    yield timeline.network("tgt", **asked).names
    yield timeline.axes("deal:d", **asked).names
    yield {row.company: row.name for row in timeline.companies(**asked).companies}
    yield {c.company: c.name for c in timeline.state(**asked).companies}


@pytest.mark.parametrize(
    "asked, names",
    [
        pytest.param(
            {"as_of": "2022-06-01"},
            {"old": "Oldname AG", "twice": "First Corp", "brand": "Legal GmbH", "late": "Late Inc"},
            id="nothing of it known",
        ),
        pytest.param(
            {"on": "2022-06-01"},
            {
                "old": "Oldname AG",
                "twice": "Second Corp",
                "brand": "Legal GmbH",
                "late": "Late Inc",
            },
            id="with hindsight",
        ),
        pytest.param(
            {"on": "2025-01-01", "known": "2022-06-01"},
            {"old": "Oldname AG", "twice": "First Corp"},
            id="a later day, as known before",
        ),
        pytest.param(
            {"as_of": "2023-06-01"}, {"old": "Newname SE", "twice": "Second Corp"}, id="between"
        ),
        pytest.param(
            {"on": "2025-01-01"},
            {"old": "Newname SE", "twice": "Third Corp", "brand": "Legal GmbH"},
            id="now",
        ),
        pytest.param(
            {"on": "2025-01-01", "recorded": 10}, {"old": "Oldname AG"}, id="not recorded yet"
        ),
    ],
)
def test_every_answer_names_a_company_as_at_the_coordinate(
    timeline: Timeline, asked: dict[str, Any], names: dict[str, str]
) -> None:
    for found in answers(timeline, **asked):
        assert "old" in found
        assert {company: found.get(company, name) for company, name in names.items()} == names


def test_a_difference_names_them_as_afterwards(timeline: Timeline) -> None:
    answer = timeline.diff("tgt", on=("2019-01-01", "2022-01-01"), known="2022-06-01")
    assert timeline.names_in(answer)["old"] == "Oldname AG"
    answer = timeline.diff("tgt", on=("2019-01-01", "2024-01-01"))
    assert timeline.names_in(answer)["old"] == "Newname SE"


def test_a_renaming_that_is_retracted_renames_nothing(timeline: Timeline) -> None:
    timeline.append({"type": "event_retracted", "target": "renamed", "reason": "a slip"})
    for found in answers(timeline, on="2025-01-01"):
        assert found["old"] == "Oldname AG"


@pytest.mark.parametrize("name", ["Oldname AG", "newname se", "old", "Third Corp", "Shiny"])
def test_looking_up_uses_all_names_ever_known(timeline: Timeline, name: str) -> None:
    answer = timeline.state(name, as_of="2022-06-01")
    assert answer.companies[0].company in ("old", "twice", "brand")
