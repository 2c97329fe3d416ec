"""Many histories in one store, so that a database is made once and asked once for all of them.

Each history speaks of companies, sources and subjects of its own: its number is put behind every id. They are
told in turns, an event of one between events of others, and each is compared with the pages by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.oracle.companies import UNDISCLOSED
from tests.oracle.comparison import (
    Coordinate,
    Fields,
    differences,
    explained,
    replay,
    telling_days,
    telling_instants,
)
from tests.oracle.histories import COMPANIES, SOURCES
from tests.oracle.record import Lens, Log
from timeline import Timeline

_SLUG = "|".join((*COMPANIES, *SOURCES, "court", "gone"))
_KIND = "company|source|relationship|deal|proceeding|right|commitment|rumour"
_ID = re.compile(
    rf"(?P<id>{_SLUG}|e\d+(?:-undone)?|(?:company|source)-[\w-]+|(?:{_KIND}):[\w-]+|fact:\w+)(?P<rest>/.*)?"
)


def drawn(strategy: st.SearchStrategy[Any], many: settings) -> list[Any]:
    """As many examples as the settings ask for."""
    found: list[Any] = []

    @settings(many, database=None, phases=[Phase.generate])
    @given(strategy)
    def draw(example: Any) -> None:
        found.append(example)

    draw()
    return found


def numbered(value: Any, number: int) -> Any:
    """A value of an event with the number of its history behind every id in it."""
    if isinstance(value, dict):
        return {numbered(key, number): numbered(inner, number) for key, inner in value.items()}
    if isinstance(value, list):
        return [numbered(member, number) for member in value]
    if isinstance(value, str) and value != UNDISCLOSED and (found := _ID.fullmatch(value)):
        return f"{found['id']}-{number}{found['rest'] or ''}"
    return value


def _by_history(answer: list[Fields]) -> dict[int, list[Fields]]:
    found: dict[int, list[Fields]] = {}
    for company in answer:
        found.setdefault(int(company["company"].rpartition("-")[2]), []).append(company)
    return found


class Together:
    """Histories that share a log: what a program is told, and what each history is by itself."""

    def __init__(self, histories: Sequence[list[Fields]], random: Random) -> None:
        self.histories = [numbered(history, n) for n, history in enumerate(histories)]
        self.logs = [Log.of(history) for history in self.histories]
        self._random = random
        registered, told = [], []
        for number, history in enumerate(self.histories):
            own = [event for event in history if re.match(r"e\d", event["id"])]
            registered += [(number, event) for event in history if event not in own]
            told.append(own)
        turns = [number for number, own in enumerate(told) for _ in own]
        random.shuffle(turns)
        waiting = [iter(own) for own in told]
        self.registered = len(registered)
        self.order = registered + [(number, next(waiting[number])) for number in turns]
        """The log, each event with the number of its history."""

    def coordinates(
        self, stored: int, replayed: int, lenses: Sequence[Lens]
    ) -> Iterator[Coordinate]:
        """Where all are asked. The first are answered from stored history; of the others the log is read."""
        days = sorted({day for log in self.logs for day in telling_days(log)})
        instants = sorted({moment for log in self.logs for moment in telling_instants(log)})
        pick = self._random.choice
        for _ in range(stored):
            yield Coordinate(pick(days), pick([None, pick(instants), pick(instants)]))
        for _ in range(replayed):
            position = self._random.randint(self.registered + 1, len(self.order))
            yield Coordinate(
                pick(days), pick([None, pick(instants)]), position, pick([None, pick(lenses)])
            )

    def compare(self, timelines: Sequence[Timeline], at: Coordinate) -> None:
        """Ask each program once, and the pages of each history."""
        everywhere = self._lens(at.lens, range(len(self.histories)))
        asked = Coordinate(at.on, at.known, at.position, everywhere)
        answers = [_by_history(asked.of_program(timeline)) for timeline in timelines]
        for number, log in enumerate(self.logs):
            own = Coordinate(at.on, at.known, None, self._lens(at.lens, [number]))
            if at.position is not None:
                own.position = sum(n == number for n, _ in self.order[: at.position])
            pages = own.of_pages(log)
            for answer in answers:
                found = differences(pages, answer.get(number, []))
                assert not found, explained(self.histories[number], own, found)

    @staticmethod
    def _lens(lens: Lens | None, numbers: Sequence[int]) -> Lens | None:
        if lens is None:
            return None
        lines = {
            name: tuple(f"{each}-{number}" for each in line for number in numbers)
            if name in ("source", "not_source")
            else line
            for name, line in vars(lens).items()
        }
        return Lens(**lines)

    def tell(self, timeline: Timeline, batches: int) -> None:
        replay(timeline, [event for _, event in self.order], batches)
