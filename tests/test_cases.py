"""The vocabulary as given, when, then: every case file and every story holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.model.kinds.events import event_of, events_of
from timeline.ingest.draft import Draft
from timeline.ingest.fixtures import find_files, load_fixture
from timeline.loading import check_files
from timeline.model.kinds import EVENT_TYPES, KIND_OF, KINDS, NOTED, RECORD_TYPES, STEPS_OF, Phase
from timeline.model.record import ERASED

HERE = Path(__file__).parent
CASES = sorted((HERE / "cases").glob("*.yaml"))
STORIES = HERE.parent / "fixtures"


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_every_expectation_of_the_cases_holds(path: Path) -> None:
    done = check_files([path])
    assert done.expectations > 0


def test_the_stories_hold_together() -> None:
    done = check_files([STORIES])
    assert done.files == 5
    assert done.found > 0, "stories that share companies say the same of them"


@pytest.mark.parametrize(
    "name", ["foxconn-openai", "nissan-honda", "volkswagen-rivian", "foxconn-sharp"]
)
def test_a_story_holds_alone(name: str) -> None:
    check_files([STORIES / f"{name}.yaml"])


def _drafts() -> Iterator[Draft]:
    for found in find_files([HERE / "cases"]):
        yield from load_fixture(found).drafts


def test_the_cases_use_every_event_type_and_every_field_that_makes_a_step() -> None:
    drafts = list(_drafts())
    assert {draft.fields["type"] for draft in drafts} == EVENT_TYPES.keys() - {ERASED}
    for name, steps in STEPS_OF.items():
        used = {field for draft in drafts if draft.fields["type"] == name for field in draft.fields}
        assert used.issuperset(steps), name


def test_every_event_type_belongs_to_a_kind_or_to_the_record_and_says_what_it_is() -> None:
    assert KIND_OF.keys() | RECORD_TYPES == EVENT_TYPES.keys()
    for event in EVENT_TYPES.values():
        assert event.__doc__
        assert not event.__doc__.startswith(event.__name__ + "("), "msgspec's own, not ours"


@pytest.mark.parametrize("name", sorted(KIND_OF))
def test_every_transition_ends_in_a_phase_of_its_kind_or_is_irregular(name: str) -> None:
    kind = KIND_OF[name]
    phases: set[Phase] = {NOTED}
    siblings = [other for other, of in KIND_OF.items() if of is kind]
    while True:  # every phase that any events can lead to
        reached = {
            after
            for phase in phases
            for sibling in siblings
            for event in events_of(sibling)
            if (after := kind.evolve(phase, event)) is not None
        }
        if reached <= phases:
            break
        phases |= reached
    statuses = {phase.status for phase in phases}
    assert kind.final <= statuses
    assert kind.groups.keys() <= statuses
    for phase in phases:
        after = kind.evolve(phase, event_of(name))
        assert after is None or after in phases


def test_items_are_shown_in_the_order_of_the_contract() -> None:
    shown = [name for name in KINDS if name not in ("source", "company")]
    assert shown == [
        "relationship", "deal", "proceeding", "right", "commitment", "rumour", "fact",
    ]  # fmt: skip
