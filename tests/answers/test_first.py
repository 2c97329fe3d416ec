"""From when on there is something: the same from the stored history and from the log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from timeline.answers.days import First
from timeline.app import Timeline

ROOT = Path(__file__).resolve().parent.parent.parent

# A deal that is said to be of January until a correction in April says March; a supply that another
# company takes over in June, both told in July.
MOVED = """
{"type": "company_registered", "subject": "company:acme", "name": "Acme"}
{"type": "company_registered", "subject": "company:globex", "name": "Globex"}
{"type": "company_registered", "subject": "company:initech", "name": "Initech"}
{"type": "company_registered", "subject": "company:umbrella", "name": "Umbrella"}
{"type": "source_registered", "subject": "source:wire", "publisher": "Wire", "kind": "news", "published": "2025-04-01"}
{"type": "deal_announced", "id": "announced", "subject": "deal:widgets", "occurred": "2025-01-10", "known": "2025-01-15", "kind": "supply", "parties": {"acme": ["supplier"], "globex": ["customer"]}}
{"type": "event_corrected", "target": "announced", "source": "wire", "changes": {"occurred": "2025-03-10"}}
{"type": "relationship_established", "subject": "relationship:gadgets", "occurred": "2025-01-10", "known": "2025-07-01", "kind": "supplies", "from": "umbrella", "to": "globex"}
{"type": "relationship_changed", "subject": "relationship:gadgets", "occurred": "2025-06-01", "known": "2025-07-01", "from": "initech"}
"""  # noqa: E501
DAYS = [
    "2010-01-01",
    "2013-06-01",
    "2016-02-25",
    "2016-03-01",
    "2024-12-18",
    "2025-04-15",
    "2025-11-20",
]


@pytest.fixture(scope="module")
def timeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Timeline]:
    with Timeline.open(tmp_path_factory.mktemp("first") / "timeline.db") as found:
        found.replay([ROOT / "fixtures"])
        for line in MOVED.strip().splitlines():
            found.append(msgspec.json.decode(line))
        yield found


def test_the_first_day_is_the_first_with_an_item(timeline: Timeline) -> None:
    for company in timeline.names():
        found = timeline.first(company, on="1990-01-01")
        if found.day in (None, "0001-01-01"):
            continue
        assert found.day is not None
        assert timeline.state(company, on=found.day).companies[0].items
        before = day_before(found.day)
        assert not timeline.state(company, on=before).companies[0].items


def day_before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


@pytest.mark.parametrize("day", DAYS)
def test_the_first_instant_is_the_first_that_brings_an_item(day: str, timeline: Timeline) -> None:
    for company in timeline.names():
        found = timeline.first(company, on=day, known="1990-01-01")
        if found.known is None:
            assert not timeline.state(company, on=day).companies[0].items
            continue
        assert timeline.state(company, on=day, known=found.known).companies[0].items
        earlier = day_before(found.known[:10])
        assert not timeline.state(company, on=day, known=earlier).companies[0].items


@pytest.mark.parametrize("day", DAYS)
def test_the_log_says_the_same_as_the_stored_history(day: str, timeline: Timeline) -> None:
    head = timeline.stats().position
    for company in timeline.names():
        for known in (None, "2016-03-01", "2025-04-15"):
            stored = timeline.first(company, on=day, known=known)
            replayed = timeline.first(company, on=day, known=known, recorded=head)
            assert stored == replayed, (company, known)


def test_hindsight_knows_of_corrections(timeline: Timeline) -> None:
    assert timeline.first("acme", on="2025-01-12").day == "2025-03-10"
    assert timeline.first("initech", on="2025-01-12").day == "2025-06-01"
    assert timeline.first("initech", on="2025-05-31", known="2025-05-31").known is None
    assert timeline.first("acme", on="2025-02-01", known="2025-01-01").known == (
        "2025-01-15T23:59:59.999999Z"
    )


@pytest.mark.parametrize("known", ["2025-01-01", "2025-01-31", "2025-05-01", "2025-07-01"])
@pytest.mark.parametrize(
    "day", ["2025-01-09", "2025-01-10", "2025-03-09", "2025-03-10", "2025-05-31", "2025-06-01"]
)
def test_it_is_the_same_at_every_edge(day: str, known: str, timeline: Timeline) -> None:
    head = timeline.stats().position
    for company in ("acme", "globex", "initech", "umbrella"):
        stored = timeline.first(company, on=day, known=known)
        assert stored == timeline.first(company, on=day, known=known, recorded=head), company


def test_where_there_is_something_nothing_begins(timeline: Timeline) -> None:
    assert timeline.first("foxconn", on="2025-11-21", known="2025-11-21").known is None


def test_by_then_the_log_had_nothing(timeline: Timeline) -> None:
    assert timeline.first("foxconn", on="2025-11-21", recorded=0) == First(day=None, known=None)
