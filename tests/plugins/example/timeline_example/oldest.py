"""The first event of a company."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from msgspec import Struct

from timeline import parameters
from timeline.questions.question import About, Located, Look, Question, Words, given


class FirstEvent(Struct, frozen=True):
    """The first event of a company, and how many there are."""

    company: str
    event: str
    events: int

    def rows(self) -> Any:
        """The one row."""
        yield self


@dataclass(frozen=True)
class Oldest(Located, Question[FirstEvent]):
    """Show the first event of a company."""

    about = About(
        "oldest",
        "The first event of a company",
        examples=("timeline oldest foxconn", "timeline oldest foxconn --json"),
        argument="company",
        address="/companies/{company}/oldest",
        tool="Where the story of a company begins.",
    )

    company: str = given(parameters.WHOSE, needed=True)
    skip: int = given(
        parameters.Parameter("skip", "Events to leave out", "N", number=parameters.Number(0, 9, 0))
    )

    @classmethod
    def answered(cls) -> Any:
        """The type of its answer."""
        return FirstEvent

    def ask(self, reader: Any) -> FirstEvent:
        """The event."""
        from timeline.questions.log import Log

        found = list(reader.ask(Log(self.company, known=self.known, recorded=self.recorded)))
        return FirstEvent(self.company, found[self.skip].id, len(found))

    def words(self, reader: Any, answer: FirstEvent, look: Look, format_: str) -> Words:
        """A sentence."""
        return Words([f"It begins with {answer.event}."] if format_ == "table" else None)
