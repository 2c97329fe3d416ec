"""Out and in again: an export gives the same log to the byte, and nothing else passes for one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.contracts.world import (
    ACME,
    DEAL,
    GLOBEX,
    IDENTITY,
    POST,
    SIGNED,
    WIRE,
    MakeWorld,
    World,
    correction,
    retraction,
)
from timeline.errors import DataError, InvalidValue, StoreDamaged
from timeline.ingest.draft import GENESIS, chain, digest
from timeline.model.values import Fields


def tell(world: World) -> None:
    """A log recorded in several transactions, with everything that an event can carry."""
    world.append(POST, WIRE, ACME)
    world.clock.forward(days=1)
    world.append(GLOBEX, DEAL | {"extra": {"\U0001f980": [1, 2.5, None], "\ue000": {}}})
    world.clock.forward(microseconds=1)
    world.append(
        SIGNED | {"attribution": "filing", "fact_level": "forecast", "note": "é\u2028\x7f"}
    )
    world.append(
        correction("announced", {"title": "Widgets", "note": None}),
        retraction("signed", source="wire"),
    )


@pytest.fixture
def told(make_world: MakeWorld) -> World:
    return make_world(tell)


def lines(world: World) -> list[Fields]:
    return [json.loads(line) for line in world.export().splitlines()]


def as_lines(*values: Any) -> bytes:
    return b"".join(json.dumps(value, ensure_ascii=False).encode() + b"\n" for value in values)


def rechained(values: list[Fields]) -> list[Fields]:
    """The lines with a chain that follows, as somebody makes it who knows how."""
    previous, found = GENESIS, []
    for value in values:
        added = ("position", "recorded", "hash", "origin")
        content = {name: field for name, field in value.items() if name not in added}
        previous = chain(previous, value["recorded"], digest(content))
        found.append(value | {"hash": previous})
    return found


def test_the_same_log_to_the_byte(told: World, make_world: MakeWorld) -> None:
    copy = make_world()
    done = copy.replay(told.export(), verify=True)
    assert (done.stored, done.position) == (8, 8)
    assert copy.export() == told.export()
    assert copy.everything() == told.everything()
    copy.check()


def test_a_line_names_its_place(told: World) -> None:
    first, *_, last = lines(told)
    assert list(first)[:2] == ["position", "id"]
    assert {"recorded", "hash"} < first.keys()
    assert (first["position"], last["position"]) == (1, 8)
    assert first["recorded"] == "2026-01-01T12:00:00.000000Z"
    assert last["hash"] == told.head().hash
    assert {value["subject"] for value in lines(told)[-2:]} == {"deal:widgets"}


def test_an_export_may_come_with_other_news(told: World, make_world: MakeWorld) -> None:
    """Without verify its place does not matter: recorded is when we recorded it."""
    copy = make_world()
    copy.clock.forward(days=100)
    copy.append(GLOBEX)
    done = copy.replay(told.export())
    assert (done.stored, done.found) == (7, 1)
    assert {row.recorded[:10] for row in copy.rows()} == {"2026-04-11"}
    assert copy.replay(told.export()).stored == 0
    copy.check()


def test_where_it_came_from_is_exported(
    world: World, make_world: MakeWorld, tmp_path: Path
) -> None:
    world.replay_text(tmp_path, "story: a-story\ncompanies: {acme: {name: Acme}}\n")
    copy = make_world()
    copy.replay(world.export())
    assert [row.origin for row in copy.rows()] == ["a-story"]


def altered(change: Callable[[list[Fields]], Any]) -> Callable[[list[Fields]], list[Fields]]:
    def alter(values: list[Fields]) -> list[Fields]:
        change(values)
        return values

    return alter


ATTACKS: dict[str, tuple[Callable[[list[Fields]], list[Fields]], int]] = {
    "content": (altered(lambda v: v[4].update(occurred="2025-01-08")), 5),
    "a field more": (altered(lambda v: v[4].update(note="x")), 5),
    "recorded": (altered(lambda v: v[4].update(recorded="2026-01-02T12:00:00.000001Z")), 5),
    "hash": (altered(lambda v: v[4].update(hash="0" * 64)), 5),
    "no hash": (altered(lambda v: v[4].pop("hash")), 5),
    "no recorded": (altered(lambda v: v[4].pop("recorded")), 5),
    "position": (altered(lambda v: v[4].update(position=6)), 5),
    "a line less": (altered(lambda v: v.pop(3)), 4),
    "other order": (altered(lambda v: v.insert(0, v.pop(1))), 1),
    "the first line less": (altered(lambda v: v.pop(0)), 1),
    "recorded backwards": (
        lambda v: rechained(
            [*v[:4], v[4] | {"recorded": "2025-01-01T00:00:00.000000Z"}, *v[5:]]
        ), 5,
    ),
    "recorded that is none": (
        lambda v: rechained([*v[:4], v[4] | {"recorded": "yesterday"}, *v[5:]]), 5,
    ),
    "recorded in another form": (
        lambda v: rechained([*v[:4], v[4] | {"recorded": "2026-01-02T12:00:00Z"}, *v[5:]]), 5,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ATTACKS)
def test_an_altered_export_is_refused_at_its_line(
    told: World, make_world: MakeWorld, name: str
) -> None:
    alter, position = ATTACKS[name]
    copy = make_world()
    with pytest.raises(StoreDamaged) as caught:
        copy.replay(as_lines(*alter(lines(told))), verify=True)
    assert caught.value.position == position
    assert copy.head().position == 0


def test_a_line_that_is_no_event_is_refused(told: World, make_world: MakeWorld) -> None:
    copy = make_world()
    with pytest.raises(DataError):
        copy.replay(told.export() + b"{}\n", verify=True)
    assert copy.head().position == 0


def test_a_rewritten_export_is_another_log(told: World, make_world: MakeWorld) -> None:
    """Whoever makes the whole chain anew makes a sound log, with another head: keep an anchor."""
    copy = make_world()
    values = lines(told)
    values[4]["occurred"] = "2025-01-08"
    copy.replay(as_lines(*rechained(values)), verify=True)
    copy.check()
    assert copy.head().hash != told.head().hash


def test_only_an_empty_store_is_verified_into(told: World, make_world: MakeWorld) -> None:
    copy = make_world()
    copy.append(POST)
    with pytest.raises(InvalidValue, match="not empty"):
        copy.replay(told.export(), verify=True)
    assert copy.head().position == 1


def test_cloudevents_hold_the_same_events(told: World, make_world: MakeWorld) -> None:
    from timeline.ingest.jsonl import content_of_cloudevent

    envelopes = [json.loads(line) for line in told.timeline.export(cloudevents=True)]
    assert [content_of_cloudevent(value) for value in envelopes] == [
        row.fields for row in told.rows()
    ]
    assert envelopes[4]["time"] == "2025-01-10T23:59:59.999999Z"
    assert envelopes[4]["recordedtime"] == "2026-01-02T12:00:00.000000Z"


def test_an_empty_log_is_exported_as_nothing(world: World, make_world: MakeWorld) -> None:
    assert world.export() == b""
    assert make_world().replay(b"", verify=True).stored == 0


def test_identity_is_bookkeeping_in_jsonl_too(world: World) -> None:
    world.replay(as_lines(*IDENTITY))
    assert {row.known for row in world.rows()} == {"0001-01-01T00:00:00.000000Z"}
