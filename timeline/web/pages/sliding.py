"""The sliders of a page: one for each of the two clocks that a reader turns."""

from __future__ import annotations

from typing import Protocol

from timeline.app import Timeline
from timeline.model.values import Day
from timeline.questions.question import Located
from timeline.web.sliders import Slider, slider_of_knowledge, slider_of_world


class Placed(Protocol):
    """An answer that says where it was computed at."""

    @property
    def on(self) -> Day: ...  # noqa: D102
    @property
    def known(self) -> str | None: ...  # noqa: D102


def sliders(
    timeline: Timeline,
    target: str | None,
    answer: Placed,
    asked: Located,
    days: tuple[Day, Day] | None = None,
) -> list[Slider]:
    """The sliders of an answer about a target, with its turns; without one, between two days."""
    world, knowledge = list(days or ()), []
    if target is not None:
        turns = timeline.turns(target, **asked.placed())
        world, knowledge = turns.on, turns.known
    return [
        slider_of_world(world, answer.on, timeline.timezone),
        slider_of_knowledge(knowledge, answer.known, timeline.timezone),
    ]
