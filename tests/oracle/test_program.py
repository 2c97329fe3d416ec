"""The program answers random histories as the pages say."""

from __future__ import annotations

from pathlib import Path
from random import Random

from hypothesis import event, given, settings
from hypothesis import strategies as st

from tests import databases
from tests.answers.stores import Clock, memory_store, new_store
from tests.oracle.answer import items
from tests.oracle.companies import controls, group, parties
from tests.oracle.comparison import (
    Coordinate,
    Fields,
    differences,
    explained,
    replay,
    telling_days,
    telling_instants,
)
from tests.oracle.histories import histories, lenses
from tests.oracle.record import Log
from tests.oracle.together import Together, drawn
from timeline import Timeline
from timeline.store.store import Store

_examples = settings.get_profile("default").max_examples
# 300 in a usual run, as many as were asked for in a long one
MANY = settings(max_examples=max(6 * _examples, settings().max_examples))
SOME = settings(max_examples=max(_examples // 2, settings().max_examples // 10))

any_of_them = st.integers(0, 2**16)
"""Picks one of a list that is not there yet."""


class Questions:
    """Coordinates for a history that is yet to be drawn: which of its telling days, instants, positions."""

    def __init__(self, draw: st.DrawFn, stored: int, replayed: int) -> None:
        self.stored = [self._coordinate(draw) for _ in range(stored)]
        self.replayed = [
            (*self._coordinate(draw), draw(any_of_them), draw(lenses())) for _ in range(replayed)
        ]

    @staticmethod
    def _coordinate(draw: st.DrawFn) -> tuple[int, int | None]:
        return draw(any_of_them), draw(st.one_of(st.none(), any_of_them))

    def of(self, log: Log) -> list[Coordinate]:
        """The first are answered from stored history; of the others the log is read."""
        days, instants = telling_days(log), telling_instants(log)

        def coordinate(on: int, known: int | None) -> Coordinate:
            moment = None if known is None else instants[known % len(instants)]
            return Coordinate(days[on % len(days)], moment)

        found = [coordinate(on, known) for on, known in self.stored]
        for on, known, back, lens in self.replayed:
            at = coordinate(on, known)
            length = len(log.events)
            at.position, at.lens = length - back % (length // 2), lens
            found.append(at)
        return found

    def __repr__(self) -> str:
        return f"Questions({self.stored}, {self.replayed})"


@st.composite
def questions(draw: st.DrawFn, stored: int = 4, replayed: int = 4) -> Questions:
    return Questions(draw, stored, replayed)


def compare(timeline: Timeline, events: list[Fields], batches: int, asked: Questions) -> None:
    """Append a history, and ask both."""
    replay(timeline, events, batches)
    log = Log.of(events)
    for at in asked.of(log):
        pages = at.of_pages(log)
        found = differences(pages, at.of_program(timeline))
        assert not found, explained(events, at, found)
        for item in (item for company in pages for item in company["items"]):
            event(item["certainty"])


@SOME
@given(histories(), st.integers(1, 3), questions())
def test_every_state_is_as_the_pages_say(
    events: list[Fields], batches: int, asked: Questions
) -> None:
    """One history in a store, which hypothesis makes as short as it can."""
    with Timeline(memory_store()) as timeline:
        compare(timeline, events, batches, asked)


def test_every_state_of_many_is_as_the_pages_say(tmp_path: Path) -> None:
    """On both databases at once: to draw the histories and to read the pages takes most."""
    many = Together(drawn(histories(), MANY), Random(1))
    with (
        Timeline(new_store(tmp_path)) as file,
        databases.database() as url,
        Timeline(Store(databases.url_text(url), clock=Clock())) as server,
    ):
        for timeline in (file, server):
            many.tell(timeline, batches=3)
        for at in many.coordinates(4, 4, [lens for lens in drawn(lenses(), SOME) if lens]):
            many.compare((file, server), at)


@SOME
@given(histories(), questions(2, 1))
def test_a_group_is_what_a_company_controls(events: list[Fields], asked: Questions) -> None:
    with Timeline(memory_store()) as timeline:
        replay(timeline, events)
        log = Log.of(events)
        for at in asked.of(log):
            found = items(log, at.on, at.instant, at.position, at.lens)
            ties = controls(found.values())
            for company in ("a", "b", "c"):
                (answer,) = at.of_program(timeline, company, group=True)
                brought_in = {m["company"]: m["subject"] for m in answer["members"]}
                within = group(answer["company"], ties)
                assert brought_in.keys() == within, explained(events, at, [company])
                within.add(answer["company"])
                for member, subject in brought_in.items():
                    assert any((owner, member, subject) in ties for owner in within)
                shown = {s for s, item in found.items() if within & parties(item).keys()}
                assert {item["subject"] for item in answer["items"]} == shown
                assert all(item["member"] in within for item in answer["items"])
                event(f"{len(brought_in)} members")
