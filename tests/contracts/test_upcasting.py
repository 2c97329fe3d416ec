"""An event of an older schema version: stored as it was, and read everywhere as it would be today."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.contracts.world import ACME, DEAL, GLOBEX, POST, WIRE, World, correction, without
from timeline.model.kinds import EVENT_TYPES
from timeline.model.values import Fields
from timeline.store.append import Outcome

OLD: Fields = without(DEAL, "parties") | {
    "supplier": "acme",
    "customer": "globex",
    "amount": "5.10",
}
"""As version 1 was written: who supplies whom, and an amount in US dollars."""

TODAY = DEAL | {"value": {"exact": "5.10", "currency": "USD"}, "schema_version": 2}


def with_roles(fields: Fields) -> Fields:
    fields["parties"] = {
        fields.pop(role): [role] for role in ("supplier", "customer") if role in fields
    }
    if "amount" in fields:
        fields["value"] = {"exact": fields.pop("amount"), "currency": "USD"}
    return fields


def with_a_day(fields: Fields) -> Fields:
    if "day" in fields:
        fields["occurred"] = fields.pop("day")
    return fields


@pytest.fixture(autouse=True)
def version_2(monkeypatch: pytest.MonkeyPatch) -> None:
    """Announcements have parties since version 2."""
    monkeypatch.setattr(EVENT_TYPES["deal_announced"], "upcasters", (with_roles,))


def test_it_is_stored_as_it_was_and_answers_as_today(world: World) -> None:
    world.append(POST, WIRE, ACME, GLOBEX, OLD)
    row = world.row("announced")
    assert (row.schema_version, row.fields) == (1, OLD)
    for recorded in (None, 5):
        for company in ("acme", "globex"):
            item = world.item(company=company, recorded=recorded)
            assert item is not None
            assert item.terms["value"] == {"exact": "5.10", "currency": "USD"}
            assert item.terms["parties"] == {"acme": ["supplier"], "globex": ["customer"]}
    world.check()
    world.timeline.rebuild()
    world.check()


def test_old_and_new_stand_side_by_side(world: World) -> None:
    new = TODAY | {"id": "new", "subject": "deal:new"}
    world.append(POST, ACME, GLOBEX, OLD, new)
    assert [world.row(id_).schema_version for id_ in ("announced", "new")] == [1, 2]
    old_item, new_item = world.item(), world.item("deal:new")
    assert old_item is not None
    assert new_item is not None
    assert old_item.terms == new_item.terms


def test_the_same_again_is_found_in_either_form(world: World) -> None:
    world.append(POST, ACME, GLOBEX, OLD)
    assert (
        world.append(OLD, OLD | {"schema_version": 1}, TODAY)
        == [Outcome("announced", 4, False)] * 3
    )
    assert world.refuse(TODAY | {"kind": "merger"}) == ["event-changed"]
    assert world.refuse(OLD | {"amount": "6"}) == ["event-changed"]
    (problem,) = world.problems(OLD | {"amount": "6"})
    assert '"6"' in problem.message


def test_an_id_is_derived_from_what_was_written(world: World) -> None:
    old = without(OLD, "id")
    (outcome,) = world.append(POST, ACME, GLOBEX, old)[3:]
    assert world.append(old) == [Outcome(outcome.id, 4, False)]
    assert world.append(without(TODAY, "id"))[0].new, "another writing, another event"


def test_it_goes_out_and_comes_in_as_it_was(world: World, make_world: Callable[[], World]) -> None:
    world.append(POST, ACME, GLOBEX, OLD, TODAY | {"id": "new", "subject": "deal:new"})
    copy = make_world()
    copy.replay(world.export(), verify=True)
    assert copy.export() == world.export()
    assert json.loads(copy.export().splitlines()[3])["supplier"] == "acme"
    envelopes = [json.loads(line)["type"] for line in world.timeline.export(cloudevents=True)]
    assert envelopes[-2:] == ["timeline.deal_announced.v1", "timeline.deal_announced.v2"]
    copy.check()


def test_it_is_checked_as_today(world: World) -> None:
    world.append(POST, ACME)
    assert world.refuse(OLD) == ["unknown-company"]
    assert world.refuse(without(OLD, "kind")) == ["unknown-company", "missing-field"]
    world.append(GLOBEX)
    assert world.refuse(without(OLD, "kind")) == ["missing-field"]


def test_it_is_corrected_by_its_fields_of_today(world: World) -> None:
    world.append(POST, ACME, GLOBEX, OLD)
    assert world.refuse(correction("announced", {"amount": "6"})) == ["unknown-field"]
    world.append(correction("announced", {"value": {"exact": 6, "currency": "EUR"}}, id="m"))
    item = world.item()
    assert item is not None
    assert item.terms["value"] == {"exact": "6", "currency": "EUR"}
    assert world.append(OLD)[0].new is False
    world.check()


STORY = """\
story: old
sources: {post: {publisher: Post, kind: news, published: 2025-01-10}}
companies: {acme: {name: Acme}, globex: {name: Globex}}
events:
  - {type: deal_announced, id: announced, subject: deal:widgets, occurred: 2025, kind: supply,
     supplier: acme, customer: globex, amount: 5.10}
expect:
  - {subject: deal:widgets, on: 2025-12-31, state: {terms: {value: {exact: 5.1, currency: USD}}}}
"""


def test_a_file_of_then_replays_today_and_is_amended(world: World, tmp_path: Path) -> None:
    done = world.replay_text(tmp_path, STORY)
    assert (done.stored, done.expectations) == (4, 1)
    assert world.row("announced").fields["occurred"] == "2025"
    assert world.row("announced").fields["amount"] == "5.10"
    for amend in (False, True):
        done = world.replay_text(tmp_path, STORY, amend=amend)
        assert (done.stored, done.amendments, done.warnings) == (0, [], [])
    edited = STORY.replace("5.10", "6").replace("exact: 5.1", "exact: 6")
    done = world.replay_text(tmp_path, edited, amend=True)
    assert [amendment["changes"] for amendment in done.amendments] == [
        {"value": {"exact": "6", "currency": "USD"}}
    ]
    assert world.replay_text(tmp_path, edited).stored == 0
    world.check()


def test_two_steps_and_a_day_of_another_name(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bounds, too, are those of the event as it would be written today."""
    monkeypatch.setattr(EVENT_TYPES["deal_announced"], "upcasters", (with_roles, with_a_day))
    first = without(OLD, "occurred") | {"day": "2025-01", "known": "2025-03-01"}
    second = without(DEAL, "occurred") | {
        "id": "second", "subject": "deal:second", "day": "2025-02", "schema_version": 2,
    }  # fmt: skip
    world.append(POST, ACME, GLOBEX, first, second)
    row = world.row("announced")
    assert (row.occurred, row.earliest, row.latest) == (None, "2025-01-01", "2025-01-31")
    assert world.row("second").earliest == "2025-02-01"
    for recorded in (None, 5):
        item = world.item(recorded=recorded)
        assert item is not None
        assert item.since == "2025-01"
    assert world.item(on="2024-12-31") is None
    world.check()
