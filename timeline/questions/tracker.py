"""Rumours and announced deals as questions: which came true, how long it took, who was first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from timeline import parameters
from timeline.questions.picture import Pictured
from timeline.questions.question import About, Declared, Lensed, Located, Question, given

if TYPE_CHECKING:
    from timeline.answers.story import TrackerAnswer
    from timeline.questions.reader import StoreReader
    from timeline.render.picture import Picture

Kind = Literal["rumour", "deal"]

TRACKED: Final[Mapping[str, Kind]] = {"rumours": "rumour", "deals": "deal"}
"""What is tracked, by the name of its list."""


@dataclass(frozen=True)
class Tracked(Declared):
    """Which questions are tracked."""

    company: str | None = given(parameters.COMPANY)
    only: Literal["settled", "open"] | None = given(parameters.SETTLED)
    kind: Kind | None = given(parameters.TRACKED)
    limit: int = given(parameters.QUESTIONS)


@dataclass(frozen=True)
class Tracker(Tracked, Located, Lensed, Question["TrackerAnswer"]):
    """Rumours and announced deals as questions, of all companies or of one; ``limit`` (20) are shown."""

    about = About("tracker", "How each question was settled", command=False, address="/tracker")

    @classmethod
    def answered(cls) -> Any:
        """The type of the data of its picture."""
        from timeline.answers.story import TrackerAnswer
        from timeline.answers.tabular import drawn_type

        return drawn_type(TrackerAnswer)

    def ask(self, reader: StoreReader) -> TrackerAnswer:
        """The questions, and what all of them come to."""
        from timeline.answers.tracker import tracker

        with reader.viewing(self) as view:
            return tracker(
                view,
                company=self.company,
                only=self.only,
                kind=self.kind,
                limit=self.limit,
                timezone=reader.timezone,
            )


@dataclass(frozen=True)
class PlotTracker(Tracked, Located, Lensed, Pictured):
    """A picture of a tracker: a strip a question, all on one scale of days."""

    def ask(self, reader: StoreReader) -> Picture:
        """The picture, which is drawn when it is written."""
        from timeline.render.plot.tracker import tracker_alt, tracker_scene, tracker_title

        answer = reader.ask(
            Tracker(
                company=self.company,
                only=self.only,
                kind=self.kind,
                limit=self.limit,
                **self.placed(),
            )
        )
        return self.picture(
            answer,
            title=tracker_title(answer),
            alt=tracker_alt(answer),
            draw=lambda look, width, links: tracker_scene(answer, look, width, links),
        )


QUESTIONS: Final = (Tracker,)
