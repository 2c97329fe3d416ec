"""Companies registered twice: proposed with reasons, decided by a person, decided once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts.world import IDENTITY, MakeWorld, World
from timeline.errors import DataError, InvalidValue, NotFound
from timeline.model.values import Fields


def company(id_: str, name: str, **more: Any) -> Fields:
    return {"type": "company_registered", "subject": f"company:{id_}", "name": name} | more


def tell_twice(world: World) -> None:
    world.append(*IDENTITY)
    world.append(
        company("hon-hai", "Hon Hai Precision", identifiers={"crunchbase": "fx-1"}),
        company("foxconn", "Foxconn", identifiers={"crunchbase": "fx-1"}),
        company("twin", "Twin Industries Inc."),
        company("twin-ag", "Twin Industries AG"),
        company("quillwork", "Quillwork Systems"),
        company("quilwork", "Quilwork Systems"),
    )


@pytest.fixture
def twice(make_world: MakeWorld) -> World:
    return make_world(tell_twice)


def pairs(world: World) -> list[tuple[str, str]]:
    return [(match.company, match.other) for match in world.timeline.match()]


def test_likely_duplicates_are_named_with_the_reasons(twice: World) -> None:
    found = twice.timeline.match()
    assert pairs(twice) == [("foxconn", "hon-hai"), ("twin", "twin-ag"), ("quillwork", "quilwork")]
    assert found[0].reasons == ["the same crunchbase fx-1"]
    assert 'the same name "twin industries", but for its spelling or legal form' in found[1].reasons
    assert (found[0].score, found[1].score) == (100, 100)
    assert 88 <= found[2].score < 100


@pytest.mark.parametrize("same", [True, False])
def test_what_was_judged_is_proposed_no_more(twice: World, same: bool) -> None:
    done = twice.timeline.judge("Foxconn", "hon-hai", same=same, reason="the register")
    assert done.new
    assert ("foxconn", "hon-hai") not in pairs(twice)
    shown = twice.timeline.state("foxconn").companies[0].company
    assert shown == ("hon-hai" if same else "foxconn")
    again = twice.timeline.judge("foxconn", "hon-hai", same=same)
    assert (again.id, again.position, again.new) == (done.id, done.position, False)


def test_a_decision_can_be_changed_and_changed_back(twice: World) -> None:
    for same in (True, False, True):
        assert twice.timeline.judge("foxconn", "hon-hai", same=same).new
    assert twice.timeline.state("foxconn").companies[0].merged == ["foxconn"]


def test_what_cannot_be_judged(twice: World) -> None:
    with pytest.raises(InvalidValue, match="one company already"):
        twice.timeline.judge("foxconn", "Foxconn", same=True)
    with pytest.raises(NotFound):
        twice.timeline.judge("foxconn", "nobody", same=True)
    twice.timeline.judge("foxconn", "hon-hai", same=True)
    twice.timeline.judge("twin", "hon-hai", same=False)
    with pytest.raises(DataError) as refused:
        twice.timeline.judge("twin", "foxconn", same=True)
    assert refused.value.problems[0].code == "identity-contradiction"
