"""A company's story, and a subject on both axes, as data; and every picture of a company or a subject."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from timeline import parameters
from timeline.errors import CannotAsk, InvalidValue
from timeline.questions.belief import Beliefs, ThenAndNow
from timeline.questions.network import Graph
from timeline.questions.picture import Pictured
from timeline.questions.question import About, Declared, Filtered, Lensed, Located, Question, given
from timeline.questions.tracker import TRACKED, PlotTracker

if TYPE_CHECKING:
    from timeline.answers import days
    from timeline.answers.asked import Day
    from timeline.answers.story import AxesAnswer, CoursesAnswer
    from timeline.questions.reader import StoreReader
    from timeline.render.picture import Picture

PictureKind = Literal["timeline", "then-and-now", "belief", "two-axes", "tracker", "network"]
OF_COMPANY: Final = ("timeline", "then-and-now", "tracker", "network")
OF_SUBJECT: Final = ("two-axes", "belief", "then-and-now")
"""What a company, and what a subject can be shown as."""

_TAKES: Final[Mapping[str, frozenset[str]]] = {
    "timeline": frozenset({"start", "end", "certainty", "open_only", "most", "only"}),
    "two-axes": frozenset({"start", "end"}),
    "tracker": frozenset({"settled", "questions"}),
}
"""What narrows a picture, by its kind; the other kinds show all there is."""

_NARROWING: Final = {
    "start": "from", "end": "to", "certainty": "certainty", "open_only": "open", "most": "most",
    "only": "only", "settled": "only", "questions": "limit",
}  # fmt: skip
"""What may narrow a picture, and how people call it."""


@dataclass(frozen=True)
class Courses(Located, Filtered, Lensed, Question["CoursesAnswer"]):
    """The items of a company (by any of its names) over all days, as known at one instant.

    ``certainty`` and ``open_only`` keep those that they keep of its state, ``only`` the subjects named.
    """

    about = About(
        "courses",
        "The story of a company",
        command=False,
        address="/companies/{company}/timeline",
    )

    company: str = given(parameters.WHOSE, needed=True)
    only: Collection[str] | None = None

    @classmethod
    def answered(cls) -> Any:
        """The type of the data of its picture."""
        from timeline.answers.story import CoursesAnswer
        from timeline.answers.tabular import drawn_type

        return drawn_type(CoursesAnswer)

    def ask(self, reader: StoreReader) -> CoursesAnswer:
        """The courses."""
        from timeline.answers.course import courses

        with reader.viewing(self) as view:
            return courses(
                view,
                self.company,
                certainty=self.certainty,
                open_only=self.open_only,
                only=self.only,
            )


@dataclass(frozen=True)
class Axes(Located, Lensed, Question["AxesAnswer"]):
    """A subject on both axes: what held of it on any day, as known at any instant."""

    about = About("axes", "A subject on both axes", command=False, address="/axes/{subject:path}")

    subject: str = given(parameters.SUBJECT, needed=True)

    @classmethod
    def answered(cls) -> Any:
        """The type of the data of its picture."""
        from timeline.answers.story import AxesAnswer
        from timeline.answers.tabular import drawn_type

        return drawn_type(AxesAnswer)

    def ask(self, reader: StoreReader) -> AxesAnswer:
        """The patches."""
        from timeline.answers.axes import axes

        with reader.viewing(self) as view:
            return axes(view, self.subject)


@dataclass(frozen=True, kw_only=True)
class Window(Declared):
    """The days that a picture shows; its data has them all."""

    start: Day | None = given(parameters.FIRST_DRAWN)
    end: Day | None = given(parameters.LAST_DRAWN)


@dataclass(frozen=True)
class Plot(Window, Located, Filtered, Lensed, Pictured):
    """A picture of a company or of a subject; ``width`` in pixels.

    ``kind`` follows from the target: a company is a ``timeline``, a subject is shown on ``two-axes``.
    ``start`` and ``end`` are the first and the last day of the world to show; the data has them all.
    ``certainty`` and ``open_only`` keep some items of a company, as in its state and
    ``only`` those named; ``most`` lanes (40) are drawn. Of a tracker ``settled`` keeps questions that are
    settled, or open, and so many ``questions`` (20) are shown.
    """

    about = About("plot", "A picture of a story", argument="target", command=False)

    target: str = given(parameters.DRAWN, needed=True)
    kind: PictureKind | None = given(parameters.PICTURE)
    settled: Literal["settled", "open"] | None = given(parameters.SETTLED_DRAWN)
    questions: int | None = given(parameters.QUESTIONS_DRAWN)
    most: int | None = None
    only: Collection[str] | None = None

    @property
    def kind_shown(self) -> str:
        """What kind of picture it is."""
        return self.kind or ("two-axes" if ":" in self.target else "timeline")

    def check(self) -> None:
        """Raise InvalidValue for a kind that does not fit, and for what this kind does not show."""
        super().check()
        if self.kind_shown not in (OF_SUBJECT if ":" in self.target else OF_COMPANY):
            raise InvalidValue(
                f'"{self.target}" cannot be shown as {self.kind}',
                f"a company is shown as {', '.join(OF_COMPANY)}; "
                f"a subject (kind:slug) as {', '.join(OF_SUBJECT)}",
            )
        for name, called in _NARROWING.items():
            if getattr(self, name) and name not in _TAKES.get(self.kind_shown, ()):
                raise CannotAsk(
                    called, f"says nothing of a picture as {self.kind_shown}", "leave it out"
                )

    def ask(self, reader: StoreReader) -> Picture:
        """The picture, which is drawn when it is written."""
        drawing: Mapping[str, Callable[[Plot, StoreReader], Picture]] = {
            "timeline": Plot._timeline, "then-and-now": Plot._then_and_now, "belief": Plot._belief,
            "two-axes": Plot._two_axes, "tracker": Plot._tracker, "network": Plot._network,
        }  # fmt: skip
        return drawing[self.kind_shown](self, reader)

    def _timeline(self, reader: StoreReader) -> Picture:
        from timeline.render.plot.courses import MOST, courses_alt, courses_scene, courses_title

        window = self._window(reader)
        story = reader.ask(
            Courses(
                self.target,
                certainty=self.certainty,
                open_only=self.open_only,
                only=self.only,
                **self.placed(),
            )
        )
        return self.picture(
            story,
            title=courses_title(story),
            alt=courses_alt(story),
            draw=lambda look, width, links: courses_scene(
                story, look, width, window, links, self.most or MOST
            ),
        )

    def _two_axes(self, reader: StoreReader) -> Picture:
        from timeline.render.plot.axes import axes_alt, axes_scene, axes_title

        window = self._window(reader)
        answer = reader.ask(Axes(self.target, **self.placed()))
        return self.picture(
            answer,
            title=axes_title(answer),
            alt=axes_alt(answer),
            draw=lambda look, width, links: axes_scene(answer, look, width, window, links),
        )

    def _belief(self, reader: StoreReader) -> Picture:
        from timeline.render.plot.belief import belief_alt, belief_scene
        from timeline.render.question import belief_question

        strip = reader.ask(Beliefs(self.target, **self.placed()))
        return self.picture(
            strip,
            title=belief_question(strip),
            alt=belief_alt(strip),
            draw=lambda look, width, links: belief_scene(strip, look, width, links),
        )

    def _then_and_now(self, reader: StoreReader) -> Picture:
        from timeline.render.plot.then import then_alt, then_scene, then_title

        at = self.placed()
        if at.pop("as_of") is not None:
            raise InvalidValue(
                "then and now shows what was known by the evening, and later",
                "give on, and known for the later side",
            )
        sides = reader.ask(ThenAndNow(self.target, **at))
        return self.picture(
            sides,
            title=then_title(sides),
            alt=then_alt(sides),
            draw=lambda look, width, links: then_scene(sides, look, width, links),
        )

    def _tracker(self, reader: StoreReader) -> Picture:
        kind = TRACKED.get(self.target)
        company = None if kind else self.target
        shown: dict[str, Any] = {} if self.questions is None else {"limit": self.questions}
        tracker = PlotTracker(
            company=company, kind=kind, only=self.settled, **shown, **self.looks(), **self.placed()
        )
        return reader.ask(tracker)

    def _network(self, reader: StoreReader) -> Picture:
        return reader.ask(Graph(self.target, **self.looks(), **self.placed()))

    def _window(self, reader: StoreReader) -> tuple[str | None, str | None]:
        first, last = reader.day(self.start), reader.day(self.end)
        if first is not None and last is not None and first >= last:
            raise InvalidValue(
                f"there is nothing to show from {first} to {last}", "give two days, the first first"
            )
        return first, last


@dataclass(frozen=True)
class TurningDays(Located, Lensed, Question["days.Turns"]):
    """The days on which a subject, or what a company (by its id) is a party of, became another.

    And those on which something was learned about the day asked for.
    """

    target: str

    def ask(self, reader: StoreReader) -> days.Turns:
        """The days."""
        from timeline.answers.days import turns

        with reader.viewing(self) as view:
            return turns(view, self.target, reader.timezone)


QUESTIONS: Final = (Courses, Axes)
