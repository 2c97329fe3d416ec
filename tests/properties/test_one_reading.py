"""There is one reading of the record: ``state``, ``why`` and ``diff`` tell the same.

Random histories with corrections by publishers and by ourselves, retractions of retractions, disputes and an
erasure, asked at random coordinates, through lenses and at earlier positions.
"""

from __future__ import annotations

import json
from typing import Any, TypeAlias

from hypothesis import event, given, settings
from hypothesis import strategies as st

from tests.answers.stores import memory_store
from tests.oracle.comparison import Coordinate, Fields, replay
from tests.oracle.histories import days_asked, histories, known_asked, lenses
from timeline import Timeline
from timeline.answers.asked import LensAsked
from timeline.render.json import encode_json

# 300 in CI, 2,000 with the profile of the long tests, more when fuzzing
_profile = settings().max_examples
MANY = settings(max_examples={50: 300}.get(_profile, _profile))

REMARKS = ("event_corrected", "event_disputed")


def plain(answer: Any) -> Any:
    return json.loads(encode_json(answer))


@st.composite
def coordinates(draw: st.DrawFn) -> Coordinate:
    at = Coordinate(draw(days_asked), draw(known_asked()))
    at.lens = draw(lenses())
    at.back = draw(st.integers(0, 8))
    return at


Range: TypeAlias = tuple[str, tuple[str, str], str, int]
"""An axis, two days on it, the day in the world where that is not the axis, and positions back."""


def ranges() -> st.SearchStrategy[Range]:
    axis = st.sampled_from(("on", "known"))
    return st.tuples(axis, st.tuples(days_asked, days_asked), days_asked, st.sampled_from((0, 2)))


def asked(at: Coordinate) -> dict[str, Any]:
    lens = at.lens and LensAsked(**vars(at.lens))
    return {"on": at.on, "known": at.known, "recorded": at.position, "lens": lens}


@given(histories(), st.lists(coordinates(), min_size=2, max_size=2), ranges(), st.integers(0, 60))
@MANY
def test_state_why_and_diff_read_the_record_in_one_way(
    events: list[Fields], at: list[Coordinate], ranged: Range, erased: int
) -> None:
    """One history serves both questions: drawing and storing it takes longer than asking them."""
    with Timeline(memory_store()) as timeline:
        replay(timeline, events)
        a_difference_is_that_of_two_states(timeline, len(events), ranged)
        said = [e for e in events if not e["subject"].startswith(("source:", "company:"))]
        if erased < len(said):
            timeline.erase(said[erased]["id"], "a test")
        for coordinate in at:
            question = asked(coordinate.within(len(events)))
            for subject in sorted({e["subject"] for e in said}):
                why_shows_as_counting_what_the_state_rests_on(timeline, subject, question)


# --- why and state --------------------------------------------------------------------------------


def why_shows_as_counting_what_the_state_rests_on(
    timeline: Timeline, subject: str, question: Fields
) -> None:
    try:
        answer = plain(timeline.why(subject, **question))
    except LookupError:
        return  # not yet in the log
    check(answer)


def check(answer: Fields) -> None:
    item, chain = answer["item"], answer["chain"]
    shown = [link["event"] for link in chain]
    assert len(shown) == len(set(shown))
    counting = [link for link in chain if link["counts"] == "counts"]
    own = [link["event"] for link in counting if not link["type"].startswith("event_")]
    event("absent" if item is None else item["certainty"])
    assert own == (item["events"] if item else [])
    about_own = [link for link in counting if link["type"] in REMARKS and link["target"] in own]
    by_position = [link["event"] for link in sorted(about_own, key=lambda link: link["position"])]
    assert by_position == (item["corrections"] if item else [])
    disputes = [link["event"] for link in about_own if link["type"] == "event_disputed"]
    assert sorted(disputes) == (sorted(item["disputes"]) if item else [])
    irregular = [link["event"] for link in counting if link["irregular"]]
    assert irregular == (item["irregular"] if item else [])
    retractions = {link["event"] for link in counting if link["type"] == "event_retracted"}
    for link in chain:
        event(link["counts"])
        assert (link["retracted_by"] is not None) == (link["counts"] == "retracted")
        if link["retracted_by"] is not None:
            assert link["retracted_by"] in retractions
    if item:
        assert chain[: len(own)] or not own
        own_links = [link for link in counting if link["event"] in own]
        status = [link["after"] for link in own_links if link["after"] is not None]
        value = item["terms"].get("value") if item["subject"].startswith("fact:") else None
        assert not status or status[-1] in (item["status"], value)


# --- diff and state -------------------------------------------------------------------------------

LISTED = ("disputed", "disputes", "conflicts", "irregular", "remarks", "changed", "terms")


def a_difference_is_that_of_two_states(timeline: Timeline, length: int, ranged: Range) -> None:
    axis, days, on, back = ranged
    between: dict[str, Any] = {axis: days}
    rest: dict[str, Any] = {"recorded": length - back if back else None}
    rest |= {"on": on} if axis == "known" else {}
    for company in ("a", "b"):
        answer = plain(timeline.diff(company, **between, **rest))
        one, other = (
            plain(timeline.state(company, **(rest | {axis: day})))["companies"][0] for day in days
        )
        compare(answer, one, other)


def compare(answer: Fields, one: Fields, other: Fields) -> None:
    assert (answer["changes"] == []) == (one == other)
    changes: dict[str, dict[str, Fields]] = {}
    for change in answer["changes"]:
        changes.setdefault(change["subject"], {})[change["change"]] = change
    header = {n: (one[n], other[n]) for n in one if n != "items" and one[n] != other[n]}
    found = changes.pop(f"company:{answer['company']}", {}).get("company")
    assert (found and (found["before"], found["after"])) == (
        ({n: v[0] for n, v in header.items()}, {n: v[1] for n, v in header.items()})
        if header
        else None
    )
    first, last = ({i["subject"]: i for i in side["items"]} for side in (one, other))
    differing = {s for s in first | last if first.get(s) != last.get(s)}
    assert changes.keys() == differing
    for subject in differing:
        was, now = first.get(subject), last.get(subject)
        if was is None or now is None:
            assert [*changes[subject]] == ["vanished" if now is None else "appeared"]
            continue
        for field in ("status", "since", *LISTED):
            assert (field in changes[subject]) == (was[field] != now[field]), field
        steps = changes[subject].get("steps", {"before": [], "after": []})
        assert steps["before"] == [s for s in was["steps"] if s not in now["steps"]]
        assert steps["after"] == [s for s in now["steps"] if s not in was["steps"]]
