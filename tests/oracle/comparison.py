"""The program and the second statement of its rules, side by side on one history."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tests.oracle.answer import state
from tests.oracle.days import LATEST, instant
from tests.oracle.record import Lens, Log
from timeline import Timeline
from timeline.answers.asked import LensAsked
from timeline.loading import replay_files
from timeline.render.json import encode_json

Fields = dict[str, Any]


def line_of(event: Fields) -> str:
    return json.dumps(event, ensure_ascii=False)


def replay(timeline: Timeline, events: Sequence[Fields], batches: int = 1) -> None:
    """Append a history as JSONL: in one transaction, or in several."""
    size = -(-len(events) // batches)
    for start in range(0, len(events), size):
        lines = "\n".join(line_of(event) for event in events[start : start + size])
        replay_files(timeline.store, ["-"], stdin=io.BytesIO(lines.encode()))


class Coordinate:
    """Where both are asked: a day, what was known, up to which position, through which lens."""

    def __init__(
        self,
        on: str,
        known: str | None = None,
        position: int | None = None,
        lens: Lens | None = None,
    ) -> None:
        self.on, self.known, self.position, self.lens = on, known, position, lens
        self.back: int | None = None

    def within(self, length: int) -> Coordinate:
        """The same, so many positions back from the end of a log of this length."""
        if self.back is not None:
            self.position = max(length - self.back, 1)
        return self

    @property
    def instant(self) -> datetime:
        return instant(self.known) if self.known else LATEST

    def __repr__(self) -> str:
        given = {"on": self.on, "known": self.known, "recorded": self.position, "lens": self.lens}
        return ", ".join(f"{name} {value}" for name, value in given.items() if value is not None)

    def of_program(self, timeline: Timeline) -> list[Fields]:
        lens = LensAsked(**vars(self.lens)) if self.lens else None
        found = timeline.state(on=self.on, known=self.known, recorded=self.position, lens=lens)
        companies: list[Fields] = json.loads(encode_json(found))["companies"]
        return companies

    def of_pages(self, log: Log) -> list[Fields]:
        return state(log, self.on, self.instant, self.position, self.lens)


def differences(pages: list[Fields], program: list[Fields]) -> list[str]:
    """What the pages say and what the program says, field by field; nothing where both agree."""
    one, other = ({c["company"]: c for c in companies} for companies in (pages, program))
    found = []
    if [*one] != [*other]:
        found.append(_line("companies", [*one], [*other]))
    for company in one.keys() & other.keys():
        mine, theirs = one[company], other[company]
        found += _fields(company, mine, theirs, leave_out=("items",))
        first, second = ({i["subject"]: i for i in c["items"]} for c in (mine, theirs))
        if [*first] != [*second]:
            found.append(_line(f"{company} items", [*first], [*second]))
        for subject in first.keys() & second.keys():
            found += _fields(f"{company} {subject}", first[subject], second[subject])
    return sorted(found)


def _fields(where: str, one: Fields, other: Fields, leave_out: Sequence[str] = ()) -> list[str]:
    missing = object()
    return [
        _line(f"{where} {name}", one.get(name, "nothing"), other.get(name, "nothing"))
        for name in (one | other).keys() - {*leave_out}
        if one.get(name, missing) != other.get(name, missing)
    ]


def _line(where: str, pages: Any, program: Any) -> str:
    return f"{where}:\n    pages   {line_of(pages)}\n    program {line_of(program)}"


def explained(events: Sequence[Fields], at: Coordinate, found: Sequence[str]) -> str:
    """A failure for a reader: the history, the coordinate, the differences."""
    history = "\n".join(f"{position:3} {line_of(e)}" for position, e in enumerate(events, 1))
    return f"\n{history}\n\nat {at}:\n" + "\n".join(found)
