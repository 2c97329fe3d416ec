"""The program answers random histories as the pages say."""

from __future__ import annotations

from hypothesis import event, given, settings
from hypothesis import strategies as st

from tests.oracle.comparison import Coordinate, Fields, differences, explained, replay
from tests.oracle.histories import days_asked, histories, known_asked, lenses, positions_back
from tests.oracle.record import Log
from timeline import Timeline
from timeline.store.engine import MEMORY

_examples = settings.get_profile("default").max_examples
# 300 in a usual run, as many as were asked for in a long one
MANY = settings(max_examples=max(6 * _examples, settings().max_examples))


@st.composite
def coordinates(draw: st.DrawFn, *, from_log: bool) -> Coordinate:
    at = Coordinate(draw(days_asked), draw(known_asked()))
    if from_log:
        at.lens = draw(lenses())
        at.back = draw(positions_back) if at.lens else draw(st.integers(0, 8))
    return at


def compare(timeline: Timeline, log: Log, events: list[Fields], at: Coordinate) -> None:
    pages = at.of_pages(log)
    found = differences(pages, at.of_program(timeline))
    assert not found, explained(events, at, found)
    for item in (item for company in pages for item in company["items"]):
        event(item["certainty"])


@MANY
@given(
    histories(),
    st.integers(1, 3),
    st.lists(coordinates(from_log=False), min_size=3, max_size=3),
    st.lists(coordinates(from_log=True), min_size=3, max_size=3),
)
def test_every_state_is_as_the_pages_say(
    events: list[Fields], batches: int, stored: list[Coordinate], replayed: list[Coordinate]
) -> None:
    log = Log.of(events)
    with Timeline.open(MEMORY) as timeline:
        timeline.store.init()
        replay(timeline, events, batches)
        for at in (*stored, *replayed):
            compare(timeline, log, events, at.within(len(events)))
