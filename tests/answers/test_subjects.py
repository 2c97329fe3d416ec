"""Subjects by the beginning of their name, and who published what."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from timeline.app import Timeline

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def timeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Timeline]:
    with Timeline.open(tmp_path_factory.mktemp("subjects") / "timeline.db") as found:
        found.replay([ROOT / "fixtures"])
        yield found


def test_each_subject_once_in_order(timeline: Timeline) -> None:
    subjects = timeline.subjects(limit=1000)
    assert subjects == sorted(set(subjects))
    assert len(subjects) == sum(timeline.stats().subjects.values())
    assert timeline.subjects("deal:", 2) == [s for s in subjects if s.startswith("deal:")][:2]


@pytest.mark.parametrize("prefix", ["%", "deal_", "DEAL:", "deal:%", "\\", "😀"])
def test_a_prefix_is_no_pattern(prefix: str, timeline: Timeline) -> None:
    assert timeline.subjects(prefix) == []


def test_who_published_what_and_when(timeline: Timeline) -> None:
    titles = timeline.source_titles(["report-2025-11-21", "reuters-2025-11-22", "nowhere"])
    assert titles["report-2025-11-21"].startswith("German-language news report")
    assert "21 Nov 2025: Foxconn and OpenAI agree" in titles["report-2025-11-21"]
    assert titles.keys() == {"report-2025-11-21", "reuters-2025-11-22"}


def test_questions_inside_one_session_see_the_same_log(timeline: Timeline, tmp_path: Path) -> None:
    path = tmp_path / "timeline.db"
    with Timeline.open(path) as reader, Timeline.open(path) as writer:
        writer.append({"type": "company_registered", "subject": "company:acme", "name": "Acme"})
        with reader.reading():
            assert reader.names() == {"acme": "Acme"}
            writer.append({"type": "company_registered", "subject": "company:b", "name": "B"})
            assert reader.names() == {"acme": "Acme"}
            assert [entry.position for entry in reader.log()] == [1]
        assert reader.names(["b", "c"]) == {"b": "B"}
