"""The data behind pictures says what the state says, on every day, known at every instant."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from msgspec import to_builtins
from msgspec.json import encode

from tests.answers.stores import stories_of
from timeline import Timeline
from timeline.answers.asked import LensAsked
from timeline.answers.story import Span
from timeline.errors import InvalidValue, NotFound

STORIES = (
    "foxconn-openai",
    "foxconn-openai-later",
    "foxconn-sharp",
    "nissan-honda",
    "volkswagen-rivian",
)
KNOWN = (None, "2025-11-20", "2025-11-21", "2016-04-01")


stories = stories_of(*STORIES)


def span_on(spans: list[Any], day: str) -> Span | None:
    found = [span for span in spans if span.valid_from <= day < span.valid_to]
    assert len(found) < 2
    return found[0] if found else None


def days_of(spans: list[Any]) -> set[str]:
    """The days on which a span begins or ends, the ones before and after."""
    days = set()
    for span in spans:
        for day in (span.valid_from, span.valid_to):
            if "0001" < day[:4] < "9999":
                middle = date.fromisoformat(day)
                days |= {(middle + timedelta(days=step)).isoformat() for step in (-1, 0, 1)}
    return days


@pytest.mark.parametrize("lens", [None, LensAsked(not_source=("report-2025-11-21",))])
@pytest.mark.parametrize("known", KNOWN)
@pytest.mark.parametrize("company", ["foxconn", "nissan", "volkswagen"])
def test_the_course_of_a_company_is_its_state_on_every_day(
    stories: Timeline, company: str, known: str | None, lens: LensAsked | None
) -> None:
    answer = stories.courses(company, on="2025-11-21", known=known, lens=lens)
    days = {"2025-11-21"}.union(*(days_of(course.spans) for course in answer.courses))
    for day in sorted(days):
        state = stories.state(company, on=day, known=known, lens=lens).companies[0].items
        told = {
            course.subject: (span.status, span.certainty, span.alternatives, span.disputed)
            for course in answer.courses
            if (span := span_on(course.spans, day))
        }
        assert told == {
            i.subject: (i.status, i.certainty, i.alternatives, i.disputed) for i in state
        }
    shown = [
        item.subject
        for item in stories.state(company, on="2025-11-21", known=known, lens=lens)
        .companies[0]
        .items
    ]
    assert [c.subject for c in answer.courses if c.status is not None] == shown


def test_nobody_sees_more_than_was_recorded(stories: Timeline) -> None:
    before = stories.courses("foxconn", on="2025-11-21", recorded=42)
    assert {mark.position <= 42 for course in before.courses for mark in course.marks} == {True}
    assert "deal:foxconn-sharp-acquisition" not in {c.subject for c in before.courses}


def test_what_was_learned_later_is_told_apart(stories: Timeline) -> None:
    answer = stories.courses("foxconn", on="2025-04-15", known="2025-11-20")
    course = next(c for c in answer.courses if c.subject == "rumour:foxconn-nissan")
    assert {span.status for span in course.spans} == {"lapsed", "partly_denied"}
    assert {span.status for span in course.later} == {"denied"}
    assert {mark.event for mark in course.marks if mark.later} >= {"foxconn-nissan-denied"}
    assert answer.learned_later > 0
    assert all(not c.later for c in stories.courses("foxconn", on="2025-04-15").courses)


def test_the_two_axes_of_a_subject_are_its_state_at_every_coordinate(stories: Timeline) -> None:
    for subject in (
        "rumour:foxconn-nissan",
        "deal:foxconn-openai-ai-hardware",
        "deal:nissan-honda-holding-company",
    ):
        answer = stories.axes(subject)
        instants = sorted({patch.known_from for patch in answer.patches})
        assert instants
        for known in instants:
            seen = [p for p in answer.patches if p.known_from <= known < p.known_to]
            for day in days_of(answer.patches):
                item = stories.why(subject, on=day, known=known).item
                patch = span_on(seen, day)
                assert (item and (item.status, item.certainty, item.alternatives)) == (
                    patch and (patch.status, patch.certainty, patch.alternatives)
                )


@pytest.mark.parametrize("known", KNOWN)
def test_ties_hold_when_the_state_has_both_as_parties(stories: Timeline, known: str | None) -> None:
    answer = stories.network("foxconn", depth=2, on="2025-11-21", known=known)
    for day in {"2025-11-21"}.union(*(days_of(tie.spans) for tie in answer.ties)):
        told = {(tie.subject, tie.other if tie.one == "foxconn" else tie.one, span.status)
                for tie in answer.ties if "foxconn" in (tie.one, tie.other)
                if (span := span_on(tie.spans, day))}  # fmt: skip
        items = stories.state("foxconn", on=day, known=known).companies[0].items
        assert told == {(i.subject, other, i.status) for i in items for other in i.counterparties}


def test_the_network_goes_as_deep_as_asked(stories: Timeline) -> None:
    near = stories.network("foxconn", on="2025-11-21")
    far = stories.network("foxconn", depth=2, on="2025-11-21")
    assert {node.distance for node in near.nodes} == {0, 1}
    assert {node.company for node in near.nodes} == {
        "apple", "foxconn", "intrinsic", "nissan", "openai", "sharp"
    }  # fmt: skip
    assert {n.company for n in far.nodes} - {n.company for n in near.nodes} >= {"honda", "nvidia"}
    every = stories.network(on="2025-11-21")
    assert {n.company for n in every.nodes} >= {n.company for n in far.nodes} | {"volkswagen"}
    assert (every.company, every.depth) == (None, None)
    by_name = stories.network("Foxconn", on="2025-11-21")
    assert by_name.company == "foxconn"


def test_what_nobody_knows_is_no_picture(stories: Timeline) -> None:
    for ask in (stories.courses, stories.network, stories.plot, stories.graph):
        with pytest.raises(NotFound, match="foxcon"):
            ask("foxcon")
    with pytest.raises(NotFound):
        stories.axes("rumour:nobody-knows")
    with pytest.raises(InvalidValue):
        stories.network("foxconn", depth=0)
    with pytest.raises(InvalidValue):
        stories.network(depth=2)


@pytest.mark.parametrize("known", KNOWN)
@pytest.mark.parametrize("company", ["foxconn", "openai", "nissan", "volkswagen"])
def test_stored_rows_say_what_the_log_says(
    stories: Timeline, company: str, known: str | None
) -> None:
    def ask(**asked: Any) -> list[bytes]:
        story = stories.courses(company, known=known, **asked)
        found = [
            story,
            stories.network(company, known=known, **asked),
            stories.network(company, then=True, as_of=known or "2025-12-31", **asked),
            stories.tracker(company, known=known, **asked),
        ]
        subjects = [course.subject for course in story.courses]
        found += [stories.axes(subject, known=known, **asked) for subject in subjects]
        said = map(to_builtins, found)
        # in the order of its fields and of what is in them
        return [encode({k: v for k, v in each.items() if k != "recorded"}) for each in said]

    # a time of recording lets every history be folded anew
    newest = next(iter(stories.log(limit=1, order="newest")))
    assert ask() == ask(recorded=newest.recorded)
