"""Registrations that count, that were taken back, and what events of their sources are known by."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.answers.stores import memory_store
from timeline import Timeline
from timeline.errors import DataError, NotFound
from timeline.loading import replay_files
from timeline.model.record import Entry, judge
from timeline.model.values import ALWAYS

Event = dict[str, Any]

BASE: list[Event] = [
    {"type": "source_registered", "id": "s1", "subject": "source:s1", "publisher": "P", "kind": "news",
     "published": "2025-01-10"},
    {"type": "source_registered", "id": "s2", "subject": "source:s2", "publisher": "Q", "kind": "news",
     "published": "2025-02-10"},
    {"type": "company_registered", "id": "a", "subject": "company:a", "name": "Alpha"},
    {"type": "company_registered", "id": "b", "subject": "company:b", "name": "Beta"},
    {"type": "company_registered", "id": "c", "subject": "company:c", "name": "Gamma"},
    {"type": "deal_announced", "id": "ann", "subject": "deal:x", "occurred": "2025-01-10", "source": "s1",
     "kind": "supply", "parties": {"a": ["supplier"], "b": ["customer"]}},
]  # fmt: skip
SIGNED: Event = {
    "type": "deal_signed", "id": "sig", "subject": "deal:x", "occurred": "2025-02-10", "source": "s2",
}  # fmt: skip


def retracted(target: str, **more: Any) -> Event:
    return {"type": "event_retracted", "target": target, "reason": "a slip"} | more


def corrected(target: str, **changes: Any) -> Event:
    return {"type": "event_corrected", "target": target, "changes": changes}


def append(timeline: Timeline, *events: Event) -> None:
    lines = "\n".join(map(json.dumps, events))
    replay_files(timeline.store, ["-"], stdin=io.BytesIO(lines.encode()))


@pytest.fixture
def timeline() -> Iterator[Timeline]:
    with Timeline(memory_store()) as timeline:
        append(timeline, *BASE)
        yield timeline


def codes(error: DataError) -> list[str]:
    return [problem.code for problem in error.problems]


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize(
    "news, code",
    [
        pytest.param(SIGNED, "unknown-source", id="the only source"),
        pytest.param(SIGNED | {"source": ["s1", "s2"]}, "unknown-source", id="one of two"),
        pytest.param(SIGNED | {"known": "2025-02-10"}, "unknown-source", id="known is given"),
        pytest.param(corrected("ann", source="s2"), "unknown-source", id="a mend names it"),
        pytest.param(retracted("ann", source="s2"), "unknown-source", id="a retraction by it"),
        pytest.param(
            SIGNED | {"source": "s1", "parties": {"c": ["partner"]}},
            "unknown-company",
            id="a party",
        ),
        pytest.param(SIGNED | {"source": "s1", "venture": "c"}, "unknown-company", id="a term"),
    ],
)
def test_what_was_retracted_registers_nothing(
    timeline: Timeline, news: Event, code: str, together: bool
) -> None:
    taken_back = [retracted("s2"), retracted("c")]
    if not together:
        append(timeline, *taken_back)
        taken_back = []
    with pytest.raises(DataError) as failed:
        append(timeline, *taken_back, news)
    assert code in codes(failed.value)
    timeline.verify()


def test_a_lens_knows_no_source_that_was_retracted(timeline: Timeline) -> None:
    from timeline.answers.asked import LensAsked

    append(timeline, retracted("s2"))
    with pytest.raises(NotFound) as failed:
        timeline.state("a", lens=LensAsked(source=("s2",)))
    assert "did you mean s2" not in str(failed.value)


def test_a_retraction_that_is_retracted_registers_again(timeline: Timeline) -> None:
    append(timeline, retracted("s2", id="slip"), retracted("slip"), SIGNED)
    timeline.verify()


@pytest.mark.parametrize(
    "first, target",
    [
        pytest.param([], "s1", id="a source"),
        pytest.param([], "a", id="a party"),
        pytest.param([SIGNED | {"source": ["s1", "s2"]}], "s2", id="one source of two"),
        pytest.param([SIGNED | {"source": "s1", "venture": "c"}], "c", id="a term"),
        pytest.param([corrected("ann", source="s2")], "s2", id="what a mend named"),
    ],
)
def test_what_events_refer_to_is_not_retracted(
    timeline: Timeline, first: list[Event], target: str
) -> None:
    append(timeline, *first)
    with pytest.raises(DataError) as failed:
        append(timeline, retracted(target))
    assert codes(failed.value) == ["still-referred-to"]
    timeline.verify()


@pytest.mark.parametrize(
    "target, field",
    [("s1", "published"), ("s1", "publisher"), ("a", "name"), ("ann", "parties"), ("ann", "kind")],
)
def test_what_a_first_event_must_have_is_not_removed(
    timeline: Timeline, target: str, field: str
) -> None:
    with pytest.raises(DataError) as failed:
        append(timeline, corrected(target, **{field: None}))
    assert codes(failed.value) == ["missing-field"]
    timeline.verify()


@pytest.mark.parametrize(
    "event, mends, known",
    [
        pytest.param({}, [{"source": "s2"}], "2025-02-10", id="another source"),
        pytest.param({}, [{"source": ["s2", "s1"]}], "2025-01-10", id="one more source"),
        pytest.param(
            {"known": "2025-01-20"}, [{"source": "s2"}], "2025-01-20", id="known is given"
        ),
        pytest.param({}, [{"known": "2025-01-15"}, {"source": "s2"}], "2025-01-15", id="mended"),
        pytest.param({}, [{"source": "s2"}, {"source": "s1"}], "2025-01-10", id="and back"),
        pytest.param({"known": "2025-01-20"}, [{"known": None}], "2025-01-10", id="by its source"),
        pytest.param({}, [{"known": "2025-01-15"}, {"known": None}], "2025-01-10", id="as before"),
        pytest.param(
            {"known": "2025-01-20"}, [{"known": None, "source": "s2"}], "2025-02-10", id="both"
        ),
    ],
)
def test_a_mend_of_the_source_says_anew_since_when_an_event_is_known(
    timeline: Timeline, event: Event, mends: list[Event], known: str
) -> None:
    told = SIGNED | {"source": "s1", "occurred": "2025-01-05"} | event
    append(timeline, told, *(corrected("sig", **changes) for changes in mends))

    def signed(day: str) -> bool:
        (item,) = timeline.state("a", on="2025-03-01", known=day).companies[0].items
        return "sig" in item.events

    before = f"{known[:8]}{int(known[8:]) - 1:02}"
    if before >= "2025-01-10":
        assert not signed(before)
    assert signed(known)
    timeline.verify()


def test_what_has_no_source_needs_to_say_since_when_it_is_known(timeline: Timeline) -> None:
    told = {name: value for name, value in SIGNED.items() if name != "source"}
    append(timeline, told | {"known": "2025-02-20"})
    with pytest.raises(DataError) as failed:
        append(timeline, corrected("sig", known=None))
    assert codes(failed.value) == ["missing-source"]


def test_a_thousand_retractions_of_retractions_are_judged_without_recursion() -> None:
    fields: Event = {"source": "s"}
    day = "2025-01-01"
    found = [Entry(1, "e1", "deal_announced", "deal:x", day, day, day, ALWAYS, fields)]
    for n in range(2, 1003):
        about = {"target": f"e{n - 1}"}
        found.append(Entry(n, f"e{n}", "event_retracted", "deal:x", None, day, day, ALWAYS, about))
    judged = judge(found)  # 1,001 of them: the last stands, so every second one does not
    assert (judged.counting, judged.reasons["e1"].by) == ([], "e2")
    assert [entry.id for entry in judge(found[:-1]).counting] == ["e1"]
